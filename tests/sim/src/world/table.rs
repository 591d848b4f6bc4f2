//! Rows of one kind, by SID and by age.

use std::collections::BTreeMap;

/// Rows that can be paged: each has a place that grows with its age.
pub(crate) trait Rows: Copy {
    /// A row, borrowed or made for the occasion.
    type Row;

    fn place(self, sid: &str) -> Option<u64>;

    /// The rows below a place, newest first.
    fn older_than(self, place: u64) -> impl Iterator<Item = Self::Row>;

    /// The rows above a place, oldest first.
    fn newer_than(self, place: u64) -> impl Iterator<Item = Self::Row>;
}

/// Rows by SID, ordered by a place that grows with every row made.
///
/// The place of a removed row stays known, so that a page token that names it goes on working.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<u64, T>,
    places: BTreeMap<String, u64>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { rows: BTreeMap::new(), places: BTreeMap::new() }
    }
}

impl<T> Table<T> {
    /// Adds a row that is newer than all others.
    pub(crate) fn insert(&mut self, sid: &str, row: T) {
        let place = self.places.len() as u64;
        self.places.insert(sid.to_string(), place);
        self.rows.insert(place, row);
    }

    pub(crate) fn get(&self, sid: &str) -> Option<&T> {
        self.rows.get(self.places.get(sid)?)
    }

    pub(crate) fn get_mut(&mut self, sid: &str) -> Option<&mut T> {
        self.rows.get_mut(self.places.get(sid)?)
    }

    pub(crate) fn remove(&mut self, sid: &str) -> Option<T> {
        self.rows.remove(self.places.get(sid)?)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows, newest first.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &T> {
        self.rows.values().rev()
    }

    /// The rows from a place on, oldest first.
    pub(crate) fn not_older_than(&self, place: u64) -> impl Iterator<Item = &T> {
        self.rows.range(place..).map(|(_, row)| row)
    }

    /// All rows, oldest first.
    pub(crate) fn oldest_first(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }
}

impl<'t, T> Rows for &'t Table<T> {
    type Row = &'t T;

    fn place(self, sid: &str) -> Option<u64> {
        self.places.get(sid).copied()
    }

    fn older_than(self, place: u64) -> impl Iterator<Item = &'t T> {
        self.rows.range(..place).rev().map(|(_, row)| row)
    }

    fn newer_than(self, place: u64) -> impl Iterator<Item = &'t T> {
        self.rows.range(place.saturating_add(1)..).map(|(_, row)| row)
    }
}

/// Rows that were made for one answer, in the order of the list, each with what a token names it by.
impl<'t, T> Rows for &'t [(String, T)] {
    type Row = &'t (String, T);

    fn place(self, key: &str) -> Option<u64> {
        let index = self.iter().position(|(own, _)| own == key)?;
        Some((self.len() - index) as u64)
    }

    fn older_than(self, place: u64) -> impl Iterator<Item = Self::Row> {
        let first = (self.len() as u64 + 1).saturating_sub(place) as usize;
        self.iter().skip(first)
    }

    fn newer_than(self, place: u64) -> impl Iterator<Item = Self::Row> {
        let count = (self.len() as u64).saturating_sub(place) as usize;
        self.iter().take(count).rev()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_row_keeps_its_place() {
        let mut table = Table::default();
        for sid in ["a", "b", "c"] {
            table.insert(sid, sid);
        }
        assert_eq!(table.remove("b"), Some("b"));
        assert_eq!(table.get("b"), None);
        table.insert("d", "d");
        assert_eq!(table.older_than(table.place("b").unwrap()).collect::<Vec<_>>(), [&"a"]);
        assert_eq!(table.newer_than(table.place("b").unwrap()).collect::<Vec<_>>(), [&"c", &"d"]);
        assert_eq!(table.newest_first().collect::<Vec<_>>(), [&"d", &"c", &"a"]);
    }

    #[test]
    fn rows_made_for_an_answer_keep_their_order() {
        let rows = ["a", "b", "c"].map(|key| (key.to_owned(), ()));
        let keys = |rows: &mut dyn Iterator<Item = &(String, ())>| -> String {
            rows.map(|(key, ())| key.as_str()).collect()
        };
        let rows = &rows[..];
        assert_eq!(keys(&mut rows.older_than(u64::MAX)), "abc");
        assert_eq!(keys(&mut rows.older_than(rows.place("a").unwrap())), "bc");
        assert_eq!(keys(&mut rows.newer_than(rows.place("c").unwrap())), "ba");
    }
}
