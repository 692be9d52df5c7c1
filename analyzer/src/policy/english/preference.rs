//! One thing rather than another: `use XLOOKUP instead of HLOOKUP`, `prefer SUMIFS over array
//! formulas`, `replace VLOOKUP with XLOOKUP`.

use nom::{Parser, branch::alt, combinator::opt};

use super::functions::functions;
use super::noun::{Noun, nouns};
use super::prohibited::hard_code;
use super::terminal::{
    Force, Input, Points, Read, actor, any_class, class, comma, longest, mark, modal, no, verb,
};
use super::{Clause, Outcome};
use crate::policy::lexicon::{Class, Form, Verb};
use crate::policy::rule::{Demand, FunctionSet, Level, Thing, What};

/// What is used, what is not, and how strongly it is said.
type Choice = (Force, Vec<Noun>, Vec<Noun>);

const SHOULD: Force = Force::new(Level::Should, Points::Demand);

/// Takes a preference in any of its forms.
pub(super) fn clause(input: Input<'_>) -> Read<'_, Clause> {
    if let Ok(found) = cells_instead(input) {
        return Ok(found);
    }
    let (rest, (force, used, avoided)) = longest(input, &[&rather, &stated, &replaced, &signed])?;
    if force.points != Points::Demand {
        return no();
    }
    match preference(used, avoided) {
        Some(demands) => {
            let outcome = Outcome::Demands(demands);
            let level = force.level;
            Ok((rest, Clause { level, outcome }))
        }
        None => no(),
    }
}

/// `refer to input cells instead of hard-coding numbers`
///
/// "Refer to input cells instead of hard-coding numbers." flags `=A1*1.19`, not `=A1*B1`.
fn cells_instead(input: Input<'_>) -> Read<'_, Clause> {
    let refer = verb(&[Verb::Use, Verb::Prefer, Verb::Refer], Form::Base);
    let instead = alt((
        class(Class::Instead),
        (comma, opt(class(Class::And)), class(Class::Not)).map(|_| ()),
    ));
    let (rest, (force, (), _, used, (), demand)) = (
        anyone,
        refer,
        opt(class(Class::To)),
        alt((cells, nouns)),
        instead,
        hard_code(Form::Gerund),
    )
        .parse(input)?;
    let (Some(used), Outcome::Demands(avoided)) = (preferred(used), demand) else {
        return no();
    };
    let prefer = |demand| Demand::Prefer(used.clone(), Box::new(demand));
    let outcome = Outcome::Demands(avoided.into_iter().map(prefer).collect());
    let level = force.level;
    match force.points {
        Points::Demand => Ok((rest, Clause { level, outcome })),
        Points::Forbid | Points::Permit => no(),
    }
}

/// Takes who is to do it, and how strongly: `authors must`, or nobody for an order.
fn anyone(input: Input<'_>) -> Read<'_, Force> {
    opt((actor, modal))
        .map(|said| said.map_or(SHOULD, |((), force)| force))
        .parse(input)
}

/// Takes `INDEX with MATCH`, `INDEX combined with MATCH`, or any nouns.
fn chosen_nouns(input: Input<'_>) -> Read<'_, Vec<Noun>> {
    let with = (
        opt(class(Class::Combined)),
        any_class(&[Class::With, Class::And]),
    );
    let pair = (functions, with, functions).map(|(mut first, _, second)| {
        first.names.extend(second.names);
        vec![Noun::Target(What::Calls(first).into())]
    });
    alt((pair, nouns)).parse(input)
}

/// Takes `over`, `to`, `instead of`.
fn over(input: Input<'_>) -> Read<'_, ()> {
    any_class(&[Class::Instead, Class::InFavor, Class::To])(input)
}

/// Takes `cells`, which only what is preferred can mean.
fn cells(input: Input<'_>) -> Read<'_, Vec<Noun>> {
    let cells = any_class(&[Class::Formula, Class::CellData, Class::OwnCells]);
    let references = What::Thing(Thing::References);
    cells
        .map(|()| vec![Noun::Target(references.clone().into())])
        .parse(input)
}

/// `prefer A over B`, `use A instead of B`, `use A, not B`, `instead of B, use A`
///
/// "Use XLOOKUP instead of HLOOKUP."
/// flags `=HLOOKUP(A1,B1:E2,2,0)`, not `=XLOOKUP(A1,B1:E1,B2:E2)`.
fn rather(input: Input<'_>) -> Read<'_, Choice> {
    let prefer = verb(&[Verb::Prefer], Form::Base);
    let choose = verb(&[Verb::Use, Verb::Prefer], Form::Base);
    let using = |input| {
        opt(alt((
            verb(&[Verb::Use, Verb::Refer], Form::Gerund),
            class(Class::To),
        )))
        .parse(input)
    };
    let not = any_class(&[Class::Not, Class::DoNot]);
    let instead = any_class(&[Class::Instead, Class::InFavor]);
    let refer = verb(&[Verb::Use, Verb::Prefer, Verb::Refer], Form::Base);
    let and_not = (comma, opt(any_class(&[Class::And, Class::But])), not).map(|_| ());
    let for_them = (class(Class::For), functions, mark(','));
    let separated = |input| opt(mark(',')).parse(input);
    alt((
        (anyone, prefer, chosen_nouns, over, nouns)
            .map(|(force, (), used, (), not)| (force, used, not)),
        (actor, prefer, nouns, over, nouns).map(|((), (), used, (), not)| (SHOULD, used, not)),
        (anyone, choose, chosen_nouns, instead, using, nouns)
            .map(|(force, (), used, (), _, not)| (force, used, not)),
        (
            anyone,
            refer,
            opt(class(Class::To)),
            cells,
            instead,
            using,
            nouns,
        )
            .map(|(force, (), _, used, (), _, not)| (force, used, not)),
        (
            anyone,
            refer,
            opt(class(Class::To)),
            nouns,
            instead,
            using,
            nouns,
        )
            .map(|(force, (), _, used, (), _, not)| (force, used, not)),
        (anyone, choose, chosen_nouns, and_not, nouns)
            .map(|(force, (), used, (), not)| (force, used, not)),
        // "For lookups, use XLOOKUP instead of HLOOKUP", "lookups should use XLOOKUP rather than HLOOKUP"
        (for_them, choose, nouns, instead, using, nouns)
            .map(|(_, (), used, (), _, not)| (SHOULD, used, not)),
        (functions, modal, choose, nouns, instead, using, nouns)
            .map(|(_, force, (), used, (), _, not)| (force, used, not)),
        // "Avoid HLOOKUP in favour of XLOOKUP."
        (
            alt((verb(&[Verb::Avoid, Verb::Ban, Verb::Replace], Form::Base),)),
            nouns,
            class(Class::InFavor),
            nouns,
        )
            .map(|((), not, (), used)| (SHOULD, used, not)),
        (
            verb(&[Verb::Specify], Form::Base),
            nouns,
            class(Class::Preference),
            over,
            nouns,
        )
            .map(|((), used, (), (), not)| (SHOULD, used, not)),
        (
            instead,
            using,
            nouns,
            separated,
            anyone,
            choose,
            nouns,
            opt(class(Class::InItsPlace)),
        )
            .map(|((), _, not, _, force, (), used, _)| (force, used, not)),
    ))
    .parse(input)
}

/// `A should be used instead of B`, `A is preferred to B`, `instead of B, A should be used`
///
/// "XLOOKUP should be used in place of HLOOKUP."
/// flags `=HLOOKUP(A1,B1:E2,2,0)`, not `=XLOOKUP(A1,B1:E1,B2:E2)`.
fn stated(input: Input<'_>) -> Read<'_, Choice> {
    let be = class(Class::Be);
    let chosen = |input| {
        let verbs: &[Verb] = &[Verb::Use, Verb::Prefer];
        alt((verb(verbs, Form::Participle), class(Class::Preferred))).parse(input)
    };
    let using = |input| {
        opt(alt((
            verb(&[Verb::Use, Verb::Refer], Form::Gerund),
            class(Class::To),
        )))
        .parse(input)
    };
    let separated = |input| opt(mark(',')).parse(input);
    alt((
        (chosen_nouns, modal, be, chosen, over, using, nouns)
            .map(|(used, force, .., not)| (force, used, not)),
        (
            chosen_nouns,
            be,
            chosen,
            alt((over, class(Class::For))),
            nouns,
        )
            .map(|(used, .., not)| (SHOULD, used, not)),
        // "HLOOKUP is deprecated in favour of XLOOKUP."
        (
            nouns,
            opt(modal),
            be,
            alt((
                any_class(&[Class::Forbidden, Class::Discouraged]),
                verb(
                    &[Verb::Avoid, Verb::Ban, Verb::Discourage],
                    Form::Participle,
                ),
            )),
            class(Class::InFavor),
            nouns,
        )
            .map(|(not, force, .., used)| (force.unwrap_or(SHOULD), used, not)),
        (
            class(Class::Instead),
            using,
            nouns,
            separated,
            nouns,
            modal,
            be,
            chosen,
        )
            .map(|((), _, not, _, used, force, ..)| (force, used, not)),
    ))
    .parse(input)
}

/// `replace B with A`, `B must be replaced by A`, `A should replace B`, `substitute A for B`,
/// `migrate from B to A`
///
/// "Replace HLOOKUP with XLOOKUP." flags `=HLOOKUP(A1,B1:E2,2,0)`, not `=XLOOKUP(A1,B1:E1,B2:E2)`.
fn replaced(input: Input<'_>) -> Read<'_, Choice> {
    let be = class(Class::Be);
    let by = any_class(&[Class::With, Class::By, Class::To, Class::Into, Class::As]);
    let with = any_class(&[Class::With, Class::By]);
    let for_ = class(Class::For);
    let replace = verb(&[Verb::Replace], Form::Base);
    let substitute = verb(&[Verb::Substitute], Form::Base);
    let gone = verb(
        &[Verb::Replace, Verb::Substitute, Verb::Migrate],
        Form::Participle,
    );
    let into = alt((by, class(Class::For), verb(&[Verb::Use], Form::Gerund)));
    let from = |input| opt(class(Class::From)).parse(input);
    if let Ok(found) = found_and_replaced(input) {
        return Ok(found);
    }
    let migrate = verb(&[Verb::Migrate], Form::Base);
    alt((
        (
            anyone,
            replace,
            nouns,
            opt(class(Class::LeftEmpty)),
            alt((by, for_)),
            nouns,
        )
            .map(|(force, (), not, _, (), used)| (force, used, not)),
        // What is substituted for something takes its place.
        (anyone, substitute, nouns, for_, nouns)
            .map(|(force, (), used, (), not)| (force, used, not)),
        (anyone, substitute, nouns, with, nouns)
            .map(|(force, (), not, (), used)| (force, used, not)),
        (nouns, modal, be, gone, into, nouns).map(|(not, force, .., used)| (force, used, not)),
        (nouns, modal, replace, nouns).map(|(used, force, (), not)| (force, used, not)),
        (nouns, modal, verb(&[Verb::Yield], Form::Base), nouns)
            .map(|(not, force, (), used)| (force, used, not)),
        (nouns, verb(&[Verb::Yield], Form::Base), nouns).map(|(not, (), used)| (SHOULD, used, not)),
        (anyone, migrate, from, nouns, class(Class::To), nouns)
            .map(|(force, (), _, not, (), used)| (force, used, not)),
    ))
    .parse(input)
}

/// `wherever you see B, replace it with A`, `where B is used, use A instead`
///
/// "Wherever you see HLOOKUP, replace it with XLOOKUP."
/// flags `=HLOOKUP(A1,B1:E2,2,0)`, not `=XLOOKUP(A1,B1:E1,B2:E2)`.
fn found_and_replaced(input: Input<'_>) -> Read<'_, Choice> {
    let when = any_class(&[Class::If, Class::Whenever]);
    let verbs: &[Verb] = &[Verb::Use, Verb::Refer];
    let seen = alt((
        verb(&[Verb::Appear], Form::Base),
        (class(Class::Be), verb(verbs, Form::Participle)).map(|_| ()),
    ));
    let (input, not) = alt((
        (
            when,
            opt(actor),
            alt((verb(verbs, Form::Base), class(Class::Requires))),
            nouns,
        )
            .map(|(.., not)| not),
        (when, nouns, seen).map(|((), not, ())| not),
    ))
    .parse(input)?;
    let (input, _) = (opt(mark(',')), opt(class(Class::Then))).parse(input)?;
    let it = any_class(&[Class::It, Class::Them, Class::Following]);
    let by = any_class(&[Class::With, Class::By, Class::To]);
    let replace = (verb(&[Verb::Replace], Form::Base), it, by, nouns).map(|(.., used)| used);
    let use_other = (
        verb(&[Verb::Use, Verb::Prefer], Form::Base),
        nouns,
        class(Class::InItsPlace),
    )
        .map(|((), used, ())| used);
    let (rest, used) = alt((replace, use_other)).parse(input)?;
    Ok((rest, (SHOULD, used, not)))
}

/// `VLOOKUP -> XLOOKUP`, `XLOOKUP > VLOOKUP`, `XLOOKUP instead of VLOOKUP`
///
/// "HLOOKUP -> XLOOKUP" flags `=HLOOKUP(A1,B1:E2,2,0)`, not `=XLOOKUP(A1,B1:E1,B2:E2)`.
fn signed(input: Input<'_>) -> Read<'_, Choice> {
    let better = any_class(&[Class::Instead, Class::MoreThan]);
    let (rest, choice) = alt((
        (nouns, class(Class::Arrow), nouns).map(|(not, (), used)| (SHOULD, used, not)),
        (chosen_nouns, better, nouns).map(|(used, (), not)| (SHOULD, used, not)),
        (nouns, verb(&[Verb::Replace], Form::Base), nouns)
            .map(|(used, (), not)| (SHOULD, used, not)),
        superseded,
        joined_with,
    ))
    .parse(input)?;
    if rest.is_empty() {
        Ok((rest, choice))
    } else {
        no()
    }
}

/// Takes `join text with TEXTJOIN, not with &`, `joining text should be done with TEXTJOIN, not &`.
fn joined_with(input: Input<'_>) -> Read<'_, Choice> {
    let what =
        |input| opt(any_class(&[Class::Text, Class::PlainText, Class::CellData])).parse(input);
    let done = opt(alt((
        verb(&[Verb::Stand], Form::Base),
        (class(Class::Be), verb(&[Verb::Stand], Form::Participle)).map(|_| ()),
    )));
    let ordered = (verb(&[Verb::Append], Form::Base), what).map(|_| SHOULD);
    let stated = alt((
        (verb(&[Verb::Append], Form::Gerund), what, modal, done).map(|(.., force, _)| force),
        (
            any_class(&[Class::Text, Class::PlainText]),
            modal,
            class(Class::Be),
            verb(&[Verb::Append], Form::Participle),
        )
            .map(|((), force, ..)| force),
    ));
    let with = any_class(&[Class::With, Class::By]);
    let not = any_class(&[Class::Not, Class::Instead, Class::DoNot]);
    (
        alt((ordered, stated)),
        with,
        nouns,
        opt(mark(',')),
        opt(class(Class::And)),
        not,
        opt(with),
        nouns,
    )
        .map(|(force, (), used, _, _, (), _, not)| (force, used, not))
        .parse(input)
}

/// Takes `XLOOKUP has superseded HLOOKUP; use it instead`: what only happened demands nothing.
fn superseded(input: Input<'_>) -> Read<'_, Choice> {
    let replaced = alt((
        (class(Class::Have), verb(&[Verb::Replace], Form::Participle)).map(|_| ()),
        verb(&[Verb::Replace], Form::Base),
    ));
    let joins = alt((mark(','), mark(';'), mark('-'), class(Class::And)));
    let use_it = (
        joins,
        opt(class(Class::So)),
        verb(&[Verb::Use], Form::Base),
        any_class(&[Class::It, Class::Them]),
        opt(class(Class::InItsPlace)),
    );
    (nouns, replaced, nouns, use_it)
        .map(|(used, (), not, _)| (SHOULD, used, not))
        .parse(input)
}

/// The demands that the first nouns are used rather than the others; `None` if the same function
/// stands on both sides.
fn preference(used: Vec<Noun>, avoided: Vec<Noun>) -> Option<Vec<Demand>> {
    let used = preferred(used)?;
    avoided
        .into_iter()
        .map(|noun| {
            let demand = noun.forbidden()?;
            let is_same = matches!(
                (&demand, &used),
                (Demand::Forbid(target), used) if target.what == *used
            );
            (!is_same && !matches!(demand, Demand::Prefer(..)))
                .then(|| Demand::Prefer(used.clone(), Box::new(demand)))
        })
        .collect()
}

/// What is preferred, as one thing: the names of several functions become one set.
fn preferred(nouns: Vec<Noun>) -> Option<What> {
    let mut all: Option<What> = None;
    for noun in nouns {
        let what = noun.target().filter(|target| target.within.is_none())?.what;
        all = Some(match (all, what) {
            (None, what) => what,
            (Some(What::Calls(mut set)), What::Calls(more)) => {
                set.names.extend(more.names);
                What::Calls(FunctionSet {
                    class: None,
                    names: set.names,
                })
            }
            (Some(_), _) => return None,
        });
    }
    all
}
