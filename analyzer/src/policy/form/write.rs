//! From a rule to how it is written.

use super::{
    Conditions, Element, Except, Form, Limit, Link, Match, MetricName, OneOrMany, Require,
};
use crate::policy::pattern::{Condition, Test};
use crate::policy::rule::{Demand, Metric, PolicyRule, Requirement, Target, What};

impl From<PolicyRule> for Form {
    fn from(rule: PolicyRule) -> Self {
        let mut form = Self {
            id: rule.id,
            kind: Some(rule.kind),
            level: Some(rule.level),
            severity: Some(rule.severity),
            scope: rule.scope,
            fix: rule.fix,
            message: rule.message,
            tests: rule.tests,
            paraphrase: Some(rule.paraphrase),
            ..Self::default()
        };
        form.put(&rule.demand);
        form
    }
}

impl Form {
    fn put(&mut self, demand: &Demand) {
        match demand {
            Demand::Forbid(target) => self.put_target(target),
            Demand::Require(target, requirement) => {
                self.put_target(target);
                self.require = Some(Require::of(requirement));
            }
            Demand::Limit(metric, at_most) => self.limit = Some(Limit::of(metric, *at_most)),
            Demand::AllowOnly(set) => self.allow_only = Some(set.clone()),
            Demand::Prefer(used, avoided) => {
                self.put(avoided);
                self.prefer = Some(of_what(used));
            }
            Demand::Builtin(builtin) => {
                self.builtin = Some(if builtin.settings.is_empty() {
                    Link::Name(builtin.rule.clone())
                } else {
                    Link::Settings {
                        rule: builtin.rule.clone(),
                        settings: builtin.settings.clone(),
                    }
                });
            }
        }
    }

    fn put_target(&mut self, target: &Target) {
        self.target = Some(of_what(&target.what));
        self.within.clone_from(&target.within);
        if let What::Pattern(query) = &target.what {
            self.inside = OneOrMany::of(query.inside.clone());
            self.not_inside = OneOrMany::of(query.not_inside.clone());
            self.conditions = query.conditions.iter().map(Conditions::of).collect();
        }
    }
}

fn of_what(what: &What) -> Match {
    Match::Element(match what.clone() {
        What::Calls(set) => Element::Functions(set),
        What::Thing(thing) => Element::Thing(thing),
        What::Numbers(except) => Element::Numbers(Except { except }),
        What::Texts(except) => Element::Texts(Except { except }),
        What::OtherSheets(except) => Element::OtherSheets(Except { except }),
        What::Sheets(names) => Element::Sheets(names),
        What::ErrorValues(only) => Element::ErrorValues(only),
        What::Calculations => Element::Calculations(true),
        What::MaskedErrors(set) => Element::MaskedErrors(set),
        What::Pattern(query) => return Match::Pattern(OneOrMany::of(query.patterns)),
    })
}

impl Conditions {
    fn of(condition: &Condition) -> Self {
        let mut form = Self {
            hole: condition.hole.clone(),
            ..Self::default()
        };
        match condition.test.clone() {
            Test::Kind(kinds) => form.kind = Some(OneOrMany::of(kinds)),
            Test::NotKind(kinds) => form.not_kind = Some(OneOrMany::of(kinds)),
            Test::In(values) => form.one_of = Some(OneOrMany::Many(values)),
            Test::NotIn(values) => form.not_in = Some(OneOrMany::Many(values)),
            Test::LessThan(bound) => form.less_than = Some(bound),
            Test::AtMost(bound) => form.at_most = Some(bound),
            Test::MoreThan(bound) => form.more_than = Some(bound),
            Test::AtLeast(bound) => form.at_least = Some(bound),
            Test::Host(hosts) => form.host = Some(OneOrMany::of(hosts)),
            Test::NotHost(hosts) => form.not_host = Some(OneOrMany::of(hosts)),
            Test::Absolute(is) => form.absolute = Some(is),
            Test::Matches(text) => form.matches = Some(text),
            Test::NotMatches(text) => form.not_matches = Some(text),
            Test::Contains(text) => form.contains = Some(text),
            Test::NotContains(text) => form.not_contains = Some(text),
        }
        form
    }
}

impl Require {
    fn of(requirement: &Requirement) -> Self {
        let mut form = Self::default();
        match requirement.clone() {
            Requirement::ExactMatch => form.exact_match = Some(true),
            Requirement::ArgumentGiven(place) => form.argument = Some(place),
            Requirement::ArgumentIs(place, values) => {
                form.argument = Some(place);
                form.is = Some(OneOrMany::Many(values));
            }
            Requirement::ArgumentIsNot(place, values) => {
                form.argument = Some(place);
                form.is_not = Some(OneOrMany::Many(values));
            }
            Requirement::Inside(set) => form.inside = Some(set),
            Requirement::Around(what) => form.around = Some(of_what(&what)),
            Requirement::Absolute => form.absolute = Some(true),
            Requirement::FromSpreadsheet(keys) => form.spreadsheets = Some(OneOrMany::of(keys)),
            Requirement::FromHost(hosts) => form.hosts = Some(OneOrMany::of(hosts)),
            Requirement::ArgumentNotConstant(place) => {
                form.argument = Some(place);
                form.not_constant = Some(true);
            }
            Requirement::Matches(patterns) => form.matches = Some(OneOrMany::of(patterns)),
        }
        form
    }
}

impl Limit {
    fn of(metric: &Metric, at_most: u32) -> Self {
        use MetricName as Name;
        let mut thing = None;
        let (metric, of) = match metric.clone() {
            Metric::Length => (Name::Length, None),
            Metric::Calls => (Name::Calls, None),
            Metric::CallsOf(set) => (Name::Calls, Some(set)),
            Metric::References => (Name::References, None),
            Metric::Operators => (Name::Operators, None),
            Metric::OperatorsOf(counted) => {
                thing = Some(counted);
                (Name::Operators, None)
            }
            Metric::Nesting => (Name::Nesting, None),
            Metric::NestingOf(set) => (Name::Nesting, Some(set)),
            Metric::Arguments(set) => (Name::Arguments, set),
            Metric::Lines => (Name::Lines, None),
            Metric::Numbers => (Name::Numbers, None),
            Metric::DistinctReferences => (Name::DistinctReferences, None),
            Metric::DistinctCalls => (Name::DistinctCalls, None),
            Metric::Parentheses => (Name::Parentheses, None),
        };
        Self {
            metric,
            of,
            thing,
            at_most,
        }
    }
}
