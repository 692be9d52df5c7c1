//! From a rule as it was written by `write` to the rule: no other way to write it is read, and
//! nothing is added to it. What a person wrote is for `read`.

use std::collections::BTreeMap;

use super::fits;
use super::{FormError, MetricName};
use crate::json::{Json, Member, Object, Result, Unreadable};
use crate::policy::pattern::{Condition, ExpressionKind, Query, Rewrite, Test};
use crate::policy::place;
use crate::policy::rule::{
    Builtin, Demand, FunctionSet, Metric, PolicyRule, Requirement, Target, Tests, Value, What,
};
use crate::policy::scope::{Places, Scope};
use crate::setting;

impl From<FormError> for Unreadable {
    fn from(error: FormError) -> Self {
        Self::new(&error.path, error.message)
    }
}

impl PolicyRule {
    /// The rule as it was compiled, with its words and its examples.
    pub(in crate::policy) fn from_json(json: &impl Json) -> Result<Self> {
        let form = Object::of(json)?;
        let kind = form.need("kind")?;
        let rule = Self {
            id: form.optional_text("id")?,
            level: form.need("level")?.word()?,
            severity: form.need("severity")?.word()?,
            scope: match form.get("scope") {
                Some(scope) => scope.read(scope_of)?,
                None => Scope::default(),
            },
            message: form.optional_text("message")?,
            fix: form.get("fix").map(|fix| fix.read(rewrite)).transpose()?,
            paraphrase: form.need("paraphrase")?.text()?,
            tests: form.need("tests")?.read(tests)?,
            ..Self::bare(demand(&form)?)
        };
        form.has_no_other()?;
        if kind.word() != Ok(rule.kind) {
            return Err(kind.wrong("the other members make it another kind"));
        }
        place::check(&rule.scope)?;
        fits::check_fix(&rule)?;
        Ok(rule)
    }
}

fn demand(form: &Object<impl Json>) -> Result<Demand> {
    let demand = if let Some(limit) = form.get("limit") {
        limit.read(limit_of)?
    } else if let Some(set) = form.get("allowOnly") {
        Demand::AllowOnly(functions(&set)?)
    } else if let Some(builtin) = form.get("builtin") {
        Demand::Builtin(builtin_of(&builtin)?)
    } else {
        let mut what = what(&form.need("match")?)?;
        if let What::Pattern(query) = &mut what {
            query.inside = form.texts("inside")?;
            query.not_inside = form.texts("notInside")?;
            if let Some(each) = form.get("where") {
                let each = each.items(|one| one.read(conditions))?;
                query.conditions = each.into_iter().flatten().collect();
            }
        }
        let within = form.get("within").map(|set| functions(&set)).transpose()?;
        let target = Target { what, within };
        match form.get("require") {
            Some(require) => Demand::Require(target, require.read(requirement)?),
            None => Demand::Forbid(target),
        }
    };
    match form.get("prefer") {
        Some(used) => Ok(Demand::Prefer(what(&used)?, Box::new(demand))),
        None => Ok(demand),
    }
}

fn what(written: &Member<impl Json>) -> Result<What> {
    if written.is_object() {
        return written.read(element);
    }
    Ok(What::Pattern(Box::new(Query {
        patterns: written.texts()?,
        ..Query::default()
    })))
}

fn element(json: &impl Json) -> Result<What> {
    let element = Object::of(json)?;
    let except = |name| -> Result<Option<Member<_>>> {
        let Some(member) = element.get(name) else {
            return Ok(None);
        };
        let except = member.read(|json| Object::of(json)?.need("except"))?;
        Ok(Some(except))
    };
    let what = if let Some(set) = element.get("functions") {
        What::Calls(functions(&set)?)
    } else if let Some(thing) = element.get("thing") {
        What::Thing(thing.word()?)
    } else if let Some(numbers) = except("numbers")? {
        What::Numbers(numbers.items(Member::number)?)
    } else if let Some(values) = except("texts")? {
        What::Texts(values.texts()?)
    } else if let Some(sheets) = except("otherSheets")? {
        What::OtherSheets(sheets.texts()?)
    } else if let Some(sheets) = element.get("sheets") {
        What::Sheets(sheets.texts()?)
    } else if let Some(values) = element.get("errorValues") {
        What::ErrorValues(values.texts()?)
    } else if element.get("calculations").is_some() {
        What::Calculations
    } else {
        What::MaskedErrors(functions(&element.need("maskedErrors")?)?)
    };
    element.has_no_other()?;
    Ok(what)
}

fn functions(written: &Member<impl Json>) -> Result<FunctionSet> {
    if written.is_object() {
        return written.read(|json| {
            let set = Object::of(json)?;
            Ok(FunctionSet {
                class: Some(set.need("class")?.text()?),
                names: set.need("names")?.texts()?,
            })
        });
    }
    Ok(FunctionSet {
        class: None,
        names: written.texts()?,
    })
}

fn constant(written: &Member<impl Json>) -> Result<Value> {
    if let Ok(boolean) = written.boolean() {
        return Ok(Value::Boolean(boolean));
    }
    if let Ok(number) = written.number() {
        return Ok(Value::Number(number));
    }
    written.text().map(Value::Text)
}

fn conditions(json: &impl Json) -> Result<Vec<Condition>> {
    let form = Object::of(json)?;
    let hole = form.need("hole")?.text()?;
    let mut tests = Vec::new();
    for (name, bound) in [
        ("lessThan", Test::LessThan as fn(f64) -> Test),
        ("atMost", Test::AtMost),
        ("moreThan", Test::MoreThan),
        ("atLeast", Test::AtLeast),
    ] {
        if let Some(written) = form.get(name) {
            tests.push(bound(written.number()?));
        }
    }
    for (name, pattern) in [
        ("matches", Test::Matches as fn(String) -> Test),
        ("notMatches", Test::NotMatches),
        ("contains", Test::Contains),
        ("notContains", Test::NotContains),
    ] {
        tests.extend(form.optional_text(name)?.map(pattern));
    }
    for (name, kinds) in [
        ("kind", Test::Kind as fn(Vec<ExpressionKind>) -> Test),
        ("notKind", Test::NotKind),
    ] {
        if let Some(written) = form.get(name) {
            tests.push(kinds(written.items(Member::word)?));
        }
    }
    for (name, values) in [
        ("in", Test::In as fn(Vec<Value>) -> Test),
        ("notIn", Test::NotIn),
    ] {
        if let Some(written) = form.get(name) {
            tests.push(values(written.items(constant)?));
        }
    }
    for (name, hosts) in [
        ("host", Test::Host as fn(Vec<String>) -> Test),
        ("notHost", Test::NotHost),
    ] {
        if let Some(written) = form.get(name) {
            tests.push(hosts(written.texts()?));
        }
    }
    if let Some(written) = form.get("absolute") {
        tests.push(Test::Absolute(written.boolean()?));
    }
    form.has_no_other()?;
    let hole = |test| Condition {
        hole: hole.clone(),
        test,
    };
    Ok(tests.into_iter().map(hole).collect())
}

fn requirement(json: &impl Json) -> Result<Requirement> {
    let form = Object::of(json)?;
    let requirement = if let Some(place) = form.get("argument") {
        let place = place.whole()?;
        if let Some(is) = form.get("is") {
            Requirement::ArgumentIs(place, is.items(constant)?)
        } else if let Some(is_not) = form.get("isNot") {
            Requirement::ArgumentIsNot(place, is_not.items(constant)?)
        } else if form.get("notConstant").is_some() {
            Requirement::ArgumentNotConstant(place)
        } else {
            Requirement::ArgumentGiven(place)
        }
    } else if form.get("exactMatch").is_some() {
        Requirement::ExactMatch
    } else if let Some(set) = form.get("inside") {
        Requirement::Inside(functions(&set)?)
    } else if let Some(around) = form.get("around") {
        Requirement::Around(what(&around)?)
    } else if form.get("absolute").is_some() {
        Requirement::Absolute
    } else if let Some(keys) = form.get("spreadsheets") {
        Requirement::FromSpreadsheet(keys.texts()?)
    } else if let Some(hosts) = form.get("hosts") {
        Requirement::FromHost(hosts.texts()?)
    } else {
        Requirement::Matches(form.need("matches")?.texts()?)
    };
    form.has_no_other()?;
    Ok(requirement)
}

fn limit_of(json: &impl Json) -> Result<Demand> {
    let form = Object::of(json)?;
    let name: MetricName = form.need("metric")?.word()?;
    let of = form.get("of").map(|set| functions(&set)).transpose()?;
    let metric = Metric::of(name, of)?;
    let at_most = form.need("atMost")?.whole()?;
    form.has_no_other()?;
    Ok(Demand::Limit(metric, at_most))
}

fn builtin_of(written: &Member<impl Json>) -> Result<Builtin> {
    let (name, settings) = if written.is_object() {
        written.read(|json| {
            let form = Object::of(json)?;
            let settings = form.need("settings")?.read(setting::values)?;
            let name = form.need("rule")?.text()?;
            form.has_no_other()?;
            Ok((name, settings))
        })?
    } else {
        (written.text()?, BTreeMap::new())
    };
    let rule = fits::find_rule(&name)?;
    fits::check_settings(rule, &settings)?;
    Ok(Builtin {
        rule: name,
        settings,
    })
}

fn rewrite(json: &impl Json) -> Result<Rewrite> {
    let form = Object::of(json)?;
    let rewrite = Rewrite {
        rewrite: form.need("rewrite")?.text()?,
        title: form.optional_text("title")?,
        safe: form.need("safe")?.boolean()?,
    };
    form.has_no_other()?;
    Ok(rewrite)
}

fn tests(json: &impl Json) -> Result<Tests> {
    let form = Object::of(json)?;
    Ok(Tests {
        pass: form.texts("pass")?,
        fail: form.texts("fail")?,
    })
}

fn scope_of(json: &impl Json) -> Result<Scope> {
    let form = Object::of(json)?;
    let scope = Scope {
        sheets: form.texts("sheets")?,
        ranges: form.texts("ranges")?,
        departments: form.texts("departments")?,
        exclude: match form.get("exclude") {
            Some(places) => places.read(places_of)?,
            None => Places::default(),
        },
    };
    form.has_no_other()?;
    Ok(scope)
}

fn places_of(json: &impl Json) -> Result<Places> {
    let form = Object::of(json)?;
    let places = Places {
        sheets: form.texts("sheets")?,
        ranges: form.texts("ranges")?,
        departments: form.texts("departments")?,
    };
    form.has_no_other()?;
    Ok(places)
}
