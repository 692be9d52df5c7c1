//! What a sentence can ask of a target: exact match, an argument, a wrapper, anchors, a source.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::{functions, lookups, set_of};
use super::terminal::{
    Input, Read, any_class, class, count, mark, no, ordinal, parameter, pick, separator, thing,
    values, verb,
};
use crate::functions as catalogue;
use crate::policy::lexicon::{Class, Form, Meaning, Parameter, Verb};
use crate::policy::rule::{Demand, FunctionSet, Requirement, Target, Thing, Value, What};

/// Something asked for, before it is known of what.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Need {
    Exact,
    Argument(Place, Option<Vec<Value>>),
    /// The argument is none of these.
    ArgumentNot(Place, Vec<Value>),
    Inside(FunctionSet),
    Absolute,
    Spreadsheets(Vec<String>),
    /// It reads only from these hosts.
    Hosts(Vec<String>),
    /// The argument at this place is no constant.
    NotConstant(Place),
}

/// Which argument is meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Place {
    Nth(u32),
    Last,
    /// By name.
    Named(Parameter),
}

impl Place {
    /// The place in a function.
    fn of(&self, function: &str) -> Option<u32> {
        match self {
            Self::Nth(place) => Some(*place),
            Self::Last => catalogue::find(function)?
                .function()
                .max_arguments
                .map(u32::from),
            Self::Named(parameter) => parameter.places.get(function).copied(),
        }
    }

    /// The one place that the argument has in all functions of the target.
    fn of_all(&self, target: &Target) -> Option<u32> {
        let What::Calls(set) = &target.what else {
            return None;
        };
        let mut places = set.names.iter().map(|name| self.of(name));
        let first = places.next()??;
        places.all(|place| place == Some(first)).then_some(first)
    }

    /// The functions that are meant when none is named.
    fn functions(&self) -> Option<FunctionSet> {
        match self {
            Self::Named(parameter) if parameter.alone => Some(FunctionSet {
                class: None,
                names: parameter.places.keys().cloned().collect(),
            }),
            Self::Named(_) | Self::Nth(_) | Self::Last => None,
        }
    }
}

impl Need {
    /// The demand that each target meets the need; `None` if they do not go together.
    pub(super) fn of(&self, target: &Target) -> Option<Demand> {
        let requirement = match self {
            Self::Exact => {
                let set = match &target.what {
                    What::Calls(set) => set.clone(),
                    What::Thing(Thing::ApproximateLookups) => lookups(),
                    _ => return None,
                };
                let known = lookups();
                if !set.names.iter().all(|name| known.names.contains(name)) {
                    return None;
                }
                return Some(Demand::Require(
                    What::Calls(set).into(),
                    Requirement::ExactMatch,
                ));
            }
            Self::Inside(set) => Requirement::Inside(set.clone()),
            Self::Absolute => {
                let is_reference = matches!(
                    target.what,
                    What::Thing(Thing::Ranges | Thing::References | Thing::RelativeReferences)
                );
                if !is_reference {
                    return None;
                }
                Requirement::Absolute
            }
            Self::Spreadsheets(keys) => match &target.what {
                What::Calls(_) => Requirement::FromSpreadsheet(keys.clone()),
                _ => return None,
            },
            Self::Hosts(hosts) => match &target.what {
                What::Calls(_) => Requirement::FromHost(hosts.clone()),
                _ => return None,
            },
            Self::NotConstant(place) => Requirement::ArgumentNotConstant(place.of_all(target)?),
            Self::Argument(place, values) => match values {
                Some(values) => Requirement::ArgumentIs(place.of_all(target)?, values.clone()),
                None => Requirement::ArgumentGiven(place.of_all(target)?),
            },
            Self::ArgumentNot(place, values) => {
                Requirement::ArgumentIsNot(place.of_all(target)?, values.clone())
            }
        };
        Some(Demand::Require(target.clone(), requirement))
    }

    /// The demands on the functions, or on those that the need itself names.
    pub(super) fn of_functions(&self, set: Option<FunctionSet>) -> Option<Vec<Demand>> {
        let set = match (set, self) {
            (Some(set), _) => set,
            (None, Self::Exact) => lookups(),
            (
                None,
                Self::Argument(place, _) | Self::ArgumentNot(place, _) | Self::NotConstant(place),
            ) => place.functions()?,
            (None, Self::Spreadsheets(_)) => set_of(&["IMPORTRANGE"]),
            (None, Self::Hosts(_)) => {
                set_of(&["IMPORTDATA", "IMPORTXML", "IMPORTHTML", "IMPORTFEED"])
            }
            (None, _) => return None,
        };
        if let Some(demand) = self.of(&What::Calls(set.clone()).into()) {
            return Some(vec![demand]);
        }
        // The argument stands in different places: one demand for each function. Of a named set
        // those are meant that have it.
        let named = set.class.is_some();
        let has_it = |name: &&String| match self {
            Self::Argument(place, _) | Self::ArgumentNot(place, _) | Self::NotConstant(place) => {
                !named || place.of(name).is_some()
            }
            _ => true,
        };
        set.names
            .iter()
            .filter(has_it)
            .map(|name| self.of(&What::Calls(set_of(&[name.as_str()])).into()))
            .collect()
    }
}

/// Takes what is asked for: `exact match`, `the fourth argument`, `FALSE as the last argument`,
/// `match type 0`, `absolute references`.
pub(super) fn need(input: Input<'_>) -> Read<'_, Need> {
    let equals = |input| {
        let sign = any_class(&[Class::To, Class::As, Class::Be, Class::With]);
        opt(alt((sign, mark(':')))).map(|_| ()).parse(input)
    };
    let as_place = |input| {
        (any_class(&[Class::As, Class::For, Class::In]), place)
            .map(|((), place)| place)
            .parse(input)
    };
    alt((
        (values, as_place).map(|(values, place)| Need::Argument(place, Some(values))),
        (values, class(Class::AtEnd)).map(|(values, ())| Need::Argument(Place::Last, Some(values))),
        (values, parameter).map(|(values, name)| Need::Argument(Place::Named(name), Some(values))),
        (place, equals, values).map(|(place, (), values)| Need::Argument(place, Some(values))),
        (place, class(Class::Present)).map(|(place, ())| Need::Argument(place, None)),
        exact.map(|()| Need::Exact),
        place.map(|place| Need::Argument(place, None)),
        (opt(class(Class::Present)), place).map(|(_, place)| Need::Argument(place, None)),
        absolute.map(|()| Need::Absolute),
    ))
    .parse(input)
}

/// Takes `exact match`, `exact`, `only exact matches`.
pub(super) fn exact(input: Input<'_>) -> Read<'_, ()> {
    alt((
        class(Class::ExactMatch),
        (
            class(Class::Exact),
            opt(any_class(&[Class::Call, Class::ExactMatch])),
        )
            .map(|_| ()),
    ))
    .parse(input)
}

/// Takes `absolute`, `absolute references`, `absolute ranges`.
pub(super) fn absolute(input: Input<'_>) -> Read<'_, ()> {
    let named = |input| {
        let (rest, found) = thing(input)?;
        if found == Thing::AbsoluteReferences {
            Ok((rest, ()))
        } else {
            no()
        }
    };
    let words = |input| {
        let range = |input| {
            let (rest, found) = thing(input)?;
            if matches!(found, Thing::References | Thing::Ranges) {
                Ok((rest, ()))
            } else {
                no()
            }
        };
        let signs = (any_class(&[Class::With, Class::By]), class(Class::Absolute));
        (class(Class::Absolute), opt(range), opt(signs))
            .map(|_| ())
            .parse(input)
    };
    alt((named, words)).parse(input)
}

/// Takes which argument is meant: `the fourth argument`, `argument 4`, `the last parameter`,
/// `match type`, `the is_sorted argument`.
pub(super) fn place(input: Input<'_>) -> Read<'_, Place> {
    let named = opt((mark('('), parameter, mark(')')));
    alt((
        (ordinal, class(Class::Argument), named).map(|(place, ..)| Place::Nth(place)),
        (class(Class::Last), class(Class::Argument)).map(|_| Place::Last),
        (class(Class::Argument), opt(class(Class::NumberOf)), count)
            .map(|(.., place)| Place::Nth(place)),
        // `four arguments` are given if the fourth is.
        (opt(class(Class::AtLeast)), count, class(Class::Argument))
            .map(|(_, count, ())| Place::Nth(count)),
        (parameter, opt(class(Class::Argument))).map(|(parameter, _)| Place::Named(parameter)),
    ))
    .parse(input)
}

/// Takes an argument with its function: `the fourth argument of VLOOKUP`, `VLOOKUP's fourth
/// argument`, `the fourth VLOOKUP argument`, `the match type`.
pub(super) fn argument(input: Input<'_>) -> Read<'_, (Place, Option<FunctionSet>)> {
    let link = |input| {
        opt(any_class(&[Class::In, Class::For, Class::To]))
            .map(|_| ())
            .parse(input)
    };
    alt((
        (place, link, functions).map(|(place, (), set)| (place, Some(set))),
        (functions, place).map(|(set, place)| (place, Some(set))),
        (ordinal, functions, class(Class::Argument))
            .map(|(place, set, ())| (Place::Nth(place), Some(set))),
        (class(Class::Last), functions, class(Class::Argument))
            .map(|((), set, ())| (Place::Last, Some(set))),
        place.map(|place| (place, None)),
    ))
    .parse(input)
}

/// Takes the sources that a call may read: `spreadsheet 1Abc…`, `"1Abc…" or "1Def…"`, `the hosts
/// example.com and example.org`.
pub(super) fn sources(input: Input<'_>) -> Read<'_, Need> {
    let keys = |input| {
        let word = any_class(&[Class::Spreadsheet]);
        source_list(input, word, |meaning| match meaning {
            Meaning::Key(key) => Some(vec![key.clone()]),
            _ => None,
        })
    };
    let hosts = |input| {
        let word = any_class(&[
            Class::Host,
            Class::Url,
            Class::Spreadsheet,
            Class::On,
            Class::From,
        ]);
        source_list(input, word, |meaning| match meaning {
            Meaning::Host(host) => Some(vec![host.clone()]),
            Meaning::Hosts(hosts) => Some(hosts.clone()),
            _ => None,
        })
    };
    alt((keys.map(Need::Spreadsheets), hosts.map(Need::Hosts))).parse(input)
}

/// Takes a list of sources, each with the words that say what it is.
fn source_list<'s>(
    input: Input<'s>,
    word: impl Fn(Input<'s>) -> Read<'s, ()> + Copy,
    name: impl Fn(&Meaning) -> Option<Vec<String>> + Copy,
) -> Read<'s, Vec<String>> {
    let one = |input| {
        let (input, _) = (opt(word), opt(word), opt(word), opt(mark(':'))).parse(input)?;
        pick(input, name)
    };
    let (mut input, mut names) = one(input)?;
    while let Ok((rest, ((), more))) = (separator, one).parse(input) {
        names.extend(more);
        input = rest;
    }
    Ok((input, names))
}

/// Takes `against errors`, `from errors`: what a wrapper is to guard against.
fn against_errors(input: Input<'_>) -> Read<'_, FunctionSet> {
    let errors = |input| match thing(input) {
        Ok((rest, Thing::ErrorValues)) => Ok((rest, ())),
        _ => class(Class::Error)(input),
    };
    let against = any_class(&[Class::Against, Class::For]);
    alt((
        (against, class(Class::DivisionByZero)).map(|_| zero_checks()),
        (against, errors).map(|_| set_of(&["IFERROR", "IFNA"])),
    ))
    .parse(input)
}

/// Takes being wrapped: `wrapped in IFERROR`, `inside IFERROR`, `guarded by error handling`.
pub(super) fn wrapped(input: Input<'_>) -> Read<'_, FunctionSet> {
    let (mut input, mut set) = wrapped_once(input)?;
    // "Wrapped in IFERROR or guarded by IF"
    while let Ok((rest, ((), more))) = (class(Class::Or), wrapped_once).parse(input) {
        set.class = None;
        set.names.extend(more.names);
        input = rest;
    }
    Ok((input, set))
}

/// Takes being wrapped in one kind of wrapper.
fn wrapped_once(input: Input<'_>) -> Read<'_, FunctionSet> {
    let verb_form = verb(&[Verb::Wrap, Verb::Nest, Verb::Use], Form::Participle);
    let link = any_class(&[Class::In, Class::By, Class::With, Class::Into]);
    alt((
        (opt((verb_form, opt(against_errors))), link, handlers).map(|(_, (), set)| set),
        (verb_form, handlers).map(|((), set)| set),
        (verb_form, against_errors).map(|((), set)| set),
    ))
    .parse(input)
}

/// The functions that a division by zero is checked for or caught with.
fn zero_checks() -> FunctionSet {
    set_of(&["IFERROR", "IF", "IFS"])
}

/// Takes the functions that guard: `IFERROR`, `error handling`, `error handling using IFERROR`,
/// `an IFERROR block`.
pub(super) fn handlers(input: Input<'_>) -> Read<'_, FunctionSet> {
    let using = alt((
        verb(&[Verb::Use], Form::Gerund),
        any_class(&[Class::With, Class::By, Class::SuchAs]),
    ));
    alt((
        (
            class(Class::ErrorHandling),
            opt((opt(mark('(')), opt(using), functions, opt(mark(')')))),
        )
            .map(|((), given)| {
                given.map_or_else(|| set_of(&["IFERROR", "IFNA"]), |(_, _, set, _)| set)
            }),
        class(Class::ZeroCheck).map(|()| zero_checks()),
        // "With FALSE" is said of an argument.
        functions.map_opt(|set| {
            let is_truth = |name: &String| name == "TRUE" || name == "FALSE";
            (!set.names.iter().any(is_truth)).then_some(set)
        }),
    ))
    .parse(input)
}
