//! Sentences whose subject is no thing in a formula: an argument, a measure, an address, an error,
//! data: `the fourth argument of VLOOKUP is mandatory`, `nesting must not exceed 3 levels`.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::{functions, lookups, set_of};
use super::need::{self, Need, Place, exact, spreadsheets};
use super::noun::nouns;
use super::predicate::{clause_of, turned, verdict};
use super::prohibited::{forbidden, masked};
use super::quantity::{Bound, bound, counted, measure, metric_noun};
use super::required::{absolute_or, error_handlers, inside, same_scale, wrapped_targets};
use super::terminal::{
    Force, Input, Points, Read, actor, any_class, class, mark, modal, no, thing, values, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, Metric, Requirement, Target, Thing, What};

/// `the fourth argument of VLOOKUP is mandatory`, `the match type of MATCH must be 0`, `VLOOKUP's
/// last argument must not be omitted`
///
/// "The third argument of IF is mandatory." flags `=IF(A1,B1)`, not `=IF(A1,B1,C1)`.
pub(super) fn of_argument(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    let (input, (place, set)) = need::argument(input)?;
    let given = |input| {
        alt((
            verb(&[Verb::Specify, Verb::Use], Form::Participle),
            any_class(&[Class::Required, Class::Present]),
        ))
        .parse(input)
    };
    let missing = |input| {
        alt((
            (
                verb(&[Verb::Omit, Verb::Use], Form::Participle),
                opt(class(Class::LeftEmpty)),
            )
                .map(|_| ()),
            any_class(&[Class::Absent, Class::LeftEmpty]),
        ))
        .parse(input)
    };
    let is = |input| {
        alt((
            (
                class(Class::Be),
                opt(verb(&[Verb::Specify], Form::Participle)),
                opt(any_class(&[Class::To, Class::As])),
            )
                .map(|_| ()),
            verb(&[Verb::Specify], Form::Base),
        ))
        .parse(input)
    };
    let present = |place: &Place| Need::Argument(place.clone(), None);
    let (rest, (level, need)) =
        if let Ok((rest, _)) = (class(Class::Be), class(Class::Required)).parse(input) {
            (rest, (Level::Must, present(&place)))
        } else {
            let (input, force) = modal(input)?;
            match force.points {
                Points::Permit => return no(),
                Points::Demand => {
                    if let Ok((rest, ((), values))) = (is, values).parse(input) {
                        (rest, (force.level, Need::Argument(place, Some(values))))
                    } else {
                        let (rest, ()) = alt((
                            (class(Class::Be), given).map(|_| ()),
                            verb(&[Verb::Appear], Form::Base),
                        ))
                        .parse(input)?;
                        (rest, (force.level, present(&place)))
                    }
                }
                Points::Forbid => {
                    if let Ok((rest, ((), values))) = (is, values).parse(input) {
                        (rest, (force.level, Need::ArgumentNot(place, values)))
                    } else {
                        let (rest, _) = (class(Class::Be), missing).parse(input)?;
                        (rest, (force.level, present(&place)))
                    }
                }
            }
        };
    match need.of_functions(set) {
        Some(demands) => Ok((rest, clause_of(level, Outcome::Demands(demands)))),
        None => no(),
    }
}

/// `nesting must not exceed 3 levels`, `the length of a formula is limited to 100 characters`, `the
/// maximum nesting depth is 3`
///
/// "The length of a formula must not exceed 9 characters." flags `=SUM(A1:A99)`, not `=A1+B1`.
pub(super) fn of_metric(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    let is_maximum = class(Class::Maximum)(input).is_ok();
    let (input, metric) = metric_noun(input)?;
    let named = (opt(alt((mark(':'), class(Class::Be)))), bound);
    let stays = alt((
        class(Class::Be),
        verb(
            &[Verb::Exceed, Verb::Stand, Verb::Use, Verb::Limit],
            Form::Base,
        ),
    ));
    let limited = |input| {
        let by = any_class(&[Class::To, Class::At, Class::By]);
        (
            class(Class::Be),
            verb(&[Verb::Limit], Form::Participle),
            opt(by),
            bound,
        )
            .map(|(.., bound)| bound)
            .parse(input)
    };
    let mut named = named;
    let (rest, (level, at_most)) = if is_maximum && let Ok((rest, (_, bound))) = named.parse(input)
    {
        (rest, (Level::Must, bound.limit()))
    } else if let Ok((rest, bound)) = limited(input) {
        (rest, (Level::Must, bound.limit()))
    } else if let Ok((rest, ((), bound))) = (class(Class::Be), bound).parse(input) {
        (
            rest,
            (
                Level::Must,
                bound
                    .limit()
                    .filter(|_| !matches!(bound, Bound::MoreThan(_))),
            ),
        )
    } else {
        let (input, force) = modal(input)?;
        match force.points {
            Points::Forbid => {
                let exceeds = verb(&[Verb::Exceed], Form::Base);
                if let Ok((rest, ((), _, bound))) =
                    (exceeds, opt(class(Class::To)), bound).parse(input)
                {
                    let at_most = match bound {
                        Bound::Plain(count) => Some(count),
                        other => other.forbidden(),
                    };
                    (rest, (force.level, at_most))
                } else {
                    let (rest, ((), bound)) = (stays, bound).parse(input)?;
                    (rest, (force.level, bound.forbidden()))
                }
            }
            Points::Demand | Points::Permit => {
                if let Ok((rest, bound)) = limited(input) {
                    (rest, (force.level, bound.limit()))
                } else {
                    let (rest, ((), bound)) = (stays, bound).parse(input)?;
                    (rest, (force.level, bound.required()))
                }
            }
        }
    };
    let (rest, unit) = opt(counted).parse(rest)?;
    let (rest, _) = opt(any_class(&[Class::Long, Class::Deep])).parse(rest)?;
    let agrees = unit.is_none_or(|unit| same_scale(&metric, &unit));
    match at_most.filter(|_| agrees) {
        Some(at_most) => Ok((
            rest,
            clause_of(
                level,
                Outcome::Demands(vec![Demand::Limit(metric, at_most)]),
            ),
        )),
        None => no(),
    }
}

/// `at most 5 function calls are allowed`, `no more than 3 IFs may be nested`, `more than 5
/// references are forbidden`, `a maximum of 3 levels of nesting`
///
/// "At most 2 function calls are allowed." flags `=ABS(SUM(MAX(A1)))`, not `=ABS(SUM(A1))`.
pub(super) fn of_quantity(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let (input, mut measure) = measure(input)?;
    let nested = |input| {
        (
            modal,
            class(Class::Be),
            verb(&[Verb::Nest], Form::Participle),
        )
            .map(|(force, ..)| force)
            .parse(input)
    };
    if let Ok((rest, force)) = nested(input) {
        if let Metric::CallsOf(set) = measure.metric {
            measure.metric = Metric::NestingOf(set);
        }
        return finish_quantity(rest, measure, turned(force, nobody));
    }
    if let Ok((rest, force)) = verdict(input, nobody) {
        return finish_quantity(rest, measure, Some(force));
    }
    // Without a verb: "No more than 5 references in a formula."
    if nobody || !input.is_empty() {
        return no();
    }
    finish_quantity(
        input,
        measure,
        Some(Force::new(Level::Must, Points::Permit)),
    )
}

fn finish_quantity(
    rest: Input<'_>,
    measure: super::quantity::Measure,
    force: Option<Force>,
) -> Read<'_, Clause> {
    let demand = force
        .filter(|force| !force.able)
        .and_then(|force| match force.points {
            Points::Forbid => measure.forbidden(),
            Points::Demand | Points::Permit => measure.required(),
        });
    match (demand, force) {
        (Some(demand), Some(force)) => {
            Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))))
        }
        _ => no(),
    }
}

/// `exact match is required in VLOOKUP`, `approximate match must not be used`, `FALSE must be the
/// last argument of VLOOKUP`, `IFERROR must be used around divisions`, `absolute references must be
/// used in VLOOKUP`
///
/// "Exact match is required in MATCH." flags `=MATCH(A1,B1:B9)`, not `=MATCH(A1,B1:B9,0)`.
pub(super) fn of_match(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    let used = verb(&[Verb::Use, Verb::Specify], Form::Participle);
    let required = |input| {
        alt((
            (class(Class::Be), class(Class::Required)).map(|_| Level::Must),
            (modal, class(Class::Be), used)
                .map_opt(|(force, ..)| (force.points == Points::Demand).then_some(force.level)),
        ))
        .parse(input)
    };
    let link = any_class(&[Class::In, Class::With, Class::For, Class::By, Class::On]);
    let when = (class(Class::If), verb(&[Verb::Use], Form::Gerund)).map(|_| ());
    if let Ok((rest, ((), level, within))) =
        (exact, required, opt((alt((when, link)), functions))).parse(input)
    {
        let set = within.map_or_else(lookups, |((), set)| set);
        let demand = Demand::Require(What::Calls(set).into(), Requirement::ExactMatch);
        return Ok((rest, clause_of(level, Outcome::Demands(vec![demand]))));
    }
    let only = (class(Class::Only), exact, |input| verdict(input, false));
    let mut only = (only, opt((alt((link, class(Class::By))), functions)));
    if let Ok((rest, (((), (), force), within))) = only.parse(input) {
        let set = within.map_or_else(lookups, |((), set)| set);
        let demand = Demand::Require(What::Calls(set).into(), Requirement::ExactMatch);
        return match force.points {
            Points::Forbid => no(),
            Points::Demand | Points::Permit => {
                Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))))
            }
        };
    }
    if let Ok((rest, (values, force, (), (place, set)))) = (
        values,
        modal,
        class(Class::Be),
        (
            opt(alt((used, any_class(&[Class::As])))),
            opt(any_class(&[Class::As, Class::For])),
            need::argument,
        )
            .map(|(.., argument)| argument),
    )
        .parse(input)
        && force.points == Points::Demand
        && let Some(demands) = Need::Argument(place, Some(values)).of_functions(set)
    {
        return Ok((rest, clause_of(force.level, Outcome::Demands(demands))));
    }
    if let Ok((rest, ((), level, (), set))) =
        (need::absolute, required, link, functions).parse(input)
    {
        let demands = absolute_or(&Need::Absolute, Some(set));
        return Ok((
            rest,
            clause_of(level, Outcome::Demands(demands.unwrap_or_default())),
        ));
    }
    let around = any_class(&[Class::Around, Class::For, Class::On, Class::With, Class::To]);
    let placed = alt((
        verb(&[Verb::Use, Verb::Wrap, Verb::Append], Form::Participle),
        class(Class::Required),
    ));
    let (rest, (set, said, (), (), (), targets)) = (
        error_handlers,
        opt(modal),
        class(Class::Be),
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
    let within = |input| opt((class(Class::In), functions).map(|((), set)| set)).parse(input);
    let be = class(Class::Be);
    let (rest, (force, within)) = alt((
        (data, modal, be, joined, link, opt(data), url, within)
            .map(|((), force, .., within)| (force, within)),
        (data, modal, active, link, url, within).map(|((), force, .., within)| (force, within)),
        (url, within, modal, be, joined, link, joining, data)
            .map(|((), within, force, ..)| (force, within)),
        (url, within, modal, active, link, data).map(|((), within, force, ..)| (force, within)),
    ))
    .parse(input)?;
    match turned(force, nobody) {
        Some(force) if force.points == Points::Forbid => {
            let what = What::Thing(Thing::BuiltUrls);
            let demand = Demand::Forbid(Target { what, within });
            Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))))
        }
        _ => no(),
    }
}

/// `formulas must stay within their own sheet`, `references must be on the same sheet`
///
/// "References must stay on the same sheet." flags `=Sheet2!A1`, not `=A1`.
pub(super) fn of_sheet(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let references = |input| match thing(input) {
        Ok((rest, Thing::References | Thing::Ranges)) => Ok((rest, ())),
        _ => no(),
    };
    let only = |input| opt(class(Class::Only)).parse(input);
    let stay = alt((
        class(Class::Be),
        verb(&[Verb::Stand, Verb::Refer, Verb::Use], Form::Base),
    ));
    let cells = opt(alt((
        any_class(&[Class::CellData, Class::Formula]),
        references,
    )));
    let link = opt(any_class(&[Class::In, Class::On, Class::To, Class::From]));
    let (rest, ((), force, first, (), second, cells, third, _, ())) = (
        alt((actor, references)),
        modal,
        only,
        stay,
        only,
        cells,
        only,
        link,
        class(Class::OwnSheet),
    )
        .parse(input)?;
    let is_only = [first, second, third].iter().any(Option::is_some);
    // "Formulas must refer to cells of the same sheet" does not say "only".
    let demands = force.points == Points::Demand && (is_only || cells.is_none())
        || force.points == Points::Permit && is_only;
    if nobody || !demands {
        return no();
    }
    let demand = Demand::Forbid(What::OtherSheets(Vec::new()).into());
    Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))))
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
    let with = alt((
        any_class(&[Class::With, Class::By, Class::In]),
        verb(&[Verb::Use], Form::Gerund),
    ));
    let (rest, ((), force, (), (), with)) = (
        alt((errors, class(Class::Error))),
        modal,
        class(Class::Be),
        hidden,
        opt((opt(class(Class::By)), with, functions)),
    )
        .parse(input)?;
    let set: FunctionSet = with.map_or_else(|| set_of(&["IFERROR", "IFNA"]), |(.., set)| set);
    match turned(force, nobody) {
        Some(force) if force.points == Points::Forbid => Ok((
            rest,
            clause_of(force.level, Outcome::Demands(vec![masked(set)])),
        )),
        _ => no(),
    }
}

/// `data must not be imported from the web`, `data may be imported only from spreadsheet 1Abc…`
///
/// "Data must not be imported from the web." flags `=IMPORTDATA(A1)`, not `=Sheet2!A1`.
pub(super) fn of_data(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let only = |input| opt(class(Class::Only)).parse(input);
    let taken = verb(&[Verb::Import, Verb::Refer, Verb::Use], Form::Participle);
    if let Ok((rest, ((), keys, force, by))) = (
        class(Class::Only),
        spreadsheets,
        |input| verdict(input, false),
        opt((
            any_class(&[Class::With, Class::By, Class::In, Class::For]),
            functions,
        )),
    )
        .parse(input)
        && force.points == Points::Permit
        && !nobody
    {
        let set = by.map_or_else(|| set_of(&["IMPORTRANGE"]), |((), set)| set);
        return match Need::Spreadsheets(keys).of(&What::Calls(set).into()) {
            Some(demand) => Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand])))),
            None => no(),
        };
    }
    let (input, ()) = any_class(&[Class::Data, Class::CellData])(input)?;
    let typed = verb(&[Verb::HardCode], Form::Participle);
    if let Ok((rest, (force, ..))) = (modal, class(Class::Be), typed).parse(input) {
        return match turned(force, nobody) {
            Some(force) if force.points == Points::Forbid => {
                let demand = Demand::Forbid(What::Numbers(vec![0.0, 1.0]).into());
                Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))))
            }
            _ => no(),
        };
    }
    let (input, (force, first, (), second, (), third)) =
        (modal, only, class(Class::Be), only, taken, only).parse(input)?;
    let Some(force) = turned(force, nobody) else {
        return no();
    };
    let is_only = [first, second, third].iter().any(Option::is_some);
    if is_only && force.points != Points::Forbid {
        let (rest, (_, keys)) = (opt(class(Class::From)), spreadsheets).parse(input)?;
        let target = What::Calls(set_of(&["IMPORTRANGE"])).into();
        return match Need::Spreadsheets(keys).of(&target) {
            Some(demand) => Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand])))),
            None => no(),
        };
    }
    if force.points != Points::Forbid || is_only {
        return no();
    }
    let (rest, ((), found)) = (class(Class::From), nouns).parse(input)?;
    match forbidden(found) {
        Some(outcome) => Ok((rest, clause_of(force.level, outcome))),
        None => no(),
    }
}
