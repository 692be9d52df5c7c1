//! The vocabulary of policy sentences: `lexicon.toml` as a table of phrases and what they mean.
//!
//! Data only. What a sentence of such phrases demands is the grammar's business.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

use super::rule::{FunctionSet, Thing};
use crate::functions::{self, Volatility};

/// A vocabulary. Any number of threads may compile with one.
#[derive(Clone, Debug)]
pub struct Lexicon {
    version: u32,
    phrases: HashMap<String, Vec<Meaning>>,
    /// For each first word of a phrase, the most words that such a phrase has.
    longest: HashMap<String, usize>,
    articles: BTreeSet<String>,
    intensifiers: BTreeSet<String>,
    ordinary: BTreeSet<String>,
    withdrawn: BTreeSet<String>,
    withdrawn_lists: BTreeSet<String>,
    spelling: BTreeMap<String, String>,
    contractions: BTreeMap<String, String>,
}

/// Why a lexicon's data can not be used.
#[derive(Debug, thiserror::Error)]
#[error("the lexicon can not be read: {0}")]
pub struct LexiconError(String);

impl LexiconError {
    pub(super) fn new(reason: String) -> Self {
        Self(reason)
    }
}

impl From<toml::de::Error> for LexiconError {
    fn from(error: toml::de::Error) -> Self {
        Self(error.to_string())
    }
}

/// One meaning of a phrase or of a single word, number or sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    Stop,
    Hedge,
    Unreadable,
    Class(Class),
    Verb(Verb, Form),
    /// Functions, by name or as a named set.
    Functions(FunctionSet),
    Thing(Thing),
    Unit(Unit),
    /// A parameter by name: its place, from 1, in each function that has it.
    Parameter(Parameter),
    Topic(String),
    Number(f64),
    Ordinal(u32),
    ErrorValue(String),
    Key(String),
    /// A host on the web.
    Host(String),
    /// Hosts by an organization's own term.
    Hosts(Vec<String>),
    /// Sheets by an organization's own term.
    Sheets(Vec<String>),
    /// A range of cells, columns or rows, as written without `$`.
    Range(String),
    /// A word with a capital, or in quotes: what could be the name of a sheet or a department.
    Name(String),
    Columns,
    Rows,
    Quoted(String),
    Mark(char),
    Unknown,
}

/// A named parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    /// Its place in each function that has it.
    pub(super) places: BTreeMap<String, u32>,
    /// Whether the name alone says that these functions are meant.
    pub(super) alone: bool,
}

/// What form a verb has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Base,
    Gerund,
    Participle,
}

/// Declares an enum whose variants are the keys of a table of the lexicon.
macro_rules! keys {
    ($(#[$docs:meta])* $name:ident { $($variant:ident),+ $(,)? }) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(super) enum $name { $($variant),+ }
    };
}

keys! {
    /// The closed word classes of the grammar, as in `[words]`.
    Class {
        Must, Should, May, Can, MustNot, ShouldNot, Optional, DoNot, Not, NoLonger, No, NothingBut,
        AnythingBut, OutOfFormulas, PutAway, Authority, Let, NoFurther, Breaches, AtEnd, LiteralText, TooMany, Anything, Advised, ToAvoid, StaticValues, Tells, Text, NoUse, StickTo, OwnSheet, OwnSheetCells, FreeOf, EndWith, Nobody, Neither, Do, Be, Have, There, It, That, If, Whenever, Then, And, Or, But, Only,
        Except, Excepted, Unless, UnlessInside, Without, With, Outside, In, Into, To, From, By, As,
        For, On, At, Around, Instead, Following, SuchAs, Like, Function,
        Call, Usage, Formula, Calculation, Model, Person, Forbidden, Discouraged, Allowed,
        Required, Requires, Preferred, Place, Nested, Deep, Long, Longer, Shorter, Deeper,
        MoreThan, LessThan, AtMost, AtLeast, OrMore, OrLess, NumberOf, Maximum, ExactMatch, Exact,
        ApproximateMatch, ErrorHandling, Absolute, Argument, Last, Unguarded,
        LeftEmpty, Absent, Present, True, False, CellData, Url, Error, Spreadsheet, SheetName,
        Approval, Because, ForQuality, Quality, Ensure, VagueLimit, Brief, Data,
        Length, Depth, Against, Others, Bounded, Relative, UpperCase, FunctionName, BuiltIn, Https,
        Host, Parenthesis, ZeroCheck, PlainText, StartWith, Fault, Whose, Expect, Cross, Gone, Them, OneLine, ToHandleErrors, BlankValue, Combined, Column, Row, Department, Yes, Never, ColumnVerdict, ColumnUsed, ColumnRule, ColumnSubject, OwnCells, OthersListed, DivisionByZero, InItsPlace, So, Therefore, Arrow, EmptyText,
        AtReview, Permits, Particle, InFavor, NothingElse, Times, Purpose, Upkeep, Longest, Preference, HidesErrors, NotOnly, Avoidance, Provided, BanOn, Deems, We,
    }
}

keys! {
    /// The verb classes of the grammar, as in `[verbs]`.
    Verb {
        Use, Appear, Refer, Import, Avoid, Ban, Discourage, HardCode, Nest, Exceed, Leave, Anchor, Wrap, Stand, Specify,
        Omit, Append, Hide, Limit, Prefer, Replace, Substitute, Migrate, Divide, Yield, Fit, Shorten, Make, Return,
        Repair,
    }
}

keys! {
    /// What can be counted, as in `[units]`.
    Unit { Length, Calls, References, Operators, Arguments, Nesting, IfNesting, Lines, Numbers, DistinctReferences, DistinctCalls, Parentheses }
}

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    version: u32,
    articles: Vec<String>,
    stop: Vec<String>,
    intensifiers: Vec<String>,
    hedges: Vec<String>,
    unreadable: Vec<String>,
    withdrawn: Vec<String>,
    withdrawn_lists: Vec<String>,
    ordinary: Vec<String>,
    spelling: BTreeMap<String, String>,
    contractions: BTreeMap<String, String>,
    numbers: BTreeMap<String, u32>,
    ordinals: BTreeMap<String, u32>,
    words: BTreeMap<Class, Vec<String>>,
    verbs: BTreeMap<Verb, Vec<String>>,
    irregular: BTreeMap<String, (String, String)>,
    things: BTreeMap<Thing, Vec<String>>,
    units: BTreeMap<Unit, Vec<String>>,
    functions: Vec<FunctionsSource>,
    parameters: Vec<ParameterSource>,
    topics: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionsSource {
    name: String,
    phrases: Vec<String>,
    #[serde(default)]
    members: Vec<String>,
    category: Option<String>,
    #[serde(default)]
    volatile: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterSource {
    phrases: Vec<String>,
    places: BTreeMap<String, u32>,
    #[serde(default)]
    alone: bool,
}

impl Lexicon {
    /// The vocabulary that comes with the analyzer. Reading it takes tens of milliseconds: make one
    /// and keep it.
    ///
    /// # Panics
    /// Never: a test reads the same data.
    #[must_use]
    pub fn english() -> Self {
        #[expect(
            clippy::expect_used,
            reason = "the data is compiled in, and a test reads it"
        )]
        Self::parse(include_str!("lexicon.toml")).expect("the lexicon is valid")
    }

    /// Reads a vocabulary in the form of `lexicon.toml`.
    pub fn parse(source: &str) -> Result<Self, LexiconError> {
        let source: Source = toml::from_str(source)?;
        let mut lexicon = Self {
            version: source.version,
            phrases: HashMap::new(),
            longest: HashMap::new(),
            articles: source.articles.iter().cloned().collect(),
            intensifiers: source.intensifiers.iter().cloned().collect(),
            ordinary: source.ordinary.iter().cloned().collect(),
            withdrawn: BTreeSet::new(),
            withdrawn_lists: BTreeSet::new(),
            spelling: source.spelling.clone(),
            contractions: source.contractions.clone(),
        };
        let keys = |phrases: &[String]| {
            phrases
                .iter()
                .flat_map(|phrase| lexicon.keys_of(phrase))
                .collect()
        };
        let (withdrawn, lists) = (keys(&source.withdrawn), keys(&source.withdrawn_lists));
        lexicon.withdrawn = withdrawn;
        lexicon.withdrawn_lists = lists;
        lexicon.add_words(&source);
        lexicon.add_verbs(&source);
        lexicon.add_nouns(source);
        Ok(lexicon)
    }

    /// The version of the vocabulary; a change of data raises it.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    fn add_words(&mut self, source: &Source) {
        for (phrases, meaning) in [
            (&source.stop, Meaning::Stop),
            (&source.hedges, Meaning::Hedge),
            (&source.unreadable, Meaning::Unreadable),
        ] {
            self.add(phrases, &meaning);
        }
        for (class, phrases) in &source.words {
            self.add(phrases, &Meaning::Class(*class));
        }
        for (word, value) in &source.numbers {
            self.add(
                std::slice::from_ref(word),
                &Meaning::Number(f64::from(*value)),
            );
        }
        for (word, place) in &source.ordinals {
            self.add(std::slice::from_ref(word), &Meaning::Ordinal(*place));
        }
        for (topic, phrases) in &source.topics {
            self.add(phrases, &Meaning::Topic(topic.clone()));
        }
    }

    fn add_verbs(&mut self, source: &Source) {
        for (verb, phrases) in &source.verbs {
            for phrase in phrases.iter().flat_map(|phrase| expand(phrase)) {
                let words: Vec<&str> = phrase.split_whitespace().collect();
                let marked = words.iter().position(|word| word.ends_with('~'));
                let (before, rest) = words.split_at(marked.unwrap_or(0));
                let Some((inflected, after)) = rest.split_first() else {
                    continue;
                };
                let base = inflected.trim_end_matches('~');
                let (gerund, participle) = source
                    .irregular
                    .get(base)
                    .cloned()
                    .unwrap_or_else(|| (gerund(base), participle(base)));
                for (word, form) in [
                    (base, Form::Base),
                    (&gerund, Form::Gerund),
                    (&participle, Form::Participle),
                ] {
                    let phrase = [before, &[word], after].concat().join(" ");
                    self.add(&[phrase], &Meaning::Verb(*verb, form));
                }
            }
        }
    }

    fn add_nouns(&mut self, source: Source) {
        for (thing, phrases) in &source.things {
            self.add(phrases, &Meaning::Thing(*thing));
        }
        for (unit, phrases) in &source.units {
            self.add(phrases, &Meaning::Unit(*unit));
        }
        for set in source.functions {
            let mut names = set.members;
            if let Some(category) = set.category {
                let of_category = functions::all()
                    .filter(|function| function.category.name() == category)
                    .map(|function| function.name.to_owned());
                names.extend(of_category);
            }
            if set.volatile {
                let volatile = functions::all()
                    .filter(|function| function.volatility != Volatility::None)
                    .map(|function| function.name.to_owned())
                    .filter(|name| !names.contains(name))
                    .collect::<Vec<_>>();
                names.extend(volatile);
            }
            let functions = FunctionSet {
                class: Some(set.name),
                names,
            };
            self.add(&set.phrases, &Meaning::Functions(functions));
        }
        for parameter in source.parameters {
            let meaning = Meaning::Parameter(Parameter {
                places: parameter.places,
                alone: parameter.alone,
            });
            self.add(&parameter.phrases, &meaning);
        }
        // After those of the vocabulary, which say more.
        self.add_catalogue_parameters();
    }

    /// The parameters that the catalogue of functions names with several words: `sort_column`.
    fn add_catalogue_parameters(&mut self) {
        let mut places: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
        for function in functions::all() {
            for (index, place) in (1_u32..=16).enumerate() {
                if let Some(name) = function.parameter(index).filter(|name| name.contains('_')) {
                    let functions = places.entry(name.to_owned()).or_default();
                    functions.entry(function.name.to_owned()).or_insert(place);
                }
            }
        }
        for (name, places) in places {
            let spaced = name.replace('_', " ");
            let meaning = Meaning::Parameter(Parameter {
                places,
                alone: false,
            });
            self.add(&[name, spaced], &meaning);
        }
    }

    /// Adds the meaning to each of the phrases.
    pub(super) fn add(&mut self, phrases: &[String], meaning: &Meaning) {
        for phrase in phrases {
            for key in self.keys_of(phrase) {
                let first = key.split(' ').next().unwrap_or_default().to_owned();
                let longest = self.longest.entry(first).or_default();
                *longest = key.split(' ').count().max(*longest);
                let meanings = self.phrases.entry(key).or_default();
                if !meanings.contains(meaning) {
                    meanings.push(meaning.clone());
                }
            }
        }
    }

    /// The keys that a phrase with alternatives stands for.
    fn keys_of(&self, phrase: &str) -> Vec<String> {
        expand(phrase)
            .iter()
            .map(|plain| {
                let words: Vec<String> = plain
                    .split_whitespace()
                    .filter(|word| !self.is_article(word))
                    .map(|word| self.normal(word))
                    .collect();
                words.join(" ")
            })
            .filter(|key| !key.is_empty())
            .collect()
    }

    /// What a phrase of normalized words means.
    pub(super) fn meanings(&self, key: &str) -> Option<&[Meaning]> {
        self.phrases.get(key).map(Vec::as_slice)
    }

    /// Whether the term, as it is looked up, means something already.
    pub(super) fn is_term_of_grammar(&self, term: &str) -> bool {
        let keys = self.keys_of(term);
        keys.is_empty() || keys.iter().any(|key| self.phrases.contains_key(key))
    }

    /// Makes the lower half of a hash the version.
    pub(super) fn set_version(&mut self, hash: u64) {
        let [a, b, c, d, ..] = hash.to_le_bytes();
        // Databases have signed integers.
        self.version = u32::from_le_bytes([a, b, c, d]) & (u32::MAX >> 1);
    }

    /// The most words that a phrase with this first word has; 0 if there is none.
    pub(super) fn longest_from(&self, first: &str) -> usize {
        self.longest.get(first).copied().unwrap_or_default()
    }

    pub(super) fn is_article(&self, word: &str) -> bool {
        self.articles.contains(word)
    }

    /// Whether the word only strengthens a phrase that it stands in.
    pub(super) fn is_intensifier(&self, word: &str) -> bool {
        self.intensifiers.contains(word)
    }

    /// Whether a function's name, in small letters, is an ordinary word.
    pub(super) fn is_ordinary(&self, word: &str) -> bool {
        self.ordinary.contains(word)
    }

    /// Whether a phrase of normalized words takes back what stands under the heading, or in the
    /// list, that it introduces.
    pub(super) fn withdraws(&self, key: &str, is_heading: bool) -> bool {
        self.withdrawn.contains(key) || (!is_heading && self.withdrawn_lists.contains(key))
    }

    /// The words that a contraction stands for.
    pub(super) fn contraction(&self, word: &str) -> Option<&str> {
        self.contractions.get(word).map(String::as_str)
    }

    /// A word in small letters, the singular and one spelling.
    pub(super) fn normal(&self, word: &str) -> String {
        let word = word.to_lowercase();
        if let Some(other) = self.spelling.get(&word) {
            return other.clone();
        }
        let singular = singular(&word);
        let word = self.spelling.get(&singular).cloned().unwrap_or(singular);
        american(&word)
    }
}

/// `uses` and `columns` without their ending.
fn singular(word: &str) -> String {
    let stem = |ending: &str| word.strip_suffix(ending);
    if word.chars().count() <= 3 || !word.is_ascii() {
        return word.to_owned();
    }
    if let Some(stem) = stem("ies").filter(|_| word.len() > 4) {
        return format!("{stem}y");
    }
    for ending in ["xes", "ches", "shes", "sses"] {
        if word.ends_with(ending) {
            return stem("es").unwrap_or(word).to_owned();
        }
    }
    if ["ss", "us", "is"]
        .iter()
        .any(|ending| word.ends_with(ending))
    {
        return word.to_owned();
    }
    stem("s").unwrap_or(word).to_owned()
}

/// `-ise` written as `-ize`.
fn american(word: &str) -> String {
    for (british, american) in [
        ("ise", "ize"),
        ("ised", "ized"),
        ("ising", "izing"),
        ("isation", "ization"),
    ] {
        if let Some(stem) = word.strip_suffix(british)
            && stem.len() > 2
        {
            return format!("{stem}{american}");
        }
    }
    word.to_owned()
}

/// `using` of `use`
fn gerund(verb: &str) -> String {
    match verb.strip_suffix('e') {
        Some(stem) if !stem.ends_with('e') => format!("{stem}ing"),
        _ => format!("{verb}ing"),
    }
}

/// `used` of `use`
fn participle(verb: &str) -> String {
    if verb.ends_with('e') {
        return format!("{verb}d");
    }
    match verb.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ied"),
        _ => format!("{verb}ed"),
    }
}

/// Every plain phrase that a phrase with `{a|b}` and `[a|b]` stands for.
fn expand(phrase: &str) -> Vec<String> {
    let Some(open) = phrase.find(['{', '[']) else {
        return vec![phrase.to_owned()];
    };
    let close = if phrase.get(open..).is_some_and(|rest| rest.starts_with('{')) {
        '}'
    } else {
        ']'
    };
    let (before, rest) = phrase.split_at(open);
    let Some((inside, after)) = rest.get(1..).and_then(|rest| rest.split_once(close)) else {
        return vec![phrase.to_owned()];
    };
    let mut choices: Vec<&str> = inside.split('|').collect();
    if close == ']' {
        choices.push("");
    }
    let tails = expand(after);
    choices
        .iter()
        .flat_map(|choice| {
            tails
                .iter()
                .map(move |tail| format!("{before}{choice}{tail}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_lexicon_is_valid() {
        assert!(Lexicon::parse(include_str!("lexicon.toml")).is_ok());
    }

    #[test]
    fn plurals_and_both_spellings_have_one_normal_form() {
        let lexicon = Lexicon::english();
        for (one, other) in [
            ("columns", "column"),
            ("queries", "query"),
            ("indexes", "index"),
            ("utilise", "utilize"),
            ("authorisation", "authorization"),
            ("formulae", "formulas"),
            ("favour", "favor"),
        ] {
            assert_eq!(lexicon.normal(one), lexicon.normal(other));
        }
    }

    #[test]
    fn every_named_function_is_in_the_catalogue() {
        let lexicon = Lexicon::english();
        for meaning in lexicon
            .phrases
            .get("volatile function")
            .into_iter()
            .flatten()
        {
            if let Meaning::Functions(set) = meaning {
                assert!(set.names.iter().all(|name| functions::find(name).is_some()));
            }
        }
    }
}
