//! Payments through Stripe: what is asked of it, what it tells, and what its meter is told. Plans
//! follow from Stripe's events alone: nothing that a caller sends makes a plan be paid.

pub mod client;
pub mod events;
pub mod meter;
pub mod settings;
pub mod signature;

use secrecy::SecretString;

use self::client::Stripe;
use self::settings::{Prices, StripeSettings};

/// Payments as they are set up; parts that are not are missing.
#[derive(Debug)]
pub struct Billing {
    /// The way to Stripe, if a key is set.
    pub stripe: Option<Stripe>,
    /// Signing secrets of Stripe's webhooks; none when webhooks are not set up.
    pub secrets: Vec<SecretString>,
    /// What is sold.
    pub prices: Prices,
    /// Where people reach this server, without a slash at the end.
    pub public_url: String,
}

impl Billing {
    /// Payments as the settings say; `listen` is where the server listens.
    pub fn new(settings: &StripeSettings, listen: std::net::SocketAddr) -> anyhow::Result<Self> {
        let billing = Self {
            stripe: settings.client()?,
            secrets: settings.signing_secrets()?,
            prices: settings.prices()?,
            public_url: settings.public_url(listen)?,
        };
        if billing.stripe.is_some() && billing.secrets.is_empty() {
            tracing::warn!(
                "STRIPE_API_KEY is set but STRIPE_WEBHOOK_SECRET is not: plans can be paid for, and the server will not hear of it"
            );
        }
        Ok(billing)
    }
}
