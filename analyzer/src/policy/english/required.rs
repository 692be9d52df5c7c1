//! Verb phrases of what must be done: `wrap divisions in IFERROR`, `use exact match in VLOOKUP`,
//! `limit nesting to 3 levels`, `use only SUM and IF`.

use nom::{Parser, branch::alt, combinator::opt};

use super::Outcome;
use super::functions::functions;
use super::need::{self, Need, handlers, need, sources, wrapped};
use super::noun::{Noun, nouns};
use super::predicate::nested_metric;
use super::quantity::{bound, counted, depth, measure, metric_noun};
use super::subject::functions_of_ranges;
use super::target::{plain_targets, target};
use super::terminal::{Input, Read, any_class, class, longest, mark, no, verb};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Metric, Requirement, Target, Thing, What};

/// Takes what must be done: `wrap divisions in IFERROR`, `use exact match in VLOOKUP`, `limit
/// nesting to 3 levels`, `anchor the ranges of VLOOKUP`.
pub(super) fn required(form: Form) -> impl Fn(Input<'_>) -> Read<'_, Outcome> {
    move |input| {
        longest(
            input,
            &[
                &wrap(form),
                &surround(form),
                &specify(form),
                &limit(form),
                &anchor(form),
                &read_only(form),
                &contain_at_most(form),
                &nest_at_most(form),
            ],
        )
    }
}

/// `wrap divisions in IFERROR`
///
/// "Wrap divisions in IFERROR." flags `=A1/B1`, not `=IFERROR(A1/B1,C1)`.
fn wrap<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        // "Divide only inside IFERROR."
        let divide = (verb(&[Verb::Divide], form), class(Class::Only), wrapped);
        if let Ok((rest, (.., set))) = { divide }.parse(input) {
            let divisions = What::Thing(Thing::Divisions).into();
            return Ok((rest, inside(vec![divisions], &set)));
        }
        let (input, ()) = verb(&[Verb::Wrap], form)(input)?;
        // "Catch errors in divisions with IFERROR", "catch division errors with IFERROR"
        let errors = |input| match super::terminal::thing(input) {
            Ok((rest, Thing::ErrorValues)) => Ok((rest, ())),
            _ => class(Class::Error)(input),
        };
        let of = any_class(&[Class::In, Class::Around, Class::From, Class::On]);
        let (input, _) = opt((errors, of)).parse(input)?;
        let (input, targets) = wrapped_targets(input)?;
        let (input, _) = opt(errors).parse(input)?;
        let (input, set) = wrapped(input)?;
        Ok((input, inside(targets, &set)))
    }
}

/// `use IFERROR around divisions`, `use error handling for lookups`, `add IFERROR to divisions`
///
/// "Use IFERROR around divisions." flags `=A1/B1`, not `=IFERROR(A1/B1,C1)`.
fn surround<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (input, ()) = verb(&[Verb::Use, Verb::Wrap, Verb::Specify, Verb::Append], form)(input)?;
        let (input, set) = error_handlers(input)?;
        let around = alt((
            any_class(&[Class::Around, Class::For, Class::On, Class::To, Class::With]),
            (class(Class::To), verb(&[Verb::Wrap], Form::Base)).map(|_| ()),
        ));
        let (input, ()) = alt((
            (class(Class::To), verb(&[Verb::Wrap], Form::Base)).map(|_| ()),
            around,
        ))
        .parse(input)?;
        let (input, targets) = wrapped_targets(input)?;
        Ok((input, inside(targets, &set)))
    }
}

/// Takes functions that handle errors; another function is not what surrounds something.
pub(super) fn error_handlers(input: Input<'_>) -> Read<'_, FunctionSet> {
    // "An enclosing IFERROR"
    let (input, _) = opt(verb(&[Verb::Wrap], Form::Gerund)).parse(input)?;
    let (rest, set) = handlers(input)?;
    let is_check = class(Class::ZeroCheck)(input).is_ok();
    if is_check
        || set
            .names
            .iter()
            .all(|name| matches!(name.as_str(), "IFERROR" | "IFNA"))
    {
        Ok((rest, set))
    } else {
        no()
    }
}

/// Takes targets that can be wrapped.
pub(super) fn wrapped_targets(input: Input<'_>) -> Read<'_, Vec<Target>> {
    let any = any_class(&[Class::Formula, Class::Calculation]);
    if let Ok((rest, ())) = any(input)
        && target(input).is_err()
    {
        return Ok((rest, vec![What::Calculations.into()]));
    }
    plain_targets(input)
}

/// The demand that the targets stand inside the functions.
pub(super) fn inside(targets: Vec<Target>, set: &FunctionSet) -> Outcome {
    let requirement = |target| Demand::Require(target, Requirement::Inside(set.clone()));
    Outcome::Demands(targets.into_iter().map(requirement).collect())
}

/// `use exact match in VLOOKUP`, `set the fourth argument of VLOOKUP to FALSE`, `use VLOOKUP with
/// exact match`, `specify FALSE as the last argument of VLOOKUP`
///
/// "Use exact match in MATCH." flags `=MATCH(A1,B1:B9)`, not `=MATCH(A1,B1:B9,0)`.
fn specify<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        // "Fix the last argument of VLOOKUP to FALSE."
        let mut fixed = (
            verb(&[Verb::Anchor], form),
            need::argument,
            any_class(&[Class::To, Class::At, Class::As]),
            super::terminal::values,
        );
        if let Ok((rest, ((), (place, set), (), values))) = fixed.parse(input)
            && let Some(demands) = Need::Argument(place, Some(values)).of_functions(set)
        {
            return Ok((rest, Outcome::Demands(demands)));
        }
        let (input, _) = opt(class(Class::Only)).parse(input)?;
        let (input, ()) = verb(&[Verb::Specify, Verb::Use, Verb::Make], form)(input)?;
        let (input, _) = opt(class(Class::Only)).parse(input)?;
        let link = any_class(&[
            Class::In,
            Class::With,
            Class::For,
            Class::To,
            Class::On,
            Class::By,
            Class::As,
        ]);
        let when = |input| {
            (class(Class::If), verb(&[Verb::Use], Form::Gerund))
                .map(|_| ())
                .parse(input)
        };
        let using = verb(&[Verb::Use], Form::Gerund);
        let is = alt((any_class(&[Class::To, Class::As, Class::Be]), mark(':')));
        let (input, (need, set)) = alt((
            (
                need::argument,
                opt(is),
                super::terminal::values,
                opt((link, functions)),
            )
                .map_opt(|((place, set), _, values, within)| {
                    let set = match (set, within) {
                        (Some(_), Some(_)) => return None,
                        (set, within) => set.or(within.map(|((), set)| set)),
                    };
                    Some((Need::Argument(place, Some(values)), set))
                }),
            (need, alt((when, using, link)), functions).map(|(need, (), set)| (need, Some(set))),
            // "Use absolute references for the lookup range of VLOOKUP."
            (
                need::absolute,
                alt((when, link)),
                opt(verb(&[Verb::Specify], Form::Gerund)),
                functions_of_ranges,
            )
                .map(|((), (), _, set)| (Need::Absolute, Some(set))),
            (need, functions).map(|(need, set)| (need, Some(set))),
            (functions, any_class(&[Class::With, Class::In]), need)
                .map(|(set, (), need)| (need, Some(set))),
            need::argument.map(|(place, set)| (Need::Argument(place, None), set)),
            need.map(|need| (need, None)),
        ))
        .parse(input)?;
        match absolute_or(&need, set) {
            Some(demands) => Ok((input, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// The demands of a need on functions; anchors are asked of the ranges that they are given.
pub(super) fn absolute_or(need: &Need, set: Option<FunctionSet>) -> Option<Vec<Demand>> {
    match (need, set) {
        (Need::Absolute, Some(set)) => {
            let target = Target {
                what: What::Thing(Thing::Ranges),
                within: Some(set),
            };
            Some(vec![need.of(&target)?])
        }
        (need, set) => need.of_functions(set),
    }
}

/// `limit nesting to 3 levels`, `keep formulas under 100 characters`, `limit formulas to 3 nested
/// IFs`, `limit the number of arguments to 5`
///
/// "Limit nesting to 2 levels." flags `=ABS(SUM(MAX(A1,B1)))`, not `=ABS(SUM(A1))`.
fn limit<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        // "Stay within 3 levels of nesting."
        if let Ok((rest, ((), measure))) = (class(Class::StickTo), measure).parse(input)
            && form == Form::Base
        {
            return match measure.limit() {
                Some(demand) => Ok((rest, Outcome::Demands(vec![demand]))),
                None => no(),
            };
        }
        let (input, ()) = verb(&[Verb::Limit, Verb::Make], form)(input)?;
        // "Limit: 3 function calls per formula"
        if let Ok((rest, ((), measure))) = (mark(':'), measure).parse(input) {
            return match measure.limit() {
                Some(demand) => Ok((rest, Outcome::Demands(vec![demand]))),
                None => no(),
            };
        }
        limited(input)
    }
}

/// Takes what is limited and to how much, after the verb.
fn limited(input: Input<'_>) -> Read<'_, Outcome> {
    let at = any_class(&[Class::To, Class::At, Class::In]);
    let brief = |input| {
        (opt(class(Class::VagueLimit)), class(Class::Brief))
            .map(|_| ())
            .parse(input)
    };
    let mut by_metric = (
        metric_noun,
        opt(at),
        bound,
        opt(counted),
        opt(any_class(&[Class::Long, Class::Deep])),
    );
    if let Ok((rest, (metric, _, bound, counted, _))) = by_metric.parse(input) {
        let agrees = counted.is_none_or(|counted| same_scale(&metric, &counted));
        return match bound.limit().filter(|_| agrees) {
            Some(at_most) => Ok((rest, Outcome::Demands(vec![Demand::Limit(metric, at_most)]))),
            None => no(),
        };
    }
    // "Cap function calls to five"
    let mut by_count = (counted, at, bound);
    if let Ok((rest, (metric, (), bound))) = by_count.parse(input)
        && let Some(at_most) = bound.limit()
    {
        return Ok((rest, Outcome::Demands(vec![Demand::Limit(metric, at_most)])));
    }
    let subject = any_class(&[
        Class::Person,
        Class::Formula,
        Class::Model,
        Class::Calculation,
        Class::Function,
        Class::Call,
    ]);
    let mut by_formula = (subject, opt(at), measure);
    if let Ok((rest, ((), _, measure))) = by_formula.parse(input) {
        return match measure.limit() {
            Some(demand) => Ok((rest, Outcome::Demands(vec![demand]))),
            None => no(),
        };
    }
    let mut by_nested = (
        class(Class::Nested),
        functions,
        opt(at),
        bound,
        opt(counted),
        opt(class(Class::Deep)),
    );
    if let Ok((rest, ((), set, _, bound, ..))) = by_nested.parse(input) {
        return match bound.limit() {
            Some(at_most) => Ok((
                rest,
                Outcome::Demands(vec![Demand::Limit(Metric::NestingOf(set), at_most)]),
            )),
            None => no(),
        };
    }
    let vague_metric = (metric_noun, opt(brief)).map(|(metric, _)| metric);
    let vague_formula = (subject, brief).map(|_| Metric::Length);
    let (rest, metric) = alt((vague_metric, vague_formula)).parse(input)?;
    Ok((rest, Outcome::NeedsValue(metric)))
}

/// Whether a limit on the metric can be said in units of the other.
pub(super) fn same_scale(metric: &Metric, counted: &Metric) -> bool {
    metric == counted
        || matches!(
            (metric, counted),
            (Metric::NestingOf(_), Metric::Nesting | Metric::Calls)
                | (Metric::Nesting, Metric::Calls | Metric::NestingOf(_))
        )
}

/// `make ranges in VLOOKUP absolute`, `anchor the ranges of VLOOKUP`, `lock lookup ranges with $`
///
/// "Anchor the ranges of VLOOKUP."
/// flags `=VLOOKUP(A1,B1:C9,2,0)`, not `=VLOOKUP(A1,$B$1:$C$9,2,0)`.
fn anchor<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let by = alt((
            any_class(&[Class::With, Class::By]),
            verb(&[Verb::Use], Form::Gerund),
        ));
        let signs = (by, class(Class::Absolute)).map(|_| ());
        let (rest, targets) = alt((
            (verb(&[Verb::Make], form), nouns, need::absolute).map(|((), targets, ())| targets),
            (|input| anchors(input, form), nouns, opt(signs)).map_opt(
                |(is_clear, targets, signs)| {
                    // "Fix the ranges" could mean to mend them.
                    let in_functions = targets.iter().all(
                        |noun| matches!(noun, Noun::Target(target) if target.within.is_some()),
                    );
                    (is_clear || signs.is_some() || in_functions).then_some(targets)
                },
            ),
        ))
        .parse(input)?;
        let demands: Option<Vec<Demand>> = targets
            .into_iter()
            .map(|noun| Need::Absolute.of(&noun.target()?))
            .collect();
        match demands {
            Some(demands) => Ok((rest, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// Takes a verb for anchoring, and whether it can mean nothing else.
fn anchors(input: Input<'_>, form: Form) -> Read<'_, bool> {
    let (rest, ()) = verb(&[Verb::Anchor], form)(input)?;
    Ok((rest, verb(&[Verb::Repair], form)(input).is_err()))
}

/// `read only from spreadsheet 1Abc…` of a call
///
/// "Import only from spreadsheet 1AbcDefGhiJklMnoPqrStuV0."
/// flags `=IMPORTRANGE("x","A1")`, not `=IMPORTRANGE("1AbcDefGhiJklMnoPqrStuV0","A1")`.
fn read_only<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let only = class(Class::Only);
        let read = verb(&[Verb::Import, Verb::Refer, Verb::Use], form);
        let data = opt(any_class(&[Class::Data, Class::CellData]));
        let from = opt(any_class(&[Class::From, Class::To]));
        let (input, (.., need)) = alt((
            (only, read, data, from).map(|_| ()),
            (
                read,
                opt(any_class(&[Class::Data, Class::CellData])),
                only,
                opt(any_class(&[Class::From, Class::To])),
            )
                .map(|_| ()),
            (
                read,
                opt(any_class(&[Class::Data, Class::CellData])),
                opt(any_class(&[Class::From, Class::To])),
                only,
            )
                .map(|_| ()),
        ))
        .and(sources)
        .parse(input)?;
        match need.of_functions(None) {
            Some(demands) => Ok((input, Outcome::Demands(demands))),
            None => no(),
        }
    }
}

/// `contain at most 5 function calls`, `be at most 100 characters long`, `be shorter than 100
/// characters`, `have no more than 3 nested IFs`
///
/// "Formulas must contain at most 2 references." flags `=A1+B1+C1`, not `=A1+B1`.
fn contain_at_most<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let holds = alt((
            verb(
                &[
                    Verb::Use,
                    Verb::Refer,
                    Verb::Nest,
                    Verb::Limit,
                    Verb::Specify,
                    Verb::Make,
                ],
                form,
            ),
            class(Class::Be),
            (
                class(Class::Be),
                verb(&[Verb::Limit], Form::Participle),
                opt(class(Class::To)),
            )
                .map(|_| ()),
        ));
        let mut limited = (
            class(Class::Be),
            verb(&[Verb::Limit], Form::Participle),
            opt(any_class(&[Class::To, Class::At])),
            measure,
        );
        if let Ok((rest, (.., measure))) = limited.parse(input) {
            return match measure.limit() {
                Some(demand) => Ok((rest, Outcome::Demands(vec![demand]))),
                None => no(),
            };
        }
        if let Ok((rest, ((), measure))) = (verb(&[Verb::Fit], form), measure).parse(input) {
            return match measure.limit() {
                Some(demand) => Ok((rest, Outcome::Demands(vec![demand]))),
                None => no(),
            };
        }
        let nests = verb(&[Verb::Nest], form)(input).is_ok();
        let (input, ((), mut measure)) = (holds, measure).parse(input)?;
        if nests && let Metric::CallsOf(set) = measure.metric {
            measure.metric = Metric::NestingOf(set);
        }
        match measure.required() {
            Some(demand) => Ok((input, Outcome::Demands(vec![demand]))),
            None => no(),
        }
    }
}

/// `nest IFs no deeper than 3 levels`
///
/// "Nest IFs at most 2 levels deep."
/// flags `=IF(A1,1,IF(A2,2,IF(A3,3,4)))`, not `=IF(A1,1,IF(A2,2,3))`.
fn nest_at_most<'s>(form: Form) -> impl Fn(Input<'s>) -> Read<'s, Outcome> {
    move |input| {
        let (rest, ((), metric, bound)) =
            (verb(&[Verb::Nest], form), nested_metric, depth).parse(input)?;
        match bound.required() {
            Some(at_most) => Ok((rest, Outcome::Demands(vec![Demand::Limit(metric, at_most)]))),
            None => no(),
        }
    }
}

/// Takes `only SUM and IF` after a verb, `nothing but SUM`, or `only` before the verb.
pub(super) fn only_functions(form: Form) -> impl Fn(Input<'_>) -> Read<'_, FunctionSet> {
    move |input| {
        let used = verb(&[Verb::Use], form);
        let only = any_class(&[Class::Only, Class::NothingBut]);
        let after = (used, only, functions).map(|(.., set)| set);
        let before = (only, used, functions).map(|(.., set)| set);
        alt((after, before)).parse(input)
    }
}
