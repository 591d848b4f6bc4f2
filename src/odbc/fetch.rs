//! SQLBindCol, SQLFetch, SQLFetchScroll, SQLExtendedFetch: rowsets into bound buffers.

use super::bookmark::{self, Bookmark};
use super::constants::{C_DEFAULT, bookmarks, fetch, row};
use super::cursor::{Fetcher, OpenCursor, Position, Rowset};
use super::delivery::{truncated, write_directly, write_null, write_part};
use super::descriptor::{Addresses, Descriptor, Header, Record};
use super::diagnostics::Diagnostics;
use super::dispatch::{Completion, StatementCall};
use super::execute::Running;
use super::scroll::Move;
use super::statement::{State, Statement};
use super::statement_attributes::StatementAttributes;
use crate::abi::memory::Address;
use crate::convert::direct::Route;
use crate::convert::{self, CData, CTarget, CType, Rest, Wchar};
use crate::engine::ResultColumn;
use crate::error::{Error, Result, state};
use crate::value::ValueRef;

/// What SQLBindCol is given.
#[derive(Clone, Copy, Debug)]
pub struct ColumnBinding {
    pub number: u16,
    pub c_type: i16,
    pub value: Address,
    pub buffer_length: isize,
    pub length_or_indicator: Address,
}

/// Where the values of a bound column come from.
#[derive(Clone, Copy)]
enum Source {
    /// The bookmark, column 0.
    Bookmark,
    /// The column of the result, counted from 0.
    Column(usize),
}

/// A bound column, ready for the rows of one fetch.
pub struct Bound<'a> {
    source: Source,
    column: &'a ResultColumn,
    record: &'a Record,
    target: Result<CTarget>,
    route: Route,
    /// Bytes from one value to the next of a column-wise binding.
    element: usize,
    /// Bytes of one value's buffer.
    capacity: usize,
}

/// The buffers of a fetch that the descriptors do not have, or have otherwise: SQLExtendedFetch brings its own.
struct Receivers {
    /// Rows of a rowset.
    size: usize,
    status: Address,
    /// Receives an SQLULEN, the number of rows.
    fetched: Address,
}

impl StatementCall<'_> {
    /// SQLBindCol. A null pointer unbinds.
    ///
    /// # Errors
    /// 07006 and 07009 (column 0), HY003, HY010, HY090.
    pub fn bind_column(&mut self, binding: &ColumnBinding) -> Result<Completion> {
        self.statement.refuse_in_dialogue()?;
        let has_bookmarks = self.statement.attributes.use_bookmarks != bookmarks::OFF;
        let ard = &mut self.descriptors[self.statement.ard];
        let number = usize::from(binding.number);
        if binding.value.is_null() && binding.length_or_indicator.is_null() {
            ard.unbind(number);
            return Ok(Completion::Success);
        }
        if binding.c_type != C_DEFAULT && CType::from_code(binding.c_type).is_none() {
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
        if number == 0 {
            if !has_bookmarks {
                return Err(bookmark::off());
            }
            bookmark::c_type(binding.c_type)?;
        }
        *ard.record_mut(number) = Record {
            octet_length: binding.buffer_length,
            data: binding.value,
            octet_length_ptr: binding.length_or_indicator,
            indicator_ptr: binding.length_or_indicator,
            described: true,
            ..Record::of_type(binding.c_type)
        };
        Ok(Completion::Success)
    }

    /// SQLFetchScroll. `offset` counts rows for SQL_FETCH_ABSOLUTE, SQL_FETCH_RELATIVE and SQL_FETCH_BOOKMARK.
    ///
    /// # Errors
    /// HY106 (the orientation), HY111 (the bookmark), and those of [`StatementCall::fetch`].
    pub fn fetch_scroll(&mut self, orientation: i16, offset: isize) -> Result<Completion> {
        let address = self.statement.attributes.fetch_bookmark;
        let step = self.step(orientation, offset, || (bookmark::read(address, CType::Binary), offset))?;
        self.fetch_rowset(step, None)
    }

    /// SQLExtendedFetch of ODBC 2, whose rowset has SQL_ROWSET_SIZE rows and which brings its own buffers for the number
    /// of rows and their status. `offset` is the bookmark of SQL_FETCH_BOOKMARK itself.
    ///
    /// # Errors
    /// As [`StatementCall::fetch_scroll`].
    pub fn extended_fetch(
        &mut self,
        orientation: u16,
        offset: isize,
        fetched: Address,
        status: Address,
    ) -> Result<Completion> {
        let orientation = i16::try_from(orientation).unwrap_or(-1);
        let step = self.step(orientation, offset, || (usize::try_from(offset).ok(), 0))?;
        let size = self.statement.attributes.rowset_size;
        self.fetch_rowset(step, Some(Receivers { size, status, fetched }))
    }

    /// SQLFetch: the next rowset.
    ///
    /// A conversion that fails spoils its row, not the others. When the stream breaks after the first row of a rowset,
    /// the rows before it are delivered and the next fetch fails.
    ///
    /// # Errors
    /// 07009 (column 0 is bound and bookmarks are off), 24000, HY010, and what the engine finds.
    pub fn fetch(&mut self) -> Result<Completion> {
        self.fetch_rowset(Move::Next, None)
    }

    /// What an orientation means. `base` gives the row of the bookmark and the offset from there.
    fn step(
        &mut self,
        orientation: i16,
        offset: isize,
        base: impl FnOnce() -> (Option<usize>, isize),
    ) -> Result<Move> {
        let use_bookmarks = self.statement.attributes.use_bookmarks;
        let cursor = self.statement.cursor()?;
        let is_bookmark = orientation == fetch::BOOKMARK;
        if is_bookmark && use_bookmarks == bookmarks::OFF {
            return Err(Error::new(
                state::FETCH_TYPE_OUT_OF_RANGE,
                "SQL_FETCH_BOOKMARK needs SQL_ATTR_USE_BOOKMARKS, set before the statement is executed.",
            ));
        }
        let step = match orientation {
            fetch::NEXT => return Ok(Move::Next),
            fetch::FIRST => Move::First,
            fetch::LAST => Move::Last,
            fetch::PRIOR => Move::Prior,
            fetch::ABSOLUTE => Move::Absolute(offset),
            fetch::RELATIVE => Move::Relative(offset),
            fetch::BOOKMARK => Move::Bookmark(0, offset),
            _ => {
                let message = format!("{orientation} is no fetch orientation.");
                return Err(Error::new(state::FETCH_TYPE_OUT_OF_RANGE, message));
            }
        };
        if !cursor.scrolls() {
            return Err(Error::new(
                state::FETCH_TYPE_OUT_OF_RANGE,
                "The cursor is forward-only: fetch SQL_FETCH_NEXT, or set SQL_ATTR_CURSOR_TYPE to \
                 SQL_CURSOR_STATIC before the statement is executed.",
            ));
        }
        if !is_bookmark {
            return Ok(step);
        }
        match base() {
            (Some(row), offset) if cursor.has_read(row) => Ok(Move::Bookmark(row, offset)),
            _ => Err(bookmark::invalid()),
        }
    }

    fn fetch_rowset(&mut self, step: Move, receivers: Option<Receivers>) -> Result<Completion> {
        let fetcher = if receivers.is_some() { Fetcher::Odbc2 } else { Fetcher::Odbc3 };
        self.statement.cursor()?.refuse_mixed(fetcher)?;
        let own = self.statement.own;
        let ard = &self.descriptors[self.statement.ard];
        let ird = self.descriptors[own.ird].header;
        let Statement { state, diagnostics, attributes, activity, .. } = &mut *self.statement;
        let State::Open(_, cursor) = state else { unreachable!("a cursor was found above") };
        let _running = Running::start(activity, attributes.query_timeout);
        let columns = cursor.columns.clone();
        let bound =
            bound_columns(ard, &columns, attributes, attributes.retrieve_data, self.connection.wchar)?;
        let receivers = receivers.unwrap_or(Receivers {
            size: ard.header.array_size,
            status: ird.array_status,
            fetched: ird.rows_processed,
        });
        let rowset = Buffers { header: &ard.header, status: receivers.status, bound: &bound };
        let outcome = rowset.fill(cursor, step, receivers.size, diagnostics, attributes);
        let rows = *outcome.as_ref().unwrap_or(&0);
        receivers.fetched.write(rows);
        // Where nobody reads them, a rowset of any size costs no more than its rows.
        if !receivers.status.is_null() {
            (rows..receivers.size).for_each(|row| rowset.set_status(row, row::NO_ROW));
        }
        outcome?;
        cursor.fetched_by(fetcher);
        if rows == 0 {
            return Ok(Completion::NoData);
        }
        Ok(if rowset_failed(diagnostics, rows, receivers.size) {
            Completion::Failed
        } else {
            Completion::Success
        })
    }
}

/// Whether every row of the rowset is in error. With one row that is an error of the call.
pub fn rowset_failed(diagnostics: &mut Diagnostics, rows: usize, size: usize) -> bool {
    let failed = diagnostics.rows_in_error();
    if failed > 0 && size > 1 {
        diagnostics.post(Error::new(
            state::ERROR_IN_ROW,
            format!("{failed} of the {rows} rows could not be fetched whole."),
        ));
    }
    failed == rows
}

/// The columns that are bound; of the result only if its data is wanted. The bookmark always is.
///
/// # Errors
/// 07009 when column 0 is bound and bookmarks are off.
pub fn bound_columns<'a>(
    ard: &'a Descriptor,
    columns: &'a [ResultColumn],
    attributes: &StatementAttributes,
    has_data: bool,
    wchar: Wchar,
) -> Result<Vec<Bound<'a>>> {
    let mut all = Vec::new();
    if ard.bookmark.is_bound() {
        if attributes.use_bookmarks == bookmarks::OFF {
            return Err(bookmark::off());
        }
        let target = bookmark::c_type(ard.bookmark.concise_type).map(CTarget::new);
        let column = bookmark::column(target.as_ref().map_or(CType::Binary, |target| target.c_type));
        all.push(bound(Source::Bookmark, column, &ard.bookmark, target, 0));
    }
    if has_data {
        let records = columns.iter().zip(ard.records()).enumerate();
        all.extend(records.filter(|(_, (_, record))| record.is_bound()).map(|(index, (column, record))| {
            let c_type = CType::resolve(record.concise_type, &column.column_type);
            let target = c_type.map(|c_type| record.target(c_type, wchar));
            bound(Source::Column(index), column, record, target, attributes.max_length)
        }));
    }
    Ok(all)
}

fn bound<'a>(
    source: Source,
    column: &'a ResultColumn,
    record: &'a Record,
    target: Result<CTarget>,
    max_length: usize,
) -> Bound<'a> {
    // Without a buffer there is the length alone, and nothing to cut.
    let capacity = if record.data.is_null() { 0 } else { usize::try_from(record.octet_length).unwrap_or(0) };
    let fixed = target.as_ref().ok().and_then(|target| target.c_type.fixed_size());
    let route = match (source, &target) {
        (Source::Column(_), Ok(target)) => Route::of(&column.column_type, target, max_length),
        _ => Route::Converted,
    };
    Bound { source, column, record, target, route, element: fixed.unwrap_or(capacity), capacity }
}

/// The buffers that rows go to.
pub struct Buffers<'a> {
    pub header: &'a Header,
    pub status: Address,
    pub bound: &'a [Bound<'a>],
}

impl Buffers<'_> {
    /// Tells what became of a row of the rowset, counted from 0.
    pub fn set_status(&self, row: usize, status: u16) {
        self.status.offset((row * size_of::<u16>()) as isize).write(status);
    }

    /// Fetches up to a rowset of rows; how many there were.
    fn fill(
        &self,
        cursor: &mut OpenCursor,
        step: Move,
        size: usize,
        diagnostics: &mut Diagnostics,
        attributes: &StatementAttributes,
    ) -> Result<usize> {
        let located = cursor.locate(step, size, attributes.max_rows);
        cursor.take_warnings().into_iter().for_each(|warning| diagnostics.post(warning));
        let Some((start, warning)) = located? else { return Ok(0) };
        warning.into_iter().for_each(|warning| diagnostics.post(warning));
        let offset = self.header.offset();
        let mut rows = 0;
        while rows < size {
            let moved = cursor.read(start + rows, attributes.max_rows);
            cursor.take_warnings().into_iter().for_each(|warning| diagnostics.post(warning));
            match moved {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if cursor.scrolls() && rows > 0 => {
                    log::debug!("the rowset ends before row {}: {error}", start + rows);
                    break;
                }
                Err(error) if cursor.scrolls() => return Err(error),
                Err(error) => {
                    cursor.position = Position::Broken(error.clone());
                    return if rows == 0 { Err(error) } else { Ok(rows) };
                }
            }
            let status = self.deliver_row(cursor, rows, offset, diagnostics, attributes.max_length);
            self.set_status(rows, status);
            rows += 1;
        }
        cursor.position = match rows {
            0 => Position::AfterLast,
            _ => Position::On(Rowset { start, size, rows, current: 0 }),
        };
        Ok(rows)
    }

    /// Converts the row that was read last into the buffers of a row of the rowset; the row's status.
    pub fn deliver_row(
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
            let number = bound.number();
            diagnostics.post_at(name_column(error, number, bound.column), row as isize + 1, number);
        }
        status
    }
}

impl Bound<'_> {
    /// The column's number, 0 for the bookmark.
    fn number(&self) -> i32 {
        match self.source {
            Source::Bookmark => 0,
            Source::Column(index) => index as i32 + 1,
        }
    }

    #[inline]
    fn deliver(&self, cursor: &OpenCursor, at: Addresses, max_length: usize) -> Result<Option<Error>> {
        let target = self.target.as_ref().map_err(Error::clone)?;
        match self.source {
            Source::Column(index) => {
                let value = cursor.value(index);
                if write_directly(self.route, value, target, at, self.capacity) {
                    return Ok(None);
                }
                self.convert(value, target, at, max_length)
            }
            Source::Bookmark => {
                let bookmark = Bookmark::of(cursor.row_number())?;
                self.convert(bookmark.value(target.c_type), target, at, 0)
            }
        }
    }

    /// Delivers what does not go the short way, or does not go whole.
    fn convert(
        &self,
        value: ValueRef<'_>,
        target: &CTarget,
        at: Addresses,
        max_length: usize,
    ) -> Result<Option<Error>> {
        let mut converted = convert::to_c(value, &self.column.column_type, target)?;
        converted.limit(&self.column.column_type, max_length);
        if converted.data == CData::Null {
            write_null(at)?;
            return Ok(None);
        }
        let part = convert::take(&converted, 0, self.capacity, Rest::IsLost)?;
        write_part(&part, at);
        let is_cut = part.truncated && !at.data.is_null();
        Ok(is_cut.then(truncated).or(converted.warning))
    }
}

/// Says in the message which column is meant.
pub fn name_column(mut error: Error, number: i32, column: &ResultColumn) -> Error {
    error.message = match number {
        0 => format!("The bookmark: {}", error.message),
        _ => format!("Column {number} ({}): {}", column.name, error.message),
    };
    error
}
