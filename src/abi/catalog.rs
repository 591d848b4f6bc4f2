//! Marshalling of the catalogue functions.

use super::memory::Address;
use super::text::{Encoding, read};
use crate::convert::Wchar;
use crate::error::Result;
use crate::odbc::catalog::{self, ObjectName};
use crate::odbc::dispatch::{Function, on_statement};
use crate::odbc::registry::Token;

/// A name in up to three parts, copied out of application memory.
struct Name {
    catalog: Option<String>,
    schema: Option<String>,
    name: Option<String>,
}

impl Name {
    fn read<E: Encoding>(
        wchar: Wchar,
        catalog: (Address, i16),
        schema: (Address, i16),
        name: (Address, i16),
    ) -> Result<Name> {
        Ok(Name {
            catalog: read::<E>(wchar, catalog.0, catalog.1.into(), "CatalogName")?,
            schema: read::<E>(wchar, schema.0, schema.1.into(), "SchemaName")?,
            name: read::<E>(wchar, name.0, name.1.into(), "TableName")?,
        })
    }

    fn parts(&self) -> ObjectName<'_> {
        ObjectName {
            catalog: self.catalog.as_deref(),
            schema: self.schema.as_deref(),
            name: self.name.as_deref(),
        }
    }
}

pub(super) fn type_info(function: Function, statement: Token, data_type: i16) -> i16 {
    on_statement(function, statement, |call| call.catalogue(|context| catalog::type_info(context, data_type)))
}

/// A function of one name.
macro_rules! of_name {
    ($($name:ident;)*) => {$(
        #[allow(clippy::too_many_arguments)]
        pub(super) fn $name<E: Encoding>(
            function: Function,
            statement: Token,
            catalog: Address,
            catalog_length: i16,
            schema: Address,
            schema_length: i16,
            name: Address,
            name_length: i16,
        ) -> i16 {
            on_statement(function, statement, |call| {
                let name =
                    Name::read::<E>(call.wchar(), (catalog, catalog_length), (schema, schema_length), (name, name_length))?;
                call.catalogue(|context| catalog::$name(context, name.parts()))
            })
        }
    )*};
}

of_name! {
    primary_keys;
    procedures;
    table_privileges;
}

/// A function of a name and a further text.
macro_rules! of_name_and_text {
    ($($name:ident, $what:literal;)*) => {$(
        #[allow(clippy::too_many_arguments)]
        pub(super) fn $name<E: Encoding>(
            function: Function,
            statement: Token,
            catalog: Address,
            catalog_length: i16,
            schema: Address,
            schema_length: i16,
            name: Address,
            name_length: i16,
            text: Address,
            text_length: i16,
        ) -> i16 {
            on_statement(function, statement, |call| {
                let name =
                    Name::read::<E>(call.wchar(), (catalog, catalog_length), (schema, schema_length), (name, name_length))?;
                let text = read::<E>(call.wchar(), text, text_length.into(), $what)?;
                call.catalogue(|context| catalog::$name(context, name.parts(), text.as_deref()))
            })
        }
    )*};
}

of_name_and_text! {
    tables, "TableType";
    columns, "ColumnName";
    procedure_columns, "ColumnName";
    column_privileges, "ColumnName";
}

#[allow(clippy::too_many_arguments)]
pub(super) fn foreign_keys<E: Encoding>(
    function: Function,
    statement: Token,
    pk_catalog: Address,
    pk_catalog_length: i16,
    pk_schema: Address,
    pk_schema_length: i16,
    pk_table: Address,
    pk_table_length: i16,
    fk_catalog: Address,
    fk_catalog_length: i16,
    fk_schema: Address,
    fk_schema_length: i16,
    fk_table: Address,
    fk_table_length: i16,
) -> i16 {
    on_statement(function, statement, |call| {
        let primary = Name::read::<E>(
            call.wchar(),
            (pk_catalog, pk_catalog_length),
            (pk_schema, pk_schema_length),
            (pk_table, pk_table_length),
        )?;
        let foreign = Name::read::<E>(
            call.wchar(),
            (fk_catalog, fk_catalog_length),
            (fk_schema, fk_schema_length),
            (fk_table, fk_table_length),
        )?;
        call.catalogue(|context| catalog::foreign_keys(context, primary.parts(), foreign.parts()))
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn statistics<E: Encoding>(
    function: Function,
    statement: Token,
    catalog: Address,
    catalog_length: i16,
    schema: Address,
    schema_length: i16,
    table: Address,
    table_length: i16,
    unique: u16,
    accuracy: u16,
) -> i16 {
    on_statement(function, statement, |call| {
        let name = Name::read::<E>(
            call.wchar(),
            (catalog, catalog_length),
            (schema, schema_length),
            (table, table_length),
        )?;
        call.catalogue(|context| catalog::statistics(context, name.parts(), unique, accuracy))
    })
}

#[allow(clippy::too_many_arguments)]
pub(super) fn special_columns<E: Encoding>(
    function: Function,
    statement: Token,
    kind: u16,
    catalog: Address,
    catalog_length: i16,
    schema: Address,
    schema_length: i16,
    table: Address,
    table_length: i16,
    scope: u16,
    nullable: u16,
) -> i16 {
    on_statement(function, statement, |call| {
        let name = Name::read::<E>(
            call.wchar(),
            (catalog, catalog_length),
            (schema, schema_length),
            (table, table_length),
        )?;
        call.catalogue(|context| catalog::special_columns(context, kind, name.parts(), scope, nullable))
    })
}
