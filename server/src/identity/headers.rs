//! Callers who name themselves in headers. Only a server that listens on loopback believes them.

use axum::http::HeaderMap;

use super::ClaimedIdentity;
use crate::error::{Error, Result};
use crate::problem::ProblemType;

/// Longer than any id of Clerk's.
const LONGEST_ID: usize = 255;

/// The ids in `x-user-id` and `x-user-org`.
pub(super) fn claimed(headers: &HeaderMap) -> Result<ClaimedIdentity> {
    Ok(ClaimedIdentity {
        clerk_user_id: id(headers, "x-user-id", "user_demo")?,
        clerk_org_id: id(headers, "x-user-org", "org_demo")?,
    })
}

fn id(headers: &HeaderMap, name: &str, example: &str) -> Result<String> {
    let refuse = |what: &str| {
        Error::new(
            ProblemType::Unauthenticated,
            format!("The header {name} {what}. Send Clerk's id, such as {example}."),
        )
    };
    let value = headers.get(name).ok_or_else(|| refuse("is missing"))?;
    let value = value
        .to_str()
        .map_err(|_| refuse("is not plain text"))?
        .trim();
    if value.is_empty() {
        return Err(refuse("is empty"));
    }
    if value.len() > LONGEST_ID {
        return Err(refuse("is too long"));
    }
    Ok(value.to_owned())
}
