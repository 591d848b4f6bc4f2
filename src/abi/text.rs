//! Character strings at the C boundary: UTF-8 for narrow functions, UTF-16 or UTF-32 for wide ones.
//!
//! Lengths are in units here (bytes, UTF-16 units, UTF-32 characters). Input that is not valid in its encoding is refused
//! with 22018: a substitute character would silently become part of a name or a message. Output is never cut inside a
//! UTF-8 sequence or a surrogate pair, and always terminated.

use odbc_sys::NTS;
use widestring::{U16String, U32String};

use super::memory::{Address, Plain};
use crate::convert::Wchar;
use crate::error::{Error, Result, state};

/// How the strings of a call lie in memory. The manifest says which family of functions it belongs to, [`Narrow`] or
/// [`Wide`]; its handle says what a wide character is.
pub(crate) trait Encoding: Copy {
    /// The encoding of a call on a handle whose application has such an SQLWCHAR.
    fn of(wchar: Wchar) -> Self;

    /// Bytes of a unit.
    fn unit(self) -> usize;

    /// The name of the encoding, for messages.
    fn name(self) -> &'static str;

    /// Units before the terminator.
    fn terminated_length(self, address: Address) -> usize;

    /// The text of `length` units; `None` where the units are no text.
    fn read(self, address: Address, length: usize) -> Option<String>;

    /// Units of the text.
    fn length(self, text: &str) -> usize;

    /// Writes as many whole characters as fit into `capacity` units together with a terminator.
    fn write(self, text: &str, address: Address, capacity: usize);
}

/// UTF-8.
#[derive(Clone, Copy)]
pub(crate) struct Narrow;

/// SQLWCHAR, in native byte order.
pub(crate) type Wide = Wchar;

impl Encoding for Narrow {
    fn of(_: Wchar) -> Self {
        Narrow
    }

    fn unit(self) -> usize {
        1
    }

    fn name(self) -> &'static str {
        "UTF-8"
    }

    fn terminated_length(self, address: Address) -> usize {
        address.length_to_zero::<u8>()
    }

    fn read(self, address: Address, length: usize) -> Option<String> {
        String::from_utf8(address.read_all(length)).ok()
    }

    fn length(self, text: &str) -> usize {
        text.len()
    }

    fn write(self, text: &str, address: Address, capacity: usize) {
        let Some(room) = capacity.checked_sub(1) else { return };
        write_terminated(&text.as_bytes()[..text.floor_char_boundary(room)], address);
    }
}

impl Encoding for Wide {
    fn of(wchar: Wchar) -> Self {
        wchar
    }

    fn unit(self) -> usize {
        self.size()
    }

    fn name(self) -> &'static str {
        self.name()
    }

    fn terminated_length(self, address: Address) -> usize {
        match self {
            Wchar::Utf16 => address.length_to_zero::<u16>(),
            Wchar::Utf32 => address.length_to_zero::<u32>(),
        }
    }

    fn read(self, address: Address, length: usize) -> Option<String> {
        match self {
            Wchar::Utf16 => U16String::from_vec(address.read_all(length)).to_string().ok(),
            Wchar::Utf32 => U32String::from_vec(address.read_all(length)).to_string().ok(),
        }
    }

    fn length(self, text: &str) -> usize {
        match self {
            Wchar::Utf16 => text.encode_utf16().count(),
            Wchar::Utf32 => text.chars().count(),
        }
    }

    fn write(self, text: &str, address: Address, capacity: usize) {
        let Some(room) = capacity.checked_sub(1) else { return };
        match self {
            Wchar::Utf16 => {
                let mut units = Vec::with_capacity(room.min(text.len()));
                for character in text.chars() {
                    if units.len() + character.len_utf16() > room {
                        break;
                    }
                    units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
                }
                write_terminated(&units, address);
            }
            Wchar::Utf32 => {
                let characters: Vec<u32> = text.chars().take(room).map(u32::from).collect();
                write_terminated(&characters, address);
            }
        }
    }
}

fn write_terminated<U: Plain>(units: &[U], address: Address) {
    address.write_all(units);
    address.offset(size_of_val(units) as isize).write(U::default());
}

/// An optional string argument. `length` is in units, or SQL_NTS. A null pointer is `None`.
///
/// # Errors
/// HY090 for another negative length, 22018 for what is no text.
pub(crate) fn read<E: Encoding>(
    wchar: Wchar,
    address: Address,
    length: isize,
    what: &str,
) -> Result<Option<String>> {
    let encoding = E::of(wchar);
    if address.is_null() {
        return Ok(None);
    }
    let length = match usize::try_from(length) {
        Ok(length) => length,
        Err(_) if length == NTS => encoding.terminated_length(address),
        Err(_) => {
            return Err(Error::new(
                state::INVALID_STRING_OR_BUFFER_LENGTH,
                format!("The length of {what} is {length}; it must not be negative unless it is SQL_NTS."),
            ));
        }
    };
    encoding.read(address, length).map(Some).ok_or_else(|| {
        let message = format!("{what} is not valid {} text.", encoding.name());
        Error::new(state::INVALID_CHARACTER_VALUE, message)
    })
}

/// A string argument that must be there.
///
/// # Errors
/// HY009 for a null pointer, and those of [`read`].
pub(crate) fn required<E: Encoding>(
    wchar: Wchar,
    address: Address,
    length: isize,
    what: &str,
) -> Result<String> {
    read::<E>(wchar, address, length, what)?
        .ok_or_else(|| Error::new(state::INVALID_NULL_POINTER, format!("{what} is a null pointer.")))
}

/// A string argument whose length is in bytes, as attribute functions have it.
///
/// # Errors
/// HY090 also for half a character; otherwise those of [`required`].
pub(crate) fn required_bytes<E: Encoding>(
    wchar: Wchar,
    address: Address,
    bytes: isize,
    what: &str,
) -> Result<String> {
    if bytes < 0 {
        return required::<E>(wchar, address, bytes, what);
    }
    let unit = E::of(wchar).unit();
    if !(bytes as usize).is_multiple_of(unit) {
        return Err(Error::new(
            state::INVALID_STRING_OR_BUFFER_LENGTH,
            format!("The length of {what} is {bytes}; it is counted in bytes, and a character has {unit}."),
        ));
    }
    required::<E>(wchar, address, bytes / unit as isize, what)
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
pub(crate) fn write<E: Encoding>(
    wchar: Wchar,
    text: &str,
    buffer: Address,
    capacity: usize,
) -> (usize, bool) {
    let encoding = E::of(wchar);
    let length = encoding.length(text);
    if buffer.is_null() {
        return (length, false);
    }
    encoding.write(text, buffer, capacity);
    (length, length >= capacity)
}

/// The 01004 of an output string.
pub(crate) fn truncated(what: &str) -> Error {
    Error::new(state::TRUNCATED, format!("{what} was cut to the size of the buffer."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Wchar; 2] = [Wchar::Utf16, Wchar::Utf32];

    fn narrow(text: &str, capacity: usize) -> (Vec<u8>, usize, bool) {
        let mut buffer = vec![0xEEu8; 16];
        let (length, cut) = write::<Narrow>(Wchar::default(), text, Address::of(&mut buffer[..]), capacity);
        (buffer, length, cut)
    }

    #[test]
    fn output_is_cut_between_characters() {
        let (buffer, length, cut) = narrow("aé", 3);
        assert_eq!((&buffer[..3], length, cut), (&b"a\0\xEE"[..], 3, true));

        let mut wide = [0xEEEEu16; 4];
        let (length, cut) = write::<Wide>(Wchar::Utf16, "a😀", Address::of(&mut wide[..]), 3);
        assert_eq!((wide, length, cut), ([97, 0, 0xEEEE, 0xEEEE], 3, true));

        let mut wide = [0xEEEEu32; 4];
        let (length, cut) = write::<Wide>(Wchar::Utf32, "a😀b", Address::of(&mut wide[..]), 3);
        assert_eq!((wide, length, cut), ([97, 0x1F600, 0, 0xEEEE], 3, true));
    }

    #[test]
    fn a_buffer_without_room_is_not_touched() {
        let (buffer, length, cut) = narrow("abc", 0);
        assert_eq!((buffer[0], length, cut), (0xEE, 3, true));
        for wchar in BOTH {
            assert_eq!(write::<Wide>(wchar, "abc", Address::NULL, 0), (3, false));
        }
        let (buffer, _, cut) = narrow("abc", 4);
        assert_eq!((&buffer[..4], cut), (&b"abc\0"[..], false));
    }

    #[test]
    fn input_has_a_length_or_a_terminator() {
        let mut text = *b"hello\0";
        let address = Address::of(&mut text[..]);
        let narrow = |length| read::<Narrow>(Wchar::default(), address, length, "it");
        assert_eq!(narrow(NTS).unwrap().as_deref(), Some("hello"));
        assert_eq!(narrow(2).unwrap().as_deref(), Some("he"));
        assert_eq!(narrow(-7).unwrap_err().state, state::INVALID_STRING_OR_BUFFER_LENGTH);
        assert_eq!(read::<Narrow>(Wchar::default(), Address::NULL, NTS, "it").unwrap(), None);
        assert_eq!(
            required::<Narrow>(Wchar::default(), Address::NULL, NTS, "it").unwrap_err().state,
            state::INVALID_NULL_POINTER
        );

        let mut text = [0x1F600u32, 98, 0];
        let address = Address::of(&mut text[..]);
        let wide = |length| read::<Wide>(Wchar::Utf32, address, length, "it").unwrap();
        assert_eq!(wide(NTS).as_deref(), Some("😀b"));
        assert_eq!(wide(1).as_deref(), Some("😀"));
        assert_eq!(required_bytes::<Wide>(Wchar::Utf32, address, 8, "it").unwrap(), "😀b");
    }

    #[test]
    fn input_that_is_no_text_is_refused() {
        let mut bytes = [0xFFu8, 0];
        let error = read::<Narrow>(Wchar::default(), Address::of(&mut bytes[..]), NTS, "it").unwrap_err();
        assert_eq!(error.state, state::INVALID_CHARACTER_VALUE);
        let mut half = [0xD800u16, 0];
        let mut too_large = [0x11_0000u32, 0];
        for (wchar, address) in
            [(Wchar::Utf16, Address::of(&mut half[..])), (Wchar::Utf32, Address::of(&mut too_large[..]))]
        {
            let error = read::<Wide>(wchar, address, NTS, "it").unwrap_err();
            assert_eq!(error.state, state::INVALID_CHARACTER_VALUE);
            assert!(error.message.contains(wchar.name()), "{}", error.message);
            assert_eq!(
                required_bytes::<Wide>(wchar, address, 3, "it").unwrap_err().state,
                state::INVALID_STRING_OR_BUFFER_LENGTH
            );
        }
    }
}
