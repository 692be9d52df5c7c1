//! The words of the grammar: parsers that take one symbol, or a small fixed group of them.

use nom::{IResult, Parser, branch::alt, combinator::opt};

use crate::policy::lexicon::{Class, Form, Meaning, Parameter, Unit, Verb};
use crate::policy::rule::{FunctionSet, Level, Thing, Value};
use crate::policy::symbols::Symbol;

/// What is left of a sentence.
pub(super) type Input<'s> = &'s [Symbol];

/// What a parser took, and what is left. The error says nothing: another form may fit.
pub(super) type Read<'s, T> = IResult<Input<'s>, T, ()>;

/// A parser that fails.
pub(super) fn no<'s, T>() -> Read<'s, T> {
    Err(nom::Err::Error(()))
}

/// Takes one symbol if `pick` finds what it wants among its meanings.
pub(super) fn pick<T>(input: Input<'_>, pick: impl Fn(&Meaning) -> Option<T>) -> Read<'_, T> {
    match input.split_first() {
        Some((first, rest)) => match first.meanings.iter().find_map(pick) {
            Some(value) => Ok((rest, value)),
            None => no(),
        },
        None => no(),
    }
}

/// Takes one symbol of the class.
pub(super) fn class<'s>(wanted: Class) -> impl Fn(Input<'s>) -> Read<'s, ()> + Copy {
    move |input| {
        pick(input, |meaning| {
            (*meaning == Meaning::Class(wanted)).then_some(())
        })
    }
}

/// Takes one symbol of any of the classes.
pub(super) fn any_class<'s>(wanted: &'static [Class]) -> impl Fn(Input<'s>) -> Read<'s, ()> + Copy {
    move |input| {
        pick(input, |meaning| {
            matches!(meaning, Meaning::Class(class) if wanted.contains(class)).then_some(())
        })
    }
}

/// Takes one verb of any of the classes, in that form.
pub(super) fn verb<'s>(
    wanted: &'static [Verb],
    form: Form,
) -> impl Fn(Input<'s>) -> Read<'s, ()> + Copy {
    move |input| {
        pick(input, |meaning| {
            matches!(meaning, Meaning::Verb(verb, own) if wanted.contains(verb) && *own == form)
                .then_some(())
        })
    }
}

/// Takes a punctuation mark.
pub(super) fn mark<'s>(wanted: char) -> impl Fn(Input<'s>) -> Read<'s, ()> + Copy {
    move |input| {
        pick(input, |meaning| {
            (*meaning == Meaning::Mark(wanted)).then_some(())
        })
    }
}

/// Takes what the form that takes the most takes; of equals, the first.
pub(super) fn longest<'s, T>(
    input: Input<'s>,
    forms: &[&dyn Fn(Input<'s>) -> Read<'s, T>],
) -> Read<'s, T> {
    let mut best: Option<(Input<'s>, T)> = None;
    for form in forms {
        if let Ok((rest, value)) = form(input)
            && best
                .as_ref()
                .is_none_or(|(shortest, _)| rest.len() < shortest.len())
        {
            best = Some((rest, value));
        }
    }
    best.ok_or(nom::Err::Error(()))
}

/// Takes `with`, `by`, `using`, `by using`: before what something is done with.
pub(super) fn by_means(input: Input<'_>) -> Read<'_, ()> {
    let using = |input| verb(&[Verb::Use], Form::Gerund)(input);
    alt((
        (class(Class::By), using).map(|_| ()),
        any_class(&[Class::With, Class::By, Class::In]),
        using,
    ))
    .parse(input)
}

/// Takes a comma, if there is one.
pub(super) fn comma(input: Input<'_>) -> Read<'_, ()> {
    opt(mark(',')).map(|_| ()).parse(input)
}

/// Takes what stands between the items of a list: `,`, `and`, `, or`, `/`. After a comma, `OR` in
/// capitals is the function.
pub(super) fn separator(input: Input<'_>) -> Read<'_, ()> {
    let joins = any_class(&[Class::And, Class::Or]);
    let small = |input| match function_item(input) {
        Ok(_) => no(),
        Err(_) => joins(input),
    };
    alt((
        (mark(','), opt(small)).map(|_| ()),
        joins,
        alt((mark('/'), mark('&'), mark(';'))),
    ))
    .parse(input)
}

/// Takes function names, or the name of a set of them.
pub(super) fn function_item(input: Input<'_>) -> Read<'_, FunctionSet> {
    pick(input, |meaning| match meaning {
        Meaning::Functions(set) => Some(set.clone()),
        _ => None,
    })
}

/// Takes a thing that needs no more words.
pub(super) fn thing(input: Input<'_>) -> Read<'_, Thing> {
    pick(input, |meaning| match meaning {
        Meaning::Thing(thing) => Some(*thing),
        _ => None,
    })
}

/// Takes the name of something that can be counted.
pub(super) fn unit(input: Input<'_>) -> Read<'_, Unit> {
    pick(input, |meaning| match meaning {
        Meaning::Unit(unit) => Some(*unit),
        _ => None,
    })
}

/// Takes `fourth`, `4th`.
pub(super) fn ordinal(input: Input<'_>) -> Read<'_, u32> {
    pick(input, |meaning| match meaning {
        Meaning::Ordinal(place) => Some(*place),
        _ => None,
    })
}

/// Takes the name of a parameter.
pub(super) fn parameter(input: Input<'_>) -> Read<'_, Parameter> {
    let Some((first, rest)) = input.split_first() else {
        return no();
    };
    let mut named = first.meanings.iter().filter_map(|meaning| match meaning {
        Meaning::Parameter(parameter) => Some(parameter),
        _ => None,
    });
    let Some(mut parameter) = named.next().cloned() else {
        return no();
    };
    if !parameter.alone {
        // Several functions can have a parameter of that name.
        for other in named {
            for (function, place) in &other.places {
                let places = &mut parameter.places;
                places.entry(function.clone()).or_insert(*place);
            }
        }
    }
    Ok((rest, parameter))
}

/// Takes a number: `3`, `three`, `two hundred`, `one hundred and twenty`.
pub(super) fn number(input: Input<'_>) -> Read<'_, f64> {
    let (input, mut value) = number_word(input)?;
    let mut rest = input;
    if let Ok((after, factor)) = number_word(rest)
        && [100.0, 1000.0].contains(&factor)
        && value < factor
    {
        value *= factor;
        rest = after;
        let joined = opt(class(Class::And))
            .parse(rest)
            .and_then(|(more, _)| number_word(more));
        if let Ok((after, more)) = joined
            && more < factor
        {
            value += more;
            rest = after;
        }
    } else if let Ok((after, ones)) = number_word(rest)
        && (20.0..=90.0).contains(&value)
        && ones < 10.0
        && value % 10.0 == 0.0
    {
        value += ones;
        rest = after;
    }
    Ok((rest, value))
}

fn number_word(input: Input<'_>) -> Read<'_, f64> {
    pick(input, |meaning| match meaning {
        Meaning::Number(value) => Some(*value),
        _ => None,
    })
}

/// Takes a whole number that can be a limit.
pub(super) fn count(input: Input<'_>) -> Read<'_, u32> {
    let (rest, value) = number(input)?;
    if !(0.0..=1e9).contains(&value) || value.fract() != 0.0 {
        return no();
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number between 0 and 1e9, as just checked"
    )]
    let value = value as u32;
    Ok((rest, value))
}

/// Takes a constant: `FALSE`, `0`, `"exact"`.
pub(super) fn value(input: Input<'_>) -> Read<'_, Value> {
    alt((
        |input| {
            pick(input, |meaning| match meaning {
                Meaning::Class(Class::True) => Some(Value::Boolean(true)),
                Meaning::Class(Class::False) => Some(Value::Boolean(false)),
                Meaning::Quoted(text) => Some(Value::Text(text.clone())),
                _ => None,
            })
        },
        number.map(Value::Number),
    ))
    .parse(input)
}

/// Takes `FALSE or 0`.
pub(super) fn values(input: Input<'_>) -> Read<'_, Vec<Value>> {
    let (mut input, first) = value(input)?;
    let mut values = vec![first];
    while let Ok((rest, next)) = (separator, value).parse(input) {
        input = rest;
        values.push(next.1);
    }
    Ok((input, values))
}

/// Which way a modal verb points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Points {
    Demand,
    Forbid,
    Permit,
}

/// What a modal verb says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Force {
    pub(super) level: Level,
    pub(super) points: Points,
    /// Whether it may only say what is possible: "can".
    pub(super) able: bool,
}

impl Force {
    pub(super) const fn new(level: Level, points: Points) -> Self {
        Self {
            level,
            points,
            able: false,
        }
    }

    /// The force of the same verb after a subject with "no": "no formula may …".
    pub(super) fn of_nothing(self) -> Option<Self> {
        match self.points {
            Points::Forbid => None,
            Points::Demand => Some(Self::new(self.level, Points::Forbid)),
            Points::Permit => Some(Self::new(Level::Must, Points::Forbid)),
        }
    }
}

/// Takes a modal verb with its negation: `must not`, `should`, `may never`.
pub(super) fn modal(input: Input<'_>) -> Read<'_, Force> {
    let (input, force) = alt((
        class(Class::MustNot).map(|()| Force::new(Level::Must, Points::Forbid)),
        class(Class::ShouldNot).map(|()| Force::new(Level::Should, Points::Forbid)),
        class(Class::Must).map(|()| Force::new(Level::Must, Points::Demand)),
        class(Class::Should).map(|()| Force::new(Level::Should, Points::Demand)),
        class(Class::May).map(|()| Force::new(Level::Must, Points::Permit)),
        class(Class::Can).map(|()| Force {
            able: true,
            ..Force::new(Level::Must, Points::Permit)
        }),
    ))
    .parse(input)?;
    match class(Class::Not)(input) {
        Ok(_) if force.points == Points::Forbid => no(),
        Ok((rest, ())) => Ok((rest, Force::new(force.level, Points::Forbid))),
        Err(_) => Ok((input, force)),
    }
}

/// Takes the subject of whoever or whatever writes formulas: `formulas`, `you`, `a workbook`.
pub(super) fn actor(input: Input<'_>) -> Read<'_, ()> {
    let one = any_class(&[
        Class::Formula,
        Class::Model,
        Class::Person,
        Class::Calculation,
    ]);
    let (mut input, ()) = one(input)?;
    while let Ok((rest, _)) = (separator, one).parse(input) {
        input = rest;
    }
    Ok((input, ()))
}
