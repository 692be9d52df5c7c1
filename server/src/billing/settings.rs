//! The settings about Stripe, and what makes them unusable. A secret is in none of the messages.

use std::net::SocketAddr;

use anyhow::ensure;
use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::client::Stripe;
use crate::config::{filled, is_blank, is_guessable, secret, web_address};
use crate::plans::Plan;

/// The part of a secret behind its prefix has this many characters at least; Stripe's have more.
const SHORTEST: usize = 16;

/// The settings about Stripe.
#[derive(Args, Clone, Debug)]
pub struct StripeSettings {
    /// Secret key of Stripe's API. Without it, only the plan free can be booked
    #[arg(long, env = "STRIPE_API_KEY", hide_env_values = true, value_name = "KEY", value_parser = secret)]
    pub stripe_api_key: Option<SecretString>,

    /// Where Stripe's API is
    #[arg(
        long,
        env = "STRIPE_API_BASE",
        default_value = "https://api.stripe.com",
        value_name = "URL"
    )]
    pub stripe_api_base: String,

    /// Signing secrets of Stripe's webhooks, comma-separated: several during a rotation
    #[arg(long, env = "STRIPE_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET", value_delimiter = ',', value_parser = secret)]
    pub stripe_webhook_secret: Vec<SecretString>,

    /// Prices of the plan pro, comma-separated: the first is sold, the others are recognised
    #[arg(
        long,
        env = "STRIPE_PRICE_PRO",
        value_delimiter = ',',
        value_name = "PRICE"
    )]
    pub stripe_price_pro: Vec<String>,

    /// Prices of the plan enterprise, the same way
    #[arg(
        long,
        env = "STRIPE_PRICE_ENTERPRISE",
        value_delimiter = ',',
        value_name = "PRICE"
    )]
    pub stripe_price_enterprise: Vec<String>,

    /// Event name of a meter at Stripe that counts audits. Nothing is reported without one
    #[arg(long, env = "STRIPE_METER_EVENT", value_name = "NAME")]
    pub stripe_meter_event: Option<String>,

    /// Seconds between two reports to that meter
    #[arg(long, env = "STRIPE_METER_SECONDS", default_value_t = 60, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub stripe_meter_seconds: u32,

    /// Where people reach this server: Stripe sends them back there. Default: where it listens
    #[arg(long, env = "SHEETBRAIN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
}

/// Which price at Stripe is which plan.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    pro: Vec<String>,
    enterprise: Vec<String>,
}

impl Prices {
    /// What is sold as that plan; `None` for what is not sold.
    #[must_use]
    pub fn sold(&self, plan: Plan) -> Option<&str> {
        let prices = match plan {
            Plan::Free => return None,
            Plan::Pro => &self.pro,
            Plan::Enterprise => &self.enterprise,
        };
        prices.first().map(String::as_str)
    }

    /// The plan that has that price.
    #[must_use]
    pub fn plan(&self, price: &str) -> Option<Plan> {
        let has = |prices: &[String]| prices.iter().any(|one| one == price);
        if has(&self.enterprise) {
            Some(Plan::Enterprise)
        } else {
            has(&self.pro).then_some(Plan::Pro)
        }
    }
}

impl StripeSettings {
    /// Refuses settings that are set but can not be used, naming the setting.
    pub fn check(&self, listen: SocketAddr) -> anyhow::Result<()> {
        self.client()?;
        self.signing_secrets()?;
        self.prices()?;
        self.public_url(listen)?;
        self.meter_event().map(|_| ())
    }

    /// The way to Stripe, if a key is set.
    pub fn client(&self) -> anyhow::Result<Option<Stripe>> {
        let base = web_address("STRIPE_API_BASE", &self.stripe_api_base)?;
        let Some(key) = &self.stripe_api_key else {
            return Ok(None);
        };
        let text = key.expose_secret().trim();
        if text.is_empty() {
            return Ok(None);
        }
        let secret = ["sk_test_", "sk_live_", "rk_test_", "rk_live_"]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix));
        ensure!(
            secret.is_some_and(|secret| secret
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')),
            "STRIPE_API_KEY is not a secret key of Stripe: it starts with sk_live_, sk_test_, rk_live_ or rk_test_."
        );
        let secret = secret.unwrap_or_default();
        ensure!(
            secret.len() >= SHORTEST && !is_guessable(secret),
            "STRIPE_API_KEY is too short or too simple to be a key of Stripe. Copy it from Stripe's dashboard."
        );
        let prices = self.prices()?;
        ensure!(
            prices
                .sold(Plan::Pro)
                .or(prices.sold(Plan::Enterprise))
                .is_some(),
            "STRIPE_API_KEY is set, but there is nothing to sell: set STRIPE_PRICE_PRO or STRIPE_PRICE_ENTERPRISE."
        );
        Stripe::new(base, SecretString::from(text.to_owned())).map(Some)
    }

    /// The signing secrets, in the order of the setting.
    pub fn signing_secrets(&self) -> anyhow::Result<Vec<SecretString>> {
        let secrets = self.stripe_webhook_secret.iter();
        let secrets = secrets.filter(|secret| !is_blank(secret.expose_secret()));
        secrets
            .enumerate()
            .map(|(index, secret)| {
                let place = index + 1;
                let text = secret.expose_secret().trim();
                let random = text.strip_prefix("whsec_").unwrap_or(text);
                ensure!(
                    random.len() >= SHORTEST,
                    "STRIPE_WEBHOOK_SECRET: value {place} is shorter than {SHORTEST} characters and could be guessed. Copy it from the webhook's page in Stripe's dashboard; it starts with whsec_."
                );
                ensure!(
                    !is_guessable(random),
                    "STRIPE_WEBHOOK_SECRET: value {place} is an example and not a secret. Copy the one from Stripe's dashboard."
                );
                Ok(SecretString::from(text.to_owned()))
            })
            .collect()
    }

    /// Which price is which plan.
    pub fn prices(&self) -> anyhow::Result<Prices> {
        let pro = prices("STRIPE_PRICE_PRO", &self.stripe_price_pro)?;
        let enterprise = prices("STRIPE_PRICE_ENTERPRISE", &self.stripe_price_enterprise)?;
        ensure!(
            !pro.iter().any(|price| enterprise.contains(price)),
            "STRIPE_PRICE_PRO and STRIPE_PRICE_ENTERPRISE name the same price."
        );
        Ok(Prices { pro, enterprise })
    }

    /// The event name of the meter, if one is set.
    pub fn meter_event(&self) -> anyhow::Result<Option<String>> {
        let name = self.stripe_meter_event.as_deref().map(str::trim);
        let name = name.filter(|name| !name.is_empty());
        ensure!(
            name.is_none_or(
                |name| name.len() <= 100 && name.bytes().all(|byte| byte.is_ascii_graphic())
            ),
            "STRIPE_METER_EVENT must be the event name of a meter: 100 characters at most, without spaces."
        );
        Ok(name.map(str::to_owned))
    }

    /// Where people reach this server.
    pub fn public_url(&self, listen: SocketAddr) -> anyhow::Result<String> {
        match self.public_url.as_ref().filter(|url| !is_blank(url)) {
            Some(url) => web_address("SHEETBRAIN_PUBLIC_URL", url),
            None => Ok(format!("http://{listen}")),
        }
    }
}

fn prices(setting: &str, values: &[String]) -> anyhow::Result<Vec<String>> {
    let prices = filled(values);
    for price in &prices {
        let is_id = price.len() <= 255
            && price
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        ensure!(
            is_id && !price.starts_with("prod_"),
            "{setting} must be the id of a price, such as price_1OxyzABC; a product has several."
        );
    }
    Ok(prices)
}
