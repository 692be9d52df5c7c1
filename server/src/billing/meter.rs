//! Tells Stripe's meter how many audits were recorded. What is to be told is worked out from the
//! months' counts, written down, and sent until Stripe has it; it carries a name, so that it counts
//! once however often it is sent.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::time::MissedTickBehavior;

use super::client::{Failure, Stripe};
use super::settings::StripeSettings;
use crate::clock::Clock;
use crate::db::WriterPool;
use crate::db::billing::{self, MeterReport};
use crate::error::chain;

/// Where the meter is told.
const PATH: &str = "/v1/billing/meter_events";

/// The task that tells the meter.
#[derive(Debug)]
pub struct Meter {
    stripe: Stripe,
    event: String,
    pause: Duration,
    db: WriterPool,
    clock: Clock,
}

impl Meter {
    /// The task, if a meter and a key are set.
    pub fn new(
        settings: &StripeSettings,
        db: WriterPool,
        clock: Clock,
    ) -> anyhow::Result<Option<Self>> {
        let (Some(stripe), Some(event)) = (settings.client()?, settings.meter_event()?) else {
            return Ok(None);
        };
        Ok(Some(Self {
            stripe,
            event,
            pause: Duration::from_secs(settings.stripe_meter_seconds.into()),
            db,
            clock,
        }))
    }

    /// Tells it again and again.
    pub async fn run(self) {
        let mut tick = tokio::time::interval(self.pause);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Err(error) = self.report().await {
                tracing::warn!(error = %chain(&error), "the meter's reports can not be made now; trying again");
            }
        }
    }

    /// Writes down what is new, and sends what is due.
    async fn report(&self) -> Result<(), sqlx::Error> {
        billing::write_reports(&self.db, self.clock.now()).await?;
        loop {
            let now = self.clock.now();
            let due = billing::take_reports(&self.db, now, self.pause).await?;
            if due.is_empty() {
                return Ok(());
            }
            for report in due {
                self.send(&report).await?;
            }
        }
    }

    async fn send(&self, report: &MeterReport) -> Result<(), sqlx::Error> {
        let name = report.name();
        let form = [
            ("event_name", self.event.clone()),
            ("identifier", name.clone()),
            ("timestamp", report.occurred_at.unix_timestamp().to_string()),
            ("payload[stripe_customer_id]", report.customer_id.clone()),
            ("payload[value]", report.value.to_string()),
        ];
        let now = self.clock.now();
        match self.stripe.post_once(PATH, &form, &name).await {
            Ok(_) => billing::finish_report(&self.db, report, now, None).await,
            // A key that is wrong at the moment may be right later.
            Err(Failure::Refused { status, reason })
                if status != StatusCode::UNAUTHORIZED && status != StatusCode::FORBIDDEN =>
            {
                tracing::error!(
                    report = name,
                    reason,
                    "Stripe's meter does not take a report"
                );
                billing::finish_report(&self.db, report, now, Some(&reason)).await
            }
            Err(failure) => {
                tracing::warn!(report = name, %failure, "Stripe's meter has not taken a report; it is sent again");
                Ok(())
            }
        }
    }
}
