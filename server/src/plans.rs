//! The plans, as data, and what a subscription gives at a time.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long after the end of its period a plan still works whose payment failed. Stripe tries
/// again for as long as is set there and then says that the subscription ended; this is the bound
/// for when that never arrives.
const GRACE: Duration = Duration::days(7);

/// What an organization can book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// Without payment.
    Free,
    /// For teams.
    Pro,
    /// Without a limit.
    Enterprise,
}

/// What was booked, as far as it decides about the plan.
#[derive(Clone, Copy, Debug)]
pub struct Booked<'a> {
    /// The plan's name.
    pub plan: &'a str,
    /// The subscription's status.
    pub status: &'a str,
    /// When the paid period ends.
    pub period_end: Option<OffsetDateTime>,
}

impl Plan {
    /// The name in the database and in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Pro => "pro",
            Self::Enterprise => "enterprise",
        }
    }

    /// The plan of that name; the least one for a name that is not known.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "enterprise" => Self::Enterprise,
            "pro" => Self::Pro,
            _ => Self::Free,
        }
    }

    /// The plan that works now.
    ///
    /// - `active`, `trialing`: the plan booked.
    /// - `past_due`, a payment failed and is tried again: the plan booked, until [`GRACE`] after the
    ///   period's end.
    /// - `canceled`: the plan booked until the end of the period, which is paid.
    /// - `unpaid`, `incomplete`, `incomplete_expired`, `paused`, nothing booked, or a period without
    ///   a known end where one is asked for: free.
    #[must_use]
    pub fn at_work(booked: Option<Booked<'_>>, now: OffsetDateTime) -> Self {
        let Some(booked) = booked else {
            return Self::Free;
        };
        let ends_after = |time| booked.period_end.is_some_and(|end| end > time);
        let works = match booked.status {
            "active" | "trialing" => true,
            "past_due" => ends_after(now - GRACE),
            "canceled" => ends_after(now),
            _ => false,
        };
        if works {
            Self::named(booked.plan)
        } else {
            Self::Free
        }
    }

    /// Audits in a calendar month (UTC); `None` without a limit.
    #[must_use]
    pub const fn monthly_audits(self) -> Option<i32> {
        match self {
            Self::Free => Some(10),
            Self::Pro => Some(1000),
            Self::Enterprise => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-23 10:00 UTC);

    /// The plan at work of an organization that booked pro, the period's end in days from now.
    fn works(status: &str, days: Option<i64>) -> Plan {
        let period_end = days.map(|days| NOW + Duration::days(days));
        let booked = Booked {
            plan: "pro",
            status,
            period_end,
        };
        Plan::at_work(Some(booked), NOW)
    }

    #[test]
    fn what_is_paid_works_whatever_its_period() {
        for days in [None, Some(-100), Some(10)] {
            assert_eq!(works("active", days), Plan::Pro);
            assert_eq!(works("trialing", days), Plan::Pro);
        }
    }

    #[test]
    fn a_failed_payment_leaves_the_plan_for_a_week_after_the_period() {
        assert_eq!(works("past_due", Some(3)), Plan::Pro);
        assert_eq!(works("past_due", Some(-6)), Plan::Pro);
        assert_eq!(works("past_due", Some(-7)), Plan::Free);
        assert_eq!(works("past_due", None), Plan::Free);
    }

    #[test]
    fn what_is_cancelled_works_to_the_end_of_its_period() {
        assert_eq!(works("canceled", Some(1)), Plan::Pro);
        assert_eq!(works("canceled", Some(0)), Plan::Free);
        assert_eq!(works("canceled", None), Plan::Free);
    }

    #[test]
    fn what_was_never_paid_gives_the_least() {
        for status in [
            "unpaid",
            "incomplete",
            "incomplete_expired",
            "paused",
            "none",
        ] {
            assert_eq!(works(status, Some(10)), Plan::Free);
        }
        assert_eq!(Plan::at_work(None, NOW), Plan::Free);
    }
}
