//! Sentences about where data may come from: `data must not be imported from the web`, `only
//! spreadsheet 1Abc… may be imported`; and about data that is typed into formulas.

use nom::{Parser, branch::alt, combinator::opt};

use super::Clause;
use super::functions::{functions, set_of};
use super::need::{Need, spreadsheets};
use super::noun::nouns;
use super::predicate::{clause_of, demanding, turned, verdict};
use super::prohibited::forbidden;
use super::terminal::{Input, Points, Read, any_class, class, modal, no, verb};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, What};

const READING: &[Verb] = &[Verb::Import, Verb::Refer, Verb::Use];

/// `data must not be imported from the web`, `data may be imported only from spreadsheet 1Abc…`,
/// `inputs must not be hard-coded`
///
/// "Data must not be imported from the web." flags `=IMPORTDATA(A1)`, not `=Sheet2!A1`.
pub(super) fn of_data(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    alt((
        |input| typed(input, nobody),
        |input| imported(input, nobody),
        |input| only_source(input, nobody),
    ))
    .parse(input)
}

/// `inputs must not be hard-coded`, `text must not be typed into formulas`
///
/// "Inputs must not be hard-coded." flags `=A1*1.19`, not `=A1*B1`.
fn typed(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let numbers =
        any_class(&[Class::Data, Class::CellData]).map(|()| What::Numbers(vec![0.0, 1.0]));
    let texts = class(Class::Text).map(|()| What::Texts(Vec::new()));
    let typed = verb(&[Verb::HardCode], Form::Participle);
    let (rest, (what, force, (), ())) =
        (alt((texts, numbers)), modal, class(Class::Be), typed).parse(input)?;
    match turned(force, nobody) {
        Some(force) if force.points == Points::Forbid => {
            demanding(rest, force.level, Some(vec![Demand::Forbid(what.into())]))
        }
        _ => no(),
    }
}

/// `data must not be imported from the web`, `data may be imported only from spreadsheet 1Abc…`
///
/// "Data must not be imported from the web." flags `=IMPORTDATA(A1)`, not `=Sheet2!A1`.
fn imported(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let only = |input| opt(class(Class::Only)).parse(input);
    let taken = verb(READING, Form::Participle);
    let data = any_class(&[Class::Data, Class::CellData]);
    let (input, ((), force, first, (), second, (), third)) =
        (data, modal, only, class(Class::Be), only, taken, only).parse(input)?;
    let Some(force) = turned(force, nobody) else {
        return no();
    };
    let is_only = [first, second, third].iter().any(Option::is_some);
    match (force.points, is_only) {
        (Points::Forbid, false) => {
            let (rest, ((), found)) = (class(Class::From), nouns).parse(input)?;
            match forbidden(found) {
                Some(outcome) => Ok((rest, clause_of(force.level, outcome))),
                None => no(),
            }
        }
        (Points::Demand | Points::Permit, true) => {
            let (rest, (_, keys)) = (opt(class(Class::From)), spreadsheets).parse(input)?;
            from_only(rest, force.level, set_of(&["IMPORTRANGE"]), keys)
        }
        _ => no(),
    }
}

/// `only spreadsheet 1Abc… may be imported`, `the only spreadsheet that IMPORTRANGE may read is
/// 1Abc…`
///
/// "Only spreadsheet 1AbcDefGhiJklMnoPqrStuV0 may be imported."
/// flags `=IMPORTRANGE("x","A1")`, not `=IMPORTRANGE("1AbcDefGhiJklMnoPqrStuV0","A1")`.
fn only_source(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let by = any_class(&[Class::With, Class::By, Class::In, Class::For]);
    let allowed = |input| verdict(input, false);
    let named_first = (
        class(Class::Only),
        spreadsheets,
        allowed,
        opt((by, functions)),
    )
        .map(|((), keys, force, by)| {
            let set = by.map_or_else(|| set_of(&["IMPORTRANGE"]), |((), set)| set);
            (set, force, keys)
        });
    let only = (
        class(Class::Only),
        class(Class::Spreadsheet),
        opt(class(Class::That)),
    );
    let is = (opt(class(Class::From)), class(Class::Be));
    let named_last = (
        only,
        functions,
        modal,
        verb(READING, Form::Base),
        is,
        spreadsheets,
    )
        .map(|(_, set, force, .., keys)| (set, force, keys));
    let (rest, (set, force, keys)) = alt((named_first, named_last)).parse(input)?;
    if nobody || force.points != Points::Permit {
        return no();
    }
    from_only(rest, force.level, set, keys)
}

/// The demand that the functions read from no other spreadsheets.
fn from_only(
    rest: Input<'_>,
    level: Level,
    set: FunctionSet,
    keys: Vec<String>,
) -> Read<'_, Clause> {
    let demand = Need::Spreadsheets(keys).of(&What::Calls(set).into());
    demanding(rest, level, demand.map(|demand| vec![demand]))
}
