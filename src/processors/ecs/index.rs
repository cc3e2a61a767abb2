//! Names to what is known about them: asked thirty times a record.

/// A table that hashes four letters and the length of a name.
#[derive(Debug)]
pub(super) struct Index<T> {
    buckets: Vec<Option<(&'static str, T)>>,
}

impl<T> Index<T> {
    /// A table of `entries`, whose names differ.
    pub(super) fn new(entries: Vec<(&'static str, T)>) -> Self {
        let size = (entries.len() * 4).next_power_of_two().max(8);
        let mut index = Self { buckets: Vec::new() };
        index.buckets.resize_with(size, || None);
        for (name, value) in entries {
            let mut at = index.start(name);
            while index.buckets[at].is_some() {
                at = (at + 1) & (size - 1);
            }
            index.buckets[at] = Some((name, value));
        }
        index
    }

    /// What is known about `name`.
    pub(super) fn get(&self, name: &str) -> Option<&T> {
        let mut at = self.start(name);
        while let Some((found, value)) = &self.buckets[at] {
            if *found == name {
                return Some(value);
            }
            at = (at + 1) & (self.buckets.len() - 1);
        }
        None
    }

    fn start(&self, name: &str) -> usize {
        let bytes = name.as_bytes();
        let letter = |at: usize| usize::from(bytes.get(at).copied().unwrap_or(0));
        let length = bytes.len();
        let mixed =
            letter(0) | letter(length / 2) << 8 | letter(length.wrapping_sub(1)) << 16 | letter(length / 4) << 24;
        let hash = (mixed ^ length << 5).wrapping_mul(0x9e37_79b1);
        (hash >> 12) & (self.buckets.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_no_other() {
        let names = ["", "Id", "UserId", "UserIe", "UserKey", "Übung"];
        let index = Index::new(names.iter().copied().zip(0..).collect());
        for (at, name) in names.iter().enumerate() {
            assert_eq!(index.get(name), Some(&at));
        }
        assert_eq!(index.get("userid"), None);
    }
}
