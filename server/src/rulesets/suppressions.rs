//! Takes out of an audit what was silenced, and says what that was: nothing is left out without a
//! word.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::{AtomicI32, Ordering};

use analyzer::cell::{CellAddress, CellRange, Position, compress};
use analyzer::finding::{Finding, Fingerprint, Severity};
use analyzer::report::CellAudit;
use serde::Serialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::suppressions::StoredSuppression;

/// The suppressions of an organization, ready to be applied.
#[derive(Debug, Default)]
pub struct Suppressions {
    silencers: Vec<Silencer>,
    by_fingerprint: HashMap<String, Vec<usize>>,
    by_rule: HashMap<String, Vec<usize>>,
    locked: HashSet<String>,
}

#[derive(Debug)]
struct Silencer {
    id: Uuid,
    reason: String,
    expires_at: Option<OffsetDateTime>,
    place: Place,
    /// The Julian day on which a match was noted last.
    noted: AtomicI32,
}

#[derive(Debug)]
enum Place {
    Everywhere,
    Range(CellRange),
    /// In lower case.
    Sheet(String),
}

impl Place {
    fn holds(&self, address: &CellAddress) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Range(range) => {
                let (first, last, at) = (range.first, range.last, address.position);
                folded(range.sheet.as_deref()) == folded(address.sheet.as_deref())
                    && (first.column..=last.column).contains(&at.column)
                    && (first.row..=last.row).contains(&at.row)
            }
            Self::Sheet(sheet) => folded(address.sheet.as_deref()).as_ref() == Some(sheet),
        }
    }
}

/// Sheets are compared without regard to case, as spreadsheets do.
fn folded(sheet: Option<&str>) -> Option<String> {
    sheet.map(str::to_lowercase)
}

/// A finding that was silenced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Suppressed {
    /// What silenced it.
    pub suppression: Uuid,
    /// Why.
    pub reason: String,
    /// The rule's name.
    pub rule: String,
    /// How much it would matter.
    #[schema(value_type = String, example = "high")]
    pub severity: Severity,
    /// The finding's identity.
    pub fingerprint: String,
    /// Where it stands: `["B3", "C5:C9"]`.
    pub cells: Vec<String>,
}

/// What is collected of one silenced finding.
struct Collected {
    severity: Severity,
    sheets: BTreeMap<Option<String>, Vec<Position>>,
}

impl Suppressions {
    pub(super) fn new(stored: Vec<StoredSuppression>, locked: &[String]) -> Self {
        let mut suppressions = Self {
            locked: locked.iter().cloned().collect(),
            ..Self::default()
        };
        for one in stored {
            let number = suppressions.silencers.len();
            let place = match (&one.fingerprint, &one.cells, one.sheet) {
                (Some(fingerprint), ..) => {
                    let by_fingerprint = &mut suppressions.by_fingerprint;
                    by_fingerprint
                        .entry(fingerprint.clone())
                        .or_default()
                        .push(number);
                    Place::Everywhere
                }
                (None, Some(cells), _) => match cells.parse() {
                    Ok(range) => Place::Range(range),
                    Err(_) => continue,
                },
                (None, None, Some(sheet)) => Place::Sheet(sheet.to_lowercase()),
                (None, None, None) => continue,
            };
            if one.fingerprint.is_none()
                && let Some(rule) = one.rule
            {
                suppressions.by_rule.entry(rule).or_default().push(number);
            }
            suppressions.silencers.push(Silencer {
                id: one.id,
                reason: one.reason,
                expires_at: one.expires_at,
                place,
                noted: AtomicI32::new(one.last_matched_on.map_or(0, time::Date::to_julian_day)),
            });
        }
        suppressions
    }

    /// Takes what is silenced at that time out of the findings, and gives it.
    pub fn apply(&self, cells: &mut [CellAudit], now: OffsetDateTime) -> Vec<Suppressed> {
        if self.silencers.is_empty() {
            return Vec::new();
        }
        let mut silenced: BTreeMap<(usize, Fingerprint, String), Collected> = BTreeMap::new();
        for cell in cells {
            let (address, Ok(audit)) = (&cell.address, &mut cell.outcome) else {
                continue;
            };
            audit.findings.retain(|finding| {
                let Some(number) = self.silencer_of(finding, address, now) else {
                    return true;
                };
                let key = (number, finding.fingerprint, finding.rule.to_string());
                let collected = silenced.entry(key).or_insert_with(|| Collected {
                    severity: finding.severity,
                    sheets: BTreeMap::new(),
                });
                let sheet = collected.sheets.entry(address.sheet.clone());
                sheet.or_default().push(address.position);
                false
            });
        }
        let told = silenced
            .into_iter()
            .filter_map(|((number, fingerprint, rule), collected)| {
                let by = self.silencers.get(number)?;
                Some(Suppressed {
                    suppression: by.id,
                    reason: by.reason.clone(),
                    rule,
                    severity: collected.severity,
                    fingerprint: fingerprint.to_string(),
                    cells: named(collected.sheets),
                })
            });
        told.collect()
    }

    /// The number of the first suppression that silences the finding.
    fn silencer_of(
        &self,
        finding: &Finding,
        address: &CellAddress,
        now: OffsetDateTime,
    ) -> Option<usize> {
        if self.locked.contains(finding.rule.as_ref()) {
            return None;
        }
        // Written out only where it may be found.
        let by_fingerprint = (!self.by_fingerprint.is_empty())
            .then(|| self.by_fingerprint.get(&finding.fingerprint.to_string()))
            .flatten();
        let by_rule = self.by_rule.get(finding.rule.as_ref());
        let candidates = by_fingerprint.into_iter().chain(by_rule).flatten();
        candidates.copied().find(|number| {
            self.silencers.get(*number).is_some_and(|silencer| {
                silencer.expires_at.is_none_or(|end| end > now) && silencer.place.holds(address)
            })
        })
    }

    /// Those of the suppressions that are not known yet to have matched on that day. Each is given
    /// once a day, so that an audit rarely writes to note it.
    #[must_use]
    pub fn newly_matched(&self, suppressed: &[Suppressed], day: time::Date) -> Vec<Uuid> {
        let day = day.to_julian_day();
        let matched: HashSet<Uuid> = suppressed.iter().map(|one| one.suppression).collect();
        let matching = self
            .silencers
            .iter()
            .filter(|one| matched.contains(&one.id));
        matching
            .filter(|one| one.noted.swap(day, Ordering::Relaxed) != day)
            .map(|one| one.id)
            .collect()
    }
}

/// The cells as ranges with their sheets' names.
fn named(sheets: BTreeMap<Option<String>, Vec<Position>>) -> Vec<String> {
    let ranges = sheets.into_iter().flat_map(|(sheet, positions)| {
        compress(positions).into_iter().map(move |(first, last)| {
            let range = CellRange {
                sheet: sheet.clone(),
                first,
                last,
            };
            range.to_string()
        })
    });
    ranges.collect()
}
