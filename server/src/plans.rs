//! The plans, as data.

use serde::{Deserialize, Serialize};

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

    /// The plan that a subscription of that name and status gives.
    ///
    /// One that is not paid for gives the least.
    #[must_use]
    pub fn at_work(plan: Option<&str>, status: Option<&str>) -> Self {
        match (plan, status) {
            (Some("pro"), Some("active" | "trialing" | "past_due")) => Self::Pro,
            (Some("enterprise"), Some("active" | "trialing" | "past_due")) => Self::Enterprise,
            _ => Self::Free,
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
