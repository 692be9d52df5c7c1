//! From a rule as it is written to the rule, with an error for each thing that can be wrong.

use std::collections::BTreeMap;

use super::{Conditions, Element, Form, FormError, Limit, Link, Match, OneOrMany, Require, fits};
use crate::link;
use crate::policy::pattern::{Condition, Query, Test};
use crate::policy::place;
use crate::policy::rule::{
    Builtin, Demand, FunctionSet, Level, Metric, PolicyRule, Requirement, Target, Thing, What,
};

type Result<T> = std::result::Result<T, FormError>;

impl PolicyRule {
    /// The rule with the words and the examples that are written, and no others.
    pub(in crate::policy) fn as_written(form: Form) -> Result<Self> {
        let demand = form.demand()?;
        if let Some(kind) = form.kind
            && kind != demand.kind()
        {
            let message = format!(
                "the other fields make it {:?}: leave `kind` out, or change them",
                demand.kind()
            );
            return Err(FormError::new("kind", message));
        }
        let level = form.level.unwrap_or(Level::Must);
        place::check(&form.scope)?;
        let rule = Self {
            id: form.id,
            level,
            severity: form.severity.unwrap_or(level.severity()),
            scope: form.scope,
            message: form.message,
            fix: form.fix,
            paraphrase: form.paraphrase.unwrap_or_default(),
            tests: form.tests,
            ..Self::bare(demand)
        };
        fits::check_fix(&rule)?;
        Ok(rule)
    }
}

impl Form {
    fn demand(&self) -> Result<Demand> {
        let demand = self.avoided()?;
        match &self.prefer {
            Some(prefer) => Ok(Demand::Prefer(
                self.what_of(prefer, "prefer")?,
                Box::new(demand),
            )),
            None => Ok(demand),
        }
    }

    /// The demand without what is to be used instead.
    fn avoided(&self) -> Result<Demand> {
        let given = [
            ("match", self.target.is_some()),
            ("limit", self.limit.is_some()),
            ("allowOnly", self.allow_only.is_some()),
            ("builtin", self.builtin.is_some()),
        ];
        let mut given = given
            .iter()
            .filter(|(_, given)| *given)
            .map(|(name, _)| *name);
        let first = given.next();
        if let (Some(first), Some(second)) = (first, given.next()) {
            let message = format!("a rule has `{first}` or `{second}`, not both: write two rules");
            return Err(FormError::new(second, message));
        }
        if self.target.is_none() {
            self.only_with_match()?;
        }
        if let Some(limit) = &self.limit {
            return Ok(Demand::Limit(limit.metric()?, limit.at_most));
        }
        if let Some(set) = &self.allow_only {
            not_empty(set, "allowOnly")?;
            return Ok(Demand::AllowOnly(set.clone()));
        }
        if let Some(link) = &self.builtin {
            return Ok(Demand::Builtin(link.builtin()?));
        }
        let Some(target) = &self.target else {
            let message = "a rule needs one of `match`, `limit`, `allowOnly` and `builtin`";
            return Err(FormError::new("match", message));
        };
        let target = Target {
            what: self.what_of(target, "match")?,
            within: self.within.clone(),
        };
        match &self.require {
            Some(require) => {
                let requirement = require.requirement(self)?;
                check_matches(&target, &requirement)?;
                Ok(Demand::Require(target, requirement))
            }
            None => Ok(Demand::Forbid(target)),
        }
    }

    fn only_with_match(&self) -> Result<()> {
        let fields = [
            ("within", self.within.is_some()),
            ("inside", !self.inside.is_empty()),
            ("notInside", !self.not_inside.is_empty()),
            ("where", !self.conditions.is_empty()),
            ("require", self.require.is_some()),
        ];
        match fields.iter().find(|(_, given)| *given) {
            Some((field, _)) => Err(FormError::new(*field, "it needs a `match` to be about")),
            None => Ok(()),
        }
    }

    fn what_of(&self, written: &Match, field: &'static str) -> Result<What> {
        let around = field == "match";
        match written {
            Match::Pattern(patterns) => {
                let query = self.query(&patterns.clone().into_vec(), around, field)?;
                Ok(match query.only_function() {
                    Some(name) => What::Calls(FunctionSet {
                        class: None,
                        names: vec![name],
                    }),
                    None => What::Pattern(Box::new(query)),
                })
            }
            Match::Element(element) => {
                let has_around = !self.inside.is_empty()
                    || !self.not_inside.is_empty()
                    || !self.conditions.is_empty();
                if around && has_around {
                    let message =
                        "`inside`, `notInside` and `where` need a pattern here: `NAME(...)`";
                    return Err(FormError::new(field, message));
                }
                element.what(field)
            }
        }
    }

    fn query(&self, patterns: &[String], around: bool, field: &'static str) -> Result<Query> {
        if patterns.is_empty() {
            return Err(FormError::new(field, "the list of patterns is empty"));
        }
        let mut query = Query {
            patterns: patterns.iter().map(|text| one_line(text)).collect(),
            ..Query::default()
        };
        if around {
            let lines = |texts: &OneOrMany<String>| {
                let texts = texts.clone().into_vec();
                texts.iter().map(|text| one_line(text)).collect()
            };
            query.inside = lines(&self.inside);
            query.not_inside = lines(&self.not_inside);
            for (index, conditions) in self.conditions.iter().enumerate() {
                query.conditions.extend(conditions.each(index)?);
            }
        }
        query.ready().map_err(|error| {
            let path = if error.field == "match" {
                field
            } else {
                error.field
            };
            FormError::new(path, error.error.to_string())
        })?;
        Ok(query)
    }
}

/// A pattern without line breaks outside of its texts, and without its `=`.
fn one_line(pattern: &str) -> String {
    let trimmed = pattern.trim();
    let trimmed = trimmed.strip_prefix('=').unwrap_or(trimmed).trim_start();
    let mut line = String::with_capacity(trimmed.len());
    let mut in_text = false;
    for character in trimmed.chars() {
        in_text ^= character == '"';
        if !in_text && character.is_whitespace() {
            if !line.ends_with(' ') {
                line.push(' ');
            }
        } else {
            line.push(character);
        }
    }
    line
}

fn not_empty(set: &FunctionSet, path: &str) -> Result<()> {
    if set.names.is_empty() {
        return Err(FormError::new(path, "the list of functions is empty"));
    }
    Ok(())
}

/// The patterns of a requirement can only have the holes that the target has, and new ones.
fn check_matches(target: &Target, requirement: &Requirement) -> Result<()> {
    let Requirement::Matches(patterns) = requirement else {
        return Ok(());
    };
    let What::Pattern(query) = &target.what else {
        let message = "it needs a pattern in `match`, with holes";
        return Err(FormError::new("require.matches", message));
    };
    let with = Query {
        patterns: query.patterns.iter().chain(patterns).cloned().collect(),
        ..(**query).clone()
    };
    let ready = with.ready();
    ready.map_err(|error| FormError::new("require.matches", error.error.to_string()))?;
    Ok(())
}

impl Element {
    fn what(&self, path: &str) -> Result<What> {
        Ok(match self {
            Self::Functions(set) => {
                not_empty(set, &format!("{path}.functions"))?;
                What::Calls(set.clone())
            }
            Self::Thing(thing) => match thing {
                Thing::Numbers => What::Numbers(Vec::new()),
                Thing::Texts => What::Texts(Vec::new()),
                Thing::OtherSheets => What::OtherSheets(Vec::new()),
                Thing::ErrorValues => What::ErrorValues(Vec::new()),
                Thing::ApproximateLookups | Thing::MaskedErrors => {
                    let message = "write `builtin: approximate-lookup` or \
                                   `match: {maskedErrors: [IFERROR]}` for it";
                    return Err(FormError::new(format!("{path}.thing"), message));
                }
                thing => What::Thing(*thing),
            },
            Self::Numbers(numbers) => What::Numbers(numbers.except.clone()),
            Self::Texts(texts) => What::Texts(texts.except.clone()),
            Self::OtherSheets(sheets) => What::OtherSheets(sheets.except.clone()),
            Self::Sheets(names) if names.is_empty() => {
                let message = "the list of sheets is empty";
                return Err(FormError::new(format!("{path}.sheets"), message));
            }
            Self::Sheets(names) => What::Sheets(names.clone()),
            Self::ErrorValues(values) => What::ErrorValues(values.clone()),
            Self::Calculations(true) => What::Calculations,
            Self::Calculations(false) => {
                let message = "write `calculations: true`";
                return Err(FormError::new(format!("{path}.calculations"), message));
            }
            Self::MaskedErrors(set) => {
                not_empty(set, &format!("{path}.maskedErrors"))?;
                What::MaskedErrors(set.clone())
            }
        })
    }
}

impl Conditions {
    /// Each condition by itself.
    fn each(&self, index: usize) -> Result<Vec<Condition>> {
        let this = self.clone();
        let tests = [
            this.kind.map(|kinds| Test::Kind(kinds.into_vec())),
            this.not_kind.map(|kinds| Test::NotKind(kinds.into_vec())),
            this.one_of.map(|values| Test::In(values.into_vec())),
            this.not_in.map(|values| Test::NotIn(values.into_vec())),
            this.less_than.map(Test::LessThan),
            this.at_most.map(Test::AtMost),
            this.more_than.map(Test::MoreThan),
            this.at_least.map(Test::AtLeast),
            this.host.map(|hosts| Test::Host(hosts.into_vec())),
            this.not_host.map(|hosts| Test::NotHost(hosts.into_vec())),
            this.absolute.map(Test::Absolute),
            this.matches.map(|text| Test::Matches(one_line(&text))),
            this.not_matches
                .map(|text| Test::NotMatches(one_line(&text))),
            this.contains.map(|text| Test::Contains(one_line(&text))),
            this.not_contains
                .map(|text| Test::NotContains(one_line(&text))),
        ];
        let all: Vec<Condition> = tests
            .into_iter()
            .flatten()
            .map(|test| Condition {
                hole: self.hole.clone(),
                test,
            })
            .collect();
        if self.hole.is_empty() {
            let message = "say with `hole` which hole it is about: `hole: $X`";
            return Err(FormError::new(format!("where[{index}].hole"), message));
        }
        if all.is_empty() {
            let message = "it has no condition: write one of kind, notKind, in, notIn, lessThan, \
                           atMost, moreThan, atLeast, host, notHost, absolute, matches, \
                           notMatches, contains, notContains";
            return Err(FormError::new(format!("where[{index}]"), message));
        }
        Ok(all)
    }
}

impl Require {
    /// What is required of one argument.
    fn argument(&self) -> Result<Option<Requirement>> {
        let this = self.clone();
        let tells = [
            ("is", this.is.is_some()),
            ("isNot", this.is_not.is_some()),
            ("notConstant", this.not_constant.is_some()),
        ];
        let mut tells = tells.iter().filter(|(_, given)| *given);
        let Some(place) = this.argument else {
            if tells.next().is_some() {
                let message = "say with `argument` which argument it is about, from 1";
                return Err(FormError::new("require.argument", message));
            }
            return Ok(None);
        };
        if place == 0 {
            let message = "the first argument has the place 1";
            return Err(FormError::new("require.argument", message));
        }
        if let (Some((first, _)), Some((second, _))) = (tells.next(), tells.next()) {
            let message =
                format!("`{first}` and `{second}` can not stand together: write two rules");
            return Err(FormError::new(format!("require.{second}"), message));
        }
        let constant = Requirement::ArgumentNotConstant(place);
        if let Some(constant) = truth(this.not_constant, "notConstant", constant)? {
            return Ok(Some(constant));
        }
        Ok(Some(match (this.is, this.is_not) {
            (Some(is), _) => Requirement::ArgumentIs(place, is.into_vec()),
            (None, Some(is_not)) => Requirement::ArgumentIsNot(place, is_not.into_vec()),
            (None, None) => Requirement::ArgumentGiven(place),
        }))
    }

    /// What the call must guard.
    fn around(&self, form: &Form) -> Result<Option<Requirement>> {
        let Some(around) = &self.around else {
            return Ok(None);
        };
        let what = form.what_of(around, "require.around")?;
        if let What::Pattern(_) = what {
            let message = "it needs functions or a thing here: `functions: [VLOOKUP]`";
            return Err(FormError::new("require.around", message));
        }
        Ok(Some(Requirement::Around(what)))
    }

    fn requirement(&self, form: &Form) -> Result<Requirement> {
        let this = self.clone();
        if let Some(set) = &self.inside {
            not_empty(set, "require.inside")?;
        }
        let all = [
            self.argument()?,
            truth(this.exact_match, "exactMatch", Requirement::ExactMatch)?,
            this.inside.map(Requirement::Inside),
            self.around(form)?,
            truth(this.absolute, "absolute", Requirement::Absolute)?,
            this.spreadsheets
                .map(|keys| Requirement::FromSpreadsheet(keys.into_vec())),
            this.hosts.map(|hosts| {
                let hosts = hosts.into_vec();
                Requirement::FromHost(hosts.iter().map(|host| link::plain_host(host)).collect())
            }),
            this.matches.map(|patterns| {
                let patterns = patterns.into_vec();
                Requirement::Matches(patterns.iter().map(|text| one_line(text)).collect())
            }),
        ];
        let mut all = all.into_iter().flatten();
        let one = all.next().ok_or_else(|| {
            let message = "it needs one of argument, exactMatch, inside, around, absolute, \
                           spreadsheets, hosts, matches";
            FormError::new("require", message)
        })?;
        if all.next().is_some() {
            let message = "it asks for more than one thing: write a rule for each";
            return Err(FormError::new("require", message));
        }
        Ok(one)
    }
}

/// The requirement that `true` stands for.
fn truth(given: Option<bool>, name: &str, requirement: Requirement) -> Result<Option<Requirement>> {
    match given {
        Some(true) => Ok(Some(requirement)),
        Some(false) => Err(FormError::new(
            format!("require.{name}"),
            format!("write `{name}: true`, or leave it out"),
        )),
        None => Ok(None),
    }
}

impl Limit {
    fn metric(&self) -> Result<Metric> {
        if let Some(set) = &self.of {
            not_empty(set, "limit.of")?;
        }
        Metric::of(self.metric, self.of.clone())
    }
}

impl Link {
    fn builtin(&self) -> Result<Builtin> {
        let (name, settings) = match self {
            Self::Name(name) => (name, BTreeMap::new()),
            Self::Settings { rule, settings } => (rule, settings.clone()),
        };
        let rule = fits::find_rule(name)?;
        fits::check_settings(rule, &settings)?;
        Ok(Builtin {
            rule: rule.name.to_owned(),
            settings,
        })
    }
}
