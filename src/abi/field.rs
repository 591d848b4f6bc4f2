//! One reader and one writer for everything whose width a table tells: attributes, information types,
//! descriptor fields, column attributes and diagnostic fields.

use super::memory::{Address, Plain};
use super::text::{self, Encoding};
use crate::convert::Wchar;
use crate::error::Result;
use crate::odbc::width::{Field, Input, Width};

/// Reads the value of a Set function: an integer in the pointer's own bits, a string of `length` bytes, or an
/// address.
///
/// # Errors
/// HY009, HY090, 22018 for strings.
pub(crate) fn read<E: Encoding>(
    wchar: Wchar,
    width: Width,
    value: Address,
    length: i32,
    what: &str,
) -> Result<Input> {
    let bits = value.to_integer();
    Ok(match width {
        Width::I16 => Input::Number(i64::from(bits as i16)),
        Width::U16 => Input::Number(i64::from(bits as u16)),
        Width::I32 => Input::Number(i64::from(bits as i32)),
        Width::U32 => Input::Number(i64::from(bits as u32)),
        Width::Len | Width::ULen => Input::Number(bits as i64),
        Width::Handle => Input::Handle(bits),
        Width::Pointer => Input::Pointer(value),
        Width::Text => Input::Text(text::required_bytes::<E>(wchar, value, length as isize, what)?),
    })
}

/// Writes a field in its width. A string takes at most `capacity` bytes; other widths ignore it. The length goes
/// to `length`, in bytes, whether or not there is a buffer. `true` says that a string was cut.
///
/// # Errors
/// HY090 for a negative capacity of a string.
pub(crate) fn write<E: Encoding, L: Plain + TryFrom<usize>>(
    wchar: Wchar,
    field: &Field,
    width: Width,
    buffer: Address,
    capacity: isize,
    length: Address,
    what: &str,
) -> Result<bool> {
    let number = match field {
        Field::Number(number) => *number,
        Field::Handle(handle) => *handle as i64,
        Field::Pointer(address) => address.to_integer() as i64,
        Field::Text(string) => {
            let capacity = if buffer.is_null() { 0 } else { text::capacity(capacity, what)? };
            let unit = E::of(wchar).unit();
            let (units, cut) = text::write::<E>(wchar, string, buffer, capacity / unit);
            write_length::<L>(length, units * unit);
            return Ok(cut);
        }
    };
    match width {
        Width::I16 | Width::U16 => buffer.write(number as u16),
        Width::I32 | Width::U32 => buffer.write(number as u32),
        Width::Len | Width::ULen | Width::Pointer | Width::Handle => buffer.write(number as usize),
        Width::Text => unreachable!("a width table gives text to a number"),
    }
    write_length::<L>(length, width.bytes());
    Ok(false)
}

/// Stores a length in the integer that the function has for it.
pub(crate) fn write_length<L: Plain + TryFrom<usize>>(address: Address, length: usize) {
    // A length beyond the integer's range can only be said to be as large as the integer.
    let largest = (1usize << (size_of::<L>() * 8 - 1)) - 1;
    if let Ok(length) = L::try_from(length.min(largest)) {
        address.write(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::text::{Narrow, Wide};

    #[test]
    fn every_width_writes_its_bytes_and_no_more() {
        for (width, bytes) in [
            (Width::I16, 2),
            (Width::U16, 2),
            (Width::I32, 4),
            (Width::U32, 4),
            (Width::Len, size_of::<usize>()),
            (Width::ULen, size_of::<usize>()),
            (Width::Pointer, size_of::<usize>()),
        ] {
            let mut buffer = [0xEEu8; 12];
            let mut length = -1i32;
            let (buffer_address, length_address) = (Address::of(&mut buffer[..]), Address::of(&mut length));
            write::<Narrow, i32>(
                Wchar::Utf16,
                &Field::Number(0),
                width,
                buffer_address,
                0,
                length_address,
                "it",
            )
            .unwrap();
            assert_eq!(buffer.iter().filter(|&&b| b == 0).count(), bytes, "{width:?}");
            assert_eq!(length as usize, bytes);
        }
    }

    #[test]
    fn text_lengths_are_in_bytes() {
        let field = Field::Text("abcd".into());
        let write_to = |wchar: Wchar, buffer: Address, capacity: isize| {
            let mut length = 0i16;
            let cut = write::<Wide, i16>(
                wchar,
                &field,
                Width::Text,
                buffer,
                capacity,
                Address::of(&mut length),
                "it",
            );
            (cut.unwrap(), length)
        };
        let mut buffer = [0xEEEEu16; 4];
        assert_eq!(write_to(Wchar::Utf16, Address::of(&mut buffer[..]), 6), (true, 8));
        assert_eq!(buffer, [97, 98, 0, 0xEEEE]);
        let mut buffer = [0xEEEEu32; 4];
        assert_eq!(write_to(Wchar::Utf32, Address::of(&mut buffer[..]), 12), (true, 16));
        assert_eq!(buffer, [97, 98, 0, 0xEEEE]);
    }

    #[test]
    fn a_length_too_large_for_its_integer_saturates() {
        let mut length = 0i16;
        write_length::<i16>(Address::of(&mut length), 100_000);
        assert_eq!(length, i16::MAX);
    }
}
