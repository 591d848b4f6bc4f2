//! What one call delivers of a converted value: SQLGetData's pieces, a bound column's cut.

use std::borrow::Cow;

use crate::convert::{CData, Converted, Cut, errors};
use crate::error::Result;

/// The indicator of a NULL (SQL_NULL_DATA).
pub const NULL_DATA: isize = -1;

/// What goes into the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk<'d> {
    Bytes(&'d [u8]),
    /// UTF-16 units, to be stored in native byte order.
    Units(&'d [u16]),
    /// UTF-32 characters, to be stored in native byte order.
    Characters(&'d [u32]),
}

/// What becomes of the part of a value that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// It is lost: the cut comes between two characters.
    IsLost,
    /// The next call delivers it. The buffer is filled to its last unit, even if that divides a character:
    /// applications find the place of the next part by the size of their buffer, and not by what it holds
    /// (pyodbc among them), so a gap would corrupt what they put together. The parts in a row are the value.
    Follows,
}

/// What a buffer receives of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'d> {
    /// The data, without terminator. Never longer than the buffer, except that a value of fixed size ignores
    /// the buffer's length.
    pub chunk: Chunk<'d>,
    /// Zero bytes to write after the data: 0, 1, 2 or 4.
    pub terminator: usize,
    /// The length/indicator value: bytes left before this call, without terminator; [`NULL_DATA`] for NULL.
    pub indicator: isize,
    /// Whether something is left behind, be it the terminator (01004).
    pub truncated: bool,
    /// Whether the value is now consumed, so that SQLGetData answers SQL_NO_DATA to the next call. A probe with a
    /// capacity of 0 never consumes a value of variable length, not even an empty one.
    pub complete: bool,
    /// The offset for the next call. It equals the one given when nothing was consumed: a probe, or a buffer
    /// that cannot hold one unit.
    pub next: usize,
}

/// What a buffer of `capacity` bytes receives of `value` from `offset` on: 0 at first, then the `next` of the
/// part before, opaque to the caller.
///
/// - A value of fixed size is delivered whole, whatever the capacity.
/// - Whether a UTF-8 sequence or a surrogate pair may be split depends on what becomes of the `rest`.
/// - A capacity of 0 consumes nothing and reports the length, and so does a capacity below a terminator, which
///   also writes nothing. A capacity that ends in the midst of a wide unit counts as if it ended before.
///
/// # Errors
/// 22003 when a number's or a date's text would be cut where that changes the value. Nothing is to be written.
pub fn take<'d>(value: &'d Converted<'_>, offset: usize, capacity: usize, rest: Rest) -> Result<Part<'d>> {
    match &value.data {
        CData::Null => Ok(Part {
            chunk: Chunk::Bytes(&[]),
            terminator: 0,
            indicator: NULL_DATA,
            truncated: false,
            complete: true,
            next: offset,
        }),
        CData::Fixed(fixed) => {
            let bytes = fixed.as_bytes();
            Ok(Part {
                chunk: Chunk::Bytes(bytes),
                terminator: 0,
                indicator: bytes.len() as isize,
                truncated: false,
                complete: true,
                next: bytes.len(),
            })
        }
        CData::Narrow(text) => {
            let fit = Fit::new(text.len(), offset, capacity, 1);
            let end = fit.end(value.cut, |end| match rest {
                Rest::IsLost => text.floor_char_boundary(end),
                Rest::Follows => end,
            })?;
            Ok(fit.part(end, 1, Chunk::Bytes(&text.as_bytes()[fit.start..end])))
        }
        CData::Wide(units) => {
            let fit = Fit::new(units.len(), offset, capacity / 2, 1);
            let end = fit.end(value.cut, |end| match rest {
                Rest::IsLost => end - usize::from(splits_pair(units, end)),
                Rest::Follows => end,
            })?;
            Ok(fit.part(end, 2, Chunk::Units(&units[fit.start..end])))
        }
        CData::Wide32(characters) => {
            let fit = Fit::new(characters.len(), offset, capacity / 4, 1);
            let end = fit.end(value.cut, |end| end)?;
            Ok(fit.part(end, 4, Chunk::Characters(&characters[fit.start..end])))
        }
        CData::Binary(bytes) => {
            let fit = Fit::new(bytes.len(), offset, capacity, 0);
            let end = fit.end(value.cut, |end| end)?;
            Ok(fit.part(end, 1, Chunk::Bytes(&bytes[fit.start..end])))
        }
    }
}

/// Whether a cut before the unit at `end` would come between the two halves of a surrogate pair.
pub(super) fn splits_pair(units: &[u16], end: usize) -> bool {
    end > 0 && end < units.len() && (0xD800..0xDC00).contains(&units[end - 1])
}

/// A buffer held against what is left of a value, in units of the value.
struct Fit {
    len: usize,
    start: usize,
    capacity: usize,
    /// Units of the terminator that fits: 0 or 1.
    terminator: usize,
    /// Whether a terminator is wanted that does not fit.
    unterminated: bool,
}

impl Fit {
    fn new(len: usize, offset: usize, capacity: usize, terminator: usize) -> Fit {
        let unterminated = capacity < terminator;
        let terminator = if unterminated { 0 } else { terminator };
        Fit { len, start: offset.min(len), capacity, terminator, unterminated }
    }

    /// Where the part ends: at the value's end if that fits, otherwise where `floor` allows it.
    fn end(&self, cut: Cut, floor: impl Fn(usize) -> usize) -> Result<usize> {
        let room = self.start.saturating_add(self.capacity - self.terminator);
        if room >= self.len {
            return Ok(self.len);
        }
        if self.capacity == 0 {
            return Ok(self.start);
        }
        match cut {
            Cut::Anywhere => Ok(floor(room).max(self.start)),
            Cut::Pairs => Ok(room & !1),
            Cut::After(needed) if room < needed => Err(errors::buffer_too_small(needed)),
            Cut::After(_) => Ok(floor(room).max(self.start)),
        }
    }

    fn part<'d>(&self, end: usize, unit: usize, chunk: Chunk<'d>) -> Part<'d> {
        let truncated = end < self.len || self.unterminated;
        Part {
            chunk,
            terminator: self.terminator * unit,
            indicator: ((self.len - self.start) * unit) as isize,
            truncated,
            complete: !truncated && self.capacity > 0,
            next: end,
        }
    }
}

impl Part<'_> {
    /// Bytes that are written: the data and the terminator.
    pub fn written(&self) -> usize {
        self.chunk.byte_len() + self.terminator
    }

    /// Writes data and terminator to the start of `buffer`, which holds at least [`Part::written`] bytes.
    pub fn write(&self, buffer: &mut [u8]) {
        let (data, rest) = buffer.split_at_mut(self.chunk.byte_len());
        match self.chunk {
            Chunk::Bytes(bytes) => data.copy_from_slice(bytes),
            Chunk::Units(units) => {
                for (pair, unit) in data.chunks_exact_mut(2).zip(units) {
                    pair.copy_from_slice(&unit.to_ne_bytes());
                }
            }
            Chunk::Characters(characters) => {
                for (bytes, character) in data.chunks_exact_mut(4).zip(characters) {
                    bytes.copy_from_slice(&character.to_ne_bytes());
                }
            }
        }
        rest[..self.terminator].fill(0);
    }
}

impl<'d> Chunk<'d> {
    /// Length in bytes.
    pub fn byte_len(&self) -> usize {
        match self {
            Chunk::Bytes(bytes) => bytes.len(),
            Chunk::Units(units) => units.len() * 2,
            Chunk::Characters(characters) => characters.len() * 4,
        }
    }

    /// The bytes in native order.
    pub fn to_bytes(&self) -> Cow<'d, [u8]> {
        match self {
            Chunk::Bytes(bytes) => Cow::Borrowed(bytes),
            Chunk::Units(units) => units.iter().flat_map(|unit| unit.to_ne_bytes()).collect(),
            Chunk::Characters(characters) => characters.iter().flat_map(|c| c.to_ne_bytes()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::{CTarget, CType, Wchar, to_c};
    use crate::model::{ColumnType, DataType};
    use crate::value::ValueRef;

    const TEXT: ColumnType = ColumnType::text(100);

    fn text(text: &str, c_type: CType) -> Converted<'_> {
        to_c(ValueRef::Text(text), &TEXT, &CTarget::new(c_type)).unwrap()
    }

    /// For an application whose SQLWCHAR has four bytes.
    fn utf32(text: &str) -> Converted<'_> {
        let target = CTarget { wchar: Wchar::Utf32, ..CTarget::new(CType::WChar) };
        to_c(ValueRef::Text(text), &TEXT, &target).unwrap()
    }

    /// Every part that buffers of `capacity` bytes receive: data and terminator, indicator.
    fn parts(value: &Converted<'_>, capacity: usize) -> Vec<(Vec<u8>, isize)> {
        let mut parts = Vec::new();
        let mut offset = 0;
        loop {
            let part = take(value, offset, capacity, Rest::Follows).unwrap();
            assert!(part.written() <= capacity);
            let mut buffer = vec![0xaa; capacity];
            part.write(&mut buffer);
            assert!(buffer[part.written()..].iter().all(|&b| b == 0xaa));
            buffer.truncate(part.written());
            parts.push((buffer, part.indicator));
            assert_eq!(part.truncated, !part.complete);
            if part.complete {
                return parts;
            }
            assert!(part.next > offset);
            offset = part.next;
        }
    }

    #[test]
    fn the_indicator_counts_what_is_left_before_the_call() {
        let value = text("abcdefg", CType::Char);
        let expected = [(b"abc\0".to_vec(), 7), (b"def\0".to_vec(), 4), (b"g\0".to_vec(), 1)];
        assert_eq!(parts(&value, 4), expected);
        assert_eq!(parts(&value, 8), [(b"abcdefg\0".to_vec(), 7)]);
        assert_eq!(parts(&value, 7).len(), 2);
    }

    #[test]
    fn parts_fill_the_buffer_and_make_up_the_value() {
        let value = text("a😀é€", CType::Char);
        for capacity in 2..=11 {
            let parts = parts(&value, capacity);
            let (last, full) = parts.split_last().unwrap();
            assert!(full.iter().all(|(bytes, _)| bytes.len() == capacity && bytes.ends_with(&[0])));
            assert!(last.0.len() <= capacity);
            let whole = parts.iter().flat_map(|(bytes, _)| &bytes[..bytes.len() - 1]).copied();
            assert_eq!(whole.collect::<Vec<u8>>(), "a😀é€".as_bytes());
        }
        let value = text("a😀é😀", CType::WChar);
        for capacity in 4..=15 {
            let units = parts(&value, capacity).into_iter().flat_map(|(bytes, _)| {
                let units = bytes.chunks_exact(2).map(|b| u16::from_ne_bytes([b[0], b[1]]));
                units.take(bytes.len() / 2 - 1).collect::<Vec<_>>()
            });
            assert_eq!(units.collect::<Vec<u16>>(), "a😀é😀".encode_utf16().collect::<Vec<_>>());
        }
        let value = utf32("a😀é😀");
        for capacity in 8..=25 {
            let parts = parts(&value, capacity);
            assert_eq!(parts.len(), 4usize.div_ceil(capacity / 4 - 1));
            let characters = parts.into_iter().flat_map(|(bytes, _)| {
                assert_eq!(bytes[bytes.len() - 4..], [0; 4]);
                let (characters, _) = bytes[..bytes.len() - 4].as_chunks::<4>();
                characters.iter().map(|c| char::from_u32(u32::from_ne_bytes(*c)).unwrap()).collect::<Vec<_>>()
            });
            assert_eq!(characters.collect::<String>(), "a😀é😀");
        }
    }

    #[test]
    fn a_cut_whose_rest_is_lost_leaves_characters_whole() {
        for (c_type, whole) in [(CType::Char, [1, 1, 1, 1, 5, 5, 7]), (CType::WChar, [0, 0, 2, 2, 2, 2, 6])] {
            let value = text("a😀é", c_type);
            for (capacity, expected) in (2..).zip(whole) {
                let part = take(&value, 0, capacity, Rest::IsLost).unwrap();
                assert_eq!(part.chunk.byte_len(), expected, "{c_type:?} {capacity}");
            }
        }
    }

    #[test]
    fn lengths_of_utf32_count_four_bytes_a_character() {
        let value = utf32("a😀é");
        let expected = [(8, 12), (8, 8), (8, 4)];
        let found: Vec<_> = parts(&value, 11).iter().map(|(bytes, left)| (bytes.len(), *left)).collect();
        assert_eq!(found, expected);
        let cut = take(&value, 0, 12, Rest::IsLost).unwrap();
        assert_eq!((cut.chunk, cut.terminator), (Chunk::Characters(&[0x61, 0x1F600]), 4));
        let number = to_c(
            ValueRef::Integer(1234),
            &ColumnType::of(DataType::Integer),
            &CTarget { wchar: Wchar::Utf32, ..CTarget::new(CType::WChar) },
        );
        let number = number.unwrap();
        assert!(take(&number, 0, 16, Rest::IsLost).is_err());
        assert_eq!(take(&number, 0, 20, Rest::IsLost).unwrap().indicator, 16);
    }

    #[test]
    fn a_probe_consumes_nothing() {
        for (value, capacity, indicator) in [
            (text("abc", CType::Char), 0, 3),
            (text("", CType::Char), 0, 0),
            (text("abc", CType::WChar), 1, 6),
            (utf32("abc"), 3, 12),
            (text("", CType::WChar), 0, 0),
        ] {
            let part = take(&value, 0, capacity, Rest::IsLost).unwrap();
            assert_eq!((part.written(), part.indicator, part.next), (0, indicator, 0));
            assert!(part.truncated && !part.complete);
        }
        let empty = text("", CType::Binary);
        let part = take(&empty, 0, 0, Rest::IsLost).unwrap();
        assert!(!part.truncated && !part.complete);
        let number =
            to_c(ValueRef::Integer(1234), &ColumnType::of(DataType::Integer), &CTarget::new(CType::Char));
        assert_eq!(take(&number.unwrap(), 0, 0, Rest::IsLost).unwrap().indicator, 4);
    }

    #[test]
    fn an_empty_string_is_a_success_of_length_0() {
        assert_eq!(parts(&text("", CType::Char), 1), [(vec![0], 0)]);
        assert_eq!(parts(&text("", CType::WChar), 2), [(vec![0, 0], 0)]);
        assert_eq!(parts(&utf32(""), 4), [(vec![0; 4], 0)]);
        assert_eq!(parts(&text("", CType::Binary), 1), [(vec![], 0)]);
    }

    #[test]
    fn a_buffer_for_the_terminator_alone_makes_no_progress() {
        for (value, capacity) in
            [(text("a", CType::Char), 1), (text("😀", CType::Char), 4), (text("😀", CType::WChar), 5)]
        {
            let part = take(&value, 0, capacity, Rest::IsLost).unwrap();
            assert_eq!((part.chunk.byte_len(), part.next, part.truncated), (0, 0, true));
            assert!(part.terminator > 0);
        }
    }

    #[test]
    fn binary_has_no_terminator_and_fixed_values_ignore_the_capacity() {
        assert_eq!(parts(&text("abcde", CType::Binary), 3), [(b"abc".to_vec(), 5), (b"de".to_vec(), 2)]);
        let bigint = ColumnType::of(DataType::BigInt);
        let number = to_c(ValueRef::Integer(1), &bigint, &CTarget::new(CType::SBigInt)).unwrap();
        let part = take(&number, 0, 0, Rest::IsLost).unwrap();
        assert_eq!((part.written(), part.indicator, part.complete), (8, 8, true));
        let null = to_c(ValueRef::Null, &bigint, &CTarget::new(CType::SBigInt)).unwrap();
        let part = take(&null, 0, 0, Rest::IsLost).unwrap();
        assert_eq!((part.written(), part.indicator, part.complete), (0, NULL_DATA, true));
    }

    #[test]
    fn a_limit_cuts_in_silence() {
        for (c_type, limit, indicator) in
            [(CType::Char, 4, 3), (CType::WChar, 7, 4), (CType::Binary, 4, 4), (CType::Char, 0, 7)]
        {
            let mut value = text("aé😀", c_type);
            value.limit(&TEXT, limit);
            let part = take(&value, 0, 100, Rest::IsLost).unwrap();
            assert_eq!((part.indicator, part.truncated), (indicator, false), "{c_type:?}");
            let mut owned = text("aé😀", c_type).into_owned();
            owned.limit(&TEXT, limit);
            assert_eq!(owned, value);
        }
        let mut value = utf32("aé😀");
        value.limit(&TEXT, 11);
        assert_eq!(take(&value, 0, 100, Rest::IsLost).unwrap().indicator, 8);
        let integer = ColumnType::of(DataType::Integer);
        let mut number = to_c(ValueRef::Integer(1234), &integer, &CTarget::new(CType::Char)).unwrap();
        number.limit(&integer, 2);
        assert_eq!(take(&number, 0, 100, Rest::IsLost).unwrap().indicator, 4);
    }
}
