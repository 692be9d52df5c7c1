//! Requests that were taken out of an organization's bucket ahead of time and are spent here,
//! without asking the database for each. Pure: time is given.
//!
//! What is leased is counted in the database already, so nothing is admitted twice whatever happens
//! to a lease; what is not spent is given back.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use time::OffsetDateTime;
use uuid::Uuid;

/// How long a lease may be spent: what another server can not have meanwhile.
pub(super) const LIFETIME: Duration = Duration::from_millis(250);
/// The most requests in one lease.
const LARGEST: i32 = 1024;

/// Requests of one organization, taken but not yet spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    /// The end of the window that they were taken in, by the database's clock.
    pub(super) window: OffsetDateTime,
    /// The same by this server's clock, or a little before.
    pub(super) resets_at: Instant,
    /// After that, they are not spent any more.
    pub(super) expires_at: Instant,
    /// How many they were.
    pub(super) size: i32,
    /// How many of them are left.
    pub(super) left: i32,
    /// How many were admitted in the window, with all of these.
    pub(super) used: i32,
}

/// One request out of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent {
    /// How many were admitted in the window, with this one.
    pub(super) used: i32,
    /// Until the window is over.
    pub(super) resets_in: Duration,
}

/// What one organization's lease still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unspent {
    /// The window that it belongs to.
    pub(super) window: OffsetDateTime,
    /// How many requests.
    pub(super) left: i32,
}

/// The leases of this server.
#[derive(Debug, Default)]
pub(super) struct Leases(HashMap<Uuid, Lease>);

impl Leases {
    /// Keeps a lease, unless it is empty.
    pub(super) fn keep(&mut self, organization: Uuid, lease: Lease) {
        if lease.left > 0 {
            self.0.insert(organization, lease);
        }
    }

    /// Spends one request, if there is one.
    pub(super) fn spend(&mut self, organization: Uuid, now: Instant) -> Option<Spent> {
        let lease = self.0.get_mut(&organization)?;
        if lease.left == 0 || now >= lease.expires_at {
            return None;
        }
        lease.left -= 1;
        Some(Spent {
            used: lease.used - lease.left,
            resets_in: lease.resets_at.saturating_duration_since(now),
        })
    }

    /// Ends the organization's lease, and says how many to lease next when `waiting` requests had to
    /// ask: none for one that comes alone, and otherwise twice as many as were spent of the last one.
    pub(super) fn end(&mut self, organization: Uuid, waiting: i32) -> (Option<Unspent>, i32) {
        let lease = self.0.remove(&organization);
        let spent = lease.map_or(0, |lease| lease.size - lease.left);
        let next = 2 * (waiting.clamp(1, LARGEST) - 1 + spent);
        (lease.and_then(unspent), next.min(LARGEST))
    }

    /// Ends the leases that have expired by then, in no particular order. How much of one was spent
    /// is known for a [`LIFETIME`] more: an organization that stays busy need not begin small again.
    pub(super) fn expired(&mut self, now: Instant) -> Vec<(Uuid, Unspent)> {
        let mut ended = Vec::new();
        self.0.retain(|organization, lease| {
            if now < lease.expires_at {
                return true;
            }
            let Some(unspent) = unspent(*lease) else {
                return false;
            };
            ended.push((*organization, unspent));
            lease.size -= lease.left;
            lease.left = 0;
            lease.expires_at = now + LIFETIME;
            lease.size > 0
        });
        ended
    }

    /// When the next lease expires.
    pub(super) fn next_expiry(&self) -> Option<Instant> {
        self.0.values().map(|lease| lease.expires_at).min()
    }
}

fn unspent(lease: Lease) -> Option<Unspent> {
    (lease.left > 0).then_some(Unspent {
        window: lease.window,
        left: lease.left,
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const ORGANIZATION: Uuid = Uuid::from_u128(1);
    const WINDOW: OffsetDateTime = datetime!(2026-11-23 10:01 UTC);

    /// Leases with one of three requests, after which 10 are used.
    fn with_three(now: Instant) -> Leases {
        let mut leases = Leases::default();
        let lease = Lease {
            window: WINDOW,
            resets_at: now + Duration::from_mins(1),
            expires_at: now + LIFETIME,
            size: 3,
            left: 3,
            used: 10,
        };
        leases.keep(ORGANIZATION, lease);
        leases
    }

    #[test]
    fn a_lease_is_spent_one_by_one_until_it_is_empty() {
        let now = Instant::now();
        let mut leases = with_three(now);
        let used: Vec<_> = std::iter::from_fn(|| leases.spend(ORGANIZATION, now))
            .map(|spent| spent.used)
            .collect();
        assert_eq!(used, [8, 9, 10]);
    }

    #[test]
    fn an_expired_lease_is_not_spent_but_given_back() {
        let now = Instant::now();
        let mut leases = with_three(now);
        let _ = leases.spend(ORGANIZATION, now);
        let late = now + LIFETIME;
        assert_eq!(leases.spend(ORGANIZATION, late), None);
        let unspent = Unspent {
            window: WINDOW,
            left: 2,
        };
        assert_eq!(leases.expired(late), [(ORGANIZATION, unspent)]);
        assert_eq!(leases.expired(late), []);
    }

    #[test]
    fn a_request_that_comes_alone_leases_nothing() {
        assert_eq!(Leases::default().end(ORGANIZATION, 1), (None, 0));
    }

    #[test]
    fn what_was_spent_of_an_expired_lease_says_how_large_the_next_one_is() {
        let now = Instant::now();
        let mut leases = with_three(now);
        let _ = leases.spend(ORGANIZATION, now);
        let _ = leases.expired(now + LIFETIME);
        assert_eq!(leases.end(ORGANIZATION, 1), (None, 2));
    }

    #[test]
    fn an_expired_lease_is_forgotten_after_a_while() {
        let now = Instant::now();
        let mut leases = with_three(now);
        let _ = leases.spend(ORGANIZATION, now);
        let _ = leases.expired(now + LIFETIME);
        let _ = leases.expired(now + 2 * LIFETIME);
        assert_eq!(leases.next_expiry(), None);
    }

    #[test]
    fn a_lease_that_did_not_last_is_followed_by_a_larger_one() {
        let now = Instant::now();
        let mut leases = with_three(now);
        while leases.spend(ORGANIZATION, now).is_some() {}
        assert_eq!(leases.end(ORGANIZATION, 5), (None, 14));
    }
}
