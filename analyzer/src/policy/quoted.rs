//! Patterns and built-in rules in a sentence: ``Do not use the pattern `VLOOKUP($K, $R, $C)`.``,
//! ``Formulas must pass the built-in rule `nested-if`.``
//!
//! A pattern is a noun. To read a sentence that has one, a function that nobody has is put in its
//! place, the grammar reads the sentence, and the pattern is put back. What is said here about a
//! rule, is read here to the same rule.

use std::collections::BTreeMap;

use super::pattern::{Condition, Query, Test};
use super::rule::{Builtin, Demand, FunctionSet, Level, PolicyRule, Requirement, What};
use crate::rule::SettingValue;

/// The function that stands in the place of a pattern while the grammar reads.
const STAND_IN: &str = "PATTERN_STAND_IN";
/// What introduces patterns.
const NOUNS: [&str; 2] = ["the patterns ", "the pattern "];

/// ``the pattern `P` inside `Q` not inside `R` where `$X kind "number"` ``
pub(super) fn query(query: &Query) -> String {
    let mut text = patterns(&query.patterns);
    let code = |texts: &[String]| texts.iter().map(|text| code(text)).collect::<Vec<_>>();
    for (word, texts) in [
        (" inside ", &query.inside),
        (" not inside ", &query.not_inside),
    ] {
        if !texts.is_empty() {
            text.push_str(word);
            text.push_str(&code(texts).join(" and "));
        }
    }
    let conditions: Vec<String> = query.conditions.iter().map(condition).collect();
    if !conditions.is_empty() {
        text.push_str(" where ");
        text.push_str(&code(&conditions).join(" and "));
    }
    text
}

/// ``the patterns `P` or `Q` ``
pub(super) fn patterns(patterns: &[String]) -> String {
    let noun = if patterns.len() == 1 {
        "the pattern"
    } else {
        "the patterns"
    };
    let code: Vec<String> = patterns.iter().map(|text| code(text)).collect();
    format!("{noun} {}", code.join(" or "))
}

/// `$X notIn [0,1]`
fn condition(condition: &Condition) -> String {
    let test = serde_json::to_value(&condition.test).unwrap_or_default();
    let field = test.as_object().and_then(|object| object.iter().next());
    let (name, value) = match field {
        Some((name, value)) => (name.as_str(), value.to_string()),
        None => ("", String::new()),
    };
    format!("{} {name} {value}", condition.hole)
}

/// ``Formulas must pass the built-in rule `nested-if` with `max-depth` 3.``
pub(super) fn builtin(builtin: &Builtin, must: &str) -> String {
    let rule = code(&builtin.rule);
    let settings = builtin.settings.iter();
    // As JSON, so that a list of texts can be read again.
    let settings: Vec<String> = settings
        .map(|(setting, value)| {
            let value = serde_json::to_string(value).unwrap_or_default();
            format!("{} {value}", code(setting))
        })
        .collect();
    let with = if settings.is_empty() { "" } else { " with " };
    let settings = settings.join(" and ");
    format!("Formulas {must} pass the built-in rule {rule}{with}{settings}.")
}

/// The text between back quotes, as many as it needs.
fn code(text: &str) -> String {
    let longest = text
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The text between back quotes that `text` begins with, and what stands behind.
fn read_code(text: &str) -> Option<(String, &str)> {
    let fence_len = text.len() - text.trim_start_matches('`').len();
    let fence = text.get(..fence_len).filter(|fence| !fence.is_empty())?;
    let rest = text.get(fence_len..)?;
    let (inside, behind) = rest.split_once(fence)?;
    let inside = inside
        .strip_prefix(' ')
        .filter(|inside| inside.starts_with('`') || inside.ends_with("` "))
        .and_then(|inside| inside.strip_suffix(' '))
        .unwrap_or(inside);
    Some((inside.to_owned(), behind))
}

/// Pieces of code with a word between them, and what stands behind.
fn read_codes<'t>(text: &'t str, word: &str) -> Option<(Vec<String>, &'t str)> {
    let (first, mut rest) = read_code(text)?;
    let mut all = vec![first];
    while let Some((next, behind)) = rest.strip_prefix(word).and_then(read_code) {
        all.push(next);
        rest = behind;
    }
    Some((all, rest))
}

/// The patterns that `text` begins with, with what they need, and what stands behind.
fn read_query(text: &str) -> Option<(Query, &str)> {
    let noun = NOUNS.iter().find(|noun| {
        let start = text.get(..noun.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(noun))
    })?;
    let (patterns, mut rest) = read_codes(text.get(noun.len()..)?, " or ")?;
    let mut query = Query {
        patterns,
        ..Query::default()
    };
    if let Some((texts, behind)) = after(rest, " inside ") {
        (query.inside, rest) = (texts, behind);
    }
    if let Some((texts, behind)) = after(rest, " not inside ") {
        (query.not_inside, rest) = (texts, behind);
    }
    if let Some((texts, behind)) = after(rest, " where ") {
        let conditions: Option<Vec<Condition>> =
            texts.iter().map(|text| read_condition(text)).collect();
        (query.conditions, rest) = (conditions?, behind);
    }
    Some((query, rest))
}

fn after<'t>(text: &'t str, word: &str) -> Option<(Vec<String>, &'t str)> {
    read_codes(text.strip_prefix(word)?, " and ")
}

fn read_condition(text: &str) -> Option<Condition> {
    let mut parts = text.splitn(3, ' ');
    let (hole, name, value) = (parts.next()?, parts.next()?, parts.next()?);
    let value: serde_json::Value = serde_json::from_str(value).ok()?;
    let written = serde_json::Map::from_iter([(name.to_owned(), value)]);
    Some(Condition {
        hole: hole.to_owned(),
        test: serde_json::from_value::<Test>(written.into()).ok()?,
    })
}

/// Where the first pattern of the sentence stands.
fn find_noun(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let place = |noun: &&str| lower.find(&format!("{noun}`"));
    NOUNS.iter().filter_map(place).min()
}

/// Whether the sentence speaks of patterns or of built-in rules, so that [`read`] is to be asked.
pub(super) fn is_quoting(sentence: &str) -> bool {
    sentence.contains('`')
        && (find_noun(sentence).is_some() || sentence.contains("built-in rule `"))
}

/// The rules of a sentence that speaks of patterns or of a built-in rule, or what is wrong with
/// them; `None` if it fits no form. `read_plain` reads a sentence that has neither.
pub(super) fn read(
    sentence: &str,
    read_plain: impl Fn(&str) -> Option<Vec<PolicyRule>>,
) -> Option<Result<Vec<PolicyRule>, String>> {
    if let Some((builtin, level)) = read_builtin(sentence) {
        let known = super::form::find_rule(&builtin.rule);
        return Some(match known {
            Ok(_) => Ok(vec![PolicyRule::new(Demand::Builtin(builtin), level)]),
            Err(error) => Err(error.message),
        });
    }
    let at = find_noun(sentence)?;
    let (before, from) = sentence.split_at_checked(at)?;
    let (query, rest) = read_query(from)?;
    if let Err(error) = query.ready() {
        return Some(Err(error.error.to_string()));
    }
    // ``The pattern `P` must match the pattern `Q`.``
    let requirement = [" must match ", " should match "]
        .iter()
        .find_map(|verb| rest.strip_prefix(verb).map(|rest| (*verb, rest)));
    if let Some((verb, wanted)) = requirement {
        let (also, behind) = read_query(wanted)?;
        let plain = format!(
            "{before}{STAND_IN}(){}be absolute{behind}",
            verb.replace("match ", "")
        );
        // The grammar knows no matching: the sentence is read with another demand in its place.
        let plain = plain.replace("be absolute", "give argument 1");
        let rules = read_plain(&plain)?;
        return Some(Ok(put_back(rules, &query, Some(&also.patterns))?));
    }
    let rules = read_plain(&format!("{before}{STAND_IN}(){rest}"))?;
    Some(Ok(put_back(rules, &query, None)?))
}

/// The rules with the pattern in the place of its stand-in, if it stands nowhere else.
fn put_back(
    rules: Vec<PolicyRule>,
    query: &Query,
    also: Option<&[String]>,
) -> Option<Vec<PolicyRule>> {
    let what = What::Pattern(Box::new(query.clone()));
    let put = |rule: PolicyRule| {
        let mut demand = rule.demand;
        replace(&mut demand, &what);
        if let (Demand::Require(_, requirement), Some(also)) = (&mut demand, also) {
            *requirement = Requirement::Matches(also.to_vec());
        }
        let made = PolicyRule::new(demand, rule.level).within(&rule.scope);
        let written = serde_json::to_string(&made).ok()?;
        (!written.contains(STAND_IN)).then_some(made)
    };
    rules.into_iter().map(put).collect()
}

fn replace(demand: &mut Demand, with: &What) {
    let is_stand_in = |what: &What| match what {
        What::Calls(FunctionSet { names, .. }) => names.iter().eq([STAND_IN]),
        _ => false,
    };
    match demand {
        Demand::Forbid(target) | Demand::Require(target, _) => {
            if is_stand_in(&target.what) {
                target.what = with.clone();
            }
        }
        Demand::Prefer(used, avoided) => {
            if is_stand_in(used) {
                *used = with.clone();
            }
            replace(avoided, with);
        }
        Demand::Limit(..) | Demand::AllowOnly(_) | Demand::Builtin(_) => {}
    }
}

/// The value that the text begins with, and what is behind it.
fn read_setting(text: &str) -> Option<(SettingValue, &str)> {
    // The point of the sentence would be a number's.
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 {
        let (number, behind) = text.split_at_checked(digits)?;
        return Some((SettingValue::Number(number.parse().ok()?), behind));
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    let value = values.next()?.ok()?;
    Some((value, text.get(values.byte_offset()..)?))
}

fn read_builtin(sentence: &str) -> Option<(Builtin, Level)> {
    let (level, rest) = [
        ("Formulas must pass the built-in rule ", Level::Must),
        ("Formulas should pass the built-in rule ", Level::Should),
        (
            "Where possible, formulas should pass the built-in rule ",
            Level::May,
        ),
    ]
    .into_iter()
    .find_map(|(start, level)| Some((level, sentence.strip_prefix(start)?)))?;
    let (rule, mut rest) = read_code(rest)?;
    let mut settings = BTreeMap::new();
    let mut word = " with ";
    while let Some((setting, behind)) = rest.strip_prefix(word).and_then(read_code) {
        let behind = behind.strip_prefix(' ')?;
        let (value, behind) = read_setting(behind)?;
        settings.insert(setting, value);
        (rest, word) = (behind, " and ");
    }
    (rest == ".").then_some((Builtin { rule, settings }, level))
}
