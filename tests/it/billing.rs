//! Plans are paid for at Stripe, and follow from what Stripe says: only authentic events, each once,
//! in any order.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use tests::Server;
use tests::answer::Answer;
use tests::clerk::now;
use tests::order::permuted;
use tests::program::{Start, client, send, started, who};
use tests::stripe::{
    PRICE_ENTERPRISE, PRICE_PRO, SECRET, Stripe, deliver, event, invoice, receive, sign, sign_with,
    subscription,
};

const CREATED: &str = "customer.subscription.created";
const UPDATED: &str = "customer.subscription.updated";
const DELETED: &str = "customer.subscription.deleted";

/// Events of history that are tried in other orders each, in the test command and in a longer run.
const ORDERS: usize = 3;

fn orders() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a longer run is asked for, which is no setting of the server"
    )]
    let wanted = std::env::var("SHEETBRAIN_STRIPE_ORDERS").ok();
    wanted.map_or(ORDERS, |wanted| wanted.parse().expect("a number"))
}

/// A server that sells, with an administrator whose organization has a customer at Stripe.
async fn customer(stripe: &Stripe) -> (Server, (String, String), String) {
    let server = stripe.settings().server().await;
    let member = server.member("org:admin").await;
    let _ = book(&server, &member, "pro").await.expect(200);
    let customer = server
        .sql("SELECT customer_id FROM sheetbrain.stripe_customers")
        .await;
    (server, member, customer)
}

async fn book(server: &Server, member: &(String, String), plan: &str) -> Answer {
    server
        .post(who(member), "/api/billing", &json!({"plan": plan}))
        .await
}

/// The plan at work and the status.
async fn billing(server: &Server, member: &(String, String)) -> (String, String) {
    let billing = server.get(who(member), "/api/billing").await.expect(200);
    let text = |name: &str| billing.json[name].as_str().unwrap().to_owned();
    (text("plan"), text("status"))
}

fn state(plan: &str, status: &str) -> (String, String) {
    (plan.to_owned(), status.to_owned())
}

#[tokio::test]
async fn a_paid_plan_answers_with_a_checkout_and_changes_nothing_yet() {
    let stripe = Stripe::start().await;
    let server = stripe
        .settings()
        .with("SHEETBRAIN_PUBLIC_URL", "https://sheets.example.com/")
        .server()
        .await;
    let member = server.member("org:admin").await;
    let booked = book(&server, &member, "enterprise").await.expect(200).json;
    let url = booked["checkoutUrl"].as_str().unwrap();
    assert!(url.starts_with("https://checkout.stripe.com/"), "{url}");
    assert_eq!(
        (&booked["plan"], &booked["status"]),
        (&json!("free"), &json!("none"))
    );
    let organization = server.sql("SELECT id FROM organizations").await;
    let form = &stripe.taken("/v1/checkout/sessions")[0].form;
    assert_eq!(form["line_items[0][price]"], PRICE_ENTERPRISE);
    assert_eq!(form["client_reference_id"], organization);
    assert_eq!(
        form["subscription_data[metadata][organization_id]"],
        organization
    );
    assert!(form["success_url"].starts_with("https://sheets.example.com/?"));
    assert_eq!(stripe.refused(), [""; 0]);
}

#[tokio::test]
async fn the_plan_free_is_booked_at_once() {
    let stripe = Stripe::start().await;
    let server = stripe.settings().server().await;
    let member = server.member("org:admin").await;
    let booked = book(&server, &member, "free").await.expect(200).json;
    assert_eq!(booked["checkoutUrl"], Value::Null);
    assert_eq!(billing(&server, &member).await, state("free", "active"));
    assert!(stripe.taken("/v1/customers").is_empty());
}

#[tokio::test]
async fn an_organization_becomes_one_customer() {
    let stripe = Stripe::start().await;
    let server = stripe.settings().server().await;
    let member = server.member("org:admin").await;
    for answer in join_all((0..4).map(|_| book(&server, &member, "pro"))).await {
        let _ = answer.expect(200);
    }
    let _ = book(&server, &member, "enterprise").await.expect(200);
    assert_eq!(stripe.taken("/v1/customers").len(), 1);
    assert_eq!(stripe.refused(), [""; 0]);
}

#[tokio::test]
async fn an_answer_of_stripe_that_is_lost_is_asked_for_again_and_takes_effect_once() {
    let stripe = Stripe::start().await;
    let (server, member, _) = customer(&stripe).await;
    stripe.lose(2);
    let _ = book(&server, &member, "pro").await.expect(200);
    assert_eq!(stripe.taken("/v1/checkout/sessions").len(), 2);
}

#[tokio::test]
async fn stripe_being_away_is_said() {
    let stripe = Stripe::start().await;
    let server = stripe.settings().server().await;
    let member = server.member("org:admin").await;
    stripe.fail(100);
    let problem = book(&server, &member, "pro").await;
    let problem = problem.expect_problem(503, "unavailable");
    assert!(!problem.header("retry-after").is_empty());
    let rows = "SELECT count(*) FROM sheetbrain.stripe_customers";
    assert_eq!(server.sql(rows).await, "0");
}

#[tokio::test]
async fn a_plan_without_a_price_can_not_be_booked() {
    let stripe = Stripe::start().await;
    let server = stripe
        .settings()
        .with("STRIPE_PRICE_ENTERPRISE", "")
        .server()
        .await;
    let member = server.member("org:admin").await;
    let answer = book(&server, &member, "enterprise").await;
    let _ = answer.expect_problem(409, "plan-not-available");
}

#[tokio::test]
async fn the_portal_opens_for_administrators_of_customers() {
    let stripe = Stripe::start().await;
    let (server, member, _) = customer(&stripe).await;
    let portal = server
        .post(who(&member), "/api/billing/portal", &json!({}))
        .await
        .expect(200);
    let url = portal.json["url"].as_str().unwrap();
    assert!(url.starts_with("https://billing.stripe.com/"), "{url}");
    let viewer = server.member("org:member").await;
    let _ = server
        .post(who(&viewer), "/api/billing/portal", &json!({}))
        .await
        .expect_problem(403, "forbidden");
    let new = server.member("org:admin").await;
    let _ = server
        .post(who(&new), "/api/billing/portal", &json!({}))
        .await
        .expect_problem(409, "conflict");
}

#[tokio::test]
async fn a_plan_works_as_soon_as_stripe_says_that_it_is_paid() {
    let stripe = Stripe::start().await;
    let (server, member, customer) = customer(&stripe).await;
    let at = now().unix_timestamp();
    let object = subscription(&customer, PRICE_PRO, "active", at);
    receive(&server, &event(CREATED, at, &object)).await;
    assert_eq!(billing(&server, &member).await, state("pro", "active"));
    let usage = &server.audit(who(&member), &["=A1"]).await.expect(200).json["usage"];
    assert_eq!(
        (&usage["plan"], &usage["limit"]),
        (&json!("pro"), &json!(1000))
    );
    for plan in ["free", "pro", "enterprise"] {
        let answer = book(&server, &member, plan).await;
        let _ = answer.expect_problem(409, "conflict");
    }
}

#[tokio::test]
async fn what_a_status_gives() {
    let stripe = Stripe::start().await;
    let (server, member, customer) = customer(&stripe).await;
    let today = now().unix_timestamp();
    let day = 86_400;
    // The status, days since the period of thirty days began, the plan at work.
    for (place, (status, days, plan)) in [
        ("incomplete", 1, "free"),
        ("trialing", 1, "pro"),
        ("active", 90, "pro"),
        ("past_due", 33, "pro"),
        ("past_due", 38, "free"),
        ("unpaid", 1, "free"),
        ("paused", 1, "free"),
        ("canceled", 29, "pro"),
        ("canceled", 31, "free"),
    ]
    .into_iter()
    .enumerate()
    {
        let object = subscription(&customer, PRICE_PRO, status, today - days * day);
        let at = today + i64::try_from(place).unwrap();
        receive(&server, &event(UPDATED, at, &object)).await;
        assert_eq!(billing(&server, &member).await, state(plan, status));
        let audit = server.audit(who(&member), &["=A1"]).await.expect(200);
        assert_eq!(
            audit.json["usage"]["plan"], plan,
            "{status} after {days} days"
        );
    }
    let _ = book(&server, &member, "free").await.expect(200);
    assert_eq!(billing(&server, &member).await, state("free", "active"));
}

#[tokio::test]
async fn an_invoice_says_whether_the_plan_is_paid() {
    let stripe = Stripe::start().await;
    let (server, member, customer) = customer(&stripe).await;
    let at = now().unix_timestamp();
    let object = subscription(&customer, PRICE_PRO, "active", at);
    receive(&server, &event(UPDATED, at, &object)).await;
    let failed = event(
        "invoice.payment_failed",
        at + 10,
        &invoice(&customer, "open"),
    );
    receive(&server, &failed).await;
    assert_eq!(billing(&server, &member).await, state("pro", "past_due"));
    let paid = event("invoice.paid", at + 20, &invoice(&customer, "paid"));
    receive(&server, &paid).await;
    assert_eq!(billing(&server, &member).await, state("pro", "active"));
}

#[tokio::test]
async fn a_price_that_is_not_ours_gives_the_plan_free() {
    let stripe = Stripe::start().await;
    let (server, member, customer) = customer(&stripe).await;
    let at = now().unix_timestamp();
    for (place, (price, plan)) in [(PRICE_PRO, "pro"), ("price_other", "free")]
        .into_iter()
        .enumerate()
    {
        let object = subscription(&customer, price, "active", at);
        let at = at + i64::try_from(place).unwrap();
        receive(&server, &event(UPDATED, at, &object)).await;
        assert_eq!(billing(&server, &member).await, state(plan, "active"));
    }
}

#[tokio::test]
async fn a_subscription_of_a_customer_that_is_not_known_yet_is_kept_for_it() {
    let stripe = Stripe::start().await;
    let server = stripe.settings().server().await;
    let member = server.member("org:admin").await;
    let organization = server.sql("SELECT id FROM organizations").await;
    let at = now().unix_timestamp();
    let object = subscription("cus_elsewhere", PRICE_PRO, "active", at);
    receive(&server, &event(CREATED, at, &object)).await;
    assert_eq!(billing(&server, &member).await, state("free", "none"));
    let session = json!({
        "id": "cs_1", "object": "checkout.session", "customer": "cus_elsewhere",
        "client_reference_id": organization, "mode": "subscription",
    });
    receive(&server, &event("checkout.session.completed", at, &session)).await;
    assert_eq!(billing(&server, &member).await, state("pro", "active"));
}

/// A history in which everything happens, some of it in one second.
fn history(customer: &str, organization: &str) -> Vec<Value> {
    let at = now().unix_timestamp() - 60 * 86_400;
    let as_of =
        |price: &str, status: &str, period: i64| subscription(customer, price, status, period);
    let mut ending = as_of(PRICE_ENTERPRISE, "active", at + 200);
    ending["cancel_at"] = (at + 400).into();
    let session = json!({"id": "cs_1", "customer": customer, "client_reference_id": organization});
    vec![
        event(CREATED, at, &as_of(PRICE_PRO, "incomplete", at)),
        event(UPDATED, at, &as_of(PRICE_PRO, "active", at)),
        event("invoice.paid", at, &invoice(customer, "paid")),
        event("checkout.session.completed", at + 1, &session),
        event("customer.updated", at + 2, &json!({"id": customer})),
        event(UPDATED, at + 100, &as_of(PRICE_ENTERPRISE, "active", at)),
        event(
            "invoice.payment_failed",
            at + 200,
            &invoice(customer, "open"),
        ),
        event(
            UPDATED,
            at + 200,
            &as_of(PRICE_ENTERPRISE, "past_due", at + 200),
        ),
        event("invoice.paid", at + 300, &invoice(customer, "paid")),
        event(UPDATED, at + 301, &ending),
        event(DELETED, at + 400, &ending),
    ]
}

const BOOKED: &str =
    "SELECT jsonb_agg(jsonb_build_array(stripe_customer_id, stripe_subscription_id, plan,
    status, current_period_start, current_period_end, cancel_at)) FROM subscriptions";

#[tokio::test]
async fn any_order_and_repetition_of_a_history_ends_in_the_same_state() {
    let server = Stripe::start().await.settings().server().await;
    let _ = server.member("org:admin").await;
    let organization = server.sql("SELECT id FROM organizations").await;
    let history = history("cus_1", &organization);
    let mut ends = std::collections::BTreeSet::new();
    for length in 4..=history.len() {
        let events = &history[..length];
        let mut expected = String::new();
        // Order 0 is the one in which they happened.
        for number in 0..=orders() {
            server
                .execute("TRUNCATE subscriptions, sheetbrain.stripe_customers, sheetbrain.stripe_subscriptions, sheetbrain.webhook_events")
                .await;
            let order = match number {
                0 => events.to_vec(),
                _ => permuted(events, number * 100 + length),
            };
            for (place, event) in order.iter().enumerate() {
                receive(&server, event).await;
                if place % 3 == number % 3 {
                    receive(&server, event).await;
                }
            }
            let state = server.sql(BOOKED).await;
            if number == 0 {
                expected.clone_from(&state);
            }
            let kinds: Vec<_> = order.iter().map(|event| &event["type"]).collect();
            assert_eq!(
                state, expected,
                "{length} events, order {number}: {kinds:?}"
            );
        }
        ends.insert(expected);
    }
    assert!(ends.len() > 4, "the history has no events: {ends:?}");
    assert!(ends.iter().any(|end| end.contains("canceled")), "{ends:?}");
}

#[tokio::test]
async fn an_event_that_comes_again_is_applied_once() {
    let server = Server::start().await;
    let message = sign(&event("customer.created", 1, &json!({"id": "cus_1"})));
    for answer in join_all((0..8).map(|_| deliver(&server, &message))).await {
        let _ = answer.expect(204);
    }
    let events =
        "SELECT string_agg(source || ' ' || event_type, ',') FROM sheetbrain.webhook_events";
    assert_eq!(server.sql(events).await, "stripe customer.created");
}

#[tokio::test]
async fn a_forged_or_stale_message_is_refused() {
    let server = Server::start().await;
    let at = now().unix_timestamp();
    let object = subscription("cus_1", PRICE_PRO, "active", at);
    let event = event(CREATED, at, &object);
    let good = sign(&event);
    let mut changed = good.clone();
    changed.body = changed.body.replace("cus_1", "cus_2");
    let with = |signature: String| {
        let mut message = good.clone();
        message.signature = signature;
        message
    };
    let unsigned = good.signature.replace("v1=", "v0=");
    for message in [
        changed,
        sign_with("whsec_SomebodyElses0123456789abc", at, &event),
        sign_with(SECRET, at - 301, &event),
        sign_with(SECRET, at + 302, &event),
        sign_with(SECRET, i64::MIN, &event),
        with(String::new()),
        with(unsigned),
        with(format!("t={},{}", at - 1, good.signature)),
        with(good.signature.replacen("t=", "t=x", 1)),
        with("v1=00".repeat(3000)),
    ] {
        let answer = deliver(&server, &message).await;
        let _ = answer.expect_problem(401, "webhook-rejected");
    }
    let events = "SELECT count(*) FROM sheetbrain.webhook_events";
    assert_eq!(server.sql(events).await, "0");
    let _ = deliver(&server, &sign_with(SECRET, at - 290, &event))
        .await
        .expect(204);
}

#[tokio::test]
async fn every_secret_of_a_rotation_is_good() {
    let new = "whsec_AfterTheRotation0123456789ab";
    let secrets = format!("{new},{SECRET}");
    let server = Start::default()
        .with("STRIPE_WEBHOOK_SECRET", &secrets)
        .server()
        .await;
    let at = now().unix_timestamp();
    for secret in [SECRET, new] {
        let event = event("customer.created", at, &json!({"id": "cus_1"}));
        let _ = deliver(&server, &sign_with(secret, at, &event))
            .await
            .expect(204);
    }
}

#[tokio::test]
async fn an_event_that_does_not_fit_says_where() {
    let server = Server::start().await;
    let at = now().unix_timestamp();
    let subscription = |name: &str, value: Value| {
        let mut object = subscription("cus_1", PRICE_PRO, "active", at);
        object[name] = value;
        event(UPDATED, at, &object)
    };
    for (event, pointer) in [
        (json!({"type": "x"}), ""),
        (event("", at, &json!({})), ""),
        (event("x", -1, &json!({})), ""),
        (subscription("customer", Value::Null), "/data/object"),
        (subscription("status", json!("new")), "/data/object"),
        (subscription("cancel_at", json!(i64::MAX)), "/data/object"),
        (subscription("id", json!("a\u{0}b")), "/data/object"),
    ] {
        let problem = deliver(&server, &sign(&event)).await;
        let problem = problem.expect_problem(400, "bad-request");
        assert_eq!(problem.json["errors"][0]["pointer"], pointer, "{event}");
    }
}

#[tokio::test]
async fn the_database_being_away_makes_stripe_send_again() {
    let server = Server::start().await;
    let message = sign(&event("customer.created", 1, &json!({"id": "cus_1"})));
    let mut blocking = server.db.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE sheetbrain.webhook_events")
        .execute(&mut *blocking)
        .await
        .unwrap();
    let answer = deliver(&server, &message).await;
    let _ = answer.expect_problem(503, "unavailable");
    blocking.rollback().await.unwrap();
    let _ = deliver(&server, &message).await.expect(204);
}

#[tokio::test]
async fn a_server_without_a_secret_accepts_nothing() {
    let server = Start::default()
        .with("STRIPE_WEBHOOK_SECRET", "")
        .server()
        .await;
    let message = sign(&event("customer.created", 1, &json!({"id": "cus_1"})));
    let answer = deliver(&server, &message).await;
    let _ = answer.expect_problem(503, "webhooks-not-configured");
}

/// How many audits the meter was told of, and how often.
fn told(stripe: &Stripe) -> (i64, usize) {
    let events = stripe.taken("/v1/billing/meter_events");
    let values = events.iter().map(|one| &one.form["payload[value]"]);
    let sum = values.map(|value| value.parse::<i64>().unwrap()).sum();
    (sum, events.len())
}

#[tokio::test]
async fn the_meter_is_told_of_every_audit_once_although_it_fails() {
    let stripe = Stripe::start().await;
    let server = stripe
        .settings()
        .with("STRIPE_METER_EVENT", "audits")
        .with("STRIPE_METER_SECONDS", "1")
        .server()
        .await;
    let other = stripe
        .settings()
        .on(&server.database)
        .with("STRIPE_METER_EVENT", "audits")
        .with("STRIPE_METER_SECONDS", "1")
        .server()
        .await;
    let member = server.member("org:admin").await;
    let without_customer = server.member("org:admin").await;
    let _ = server
        .audit(who(&without_customer), &["=A1"])
        .await
        .expect(200);
    let _ = book(&other, &member, "pro").await.expect(200);
    for round in 1..=3 {
        for _ in 0..round {
            let _ = server.audit(who(&member), &["=A1"]).await.expect(200);
        }
        stripe.fail(usize::from(round == 1));
        stripe.lose(usize::from(round == 2));
        let expected = round * (round + 1) / 2;
        for _ in 0..400 {
            if told(&stripe).0 >= expected {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(told(&stripe).0, expected);
    }
    let open = "SELECT count(*) FROM sheetbrain.meter_outbox WHERE refused IS NOT NULL";
    assert_eq!(server.sql(open).await, "0");
    assert_eq!(stripe.refused(), [""; 0]);
}

#[tokio::test]
async fn settings_that_can_not_be_used_stop_the_start_without_showing_secrets() {
    for (name, value) in [
        ("STRIPE_API_KEY", "pk_live_PublishedToEveryone0123"),
        ("STRIPE_API_KEY", "sk_test_short"),
        ("STRIPE_API_KEY", "sk_test_aaaaaaaaaaaaaaaaaaaaaaaa"),
        ("STRIPE_API_BASE", "http://stripe.example.com"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_short"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_abababababababababababab"),
        ("STRIPE_PRICE_PRO", "prod_NotAPrice"),
        ("STRIPE_PRICE_PRO", PRICE_ENTERPRISE),
        ("STRIPE_METER_EVENT", "two words"),
        ("SHEETBRAIN_PUBLIC_URL", "sheets.example.com"),
    ] {
        let stripe = "http://127.0.0.1:9".to_owned();
        let start = Start::default()
            .with("STRIPE_API_KEY", tests::stripe::KEY)
            .with("STRIPE_API_BASE", &stripe)
            .with("STRIPE_PRICE_ENTERPRISE", PRICE_ENTERPRISE);
        let (code, said) = start.with(name, value).refused().await;
        assert_eq!(code, 2, "{name}={value}: {said}");
        assert!(said.contains(name), "{name}={value}: {said}");
        let is_secret = name.contains("KEY") || name.contains("SECRET");
        assert!(!is_secret || !said.contains(value), "{said}");
    }
}

#[tokio::test]
async fn no_secret_is_answered_or_logged() {
    use tokio::io::AsyncReadExt;
    let stripe = Stripe::start().await;
    let server = Server::start().await;
    let member = server.member("org:admin").await;
    // A key that Stripe refuses, in an answer that quotes it.
    let canary = "sk_live_CanaryCanary0123456789abcd";
    let mut command = stripe
        .settings()
        .with("STRIPE_API_KEY", canary)
        .with("RUST_LOG", "trace")
        .command();
    command
        .env("DATABASE_URL", database_url(&server))
        .stderr(std::process::Stdio::piped());
    let (mut child, url) = started(command).await;
    let mut errors = child.stderr.take().unwrap();
    let log = tokio::spawn(async move {
        let mut log = String::new();
        let _ = errors.read_to_string(&mut log).await;
        log
    });
    let client = client();
    let request = client
        .post(format!("{url}/api/billing"))
        .header("x-user-org", &member.0)
        .header("x-user-id", &member.1)
        .json(&json!({"plan": "pro"}));
    let answer = send(request).await.expect_problem(500, "internal");
    let forged = client
        .post(format!("{url}/api/webhooks/stripe"))
        .header("stripe-signature", "t=1,v1=00");
    let _ = send(forged).await.expect_problem(401, "webhook-rejected");
    let metrics = send(client.request(Method::GET, format!("{url}/metrics"))).await;
    child.kill().await.unwrap();
    let log = log.await.unwrap();
    assert!(log.contains("Stripe refuses with 401"), "{log}");
    for text in [&answer.text, &metrics.text, &log] {
        for secret in ["CanaryCanary", "OnlyForTests"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

fn database_url(server: &Server) -> String {
    server.database.to_url_lossy().to_string()
}
