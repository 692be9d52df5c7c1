//! What every request shares.

use std::sync::Arc;

use analyzer::policy::Lexicon;
use svix::webhooks::Webhook;

use crate::admission::bodies::Bodies;
use crate::admission::rate::RateLimiter;
use crate::admission::recorder::Recorder;
use crate::analysis::Analysis;
use crate::billing::Billing;
use crate::billing::meter::Meter;
use crate::clock::Clock;
use crate::config::{Limits, Settings};
use crate::db::{Connections, TenantPool, WriterPool};
use crate::identity::Identities;
use crate::metrics::Metrics;
use crate::rulesets::RuleSets;

/// The version that `/api/health` and every audit report.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The state of a running server; clones share it.
#[derive(Clone)]
pub struct AppState(Arc<Inner>);

/// The parts of [`AppState`].
pub struct Inner {
    /// The data of one organization at a time.
    pub db: TenantPool,
    /// What crosses organizations: who is who, and the record of audits.
    pub writer: WriterPool,
    /// Time and ids.
    pub clock: Clock,
    /// What a request may use.
    pub limits: Limits,
    /// Verifiers of Clerk's webhooks, one a secret; none when webhooks are not set up.
    pub webhooks: Vec<Webhook>,
    /// Payments.
    pub billing: Billing,
    /// Who is who.
    pub identities: Identities,
    /// The organizations' rules, compiled.
    pub rulesets: RuleSets,
    /// The words of policies. Reading them takes a while, so they are read once.
    pub lexicon: Arc<Lexicon>,
    /// The places of those who need a processor.
    pub analysis: Analysis,
    /// The memory of audits' bodies.
    pub bodies: Bodies,
    /// The organizations' rate limit.
    pub rate: RateLimiter,
    /// The writer of audits.
    pub recorder: Recorder,
    /// What is counted and measured.
    pub metrics: Arc<Metrics>,
}

impl AppState {
    /// Starts the tasks that the state consists of.
    pub fn start(settings: &Settings, db: &Connections, clock: Clock) -> anyhow::Result<Self> {
        let writer = db.writer();
        let limits = settings.limits.clone();
        let metrics = Arc::new(Metrics::new()?);
        if let Some(meter) = Meter::new(&settings.stripe, writer.clone(), clock)? {
            tokio::spawn(meter.run());
        }
        Ok(Self(Arc::new(Inner {
            webhooks: settings.webhook_verifiers()?,
            billing: Billing::new(&settings.stripe, settings.listen)?,
            identities: Identities::new(settings)?,
            rulesets: RuleSets::default(),
            lexicon: Arc::new(Lexicon::english()),
            analysis: Analysis::new(limits.analysis_queue),
            bodies: Bodies::new(limits.max_body_memory),
            rate: RateLimiter::start(
                writer.clone(),
                limits.rate_limit_requests,
                limits.rate_limit_window(),
            ),
            recorder: Recorder::start(db.kept_writer(), VERSION, Arc::clone(&metrics)),
            metrics,
            db: db.tenants(),
            writer,
            clock,
            limits,
        })))
    }
}

impl std::fmt::Debug for AppState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("AppState").finish_non_exhaustive()
    }
}

impl std::ops::Deref for AppState {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
