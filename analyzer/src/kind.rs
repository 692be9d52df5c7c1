//! What kind of value an expression gives, as far as its operators and functions tell without
//! looking into any cell.

use crate::ast::{Formula, InfixOperator, NodeId, NodeKind, PrefixOperator};
use crate::condition::is_comparison;

/// A kind of value. A date is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    Text,
    Boolean,
}

/// Functions that give a number or an error.
const NUMBERS: &[&str] = &[
    "ABS",
    "AVERAGE",
    "AVERAGEIF",
    "AVERAGEIFS",
    "CEILING",
    "CODE",
    "COLUMN",
    "COLUMNS",
    "COUNT",
    "COUNTA",
    "COUNTBLANK",
    "COUNTIF",
    "COUNTIFS",
    "COUNTUNIQUE",
    "DATE",
    "DATEDIF",
    "DATEVALUE",
    "DAY",
    "DAYS",
    "EDATE",
    "EOMONTH",
    "EXP",
    "FIND",
    "FLOOR",
    "FV",
    "HOUR",
    "INT",
    "IRR",
    "ISOWEEKNUM",
    "LARGE",
    "LEN",
    "LN",
    "LOG",
    "LOG10",
    "MATCH",
    "MAX",
    "MEDIAN",
    "MIN",
    "MINUTE",
    "MOD",
    "MONTH",
    "NETWORKDAYS",
    "NOW",
    "NPV",
    "PI",
    "PMT",
    "POWER",
    "PRODUCT",
    "PV",
    "QUOTIENT",
    "RAND",
    "RANDBETWEEN",
    "RANK",
    "ROUND",
    "ROUNDDOWN",
    "ROUNDUP",
    "ROW",
    "ROWS",
    "SEARCH",
    "SECOND",
    "SIGN",
    "SMALL",
    "SQRT",
    "STDEV",
    "SUBTOTAL",
    "SUM",
    "SUMIF",
    "SUMIFS",
    "SUMPRODUCT",
    "TIME",
    "TIMEVALUE",
    "TODAY",
    "TRUNC",
    "UNICODE",
    "VALUE",
    "WEEKDAY",
    "WEEKNUM",
    "WORKDAY",
    "XMATCH",
    "YEAR",
    "YEARFRAC",
];

/// Functions that give a text or an error.
const TEXTS: &[&str] = &[
    "CHAR",
    "CLEAN",
    "CONCATENATE",
    "ENCODEURL",
    "FORMULATEXT",
    "JOIN",
    "LEFT",
    "LOWER",
    "MID",
    "PROPER",
    "REGEXREPLACE",
    "REPLACE",
    "REPT",
    "RIGHT",
    "SUBSTITUTE",
    "TEXT",
    "TEXTJOIN",
    "TO_TEXT",
    "TRIM",
    "UNICHAR",
    "UPPER",
];

/// Functions that give TRUE, FALSE or an error.
const BOOLEANS: &[&str] = &[
    "AND",
    "EXACT",
    "ISBETWEEN",
    "ISBLANK",
    "ISDATE",
    "ISEMAIL",
    "ISERR",
    "ISERROR",
    "ISEVEN",
    "ISFORMULA",
    "ISLOGICAL",
    "ISNA",
    "ISNONTEXT",
    "ISNUMBER",
    "ISODD",
    "ISREF",
    "ISTEXT",
    "ISURL",
    "NOT",
    "OR",
    "REGEXMATCH",
    "XOR",
];

/// The kind of value that the expression gives if it gives no error; `None` if cells decide.
pub(crate) fn of(formula: Formula<'_>, id: NodeId) -> Option<Kind> {
    match formula.kind_inside(id) {
        NodeKind::Number(_) | NodeKind::Percent(_) | NodeKind::Prefix(PrefixOperator::Minus, _) => {
            Some(Kind::Number)
        }
        NodeKind::Boolean(_) => Some(Kind::Boolean),
        NodeKind::Text | NodeKind::Infix(InfixOperator::Concatenate, ..) => Some(Kind::Text),
        NodeKind::Infix(operator, ..) if is_comparison(operator) => Some(Kind::Boolean),
        NodeKind::Infix(operator, ..) if is_arithmetic(operator) => Some(Kind::Number),
        NodeKind::Call { .. } => {
            let (function, _) = formula.call(formula.inside(id))?;
            let gives = |names: &[&str]| names.binary_search(&function.name).is_ok();
            match () {
                () if gives(NUMBERS) => Some(Kind::Number),
                () if gives(TEXTS) => Some(Kind::Text),
                () if gives(BOOLEANS) => Some(Kind::Boolean),
                () => None,
            }
        }
        _ => None,
    }
}

/// Whether the expression may give a number: a cell, a calculation, a function about numbers.
pub(crate) fn may_be_number(formula: Formula<'_>, id: NodeId) -> bool {
    use crate::functions::Category;

    let id = formula.inside(id);
    match formula.kind(id) {
        NodeKind::Reference(_) | NodeKind::TableReference | NodeKind::Number(_) => true,
        NodeKind::Infix(operator, ..) => operator != InfixOperator::Concatenate,
        NodeKind::Call { .. } => formula.call(id).is_some_and(|(function, _)| {
            matches!(
                function.category,
                Category::Math | Category::Statistical | Category::Date | Category::Financial
            )
        }),
        _ => false,
    }
}

/// Whether the operator calculates with numbers.
pub(crate) const fn is_arithmetic(operator: InfixOperator) -> bool {
    matches!(
        operator,
        InfixOperator::Add
            | InfixOperator::Subtract
            | InfixOperator::Multiply
            | InfixOperator::Divide
            | InfixOperator::Power
    )
}

/// Whether the operator asks which side is larger.
pub(crate) const fn compares_sizes(operator: InfixOperator) -> bool {
    matches!(
        operator,
        InfixOperator::Less
            | InfixOperator::LessOrEqual
            | InfixOperator::Greater
            | InfixOperator::GreaterOrEqual
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions;

    #[test]
    fn the_functions_exist_and_are_sorted() {
        for names in [NUMBERS, TEXTS, BOOLEANS] {
            assert!(names.is_sorted());
            for name in names {
                assert!(functions::find(name).is_some(), "{name}");
            }
        }
    }
}
