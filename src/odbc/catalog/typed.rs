//! The cells that SQLColumns and SQLProcedureColumns have in common: from DATA_TYPE to IS_NULLABLE.

use std::borrow::Cow;

use super::result::{Heading, integer, name, number, optional, ordinal, remarks, text};
use super::{Context, ListedColumn};
use crate::model::{Column, ColumnType, DataType, Parameter, Table};
use crate::odbc::types::{OdbcVersion, TypeFacts, describe};
use crate::value::Value;

const SQL_NO_NULLS: i16 = 0;
const SQL_NULLABLE: i16 = 1;

/// The headings; ODBC 2 calls the sizes PRECISION, LENGTH, SCALE and RADIX.
pub(super) const HEADINGS: [Heading; 14] = [
    number("DATA_TYPE").not_null(),
    name("TYPE_NAME").not_null(),
    number("COLUMN_SIZE"),
    number("BUFFER_LENGTH"),
    number("DECIMAL_DIGITS"),
    number("NUM_PREC_RADIX"),
    number("NULLABLE").not_null(),
    remarks(),
    text("COLUMN_DEF", 254),
    number("SQL_DATA_TYPE").not_null(),
    number("SQL_DATETIME_SUB"),
    number("CHAR_OCTET_LENGTH"),
    number("ORDINAL_POSITION").not_null(),
    text("IS_NULLABLE", 3),
];

/// A column or parameter that is listed with its type.
#[derive(Clone, Debug)]
pub struct Typed<'a> {
    pub column_type: ColumnType,
    pub nullable: bool,
    pub remarks: Cow<'a, str>,
    /// The position in its list, from 0; `None` for what comes before the list.
    pub index: Option<usize>,
}

impl<'a> Typed<'a> {
    /// A table's column.
    pub fn column(listed: &ListedColumn<'a>) -> Typed<'a> {
        let ListedColumn { table, column, name, index, .. } = *listed;
        let remarks = match name != column.name {
            true => format!("Another name for {}.", column.name).into(),
            false => column.remarks.as_str().into(),
        };
        Typed {
            column_type: column.column_type(),
            nullable: table.is_nullable(column),
            remarks,
            index: Some(index),
        }
    }

    /// A procedure's input.
    pub fn input(index: usize, input: &'a Parameter) -> Typed<'a> {
        let remarks = input.remarks.as_str().into();
        Typed { column_type: input.column_type(), nullable: !input.required, remarks, index: Some(index) }
    }

    /// The return value of a procedure, which is number 0.
    pub fn return_value() -> Typed<'static> {
        let remarks = "0: the procedure succeeded.".into();
        Typed { column_type: ColumnType::of(DataType::Integer), nullable: false, remarks, index: None }
    }

    /// What ODBC says about the type.
    pub fn facts(&self, version: OdbcVersion) -> TypeFacts {
        describe(&self.column_type).for_version(version)
    }

    /// The cells under [`HEADINGS`].
    pub(super) fn cells(&self, context: &Context<'_>) -> [Value; 14] {
        let facts = self.facts(context.version).for_wchar(context.wchar);
        let [data_type, type_name, column_size, buffer_length, decimal_digits] = sizes(&facts);
        [
            data_type,
            type_name,
            column_size,
            buffer_length,
            decimal_digits,
            optional(facts.num_prec_radix),
            integer(if self.nullable { SQL_NULLABLE } else { SQL_NO_NULLS }),
            (*self.remarks).into(),
            Value::Null,
            integer(facts.verbose_type),
            optional(facts.datetime_code),
            optional(facts.char_octet_length),
            self.index.map_or(integer(0), ordinal),
            if self.nullable { "YES" } else { "NO" }.into(),
        ]
    }
}

/// DATA_TYPE, TYPE_NAME, COLUMN_SIZE, BUFFER_LENGTH and DECIMAL_DIGITS, which SQLSpecialColumns has too.
pub(super) fn sizes(facts: &TypeFacts) -> [Value; 5] {
    [
        integer(facts.concise_type),
        facts.type_name.into(),
        integer(facts.column_size),
        integer(facts.octet_length),
        optional(facts.decimal_digits),
    ]
}

/// Whether the column is a part of the table's key.
pub(super) fn is_key(table: &Table, column: &Column) -> bool {
    table.key.iter().any(|name| column.is_named(name))
}
