//! Words of a sentence that say where it holds, as a scope: `on the Inputs sheet`, `in column D`,
//! `for the Finance department`, `except on the Scratch sheet`.
//!
//! Only what is named is a scope: `in static reports` is for the author to explain.

use super::lexicon::{Class, Meaning};
use super::scope::{Places, Scope};
use super::symbols::Symbol;

/// Words before what is left out: "except", "except in", "outside".
const LEAVING_OUT: &[Class] = &[
    Class::Except,
    Class::Outside,
    Class::Unless,
    Class::UnlessInside,
];

/// A scope found in a sentence: where its words stand, and what they say.
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) len: usize,
    pub(super) scope: Scope,
}

/// The scope whose words stand first.
pub(super) fn first(symbols: &[Symbol]) -> Option<Found> {
    (0..symbols.len()).find_map(|start| at(symbols, start))
}

/// The scope whose words begin at `start`.
fn at(symbols: &[Symbol], start: usize) -> Option<Found> {
    let rest = symbols.get(start..)?;
    let leaves_out = rest
        .first()
        .is_some_and(|symbol| is_any(symbol, LEAVING_OUT));
    // "Except those on the Scratch sheet", "except formulas on the Scratch sheet"
    let stands_for = rest
        .get(1)
        .is_some_and(|symbol| is_any(symbol, &[Class::Them, Class::Formula]))
        && rest.get(2).is_some_and(opens_place);
    let skipped = usize::from(leaves_out) + usize::from(leaves_out && stands_for);
    let after = rest.get(skipped..)?;
    let opens = after.first().is_some_and(opens_place);
    if !opens && !leaves_out {
        return None;
    }
    let is_for = after
        .first()
        .is_some_and(|symbol| is_any(symbol, &[Class::For]));
    let names = after.get(usize::from(opens)..)?;
    let (taken, places) = places(names, is_for)?;
    let mut len = skipped + usize::from(opens) + taken;
    let mut scope = Scope::default();
    if leaves_out {
        scope.exclude = places;
    } else {
        scope.sheets = places.sheets;
        scope.ranges = places.ranges;
        scope.departments = places.departments;
        // `in column D on the Inputs sheet`
        if let Some(more) = at(symbols, start + len)
            && more.scope.departments.is_empty()
        {
            len += more.len;
            scope.sheets.extend(more.scope.sheets);
            scope.ranges.extend(more.scope.ranges);
            scope.exclude.sheets.extend(more.scope.exclude.sheets);
            scope.exclude.ranges.extend(more.scope.exclude.ranges);
        }
    }
    Some(Found { start, len, scope })
}

fn opens_place(symbol: &Symbol) -> bool {
    is_any(symbol, &[Class::In, Class::On, Class::For, Class::At])
}

/// How many symbols name places, and which.
fn places(names: &[Symbol], is_for: bool) -> Option<(usize, Places)> {
    group(names)
        .or_else(|| sheets(names))
        .or_else(|| columns(names))
        .or_else(|| rows(names))
        .or_else(|| ranges(names))
        .or_else(|| departments(names, is_for))
}

/// A group of sheets by its own term.
fn group(names: &[Symbol]) -> Option<(usize, Places)> {
    let meanings = &names.first()?.meanings;
    let sheets = meanings.iter().find_map(|meaning| match meaning {
        Meaning::Sheets(sheets) => Some(sheets.clone()),
        _ => None,
    })?;
    let places = Places {
        sheets,
        ..Places::default()
    };
    Some((1, places))
}

/// `Inputs sheet`, `sheet "Inputs"`, `Inputs and Rates sheets`, `sheets except Scratch`
fn sheets(names: &[Symbol]) -> Option<(usize, Places)> {
    let is_sheet = |symbol: &Symbol| is_any(symbol, &[Class::SheetName]);
    let only = |sheets: Vec<String>| Places {
        sheets,
        ..Places::default()
    };
    let first = names.first()?;
    if is_sheet(first) {
        let (len, found) = list(names.get(1..)?, name);
        return (!found.is_empty()).then(|| (len + 1, only(found)));
    }
    let (len, found) = list(names, name);
    let has_word = names.get(len).is_some_and(is_sheet);
    (has_word && !found.is_empty()).then(|| (len + 1, only(found)))
}

/// `column D`, `columns D to F`, `columns D, E and F`
fn columns(names: &[Symbol]) -> Option<(usize, Places)> {
    let letters = |symbol: &Symbol| {
        name(symbol).filter(|text| {
            text.len() <= 3 && text.chars().all(|letter| letter.is_ascii_uppercase())
        })
    };
    after_word(names, Class::Column, letters)
}

/// `row 5`, `rows 2 to 4`
fn rows(names: &[Symbol]) -> Option<(usize, Places)> {
    let number = |symbol: &Symbol| {
        symbol.meanings.iter().find_map(|meaning| match meaning {
            Meaning::Number(row) if *row >= 1.0 && row.fract() == 0.0 => Some(row.to_string()),
            _ => None,
        })
    };
    after_word(names, Class::Row, number)
}

/// Columns or rows after the word for them.
fn after_word(
    names: &[Symbol],
    word: Class,
    read: impl Fn(&Symbol) -> Option<String> + Copy,
) -> Option<(usize, Places)> {
    let (first, rest) = names.split_first()?;
    if !is_any(first, &[word]) {
        return None;
    }
    let only = |ranges: Vec<String>| Places {
        ranges,
        ..Places::default()
    };
    if let [from, to, last, ..] = rest
        && is_any(to, &[Class::To])
        && let (Some(from), Some(last)) = (read(from), read(last))
    {
        return Some((4, only(vec![format!("{from}:{last}")])));
    }
    let (len, found) = list(rest, read);
    let whole = found.iter().map(|one| format!("{one}:{one}")).collect();
    if !found.is_empty() {
        return Some((len + 1, only(whole)));
    }
    let (len, found) = list(rest, range);
    (!found.is_empty()).then(|| (len + 1, only(found)))
}

/// `B2:F40`, `cells B2:F40`, `the range D:D`
fn ranges(names: &[Symbol]) -> Option<(usize, Places)> {
    let words = [Class::CellData, Class::Formula];
    let has_word = names.first().is_some_and(|symbol| {
        let is_range = |meaning: &Meaning| {
            matches!(
                meaning,
                Meaning::Thing(super::rule::Thing::Ranges | super::rule::Thing::References)
            )
        };
        range(symbol).is_none() && (is_any(symbol, &words) || symbol.meanings.iter().any(is_range))
    });
    let (len, ranges) = list(names.get(usize::from(has_word)..)?, range);
    (!ranges.is_empty()).then(|| {
        (
            len + usize::from(has_word),
            Places {
                ranges,
                ..Places::default()
            },
        )
    })
}

/// `Finance`, `the Finance department`
fn departments(names: &[Symbol], is_for: bool) -> Option<(usize, Places)> {
    let unknown = |symbol: &Symbol| name(symbol).filter(|_| symbol.is_unknown());
    let (len, departments) = list(names, unknown);
    let has_word = names
        .get(len)
        .is_some_and(|symbol| is_any(symbol, &[Class::Department]));
    // "On Fridays" names no department, "in the Finance department" does.
    ((is_for || has_word) && !departments.is_empty()).then(|| {
        (
            len + usize::from(has_word),
            Places {
                departments,
                ..Places::default()
            },
        )
    })
}

/// The names that stand at the start, with what separates them, and how many symbols they are.
fn list(symbols: &[Symbol], read: impl Fn(&Symbol) -> Option<String>) -> (usize, Vec<String>) {
    let mut found = Vec::new();
    let mut len = 0;
    let mut at = 0;
    while let Some(one) = symbols.get(at).and_then(&read) {
        found.push(one);
        len = at + 1;
        at = len;
        while symbols.get(at).is_some_and(|symbol| {
            is_any(symbol, &[Class::And, Class::Or])
                || symbol.meanings.contains(&Meaning::Mark(','))
        }) {
            at += 1;
        }
        if at == len {
            break;
        }
    }
    (len, found)
}

/// The word as a name; a word that names a function is none.
fn name(symbol: &Symbol) -> Option<String> {
    symbol.meanings.iter().find_map(|meaning| match meaning {
        Meaning::Name(name) => Some(name.clone()),
        _ => None,
    })
}

fn range(symbol: &Symbol) -> Option<String> {
    symbol.meanings.iter().find_map(|meaning| match meaning {
        Meaning::Range(range) => Some(range.clone()),
        _ => None,
    })
}

fn is_any(symbol: &Symbol, classes: &[Class]) -> bool {
    classes
        .iter()
        .any(|class| symbol.meanings.contains(&Meaning::Class(*class)))
}
