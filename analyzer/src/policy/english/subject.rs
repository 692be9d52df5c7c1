//! Sentences whose subject is no thing in a formula: exact match, a value, an address, an error:
//! `exact match is required in VLOOKUP`, `URLs must not contain cell data`.

use nom::{Parser, branch::alt, combinator::opt};

use super::Clause;
use super::functions::{functions, lookups, set_of};
use super::manner::with_address;
use super::need::{self, Need, exact};
use super::noun::noun;
use super::predicate::{clause_of, demanding, turned, verdict};
use super::prohibited::masked;
use super::required::{absolute_or, error_handlers, inside, wrapped_targets};
use super::terminal::{
    Input, Points, Read, actor, any_class, by_means, class, modal, no, thing, values, verb,
};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, Requirement, Target, Thing, What};

/// `exact match is required in VLOOKUP`, `FALSE must be the last argument of VLOOKUP`, `IFERROR must
/// be used around divisions`, `absolute references must be used in VLOOKUP`
///
/// "Exact match is required in MATCH." flags `=MATCH(A1,B1:B9)`, not `=MATCH(A1,B1:B9,0)`.
pub(super) fn of_match(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    alt((
        exact_is_required,
        only_value,
        value_is_argument,
        absolute_is_required,
        handler_is_required,
    ))
    .parse(input)
}

/// Takes `is required`, `must be used`.
fn is_required(input: Input<'_>) -> Read<'_, Level> {
    let used = verb(&[Verb::Use, Verb::Specify], Form::Participle);
    alt((
        (class(Class::Be), class(Class::Required)).map(|_| Level::Must),
        (class(Class::Be), class(Class::Advised)).map(|_| Level::Should),
        (modal, class(Class::Be), used)
            .map_opt(|(force, ..)| (force.points == Points::Demand).then_some(force.level)),
    ))
    .parse(input)
}

/// Takes `in`, `with`, `when using`, before functions.
fn with_functions(input: Input<'_>) -> Read<'_, FunctionSet> {
    let link = any_class(&[
        Class::In,
        Class::With,
        Class::For,
        Class::By,
        Class::On,
        Class::To,
    ]);
    let when = (class(Class::If), verb(&[Verb::Use], Form::Gerund)).map(|_| ());
    (alt((when, link)), alt((functions_of_ranges, functions)))
        .map(|((), set)| set)
        .parse(input)
}

/// Takes `VLOOKUP ranges`, `the ranges passed to VLOOKUP`: the functions.
pub(super) fn functions_of_ranges(input: Input<'_>) -> Read<'_, FunctionSet> {
    noun.map_opt(|noun| {
        let target = noun.target()?;
        let is_range = matches!(target.what, What::Thing(Thing::Ranges | Thing::References));
        target.within.filter(|_| is_range)
    })
    .parse(input)
}

/// `exact match is required in VLOOKUP`, `only exact matches are allowed in VLOOKUP`
///
/// "Only exact matches are allowed in MATCH." flags `=MATCH(A1,B1:B9)`, not `=MATCH(A1,B1:B9,0)`.
fn exact_is_required(input: Input<'_>) -> Read<'_, Clause> {
    let allowed = |input| {
        let (rest, force) = verdict(input, false)?;
        if force.points == Points::Forbid {
            no()
        } else {
            Ok((rest, force.level))
        }
    };
    let required = (exact, is_required).map(|((), level)| level);
    let only = (class(Class::Only), exact, allowed).map(|((), (), level)| level);
    let (rest, (level, within)) = (alt((required, only)), opt(with_functions)).parse(input)?;
    let set = within.unwrap_or_else(lookups);
    let demand = Demand::Require(What::Calls(set).into(), Requirement::ExactMatch);
    demanding(rest, level, Some(vec![demand]))
}

/// `FALSE must be the last argument of VLOOKUP`
///
/// "FALSE must be the last argument of VLOOKUP."
/// flags `=VLOOKUP(A1,B:C,2)`, not `=VLOOKUP(A1,B:C,2,FALSE)`.
fn value_is_argument(input: Input<'_>) -> Read<'_, Clause> {
    let used = opt(verb(&[Verb::Use, Verb::Specify], Form::Participle));
    let as_ = opt(any_class(&[Class::As, Class::For]));
    let (rest, (values, force, (), _, _, (place, set))) =
        (values, modal, class(Class::Be), used, as_, need::argument).parse(input)?;
    let is_demand = force.points == Points::Demand;
    let demands = Need::Argument(place, Some(values)).of_functions(set);
    demanding(rest, force.level, demands.filter(|_| is_demand))
}

/// `only match type 0 is allowed in MATCH`, `the only match type allowed in MATCH is 0`
///
/// "Only match type 0 is allowed in MATCH." flags `=MATCH(A1,B1:B9,1)`, not `=MATCH(A1,B1:B9,0)`.
fn only_value(input: Input<'_>) -> Read<'_, Clause> {
    let allowed = |input| {
        verdict(input, false).and_then(|(rest, force)| match force.points {
            Points::Permit => Ok((rest, ())),
            _ => no(),
        })
    };
    let only = class(Class::Only);
    let first = (only, need::place, values, allowed, opt(with_functions))
        .map(|((), place, values, (), set)| (place, values, set));
    let last = (
        only,
        opt(class(Class::Allowed)),
        need::place,
        opt(alt((class(Class::Allowed), allowed))),
        opt(with_functions),
        class(Class::Be),
        values,
    )
        .map(|((), _, place, _, set, (), values)| (place, values, set));
    let (rest, (place, values, set)) = alt((first, last)).parse(input)?;
    let demands = Need::Argument(place, Some(values)).of_functions(set);
    demanding(rest, Level::Must, demands)
}

/// `absolute references must be used in VLOOKUP`
///
/// "Absolute references must be used in VLOOKUP."
/// flags `=VLOOKUP(A1,B1:C9,2,0)`, not `=VLOOKUP(A1,$B$1:$C$9,2,0)`.
fn absolute_is_required(input: Input<'_>) -> Read<'_, Clause> {
    let permitted = |input| {
        let (rest, force) = verdict(input, false)?;
        if force.points == Points::Forbid {
            no()
        } else {
            Ok((rest, force.level))
        }
    };
    let only = (class(Class::Only), need::absolute, permitted).map(|(.., level)| level);
    let signs = alt((need::absolute, class(Class::Absolute)));
    let required = (signs, is_required).map(|((), level)| level);
    let (rest, (level, set)) = (alt((only, required)), with_functions).parse(input)?;
    demanding(rest, level, absolute_or(&Need::Absolute, Some(set)))
}

/// `IFERROR must be used around divisions`, `IFERROR is mandatory around divisions`
///
/// "IFERROR is mandatory around divisions." flags `=A1/B1`, not `=IFERROR(A1/B1,C1)`.
fn handler_is_required(input: Input<'_>) -> Read<'_, Clause> {
    // "IFERROR must enclose every division."
    let mut encloses = (
        error_handlers,
        modal,
        verb(&[Verb::Wrap], Form::Base),
        wrapped_targets,
    );
    if let Ok((rest, (set, force, (), targets))) = encloses.parse(input)
        && force.points == Points::Demand
    {
        return Ok((rest, clause_of(force.level, inside(targets, &set))));
    }
    let around = any_class(&[Class::Around, Class::For, Class::On, Class::With, Class::To]);
    let placed = alt((
        verb(
            &[Verb::Use, Verb::Wrap, Verb::Append, Verb::Specify],
            Form::Participle,
        ),
        any_class(&[Class::Required, Class::Present]),
    ));
    let be = class(Class::Be);
    let (rest, (set, said, (), (), (), targets)) = (
        error_handlers,
        opt(modal),
        be,
        placed,
        around,
        wrapped_targets,
    )
        .parse(input)?;
    let level = match said {
        Some(force) if force.points == Points::Demand => force.level,
        None => Level::Must,
        Some(_) => return no(),
    };
    Ok((rest, clause_of(level, inside(targets, &set))))
}

/// `cell data must not be appended to URLs`, `URLs must not be built from cell values`, `URLs in
/// IMPORTDATA must not contain cell data`
///
/// "URLs must not contain cell data."
/// flags `=IMAGE("https://x.test/"&A1)`, not `=IMAGE("https://x.test/a.png")`.
pub(super) fn of_address(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let link = |input| {
        opt(any_class(&[
            Class::To,
            Class::Into,
            Class::In,
            Class::From,
            Class::With,
            Class::By,
            Class::As,
            Class::On,
            Class::For,
        ]))
        .parse(input)
    };
    let joined = verb(
        &[Verb::Append, Verb::Use, Verb::Import, Verb::Refer],
        Form::Participle,
    );
    let joining = |input| opt(verb(&[Verb::Append, Verb::Use], Form::Gerund)).parse(input);
    let active = verb(
        &[Verb::Append, Verb::Use, Verb::Refer, Verb::Appear],
        Form::Base,
    );
    let url = class(Class::Url);
    let data = class(Class::CellData);
    // Of a named set those are meant that have an address.
    let within = |input| {
        let calls = (class(Class::In), functions).map(|((), set)| with_address(set));
        opt(calls).parse(input)
    };
    let be = class(Class::Be);
    let concatenation = |input| match thing(input) {
        Ok((rest, Thing::Concatenations)) => Ok((rest, ())),
        _ => no(),
    };
    let literal = (
        url,
        within,
        modal,
        be,
        opt(joined),
        link,
        class(Class::LiteralText),
    );
    if let Ok((rest, ((), within, force, ..))) = { literal }.parse(input)
        && force.points == Points::Demand
        && !nobody
    {
        let what = What::Thing(Thing::BuiltUrls);
        let demand = Demand::Forbid(Target { what, within });
        return demanding(rest, force.level, Some(vec![demand]));
    }
    let (rest, (force, within)) = alt((
        (data, modal, be, joined, link, opt(data), url, within)
            .map(|((), force, .., within)| (force, within)),
        (data, modal, active, link, url, within).map(|((), force, .., within)| (force, within)),
        // "Cell data must not be used to build URLs."
        (
            data,
            modal,
            be,
            joined,
            class(Class::To),
            active,
            url,
            within,
        )
            .map(|((), force, .., within)| (force, within)),
        (url, within, modal, be, joined, link, joining, data)
            .map(|((), within, force, ..)| (force, within)),
        (url, within, modal, active, link, data).map(|((), within, force, ..)| (force, within)),
        (url, within, modal, be, joined, link, concatenation)
            .map(|((), within, force, ..)| (force, within)),
    ))
    .parse(input)?;
    match turned(force, nobody) {
        Some(force) if force.points == Points::Forbid => {
            let what = What::Thing(Thing::BuiltUrls);
            let demand = Demand::Forbid(Target { what, within });
            demanding(rest, force.level, Some(vec![demand]))
        }
        _ => no(),
    }
}

/// What stands between a reference and where it leads.
const PLACES: &[Class] = &[Class::In, Class::On, Class::To, Class::From];

/// Takes `references`, `ranges`.
fn references(input: Input<'_>) -> Read<'_, ()> {
    match thing(input) {
        Ok((rest, Thing::References | Thing::Ranges)) => Ok((rest, ())),
        _ => no(),
    }
}

/// Sentences that keep formulas to their own sheet.
pub(super) fn of_sheet(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    let (rest, level) = alt((stays_on_sheet, leaves_sheet, allowed_on_sheet)).parse(input)?;
    let demand = Demand::Forbid(What::OtherSheets(Vec::new()).into());
    demanding(rest, level, Some(vec![demand]))
}

/// `formulas must not reach outside their own sheet`, `references must not leave the same sheet`
///
/// "Formulas must not reach outside their own sheet." flags `=Sheet2!A1`, not `=A1`.
fn leaves_sheet(input: Input<'_>) -> Read<'_, Level> {
    let formulas = any_class(&[Class::Formula, Class::Calculation]);
    let reach: &[Verb] = &[Verb::Refer, Verb::Use, Verb::Stand];
    let cells = opt(alt((any_class(&[Class::CellData]), references)));
    let outside = alt((
        (verb(reach, Form::Base), cells, class(Class::Outside)).map(|_| ()),
        verb(&[Verb::Exceed, Verb::Leave], Form::Base),
    ));
    (
        alt((formulas, references)),
        modal,
        outside,
        class(Class::OwnSheet),
    )
        .map_opt(|((), force, ..)| (force.points == Points::Forbid).then_some(force.level))
        .parse(input)
}

/// `references are permitted only within the same sheet`
///
/// "References are permitted only within the same sheet." flags `=Sheet2!A1`, not `=A1`.
fn allowed_on_sheet(input: Input<'_>) -> Read<'_, Level> {
    let only = class(Class::Only);
    let allowed = class(Class::Allowed);
    let be = class(Class::Be);
    let permitted = alt((
        (be, allowed, only).map(|_| ()),
        (be, only, allowed).map(|_| ()),
    ));
    let own = any_class(&[Class::OwnSheet, Class::OwnSheetCells]);
    let place = any_class(&[Class::In, Class::On, Class::To, Class::From]);
    let refer = verb(&[Verb::Refer, Verb::Use], Form::Base);
    let cells = any_class(&[Class::CellData, Class::Formula]);
    alt((
        (references, permitted, place, own).map(|_| Level::Must),
        // "References only to cells on the same sheet."
        (references, only, opt(place), own).map(|_| Level::Must),
        (only, references, place, own, opt(permitted_plainly)).map(|_| Level::Must),
        (only, refer, opt(place), own).map(|_| Level::Must),
        (refer, opt(place), only, opt(place), own).map(|_| Level::Must),
        (refer, only, opt(cells), opt(place), own).map(|_| Level::Must),
        (
            verb(&[Verb::Limit, Verb::Make], Form::Base),
            references,
            place,
            own,
        )
            .map(|_| Level::Must),
    ))
    .parse(input)
}

/// Takes `are allowed`, `may be used`.
fn permitted_plainly(input: Input<'_>) -> Read<'_, ()> {
    verdict(input, false).and_then(|(rest, force)| match force.points {
        Points::Permit => Ok((rest, ())),
        _ => no(),
    })
}

/// `formulas must stay within their own sheet`, `references must be on the same sheet`, `formulas
/// may only use cells of their own sheet`
///
/// "References must stay on the same sheet." flags `=Sheet2!A1`, not `=A1`.
fn stays_on_sheet(input: Input<'_>) -> Read<'_, Level> {
    let only = |input| opt(class(Class::Only)).parse(input);
    let stay = alt((
        (class(Class::Be), verb(&[Verb::Limit], Form::Participle)).map(|_| Some(())),
        class(Class::StickTo).map(|()| Some(())),
        class(Class::Be).map(|()| None),
        verb(&[Verb::Stand, Verb::Refer, Verb::Use], Form::Base).map(|()| None),
    ));
    let cells = opt(alt((
        any_class(&[Class::CellData, Class::Formula]),
        references,
    )));
    let link = opt(any_class(PLACES));
    let own = alt((
        class(Class::OwnSheet).map(|()| false),
        class(Class::OwnSheetCells).map(|()| true),
    ));
    let (rest, ((), force, first, limited, second, _, cells, third, _, names_cells, last)) = (
        alt((actor, references)),
        modal,
        only,
        stay,
        only,
        opt(any_class(PLACES)),
        cells,
        only,
        link,
        own,
        only,
    )
        .parse(input)?;
    let is_only = [first, limited, second, third, last]
        .iter()
        .any(Option::is_some);
    // "Formulas must refer to cells of the same sheet" does not say "only".
    let names_cells = names_cells || cells.is_some();
    let demands = force.points == Points::Demand && (is_only || !names_cells)
        || force.points == Points::Permit && is_only;
    if demands {
        Ok((rest, force.level))
    } else {
        no()
    }
}

/// `errors must not be hidden`, `errors must not be masked with IFERROR`
///
/// "Errors must not be hidden." flags `=IFERROR(A1,0)`, not `=IFERROR(A1,B1)`.
pub(super) fn of_errors(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let errors = |input| {
        let (rest, found) = thing(input)?;
        if found == Thing::ErrorValues {
            Ok((rest, ()))
        } else {
            no()
        }
    };
    let hidden = verb(&[Verb::Hide], Form::Participle);
    let (rest, ((), force, (), (), with)) = (
        alt((errors, class(Class::Error))),
        modal,
        class(Class::Be),
        hidden,
        opt((by_means, functions)),
    )
        .parse(input)?;
    let set: FunctionSet = with.map_or_else(|| set_of(&["IFERROR", "IFNA"]), |(.., set)| set);
    match turned(force, nobody) {
        Some(force) if force.points == Points::Forbid => {
            demanding(rest, force.level, Some(vec![masked(set)]))
        }
        _ => no(),
    }
}
