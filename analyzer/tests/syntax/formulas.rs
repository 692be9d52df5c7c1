//! Formulas that Sheets accepts, made at random, with white space wherever it may stand.

use proptest::prelude::*;
use proptest::strategy::Union;

/// Formulas without errors at en-US, with `=` in front.
pub(crate) fn formula() -> impl Strategy<Value = String> {
    (space(), expression(), space())
        .prop_map(|(before, expression, after)| format!("{before}={expression}{after}"))
}

fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![6 => Just(""), 2 => Just(" "), 1 => Just("\n\t"), 1 => Just("\u{a0}")]
}

fn expression() -> BoxedStrategy<String> {
    leaf()
        .prop_recursive(5, 40, 4, |inner| {
            let item = prop_oneof![4 => inner.clone(), 1 => Just(String::new())];
            let items = prop::collection::vec((space(), item, space()), 1..4).boxed();
            let call = call(items.clone());
            Union::new([
                infix(inner.clone()),
                sign(inner.clone()),
                (inner.clone(), space())
                    .prop_map(|(operand, space)| format!("({operand}){space}%"))
                    .boxed(),
                inner
                    .clone()
                    .prop_map(|inner| format!("( {inner})"))
                    .boxed(),
                call.clone(),
                (reference(), space(), call)
                    .prop_map(|(first, space, last)| format!("{first}{space}:{last}"))
                    .boxed(),
                (inner.clone(), inner)
                    .prop_map(|(body, argument)| format!("LAMBDA(x,{body})({argument})"))
                    .boxed(),
                prop::collection::vec(items, 1..3)
                    .prop_map(|rows| {
                        let rows: Vec<_> = rows.into_iter().map(|row| list(",", row)).collect();
                        format!("{{{}}}", rows.join(";"))
                    })
                    .boxed(),
            ])
        })
        .boxed()
}

fn infix(operand: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let operators = vec![
        "+", "-", "*", "/", "^", "&", "=", "<>", "<", "<=", ">", ">=",
    ];
    let infix = prop::sample::select(operators);
    (operand.clone(), space(), infix, space(), operand)
        .prop_map(|(left, a, infix, b, right)| format!("{left}{a}{infix}{b}{right}"))
        .boxed()
}

fn sign(operand: BoxedStrategy<String>) -> BoxedStrategy<String> {
    (prop::sample::select(vec!["+", "-"]), space(), operand)
        .prop_map(|(sign, space, operand)| format!("{sign}{space}{operand}"))
        .boxed()
}

/// Items of a list, each with the white space around it.
type Items = Vec<(&'static str, String, &'static str)>;

fn call(items: BoxedStrategy<Items>) -> BoxedStrategy<String> {
    let names = vec!["sum", "IF", "T.TEST", "my_function", "LOG10", "Größe"];
    (prop::sample::select(names), items, any::<bool>())
        .prop_map(|(name, items, comma)| {
            format!("{name}({})", list(if comma { "," } else { ";" }, items))
        })
        .boxed()
}

fn list(separator: &str, items: Items) -> String {
    let items: Vec<_> = items
        .into_iter()
        .map(|(before, item, after)| format!("{before}{item}{after}"))
        .collect();
    items.join(separator)
}

fn leaf() -> BoxedStrategy<String> {
    let fixed = prop::sample::select(vec![
        "TRUE",
        "false",
        "\"\"",
        "\"a\"\"b; (c\"",
        "#N/A",
        "#div/0!",
        "Sheet1!#REF!",
        "#REF!a1",
        "rate",
        "Größe",
        "orders!price",
        "'my orders'!price",
        "T[c]",
        "T[[#all], [a b]:[c]]",
        "T[#TOTALS]",
        "A2.date",
        "T[c].[file name]",
        "1.",
        ".5",
        "1e300",
        "1.5E-7",
        "12345678901234567890",
        "0.1",
    ]);
    prop_oneof![
        2 => fixed.prop_map(str::to_owned),
        2 => any::<u32>().prop_map(|number| number.to_string()),
        1 => (0.0..1e12_f64).prop_map(|number| number.to_string()),
        4 => reference(),
    ]
    .boxed()
}

fn reference() -> BoxedStrategy<String> {
    let sheet = prop::sample::select(vec![
        "",
        "",
        "",
        "Sheet1!",
        "'My Sheet'!",
        "'Q1 ''24'!",
        "集計!",
        "'A1'!",
        "2024!",
        "Q1.x!",
    ]);
    let dollar = || prop_oneof![Just(""), Just("$")];
    let column =
        || (dollar(), "[A-Za-z]{1,3}").prop_map(|(dollar, column)| format!("{dollar}{column}"));
    let row = || (dollar(), 1_u32..2_000_000).prop_map(|(dollar, row)| format!("{dollar}{row}"));
    let cell = move || (column(), row()).prop_map(|(column, row)| format!("{column}{row}"));
    let corners = prop_oneof![
        4 => cell(),
        2 => (cell(), space(), cell()).prop_map(|(a, space, b)| format!("{a}{space}:{b}")),
        1 => (cell(), column()).prop_map(|(a, b)| format!("{a}:{b}")),
        1 => (row(), cell()).prop_map(|(a, b)| format!("{a}:{b}")),
        1 => (column(), column()).prop_map(|(a, b)| format!("{a}:{b}")),
        1 => (row(), row()).prop_map(|(a, b)| format!("{a}:{b}")),
    ];
    (sheet, corners)
        .prop_map(|(sheet, corners)| format!("{sheet}{corners}"))
        .boxed()
}
