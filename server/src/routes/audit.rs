//! Audits formulas: computed in parallel, recorded and counted, then answered.

mod after;
mod input;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use analyzer::finding::Severity;
use analyzer::report::{AuditReport, PolicyReference, Utf16Span, assemble};
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use uuid::fmt::Hyphenated;

use self::after::Aftermath;
use self::input::{AuditInput, AuditRequest};
use crate::admission::recorder::Outcome;
use crate::analysis::Abandoned;
use crate::clock::{Clock, month_of, seconds_to_next_month};
use crate::db::audits::{IdempotencyKey, NewAudit};
use crate::error::{Error, Result};
use crate::extract::require_json;
use crate::identity::Caller;
use crate::parallel;
use crate::plans::Plan;
use crate::problem::{ProblemDetails, ProblemType};
use crate::rulesets::suppressions::Suppressed;
use crate::rulesets::{OrganizationRules, digest};
use crate::state::AppState;

/// How often an audit is made again because the policies changed under it.
const ATTEMPTS: usize = 3;
/// Bytes of a body that is audited where it is read: its formulas take less time than handing them to
/// another thread and waiting for it, and less than the tasks of other requests would notice.
const SHORT: usize = 4096;
/// Bytes that the answer to a short body takes, mostly: it need not be moved while it is written.
const ANSWER: usize = 8192;
/// The longest `Idempotency-Key`.
const LONGEST_KEY: usize = 255;

pub(crate) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(create_audit))
}

/// Audits formulas against the built-in rules and the organization's policies.
///
/// The audit is recorded and counts once against the month's quota. With `Idempotency-Key`, sending
/// the same body again under the same key gives the first `auditId` and counts nothing.
#[utoipa::path(post, path = "/api/audit", tag = "audits",
    request_body = AuditRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's name for this request, 255 characters at most")),
    responses(
        (status = OK, body = AuditAnswer),
        (status = "default", body = ProblemDetails, content_type = "application/problem+json"),
    ))]
async fn create_audit(
    State(state): State<AppState>,
    caller: Caller,
    request: Request,
) -> Result<Response> {
    let standing = state.rate.admit(caller.organization_id).await?;
    require_json(request.headers())?;
    let key = idempotency_key(request.headers())?;
    let held = state
        .bodies
        .read(request, state.limits.max_audit_bytes)
        .await?;
    let body = &held.bytes;
    // Kept until the answer is made, so that it also bounds those who wait to be recorded.
    let place = state.analysis.place()?;
    for _ in 0..ATTEMPTS {
        let rules = state.rulesets.get(&state, caller.organization_id).await?;
        let work = Work {
            body: body.clone(),
            most_formulas: state.limits.max_formulas,
            clock: state.clock,
            key: key.clone(),
            caller,
        };
        let version = rules.version;
        let is_short = body.len() <= SHORT;
        let at_work = Arc::clone(&rules);
        let job = move |abandoned: &Abandoned| work.run(abandoned, &at_work);
        let Analysed {
            audit,
            report,
            aftermath,
        } = if is_short {
            job(&Abandoned::default())?
        } else {
            place.run(job).await??
        };
        let (id, created_at) = (audit.id, audit.created_at);
        let outcome = state.recorder.record(audit, version).await.ok_or_else(|| {
            Error::unavailable("More audits wait to be recorded than can be written at the moment. Nothing was recorded or counted; try again.")
        })?;
        let (audit_id, plan, used) = match outcome {
            Outcome::Recorded { plan, used } => {
                aftermath
                    .settle(&state, caller.organization_id, id, created_at)
                    .await;
                (id, plan, used)
            }
            Outcome::Repeated {
                audit_id,
                plan,
                used,
            } => (audit_id, plan, used),
            Outcome::RulesChanged => {
                state.rulesets.forget(caller.organization_id).await;
                continue;
            }
            refused => return Err(refusal(&refused, &state, created_at)),
        };
        let usage = AuditUsage {
            plan,
            used,
            limit: plan.monthly_audits(),
            month: month_of(created_at),
        };
        let mut answer = Response::new(complete(report, audit_id, &usage)?.into());
        let headers = answer.headers_mut();
        *headers = standing.headers();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        return Ok(answer);
    }
    Err(Error::unavailable(
        "The organization's policies are changing at the moment. Nothing was recorded or counted; try again.",
    ))
}

/// Why an audit was not recorded, as a problem.
fn refusal(outcome: &Outcome, state: &AppState, at: OffsetDateTime) -> Error {
    match *outcome {
        Outcome::OverQuota { plan, used } => {
            let limit = plan.monthly_audits().unwrap_or(used);
            let message = format!(
                "The plan {} has {limit} audits a month; {used} are used in {}. The next month begins at 00:00 UTC on its first day.",
                plan.name(),
                month_of(at)
            );
            Error::new(ProblemType::QuotaExceeded, message.clone())
                .with_member("plan", plan.name())
                .with_member("limit", limit)
                .with_member("used", used)
                .with_member("message", message)
                .with_retry_after(seconds_to_next_month(at))
        }
        Outcome::KeyOfAnother => Error::new(
            ProblemType::IdempotencyMismatch,
            "This Idempotency-Key was used for another body. Use a new key for a new request.",
        ),
        Outcome::NotAMember => {
            state.identities.forget();
            Error::new(
                ProblemType::UnknownUser,
                "You are not a member of this organization any more.",
            )
        }
        Outcome::OrganizationGone => {
            state.identities.forget();
            Error::new(
                ProblemType::UnknownOrganization,
                "The organization was deleted a moment ago.",
            )
        }
        Outcome::Away => Error::unavailable(
            "The database can not be reached, so it is not certain whether the audit was recorded. Send it again with an Idempotency-Key to be sure that it counts once.",
        ),
        Outcome::Failed
        | Outcome::Recorded { .. }
        | Outcome::Repeated { .. }
        | Outcome::RulesChanged => Error::internal("the audit could not be recorded"),
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let refuse = || {
        Error::new(
            ProblemType::BadRequest,
            format!("Idempotency-Key must be 1 to {LONGEST_KEY} characters of plain text."),
        )
    };
    let key = value.to_str().map_err(|_| refuse())?;
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(refuse());
    }
    Ok(Some(key.to_owned()))
}

/// What is done on one of rayon's threads.
struct Work {
    body: Bytes,
    most_formulas: usize,
    clock: Clock,
    key: Option<String>,
    caller: Caller,
}

/// A report as it will be sent, and the record of it.
struct Analysed {
    audit: NewAudit,
    /// The answer's JSON but for its end, see [`begin`]: written where it was made, because a long one
    /// takes time that the tasks of other requests need, and before the audit is recorded, so that
    /// nothing can fail afterwards.
    report: Vec<u8>,
    aftermath: Aftermath,
}

impl Work {
    fn run(self, abandoned: &Abandoned, organization: &OrganizationRules) -> Result<Analysed> {
        let started = self.clock.now();
        let input = AuditInput::read(&self.body, self.most_formulas)?;
        let rules = organization.for_department(input.department.as_deref());
        let locale = input.locale;
        // What the spreadsheet defines is not said by who asks.
        let names = Arc::default();
        let mut audited = parallel::audit_cells(&rules, locale, &names, input.cells, abandoned);
        if abandoned.get() {
            return Err(Error::unavailable("The caller left."));
        }
        let suppressed = organization.suppressions.apply(&mut audited, started);
        let aftermath = Aftermath::of(organization, &suppressed, &audited, locale, started);
        let finished = self.clock.now();
        let circumstances = parallel::circumstances(started, finished);
        let report = assemble(&rules, audited, circumstances);
        let audit = self.record(&report, started)?;
        let report = begin(&Written {
            report: &report,
            suppressed: &suppressed,
        })?;
        Ok(Analysed {
            audit,
            report,
            aftermath,
        })
    }

    fn record(&self, report: &AuditReport, created_at: OffsetDateTime) -> Result<NewAudit> {
        let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
        let kept = Kept::of(report);
        let idempotency = self.key.as_ref().map(|key| IdempotencyKey {
            key: key.clone(),
            request_hash: Sha256::digest(&self.body).to_vec(),
        });
        let findings = (!kept.findings.is_empty()).then(|| serde_json::to_string(&kept.findings));
        Ok(NewAudit {
            id: self.clock.id(created_at),
            organization_id: self.caller.organization_id,
            user_id: self.caller.user_id,
            created_at,
            formula_count: count(report.count),
            compliant_count: count(report.compliant),
            issues_found: count(kept.findings.len()),
            duration_ms: report.duration,
            highest_severity: kept.highest.map(Severity::name),
            rules: serde_json::to_string(&kept.rules).map_err(Error::internal)?,
            input_hash: digest(&report.input_hash)?,
            ruleset_hash: digest(&report.ruleset)?,
            findings: findings.transpose().map_err(Error::internal)?,
            idempotency,
        })
    }
}

/// A report as it is sent, but for what is known only after the record.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    report: &'a AuditReport,
    suppressed: &'a [Suppressed],
}

/// What is kept of a report: its findings without any formula's text.
#[derive(Default)]
struct Kept<'a> {
    /// One that stands on many cells is kept once.
    findings: Vec<KeptFinding<'a>>,
    /// How many of them each rule has.
    rules: BTreeMap<&'a str, u64>,
    highest: Option<Severity>,
}

#[derive(Serialize)]
struct KeptFinding<'a> {
    rule: &'a str,
    severity: Severity,
    fingerprint: &'a str,
    cells: &'a [String],
    span: Utf16Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a PolicyReference>,
}

impl<'a> Kept<'a> {
    fn of(report: &'a AuditReport) -> Self {
        let mut kept = Self::default();
        let mut seen = HashSet::new();
        for finding in report.audits.iter().flat_map(|entry| &entry.findings) {
            kept.highest = kept.highest.max(Some(finding.severity));
            let sentence = finding
                .policy
                .as_ref()
                .map(|policy| (&policy.id, &policy.sentence));
            if !seen.insert((&finding.fingerprint, sentence)) {
                continue;
            }
            *kept.rules.entry(&finding.rule).or_default() += 1;
            kept.findings.push(KeptFinding {
                rule: &finding.rule,
                severity: finding.severity,
                fingerprint: &finding.fingerprint,
                cells: &finding.cells,
                span: finding.span,
                policy: finding.policy.as_ref(),
            });
        }
        kept
    }
}

/// What stands before the audit's id in an answer.
const BEFORE_ID: &[u8] = b"{\"auditId\":\"";

/// The answer as far as it is known before the record: room for the audit's id, and the report.
fn begin(report: &Written<'_>) -> Result<Vec<u8>> {
    let mut answer = Vec::with_capacity(ANSWER);
    answer.extend_from_slice(BEFORE_ID);
    answer.extend_from_slice(&[b'-'; Hyphenated::LENGTH]);
    answer.push(b'"');
    let start = answer.len();
    serde_json::to_writer(&mut answer, report).map_err(Error::internal)?;
    let is_object = answer.get(start) == Some(&b'{') && answer.pop() == Some(b'}');
    match answer.get_mut(start) {
        Some(brace) if is_object => *brace = b',',
        _ => return Err(Error::internal("a report is a JSON object")),
    }
    Ok(answer)
}

/// Puts what is known only after the record, [`AuditAnswer::audit_id`] and [`AuditAnswer::usage`],
/// into an answer that has begun.
fn complete(mut answer: Vec<u8>, audit_id: Uuid, usage: &AuditUsage) -> Result<Vec<u8>> {
    let id = BEFORE_ID.len()..BEFORE_ID.len() + Hyphenated::LENGTH;
    let id = answer
        .get_mut(id)
        .ok_or_else(|| Error::internal("an answer has room for an id"))?;
    audit_id.hyphenated().encode_lower(id);
    answer.extend_from_slice(b",\"usage\":");
    serde_json::to_writer(&mut answer, usage).map_err(Error::internal)?;
    answer.push(b'}');
    Ok(answer)
}

/// The report, its id and what is left of the month. Described here, written by [`complete`].
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "the type is the description")]
struct AuditAnswer {
    /// The id in the log.
    audit_id: Uuid,
    #[serde(flatten)]
    report: AuditReport,
    /// The findings that were silenced, which are not in the report.
    suppressed: Vec<Suppressed>,
    /// What is used of the month's audits.
    usage: AuditUsage,
}

/// What is used of the month's audits, this one included.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AuditUsage {
    /// The plan at work.
    plan: Plan,
    /// Audits of this month.
    used: i32,
    /// Audits that the plan allows; `null` without a limit.
    limit: Option<i32>,
    /// The month in UTC: `2026-11`.
    month: String,
}
