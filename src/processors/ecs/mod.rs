//! The Elastic Common Schema, by tables.
//!
//! A [`Row`] says which member of a record becomes which ECS field; a [`Class`] says what category an operation has.
//! There is one file of both a workload, and nothing else in it: [`common`], [`entra`], [`exchange`], [`sharepoint`].
//! One engine walks them:
//!
//! ```text
//! record ─ slots: one pass over the members, by name ─ rows ─ what needs several members ─ tree ─ event
//!              └ pairs: Name/Value arrays become objects, odd shapes `_raw`          raw members ─┘ o365.audit
//! ```
//!
//! A later table adds a workload by being named in [`rows`] and [`classes`].

pub mod address;
pub mod classify;
pub mod common;
pub mod entra;
pub mod exchange;
pub mod outcome;
pub mod record_types;
pub mod sharepoint;
pub mod user;

mod derive;
mod draft;
mod engine;
mod index;
mod members;
mod message;
mod pairs;
mod plan;
mod row;
mod slots;
pub(super) mod stamp;
mod transform;
mod tree;

pub use classify::Class;
pub use row::{How, Related, Row};

pub(super) use engine::{Mapper, Scratch};

/// All rows: a workload's own before those for every record, which they precede in effect too.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    [entra::ROWS, exchange::ROWS, sharepoint::ROWS, common::ROWS].into_iter().flatten()
}

/// All lines of the tables of categories.
pub fn classes() -> impl Iterator<Item = &'static Class> {
    [entra::CLASSES, exchange::CLASSES, sharepoint::CLASSES].into_iter().flatten()
}

/// Whether `text` is one of Microsoft's ways to say nothing, which count as absent for ECS fields.
pub fn is_absent(text: impl AsRef<str>) -> bool {
    let text = text.as_ref();
    text.len() <= 13 && matches!(text, "" | "null" | "<null>" | "Not Available")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ECS 8.17's allowed types of each category that we use.
    const ALLOWED: &[(&str, &[&str])] = &[
        ("authentication", &["start", "end", "info"]),
        ("configuration", &["access", "change", "creation", "deletion", "info"]),
        ("email", &["info"]),
        ("file", &["access", "change", "creation", "deletion", "info"]),
        ("host", &["access", "change", "end", "info", "start"]),
        ("iam", &["admin", "change", "creation", "deletion", "group", "info", "user"]),
    ];

    #[test]
    fn every_class_is_one_that_ecs_allows() {
        for class in classes() {
            let allowed = |category: &str| ALLOWED.iter().find(|(name, _)| *name == category).map(|(_, kinds)| *kinds);
            let kinds: Vec<&str> =
                class.category.iter().flat_map(|name| allowed(name).expect("a category of ECS")).copied().collect();
            for kind in class.kind {
                assert!(kinds.contains(kind), "{kind} of {class:?}");
            }
        }
    }

    #[test]
    fn every_row_leads_into_a_known_object_and_says_what_it_means() {
        for row in rows() {
            let top = row.to.split('.').next().unwrap_or_default();
            assert!(tree::ORDER.contains(&top), "{} has no place in the order", row.to);
            assert!(!row.what.is_empty() && !row.from.is_empty(), "{row:?}");
        }
    }
}
