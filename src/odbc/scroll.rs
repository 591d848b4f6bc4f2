//! Where a fetch of a static cursor goes: the positions of rowsets (SQLFetchScroll, "Positioning the Cursor").
//!
//! Rows are counted from 1. How many there are is known only once all have been read, so each rule asks for no more than
//! it needs to be decided.

use crate::error::Result;

/// A fetch orientation with its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Next,
    Prior,
    First,
    Last,
    Absolute(isize),
    Relative(isize),
    /// From the row of a bookmark.
    Bookmark(usize, isize),
}

/// Where the cursor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    BeforeFirst,
    /// On a rowset: its first row, and how many rows it was to have.
    On(usize, usize),
    AfterLast,
}

/// Where the cursor goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    BeforeFirst,
    /// To the rowset that begins with that row.
    Row(usize),
    /// To the first rowset, though what was asked for begins before it (01S06).
    Clipped,
    AfterLast,
}

/// The rows of a result.
pub trait Extent {
    /// Whether there is a row of that number.
    fn has(&mut self, row: usize) -> Result<bool>;

    /// How many rows there are.
    fn count(&mut self) -> Result<usize>;
}

/// Where a move of a rowset of `size` rows leads to.
///
/// # Errors
/// Those of `rows`.
pub fn target(step: Move, place: Place, size: usize, rows: &mut impl Extent) -> Result<Target> {
    use Place::{AfterLast, BeforeFirst, On};
    match (step, place) {
        (Move::Next, BeforeFirst) | (Move::First, _) => at(1, rows),
        (Move::Next, On(start, old_size)) => at(start as i128 + old_size as i128, rows),
        (Move::Next, AfterLast) => Ok(Target::AfterLast),
        (Move::Prior, BeforeFirst | On(1, _)) => Ok(Target::BeforeFirst),
        (Move::Prior, On(start, _)) if start <= size => Ok(Target::Clipped),
        (Move::Prior, On(start, _)) => Ok(Target::Row(start - size)),
        (Move::Prior, AfterLast) => Ok(match rows.count()? {
            0 => Target::BeforeFirst,
            last if last < size => Target::Clipped,
            last => Target::Row(last - size + 1),
        }),
        (Move::Last, _) => Ok(match rows.count()? {
            0 => Target::AfterLast,
            last => Target::Row(last.saturating_sub(size) + 1),
        }),
        (Move::Relative(offset), BeforeFirst) if offset > 0 => at(offset as i128, rows),
        (Move::Relative(_), BeforeFirst) => Ok(Target::BeforeFirst),
        (Move::Relative(offset), AfterLast) if offset < 0 => from_end(offset, size, rows),
        (Move::Relative(_), AfterLast) => Ok(Target::AfterLast),
        (Move::Relative(offset), On(start, _)) => match plus(start, offset) {
            row if row >= 1 => at(row, rows),
            _ if start > 1 && offset.unsigned_abs() <= size => Ok(Target::Clipped),
            _ => Ok(Target::BeforeFirst),
        },
        (Move::Absolute(0), _) => Ok(Target::BeforeFirst),
        (Move::Absolute(offset), _) if offset < 0 => from_end(offset, size, rows),
        (Move::Absolute(offset), _) => at(offset as i128, rows),
        (Move::Bookmark(row, offset), _) => match plus(row, offset) {
            row if row >= 1 => at(row, rows),
            _ => Ok(Target::BeforeFirst),
        },
    }
}

fn plus(row: usize, offset: isize) -> i128 {
    row as i128 + offset as i128
}

fn at(row: i128, rows: &mut impl Extent) -> Result<Target> {
    let Ok(row) = usize::try_from(row) else { return Ok(Target::AfterLast) };
    Ok(if rows.has(row)? { Target::Row(row) } else { Target::AfterLast })
}

/// The row that is `-offset` before the end.
fn from_end(offset: isize, size: usize, rows: &mut impl Extent) -> Result<Target> {
    let (last, distance) = (rows.count()?, offset.unsigned_abs());
    Ok(match last {
        _ if distance <= last => Target::Row(last - distance + 1),
        1.. if distance <= size => Target::Clipped,
        _ => Target::BeforeFirst,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A result of `count` rows that remembers how far it was read.
    struct Rows {
        count: usize,
        read: usize,
    }

    impl Extent for Rows {
        fn has(&mut self, row: usize) -> Result<bool> {
            self.read = self.read.max(row);
            Ok(row <= self.count)
        }

        fn count(&mut self) -> Result<usize> {
            self.read = usize::MAX;
            Ok(self.count)
        }
    }

    /// The model: rows lie on a line of whole numbers, and a rowset is an interval of it. A move says where the interval
    /// begins; a begin before the first row is the first row, with a warning, if the interval holds that row and the
    /// move does not come from there, and no row otherwise.
    fn model(step: Move, place: Place, size: i64, last: i64) -> Target {
        let on = |begin: i64| match begin {
            _ if begin > last => Target::AfterLast,
            _ => Target::Row(begin as usize),
        };
        // `distance`: how far before its base the rowset was to begin.
        let before = |distance: i64, from_first: bool| match distance <= size && !from_first && last > 0 {
            true => Target::Clipped,
            false => Target::BeforeFirst,
        };
        let absolute = |offset: i64| match offset {
            0 => Target::BeforeFirst,
            1.. => on(offset),
            _ if last + offset + 1 >= 1 => on(last + offset + 1),
            _ => before(-offset, false),
        };
        match (step, place) {
            (Move::First, _) => on(1),
            (Move::Last, _) => on((last - size + 1).max(1)),
            (Move::Absolute(offset), _) => absolute(offset as i64),
            (Move::Bookmark(row, offset), _) => match row as i64 + offset as i64 {
                begin @ 1.. => on(begin),
                _ => Target::BeforeFirst,
            },
            (Move::Next, Place::BeforeFirst) => on(1),
            (Move::Next, Place::On(start, old)) => on((start + old) as i64),
            (Move::Next, Place::AfterLast) => Target::AfterLast,
            (Move::Prior, Place::BeforeFirst) => Target::BeforeFirst,
            // As if the rowset after the last row were being left backwards.
            (Move::Prior, Place::AfterLast) => match last - size + 1 {
                begin @ 1.. => on(begin),
                _ => before(0, false),
            },
            (Move::Prior, Place::On(start, _)) => match start as i64 - size {
                begin @ 1.. => on(begin),
                _ => before(size, start == 1),
            },
            (Move::Relative(offset), Place::On(start, _)) => match start as i64 + offset as i64 {
                begin @ 1.. => on(begin),
                _ => before(-offset as i64, start == 1),
            },
            (Move::Relative(offset), Place::BeforeFirst) if offset > 0 => absolute(offset as i64),
            (Move::Relative(_), Place::BeforeFirst) => Target::BeforeFirst,
            (Move::Relative(offset), Place::AfterLast) if offset < 0 => absolute(offset as i64),
            (Move::Relative(_), Place::AfterLast) => Target::AfterLast,
        }
    }

    #[test]
    fn every_move_from_every_place_is_as_in_the_model() {
        let mut tried = 0;
        for last in 0..=7usize {
            let mut places = vec![Place::BeforeFirst, Place::AfterLast];
            places.extend((1..=last).flat_map(|start| (1..=9).map(move |size| Place::On(start, size))));
            let mut moves = vec![Move::Next, Move::Prior, Move::First, Move::Last];
            for offset in -18..=18 {
                moves.extend([Move::Absolute(offset), Move::Relative(offset)]);
                moves.extend((1..=last).map(|row| Move::Bookmark(row, offset)));
            }
            for (place, step, size) in places.iter().flat_map(|&place| {
                moves.iter().flat_map(move |&step| (1..=9).map(move |size| (place, step, size)))
            }) {
                let mut rows = Rows { count: last, read: 0 };
                let found = target(step, place, size, &mut rows).unwrap();
                let what = format!("{step:?} from {place:?}, {size} of {last} rows");
                assert_eq!(found, model(step, place, size as i64, last as i64), "{what}");
                match found {
                    Target::Row(row) => assert!((1..=last).contains(&row), "{what}"),
                    Target::Clipped => assert!(last > 0, "{what}"),
                    _ => {}
                }
                tried += 1;
            }
        }
        assert!(tried > 300_000, "{tried}");
    }

    #[test]
    fn only_what_counts_from_the_end_reads_all_rows() {
        let on = Place::On(3, 2);
        for (step, place, read) in [
            (Move::First, on, 1),
            (Move::Next, Place::BeforeFirst, 1),
            (Move::Next, on, 5),
            (Move::Absolute(4), on, 4),
            (Move::Absolute(0), on, 0),
            (Move::Relative(4), on, 7),
            (Move::Relative(-2), on, 1),
            (Move::Prior, on, 0),
            (Move::Bookmark(2, 1), on, 3),
            (Move::Next, Place::AfterLast, 0),
            (Move::Last, on, usize::MAX),
            (Move::Absolute(-1), on, usize::MAX),
        ] {
            let mut rows = Rows { count: 100, read: 0 };
            target(step, place, 2, &mut rows).unwrap();
            assert_eq!(rows.read, read, "{step:?}");
        }
    }

    #[test]
    fn offsets_of_any_size_are_taken() {
        let mut rows = Rows { count: 3, read: 0 };
        let mut go = |step| target(step, Place::On(2, usize::MAX), 1, &mut rows).unwrap();
        assert_eq!(go(Move::Absolute(isize::MAX)), Target::AfterLast);
        assert_eq!(go(Move::Absolute(isize::MIN)), Target::BeforeFirst);
        assert_eq!(go(Move::Relative(isize::MAX)), Target::AfterLast);
        assert_eq!(go(Move::Relative(isize::MIN)), Target::BeforeFirst);
        assert_eq!(go(Move::Bookmark(usize::MAX, isize::MAX)), Target::AfterLast);
        assert_eq!(go(Move::Next), Target::AfterLast);
    }
}
