//! What is demanded of things in formulas: `VLOOKUP must use exact match`, `divisions must be
//! wrapped in IFERROR`, `INDIRECT may only be used inside IFERROR`.

use nom::{Parser, branch::alt, combinator::opt};

use super::need::{self, Need, Place, handlers, need, spreadsheets, wrapped};
use super::noun::{Noun, lacking, nouns};
use super::predicate::{clause_of, turned};
use super::prohibited::{masked, other_spreadsheets, to_hide};
use super::quantity::{Bound, depth, measure};
use super::required::{absolute_or, error_handlers};
use super::terminal::{
    Force, Input, Points, Read, any_class, class, modal, no, thing, values, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, Level, Metric, Target, Thing, What};

/// `VLOOKUP must use exact match`, `divisions must be wrapped in IFERROR`, `ranges passed to
/// VLOOKUP must be absolute`, `MATCH requires match type 0`
///
/// "VLOOKUP must use exact match." flags `=VLOOKUP(A1,B:C,2)`, not `=VLOOKUP(A1,B:C,2,FALSE)`.
pub(super) fn demanded<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    let said = |input| {
        let of_modal = modal.map_opt(|force| {
            turned(force, nobody)
                .filter(|force| force.points == Points::Demand)
                .map(|force| (force.level, false))
        });
        let requires = class(Class::Requires).map(|()| (Level::Must, true));
        alt((requires, of_modal)).parse(input)
    };
    if nobody {
        return no();
    }
    let (input, (level, requires)) = said(input)?;
    let (input, needs) = needed(input, requires)?;
    let mut demands = Vec::new();
    for noun in nouns {
        let target = match noun {
            Noun::Target(target) => target.clone(),
            Noun::AnyCall | Noun::Broken(_) | Noun::Measured(_) | Noun::TooMuch(_) => return no(),
        };
        let demand = match &needs {
            Need::Absolute => match &target.what {
                What::Calls(set) => {
                    absolute_or(&needs, Some(set.clone())).and_then(|mut all| all.pop())
                }
                _ => needs.of(&target),
            },
            Need::Argument(..) | Need::ArgumentNot(..) => match &target.what {
                What::Calls(set) => match needs.of_functions(Some(set.clone())) {
                    Some(mut several) if several.len() == 1 => several.pop(),
                    Some(several) => {
                        demands.extend(several);
                        continue;
                    }
                    None => None,
                },
                _ => None,
            },
            _ => needs.of(&target),
        };
        match demand {
            Some(demand) => demands.push(demand),
            None => return no(),
        }
    }
    Ok((input, clause_of(level, Outcome::Demands(demands))))
}

/// Takes what the subject must do or be.
fn needed(input: Input<'_>, requires: bool) -> Read<'_, Need> {
    if requires {
        return alt((
            need,
            (error_handlers, opt(class(Class::Around))).map(|(set, _)| Need::Inside(set)),
        ))
        .parse(input);
    }
    let used = verb(&[Verb::Use, Verb::Specify], Form::Participle);
    let specify = verb(&[Verb::Use, Verb::Specify], Form::Base);
    let inside = any_class(&[Class::In, Class::By]);
    let with = any_class(&[Class::With, Class::In]);
    let only = |input| opt(class(Class::Only)).parse(input);
    let be = class(Class::Be);
    alt((
        (be, wrapped).map(|((), set)| Need::Inside(set)),
        (verb(&[Verb::Stand], Form::Base), inside, handlers).map(|(.., set)| Need::Inside(set)),
        (be, opt(used), with, need).map(|(.., need)| need),
        (be, need).map(|((), need)| need),
        (be, used, need).map(|(.., need)| need),
        (class(Class::EndWith), values)
            .map(|((), values)| Need::Argument(Place::Last, Some(values))),
        (only, specify, only, need).map(|(.., need)| need),
        only_spreadsheets.map(Need::Spreadsheets),
    ))
    .parse(input)
}

/// Takes `only read from spreadsheet 1Abc…`, `refer to spreadsheet 1Abc… only`.
fn only_spreadsheets(input: Input<'_>) -> Read<'_, Vec<String>> {
    let only = |input| opt(class(Class::Only)).parse(input);
    let read = verb(&[Verb::Import, Verb::Refer, Verb::Use], Form::Base);
    let data = opt(any_class(&[Class::Data, Class::CellData]));
    let link = opt(any_class(&[Class::From, Class::To]));
    (only, read, only, data, only, link, spreadsheets, only)
        .map(|all| all.6)
        .parse(input)
}

/// `VLOOKUP must not use approximate match`, `INDIRECT may only be used inside IFERROR`, `IMPORTRANGE
/// is only allowed from spreadsheet 1Abc…`, `IFs must not be nested more than 3 deep`, `IFERROR must
/// not be used to hide errors`, `VLOOKUP must not be used without a fourth argument`
///
/// "IFs must not be nested." flags `=IF(A1,1,IF(A2,2,3))`, not `=IF(A1,1,2)`.
pub(super) fn restricted<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    if let Ok(found) = only_under(input, nouns, nobody) {
        return Ok(found);
    }
    let (input, force) = if nobody {
        match modal(input).map(|(rest, force)| (rest, turned(force, nobody))) {
            Ok((rest, Some(force))) => (rest, force),
            _ => return no(),
        }
    } else {
        modal(input)?
    };
    let outcome = |demand| Outcome::Demands(vec![demand]);
    if let Ok((rest, demand)) = nested_subject(input, nouns, force) {
        return Ok((rest, clause_of(force.level, outcome(demand))));
    }
    let [Noun::Target(target)] = nouns else {
        return no();
    };
    if force.points != Points::Forbid {
        return few_arguments(input, target, force);
    }
    let used = |input| (class(Class::Be), opt(verb(&[Verb::Use], Form::Participle))).parse(input);
    if let Ok((rest, (_, ()))) = (used, to_hide).parse(input)
        && let What::Calls(set) = &target.what
    {
        return Ok((rest, clause_of(force.level, outcome(masked(set.clone())))));
    }
    let hide = |input| (verb(&[Verb::Hide], Form::Base), thing).parse(input);
    if let Ok((rest, ((), Thing::ErrorValues))) = hide(input)
        && let What::Calls(set) = &target.what
    {
        return Ok((rest, clause_of(force.level, outcome(masked(set.clone())))));
    }
    let used = (
        class(Class::Be),
        opt(verb(&[Verb::Use, Verb::Appear], Form::Participle)),
    )
        .map(|_| ());
    let stand = alt((used, verb(&[Verb::Appear, Verb::Stand], Form::Base)));
    let lacks = |input| {
        let mut stand = stand;
        let (input, ()) = stand.parse(input)?;
        lacking(input, target)
    };
    if let Ok((rest, demand)) = lacks(input) {
        return Ok((rest, clause_of(force.level, outcome(demand))));
    }
    let omits = |input| {
        let verb = verb(&[Verb::Omit], Form::Base);
        (verb, need::place, opt(any_class(&[Class::LeftEmpty])))
            .map(|((), place, _)| place)
            .parse(input)
    };
    if let Ok((rest, place)) = omits(input)
        && let Some(demand) = Need::Argument(place, None).of(target)
    {
        return Ok((rest, clause_of(force.level, outcome(demand))));
    }
    of_parts(input, target, force)
}

/// `SUM must have at most 5 arguments`
///
/// "SUM must have at most 2 arguments." flags `=SUM(A1,B1,C1)`, not `=SUM(A1,B1)`.
fn few_arguments<'s>(input: Input<'s>, target: &Target, force: Force) -> Read<'s, Clause> {
    let hold = verb(&[Verb::Use, Verb::Specify], Form::Base);
    let (rest, ((), measure)) = (hold, measure).parse(input)?;
    match (&target.what, measure.metric, measure.bound.required()) {
        (What::Calls(set), Metric::Arguments(None), Some(at_most)) => {
            let demand = Demand::Limit(Metric::Arguments(Some(set.clone())), at_most);
            Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))))
        }
        _ => no(),
    }
}

/// `VLOOKUP must not reference whole columns`, `VLOOKUP must not use approximate match`, `SUM must
/// not take more than 5 arguments`
///
/// "VLOOKUP must not reference whole columns." flags `=VLOOKUP(A1,B:C,2,0)`, not `=SUM(A:A)`.
fn of_parts<'s>(input: Input<'s>, target: &Target, force: Force) -> Read<'s, Clause> {
    let What::Calls(set) = &target.what else {
        return no();
    };
    let hold = verb(&[Verb::Use, Verb::Refer, Verb::Specify], Form::Base);
    if let Ok((rest, _)) = (hold, class(Class::ApproximateMatch)).parse(input)
        && let Some(demand) = Need::Exact.of(target)
    {
        return Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))));
    }
    if let Ok((rest, ((), values, place))) = (
        hold,
        values,
        (any_class(&[Class::As, Class::For]), need::place).map(|((), place)| place),
    )
        .parse(input)
        && let Some(demand) = Need::ArgumentNot(place, values).of(target)
    {
        return Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))));
    }
    if let Ok((rest, keys)) = used_with_others(input)
        && let Some(demand) = Need::Spreadsheets(keys).of(target)
    {
        return Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))));
    }
    let (rest, ((), _, parts)) = (hold, opt(class(Class::To)), nouns).parse(input)?;
    let mut demands = Vec::new();
    for part in parts {
        match part {
            Noun::Target(part) if part.within.is_none() => {
                demands.push(Demand::Forbid(Target {
                    what: part.what,
                    within: Some(set.clone()),
                }));
            }
            Noun::Measured(measure) if measure.metric == Metric::Arguments(None) => {
                match measure.bound.forbidden() {
                    Some(at_most) => {
                        demands.push(Demand::Limit(Metric::Arguments(Some(set.clone())), at_most));
                    }
                    None => return no(),
                }
            }
            _ => return no(),
        }
    }
    Ok((rest, clause_of(force.level, Outcome::Demands(demands))))
}

/// Takes `point to any spreadsheet other than 1Abc…`, `be used with files except 1Abc…`.
fn used_with_others(input: Input<'_>) -> Read<'_, Vec<String>> {
    let verbs = &[Verb::Use, Verb::Refer, Verb::Import];
    let used = alt((
        verb(verbs, Form::Base),
        (class(Class::Be), verb(verbs, Form::Participle)).map(|_| ()),
    ));
    (used, other_spreadsheets)
        .map(|((), keys)| keys)
        .parse(input)
}

/// Takes what a nested subject must not be: `be nested more than 3 levels deep`, `be nested`,
/// `be more than 3 levels deep`.
fn nested_subject<'s>(input: Input<'s>, nouns: &[Noun], force: Force) -> Read<'s, Demand> {
    let points = force.points;
    if force.able {
        return no();
    }
    let metric = match nouns {
        [
            Noun::Target(Target {
                what: What::Calls(set),
                within: None,
            }),
        ] => Metric::NestingOf(set.clone()),
        [Noun::Broken(Demand::Limit(metric @ (Metric::Nesting | Metric::NestingOf(_)), 1))] => {
            metric.clone()
        }
        [Noun::AnyCall] => Metric::Nesting,
        _ => return no(),
    };
    let nested = |input| {
        alt((
            (
                class(Class::Be),
                opt(alt((
                    verb(&[Verb::Nest], Form::Participle),
                    class(Class::Nested),
                ))),
            )
                .map(|((), nested)| nested.is_some()),
            verb(&[Verb::Nest], Form::Base).map(|()| true),
        ))
        .parse(input)
    };
    let exceeds = |input| (verb(&[Verb::Exceed], Form::Base), depth).parse(input);
    if points == Points::Forbid
        && let Ok((rest, ((), bound))) = exceeds(input)
    {
        let at_most = match bound {
            Bound::Plain(count) => Some(count),
            other => other.forbidden(),
        };
        return match at_most {
            Some(at_most) => Ok((rest, Demand::Limit(metric, at_most))),
            None => no(),
        };
    }
    let (input, is_nested) = nested(input)?;
    let wanted = |bound: Bound| match points {
        Points::Forbid => bound.forbidden(),
        Points::Demand | Points::Permit => bound.required(),
    };
    if let Ok((rest, bound)) = depth(input) {
        return match wanted(bound) {
            Some(at_most) => Ok((rest, Demand::Limit(metric, at_most))),
            None => no(),
        };
    }
    if is_nested && points == Points::Forbid {
        return Ok((input, Demand::Limit(metric, 1)));
    }
    no()
}

/// `INDIRECT may only be used inside IFERROR`, `IMPORTRANGE is only allowed from spreadsheet …`
///
/// "INDIRECT may only be used inside IFERROR."
/// flags `=INDIRECT(A1)`, not `=IFERROR(INDIRECT(A1),B1)`.
fn only_under<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    let [Noun::Target(target)] = nouns else {
        return no();
    };
    if nobody {
        return no();
    }
    let only = |input| class(Class::Only)(input);
    let verb_form = |input| verb(&[Verb::Use, Verb::Refer, Verb::Import], Form::Participle)(input);
    let allowed = |input| class(Class::Allowed)(input);
    let be = |input| class(Class::Be)(input);
    let active = |input| verb(&[Verb::Use, Verb::Refer, Verb::Import], Form::Base)(input);
    let permit = |input| {
        alt((
            (be, only, allowed).map(|_| Level::Must),
            (be, allowed, only).map(|_| Level::Must),
            (be, only, verb_form).map(|_| Level::Must),
            (be, verb(&[Verb::Limit], Form::Participle), class(Class::To)).map(|_| Level::Must),
            (modal, only, be, opt(alt((verb_form, allowed))))
                .map_opt(|(force, ..)| positive(force)),
            (modal, be, only, opt(alt((verb_form, allowed))))
                .map_opt(|(force, ..)| positive(force)),
            (modal, be, opt(alt((verb_form, allowed))), only)
                .map_opt(|(force, ..)| positive(force)),
            (modal, only, active).map_opt(|(force, ..)| positive(force)),
            (modal, active, only).map_opt(|(force, ..)| positive(force)),
            (modal, only, verb(&[Verb::Appear], Form::Base)).map_opt(|(force, ..)| positive(force)),
            (modal, verb(&[Verb::Appear], Form::Base), only).map_opt(|(force, ..)| positive(force)),
        ))
        .parse(input)
    };
    let (input, level) = permit(input)?;
    let data = opt(any_class(&[Class::Data, Class::CellData]));
    let link = opt(any_class(&[
        Class::From,
        Class::To,
        Class::With,
        Class::For,
        Class::On,
    ]));
    let reading = opt(alt((
        (
            class(Class::To),
            verb(&[Verb::Import, Verb::Refer], Form::Base),
        )
            .map(|_| ()),
        (
            class(Class::For),
            verb(&[Verb::Import, Verb::Refer], Form::Gerund),
        )
            .map(|_| ()),
    )));
    let when = opt(alt((
        (
            class(Class::If),
            opt(class(Class::It)),
            opt(class(Class::Be)),
        )
            .map(|_| ()),
        (
            class(Class::Whenever),
            opt(class(Class::It)),
            opt(class(Class::Be)),
        )
            .map(|_| ()),
    )));
    let condition = alt((
        (reading, data, link, spreadsheets).map(|(.., keys)| Need::Spreadsheets(keys)),
        (when, wrapped).map(|(_, set)| Need::Inside(set)),
        (class(Class::With), need).map(|((), need)| need),
    ));
    let mut condition = condition;
    let (input, need) = condition.parse(input)?;
    let demand = match (&need, &target.what) {
        (Need::Absolute, What::Calls(set)) => {
            absolute_or(&need, Some(set.clone())).and_then(|mut all| all.pop())
        }
        _ => need.of(target),
    };
    match demand {
        Some(demand) => Ok((input, clause_of(level, Outcome::Demands(vec![demand])))),
        None => no(),
    }
}

/// The level of a modal verb that demands or permits; none of one that forbids.
fn positive(force: Force) -> Option<Level> {
    (force.points != Points::Forbid).then_some(force.level)
}
