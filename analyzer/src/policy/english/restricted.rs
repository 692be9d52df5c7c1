//! What things in formulas must not do or be, and what they may do only under a condition: `VLOOKUP
//! must not use approximate match`, `INDIRECT may only be used inside IFERROR`.
//!
//! What is demanded of them is in `demanded`.

use nom::{Parser, branch::alt, combinator::opt};

use super::need::{self, Need, Place, need, sources, wrapped};
use super::noun::{Noun, lacking, nouns};
use super::predicate::{clause_of, demanding, turned};
use super::prohibited::{forbidden, masked, other_sources, to_hide};
use super::quantity::{Bound, depth, measure};
use super::required::absolute_or;
use super::terminal::{
    Force, Input, Points, Read, any_class, class, modal, no, thing, values, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, Level, Metric, Target, Thing, Value, What};

/// `VLOOKUP must not use approximate match`, `INDIRECT may only be used inside IFERROR`, `IMPORTRANGE
/// is only allowed from spreadsheet 1Abc…`, `IFs must not be nested more than 3 deep`, `IFERROR must
/// not be used to hide errors`, `VLOOKUP must not be used without a fourth argument`
///
/// "IFs must not be nested." flags `=IF(A1,1,IF(A2,2,3))`, not `=IF(A1,1,2)`.
pub(super) fn restricted<'s>(input: Input<'s>, nouns: &[Noun], nobody: bool) -> Read<'s, Clause> {
    if let Ok(found) = only_under(input, nouns, nobody) {
        return Ok(found);
    }
    let (input, force) = modal(input)?;
    let Some(force) = turned(force, nobody) else {
        return no();
    };
    if let Ok((rest, demand)) = nested_subject(input, nouns, force) {
        return demanding(rest, force.level, Some(vec![demand]));
    }
    let [Noun::Target(target)] = nouns else {
        return no();
    };
    if force.points != Points::Forbid {
        return few_arguments(input, target, force);
    }
    let single = alt((
        |input| hides(input, target),
        |input| lacks(input, target),
        |input| omits(input, target),
        |input| returns(input, target),
        |input| hard_codes(input, target),
    ));
    let mut single = single;
    match single.parse(input) {
        Ok((rest, demand)) => demanding(rest, force.level, Some(vec![demand])),
        Err(_) => of_parts(input, target, force),
    }
}

/// Takes `be used to hide errors`, `hide errors`.
fn hides<'s>(input: Input<'s>, target: &Target) -> Read<'s, Demand> {
    let errors = |input| match thing(input) {
        Ok((rest, Thing::ErrorValues)) => Ok((rest, ())),
        _ => no(),
    };
    let used = opt(verb(&[Verb::Use], Form::Participle));
    let (rest, ()) = alt((
        (class(Class::Be), used, to_hide).map(|_| ()),
        (verb(&[Verb::Hide], Form::Base), errors).map(|_| ()),
    ))
    .parse(input)?;
    match &target.what {
        What::Calls(set) => Ok((rest, masked(set.clone()))),
        _ => no(),
    }
}

/// Takes `be used without exact match`, `appear outside IFERROR`.
fn lacks<'s>(input: Input<'s>, target: &Target) -> Read<'s, Demand> {
    let used = opt(verb(
        &[Verb::Use, Verb::Appear, Verb::Leave],
        Form::Participle,
    ));
    let (input, ()) = alt((
        (class(Class::Be), used).map(|_| ()),
        verb(&[Verb::Appear, Verb::Stand], Form::Base),
    ))
    .parse(input)?;
    lacking(input, target)
}

/// Takes `hard-code its third argument`.
fn hard_codes<'s>(input: Input<'s>, target: &Target) -> Read<'s, Demand> {
    let (rest, ((), place)) = (verb(&[Verb::HardCode], Form::Base), need::place).parse(input)?;
    match Need::NotConstant(place).of(target) {
        Some(demand) => Ok((rest, demand)),
        None => no(),
    }
}

/// Takes `return an empty string`, `return 0`: what an error handler must not give.
fn returns<'s>(input: Input<'s>, target: &Target) -> Read<'s, Demand> {
    let used = (
        class(Class::Be),
        verb(&[Verb::Use], Form::Participle),
        class(Class::To),
    );
    let (rest, (_, refused)) = (opt(used), returned).parse(input)?;
    let handles = matches!(&target.what, What::Calls(set)
        if set.names.iter().all(|name| name == "IFERROR" || name == "IFNA"));
    match Need::ArgumentNot(Place::Nth(2), refused).of(target) {
        Some(demand) if handles => Ok((rest, demand)),
        _ => no(),
    }
}

/// Takes `return 0 or an empty string`: the values.
pub(super) fn returned(input: Input<'_>) -> Read<'_, Vec<Value>> {
    let one = |input| {
        let nothing = any_class(&[Class::EmptyText, Class::BlankValue])
            .map(|()| vec![Value::Text(String::new())]);
        alt((nothing, values)).parse(input)
    };
    let (mut rest, ((), mut all)) =
        (verb(&[Verb::Return, Verb::Replace], Form::Base), one).parse(input)?;
    while let Ok((after, ((), more))) = (super::terminal::separator, one).parse(rest) {
        all.extend(more);
        rest = after;
    }
    Ok((rest, all))
}

/// Takes `omit its fourth argument`.
fn omits<'s>(input: Input<'s>, target: &Target) -> Read<'s, Demand> {
    let empty = opt(class(Class::LeftEmpty));
    let (rest, ((), place, _)) =
        (verb(&[Verb::Omit], Form::Base), need::place, empty).parse(input)?;
    match Need::Argument(place, None).of(target) {
        Some(demand) => Ok((rest, demand)),
        None => no(),
    }
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
    if let What::Thing(Thing::Ranges | Thing::References) = &target.what {
        let hold = verb(&[Verb::Use, Verb::Refer], Form::Base);
        let (rest, ((), _, parts)) = (hold, opt(class(Class::To)), nouns).parse(input)?;
        let parts = match &target.within {
            Some(set) => parts.iter().map(|part| part.within(set)).collect(),
            None => Some(parts),
        };
        return match parts.and_then(forbidden) {
            Some(outcome) => Ok((rest, clause_of(force.level, outcome))),
            None => no(),
        };
    }
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
    if let Ok((rest, need)) = used_with_others(input)
        && let Some(demand) = need.of(target)
    {
        return Ok((rest, clause_of(force.level, Outcome::Demands(vec![demand]))));
    }
    let given = verb(&[Verb::Use, Verb::Specify, Verb::Append], Form::Participle);
    let hold = alt((hold, (class(Class::Be), given).map(|_| ())));
    let (rest, ((), _, parts)) = (hold, opt(class(Class::To)), nouns).parse(input)?;
    let mut demands = Vec::new();
    for part in parts {
        match part {
            // "An IF must not contain another IF."
            Noun::Target(part) if part.what == What::Calls(set.clone()) => {
                demands.push(Demand::Limit(Metric::NestingOf(set.clone()), 1));
            }
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
fn used_with_others(input: Input<'_>) -> Read<'_, Need> {
    let verbs = &[Verb::Use, Verb::Refer, Verb::Import];
    let used = alt((
        verb(verbs, Form::Base),
        (class(Class::Be), verb(verbs, Form::Participle)).map(|_| ()),
    ));
    (used, other_sources).map(|((), need)| need).parse(input)
}

/// What is limited of a subject that is nested.
fn nested_metric(nouns: &[Noun]) -> Option<Metric> {
    let [noun] = nouns else {
        return None;
    };
    match noun {
        Noun::Target(Target {
            what: What::Calls(set),
            within: None,
        }) => Some(Metric::NestingOf(set.clone())),
        Noun::Broken(Demand::Limit(metric @ (Metric::Nesting | Metric::NestingOf(_)), 1)) => {
            Some(metric.clone())
        }
        Noun::AnyCall => Some(Metric::Nesting),
        _ => None,
    }
}

/// Takes what a nested subject must not be: `be nested more than 3 levels deep`, `be nested`,
/// `exceed 3 levels`.
fn nested_subject<'s>(input: Input<'s>, nouns: &[Noun], force: Force) -> Read<'s, Demand> {
    let Some(metric) = nested_metric(nouns).filter(|_| !force.able) else {
        return no();
    };
    let forbids = force.points == Points::Forbid;
    let nests = |input| {
        let nested = alt((verb(&[Verb::Nest], Form::Participle), class(Class::Nested)));
        alt((
            (class(Class::Be), nested).map(|_| ()),
            verb(&[Verb::Nest], Form::Base),
        ))
        .parse(input)
    };
    // "An IF must never be nested inside another IF."
    if let Ok((rest, ((), (), outer))) =
        (nests, class(Class::In), super::functions::functions).parse(input)
        && forbids
        && let [
            Noun::Target(Target {
                what: What::Calls(inner),
                within: None,
            }),
        ] = nouns
    {
        return Ok((rest, super::prohibited::nested_in(inner.clone(), outer)));
    }
    let exceeded = |bound: Bound| match bound {
        Bound::Plain(count) => Some(count),
        other => other.forbidden(),
    };
    let wanted = |bound: Bound| {
        if forbids {
            bound.forbidden()
        } else {
            bound.required()
        }
    };
    let (rest, at_most) = alt((
        (nests, depth).map_opt(|((), bound)| wanted(bound)),
        (class(Class::Be), depth).map_opt(|((), bound)| wanted(bound)),
        (verb(&[Verb::Exceed], Form::Base), depth)
            .map_opt(|((), bound)| exceeded(bound).filter(|_| forbids)),
        nests.map_opt(|()| forbids.then_some(1)),
    ))
    .parse(input)?;
    Ok((rest, Demand::Limit(metric, at_most)))
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
    if let Ok((rest, (level, need))) = from_alone(input) {
        return demanding(rest, level, need.of(target).map(|demand| vec![demand]));
    }
    let (input, level) = permitted_only(input)?;
    let (rest, need) = only_condition(input)?;
    let demands = match (&need, &target.what) {
        (Need::Absolute, What::Calls(set)) => absolute_or(&need, Some(set.clone())),
        _ => need.of(target).map(|demand| vec![demand]),
    };
    demanding(rest, level, demands)
}

/// Takes `may read from spreadsheet 1Abc… and from no other`, `may be used with example.com only`.
fn from_alone(input: Input<'_>) -> Read<'_, (Level, Need)> {
    let verbs: &[Verb] = &[Verb::Use, Verb::Refer, Verb::Import];
    let (input, force) = modal(input)?;
    if force.points == Points::Forbid {
        return no();
    }
    let used = alt((
        verb(verbs, Form::Base),
        (class(Class::Be), verb(verbs, Form::Participle)).map(|_| ()),
        (class(Class::Be), class(Class::Allowed)).map(|_| ()),
    ));
    let data = |input| opt(any_class(&[Class::Data, Class::CellData])).parse(input);
    let links = any_class(&[Class::From, Class::To, Class::With, Class::For, Class::On]);
    let link = |input| opt(links).parse(input);
    let alone = (data, link, sources, class(Class::Only)).map(|(.., need, ())| need);
    // "May read no spreadsheet other than 1Abc…"
    let word = any_class(&[Class::Spreadsheet, Class::Host, Class::Url]);
    let no_other = (
        data,
        link,
        class(Class::No),
        opt(word),
        class(Class::Except),
        sources,
    )
        .map(|(.., need)| need);
    // The vocabulary takes "with no" as one phrase.
    let with_no = (
        class(Class::Without),
        opt(word),
        class(Class::Except),
        sources,
    )
        .map(|(.., need)| need);
    let (rest, ((), need)) = (used, alt((alone, no_other, with_no))).parse(input)?;
    Ok((rest, (force.level, need)))
}

/// Takes `may only be used`, `is only allowed`, `is restricted to`, `may read only`.
fn permitted_only(input: Input<'_>) -> Read<'_, Level> {
    let verbs: &[Verb] = &[Verb::Use, Verb::Refer, Verb::Import];
    let only = class(Class::Only);
    let be = class(Class::Be);
    let allowed = class(Class::Allowed);
    let used = verb(verbs, Form::Participle);
    let state = |input| opt(alt((used, allowed))).parse(input);
    let does = verb(
        &[
            Verb::Use,
            Verb::Refer,
            Verb::Import,
            Verb::Appear,
            Verb::Stand,
        ],
        Form::Base,
    );
    let limited = verb(&[Verb::Limit], Form::Participle);
    let may = modal.map_opt(|force| (force.points != Points::Forbid).then_some(force.level));
    let plain = alt((
        (be, only, alt((allowed, used))).map(|_| ()),
        (be, allowed, only).map(|_| ()),
        (be, limited, class(Class::To)).map(|_| ()),
    ));
    let after_modal = alt((
        (only, be, state).map(|_| ()),
        (be, only, state).map(|_| ()),
        (be, state, only).map(|_| ()),
        (only, does).map(|_| ()),
        (does, only).map(|_| ()),
    ));
    alt((
        plain.map(|()| Level::Must),
        (may, after_modal).map(|(level, ())| level),
    ))
    .parse(input)
}

/// Takes the condition of something that is only allowed: `inside IFERROR`, `with exact match`,
/// `from spreadsheet 1Abc…`, `when wrapped in IFERROR`.
fn only_condition(input: Input<'_>) -> Read<'_, Need> {
    let verbs: &[Verb] = &[Verb::Import, Verb::Refer];
    let reading = opt(alt((
        (class(Class::To), verb(verbs, Form::Base)).map(|_| ()),
        (class(Class::For), verb(verbs, Form::Gerund)).map(|_| ()),
    )));
    let data = opt(any_class(&[Class::Data, Class::CellData]));
    let link = opt(any_class(&[
        Class::From,
        Class::To,
        Class::With,
        Class::For,
        Class::On,
    ]));
    let when = (
        any_class(&[Class::If, Class::Whenever]),
        opt(class(Class::It)),
        opt(class(Class::Be)),
    );
    alt((
        (reading, data, link, sources).map(|(.., need)| need),
        (class(Class::With), need).map(|((), need)| need),
        (any_class(&[Class::In, Class::For]), need::exact).map(|_| Need::Exact),
        (opt(when), wrapped).map(|(_, set)| Need::Inside(set)),
    ))
    .parse(input)
}
