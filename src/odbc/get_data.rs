//! SQLGetData: a column of the current row, in parts.

use super::bookmark::{self, Bookmark};
use super::constants::{ARD_TYPE, C_DEFAULT, bookmarks};
use super::cursor::{OpenCursor, PartialRest, PartialValue, Position};
use super::delivery::{truncated, write_directly, write_null, write_part};
use super::descriptor::Addresses;
use super::dispatch::{Completion, StatementCall};
use super::fetch::name_column;
use super::statement::State;
use crate::abi::memory::Address;
use crate::convert::direct::Route;
use crate::convert::{self, CData, CTarget, CType, Rest};
use crate::error::{Error, Result, state};
use crate::model::ColumnType;

/// The arguments of SQLGetData.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub number: u16,
    pub c_type: i16,
    pub value: Address,
    pub buffer_length: isize,
    pub length_or_indicator: Address,
}

impl StatementCall<'_> {
    /// SQLGetData. Columns come in any order, bound ones too; column 0 is the bookmark. Another column, or another C type,
    /// starts the value anew. Of a rowset of several rows it reads the one that SQLSetPos chose, or else the first.
    ///
    /// # Errors
    /// 07006, 07009, 22002, 22003, 22007, 22018, 24000, HY003, HY009, HY010, HY090, HYC00 (a block of a
    /// forward-only cursor).
    pub fn get_data(&mut self, request: &Request) -> Result<Completion> {
        let record = match request.c_type {
            ARD_TYPE => self.descriptors[self.statement.ard].record(request.number.into()).cloned(),
            _ => None,
        };
        let use_bookmarks = self.statement.attributes.use_bookmarks;
        let max_length = self.statement.attributes.max_length;
        self.statement.refuse_in_dialogue()?;
        self.statement.cursor()?;
        let State::Open(_, cursor) = &mut self.statement.state else {
            unreachable!("a cursor was found above")
        };
        let rowset = match cursor.position {
            Position::On(rowset) if rowset.size > 1 && !cursor.scrolls() => {
                return Err(Error::new(
                    state::NOT_IMPLEMENTED,
                    "SQLGetData reads single rows of a forward-only cursor; SQL_ATTR_ROW_ARRAY_SIZE is larger than 1. \
                     Of a static cursor it reads the row that SQLSetPos chose.",
                ));
            }
            Position::On(rowset) => rowset,
            _ => {
                return Err(Error::new(state::INVALID_CURSOR_STATE, "The cursor does not stand on a row."));
            }
        };
        let index = usize::from(request.number).checked_sub(1);
        let column_type = match index {
            None if use_bookmarks == bookmarks::OFF => return Err(bookmark::off()),
            None => None,
            Some(index) => match cursor.columns.get(index) {
                Some(column) => Some(column.column_type),
                None => return Err(no_column(request.number, cursor.columns.len())),
            },
        };
        let capacity = usize::try_from(request.buffer_length).map_err(|_| {
            Error::new(
                state::INVALID_STRING_OR_BUFFER_LENGTH,
                format!("BufferLength is {}; it must not be negative.", request.buffer_length),
            )
        })?;
        let resolve = |code: i16| match &column_type {
            Some(column_type) => CType::resolve(code, column_type),
            None => bookmark::c_type(code),
        };
        let wchar = self.connection.wchar;
        let target = match (request.c_type, record) {
            (ARD_TYPE, Some(record)) => record.target(resolve(record.concise_type)?, wchar),
            (ARD_TYPE, None) => CTarget { wchar, ..CTarget::new(resolve(C_DEFAULT)?) },
            (code, _) => CTarget { wchar, ..CTarget::new(resolve(code)?) },
        };
        if request.value.is_null() && (capacity > 0 || target.c_type.fixed_size().is_some()) {
            return Err(Error::new(state::INVALID_NULL_POINTER, "TargetValuePtr is a null pointer."));
        }
        let number = request.number;
        let at = Addresses {
            data: request.value,
            octet_length: request.length_or_indicator,
            indicator: request.length_or_indicator,
        };
        let delivered = match cursor.partial.as_mut().filter(|p| p.column == number && p.target == target) {
            Some(PartialValue { rest: None, .. }) => return Ok(Completion::NoData),
            Some(PartialValue { rest, .. }) => deliver(rest, at, capacity),
            None => {
                // Should the conversion fail, nothing is left of the value before.
                cursor.partial = None;
                cursor.return_to(&rowset)?;
                begin(cursor, number, column_type, target, max_length, at, capacity)
            }
        };
        if let Ok(None) = delivered {
            return Ok(Completion::Success);
        }
        let column = index.map_or_else(|| bookmark::column(target.c_type), |index| &cursor.columns[index]);
        if let Some(warning) = delivered.map_err(|error| name_column(error, number.into(), column))? {
            let warning = name_column(warning, number.into(), column);
            let row = rowset.current as isize + 1;
            self.statement.diagnostics.post_at(warning, row, number.into());
        }
        Ok(Completion::Success)
    }
}

fn no_column(number: u16, columns: usize) -> Error {
    let message = format!("The result has {columns} columns; there is no number {number}.");
    Error::new(state::INVALID_DESCRIPTOR_INDEX, message)
}

/// Delivers a value's first part; the warning that it brings. `column_type` is `None` for the bookmark.
fn begin(
    cursor: &mut OpenCursor,
    number: u16,
    column_type: Option<ColumnType>,
    target: CTarget,
    max_length: usize,
    at: Addresses,
    capacity: usize,
) -> Result<Option<Error>> {
    let bookmark;
    let (value, column_type, max_length) = match column_type {
        Some(column_type) => {
            let value = cursor.value(usize::from(number) - 1);
            let route = Route::of(&column_type, &target, max_length);
            if write_directly(route, value, &target, at, capacity) {
                cursor.partial = Some(PartialValue { column: number, target, rest: None });
                return Ok(None);
            }
            (value, column_type, max_length)
        }
        None => {
            bookmark = Bookmark::of(cursor.row_number())?;
            (bookmark.value(target.c_type), bookmark::column(target.c_type).column_type, 0)
        }
    };
    let mut value = convert::to_c(value, &column_type, &target)?;
    value.limit(&column_type, max_length);
    let mut rest = Some(PartialRest { value: value.into_owned(), offset: 0 });
    let delivered = deliver(&mut rest, at, capacity);
    cursor.partial = Some(PartialValue { column: number, target, rest });
    delivered
}

/// Delivers the next part of what is left; the warning that it brings.
fn deliver(rest: &mut Option<PartialRest>, at: Addresses, capacity: usize) -> Result<Option<Error>> {
    let Some(PartialRest { value, offset }) = rest else { return Ok(None) };
    if value.data == CData::Null {
        write_null(at)?;
        *rest = None;
        return Ok(None);
    }
    let part = convert::take(value, *offset, capacity, Rest::Follows)?;
    // A buffer of a terminator alone asks for the length. A larger one that takes nothing, not even one pair of
    // hexadecimal digits, would be asked again without end.
    if part.truncated && part.next == *offset && capacity > part.terminator.max(1) {
        let message =
            format!("A buffer of {capacity} bytes cannot hold the next digits and their terminator.");
        return Err(Error::new(state::INVALID_STRING_OR_BUFFER_LENGTH, message));
    }
    write_part(&part, at);
    let (next, complete, cut) = (part.next, part.complete, part.truncated);
    *offset = next;
    let warning = if cut { Some(truncated()) } else { value.warning.clone() };
    if complete {
        *rest = None;
    }
    Ok(warning)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::ValueRef;

    fn partial(text: &str) -> Option<PartialRest> {
        let target = CTarget::new(CType::Char);
        let value = convert::to_c(ValueRef::Text(text), &ColumnType::text(10), &target).unwrap().into_owned();
        Some(PartialRest { value, offset: 0 })
    }

    #[test]
    fn parts_tell_what_was_left_before_them() {
        let mut value = partial("abcdef");
        let mut buffer = [0u8; 4];
        let mut length = 0isize;
        let address = Address::of(&mut length);
        let at = Addresses { data: Address::of(&mut buffer[..]), octet_length: address, indicator: address };
        assert!(deliver(&mut value, at, 0).unwrap().is_some());
        assert_eq!((address.read(), value.is_none()), (Some(6isize), false));
        assert!(deliver(&mut value, at, 4).unwrap().is_some());
        assert_eq!((at.data.read_all::<u8>(4), address.read()), (b"abc\0".to_vec(), Some(6isize)));
        assert!(deliver(&mut value, at, 4).unwrap().is_none());
        assert_eq!((at.data.read_all::<u8>(4), address.read()), (b"def\0".to_vec(), Some(3isize)));
        assert!(value.is_none());
    }

    #[test]
    fn a_probe_does_not_consume_an_empty_value() {
        let mut value = partial("");
        let mut length = 7isize;
        let address = Address::of(&mut length);
        let probe = Addresses { data: Address::NULL, octet_length: address, indicator: address };
        deliver(&mut value, probe, 0).unwrap();
        assert_eq!((address.read(), value.is_none()), (Some(0isize), false));
        let mut buffer = [9u8; 4];
        let at = Addresses { data: Address::of(&mut buffer[..]), ..probe };
        assert_eq!(deliver(&mut value, at, 4).unwrap(), None);
        assert_eq!((at.data.read::<u8>(), value.is_none()), (Some(0), true));
    }
}
