//! The built-in rules with their docs.

use analyzer::finding::{Category, Severity};
use analyzer::rule::{Preset, Rule, SettingValue};
use analyzer::rules;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::{Error, Result};
use crate::extract::{Json, Path};
use crate::problem::ProblemDetails;
use crate::state::AppState;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_rules))
        .routes(routes!(list_presets))
        .routes(routes!(get_rule))
}

/// Every built-in rule.
#[utoipa::path(get, path = "/api/rules", tag = "rules", responses((status = OK, body = RuleList)))]
async fn list_rules() -> Json<RuleList> {
    Json(RuleList::of_all())
}

/// The presets: named sets of built-in rules, with where each comes from.
#[utoipa::path(get, path = "/api/rules/presets", tag = "rules", responses((status = OK, body = PresetList)))]
async fn list_presets() -> Json<PresetList> {
    Json(PresetList {
        presets: Preset::ALL.into_iter().map(PresetDocs::of).collect(),
    })
}

/// One built-in rule.
#[utoipa::path(get, path = "/api/rules/{name}", tag = "rules",
    params(("name" = String, Path, description = "The rule's name")),
    responses(
        (status = OK, body = RuleDocs),
        (status = NOT_FOUND, body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn get_rule(Path(name): Path<String>) -> Result<Json<RuleDocs>> {
    rules::find(&name)
        .map(|rule| Json(RuleDocs::of(rule)))
        .ok_or_else(|| Error::not_found("rule"))
}

/// The presets.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PresetList {
    /// The default first.
    presets: Vec<PresetDocs>,
}

/// A named set of built-in rules.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PresetDocs {
    /// Its name.
    name: &'static str,
    /// What it holds.
    docs: &'static str,
    /// Who published what it is made from; `null` for sets of our own.
    source: Option<&'static str>,
    /// The names of its rules.
    rules: Vec<&'static str>,
}

impl PresetDocs {
    fn of(preset: Preset) -> Self {
        let (docs, source) = match preset {
            Preset::Recommended => (
                "What is true by definition: the formula is wrong, can only give one result, does nothing, or hands data to somebody; and a few rules that are for information. The default.",
                None,
            ),
            Preset::Consistency => ("What compares a cell with its neighbours.", None),
            Preset::Security => (
                "What leaves the spreadsheet or comes into it, and what should not stand in the open.",
                None,
            ),
            Preset::Strict => ("Every rule, those too that only some will want.", None),
            Preset::Fast => (
                "What the FAST modelling standard asks of a single formula.",
                Some("The FAST Standard Organisation: the FAST modelling standard"),
            ),
            Preset::Icaew => (
                "What ICAEW's twenty principles for good spreadsheet practice ask of a single formula.",
                Some("ICAEW: Twenty principles for good spreadsheet practice"),
            ),
        };
        let members = rules::ALL.iter().filter(|rule| rule.is_in(preset));
        Self {
            name: preset.name(),
            docs,
            source,
            rules: members.map(|rule| rule.name).collect(),
        }
    }
}

/// The built-in rules.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RuleList {
    /// Sorted by name.
    rules: Vec<RuleDocs>,
}

impl RuleList {
    /// Every built-in rule.
    pub(crate) fn of_all() -> Self {
        Self {
            rules: rules::ALL.iter().map(|rule| RuleDocs::of(rule)).collect(),
        }
    }
}

/// What a rule looks for, and why.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct RuleDocs {
    /// The bad pattern.
    name: &'static str,
    /// What kind of trouble it is.
    #[schema(value_type = String, example = "risk")]
    category: Category,
    /// How much a finding matters by default.
    #[schema(value_type = String, example = "high")]
    severity: Severity,
    /// Markdown.
    docs: String,
    /// The presets that switch it on.
    #[schema(value_type = Vec<String>)]
    presets: Vec<&'static str>,
    /// What can be set.
    settings: Vec<SettingDocs>,
}

/// What a rule's findings depend on beside the formula.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SettingDocs {
    /// Its name.
    name: &'static str,
    /// What it means.
    docs: &'static str,
    /// Its value by default.
    default: &'static SettingValue,
}

impl RuleDocs {
    /// The docs of one rule.
    pub(crate) fn of(rule: &'static Rule) -> Self {
        Self {
            name: rule.name,
            category: rule.category,
            severity: rule.severity,
            docs: rule.page(),
            presets: Preset::ALL
                .iter()
                .filter(|preset| rule.is_in(**preset))
                .map(|preset| preset.name())
                .collect(),
            settings: rule
                .options
                .iter()
                .map(|setting| SettingDocs {
                    name: setting.name,
                    docs: setting.docs,
                    default: &setting.default,
                })
                .collect(),
        }
    }
}
