//! Sentences about where data may come from: `data must not be imported from the web`, `only
//! spreadsheet 1Abc… may be imported`; and about data that is typed into formulas.

use nom::{Parser, branch::alt, combinator::opt};

use super::Clause;
use super::functions::functions;
use super::need::sources;
use super::noun::nouns;
use super::predicate::{clause_of, demanding, turned, verdict};
use super::prohibited::forbidden;
use super::terminal::{Force, Input, Points, Read, any_class, class, mark, modal, no, verb};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, Level, What};

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
        |input| the_only_source(input, nobody),
        |input| confined(input, nobody),
        |input| no_other_source(input, nobody),
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
    let means = opt((super::terminal::by_means, functions));
    let (input, ((), force, first, (), second, (), third, means, fourth)) = (
        data,
        modal,
        only,
        class(Class::Be),
        only,
        taken,
        only,
        means,
        only,
    )
        .parse(input)?;
    let means = means.map(|((), set)| set);
    let Some(force) = turned(force, nobody) else {
        return no();
    };
    let is_only = [first, second, third, fourth].iter().any(Option::is_some);
    // "Data may be imported from no website other than example.com."
    let no_other = (
        opt(class(Class::From)),
        class(Class::No),
        any_class(&[Class::Spreadsheet, Class::Host, Class::Url]),
        class(Class::Except),
        sources,
    );
    if let Ok((rest, (.., need))) = { no_other }.parse(input)
        && force.points == Points::Permit
    {
        return demanding(rest, force.level, need.of_functions(None));
    }
    match (force.points, is_only) {
        (Points::Forbid, false) if means.is_none() => {
            let (rest, (_, found)) = (opt(class(Class::From)), nouns).parse(input)?;
            match forbidden(found) {
                Some(outcome) => Ok((rest, clause_of(force.level, outcome))),
                None => no(),
            }
        }
        (Points::Demand | Points::Permit, true) => {
            let (rest, (_, need)) = (opt(class(Class::From)), sources).parse(input)?;
            demanding(rest, force.level, need.of_functions(means))
        }
        _ => no(),
    }
}

/// `only spreadsheet 1Abc… may be imported`, `the only spreadsheet that IMPORTRANGE may read is
/// 1Abc…`, `IMPORTRANGE only from 1Abc…`
///
/// "Only spreadsheet 1AbcDefGhiJklMnoPqrStuV0 may be imported."
/// flags `=IMPORTRANGE("x","A1")`, not `=IMPORTRANGE("1AbcDefGhiJklMnoPqrStuV0","A1")`.
fn only_source(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let by = any_class(&[Class::With, Class::By, Class::In, Class::For, Class::To]);
    let allowed = |input| verdict(input, false);
    let named_first = (
        any_class(&[Class::Only, Class::NothingBut]),
        sources,
        allowed,
        opt((by, functions)),
    )
        .map(|((), need, force, by)| (by.map(|((), set)| set), force, need));
    let only = (
        class(Class::Only),
        any_class(&[Class::Spreadsheet, Class::Host]),
        opt(class(Class::That)),
    );
    let is = (opt(class(Class::From)), class(Class::Be));
    let named_last = (
        only,
        functions,
        modal,
        verb(READING, Form::Base),
        is,
        sources,
    )
        .map(|(_, set, force, .., need)| (Some(set), force, need));
    let permit = Force::new(Level::Must, Points::Permit);
    let fragment = (functions, opt(mark(':')), class(Class::Only), link, sources)
        .map(move |(set, .., need)| (Some(set), permit, need));
    let backwards = (functions, opt(mark(':')), link, sources, class(Class::Only))
        .map(move |(set, _, _, need, ())| (Some(set), permit, need));
    let (rest, (set, force, need)) =
        alt((named_first, named_last, fragment, backwards)).parse(input)?;
    if nobody || force.points != Points::Permit {
        return no();
    }
    demanding(rest, force.level, need.of_functions(set))
}

/// Takes words between a call and its source: `from`, `with`.
fn link(input: Input<'_>) -> Read<'_, Option<()>> {
    opt(any_class(&[
        Class::From,
        Class::For,
        Class::To,
        Class::With,
    ]))
    .parse(input)
}

/// Takes `may`, `is allowed to`.
fn may(input: Input<'_>) -> Read<'_, ()> {
    modal
        .map_opt(|force| (force.points == Points::Permit).then_some(()))
        .parse(input)
}

/// Takes a word for a source.
fn source_word(input: Input<'_>) -> Read<'_, ()> {
    any_class(&[Class::Spreadsheet, Class::Host])(input)
}

/// `the only source allowed for IMPORTRANGE is 1Abc…`, `1Abc… is the only spreadsheet that
/// IMPORTRANGE may read`
///
/// "The only source allowed for IMPORTRANGE is 1AbcDefGhiJklMnoPqrStuV0."
/// flags `=IMPORTRANGE("x","A1")`, not `=IMPORTRANGE("1AbcDefGhiJklMnoPqrStuV0","A1")`.
fn the_only_source(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    let read = alt((
        verb(READING, Form::Base),
        (class(Class::Be), verb(READING, Form::Participle)).map(|_| ()),
    ));
    let read_by = (
        opt(class(Class::From)),
        opt(class(Class::That)),
        functions,
        may,
        read,
        link,
    )
        .map(|(_, _, set, ..)| Some(set));
    let for_functions = |input| {
        (
            opt(class(Class::Allowed)),
            any_class(&[Class::For, Class::In, Class::With, Class::By, Class::To]),
            functions,
        )
            .map(|(.., set)| Some(set))
            .parse(input)
    };
    let imported = |input| {
        (
            opt(class(Class::That)),
            may,
            class(Class::Be),
            verb(&[Verb::Import], Form::Participle),
        )
            .map(|_| None)
            .parse(input)
    };
    let first = (
        class(Class::Only),
        source_word,
        alt((for_functions, imported)),
        class(Class::Be),
        sources,
    )
        .map(|((), (), set, (), need)| (set, need));
    let last = (
        sources,
        class(Class::Be),
        class(Class::Only),
        source_word,
        alt((for_functions, read_by, imported)),
    )
        .map(|(need, (), (), (), set)| (set, need));
    let (rest, (set, need)) = alt((first, last)).parse(input)?;
    demanding(rest, Level::Must, need.of_functions(set))
}

/// `use IMPORTRANGE only with 1Abc…`, `limit IMPORTRANGE to 1Abc…`
///
/// "Use IMPORTRANGE only with 1AbcDefGhiJklMnoPqrStuV0."
/// flags `=IMPORTRANGE("x","A1")`, not `=IMPORTRANGE("1AbcDefGhiJklMnoPqrStuV0","A1")`.
fn confined(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    let used_only = (
        verb(&[Verb::Use, Verb::Import], Form::Base),
        functions,
        class(Class::Only),
        link,
        sources,
    )
        .map(|((), set, .., need)| (set, need));
    let limited = (
        verb(&[Verb::Limit], Form::Base),
        functions,
        class(Class::To),
        opt(verb(READING, Form::Gerund)),
        link,
        sources,
    )
        .map(|((), set, .., need)| (set, need));
    let (rest, (set, need)) = alt((used_only, limited)).parse(input)?;
    demanding(rest, Level::Must, need.of_functions(Some(set)))
}

/// `no spreadsheet other than 1Abc… may be read with IMPORTRANGE`
///
/// "No file other than 1AbcDefGhiJklMnoPqrStuV0 may be read with IMPORTRANGE."
/// flags `=IMPORTRANGE("x","A1")`, not `=IMPORTRANGE("1AbcDefGhiJklMnoPqrStuV0","A1")`.
fn no_other_source(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if !nobody {
        return no();
    }
    let by = any_class(&[Class::With, Class::By, Class::In, Class::For, Class::To]);
    let (rest, ((), (), need, force, by)) = (
        source_word,
        any_class(&[Class::Except, Class::But]),
        sources,
        |input| verdict(input, true),
        opt((by, functions)),
    )
        .parse(input)?;
    let forbids = force.points == Points::Forbid;
    let demands = need.of_functions(by.map(|((), set)| set));
    demanding(rest, force.level, demands.filter(|_| forbids))
}
