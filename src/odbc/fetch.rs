//! SQLBindCol, SQLFetch, SQLFetchScroll: rowsets into bound buffers.

use super::constants::{C_DEFAULT, FETCH_BOOKMARK, FETCH_NEXT, row};
use super::cursor::{OpenCursor, Position};
use super::descriptor::{Addresses, Header, Record};
use super::diagnostics::Diagnostics;
use super::dispatch::{Completion, StatementCall};
use super::execute::Running;
use super::statement::{State, Statement};
use super::statement_attributes::StatementAttributes;
use crate::abi::memory::Address;
use crate::convert::{self, CData, CTarget, CType, Chunk, Part, Rest};
use crate::engine::ResultColumn;
use crate::error::{Error, Result, state};

/// What SQLBindCol is given.
#[derive(Clone, Copy, Debug)]
pub struct ColumnBinding {
    pub number: u16,
    pub c_type: i16,
    pub value: Address,
    pub buffer_length: isize,
    pub length_or_indicator: Address,
}

/// A bound column, ready for the rows of one fetch.
struct Bound<'a> {
    index: usize,
    column: &'a ResultColumn,
    record: &'a Record,
    target: Result<CTarget>,
    /// Bytes from one value to the next of a column-wise binding.
    element: usize,
    /// Bytes of one value's buffer.
    capacity: usize,
}

impl StatementCall<'_> {
    /// SQLBindCol. A null pointer unbinds.
    ///
    /// # Errors
    /// 07009, HY003, HY010, HY090.
    pub fn bind_column(&mut self, binding: &ColumnBinding) -> Result<Completion> {
        self.statement.refuse_in_dialogue()?;
        let ard = &mut self.descriptors[self.statement.ard];
        let number = usize::from(binding.number);
        if binding.value.is_null() && binding.length_or_indicator.is_null() {
            ard.unbind(number);
            return Ok(Completion::Success);
        }
        if binding.c_type != C_DEFAULT && !is_known_c_type(binding.c_type) {
            return Err(Error::new(
                state::INVALID_APPLICATION_BUFFER_TYPE,
                format!("{} is not a C data type.", binding.c_type),
            ));
        }
        if binding.buffer_length < 0 {
            return Err(Error::new(
                state::INVALID_STRING_OR_BUFFER_LENGTH,
                format!("BufferLength is {}; it must not be negative.", binding.buffer_length),
            ));
        }
        *ard.record_mut(number)? = Record {
            octet_length: binding.buffer_length,
            data: binding.value,
            octet_length_ptr: binding.length_or_indicator,
            indicator_ptr: binding.length_or_indicator,
            described: true,
            ..Record::of_type(binding.c_type)
        };
        Ok(Completion::Success)
    }

    /// SQLFetchScroll: forward only.
    ///
    /// # Errors
    /// HY106, and those of [`StatementCall::fetch`].
    pub fn fetch_scroll(&mut self, orientation: i16) -> Result<Completion> {
        match orientation {
            FETCH_NEXT => self.fetch(),
            2..=FETCH_BOOKMARK => Err(Error::new(
                state::FETCH_TYPE_OUT_OF_RANGE,
                "The cursor is forward-only: fetch SQL_FETCH_NEXT.",
            )),
            _ => Err(Error::new(
                state::FETCH_TYPE_OUT_OF_RANGE,
                format!("{orientation} is no fetch orientation."),
            )),
        }
    }

    /// SQLFetch: the next rowset.
    ///
    /// A conversion that fails spoils its row, not the others. When the stream breaks after the first row of a rowset,
    /// the rows before it are delivered and the next fetch fails.
    ///
    /// # Errors
    /// 24000, HY010, and what the engine finds.
    pub fn fetch(&mut self) -> Result<Completion> {
        self.statement.cursor()?;
        let own = self.statement.own;
        let ard = &self.descriptors[self.statement.ard];
        let ird = self.descriptors[own.ird].header;
        let Statement { state, diagnostics, attributes, activity, .. } = &mut *self.statement;
        let State::Open(_, cursor) = state else { unreachable!("a cursor was found above") };
        let _running = Running::start(activity, attributes.query_timeout);
        let columns = cursor.columns.clone();
        let bound: Vec<Bound<'_>> = if attributes.retrieve_data {
            columns.iter().zip(ard.records()).enumerate().filter_map(bound).collect()
        } else {
            Vec::new()
        };
        let rowset = Rowset { header: &ard.header, status: ird.array_status, bound: &bound };
        let outcome = rowset.fill(cursor, diagnostics, attributes);
        let rows = *outcome.as_ref().unwrap_or(&0);
        ird.rows_processed.write(rows);
        for row in rows..ard.header.array_size {
            rowset.set_status(row, row::NO_ROW);
        }
        outcome?;
        if rows == 0 {
            return Ok(Completion::NoData);
        }
        Ok(if rowset_failed(diagnostics, rows, ard.header.array_size) {
            Completion::Failed
        } else {
            Completion::Success
        })
    }
}

/// Whether every row of the rowset is in error. With one row that is an error of the call.
fn rowset_failed(diagnostics: &mut Diagnostics, rows: usize, size: usize) -> bool {
    let failed = diagnostics.rows_in_error();
    if failed > 0 && size > 1 {
        diagnostics.post(Error::new(
            state::ERROR_IN_ROW,
            format!("{failed} of the {rows} rows could not be fetched whole."),
        ));
    }
    failed == rows
}

/// Whether a code is one of ODBC's C types; intervals are, though nothing converts to them.
fn is_known_c_type(code: i16) -> bool {
    CType::from_code(code).is_some() || matches!(code, 101..=113)
}

fn bound<'a>((index, (column, record)): (usize, (&'a ResultColumn, &'a Record))) -> Option<Bound<'a>> {
    if !record.is_bound() {
        return None;
    }
    let target = CType::resolve(record.concise_type, &column.column_type).map(|c_type| CTarget {
        c_type,
        precision: u8::try_from(record.precision).unwrap_or(0),
        scale: i8::try_from(record.scale).unwrap_or(0),
    });
    let capacity = usize::try_from(record.octet_length).unwrap_or(0);
    let fixed = target.as_ref().ok().and_then(|target| target.c_type.fixed_size());
    Some(Bound { index, column, record, target, element: fixed.unwrap_or(capacity), capacity })
}

/// The buffers that one fetch fills.
struct Rowset<'a> {
    header: &'a Header,
    status: Address,
    bound: &'a [Bound<'a>],
}

impl Rowset<'_> {
    fn set_status(&self, row: usize, status: u16) {
        self.status.offset((row * size_of::<u16>()) as isize).write(status);
    }

    /// Fetches up to a rowset of rows; how many there were.
    fn fill(
        &self,
        cursor: &mut OpenCursor,
        diagnostics: &mut Diagnostics,
        attributes: &StatementAttributes,
    ) -> Result<usize> {
        if let Position::Broken(error) = &cursor.position {
            return Err(error.clone());
        }
        let offset = self.header.offset();
        let mut rows = 0;
        while rows < self.header.array_size {
            let moved = cursor.advance(attributes.max_rows);
            cursor.take_warnings().into_iter().for_each(|warning| diagnostics.post(warning));
            match moved {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    cursor.position = Position::Broken(error.clone());
                    return if rows == 0 { Err(error) } else { Ok(rows) };
                }
            }
            let status = self.deliver_row(cursor, rows, offset, diagnostics, attributes.max_length);
            self.set_status(rows, status);
            rows += 1;
        }
        cursor.position = if rows == 0 { Position::AfterLast } else { Position::On(rows) };
        Ok(rows)
    }

    fn deliver_row(
        &self,
        cursor: &OpenCursor,
        row: usize,
        offset: isize,
        diagnostics: &mut Diagnostics,
        max_length: usize,
    ) -> u16 {
        let mut status = row::SUCCESS;
        for bound in self.bound {
            let at = bound.record.addresses(self.header, offset, row, bound.element);
            let outcome = bound.deliver(cursor, at, max_length);
            let (error, worse) = match outcome {
                Ok(None) => continue,
                Ok(Some(warning)) => (warning, row::SUCCESS_WITH_INFO),
                Err(error) => (error, row::ERROR),
            };
            if status != row::ERROR {
                status = worse;
            }
            let number = bound.index as i32 + 1;
            diagnostics.post_at(name_column(error, number, bound.column), row as isize + 1, number);
        }
        status
    }
}

impl Bound<'_> {
    fn deliver(&self, cursor: &OpenCursor, at: Addresses, max_length: usize) -> Result<Option<Error>> {
        let target = self.target.clone()?;
        let mut converted = convert::to_c(cursor.value(self.index), &self.column.column_type, &target)?;
        converted.limit(&self.column.column_type, max_length);
        if converted.data == CData::Null {
            write_null(at)?;
            return Ok(None);
        }
        let part = convert::take(&converted, 0, self.capacity, Rest::IsLost)?;
        write_part(&part, at);
        Ok(part.truncated.then(truncated).or(converted.warning))
    }
}

/// Says in the message which column is meant.
pub fn name_column(mut error: Error, number: i32, column: &ResultColumn) -> Error {
    error.message = format!("Column {number} ({}): {}", column.name, error.message);
    error
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
    }
    at.data.offset(part.chunk.byte_len() as isize).write_all(&[0u8; 2][..part.terminator]);
    // An indicator apart from the length only tells NULL from not NULL.
    if at.indicator != at.octet_length {
        at.indicator.write(0isize);
    }
    at.octet_length.write(part.indicator);
}
