//! Character strings at the C boundary: UTF-8 for narrow functions, UTF-16 for wide ones.
//!
//! Lengths are in units here (bytes, UTF-16 units). Input that is not valid UTF-8 or UTF-16 is refused with 22018:
//! a substitute character would silently become part of a name or a message. Output is never cut inside a UTF-8
//! sequence or a surrogate pair, and always terminated.

use odbc_sys::NTS;

use super::memory::Address;
use crate::error::{Error, Result, state};

/// One of the two widths of a character.
pub(crate) trait Encoding {
    /// Bytes of a unit.
    const UNIT: usize;

    /// Units before the terminator.
    fn terminated_length(address: Address) -> usize;

    /// The text of `length` units; `None` where the units are no text.
    fn read(address: Address, length: usize) -> Option<String>;

    /// Units of the text.
    fn length(text: &str) -> usize;

    /// Writes as many whole characters as fit into `capacity` units together with a terminator.
    fn write(text: &str, address: Address, capacity: usize);
}

/// UTF-8.
pub(crate) enum Narrow {}

/// UTF-16 in native byte order.
pub(crate) enum Wide {}

impl Encoding for Narrow {
    const UNIT: usize = 1;

    fn terminated_length(address: Address) -> usize {
        address.length_to_zero::<u8>()
    }

    fn read(address: Address, length: usize) -> Option<String> {
        String::from_utf8(address.read_all(length)).ok()
    }

    fn length(text: &str) -> usize {
        text.len()
    }

    fn write(text: &str, address: Address, capacity: usize) {
        let Some(room) = capacity.checked_sub(1) else { return };
        let cut = &text.as_bytes()[..text.floor_char_boundary(room)];
        address.write_all(cut);
        address.offset(cut.len() as isize).write(0u8);
    }
}

impl Encoding for Wide {
    const UNIT: usize = 2;

    fn terminated_length(address: Address) -> usize {
        address.length_to_zero::<u16>()
    }

    fn read(address: Address, length: usize) -> Option<String> {
        String::from_utf16(&address.read_all(length)).ok()
    }

    fn length(text: &str) -> usize {
        text.encode_utf16().count()
    }

    fn write(text: &str, address: Address, capacity: usize) {
        let Some(room) = capacity.checked_sub(1) else { return };
        let mut units = Vec::with_capacity(room.min(text.len()));
        for character in text.chars() {
            if units.len() + character.len_utf16() > room {
                break;
            }
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
        }
        address.write_all(&units);
        address.offset((units.len() * 2) as isize).write(0u16);
    }
}

/// An optional string argument. `length` is in units, or SQL_NTS. A null pointer is `None`.
///
/// # Errors
/// HY090 for another negative length, 22018 for what is no text.
pub(crate) fn read<E: Encoding>(address: Address, length: isize, what: &str) -> Result<Option<String>> {
    if address.is_null() {
        return Ok(None);
    }
    let length = match usize::try_from(length) {
        Ok(length) => length,
        Err(_) if length == NTS => E::terminated_length(address),
        Err(_) => {
            return Err(Error::new(
                state::INVALID_STRING_OR_BUFFER_LENGTH,
                format!("The length of {what} is {length}; it must not be negative unless it is SQL_NTS."),
            ));
        }
    };
    E::read(address, length).map(Some).ok_or_else(|| {
        let encoding = if E::UNIT == 1 { "UTF-8" } else { "UTF-16" };
        Error::new(state::INVALID_CHARACTER_VALUE, format!("{what} is not valid {encoding} text."))
    })
}

/// A string argument that must be there.
///
/// # Errors
/// HY009 for a null pointer, and those of [`read`].
pub(crate) fn required<E: Encoding>(address: Address, length: isize, what: &str) -> Result<String> {
    read::<E>(address, length, what)?
        .ok_or_else(|| Error::new(state::INVALID_NULL_POINTER, format!("{what} is a null pointer.")))
}

/// A string argument whose length is in bytes, as attribute functions have it.
///
/// # Errors
/// HY090 also for half a character; otherwise those of [`required`].
pub(crate) fn required_bytes<E: Encoding>(address: Address, bytes: isize, what: &str) -> Result<String> {
    if bytes < 0 {
        return required::<E>(address, bytes, what);
    }
    if !(bytes as usize).is_multiple_of(E::UNIT) {
        return Err(Error::new(
            state::INVALID_STRING_OR_BUFFER_LENGTH,
            format!("The length of {what} is odd; it is counted in bytes."),
        ));
    }
    required::<E>(address, bytes / E::UNIT as isize, what)
}

/// The size of an output buffer.
///
/// # Errors
/// HY090 when it is negative.
pub(crate) fn capacity(length: isize, what: &str) -> Result<usize> {
    usize::try_from(length).map_err(|_| {
        Error::new(
            state::INVALID_STRING_OR_BUFFER_LENGTH,
            format!("The size of the buffer for {what} is {length}; it must not be negative."),
        )
    })
}

/// Writes a string and gives its whole length in units, and whether the buffer was too small for it. A null
/// buffer asks for the length only.
pub(crate) fn write<E: Encoding>(text: &str, buffer: Address, capacity: usize) -> (usize, bool) {
    let length = E::length(text);
    if buffer.is_null() {
        return (length, false);
    }
    E::write(text, buffer, capacity);
    (length, length >= capacity)
}

/// The 01004 of an output string.
pub(crate) fn truncated(what: &str) -> Error {
    Error::new(state::TRUNCATED, format!("{what} was cut to the size of the buffer."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow(text: &str, capacity: usize) -> (Vec<u8>, usize, bool) {
        let mut buffer = vec![0xEEu8; 16];
        let (length, cut) = write::<Narrow>(text, Address::of(&mut buffer[..]), capacity);
        (buffer, length, cut)
    }

    #[test]
    fn output_is_cut_between_characters() {
        let (buffer, length, cut) = narrow("aé", 3);
        assert_eq!((&buffer[..3], length, cut), (&b"a\0\xEE"[..], 3, true));

        let mut wide = [0xEEEEu16; 4];
        let (length, cut) = write::<Wide>("a😀", Address::of(&mut wide[..]), 3);
        assert_eq!((wide, length, cut), ([97, 0, 0xEEEE, 0xEEEE], 3, true));
    }

    #[test]
    fn a_buffer_without_room_is_not_touched() {
        let (buffer, length, cut) = narrow("abc", 0);
        assert_eq!((buffer[0], length, cut), (0xEE, 3, true));
        assert_eq!(write::<Wide>("abc", Address::NULL, 0), (3, false));
        let (buffer, _, cut) = narrow("abc", 4);
        assert_eq!((&buffer[..4], cut), (&b"abc\0"[..], false));
    }

    #[test]
    fn input_has_a_length_or_a_terminator() {
        let mut text = *b"hello\0";
        let address = Address::of(&mut text[..]);
        assert_eq!(read::<Narrow>(address, NTS, "it").unwrap().as_deref(), Some("hello"));
        assert_eq!(read::<Narrow>(address, 2, "it").unwrap().as_deref(), Some("he"));
        assert_eq!(
            read::<Narrow>(address, -7, "it").unwrap_err().state,
            state::INVALID_STRING_OR_BUFFER_LENGTH
        );
        assert_eq!(read::<Narrow>(Address::NULL, NTS, "it").unwrap(), None);
        assert_eq!(
            required::<Narrow>(Address::NULL, NTS, "it").unwrap_err().state,
            state::INVALID_NULL_POINTER
        );
    }

    #[test]
    fn input_that_is_no_text_is_refused() {
        let mut bytes = [0xFFu8, 0];
        let error = read::<Narrow>(Address::of(&mut bytes[..]), NTS, "it").unwrap_err();
        assert_eq!(error.state, state::INVALID_CHARACTER_VALUE);
        let mut units = [0xD800u16, 0];
        let error = read::<Wide>(Address::of(&mut units[..]), NTS, "it").unwrap_err();
        assert_eq!(error.state, state::INVALID_CHARACTER_VALUE);
        assert_eq!(
            required_bytes::<Wide>(Address::of(&mut units[..]), 3, "it").unwrap_err().state,
            state::INVALID_STRING_OR_BUFFER_LENGTH
        );
    }
}
