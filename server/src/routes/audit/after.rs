//! What an audit leaves behind beside its record, for organizations that want it: its formulas, and
//! that suppressions are still needed. None of it decides about the answer, so a failure is logged.

use std::collections::HashSet;

use analyzer::parser::Locale;
use analyzer::report::CellAudit;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db;
use crate::db::rulesets::KeptFormulas;
use crate::error::chain;
use crate::rulesets::OrganizationRules;
use crate::rulesets::suppressions::Suppressed;
use crate::state::AppState;

/// Formulas of one audit that are kept at most.
const FORMULAS: usize = 2000;

/// What is written after an audit was recorded; mostly nothing.
#[derive(Debug)]
pub(super) struct Aftermath {
    formulas: Option<KeptFormulas>,
    /// Suppressions that are not known to have matched today.
    matched: Vec<Uuid>,
}

impl Aftermath {
    pub(super) fn of(
        organization: &OrganizationRules,
        suppressed: &[Suppressed],
        cells: &[CellAudit],
        locale: Locale,
        at: OffsetDateTime,
    ) -> Self {
        let keeps = organization.choice.keep_formulas;
        Self {
            formulas: keeps.then(|| KeptFormulas {
                decimal_comma: locale.decimal_comma,
                formulas: distinct(cells),
            }),
            matched: organization
                .suppressions
                .newly_matched(suppressed, at.date()),
        }
    }

    pub(super) async fn settle(
        self,
        state: &AppState,
        organization: Uuid,
        audit: Uuid,
        at: OffsetDateTime,
    ) {
        if self.formulas.is_none() && self.matched.is_empty() {
            return;
        }
        if let Err(error) = self.write(state, organization, audit, at).await {
            tracing::warn!(error = %chain(&error), %audit, "what an audit leaves behind could not be written");
        }
    }

    async fn write(
        self,
        state: &AppState,
        organization: Uuid,
        audit: Uuid,
        at: OffsetDateTime,
    ) -> Result<(), sqlx::Error> {
        let mut tenant = state.db.begin(organization).await?;
        if let Some(formulas) = &self.formulas {
            db::rulesets::keep_formulas(&mut tenant, audit, formulas, at).await?;
        }
        if !self.matched.is_empty() {
            db::suppressions::note_matches(&mut tenant, &self.matched, at.date()).await?;
        }
        tenant.commit().await
    }
}

/// One formula of each template on each sheet.
fn distinct(cells: &[CellAudit]) -> Value {
    let mut seen = HashSet::new();
    let audited = cells.iter().filter_map(|cell| {
        let template = cell.outcome.as_ref().ok()?.template;
        let sheet = cell.address.sheet.as_deref();
        seen.insert((sheet, template)).then(|| {
            json!({
                "sheet": sheet,
                "cell": cell.address.position.to_string(),
                "formula": cell.formula,
            })
        })
    });
    audited.take(FORMULAS).collect()
}
