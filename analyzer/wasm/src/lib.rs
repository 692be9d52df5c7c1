//! The analyzer for the browser: bindings only, no logic.
//!
//! Formulas come in batches, because a call costs more than a formula; offsets are UTF-16 code
//! units, as JavaScript counts them; findings are plain objects, made without JSON.

use analyzer::ast::Formula;
use analyzer::audit::{Auditor, FormulaAudit, Skip};
use analyzer::cell::Position;
use analyzer::finding::{Finding, Fix};
use analyzer::parser::{Locale, parse};
use analyzer::print;
use analyzer::rule::Preset;
use analyzer::ruleset::{ENGINE, RuleSet};
use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What became of one formula. */
export interface Checked {
  /** In the order of the formula's text. */
  readonly findings: readonly LocalFinding[];
  /** Why nothing was looked for; null when the formula was checked. */
  readonly skipped: string | null;
}

/** One finding, in the words of the server's answer to an audit. */
export interface LocalFinding {
  readonly rule: string;
  readonly severity: "info" | "low" | "medium" | "high";
  readonly message: string;
  /** UTF-16 code units of the formula. */
  readonly span: { readonly start: number; readonly end: number };
  readonly fingerprint: string;
  readonly policy: null;
  readonly fix: LocalFix | null;
}

export interface LocalFix {
  /** Whether it keeps the formula's result. */
  readonly safe: boolean;
  readonly title: string;
  /** The whole formula afterwards. */
  readonly formula: string;
}
"#;

#[wasm_bindgen(module = "/src/objects.js")]
extern "C" {
    fn finding(
        rule: &str,
        severity: &str,
        message: &str,
        start: u32,
        end: u32,
        fingerprint: &str,
        fix: Option<JsValue>,
    ) -> JsValue;
    fn fix(safe: bool, title: &str, formula: &str) -> JsValue;
    fn checked(findings: Array) -> JsValue;
    fn skipped(reason: &str) -> JsValue;
}

/// Where a formula without a cell stands, as the server has it too.
const FIRST_CELL: Position = Position { column: 1, row: 1 };

/// The version of the analyzer, as `engine` of an audit's answer.
#[wasm_bindgen]
#[must_use]
pub fn engine() -> String {
    ENGINE.to_owned()
}

/// Checks formulas with a set of rules.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Analyzer {
    rules: RuleSet,
    locale: Locale,
}

#[wasm_bindgen]
impl Analyzer {
    /// An analyzer with the rules of a preset, such as `recommended`, for formulas as written in
    /// the spreadsheet's locale, such as `en-US`. Throws when there is no such preset.
    #[wasm_bindgen(constructor)]
    pub fn new(preset: &str, locale: &str) -> Result<Self, JsError> {
        Ok(Self {
            rules: RuleSet::of(&[preset.parse::<Preset>()?]),
            locale: Locale::from_tag(locale),
        })
    }

    /// Checks many formulas; the result has one entry for each, in their order.
    #[wasm_bindgen(unchecked_return_type = "Checked[]")]
    #[must_use]
    pub fn check(&self, formulas: Vec<String>) -> Array {
        let mut auditor = Auditor::new(&self.rules, self.locale);
        formulas
            .into_iter()
            .map(|formula| outcome(&formula, &auditor.audit(&formula, FIRST_CELL)))
            .collect()
    }

    /// The formula as the analyzer writes it: upper-case names, no needless spaces. A part that
    /// can not be read stays as it is.
    #[must_use]
    pub fn canonical(&self, formula: &str) -> String {
        let tree = parse(formula, self.locale);
        let parsed = Formula {
            source: formula,
            tree: &tree,
        };
        print::canonical(parsed, self.locale)
    }
}

fn outcome(formula: &str, audit: &Result<FormulaAudit, Skip>) -> JsValue {
    match audit {
        Ok(audit) => {
            let findings = audit.findings.iter();
            checked(
                findings
                    .map(|found| finding_object(formula, found))
                    .collect(),
            )
        }
        Err(skip) => skipped(&skip.to_string()),
    }
}

fn finding_object(formula: &str, found: &Finding) -> JsValue {
    let span = found.span.to_utf16(formula);
    finding(
        &found.rule,
        found.severity.name(),
        &found.message,
        span.start,
        span.end,
        &found.fingerprint.to_string(),
        found.fix.as_ref().map(|found| fix_object(formula, found)),
    )
}

fn fix_object(formula: &str, found: &Fix) -> JsValue {
    fix(
        found.safe,
        &found.title,
        &analyzer::fix::apply(formula, [found]),
    )
}
