//! Decides about the audits of one batch from what the database says of their organizations, and
//! puts them in the order in which they are recorded. Pure: no database, no clock.

use std::collections::{BTreeMap, HashMap};

use time::OffsetDateTime;
use uuid::Uuid;

use super::recorder::Outcome;
use crate::clock::month_of;
use crate::db::audits::{Booking, Group, KnownKey, NewAudit, Standing};
use crate::plans::Plan;

/// An audit that waits to be recorded, with the version of the rules it was made with.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) audit: NewAudit,
    pub(super) rules_version: i64,
}

/// What is decided about each candidate, in their order. Those that are [`Outcome::Recorded`] still
/// have to be inserted.
pub(super) fn decide(
    candidates: &[&Candidate],
    standings: &[Standing],
    known_keys: &[KnownKey],
) -> Vec<Outcome> {
    let standings: HashMap<(Uuid, Option<Uuid>, &str), &Standing> = standings
        .iter()
        .map(|s| ((s.organization_id, s.user_id, s.month.as_str()), s))
        .collect();
    let mut keys: HashMap<(Uuid, &str), (&[u8], Uuid)> = known_keys
        .iter()
        .map(|k| {
            (
                (k.organization_id, k.key.as_str()),
                (k.request_hash.as_slice(), k.audit_id),
            )
        })
        .collect();
    let mut admitted = BTreeMap::<(Uuid, String), i32>::new();
    candidates
        .iter()
        .map(|candidate| {
            let audit = &candidate.audit;
            let organization = audit.organization_id;
            let month = month_of(audit.created_at);
            let standing = standings
                .get(&(organization, audit.user_id, month.as_str()))
                .copied();
            let Some(standing) = standing else {
                return Outcome::OrganizationGone;
            };
            if !standing.is_member {
                return Outcome::NotAMember;
            }
            let plan = standing.booking().plan_at(audit.created_at);
            let limit = plan.monthly_audits();
            let new = admitted.entry((organization, month)).or_default();
            let used = standing.used.saturating_add(*new);
            if let Some(key) = &audit.idempotency
                && let Some((hash, first)) = keys.get(&(organization, key.key.as_str()))
            {
                return if *hash == key.request_hash {
                    Outcome::Repeated {
                        audit_id: *first,
                        plan,
                        used,
                    }
                } else {
                    Outcome::KeyOfAnother
                };
            }
            if candidate.rules_version != standing.rules_version {
                return Outcome::RulesChanged;
            }
            if limit.is_some_and(|limit| used >= limit) {
                return Outcome::OverQuota { plan, used };
            }
            *new += 1;
            if let Some(key) = &audit.idempotency {
                keys.insert((organization, &key.key), (&key.request_hash, audit.id));
            }
            Outcome::Recorded {
                plan,
                used: used.saturating_add(1),
            }
        })
        .collect()
}

/// Audits of one organization in one month, by their places among the candidates.
#[derive(Debug)]
pub(super) struct Places<'a> {
    pub(super) organization_id: Uuid,
    pub(super) month: String,
    pub(super) rules_version: i64,
    pub(super) booking: &'a Booking,
    /// When the first of them was made.
    pub(super) first_at: OffsetDateTime,
    pub(super) indices: Vec<usize>,
}

impl Places<'_> {
    /// The plan at work.
    pub(super) fn plan(&self) -> Plan {
        self.booking.plan_at(self.first_at)
    }

    /// The audits, as the database is given them.
    pub(super) fn group<'a>(&'a self, candidates: &[&'a Candidate]) -> Group<'a> {
        let audits = self
            .indices
            .iter()
            .filter_map(|place| candidates.get(*place));
        Group {
            organization_id: self.organization_id,
            month: &self.month,
            rules_version: self.rules_version,
            booking: self.booking,
            most: self.plan().monthly_audits().unwrap_or(i32::MAX),
            audits: audits.map(|candidate| &candidate.audit).collect(),
        }
    }
}

/// Puts candidates that `chosen` says yes to into groups, in the order of organization and month.
///
/// Those of an organization whose booking is not known, and those that were made with other rules
/// than the group's first, are in none.
pub(super) fn grouped<'a>(
    candidates: &[&Candidate],
    bookings: &'a HashMap<Uuid, Booking>,
    chosen: impl Fn(usize, &NewAudit) -> bool,
) -> Vec<Places<'a>> {
    let mut groups = BTreeMap::<(Uuid, String), Places<'a>>::new();
    for (place, candidate) in candidates.iter().enumerate() {
        let audit = &candidate.audit;
        let Some(booking) = bookings.get(&audit.organization_id) else {
            continue;
        };
        if !chosen(place, audit) {
            continue;
        }
        let month = month_of(audit.created_at);
        let group = groups
            .entry((audit.organization_id, month.clone()))
            .or_insert_with(|| Places {
                organization_id: audit.organization_id,
                month,
                rules_version: candidate.rules_version,
                booking,
                first_at: audit.created_at,
                indices: Vec::new(),
            });
        if group.rules_version == candidate.rules_version {
            group.indices.push(place);
        }
    }
    groups.into_values().collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::db::audits::IdempotencyKey;
    use crate::plans::Plan;

    const ORGANIZATION: Uuid = Uuid::from_u128(1);
    const USER: Uuid = Uuid::from_u128(2);

    fn candidate(id: u128, key: Option<(&str, &str)>) -> Candidate {
        let audit = NewAudit {
            id: Uuid::from_u128(id),
            organization_id: ORGANIZATION,
            user_id: Some(USER),
            created_at: datetime!(2026-11-23 10:00 UTC),
            formula_count: 1,
            compliant_count: 1,
            issues_found: 0,
            duration_ms: 0.1,
            highest_severity: None,
            rules: "{}".to_owned(),
            input_hash: vec![],
            ruleset_hash: vec![],
            findings: None,
            idempotency: key.map(|(key, body)| IdempotencyKey {
                key: key.to_owned(),
                request_hash: body.as_bytes().to_vec(),
            }),
        };
        Candidate {
            audit,
            rules_version: 7,
        }
    }

    fn standing(used: i32) -> Standing {
        Standing {
            organization_id: ORGANIZATION,
            user_id: Some(USER),
            month: "2026-11".to_owned(),
            used,
            rules_version: 7,
            plan: Some("free".to_owned()),
            status: Some("active".to_owned()),
            period_end: None,
            is_member: true,
        }
    }

    fn decided(candidates: &[Candidate], standing: Standing) -> Vec<Outcome> {
        decide(&candidates.iter().collect::<Vec<_>>(), &[standing], &[])
    }

    #[test]
    fn the_first_ones_up_to_the_quota_are_recorded() {
        let outcomes = decided(&[candidate(1, None), candidate(2, None)], standing(9));
        assert_eq!(
            outcomes,
            [
                Outcome::Recorded {
                    plan: Plan::Free,
                    used: 10
                },
                Outcome::OverQuota {
                    plan: Plan::Free,
                    used: 10
                }
            ]
        );
    }

    #[test]
    fn the_same_key_twice_in_one_batch_counts_once() {
        let twice = [
            candidate(1, Some(("k", "body"))),
            candidate(2, Some(("k", "body"))),
        ];
        let outcomes = decided(&twice, standing(9));
        assert_eq!(
            outcomes[1],
            Outcome::Repeated {
                audit_id: Uuid::from_u128(1),
                plan: Plan::Free,
                used: 10
            }
        );
    }

    #[test]
    fn a_key_used_for_another_body_is_refused() {
        let two = [
            candidate(1, Some(("k", "one"))),
            candidate(2, Some(("k", "two"))),
        ];
        assert_eq!(decided(&two, standing(0))[1], Outcome::KeyOfAnother);
    }

    #[test]
    fn an_audit_made_with_older_rules_is_made_again() {
        let mut newer = standing(0);
        newer.rules_version = 8;
        assert_eq!(
            decided(&[candidate(1, None)], newer),
            [Outcome::RulesChanged]
        );
    }

    #[test]
    fn audits_made_with_two_versions_of_the_rules_are_not_recorded_together() {
        let mut newer = candidate(2, None);
        newer.rules_version = 8;
        let candidates = [&candidate(1, None), &newer, &candidate(3, None)];
        let bookings = HashMap::from([(ORGANIZATION, Booking::default())]);
        let groups = grouped(&candidates, &bookings, |_, _| true);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].indices, [0, 2]);
    }

    #[test]
    fn a_member_who_left_records_nothing() {
        let mut left = standing(0);
        left.is_member = false;
        assert_eq!(decided(&[candidate(1, None)], left), [Outcome::NotAMember]);
    }
}
