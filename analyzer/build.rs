//! Turns the function catalogue into a table that the compiler puts into the program.
//!
//! Reads `src/functions.csv` and `src/excel_only.csv`, checks every line and writes
//! `functions_table.rs`. A line that can not be read stops the build and is named.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

const FUNCTIONS: &str = "src/functions.csv";
const FUNCTIONS_HEADER: &str =
    "name,category,parameters,volatile,external,array,google_only,legacy,replaced_by";
const EXCEL_ONLY: &str = "src/excel_only.csv";
const EXCEL_ONLY_HEADER: &str = "name,instead";

/// The categories as the catalogue writes them, each with its variant of `Category`.
const CATEGORIES: [(&str, &str); 17] = [
    ("array", "Array"),
    ("database", "Database"),
    ("date", "Date"),
    ("engineering", "Engineering"),
    ("filter", "Filter"),
    ("financial", "Financial"),
    ("google", "Google"),
    ("info", "Info"),
    ("logical", "Logical"),
    ("lookup", "Lookup"),
    ("math", "Math"),
    ("operator", "Operator"),
    ("parser", "Parser"),
    ("statistical", "Statistical"),
    ("text", "Text"),
    ("undocumented", "Undocumented"),
    ("web", "Web"),
];

fn main() -> ExitCode {
    match write_table() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

fn write_table() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    let functions = read_table(FUNCTIONS, FUNCTIONS_HEADER, read_function)?;
    let excel_only = read_table(EXCEL_ONLY, EXCEL_ONLY_HEADER, read_excel_only)?;

    let mut table = format!("static FUNCTIONS: [Function; {}] = [\n", functions.len());
    for (index, function) in functions.iter().enumerate() {
        let entry = function
            .entry(&functions)
            .map_err(|reason| at_line(FUNCTIONS, index, &reason))?;
        table.push_str(&entry);
    }
    let _ = writeln!(
        table,
        "];\nstatic EXCEL_ONLY: [(&str, &str); {}] = [",
        excel_only.len()
    );
    for ExcelOnly { name, instead } in &excel_only {
        let _ = writeln!(table, "({name:?}, {instead:?}),");
    }
    table.push_str("];\n");

    #[expect(
        clippy::disallowed_methods,
        reason = "cargo names the folder by this variable"
    )]
    let folder = env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;
    let path = Path::new(&folder).join("functions_table.rs");
    fs::write(&path, table).map_err(|error| format!("{}: {error}", path.display()))
}

/// A line of a table that begins with a name, by which the lines are sorted.
trait Named {
    fn name(&self) -> &str;
}

/// Reads a table: its header, then one line a name, sorted by name.
fn read_table<T: Named>(
    path: &str,
    header: &str,
    read: fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, String> {
    println!("cargo::rerun-if-changed={path}");
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let mut lines = text.lines();
    if lines.next() != Some(header) {
        return Err(format!("{path}:1: the header must be {header:?}"));
    }
    let mut rows: Vec<T> = Vec::new();
    for (index, line) in lines.enumerate() {
        let row = read(line).map_err(|reason| at_line(path, index, &reason))?;
        check_name(row.name()).map_err(|reason| at_line(path, index, &reason))?;
        if let Some(last) = rows.last()
            && last.name() >= row.name()
        {
            let reason = format!("{} must stand before {}", row.name(), last.name());
            return Err(at_line(path, index, &reason));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// A message that names the line of the row at `index`; the header is line 1.
fn at_line(path: &str, index: usize, reason: &str) -> String {
    format!("{path}:{}: {reason}", index + 2)
}

fn check_name(name: &str) -> Result<(), String> {
    let legal = |byte: u8| {
        byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_')
    };
    if !name.starts_with(|first: char| first.is_ascii_uppercase()) || !name.bytes().all(legal) {
        return Err(format!("{name:?} is not a function name in upper case"));
    }
    Ok(())
}

/// One line of `functions.csv`.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of its own")]
struct Function {
    name: String,
    category: &'static str,
    parameters: String,
    arity: Arity,
    volatility: &'static str,
    external: bool,
    array: bool,
    google_only: bool,
    legacy: bool,
    replaced_by: String,
}

impl Named for Function {
    fn name(&self) -> &str {
        &self.name
    }
}

fn read_function(line: &str) -> Result<Function, String> {
    let columns: Vec<&str> = line.split(',').collect();
    let &[
        name,
        category,
        parameters,
        volatile,
        external,
        array,
        google_only,
        legacy,
        replaced_by,
    ] = columns.as_slice()
    else {
        return Err(format!("9 columns are wanted, {} found", columns.len()));
    };
    let (_, category) = CATEGORIES
        .iter()
        .find(|(written, _)| *written == category)
        .ok_or_else(|| format!("{category:?} is not a category"))?;
    let volatility = match volatile {
        "" => "None",
        "reference" => "Reference",
        "always" => "Always",
        _ => {
            return Err(format!(
                "volatile is empty, reference or always, not {volatile:?}"
            ));
        }
    };
    if !replaced_by.is_empty() && legacy.is_empty() {
        return Err("a function that is replaced is legacy".to_owned());
    }
    Ok(Function {
        name: name.to_owned(),
        category,
        parameters: parameters.to_owned(),
        arity: read_parameters(parameters)?,
        volatility,
        external: read_flag("external", external)?,
        array: read_flag("array", array)?,
        google_only: read_flag("google_only", google_only)?,
        legacy: read_flag("legacy", legacy)?,
        replaced_by: replaced_by.to_owned(),
    })
}

fn read_flag(column: &str, written: &str) -> Result<bool, String> {
    match written {
        "" => Ok(false),
        "yes" => Ok(true),
        _ => Err(format!("{column} is empty or yes, not {written:?}")),
    }
}

/// How many arguments a function takes.
#[derive(Default)]
struct Arity {
    required: usize,
    optional: usize,
    repeat: Option<Repeat>,
}

/// The parameters that may be given over and over, with the number of those around them.
struct Repeat {
    before: usize,
    size: usize,
    needed: usize,
    at_least_once: bool,
    required_after: usize,
    optional_after: usize,
}

/// Reads the notation that `Function::parameters` explains.
fn read_parameters(notation: &str) -> Result<Arity, String> {
    let mut arity = Arity::default();
    for item in split_items(notation)? {
        if let Some(group) = item.strip_suffix("...") {
            if arity.repeat.is_some() {
                return Err("only one group of parameters can repeat".to_owned());
            }
            let repeat = read_repeat(group, arity.required + arity.optional)?;
            if repeat.at_least_once && arity.optional > 0 {
                return Err(format!(
                    "{group} is required and stands after an optional one"
                ));
            }
            arity.repeat = Some(repeat);
        } else if let Some(group) = item
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            check_parameter(group)?;
            match &mut arity.repeat {
                Some(repeat) => repeat.optional_after += 1,
                None => arity.optional += 1,
            }
        } else {
            check_parameter(item)?;
            match &mut arity.repeat {
                Some(repeat) if arity.optional + repeat.optional_after == 0 => {
                    repeat.required_after += 1;
                }
                None if arity.optional == 0 => arity.required += 1,
                _ => {
                    return Err(format!(
                        "{item} is required and stands after an optional one"
                    ));
                }
            }
        }
    }
    Ok(arity)
}

fn read_repeat(group: &str, before: usize) -> Result<Repeat, String> {
    let optional = group
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let grouped = group
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    let inner = read_parameters(optional.or(grouped).unwrap_or(group))?;
    if inner.repeat.is_some() || inner.required == 0 {
        return Err(format!("{group:?} can not repeat"));
    }
    Ok(Repeat {
        before,
        size: inner.required + inner.optional,
        needed: inner.required,
        at_least_once: optional.is_none(),
        required_after: 0,
        optional_after: 0,
    })
}

/// Splits at each semicolon that is in no bracket.
fn split_items(notation: &str) -> Result<Vec<&str>, String> {
    let mut items = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (at, byte) in notation.bytes().enumerate() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| format!("a bracket closes that none opened: {notation:?}"))?;
            }
            b';' if depth == 0 => {
                items.extend(notation.get(start..at).map(str::trim));
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(format!("a bracket is not closed: {notation:?}"));
    }
    if !notation.is_empty() {
        items.extend(notation.get(start..).map(str::trim));
    }
    Ok(items)
}

fn check_parameter(name: &str) -> Result<(), String> {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || !name.bytes().all(legal) {
        return Err(format!("{name:?} is not a parameter name in lower case"));
    }
    Ok(())
}

impl Function {
    /// The function as an element of the table in Rust.
    fn entry(&self, all: &[Function]) -> Result<String, String> {
        let replaced_by = if self.replaced_by.is_empty() {
            "None".to_owned()
        } else {
            let id = all
                .binary_search_by(|other| other.name.cmp(&self.replaced_by))
                .map_err(|_| format!("{} is not in the catalogue", self.replaced_by))?;
            format!("Some(FunctionId({id}))")
        };
        let mut entry = String::new();
        let _ = writeln!(
            entry,
            "Function {{ name: {:?}, category: Category::{}, parameters: {:?}, \
             min_arguments: {}, max_arguments: {}, repeat: {}, volatility: Volatility::{}, \
             volatile: {}, external: {}, array: {}, google_only: {}, legacy: {}, \
             replaced_by: {replaced_by} }},",
            self.name,
            self.category,
            self.parameters,
            self.arity.min(),
            self.arity.max(),
            self.arity.repeat(),
            self.volatility,
            self.volatility == "Always",
            self.external,
            self.array,
            self.google_only,
            self.legacy,
        );
        Ok(entry)
    }
}

impl Arity {
    fn min(&self) -> usize {
        let repeated = self.repeat.as_ref().map_or(0, |repeat| {
            let once = if repeat.at_least_once {
                repeat.needed
            } else {
                0
            };
            once + repeat.required_after
        });
        self.required + repeated
    }

    fn max(&self) -> String {
        match self.repeat {
            Some(_) => "None".to_owned(),
            None => format!("Some({})", self.required + self.optional),
        }
    }

    fn repeat(&self) -> String {
        let Some(repeat) = &self.repeat else {
            return "None".to_owned();
        };
        format!(
            "Some(Repeat {{ before: {}, size: {}, needed: {}, required_after: {}, \
             optional_after: {} }})",
            repeat.before, repeat.size, repeat.needed, repeat.required_after, repeat.optional_after,
        )
    }
}

/// One line of `excel_only.csv`.
struct ExcelOnly {
    name: String,
    instead: String,
}

impl Named for ExcelOnly {
    fn name(&self) -> &str {
        &self.name
    }
}

fn read_excel_only(line: &str) -> Result<ExcelOnly, String> {
    let (name, instead) = line
        .split_once(',')
        .ok_or_else(|| "2 columns are wanted, 1 found".to_owned())?;
    if instead.is_empty() {
        return Err(format!("{name} lacks what to use instead"));
    }
    Ok(ExcelOnly {
        name: name.to_owned(),
        instead: instead.to_owned(),
    })
}
