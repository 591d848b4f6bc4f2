//! What a cell leaves in an application's buffers: its data, a terminator, its length or indicator.

use super::descriptor::Addresses;
use crate::convert::direct::{Direct, Route};
use crate::convert::{self, CTarget, CType, Chunk, Part, Wchar};
use crate::error::{Error, Result, state};
use crate::value::ValueRef;

/// Delivers a cell that needs no value in between and fits whole into a buffer of `capacity` bytes. `false` where that
/// is not so: nothing has been written, and the cell has to be converted.
#[inline]
pub fn write_directly(
    route: Route,
    value: ValueRef<'_>,
    target: &CTarget,
    at: Addresses,
    capacity: usize,
) -> bool {
    let mut digits = itoa::Buffer::new();
    let Some(direct) = route.take(value, &mut digits) else { return false };
    let length = match direct {
        Direct::Null => return write_null(at).is_ok(),
        Direct::Characters(text) => match write_characters(text, target, at, capacity) {
            Some(length) => length,
            None => return false,
        },
        Direct::Byte(byte) => {
            at.data.write(byte);
            size_of::<u8>()
        }
        Direct::Short(short) => {
            at.data.write(short);
            size_of::<u16>()
        }
        Direct::Long(long) => {
            at.data.write(long);
            size_of::<u32>()
        }
        Direct::Big(big) => {
            at.data.write(big);
            size_of::<i64>()
        }
        Direct::Structure(structure) => {
            at.data.write_all(structure.as_bytes());
            structure.as_bytes().len()
        }
    };
    write_length(length as isize, at);
    true
}

/// Writes text and its terminator, if there is room for both; the bytes of the text.
#[inline]
fn write_characters(text: &str, target: &CTarget, at: Addresses, capacity: usize) -> Option<usize> {
    if target.c_type != CType::WChar {
        if text.len() >= capacity {
            return None;
        }
        at.data.write_all(text.as_bytes());
        at.data.offset(text.len() as isize).write(0u8);
        return Some(text.len());
    }
    // A character has as many units as bytes at most, and as many as any other if it is ASCII.
    let room = capacity / target.wchar.size();
    let units = match (text.is_ascii(), target.wchar) {
        (true, _) => text.len(),
        (false, Wchar::Utf16) => text.chars().map(char::len_utf16).sum(),
        (false, Wchar::Utf32) => text.chars().count(),
    };
    if units >= room {
        return None;
    }
    let end = at.data.offset((units * target.wchar.size()) as isize);
    match target.wchar {
        Wchar::Utf16 if units == text.len() => at.data.write_wider::<u16>(text.as_bytes()),
        Wchar::Utf16 => at.data.write_each(text.encode_utf16()),
        Wchar::Utf32 => at.data.write_each(text.chars().map(u32::from)),
    }
    end.write_all(&[0u8; 4][..target.wchar.size()]);
    Some(units * target.wchar.size())
}

/// The 01004 of a value.
pub fn truncated() -> Error {
    Error::new(state::TRUNCATED, "The value was cut to the size of the buffer.")
}

/// Tells a NULL.
///
/// # Errors
/// 22002 when there is no indicator.
pub fn write_null(at: Addresses) -> Result<()> {
    if at.indicator.is_null() {
        return Err(Error::new(
            state::INDICATOR_REQUIRED,
            "The value is NULL, and no indicator is bound that could say so.",
        ));
    }
    at.indicator.write(convert::NULL_DATA);
    Ok(())
}

/// Writes a part, its terminator and its length.
pub fn write_part(part: &Part<'_>, at: Addresses) {
    match part.chunk {
        Chunk::Bytes(bytes) => at.data.write_all(bytes),
        Chunk::Units(units) => at.data.write_all(units),
        Chunk::Characters(characters) => at.data.write_all(characters),
    }
    at.data.offset(part.chunk.byte_len() as isize).write_all(&[0u8; 4][..part.terminator]);
    write_length(part.indicator, at);
}

/// Tells the length of what is not NULL.
#[inline]
fn write_length(length: isize, at: Addresses) {
    // An indicator apart from the length only tells NULL from not NULL.
    if at.indicator != at.octet_length {
        at.indicator.write(0isize);
    }
    at.octet_length.write(length);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::memory::Address;
    use crate::convert::{Rest, take, to_c};
    use crate::model::{ColumnType, DataType};

    const UNTOUCHED: ([u8; 64], isize, isize) = ([0xaa; 64], -7, -7);

    /// The buffer, the length and the indicator that `write` leaves; the last two are one if `together`.
    fn written(together: bool, write: impl FnOnce(Addresses)) -> ([u8; 64], isize, isize) {
        let (mut data, mut length, mut indicator) = UNTOUCHED;
        let octet_length = Address::of(&mut length);
        let indicator_at = if together { octet_length } else { Address::of(&mut indicator) };
        write(Addresses { data: Address::of(&mut data[..]), octet_length, indicator: indicator_at });
        (data, length, indicator)
    }

    #[test]
    fn what_is_written_directly_is_what_a_whole_part_would_leave() {
        let text = DataType::Text;
        let values = [
            (text, ValueRef::Text("")),
            (text, ValueRef::Text("abcdefg")),
            (text, ValueRef::Text("a😀é€")),
            (text, ValueRef::Null),
            (DataType::BigInt, ValueRef::Integer(-1234)),
            (DataType::Timestamp, ValueRef::Text("2020-01-31 10:20:30")),
        ];
        let (mut direct, mut refused) = (0, 0);
        for (data_type, value) in values {
            let column = ColumnType::of(data_type);
            for c_type in [CType::Char, CType::WChar, CType::SLong, CType::SBigInt, CType::Timestamp] {
                for wchar in [Wchar::Utf16, Wchar::Utf32] {
                    let target = CTarget { wchar, ..CTarget::new(c_type) };
                    let route = Route::of(&column, &target, 0);
                    for (capacity, together) in
                        (0..50).flat_map(|capacity| [(capacity, true), (capacity, false)])
                    {
                        let mut done = false;
                        let found = written(together, |at| {
                            done = write_directly(route, value, &target, at, capacity);
                        });
                        if !done {
                            assert_eq!(found, UNTOUCHED, "{value:?} {target:?} {capacity}");
                            refused += 1;
                            continue;
                        }
                        direct += 1;
                        let converted = to_c(value, &column, &target).unwrap();
                        let part = take(&converted, 0, capacity, Rest::Follows).unwrap();
                        assert!(part.complete && !part.truncated, "{value:?} {target:?} {capacity}");
                        let expected = written(together, |at| match value {
                            ValueRef::Null => write_null(at).unwrap(),
                            _ => write_part(&part, at),
                        });
                        assert_eq!(found, expected, "{value:?} {target:?} {capacity}");
                    }
                }
            }
        }
        assert!(direct > 1000 && refused > 1000, "{direct} {refused}");
    }

    #[test]
    fn a_null_without_an_indicator_is_not_written() {
        let target = CTarget::new(CType::Char);
        let route = Route::of(&ColumnType::text(10), &target, 0);
        let at = Addresses { data: Address::NULL, octet_length: Address::NULL, indicator: Address::NULL };
        assert!(!write_directly(route, ValueRef::Null, &target, at, 10));
        assert_eq!(write_null(at).unwrap_err().state, state::INDICATOR_REQUIRED);
    }
}
