//! The fields of descriptors as data: how wide each one is, and what each kind of descriptor lets an application do
//! with it (SQLSetDescField, "Initialization of Descriptor Fields").

use super::constants::desc;
use super::descriptor::Role;
use super::width::Width;

/// What an application may do with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// The kind of descriptor has no such field (HY091).
    Unused,
    /// Setting it is HY091, or HY016 in an implementation row descriptor.
    Read,
    Write,
    /// Setting it checks the record, and keeps nothing: SQL_DESC_DATA_PTR of an IPD.
    Check,
}

/// A field.
#[derive(Debug)]
pub struct Facts {
    pub id: i32,
    pub width: Width,
    /// Whether a descriptor has it once, not once for each record.
    pub in_header: bool,
    application: Access,
    row: Access,
    parameter: Access,
}

impl Facts {
    /// What the kind of descriptor allows.
    pub fn access(&self, role: Role) -> Access {
        match role {
            Role::Application => self.application,
            Role::ImplementationRow => self.row,
            Role::ImplementationParameter => self.parameter,
        }
    }
}

/// The field of that id; `None` for one that ODBC does not define.
pub fn field(id: i32) -> Option<&'static Facts> {
    FIELDS.iter().find(|field| field.id == id)
}

const fn header(id: i32, width: Width, access: [Access; 3]) -> Facts {
    let [application, row, parameter] = access;
    Facts { id, width, in_header: true, application, row, parameter }
}

const fn record(id: i32, width: Width, access: [Access; 3]) -> Facts {
    let [application, row, parameter] = access;
    Facts { id, width, in_header: false, application, row, parameter }
}

/// Every field. The three columns of access are those of ARD and APD, IRD, IPD.
pub static FIELDS: &[Facts] = {
    use Access::{Check, Read as R, Unused as U, Write as W};
    use Width::{I16, I32, Len, Pointer, Text, ULen};
    &[
        header(desc::ALLOC_TYPE, I16, [R, R, R]),
        header(desc::ARRAY_SIZE, ULen, [W, U, U]),
        header(desc::ARRAY_STATUS_PTR, Pointer, [W, W, W]),
        header(desc::BIND_OFFSET_PTR, Pointer, [W, U, U]),
        header(desc::BIND_TYPE, I32, [W, U, U]),
        header(desc::COUNT, I16, [W, R, W]),
        header(desc::ROWS_PROCESSED_PTR, Pointer, [U, W, W]),
        record(desc::AUTO_UNIQUE_VALUE, I32, [U, R, U]),
        record(desc::BASE_COLUMN_NAME, Text, [U, R, U]),
        record(desc::BASE_TABLE_NAME, Text, [U, R, U]),
        record(desc::CASE_SENSITIVE, I32, [U, R, R]),
        record(desc::CATALOG_NAME, Text, [U, R, U]),
        record(desc::CONCISE_TYPE, I16, [W, R, W]),
        record(desc::DATA_PTR, Pointer, [W, U, Check]),
        record(desc::DATETIME_INTERVAL_CODE, I16, [W, R, W]),
        record(desc::DATETIME_INTERVAL_PRECISION, I32, [W, R, W]),
        record(desc::DISPLAY_SIZE, Len, [U, R, U]),
        record(desc::FIXED_PREC_SCALE, I16, [U, R, R]),
        record(desc::INDICATOR_PTR, Pointer, [W, U, U]),
        record(desc::LABEL, Text, [U, R, U]),
        record(desc::LENGTH, ULen, [W, R, W]),
        record(desc::LITERAL_PREFIX, Text, [U, R, U]),
        record(desc::LITERAL_SUFFIX, Text, [U, R, U]),
        record(desc::LOCAL_TYPE_NAME, Text, [U, R, R]),
        record(desc::NAME, Text, [U, R, W]),
        record(desc::NULLABLE, I16, [U, R, R]),
        record(desc::NUM_PREC_RADIX, I32, [W, R, W]),
        record(desc::OCTET_LENGTH, Len, [W, R, W]),
        record(desc::OCTET_LENGTH_PTR, Pointer, [W, U, U]),
        record(desc::PARAMETER_TYPE, I16, [U, U, W]),
        record(desc::PRECISION, I16, [W, R, W]),
        record(desc::ROWVER, I16, [U, R, R]),
        record(desc::SCALE, I16, [W, R, W]),
        record(desc::SCHEMA_NAME, Text, [U, R, U]),
        record(desc::SEARCHABLE, I16, [U, R, U]),
        record(desc::TABLE_NAME, Text, [U, R, U]),
        record(desc::TYPE, I16, [W, R, W]),
        record(desc::TYPE_NAME, Text, [U, R, R]),
        record(desc::UNNAMED, I16, [U, R, W]),
        record(desc::UNSIGNED, I16, [U, R, R]),
        record(desc::UPDATABLE, I16, [U, R, U]),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_stands_twice() {
        for (i, field) in FIELDS.iter().enumerate() {
            assert!(FIELDS[i + 1..].iter().all(|other| other.id != field.id), "{}", field.id);
        }
    }

    #[test]
    fn a_row_descriptor_takes_two_addresses_and_nothing_else() {
        let taken = FIELDS.iter().filter(|field| field.access(Role::ImplementationRow) == Access::Write);
        let taken: Vec<i32> = taken.map(|field| field.id).collect();
        assert_eq!(taken, [desc::ARRAY_STATUS_PTR, desc::ROWS_PROCESSED_PTR]);
    }
}
