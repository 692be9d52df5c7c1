//! The forms of sentences that are understood, and which of them are nearest to one that is not.

use super::lexicon::{Class, Meaning, Verb};
use super::symbols::Symbols;

/// How many forms are offered.
const OFFERED: usize = 3;

/// Something that a sentence can speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Feature {
    Functions,
    Count,
    Unit,
    Wrapper,
    Preference,
    Argument,
    Source,
    Only,
    Numbers,
    Thing,
}

/// The forms, each with what a sentence of that form speaks of.
const FORMS: &[(&str, &[Feature])] = &[
    ("Do not use FUNCTION.", &[Feature::Functions]),
    ("Formulas must not contain THING.", &[Feature::Thing]),
    (
        "Numbers other than 0 and 1 must not be hard-coded.",
        &[Feature::Numbers, Feature::Count],
    ),
    (
        "Formulas must have at most 3 levels of nesting.",
        &[Feature::Unit, Feature::Count],
    ),
    (
        "FUNCTION must be wrapped in IFERROR.",
        &[Feature::Functions, Feature::Wrapper],
    ),
    (
        "Divisions must be wrapped in IFERROR.",
        &[Feature::Thing, Feature::Wrapper],
    ),
    (
        "Use FUNCTION instead of FUNCTION.",
        &[Feature::Functions, Feature::Preference],
    ),
    (
        "The fourth argument of FUNCTION must be FALSE.",
        &[Feature::Functions, Feature::Argument],
    ),
    (
        "Only FUNCTION and FUNCTION may be used.",
        &[Feature::Functions, Feature::Only],
    ),
    (
        "IMPORTRANGE may only read from spreadsheet KEY.",
        &[Feature::Functions, Feature::Source, Feature::Only],
    ),
];

/// The forms nearest to the sentence, the nearest first.
pub(super) fn nearest(symbols: &Symbols) -> Vec<&'static str> {
    let spoken = features(symbols);
    let score = |wanted: &[Feature]| {
        let shared = wanted.iter().filter(|one| spoken.contains(one)).count();
        // What the form has and the sentence lacks counts against it.
        (2 * shared + FORMS.len()).saturating_sub(wanted.len())
    };
    let mut ranked: Vec<(usize, &'static str)> = FORMS
        .iter()
        .map(|(form, wanted)| (score(wanted), *form))
        .collect();
    ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    ranked
        .into_iter()
        .take(OFFERED)
        .map(|(_, form)| form)
        .collect()
}

fn features(symbols: &Symbols) -> Vec<Feature> {
    let mut found = Vec::new();
    for meaning in symbols.all.iter().flat_map(|symbol| &symbol.meanings) {
        let feature = match meaning {
            Meaning::Functions(_) => Feature::Functions,
            Meaning::Number(_) => Feature::Count,
            Meaning::Unit(_) => Feature::Unit,
            Meaning::Parameter(_) | Meaning::Ordinal(_) | Meaning::Class(Class::Argument) => {
                Feature::Argument
            }
            Meaning::Key(_) | Meaning::Host(_) | Meaning::Hosts(_) => Feature::Source,
            Meaning::Thing(super::rule::Thing::Numbers) => Feature::Numbers,
            Meaning::Thing(_) => Feature::Thing,
            Meaning::Verb(Verb::Wrap, _) | Meaning::Class(Class::ErrorHandling) => Feature::Wrapper,
            Meaning::Verb(Verb::Prefer | Verb::Replace, _)
            | Meaning::Class(Class::Instead | Class::Preferred) => Feature::Preference,
            Meaning::Class(Class::Only) => Feature::Only,
            _ => continue,
        };
        if !found.contains(&feature) {
            found.push(feature);
        }
    }
    found
}
