//! Stripe's side: an API that takes what the real one takes and refuses what it refuses, and events
//! in its shape with real signatures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::answer::Answer;
use crate::clerk::now;
use crate::database::random_id;
use crate::program::{Server, Start, send};

/// The secret key of the tests.
pub const KEY: &str = "sk_test_OnlyForTests0123456789abcd";
/// The signing secret of the tests.
pub const SECRET: &str = "whsec_OnlyForTests0123456789abcdef";
/// What the plan pro costs.
pub const PRICE_PRO: &str = "price_pro";
/// What the plan enterprise costs.
pub const PRICE_ENTERPRISE: &str = "price_enterprise";

/// A request that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// `/v1/customers`, …
    pub path: String,
    /// The form.
    pub form: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct Account {
    customers: Vec<String>,
    /// By idempotency key: what was asked, and what was answered.
    answered: BTreeMap<String, (String, u16, String)>,
    taken: Vec<Taken>,
    refused: Vec<String>,
    /// How many of the next requests fail before anything is done.
    failing: usize,
    /// How many of the next answers get lost after it is done.
    losing: usize,
}

/// A running API of Stripe's.
#[derive(Clone, Debug)]
pub struct Stripe {
    /// `http://127.0.0.1:…`
    pub url: String,
    account: Arc<Mutex<Account>>,
}

impl Stripe {
    /// Starts one with an empty account.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let account = Arc::new(Mutex::new(Account::default()));
        let shared = Arc::clone(&account);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { url, account }
    }

    /// A server that is set up for it.
    #[must_use]
    pub fn settings(&self) -> Start {
        Start::default()
            .with("STRIPE_API_KEY", KEY)
            .with("STRIPE_API_BASE", &self.url)
            .with("STRIPE_WEBHOOK_SECRET", SECRET)
            .with("STRIPE_PRICE_PRO", PRICE_PRO)
            .with("STRIPE_PRICE_ENTERPRISE", PRICE_ENTERPRISE)
    }

    /// The requests at this path that were taken, each once.
    #[must_use]
    pub fn taken(&self, path: &str) -> Vec<Taken> {
        let account = self.account.lock().unwrap();
        let taken = account.taken.iter().filter(|one| one.path == path);
        taken.cloned().collect()
    }

    /// What was refused, and why.
    #[must_use]
    pub fn refused(&self) -> Vec<String> {
        self.account.lock().unwrap().refused.clone()
    }

    /// Fails so many of the next requests without doing anything.
    pub fn fail(&self, requests: usize) {
        self.account.lock().unwrap().failing = requests;
    }

    /// Does what the next requests ask and answers so many of them with nothing.
    pub fn lose(&self, answers: usize) {
        self.account.lock().unwrap().losing = answers;
    }
}

async fn serve(mut stream: TcpStream, account: Arc<Mutex<Account>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let request = lines.next().unwrap().to_owned();
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or("0", String::as_str);
    let mut body = vec![0; length.parse().unwrap()];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    let body = String::from_utf8(body).unwrap();
    let answer = {
        let mut account = account.lock().unwrap();
        if account.failing > 0 {
            account.failing -= 1;
            Some((503, json!({"error": {"type": "api_error"}}).to_string()))
        } else {
            let answer = account.answer(&request, &headers, &body);
            let is_lost = account.losing > 0;
            account.losing = account.losing.saturating_sub(1);
            (!is_lost).then_some(answer)
        }
    };
    let Some((status, body)) = answer else { return };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Status\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// Why something is refused: the status, and what is wrong.
type Refusal = (u16, String);

impl Account {
    fn answer(
        &mut self,
        request: &str,
        headers: &BTreeMap<String, String>,
        body: &str,
    ) -> (u16, String) {
        self.checked(request, headers, body)
            .unwrap_or_else(|(status, why)| {
                self.refused.push(format!("{request}: {why}"));
                // The real one also quotes what was sent.
                let message = format!("{why}: {body}, {:?}", headers.get("authorization"));
                let error = json!({"error": {"type": "invalid_request_error", "message": message}});
                (status, error.to_string())
            })
    }

    fn checked(
        &mut self,
        request: &str,
        headers: &BTreeMap<String, String>,
        body: &str,
    ) -> Result<(u16, String), Refusal> {
        let header = |name: &str| headers.get(name).map_or("", String::as_str);
        let refuse = |why: &str| Err((400, why.to_owned()));
        if header("authorization") != format!("Bearer {KEY}") {
            return Err((401, "no valid key".to_owned()));
        }
        if header("content-type") != "application/x-www-form-urlencoded" {
            return refuse("not a form");
        }
        if header("stripe-version").is_empty() {
            return refuse("no version");
        }
        let key = header("idempotency-key").to_owned();
        if key.is_empty() || key.len() > 255 {
            return refuse("no idempotency key");
        }
        let path = request
            .strip_prefix("POST ")
            .and_then(|rest| rest.strip_suffix(" HTTP/1.1"))
            .ok_or((404, "no such route".to_owned()))?;
        let asked = format!("{path}?{body}");
        if let Some((known, status, answer)) = self.answered.get(&key) {
            return if *known == asked {
                Ok((*status, answer.clone()))
            } else {
                refuse("the idempotency key was used for another request")
            };
        }
        let form = parse(body)?;
        let answer = self.done(path, &form)?.to_string();
        self.taken.push(Taken {
            path: path.to_owned(),
            form,
        });
        self.answered.insert(key, (asked, 200, answer.clone()));
        Ok((200, answer))
    }

    fn done(&mut self, path: &str, form: &BTreeMap<String, String>) -> Result<Value, Refusal> {
        let id = random_id().simple();
        match path {
            "/v1/customers" => {
                fits(form, &["metadata[organization_id]"], &["name", "email"])?;
                let id = format!("cus_{id}");
                self.customers.push(id.clone());
                Ok(json!({"id": id, "object": "customer"}))
            }
            "/v1/checkout/sessions" => {
                let needed = [
                    "mode",
                    "customer",
                    "line_items[0][price]",
                    "line_items[0][quantity]",
                    "success_url",
                ];
                let may = [
                    "cancel_url",
                    "client_reference_id",
                    "subscription_data[metadata][organization_id]",
                ];
                fits(form, &needed, &may)?;
                self.knows(&form["customer"])?;
                let price = form["line_items[0][price]"].as_str();
                if form["mode"] != "subscription" || ![PRICE_PRO, PRICE_ENTERPRISE].contains(&price)
                {
                    return Err((400, "no such price".to_owned()));
                }
                is_address(&form["success_url"])?;
                Ok(
                    json!({"id": format!("cs_{id}"), "url": format!("https://checkout.stripe.com/c/pay/cs_{id}")}),
                )
            }
            "/v1/billing_portal/sessions" => {
                fits(form, &["customer", "return_url"], &[])?;
                self.knows(&form["customer"])?;
                is_address(&form["return_url"])?;
                Ok(
                    json!({"id": format!("bps_{id}"), "url": format!("https://billing.stripe.com/p/session/{id}")}),
                )
            }
            "/v1/billing/meter_events" => {
                let needed = [
                    "event_name",
                    "payload[stripe_customer_id]",
                    "payload[value]",
                    "identifier",
                    "timestamp",
                ];
                fits(form, &needed, &[])?;
                let at: i64 = form["timestamp"]
                    .parse()
                    .map_err(|_| (400, "no time".to_owned()))?;
                let age = now().unix_timestamp() - at;
                if !(-300..35 * 86_400).contains(&age) || form["payload[value]"].parse() == Ok(0) {
                    return Err((400, "no time or value of a meter".to_owned()));
                }
                let identifier = &form["identifier"];
                let is_known = self
                    .taken
                    .iter()
                    .any(|one| one.form.get("identifier") == Some(identifier));
                if is_known || identifier.len() > 100 {
                    return Err((400, "the identifier was used".to_owned()));
                }
                Ok(json!({"object": "billing.meter_event", "identifier": identifier}))
            }
            _ => Err((404, "no such route".to_owned())),
        }
    }

    fn knows(&self, customer: &String) -> Result<(), Refusal> {
        let is_known = self.customers.contains(customer);
        is_known
            .then_some(())
            .ok_or((400, "no such customer".to_owned()))
    }
}

/// The fields of a form, each once.
fn parse(body: &str) -> Result<BTreeMap<String, String>, Refusal> {
    let url = reqwest::Url::parse(&format!("http://form/?{body}")).unwrap();
    let mut form = BTreeMap::new();
    for (name, value) in url.query_pairs() {
        let twice = form.insert(name.to_string(), value.to_string());
        if twice.is_some() {
            return Err((400, format!("{name} twice")));
        }
    }
    Ok(form)
}

fn fits(form: &BTreeMap<String, String>, needed: &[&str], may: &[&str]) -> Result<(), Refusal> {
    for name in needed {
        if form.get(*name).is_none_or(String::is_empty) {
            return Err((400, format!("{name} is missing")));
        }
    }
    for name in form.keys() {
        if !needed.contains(&name.as_str()) && !may.contains(&name.as_str()) {
            return Err((400, format!("{name} is not known")));
        }
    }
    Ok(())
}

fn is_address(text: &str) -> Result<(), Refusal> {
    let url = reqwest::Url::parse(text);
    url.map(|_| ())
        .map_err(|_| (400, format!("{text} is not an address")))
}

/// One signed message.
#[derive(Clone, Debug)]
pub struct Message {
    /// `Stripe-Signature`
    pub signature: String,
    /// The raw body.
    pub body: String,
}

/// An event in Stripe's envelope, at that second.
#[must_use]
pub fn event(kind: &str, created: i64, object: &Value) -> Value {
    let id = format!("evt_{}", random_id().simple());
    json!({
        "id": id, "object": "event", "api_version": "2025-03-31.basil", "created": created,
        "type": kind, "livemode": false, "pending_webhooks": 1, "data": {"object": object},
    })
}

/// A subscription that began at that second, in a period of thirty days from `period` on.
#[must_use]
pub fn subscription(customer: &str, price: &str, status: &str, period: i64) -> Value {
    json!({
        "id": format!("sub_{customer}"), "object": "subscription", "customer": customer,
        "status": status, "created": period, "cancel_at": null, "metadata": {},
        "items": {"object": "list", "data": [{
            "id": "si_1", "price": {"id": price, "object": "price"}, "quantity": 1,
            "current_period_start": period, "current_period_end": period + 30 * 86_400,
        }]},
    })
}

/// An invoice of [`subscription`].
#[must_use]
pub fn invoice(customer: &str, status: &str) -> Value {
    json!({
        "id": "in_1", "object": "invoice", "customer": customer, "status": status,
        "parent": {"type": "subscription_details", "subscription_details": {
            "subscription": format!("sub_{customer}"), "metadata": {},
        }},
    })
}

/// Signs an event now, with the secret of the tests.
#[must_use]
pub fn sign(event: &Value) -> Message {
    sign_with(SECRET, now().unix_timestamp(), event)
}

/// Signs an event with any secret at any time.
#[must_use]
pub fn sign_with(secret: &str, timestamp: i64, event: &Value) -> Message {
    let body = event.to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let digest = mac.finalize().into_bytes();
    let digest = digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string can not fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    Message {
        signature: format!("t={timestamp},v1={digest},v0={}", "0".repeat(64)),
        body,
    }
}

/// Delivers a message as Stripe does.
pub async fn deliver(server: &Server, message: &Message) -> Answer {
    let request = server
        .request(Method::POST, "/api/webhooks/stripe")
        .header("stripe-signature", &message.signature)
        .header("content-type", "application/json; charset=utf-8")
        .body(message.body.clone());
    send(request).await
}

/// Delivers an event, which must be accepted.
pub async fn receive(server: &Server, event: &Value) {
    let _ = deliver(server, &sign(event)).await.expect(204);
}
