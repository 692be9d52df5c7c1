//! Which events of others came before: each takes effect once.

use sqlx::PgConnection;
use time::OffsetDateTime;

/// Who sends events.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sender {
    Clerk,
    Stripe,
}

impl Sender {
    const fn name(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Stripe => "stripe",
        }
    }
}

/// Remembers an event in the transaction of its effect; `false` when it came before.
///
/// Until the transaction ends, no other event of the sender gets further than this: they change
/// little and rarely, and one at a time keeps the steps that follow simple.
pub(super) async fn is_first(
    connection: &mut PgConnection,
    sender: Sender,
    id: &str,
    kind: &str,
    received_at: OffsetDateTime,
) -> Result<bool, sqlx::Error> {
    let remembered = sqlx::query!(
        "WITH turn AS MATERIALIZED
            (SELECT pg_advisory_xact_lock(hashtext('sheetbrain.' || $1::text)))
         INSERT INTO sheetbrain.webhook_events (source, event_id, event_type, received_at)
         SELECT $1, $2, $3, $4 FROM turn ON CONFLICT DO NOTHING",
        sender.name(),
        id,
        kind,
        received_at,
    )
    .execute(connection)
    .await?;
    Ok(remembered.rows_affected() == 1)
}
