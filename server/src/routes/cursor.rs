//! Where a page of a list begins: behind the time and the id of the last entry seen. So a later page
//! costs no more than the first, and nothing that is added meanwhile moves an entry to another page.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use crate::error::{Error, Result};

/// The place of an entry, as callers carry it around.
pub(crate) fn write_cursor(time: OffsetDateTime, id: Uuid) -> String {
    let time = time.format(&Rfc3339).unwrap_or_default();
    format!("{time}_{id}")
}

/// The place that [`write_cursor`] wrote.
pub(crate) fn read_cursor(cursor: &str) -> Result<(OffsetDateTime, Uuid)> {
    cursor
        .split_once('_')
        .and_then(|(time, id)| {
            Some((
                OffsetDateTime::parse(time, &Rfc3339).ok()?,
                id.parse().ok()?,
            ))
        })
        .ok_or_else(|| {
            Error::input(
                "/cursor",
                "cursor must be the nextCursor of an earlier page, unchanged.",
            )
        })
}
