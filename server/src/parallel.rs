//! Deals the cells of an audit out to all of rayon's threads: for the route and for the command
//! line, so that both give the same report. Blocks until the last cell is done.

use std::sync::Arc;

use analyzer::audit::Auditor;
use analyzer::cell::CellAddress;
use analyzer::names::Names;
use analyzer::parser::Locale;
use analyzer::report::{self, CellAudit, Circumstances};
use analyzer::ruleset::RuleSet;
use rayon::prelude::*;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::analysis::Abandoned;

/// The fewest formulas that are worth handing to another processor.
const SMALLEST_CHUNK: usize = 512;

/// Audits the cells of a workbook that defines these names; the result is in their order. When the
/// job is abandoned in its course, the cells not yet audited are missing.
#[must_use]
pub fn audit_cells(
    rules: &RuleSet,
    locale: Locale,
    names: &Arc<Names>,
    cells: Vec<(CellAddress, String)>,
    abandoned: &Abandoned,
) -> Vec<CellAudit> {
    let auditor = || Auditor::new(rules, locale).in_workbook(Arc::clone(names));
    if cells.len() <= SMALLEST_CHUNK {
        return report::audit_cells(&mut auditor(), cells);
    }
    // Large enough that copies of a formula mostly meet in one chunk, and enough chunks that no
    // processor is left waiting.
    let size = cells
        .len()
        .div_ceil(4 * rayon::current_num_threads())
        .max(SMALLEST_CHUNK);
    cells
        .into_par_iter()
        .chunks(size)
        .flat_map_iter(|cells| {
            if abandoned.get() {
                return Vec::new();
            }
            report::audit_cells(&mut auditor(), cells)
        })
        .collect()
}

/// What the report says of an audit that took from `started` to `finished`.
#[must_use]
pub fn circumstances(started: OffsetDateTime, finished: OffsetDateTime) -> Circumstances {
    Circumstances {
        // In whole microseconds first: as the nearest number to its three digits.
        duration: ((finished - started).as_seconds_f64() * 1e6).round() / 1e3,
        timestamp: started.format(&Rfc3339).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn a_duration_has_no_more_digits_than_the_clock() {
        let started = OffsetDateTime::UNIX_EPOCH;
        let taken = |microseconds| {
            let finished = started + Duration::microseconds(microseconds);
            circumstances(started, finished).duration.to_string()
        };
        assert_eq!(
            [taken(0), taken(701), taken(10_235)],
            ["0", "0.701", "10.235"]
        );
    }
}
