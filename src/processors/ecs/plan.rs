//! The tables, made ready: names to slots, rows by record type.

use super::How;
use super::index::Index;
use super::members::{SHAPES, Shape, shape};
use super::row::Row;
use super::tree::Target;

/// Members that the engine itself reads; they have the first slots.
pub(super) mod known {
    pub(in super::super) const NAMES: &[&str] = &[
        "CreationTime",
        "Id",
        "Operation",
        "RecordType",
        "UserId",
        "ObjectId",
        "ResultStatus",
        "LogonError",
        "ErrorNumber",
        "ErrorCode",
        "SourceFileName",
        "RecordNumber",
        "SenderIp",
        "SenderIP",
    ];
    pub(in super::super) const CREATION_TIME: usize = 0;
    pub(in super::super) const ID: usize = 1;
    pub(in super::super) const OPERATION: usize = 2;
    pub(in super::super) const RECORD_TYPE: usize = 3;
    pub(in super::super) const USER_ID: usize = 4;
    pub(in super::super) const OBJECT_ID: usize = 5;
    pub(in super::super) const RESULT_STATUS: usize = 6;
    pub(in super::super) const LOGON_ERROR: usize = 7;
    pub(in super::super) const ERROR_NUMBER: usize = 8;
    pub(in super::super) const ERROR_CODE: usize = 9;
    pub(in super::super) const SOURCE_FILE_NAME: usize = 10;
    pub(in super::super) const RECORD_NUMBER: usize = 11;
    pub(in super::super) const SENDER_IPS: [usize; 2] = [12, 13];
}

/// What is to be done with a member of the record.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where its text is noted.
    pub(super) slot: usize,
    /// The shape it has under `o365.audit`.
    pub(super) shape: Shape,
    /// Names inside it, and their slots.
    pub(super) children: Vec<(&'static str, usize)>,
}

/// A row and where its names lead.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) row: &'static Row,
    pub(super) from: Vec<usize>,
    pub(super) target: Target,
}

/// All tables, made ready.
#[derive(Debug)]
pub(super) struct Plan {
    /// The record's members, by name.
    pub(super) members: Index<Entry>,
    /// How many slots there are.
    pub(super) slots: usize,
    steps: Vec<Step>,
    by_type: Vec<(i64, Vec<usize>)>,
    any_type: Vec<usize>,
}

impl Plan {
    pub(super) fn new(rows: impl Iterator<Item = &'static Row>) -> Self {
        let mut names = Names::default();
        for name in known::NAMES.iter().chain(SHAPES.iter().map(|(name, _)| name)) {
            names.slot(name);
        }
        let steps: Vec<Step> = rows
            .filter(|row| row.how != How::Derived || row.related.is_some())
            .map(|row| Step {
                row,
                from: row.from.iter().map(|path| names.slot(path)).collect(),
                target: Target::new(row.to),
            })
            .collect();
        let mut types: Vec<i64> = steps.iter().flat_map(|step| step.row.types).copied().collect();
        types.sort_unstable();
        types.dedup();
        let for_type = |record_type: Option<i64>| {
            let is_meant = |step: &Step| record_type.map_or(step.row.types.is_empty(), |known| step.row.is_for(known));
            steps.iter().enumerate().filter(|(_, step)| is_meant(step)).map(|(at, _)| at).collect()
        };
        let by_type = types.iter().map(|known| (*known, for_type(Some(*known)))).collect();
        let any_type = for_type(None);
        Self { slots: names.count, members: Index::new(names.entries), steps, by_type, any_type }
    }

    /// The rows for records of one type, in their order.
    pub(super) fn steps(&self, record_type: Option<i64>) -> impl Iterator<Item = &Step> {
        let found = record_type.and_then(|known| self.by_type.binary_search_by_key(&known, |(known, _)| *known).ok());
        found.map_or(&self.any_type, |at| &self.by_type[at].1).iter().map(|at| &self.steps[*at])
    }
}

#[derive(Default)]
struct Names {
    entries: Vec<(&'static str, Entry)>,
    count: usize,
}

impl Names {
    /// The slot of a member, or of a name inside one.
    fn slot(&mut self, path: &'static str) -> usize {
        let (name, inner) = path.split_once('.').map_or((path, None), |(name, inner)| (name, Some(inner)));
        let at = self.entries.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            let entry = Entry { slot: self.next(), shape: shape(name), children: Vec::new() };
            self.entries.push((name, entry));
            self.entries.len() - 1
        });
        let Some(inner) = inner else { return self.entries[at].1.slot };
        if let Some((_, slot)) = self.entries[at].1.children.iter().find(|(known, _)| *known == inner) {
            return *slot;
        }
        let slot = self.next();
        self.entries[at].1.children.push((inner, slot));
        slot
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_members_have_the_slots_that_the_engine_expects() {
        let plan = Plan::new(super::super::rows());
        for (slot, name) in known::NAMES.iter().enumerate() {
            assert_eq!(plan.members.get(name).map(|entry| entry.slot), Some(slot), "{name}");
        }
        assert!(plan.steps(Some(6)).any(|step| step.row.to == "url"));
        assert!(!plan.steps(Some(1)).any(|step| step.row.to == "url"));
    }
}
