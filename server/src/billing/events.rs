//! Stripe's events, as far as they say something about plans. Read from JSON alone: no database, no
//! clock. Both places are understood where Stripe keeps a period and an invoice's subscription: the
//! version of the endpoint decides which.
#![expect(
    clippy::indexing_slicing,
    reason = "what a JSON value does not hold is null, not a panic"
)]

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

use super::settings::Prices;
use crate::plans::Plan;

/// Longer than any id of Stripe's.
const LONGEST: usize = 255;

/// What a subscription can be, in the order of its life: of two that are said in one second, the
/// later one counts.
const STATUSES: [&str; 8] = [
    "incomplete",
    "trialing",
    "active",
    "past_due",
    "unpaid",
    "paused",
    "incomplete_expired",
    "canceled",
];

/// Stripe's envelope.
#[derive(Debug, Deserialize)]
pub struct Envelope {
    /// The same when it is sent again.
    pub id: String,
    /// `customer.subscription.updated`, …
    pub r#type: String,
    /// Seconds since 1970.
    pub created: i64,
    /// What it is about.
    pub data: Data,
}

/// The envelope's content.
#[derive(Debug, Deserialize)]
pub struct Data {
    /// The object as it was then.
    pub object: Value,
}

/// What an event says.
#[derive(Debug)]
pub enum Fact {
    /// A customer is an organization's.
    Customer {
        /// The customer.
        customer: String,
        /// The organization.
        organization: Uuid,
    },
    /// A subscription is as it is.
    Subscription(SubscriptionFact),
    /// An invoice of a subscription was paid, or its payment failed.
    Invoice {
        /// The subscription.
        subscription: String,
        /// Who pays it.
        customer: Option<String>,
        /// Whether it was paid.
        paid: bool,
    },
}

/// A subscription as an event says it is.
#[derive(Debug)]
pub struct SubscriptionFact {
    /// Its id.
    pub id: String,
    /// Who pays it.
    pub customer: String,
    /// What it is for; [`Plan::Free`] when none of its prices is known here.
    pub plan: Plan,
    /// Whether one of its prices is known here.
    pub is_known_price: bool,
    /// One of Stripe's statuses.
    pub status: String,
    /// When the paid period began.
    pub period_start: Option<OffsetDateTime>,
    /// When the paid period ends.
    pub period_end: Option<OffsetDateTime>,
    /// When it will end.
    pub cancel_at: Option<OffsetDateTime>,
    /// When it began.
    pub started_at: Option<OffsetDateTime>,
    /// Whether it is gone for good.
    pub deleted: bool,
    /// Its place among what is said in one second.
    pub rank: i16,
}

/// Checks an envelope; the error says what does not fit.
pub fn check(envelope: &Envelope) -> Result<(), String> {
    for (name, text) in [("id", &envelope.id), ("type", &envelope.r#type)] {
        if !is_id(text) {
            return Err(format!("{name} is not one of Stripe's"));
        }
    }
    time("created", &envelope.created.into()).map(|_| ())
}

/// What an event says; nothing for types that are about something else.
pub fn facts(kind: &str, object: &Value, prices: &Prices) -> Result<Vec<Fact>, String> {
    match kind {
        "checkout.session.completed" => Ok(claim(
            object,
            object["client_reference_id"]
                .as_str()
                .or(object["metadata"]["organization_id"].as_str()),
        )
        .into_iter()
        .collect()),
        "customer.subscription.created" => subscription(object, prices, 0),
        "customer.subscription.updated" => subscription(object, prices, 1),
        "customer.subscription.deleted" => subscription(object, prices, 2),
        "invoice.paid" => Ok(invoice(object, true)),
        "invoice.payment_failed" => Ok(invoice(object, false)),
        _ => Ok(Vec::new()),
    }
}

/// The organization that we wrote into what we had Stripe make. What is not there is not ours.
fn claim(object: &Value, organization: Option<&str>) -> Option<Fact> {
    Some(Fact::Customer {
        customer: reference(&object["customer"])?,
        organization: organization?.parse().ok()?,
    })
}

fn subscription(object: &Value, prices: &Prices, kind: i16) -> Result<Vec<Fact>, String> {
    let id = reference(object).ok_or("id is missing")?;
    let customer = reference(&object["customer"]).ok_or("customer is missing")?;
    let deleted = kind == 2;
    let said = object["status"].as_str().unwrap_or_default();
    let status = if deleted { "canceled" } else { said };
    let place = STATUSES.iter().position(|known| *known == status);
    let place = place.ok_or_else(|| format!("status is none of {}", STATUSES.join(", ")))?;
    let items = object["items"]["data"].as_array();
    let items = items.map(Vec::as_slice).unwrap_or_default();
    let plan = items
        .iter()
        .filter_map(|item| reference(&item["price"]).or_else(|| reference(&item["plan"])))
        .filter_map(|price| prices.plan(&price))
        .max_by_key(|plan| *plan as u8);
    // The period is the subscription's, or since 2025 that of its items.
    let period = |name: &str| {
        let own = time(name, &object[name])?;
        let of_items = items
            .iter()
            .map(|item| time(name, &item[name]))
            .collect::<Result<Vec<_>, _>>()?;
        Ok::<_, String>(own.or_else(|| of_items.into_iter().flatten().max()))
    };
    let mut facts = Vec::from_iter(claim(
        object,
        object["metadata"]["organization_id"].as_str(),
    ));
    facts.push(Fact::Subscription(SubscriptionFact {
        id,
        customer,
        plan: plan.unwrap_or(Plan::Free),
        is_known_price: plan.is_some(),
        status: status.to_owned(),
        period_start: period("current_period_start")?,
        period_end: period("current_period_end")?,
        cancel_at: time("cancel_at", &object["cancel_at"])?,
        started_at: time("created", &object["created"])?,
        deleted,
        rank: kind * 10 + i16::try_from(place).unwrap_or_default(),
    }));
    Ok(facts)
}

fn invoice(object: &Value, paid: bool) -> Vec<Fact> {
    let parent = &object["parent"]["subscription_details"];
    let subscription =
        reference(&object["subscription"]).or_else(|| reference(&parent["subscription"]));
    // An invoice for something else than a subscription.
    let Some(subscription) = subscription else {
        return Vec::new();
    };
    let customer = reference(&object["customer"]);
    let organization = parent["metadata"]["organization_id"].as_str();
    let mut facts = Vec::from_iter(claim(object, organization));
    facts.push(Fact::Invoice {
        subscription,
        customer,
        paid,
    });
    facts
}

/// An id, or that of an object which is there completely.
fn reference(value: &Value) -> Option<String> {
    let id = value.as_str().or_else(|| value["id"].as_str())?;
    is_id(id).then(|| id.to_owned())
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn time(name: &str, value: &Value) -> Result<Option<OffsetDateTime>, String> {
    if value.is_null() {
        return Ok(None);
    }
    let time = value
        .as_i64()
        .filter(|seconds| *seconds >= 0)
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    time.map(Some)
        .ok_or_else(|| format!("{name} is not a time in seconds"))
}
