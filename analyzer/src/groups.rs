//! Brings together what is the same finding in many cells, and names those cells by ranges.

use std::collections::{BTreeMap, HashMap};

use crate::cell::{CellAddress, CellRange, Position, compress};
use crate::finding::{Finding, Fingerprint, SentenceRef, Severity};
use crate::report::{CellAudit, Summary};

/// The most ranges that a finding names on every cell of its group. A group of more is named in
/// full on its first cell only, so that the report on many scattered copies stays as long as the
/// formulas and not as long as their square.
const MOST_RANGES: usize = 16;

/// The findings of an audit, each with all the cells it stands on.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    numbers: HashMap<(Fingerprint, Option<SentenceRef>), usize>,
    /// In the order in which their first cells were given.
    groups: Vec<Group>,
}

/// One finding with all the cells it stands on.
#[derive(Debug)]
pub(crate) struct Group {
    severity: Severity,
    /// The index of the first cell among the cells given.
    first: usize,
    sheets: BTreeMap<Option<String>, OnSheet>,
    /// All the cells as ranges with their sheets' names.
    ranges: Vec<String>,
}

/// The cells of one sheet.
#[derive(Debug)]
pub(crate) struct OnSheet {
    /// The index of the first cell among the cells given.
    pub(crate) first: usize,
    /// The index of the finding in that cell.
    pub(crate) finding: usize,
    positions: Vec<Position>,
}

impl Groups {
    pub(crate) fn of(cells: &[CellAudit]) -> Self {
        let mut groups = Self::default();
        for (index, cell) in cells.iter().enumerate() {
            let findings = cell.outcome.iter().flat_map(|audit| &audit.findings);
            for (number, finding) in findings.enumerate() {
                groups.add(index, &cell.address, number, finding);
            }
        }
        for group in &mut groups.groups {
            group.name_cells();
        }
        groups
    }

    fn add(&mut self, index: usize, address: &CellAddress, number: usize, finding: &Finding) {
        let next = self.groups.len();
        let key = (finding.fingerprint, finding.sentence);
        let place = *self.numbers.entry(key).or_insert(next);
        if place == next {
            self.groups.push(Group {
                severity: finding.severity,
                first: index,
                sheets: BTreeMap::new(),
                ranges: Vec::new(),
            });
        }
        let Some(group) = self.groups.get_mut(place) else {
            return;
        };
        if let Some(on_sheet) = group.sheets.get_mut(&address.sheet) {
            on_sheet.positions.push(address.position);
        } else {
            let on_sheet = OnSheet {
                first: index,
                finding: number,
                positions: vec![address.position],
            };
            group.sheets.insert(address.sheet.clone(), on_sheet);
        }
    }

    /// How many findings there are of each severity, each counted once.
    pub(crate) fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for group in &self.groups {
            summary.add(group.severity);
        }
        summary
    }

    /// What `cells` says of the finding on the cell at `index` of the cells given.
    pub(crate) fn cells(
        &self,
        index: usize,
        address: &CellAddress,
        finding: &Finding,
    ) -> Vec<String> {
        let key = (finding.fingerprint, finding.sentence);
        let place = self.numbers.get(&key).copied();
        match place.and_then(|place| self.groups.get(place)) {
            Some(group) if group.ranges.len() <= MOST_RANGES || group.first == index => {
                group.ranges.clone()
            }
            _ => vec![address.to_string()],
        }
    }

    /// Each group's cells on each sheet, with the cells as ranges without the sheet's name.
    pub(crate) fn on_sheets(&self) -> impl Iterator<Item = (Option<&str>, &OnSheet, Vec<String>)> {
        let sheets = self.groups.iter().flat_map(|group| &group.sheets);
        sheets.map(|(sheet, on_sheet)| {
            (
                sheet.as_deref(),
                on_sheet,
                ranges(None, &on_sheet.positions),
            )
        })
    }
}

impl Group {
    fn name_cells(&mut self) {
        let named = self
            .sheets
            .iter()
            .flat_map(|(sheet, on_sheet)| ranges(sheet.as_deref(), &on_sheet.positions));
        self.ranges = named.collect();
    }
}

fn ranges(sheet: Option<&str>, positions: &[Position]) -> Vec<String> {
    let range = |(first, last)| {
        let sheet = sheet.map(str::to_owned);
        CellRange { sheet, first, last }.to_string()
    };
    compress(positions.to_vec())
        .into_iter()
        .map(range)
        .collect()
}
