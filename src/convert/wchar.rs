//! SQLWCHAR: what a wide character is to the application.

/// The encoding of wide strings and of SQL_C_WCHAR, in native byte order.
///
/// Windows and unixODBC have UTF-16. iODBC has the platform's `wchar_t`, which is UTF-32 everywhere but on Windows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wchar {
    #[default]
    Utf16,
    Utf32,
}

impl Wchar {
    /// Bytes of a unit.
    pub const fn size(self) -> usize {
        match self {
            Wchar::Utf16 => 2,
            Wchar::Utf32 => 4,
        }
    }

    /// The name of the encoding, for messages.
    pub const fn name(self) -> &'static str {
        match self {
            Wchar::Utf16 => "UTF-16",
            Wchar::Utf32 => "UTF-32",
        }
    }
}

/// The characters of UTF-16 that the driver has made itself, so that it is valid.
pub(super) fn utf32(units: &[u16]) -> Vec<u32> {
    // Never too short, and exact for all but surrogate pairs.
    let mut characters = Vec::with_capacity(units.len());
    characters.extend(widestring::decode_utf16_lossy(units.iter().copied()).map(u32::from));
    characters
}
