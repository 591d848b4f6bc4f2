//! Descriptors: where an application's buffers lie, and what columns and parameters are like.
//!
//! Every statement has four of its own: the application row and parameter descriptors (ARD, APD) hold bindings, the
//! implementation ones (IRD, IPD) describe. An application can allocate further ones and use them as ARD or APD.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::constants::{C_DEFAULT, param};
use super::diagnostics::Diagnostics;
use super::registry::Token;
use crate::abi::memory::Address;
use crate::convert::{CTarget, CType, Wchar};
use crate::engine::ResultColumn;

/// What a descriptor is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Bindings: an ARD or an APD, or an explicit descriptor, which can be either.
    Application,
    /// The columns of a result (IRD).
    ImplementationRow,
    /// The parameters of a statement (IPD).
    ImplementationParameter,
}

/// The fields that a descriptor has once.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    /// Rows of a rowset, or parameter sets (SQL_DESC_ARRAY_SIZE).
    pub array_size: usize,
    /// One status or operation per row or set (SQL_DESC_ARRAY_STATUS_PTR).
    pub array_status: Address,
    /// An SQLLEN that is added to all bound addresses (SQL_DESC_BIND_OFFSET_PTR).
    pub bind_offset: Address,
    /// 0 for column-wise binding, otherwise the bytes of a row (SQL_DESC_BIND_TYPE).
    pub bind_type: usize,
    /// Receives the number of rows or sets that were processed (SQL_DESC_ROWS_PROCESSED_PTR).
    pub rows_processed: Address,
}

impl Default for Header {
    fn default() -> Self {
        Header {
            array_size: 1,
            array_status: Address::NULL,
            bind_offset: Address::NULL,
            bind_type: 0,
            rows_processed: Address::NULL,
        }
    }
}

impl Header {
    /// The bytes that the application wants added to every bound address now.
    pub fn offset(&self) -> isize {
        self.bind_offset.read::<isize>().unwrap_or(0)
    }
}

/// A column or parameter of a descriptor. Columns of an IRD are described by [`ResultColumn`] instead.
#[derive(Clone, Debug)]
pub struct Record {
    /// The C type of an application descriptor, the SQL type of an IPD (SQL_DESC_CONCISE_TYPE).
    pub concise_type: i16,
    /// Whether the type is a verbose one (SQL_DATETIME, SQL_INTERVAL) whose code has not been set yet.
    pub awaits_code: bool,
    pub length: usize,
    pub octet_length: isize,
    pub precision: i16,
    pub scale: i16,
    pub datetime_interval_precision: i32,
    pub num_prec_radix: i32,
    pub data: Address,
    pub octet_length_ptr: Address,
    pub indicator_ptr: Address,
    pub parameter_type: i16,
    pub nullable: i16,
    pub name: String,
    /// Whether SQLBindParameter or a Set function has given the record a type.
    pub described: bool,
}

impl Default for Record {
    fn default() -> Self {
        Record {
            concise_type: C_DEFAULT,
            awaits_code: false,
            length: 0,
            octet_length: 0,
            precision: 0,
            scale: 0,
            datetime_interval_precision: 0,
            num_prec_radix: 0,
            data: Address::NULL,
            octet_length_ptr: Address::NULL,
            indicator_ptr: Address::NULL,
            parameter_type: param::INPUT,
            nullable: 1,
            name: String::new(),
            described: false,
        }
    }
}

impl Record {
    /// Whether data or a length goes to the application through this record.
    pub fn is_bound(&self) -> bool {
        let addresses = [self.data, self.octet_length_ptr, self.indicator_ptr];
        addresses.iter().any(|address| !address.is_null())
    }

    /// How the buffer of an application's record is read or written, once its C type is known.
    pub fn target(&self, c_type: CType, wchar: Wchar) -> CTarget {
        CTarget::described(c_type, self.precision, self.scale, self.datetime_interval_precision, wchar)
    }

    /// The addresses of row `row` (from 0): data, octet length and indicator. `element` is the distance between two
    /// values of a column-wise binding.
    pub fn addresses(&self, header: &Header, offset: isize, row: usize, element: usize) -> Addresses {
        let (data_step, length_step) = match header.bind_type {
            0 => (element, size_of::<isize>()),
            row_size => (row_size, row_size),
        };
        let at = |address: Address, step: usize| address.offset(offset + (row * step) as isize);
        Addresses {
            data: at(self.data, data_step),
            octet_length: at(self.octet_length_ptr, length_step),
            indicator: at(self.indicator_ptr, length_step),
        }
    }
}

/// Where one value of a binding lies.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    pub data: Address,
    pub octet_length: Address,
    pub indicator: Address,
}

/// What SQLCopyDesc copies.
#[derive(Clone, Debug)]
pub struct Contents {
    pub header: Header,
    pub bookmark: Record,
    pub records: Vec<Record>,
}

/// A descriptor.
#[derive(Debug)]
pub struct Descriptor {
    pub diagnostics: Diagnostics,
    pub role: Role,
    /// Whether the application allocated it (SQL_DESC_ALLOC_USER).
    pub explicit: bool,
    pub header: Header,
    records: Vec<Record>,
    /// Record 0: where bookmarks go. It does not count, and unbinding all columns leaves it.
    pub bookmark: Record,
    /// The columns of an IRD.
    pub columns: Arc<[ResultColumn]>,
}

impl Descriptor {
    /// An empty descriptor.
    pub fn new(role: Role, explicit: bool) -> Self {
        Descriptor {
            diagnostics: Diagnostics::default(),
            role,
            explicit,
            header: Header::default(),
            records: Vec::new(),
            bookmark: Record::default(),
            columns: Arc::new([]),
        }
    }

    /// Number of the highest record (SQL_DESC_COUNT).
    pub fn count(&self) -> usize {
        if self.role == Role::ImplementationRow { self.columns.len() } else { self.records.len() }
    }

    /// The records, the first one for column or parameter 1.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The record of that number, counted from 1; 0 is the bookmark's.
    pub fn record(&self, number: usize) -> Option<&Record> {
        match number.checked_sub(1) {
            None => Some(&self.bookmark),
            Some(index) => self.records.get(index),
        }
    }

    /// The record of that number, made where there is none; 0 is the bookmark's.
    pub fn record_mut(&mut self, number: usize) -> &mut Record {
        let Some(index) = number.checked_sub(1) else { return &mut self.bookmark };
        if self.records.len() <= index {
            self.records.resize(number, Record::default());
        }
        &mut self.records[index]
    }

    /// Sets the number of the highest record; those above it are gone.
    pub fn set_count(&mut self, count: usize) {
        self.records.resize(count, Record::default());
    }

    /// Unbinds a record; the highest bound one then is the last. 0 is the bookmark's.
    pub fn unbind(&mut self, number: usize) {
        if number <= self.records.len() {
            *self.record_mut(number) = Record::default();
        }
        self.shrink();
    }

    /// Lets the highest bound record be the last.
    pub fn shrink(&mut self) {
        let count = self.records.iter().rposition(Record::is_bound).map_or(0, |index| index + 1);
        self.records.truncate(count);
    }

    /// Takes what another one holds (SQLCopyDesc).
    pub fn take(&mut self, contents: Contents) {
        Contents { header: self.header, bookmark: self.bookmark, records: self.records } = contents;
    }
}

/// The descriptors of a connection.
#[derive(Debug, Default)]
pub struct Descriptors(BTreeMap<Token, Descriptor>);

impl Descriptors {
    /// The descriptor of that handle.
    pub fn get(&self, handle: Token) -> Option<&Descriptor> {
        self.0.get(&handle)
    }

    /// The descriptor of that handle.
    pub fn get_mut(&mut self, handle: Token) -> Option<&mut Descriptor> {
        self.0.get_mut(&handle)
    }

    /// Puts a descriptor under its handle.
    pub fn insert(&mut self, handle: Token, descriptor: Descriptor) {
        self.0.insert(handle, descriptor);
    }

    /// Takes a descriptor out.
    pub fn remove(&mut self, handle: Token) -> Option<Descriptor> {
        self.0.remove(&handle)
    }

    /// The handles of all descriptors.
    pub fn handles(&self) -> Vec<Token> {
        self.0.keys().copied().collect()
    }
}

impl std::ops::Index<Token> for Descriptors {
    type Output = Descriptor;

    /// A descriptor that a statement names: it lives as long as the statement.
    fn index(&self, handle: Token) -> &Descriptor {
        &self.0[&handle]
    }
}

impl std::ops::IndexMut<Token> for Descriptors {
    fn index_mut(&mut self, handle: Token) -> &mut Descriptor {
        self.0.get_mut(&handle).expect("a statement's descriptors live as long as it does")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_step_by_element_or_by_row() {
        let mut memory = [0u8; 256];
        let base = Address::of(&mut memory[..]);
        let record = Record { data: base, indicator_ptr: base.offset(100), ..Record::default() };
        let by_column = record.addresses(&Header::default(), 4, 3, 10);
        assert_eq!(by_column.data, base.offset(34));
        assert_eq!(by_column.indicator, base.offset(100 + 4 + 3 * size_of::<isize>() as isize));
        assert!(by_column.octet_length.is_null());
        let header = Header { bind_type: 24, ..Header::default() };
        let by_row = record.addresses(&header, 4, 3, 10);
        assert_eq!(by_row.data, base.offset(76));
        assert_eq!(by_row.indicator, base.offset(176));
    }

    #[test]
    fn unbinding_the_last_shrinks_the_count() {
        let mut byte = 0u8;
        let mut descriptor = Descriptor::new(Role::Application, false);
        for number in [0, 1, 3] {
            descriptor.record_mut(number).data = Address::of(&mut byte);
        }
        assert_eq!(descriptor.count(), 3);
        descriptor.unbind(3);
        assert_eq!(descriptor.count(), 1);
        descriptor.unbind(9);
        descriptor.set_count(0);
        assert!(descriptor.record(0).is_some_and(Record::is_bound));
        descriptor.unbind(0);
        assert!(!descriptor.bookmark.is_bound());
    }
}
