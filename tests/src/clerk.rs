//! Clerk's side of the webhooks: events in its shape, with real signatures.

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use svix::webhooks::Webhook;
use time::OffsetDateTime;

use crate::database::random_id;

/// A signing secret of the tests: `whsec_` and 32 bytes.
pub const SECRET: &str = "whsec_dGVzdHMtb25seS1zZWNyZXQtb2YtMzItYnl0ZXMhISE=";

/// One signed message.
#[derive(Clone, Debug)]
pub struct Message {
    /// `svix-id`
    pub id: String,
    /// `svix-timestamp`, in seconds
    pub timestamp: i64,
    /// `svix-signature`
    pub signature: String,
    /// The raw body.
    pub body: String,
}

/// Makes events; each is a millisecond later than the one before.
#[derive(Debug)]
pub struct Clerk {
    millis: AtomicI64,
}

impl Default for Clerk {
    fn default() -> Self {
        Self {
            millis: AtomicI64::new(now().unix_timestamp() * 1000),
        }
    }
}

/// The time.
#[must_use]
pub fn now() -> OffsetDateTime {
    #[expect(clippy::disallowed_methods, reason = "signatures are only good now")]
    OffsetDateTime::now_utc()
}

impl Clerk {
    fn next(&self) -> i64 {
        self.millis.fetch_add(1, Ordering::Relaxed)
    }

    /// An event in Clerk's envelope.
    pub fn event(&self, kind: &str, data: &Value) -> Value {
        json!({"type": kind, "object": "event", "data": data, "timestamp": self.next(), "instance_id": "ins_test"})
    }

    /// `user.created` or `user.updated`.
    pub fn user(&self, kind: &str, id: &str, email: &str) -> Value {
        let at = self.next();
        self.event(kind, &json!({
            "id": id, "object": "user", "first_name": "Ada", "last_name": "Lovelace", "username": null,
            "email_addresses": [{"id": "idn_1", "email_address": email}],
            "primary_email_address_id": "idn_1", "created_at": at, "updated_at": at,
        }))
    }

    /// `organization.created` or `organization.updated`.
    pub fn organization(&self, kind: &str, id: &str, name: &str) -> Value {
        let at = self.next();
        self.event(kind, &json!({
            "id": id, "object": "organization", "name": name, "slug": name.to_lowercase().replace(' ', "-"),
            "created_at": at, "updated_at": at,
        }))
    }

    /// `organizationMembership.created`, `.updated` or `.deleted`.
    pub fn membership(&self, kind: &str, organization: &str, user: &str, role: &str) -> Value {
        let at = self.next();
        self.event(kind, &json!({
            "id": format!("orgmem_{organization}_{user}"), "object": "organization_membership", "role": role,
            "organization": {"id": organization, "name": "as mentioned", "slug": "as-mentioned"},
            "public_user_data": {"user_id": user, "first_name": "Ada", "last_name": "Lovelace", "identifier": "mentioned@example.com"},
            "created_at": at, "updated_at": at,
        }))
    }

    /// `user.deleted` or `organization.deleted`.
    pub fn deleted(&self, kind: &str, id: &str) -> Value {
        self.event(kind, &json!({"id": id, "deleted": true}))
    }
}

/// Signs an event now, with the secret of the tests.
#[must_use]
pub fn sign(event: &Value) -> Message {
    sign_with(SECRET, now().unix_timestamp(), event)
}

/// Signs an event with any secret at any time.
#[must_use]
pub fn sign_with(secret: &str, timestamp: i64, event: &Value) -> Message {
    let id = format!("msg_{}", random_id().simple());
    let body = event.to_string();
    let signature = Webhook::new(secret)
        .unwrap()
        .sign(&id, timestamp, body.as_bytes())
        .unwrap();
    Message {
        id,
        timestamp,
        signature,
        body,
    }
}
