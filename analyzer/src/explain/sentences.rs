//! What functions do, in sentences: data, in the little language of `template`.
//!
//! A function that is not here is told by the names of its parameters.

/// What one function does. At least one of the three is there.
#[derive(Debug, Default)]
pub(super) struct Sentence {
    /// The function's name in upper case.
    pub(super) function: &'static str,
    /// What it does, as a step of its own. Empty where the noun or the condition says it.
    pub(super) step: &'static str,
    /// What it gives, as a part of another step. Empty where that would be too much for a part.
    pub(super) noun: &'static str,
    /// What is so when it gives TRUE. Empty for functions that give something else.
    pub(super) condition: &'static str,
}

/// What happens around the steps of a `LAMBDA` that a function calls over and over.
#[derive(Debug)]
pub(super) struct Loop {
    /// The function's name in upper case.
    pub(super) function: &'static str,
    /// The step before those of the `LAMBDA`.
    pub(super) before: &'static str,
    /// The step behind them.
    pub(super) behind: &'static str,
}

/// The sentence of a function, by its name in upper case.
pub(super) fn sentence(function: &str) -> Option<&'static Sentence> {
    let place = SENTENCES
        .binary_search_by(|sentence| sentence.function.cmp(function))
        .ok()?;
    SENTENCES.get(place)
}

/// The sentences around a `LAMBDA` that the function calls, by its name in upper case.
pub(super) fn looping(function: &str) -> Option<&'static Loop> {
    LOOPS.iter().find(|entry| entry.function == function)
}

const fn step(function: &'static str, step: &'static str) -> Sentence {
    Sentence {
        function,
        step,
        noun: "",
        condition: "",
    }
}

const fn noun(function: &'static str, noun: &'static str) -> Sentence {
    Sentence {
        function,
        step: "",
        noun,
        condition: "",
    }
}

const fn both(function: &'static str, step: &'static str, noun: &'static str) -> Sentence {
    Sentence {
        function,
        step,
        noun,
        condition: "",
    }
}

const fn condition(function: &'static str, condition: &'static str) -> Sentence {
    Sentence {
        function,
        step: "",
        noun: "",
        condition,
    }
}

/// Functions that call their last argument, a `LAMBDA`, over and over.
const LOOPS: &[Loop] = &[
    Loop {
        function: "BYCOL",
        before: "Take each column of {1}, called {p}, in turn.",
        behind: "Put the result of each column into a row.",
    },
    Loop {
        function: "BYROW",
        before: "Take each row of {1}, called {p}, in turn.",
        behind: "Put the result of each row into a column.",
    },
    Loop {
        function: "MAKEARRAY",
        before: "Make an array of {1+row} and {2+column}; for each of its cells, {a} is the number of its row and {b} that of its column.",
        behind: "Put that into the cell of the array.",
    },
    Loop {
        function: "MAP",
        before: "Take each cell of {1-}, called {p}, in turn.",
        behind: "Put the result of each cell into the same place.",
    },
    Loop {
        function: "REDUCE",
        before: "Start with {a} as {1}, and take each cell of {2}, called {b}, in turn.",
        behind: "Make that the next {a}; the last one is the result.",
    },
    Loop {
        function: "SCAN",
        before: "Start with {a} as {1}, and take each cell of {2}, called {b}, in turn.",
        behind: "Make that the next {a}, and put each of them into the same place.",
    },
];

/// Sorted by function.
const SENTENCES: &[Sentence] = &[
    noun("ABS", "the value of {1} without its sign"),
    noun(
        "ADDRESS",
        "the address of the cell in row {1} and column {2}, as text",
    ),
    condition("AND", "{1&}"),
    step(
        "ARRAYFORMULA",
        "Work {1!} out for each cell of its ranges, and put the results into the cells next to each other.",
    ),
    step(
        "ARRAY_CONSTRAIN",
        "Keep the first {2+row} and the first {3+column} of {1}.",
    ),
    both(
        "AVERAGE",
        "Take the average of {1*}.",
        "the average of {1*}",
    ),
    step(
        "AVERAGEIF",
        "Take the average of [3:{3=}|{1=}] where {1=} {2~}.",
    ),
    step("AVERAGEIFS", "Take the average of {1=} where {2%}."),
    noun(
        "CEILING",
        "{1} rounded up to [2:a multiple of {2}|a whole number]",
    ),
    step("CHOOSE", "Take value number {1} of these: {2*}."),
    step(
        "CHOOSECOLS",
        "Keep these columns of {1}, by their numbers: {2*}.",
    ),
    step(
        "CHOOSEROWS",
        "Keep these rows of {1}, by their numbers: {2*}.",
    ),
    noun("COLUMN", "the column number of [1:{1}|this cell]"),
    noun("COLUMNS", "the number of columns of {1}"),
    step("CONCATENATE", "Join {1*} into one text."),
    both(
        "COUNT",
        "Count the numbers in {1*}.",
        "the number of numbers in {1*}",
    ),
    both(
        "COUNTA",
        "Count the cells with content in {1*}.",
        "the number of cells with content in {1*}",
    ),
    both(
        "COUNTBLANK",
        "Count the empty cells in {1*}.",
        "the number of empty cells in {1*}",
    ),
    both(
        "COUNTIF",
        "Count the cells of {1=} where the value {2~}.",
        "the number of cells of {1=} where the value {2~}",
    ),
    step("COUNTIFS", "Count the rows where {1%}."),
    both(
        "COUNTUNIQUE",
        "Count the different values in {1*}.",
        "the number of different values in {1*}",
    ),
    noun("DATE", "the date with year {1}, month {2} and day {3}"),
    step(
        "DATEDIF",
        "Take the time from {1} to {2}, in the unit {3} (D is days, M whole months, Y whole years).",
    ),
    noun("DATEVALUE", "the date that {1} says"),
    noun("DAY", "the day of the month of {1}"),
    noun("DAYS", "the number of days from {2} to {1}"),
    noun("EDATE", "the date {2+month} after {1}"),
    noun(
        "EOMONTH",
        "the last day of [2=0:the month of {1}|[2=-1:the month before {1}|the month {2+month} after {1}]]",
    ),
    condition(
        "EXACT",
        "{1} and {2} are the same text, letter case included",
    ),
    step("FILTER", "Keep the rows of {1} where {2&}."),
    noun(
        "FIND",
        "the position of {1} in {2}[3:, from position {3} on|], letter case counting",
    ),
    step("FLATTEN", "Put all values of {1*} into one column."),
    noun(
        "FLOOR",
        "{1} rounded down to [2:a multiple of {2}|a whole number]",
    ),
    step(
        "GOOGLEFINANCE",
        "Ask Google Finance for [2:{2}|the price] of {1}[3: from {3}|][4: to {4}|].",
    ),
    step(
        "HLOOKUP",
        "Look up {1} in the first row of {2=} and take {3#row}; [4=0:only an exact match counts|without an exact match the nearest smaller value counts, so the first row must be sorted].",
    ),
    noun("HOUR", "the hour of {1}"),
    step("HSTACK", "Put these next to each other: {1*}."),
    step("HYPERLINK", "Show [2:{2}|the address] as a link to {1}."),
    step(
        "IFERROR",
        "If {1!} gives an error, [2:use {2} instead|show nothing instead].",
    ),
    step(
        "IFNA",
        "If {1!} gives #N/A because nothing was found, use {2} instead.",
    ),
    step("IMAGE", "Show the picture at the address {1}."),
    step("IMPORTDATA", "Read the data at the address {1}."),
    step(
        "IMPORTHTML",
        "Read number {3} of the elements of kind {2} from the web page {1}.",
    ),
    step(
        "IMPORTRANGE",
        "Read the range {2} from the other spreadsheet {1}.",
    ),
    step("IMPORTXML", "Read what matches {2} from the web page {1}."),
    step(
        "INDEX",
        "[2:[3:[2=0:Take the column of {1=} whose number is {3}|[3=0:Take the row of {1=} whose number is {2}|Take the cell of {1=} whose row number is {2} and whose column number is {3}]]|Take the value of {1=} whose position is {2}]|[3:Take the column of {1=} whose number is {3}|Take all of {1=}]].",
    ),
    step("INDIRECT", "Read the cells whose address is the text {1}."),
    noun("INT", "{1} rounded down to a whole number"),
    condition("ISBETWEEN", "{1} is between {2} and {3}"),
    condition("ISBLANK", "{1} is empty"),
    condition("ISDATE", "{1} is a date"),
    condition("ISEMAIL", "{1} is an email address"),
    condition("ISERR", "{1} gives an error other than #N/A"),
    condition("ISERROR", "{1} gives an error"),
    condition("ISEVEN", "{1} is even"),
    condition("ISFORMULA", "{1} has a formula"),
    condition("ISLOGICAL", "{1} is TRUE or FALSE"),
    condition("ISNA", "{1} gives #N/A"),
    condition("ISNONTEXT", "{1} is no text"),
    condition("ISNUMBER", "{1} is a number"),
    condition("ISODD", "{1} is odd"),
    condition("ISREF", "{1} is a reference"),
    condition("ISTEXT", "{1} is a text"),
    condition("ISURL", "{1} is a web address"),
    step("JOIN", "Join {2*} into one text, with {1} between them."),
    step(
        "LARGE",
        "Take the value of {1} that is number {2} from the largest down.",
    ),
    noun("LEFT", "the first [2:{2+character}|character] of {1}"),
    noun("LEN", "the length of {1}"),
    step(
        "LOOKUP",
        "Look up {1} in {2=}, which must be sorted[3:, and take the value from the same place in {3=}|]; without an exact match the nearest smaller value counts.",
    ),
    noun("LOWER", "{1} in lower case"),
    step(
        "MATCH",
        "Find the position of {1} in {2=}; [3=0:only an exact match counts|[3=-1:without an exact match the nearest larger value counts, so the range must be sorted from the largest down|without an exact match the nearest smaller value counts, so the range must be sorted]].",
    ),
    both(
        "MAX",
        "Take the largest value of {1*}.",
        "the largest value of {1*}",
    ),
    step("MAXIFS", "Take the largest value of {1=} where {2%}."),
    both("MEDIAN", "Take the median of {1*}.", "the median of {1*}"),
    noun("MID", "{3+character} of {1} from position {2} on"),
    both(
        "MIN",
        "Take the smallest value of {1*}.",
        "the smallest value of {1*}",
    ),
    step("MINIFS", "Take the smallest value of {1=} where {2%}."),
    noun("MINUTE", "the minute of {1}"),
    noun("MOD", "the remainder of {1} divided by {2}"),
    noun("MONTH", "the number of the month of {1}"),
    noun("MROUND", "{1} rounded to a multiple of {2}"),
    noun("NA", "the error #N/A"),
    step(
        "NETWORKDAYS",
        "Count the working days from {1} to {2}, both included[3:, holidays in {3} left out|].",
    ),
    condition("NOT", "it is not so that {1?}"),
    noun("NOW", "the current date and time"),
    step(
        "OFFSET",
        "Start at {1}, go {2+row} down and {3+column} to the right, and take the cells there[4:, {4+row} high|][5:, {5+column} wide|].",
    ),
    condition("OR", "{1/}"),
    noun("POWER", "{1} to the power of {2}"),
    step("PRODUCT", "Multiply {1*}."),
    noun("PROPER", "{1} with a capital at the start of each word"),
    step(
        "QUERY",
        "Run the query {2} on {1}[3=0:, which has no header row|[3:, which has {3+header row}|]].",
    ),
    noun("RAND", "a random number between 0 and 1"),
    noun("RANDBETWEEN", "a random whole number from {1} to {2}"),
    step(
        "RANK",
        "Find the rank of {1} among {2}, [3=0:the largest first|[3:the smallest first|the largest first]].",
    ),
    step(
        "REGEXEXTRACT",
        "Take the part of {1} that matches the pattern {2}.",
    ),
    condition("REGEXMATCH", "{1} matches the pattern {2}"),
    step(
        "REGEXREPLACE",
        "In {1}, replace what matches the pattern {2} by {3}.",
    ),
    step(
        "REPLACE",
        "In {1}, replace {3+character} from position {2} on by {4}.",
    ),
    noun("REPT", "{1} repeated {2+time}"),
    noun("RIGHT", "the last [2:{2+character}|character] of {1}"),
    noun(
        "ROUND",
        "{1} rounded to [2=0:a whole number|[2:{2+decimal place}|a whole number]]",
    ),
    noun(
        "ROUNDDOWN",
        "{1} rounded towards zero to [2=0:a whole number|[2:{2+decimal place}|a whole number]]",
    ),
    noun(
        "ROUNDUP",
        "{1} rounded away from zero to [2=0:a whole number|[2:{2+decimal place}|a whole number]]",
    ),
    noun("ROW", "the row number of [1:{1}|this cell]"),
    noun("ROWS", "the number of rows of {1}"),
    noun(
        "SEARCH",
        "the position of {1} in {2}[3:, from position {3} on|], letter case not counting",
    ),
    noun("SECOND", "the second of {1}"),
    step(
        "SEQUENCE",
        "Make a list of numbers with {1+row}[2: and {2+column}|], starting at [3:{3}|1][4: with steps of {4}|].",
    ),
    step(
        "SMALL",
        "Take the value of {1} that is number {2} from the smallest up.",
    ),
    step(
        "SORT",
        "Sort the rows of {1}[2: by {2#column}|][3=0:, the largest first|[3=1:, the smallest first|]][4:, then by {4#column}|][5=0:, the largest first|[5=1:, the smallest first|]].",
    ),
    step("SORTN", "Sort {1} and keep the first [2:{2+row}|row]."),
    step("SPARKLINE", "Draw a small chart of {1}."),
    step(
        "SPLIT",
        "Split {1} at each {2} into cells next to each other.",
    ),
    noun("SQRT", "the square root of {1}"),
    step("STDEV", "Take the standard deviation of {1*}."),
    step(
        "SUBSTITUTE",
        "In {1}, replace [4:occurrence number {4} of {2}|each {2}] by {3}.",
    ),
    step(
        "SUBTOTAL",
        "Summarize {2*} with function number {1} (9 and 109 add up), other subtotals left out.",
    ),
    both("SUM", "Add up {1*}.", "the sum of {1*}"),
    step("SUMIF", "Add up [3:{3=}|{1=}] where {1=} {2~}."),
    step("SUMIFS", "Add up {1=} where {2%}."),
    step(
        "SUMPRODUCT",
        "[2:Multiply the values at the same place in {1*}, and add up the products|Add up all of {1}].",
    ),
    noun("TEXT", "{1} as text in the format {2}"),
    step(
        "TEXTJOIN",
        "Join {3*} into one text, with {1} between them[2=1:, empty ones left out|].",
    ),
    noun("TIME", "the time {1}:{2}:{3}"),
    step("TOCOL", "Put all values of {1} into one column."),
    noun("TODAY", "today's date"),
    step("TOROW", "Put all values of {1} into one row."),
    noun("TO_TEXT", "{1} as text"),
    step("TRANSPOSE", "Turn the rows of {1} into columns."),
    noun("TRIM", "{1} without needless spaces"),
    noun(
        "TRUNC",
        "{1} cut off to [2=0:a whole number|[2:{2+decimal place}|a whole number]]",
    ),
    step("UNIQUE", "Keep each different row of {1} once."),
    noun("UPPER", "{1} in upper case"),
    noun("VALUE", "the number that {1} says"),
    step(
        "VLOOKUP",
        "Look up {1} in the first column of {2=} and take {3#column}; [4=0:only an exact match counts|without an exact match the nearest smaller value counts, so the first column must be sorted].",
    ),
    step("VSTACK", "Put these below each other: {1*}."),
    noun("WEEKDAY", "the number of the weekday of {1}"),
    noun("WEEKNUM", "the number of the week of {1}"),
    step(
        "WORKDAY",
        "Take the date {2+working day} after {1}[3:, holidays in {3} left out|].",
    ),
    step(
        "XLOOKUP",
        "Look up {1} in {2=} and take the value from the same place in {3=}; [5=0:only an exact match counts|[5=-1:without an exact match the next smaller value counts|[5=1:without an exact match the next larger value counts|[5=2:wildcards may match|[5:match mode {5} says what counts|only an exact match counts]]]]].[4: If nothing is found, use {4}.|]",
    ),
    step(
        "XMATCH",
        "Find the position of {1} in {2=}; [3=0:only an exact match counts|[3=-1:without an exact match the next smaller value counts|[3=1:without an exact match the next larger value counts|[3=2:wildcards may match|[3:match mode {3} says what counts|only an exact match counts]]]]].",
    ),
    condition("XOR", "an odd number of these hold: {1&}"),
    noun("YEAR", "the year of {1}"),
];

#[cfg(test)]
mod tests {
    use super::super::template::{Part, parts};
    use super::*;
    use crate::functions;

    #[track_caller]
    fn is_well_written(function: &str, template: &str) {
        let found = functions::find(function);
        let found = found.unwrap_or_else(|| panic!("{function} is no function"));
        for part in parts(template) {
            match part {
                Part::Words(words) => {
                    let is_plain = !words.contains(['{', '}', '[', ']', '|']);
                    assert!(is_plain, "{function}: {words}");
                }
                Part::Slot(index, _) => {
                    let most = found
                        .function()
                        .max_arguments
                        .map_or(usize::MAX, usize::from);
                    assert!(index < most, "{function} has no argument {}", index + 1);
                }
                Part::Parameter(_) | Part::Parameters => {}
                Part::Choice { yes, no, .. } => {
                    is_well_written(function, yes);
                    is_well_written(function, no);
                }
            }
        }
    }

    #[test]
    fn every_sentence_is_well_written() {
        assert!(SENTENCES.is_sorted_by_key(|sentence| sentence.function));
        for sentence in SENTENCES {
            for template in [sentence.step, sentence.noun, sentence.condition] {
                is_well_written(sentence.function, template);
            }
        }
        for entry in LOOPS {
            is_well_written(entry.function, entry.before);
            is_well_written(entry.function, entry.behind);
        }
    }
}
