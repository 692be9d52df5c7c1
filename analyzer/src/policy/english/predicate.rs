//! Sentences with a subject: `INDIRECT must not be used`, `VLOOKUP must use exact match`, `no
//! formula may exceed 100 characters`.

use nom::{Parser, branch::alt, combinator::opt};

use super::action::{
    absolute_or, built_urls, error_handlers, forbidden, inside, masked, only_functions, prohibited,
    required, same_scale, to_hide, wrapped_targets,
};
use super::need::{self, Need, exact, handlers, need, spreadsheets, wrapped};
use super::noun::{Noun, functions, lacking, lookups, nouns, set_of};
use super::quantity::{Bound, bound, counted, depth, measure, metric_noun};
use super::terminal::{
    Force, Input, Points, Read, actor, any_class, class, comma, longest, modal, no, thing, values,
    verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, Metric, Requirement, Target, Thing, What};

/// Takes a clause with a subject.
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    let (input, negated) = opt(alt((class(Class::No), class(Class::Nobody)))).parse(input)?;
    let nobody = negated.is_some();
    longest(
        input,
        &[
            &|input| by_actor(input, nobody),
            &|input| of_argument(input, nobody),
            &|input| of_metric(input, nobody),
            &|input| of_quantity(input, nobody),
            &|input| of_match(input, nobody),
            &|input| of_address(input, nobody),
            &|input| of_errors(input, nobody),
            &|input| of_nouns(input, nobody),
        ],
    )
}

/// The force of a modal verb, turned round by a "no" before the subject.
fn turned(force: Force, nobody: bool) -> Option<Force> {
    if nobody {
        force.of_nothing()
    } else {
        Some(force)
    }
}

fn clause_of(level: Level, outcome: Outcome) -> Clause {
    Clause { level, outcome }
}

/// `formulas must not use INDIRECT`, `you may not hard-code numbers`, `nobody may use NOW`, `a
/// formula may contain at most 5 calls`, `authors must wrap divisions in IFERROR`
fn by_actor(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let (input, _) = if nobody {
        let (input, found) = opt(actor).parse(input)?;
        (input, found.is_some())
    } else {
        let (input, ()) = actor(input)?;
        (input, true)
    };
    if let Ok((rest, (_, _, measure))) = (
        class(Class::Be),
        verb(&[Verb::Limit], Form::Participle),
        (opt(class(Class::To)), measure).map(|(_, m)| m),
    )
        .parse(input)
    {
        return match measure.limit().filter(|_| !nobody) {
            Some(demand) => Ok((rest, clause_of(Level::Must, Outcome::Demands(vec![demand])))),
            None => no(),
        };
    }
    let (input, force) = modal(input)?;
    let Some(force) = turned(force, nobody) else {
        return no();
    };
    let done = |input| {
        alt((prohibited(Form::Base), |input| {
            prohibited(Form::Participle)(input)
        }))
        .parse(input)
    };
    match force.points {
        Points::Forbid => {
            let (input, outcome) = done(input)?;
            Ok((input, clause_of(force.level, outcome)))
        }
        Points::Demand | Points::Permit => {
            if let Ok((rest, set)) = only_functions(Form::Base)(input) {
                return Ok((
                    rest,
                    clause_of(force.level, Outcome::Demands(vec![Demand::AllowOnly(set)])),
                ));
            }
            let mut limited = (
                class(Class::Be),
                verb(&[Verb::Limit], Form::Participle),
                class(Class::To),
                functions,
            );
            if let Ok((rest, (.., set))) = limited.parse(input) {
                return Ok((
                    rest,
                    clause_of(force.level, Outcome::Demands(vec![Demand::AllowOnly(set)])),
                ));
            }
            if force.points == Points::Demand {
                let avoided =
                    (verb(&[Verb::Avoid], Form::Base), avoided_object).map(|((), outcome)| outcome);
                let (rest, outcome) = alt((avoided, required(Form::Base))).parse(input)?;
                return Ok((rest, clause_of(force.level, outcome)));
            }
            // "A formula may contain at most 5 calls" permits up to a limit, and so limits.
            let held = alt((
                verb(
                    &[Verb::Use, Verb::Refer, Verb::Nest, Verb::Specify],
                    Form::Base,
                ),
                class(Class::Be),
            ));
            let (rest, (_, measure)) = (held, measure).parse(input)?;
            match measure.required() {
                Some(demand) => Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand])))),
                None => no(),
            }
        }
    }
}

/// Takes what is avoided: `INDIRECT`, `using INDIRECT`, `hard-coding numbers`.
pub(super) fn avoided_object(input: Input<'_>) -> Read<'_, Outcome> {
    let by_noun = nouns.map_opt(forbidden);
    alt((prohibited(Form::Gerund), by_noun)).parse(input)
}

/// Takes that something is allowed, or not: `is forbidden`, `are not allowed`, `must not be
/// used`, `should be avoided`, `has no place`, and the force with which it is said.
pub(super) fn verdict(input: Input<'_>, nobody: bool) -> Read<'_, Force> {
    let used = |input| {
        let verbs: &[Verb] = &[
            Verb::Use,
            Verb::Refer,
            Verb::Import,
            Verb::HardCode,
            Verb::Append,
            Verb::Specify,
            Verb::Nest,
        ];
        alt((verb(verbs, Form::Participle), class(Class::Present))).parse(input)
    };
    let forbidden = |input| {
        alt((
            class(Class::Forbidden).map(|()| Force::new(Level::Must, Points::Forbid)),
            class(Class::Discouraged).map(|()| Force::new(Level::Should, Points::Forbid)),
            verb(&[Verb::Avoid, Verb::Ban], Form::Participle)
                .map(|()| Force::new(Level::Must, Points::Forbid)),
            verb(&[Verb::Discourage], Form::Participle)
                .map(|()| Force::new(Level::Should, Points::Forbid)),
        ))
        .parse(input)
    };
    let appears = |input| {
        alt((
            (class(Class::Be), opt(used)).map(|_| ()),
            verb(&[Verb::Appear], Form::Base),
        ))
        .parse(input)
    };
    let mut allowed = (class(Class::Be), class(Class::Allowed)).map(|_| ());
    // `is forbidden`, `must be avoided`
    if let Ok((rest, (said, (), force))) = (opt(modal), class(Class::Be), forbidden).parse(input) {
        let level = said.map_or(force.level, |said| said.level.max(force.level));
        let demands = said.is_none_or(|said| said.points == Points::Demand);
        return if demands && !nobody {
            Ok((rest, Force::new(level, Points::Forbid)))
        } else {
            no()
        };
    }
    // `is not allowed`, `is no longer permitted`, `no … is allowed`
    let mut denied = (
        class(Class::Be),
        any_class(&[Class::Not, Class::NoLonger]),
        any_class(&[Class::Allowed, Class::Preferred]),
    );
    if let Ok((rest, _)) = denied.parse(input) {
        return if nobody {
            no()
        } else {
            Ok((rest, Force::new(Level::Must, Points::Forbid)))
        };
    }
    if let Ok((rest, ())) = allowed.parse(input) {
        let points = if nobody {
            Points::Forbid
        } else {
            Points::Permit
        };
        return Ok((rest, Force::new(Level::Must, points)));
    }
    // `is banned from all workbooks`: the vocabulary takes "is banned from" as one phrase.
    let everywhere = any_class(&[Class::Model, Class::Formula, Class::Calculation]);
    if let Ok((rest, _)) = (class(Class::MustNot), everywhere).parse(input) {
        return if nobody { no() } else { Ok((rest, Force::new(Level::Must, Points::Forbid))) };
    }
    // `has no place`
    let mut placeless = (class(Class::Have), class(Class::No), class(Class::Place));
    if let Ok((rest, _)) = placeless.parse(input) {
        return if nobody {
            no()
        } else {
            Ok((rest, Force::new(Level::Must, Points::Forbid)))
        };
    }
    // `must not be used`, `may not appear`, `must not be allowed`
    let (input, force) = modal(input)?;
    let tail = |input| {
        alt((
            (class(Class::Be), class(Class::Allowed)).map(|_| ()),
            appears,
        ))
        .parse(input)
    };
    let (input, ()) = tail(input)?;
    match turned(force, nobody) {
        Some(force) => Ok((input, force)),
        None => no(),
    }
}

/// A sentence about things in formulas, by what is said of them.
fn of_nouns(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let (input, nouns) = nouns(input)?;
    let (input, _) = opt(alt((
        (comma, class(Class::That), class(Class::Be)).map(|_| ()),
        class(Class::That),
    )))
    .parse(input)
    .map(|(rest, found)| {
        if found.is_some() && rest.is_empty() {
            (input, None)
        } else {
            (input, found)
        }
    })?;
    alt((
        |input| demanded(input, &nouns, nobody),
        |input| restricted(input, &nouns, nobody),
        |input| judged(input, &nouns, nobody),
        |input| alone(input, &nouns, nobody),
    ))
    .parse(input)
}

/// `INDIRECT must not be used`, `formulas longer than 100 characters are not permitted`
fn judged<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    let (input, force) = verdict(input, nobody)?;
    let (input, within) =
        opt((any_class(&[Class::In, Class::With, Class::For]), functions)).parse(input)?;
    let nouns = match within {
        None => Some(nouns.to_vec()),
        Some(((), set)) => nouns.iter().map(|noun| noun.within(&set)).collect(),
    };
    let Some(nouns) = nouns else {
        return no();
    };
    let outcome = match force.points {
        Points::Forbid => forbidden(nouns),
        Points::Permit | Points::Demand => Some(Outcome::Permission),
    };
    match outcome {
        Some(outcome) => Ok((input, clause_of(force.level, outcome))),
        None => no(),
    }
}

/// `No volatile functions.`: the subject after "no" is all that is said.
fn alone<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    if !nobody {
        return no();
    }
    match forbidden(nouns.to_vec()) {
        Some(outcome) => Ok((input, clause_of(Level::Must, outcome))),
        None => no(),
    }
}

/// `VLOOKUP must use exact match`, `divisions must be wrapped in IFERROR`, `ranges passed to
/// VLOOKUP must be absolute`, `MATCH requires match type 0`
fn demanded<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
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
    let (input, needs) = needed(input, requires, nouns)?;
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
fn needed<'s>(input: Input<'s>, requires: bool, nouns: &[Noun]) -> Read<'s, Need> {
    let used = |input| verb(&[Verb::Use, Verb::Specify], Form::Participle)(input);
    let use_or_specify = |input| verb(&[Verb::Use, Verb::Specify, Verb::Use], Form::Base)(input);
    let spreadsheet = |input| {
        let read = verb(&[Verb::Import, Verb::Refer, Verb::Use], Form::Base);
        let link = any_class(&[Class::From, Class::To]);
        let data = any_class(&[Class::Data, Class::CellData]);
        (
            opt(class(Class::Only)),
            read,
            opt(class(Class::Only)),
            opt(data),
            opt(class(Class::Only)),
            opt(link),
            spreadsheets,
        )
            .map(|all| Need::Spreadsheets(all.6))
            .parse(input)
    };
    let _ = nouns;
    let after_requires = alt((
        need,
        (error_handlers, opt(class(Class::Around))).map(|(set, _)| Need::Inside(set)),
    ));
    let only = opt(class(Class::Only));
    let after_modal = alt((
        (class(Class::Be), wrapped).map(|((), set)| Need::Inside(set)),
        (
            verb(&[Verb::Stand], Form::Base),
            any_class(&[Class::In, Class::By]),
            handlers,
        )
            .map(|(.., set)| Need::Inside(set)),
        (
            class(Class::Be),
            opt(used),
            any_class(&[Class::With, Class::In]),
            need,
        )
            .map(|(.., need)| need),
        (class(Class::Be), need).map(|((), need)| need),
        (class(Class::Be), used, exact).map(|_| Need::Exact),
        (opt(class(Class::Only)), use_or_specify, only, need).map(|(.., need)| need),
        spreadsheet,
    ));
    if requires {
        let mut after_requires = after_requires;
        after_requires.parse(input)
    } else {
        let mut after_modal = after_modal;
        after_modal.parse(input)
    }
}

/// `VLOOKUP must not use approximate match`, `INDIRECT may only be used inside IFERROR`, `IMPORTRANGE
/// is only allowed from spreadsheet 1Abc…`, `IFs must not be nested more than 3 deep`, `IFERROR must
/// not be used to hide errors`, `VLOOKUP must not be used without a fourth argument`
fn restricted<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
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
    if let Ok((rest, demand)) = nested_subject(input, nouns, force.points) {
        return Ok((rest, clause_of(force.level, outcome(demand))));
    }
    if force.points != Points::Forbid {
        return no();
    }
    let [Noun::Target(target)] = nouns else {
        return no();
    };
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

/// `VLOOKUP must not reference whole columns`, `VLOOKUP must not use approximate match`, `SUM must
/// not take more than 5 arguments`
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
    let (rest, (_, _, parts)) = (hold, opt(class(Class::To)), nouns).parse(input)?;
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
                        demands.push(Demand::Limit(Metric::Arguments(Some(set.clone())), at_most))
                    }
                    None => return no(),
                }
            }
            _ => return no(),
        }
    }
    Ok((rest, clause_of(force.level, Outcome::Demands(demands))))
}

/// Takes what a nested subject must not be: `be nested more than 3 levels deep`, `be nested`,
/// `be more than 3 levels deep`.
fn nested_subject<'s>(input: Input<'s>, nouns: &[Noun], points: Points) -> Read<'s, Demand> {
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
                .map(|(_, nested)| nested.is_some()),
            verb(&[Verb::Nest, Verb::Exceed], Form::Base).map(|()| true),
        ))
        .parse(input)
    };
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

/// `the fourth argument of VLOOKUP is mandatory`, `the match type of MATCH must be 0`, `VLOOKUP's
/// last argument must not be omitted`
fn of_argument(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
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
                        let (rest, _) = alt((
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
use super::need::Place;

/// `nesting must not exceed 3 levels`, `the length of a formula is limited to 100 characters`, `the
/// maximum nesting depth is 3`
fn of_metric(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    if nobody {
        return no();
    }
    let (input, metric) = metric_noun(input)?;
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
    let (rest, (level, at_most)) = if let Ok((rest, bound)) = limited(input) {
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
                    let (rest, (_, bound)) = (stays, bound).parse(input)?;
                    (rest, (force.level, bound.forbidden()))
                }
            }
            Points::Demand | Points::Permit => {
                if let Ok((rest, bound)) = limited(input) {
                    (rest, (force.level, bound.limit()))
                } else {
                    let (rest, (_, bound)) = (stays, bound).parse(input)?;
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
fn of_quantity(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
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
    let demand = force.and_then(|force| match force.points {
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
fn of_match(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
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
    let (rest, (set, said, (), _, (), targets)) = (
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

/// `cell data must not be appended to URLs`, `URLs must not be built from cell values`, `URLs must
/// not contain cell data`
fn of_address(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
    let link = any_class(&[
        Class::To,
        Class::Into,
        Class::In,
        Class::From,
        Class::With,
        Class::By,
        Class::As,
        Class::On,
        Class::For,
    ]);
    let joined = verb(
        &[Verb::Append, Verb::Use, Verb::Import, Verb::Refer],
        Form::Participle,
    );
    let joining = verb(&[Verb::Append, Verb::Use], Form::Gerund);
    let data_first = (
        class(Class::CellData),
        modal,
        class(Class::Be),
        joined,
        opt(link),
        opt(class(Class::CellData)),
        class(Class::Url),
    )
        .map(|(_, force, ..)| force);
    let active = (
        class(Class::CellData),
        modal,
        verb(&[Verb::Append, Verb::Use, Verb::Appear], Form::Base),
        opt(link),
        class(Class::Url),
    )
        .map(|(_, force, ..)| force);
    let address_first = (
        class(Class::Url),
        modal,
        class(Class::Be),
        joined,
        opt(link),
        opt(joining),
        class(Class::CellData),
    )
        .map(|(_, force, ..)| force);
    let address_active = (
        class(Class::Url),
        modal,
        verb(&[Verb::Append, Verb::Use, Verb::Refer], Form::Base),
        opt(link),
        class(Class::CellData),
    )
        .map(|(_, force, ..)| force);
    let (rest, force) = alt((data_first, active, address_first, address_active)).parse(input)?;
    match turned(force, nobody) {
        Some(force) if force.points == Points::Forbid => Ok((
            rest,
            clause_of(force.level, Outcome::Demands(vec![built_urls()])),
        )),
        _ => no(),
    }
}

/// `errors must not be hidden`, `errors must not be masked with IFERROR`
fn of_errors(input: Input<'_>, nobody: bool) -> Read<'_, Clause> {
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
    let (rest, (_, force, (), (), with)) = (
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
