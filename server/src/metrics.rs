//! What is counted and measured of a running server, for Prometheus. Nothing here names an
//! organization, a person or an address: whoever reads the figures learns how the server does and
//! not what its users do.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::admission::recorder::Outcome;
use crate::problem::ProblemType;
use crate::state::AppState;

/// Seconds: an audit takes a few milliseconds, a large one seconds, and none more than thirty.
const DURATIONS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Audits in one transaction: 256 at most.
const BATCHES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// The figures of one server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    refusals: IntCounterVec,
    recorded: IntCounter,
    batches: Histogram,
    waiting: IntGaugeVec,
    connections: IntGaugeVec,
}

impl Metrics {
    /// All of them at zero.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new_custom(Some("sheetbrain".to_owned()), None)?;
        let metrics = Self {
            requests: IntCounterVec::new(
                Opts::new("http_requests_total", "Requests answered."),
                &["method", "route", "status"],
            )?,
            durations: HistogramVec::new(
                HistogramOpts::new(
                    "http_request_duration_seconds",
                    "From the request's headers to the answer's.",
                )
                .buckets(DURATIONS.to_vec()),
                &["method", "route"],
            )?,
            refusals: IntCounterVec::new(
                Opts::new(
                    "http_refusals_total",
                    "Requests answered with a problem, by its type: quota-exceeded, rate-limited and the others under /problems.",
                ),
                &["route", "problem"],
            )?,
            recorded: IntCounter::new("audits_recorded_total", "Audits recorded and counted.")?,
            batches: Histogram::with_opts(
                HistogramOpts::new(
                    "audit_batch_size",
                    "Audits that one transaction decided about.",
                )
                .buckets(BATCHES.to_vec()),
            )?,
            waiting: IntGaugeVec::new(
                Opts::new(
                    "queue_depth",
                    "What waits: for a processor, or to be recorded.",
                ),
                &["queue"],
            )?,
            connections: IntGaugeVec::new(
                Opts::new("database_connections", "Connections to the database."),
                &["state"],
            )?,
            registry,
        };
        let Self {
            registry,
            requests,
            durations,
            refusals,
            recorded,
            batches,
            waiting,
            connections,
        } = &metrics;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(refusals.clone()))?;
        registry.register(Box::new(recorded.clone()))?;
        registry.register(Box::new(batches.clone()))?;
        registry.register(Box::new(waiting.clone()))?;
        registry.register(Box::new(connections.clone()))?;
        Ok(metrics)
    }

    /// Counts what became of the audits of one transaction.
    pub fn batch(&self, outcomes: &[Outcome]) {
        let recorded = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Recorded { .. }));
        self.recorded.inc_by(recorded.count() as u64);
        #[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
        self.batches.observe(outcomes.len() as f64);
    }

    /// All figures in the text format of Prometheus; those that stand at the moment are read now.
    pub fn text(&self, state: &AppState) -> Result<String, prometheus::Error> {
        let pool = state.writer.load();
        let busy = i64::from(pool.open).saturating_sub(gauge(pool.idle));
        for (gauges, label, value) in [
            (&self.waiting, "analysis", gauge(state.analysis.load())),
            (&self.waiting, "recording", gauge(state.recorder.load())),
            (&self.connections, "idle", gauge(pool.idle)),
            (&self.connections, "busy", busy.max(0)),
        ] {
            gauges.get_metric_with_label_values(&[label])?.set(value);
        }
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        String::from_utf8(text).map_err(|error| prometheus::Error::Msg(error.to_string()))
    }

    fn answered(&self, observed: &Observed, response: &Response) {
        let status = response.status();
        let (method, route) = (observed.method, observed.route());
        let seconds = observed.began.elapsed().as_secs_f64();
        if let Ok(counter) =
            self.requests
                .get_metric_with_label_values(&[method, route, status.as_str()])
        {
            counter.inc();
        }
        if let Ok(histogram) = self
            .durations
            .get_metric_with_label_values(&[method, route])
        {
            histogram.observe(seconds);
        }
        if let Some(problem) = response.extensions().get::<ProblemType>()
            && let Ok(counter) = self
                .refusals
                .get_metric_with_label_values(&[route, problem.slug()])
        {
            counter.inc();
        }
    }
}

fn gauge(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What is counted of a request, taken from it before it is answered.
#[derive(Debug)]
pub struct Observed {
    began: Instant,
    method: &'static str,
    route: Option<MatchedPath>,
}

impl Observed {
    /// Of a request that begins now.
    #[must_use]
    pub fn begin(request: &Request) -> Self {
        // What is asked for could be anything; a label may only be one of a few.
        let known = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"];
        let method = known
            .into_iter()
            .find(|known| request.method().as_str() == *known);
        Self {
            began: Instant::now(),
            method: method.unwrap_or("other"),
            route: request.extensions().get::<MatchedPath>().cloned(),
        }
    }

    fn route(&self) -> &str {
        self.route.as_ref().map_or("none", MatchedPath::as_str)
    }

    /// Counts and measures its answer, whose problem must have its body.
    pub fn end(&self, metrics: &Metrics, response: &Response) {
        metrics.answered(self, response);
    }
}
