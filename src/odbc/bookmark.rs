//! Bookmarks: column 0, the number of a row in its result.
//!
//! A bookmark is four bytes, an unsigned number in native order, whether the application takes it as binary data
//! (SQL_C_VARBOOKMARK) or as a number (SQL_C_BOOKMARK). So the fixed ones of ODBC 2 are the variable ones of ODBC 3.

use std::sync::LazyLock;

use super::constants::{C_DEFAULT, bookmarks, desc};
use super::width::Field;
use crate::abi::memory::Address;
use crate::convert::CType;
use crate::engine::ResultColumn;
use crate::error::{Error, Result, state};
use crate::model::{ColumnType, DataType};
use crate::value::ValueRef;

/// Bytes of a bookmark.
pub const SIZE: usize = size_of::<u32>();

const SQL_BINARY: i16 = -2;

fn column_of(column_type: ColumnType) -> ResultColumn {
    ResultColumn { name: String::new(), column_type, typed: true, nullable: false, base: None, marker: None }
}

static BINARY: LazyLock<ResultColumn> =
    LazyLock::new(|| column_of(ColumnType { data_type: DataType::Binary, size: SIZE as u32, scale: 0 }));
static INTEGER: LazyLock<ResultColumn> = LazyLock::new(|| column_of(ColumnType::of(DataType::Integer)));
static NUMBER: LazyLock<ResultColumn> = LazyLock::new(|| column_of(ColumnType::of(DataType::BigInt)));

/// The bookmark of a row.
#[derive(Clone, Copy, Debug)]
pub struct Bookmark(u32, [u8; SIZE]);

impl Bookmark {
    /// # Errors
    /// HY000 for a row beyond the four thousand millionth.
    pub fn of(row: usize) -> Result<Bookmark> {
        let number = u32::try_from(row).map_err(|_| {
            Error::new(state::GENERAL_ERROR, format!("Row {row} is too far on for a bookmark."))
        })?;
        Ok(Bookmark(number, number.to_ne_bytes()))
    }

    /// The bookmark as a buffer of that type takes it.
    pub fn value(&self, c_type: CType) -> ValueRef<'_> {
        match c_type {
            CType::Binary => ValueRef::Binary(&self.1),
            _ => ValueRef::Integer(self.0.into()),
        }
    }
}

/// The column that a bookmark is converted from to that type.
pub fn column(c_type: CType) -> &'static ResultColumn {
    if c_type == CType::Binary { &BINARY } else { &NUMBER }
}

/// The C type of a buffer for column 0.
///
/// # Errors
/// 07006 for a type that no bookmark has, HY003 for what is no C type.
pub fn c_type(code: i16) -> Result<CType> {
    let c_type = match code {
        C_DEFAULT => CType::Binary,
        code => CType::resolve(code, &BINARY.column_type)?,
    };
    match c_type {
        CType::Binary | CType::SLong | CType::ULong | CType::SBigInt | CType::UBigInt => Ok(c_type),
        _ => Err(Error::new(
            state::RESTRICTED_DATA_TYPE,
            "Column 0 is the bookmark: bind it as SQL_C_VARBOOKMARK or SQL_C_BOOKMARK.",
        )),
    }
}

/// The row that the bookmark in a buffer of that type names; `None` for null, and for what is none.
pub fn read(data: Address, c_type: CType) -> Option<usize> {
    match c_type {
        CType::SBigInt | CType::UBigInt => usize::try_from(data.read::<i64>()?).ok(),
        _ => data.read::<u32>().and_then(|number| usize::try_from(number).ok()),
    }
}

/// Column 0 as SQLDescribeCol and SQLColAttribute show it, all but what [`attribute`] knows better.
pub fn described(use_bookmarks: usize) -> &'static ResultColumn {
    if use_bookmarks == bookmarks::FIXED { &INTEGER } else { &BINARY }
}

/// The fields in which column 0 differs from a column of its type: binary bookmarks are all of one length, and no predicate
/// names one.
pub fn attribute(use_bookmarks: usize, id: i32) -> Option<Field> {
    match id {
        desc::SEARCHABLE => Some(Field::Number(0)),
        _ if use_bookmarks == bookmarks::FIXED => None,
        desc::CONCISE_TYPE | desc::TYPE => Some(Field::from(SQL_BINARY)),
        desc::TYPE_NAME | desc::LOCAL_TYPE_NAME => Some(Field::from("BINARY")),
        _ => None,
    }
}

/// The 07009 of column 0 without bookmarks.
pub fn off() -> Error {
    Error::new(
        state::INVALID_DESCRIPTOR_INDEX,
        "Column 0 is the bookmark, and SQL_ATTR_USE_BOOKMARKS is off. The columns of the result start at 1.",
    )
}

/// The HY111 of a bookmark that names no row.
pub fn invalid() -> Error {
    Error::new(state::INVALID_BOOKMARK, "The bookmark is of no row that the cursor has fetched.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::{self, CTarget};

    #[test]
    fn a_bookmark_is_read_back_from_a_buffer_of_every_type() {
        for code in [-2, 99, 4, -16, -18, -25, -27] {
            let c_type = c_type(code).unwrap();
            let mut buffer = [0xFFu8; 8];
            for row in [1, 300, u32::MAX as usize / 2] {
                let bookmark = Bookmark::of(row).unwrap();
                let column = &column(c_type).column_type;
                let converted = convert::to_c(bookmark.value(c_type), column, &CTarget::new(c_type)).unwrap();
                let part = convert::take(&converted, 0, SIZE, convert::Rest::IsLost).unwrap();
                assert!(!part.truncated);
                let convert::Chunk::Bytes(bytes) = part.chunk else { panic!("no bytes") };
                let address = Address::of(&mut buffer[..]);
                address.write_all(bytes);
                assert_eq!(read(address, c_type), Some(row), "{code}");
            }
        }
        assert_eq!(read(Address::NULL, CType::Binary), None);
        assert_eq!(read(Address::of(&mut (-1i64)), CType::SBigInt), None);
        assert!(Bookmark::of(1 << 32).is_err());
    }

    #[test]
    fn text_takes_no_bookmark() {
        for code in [1, -8, 5, 8] {
            assert_eq!(c_type(code).unwrap_err().state, state::RESTRICTED_DATA_TYPE);
        }
        assert_eq!(c_type(77).unwrap_err().state, state::INVALID_APPLICATION_BUFFER_TYPE);
    }
}
