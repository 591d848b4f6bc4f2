//! What the tests of the catalogue functions share.

use std::sync::OnceLock;

use super::{Context, Listing};
use crate::convert::Wchar;
use crate::model::Model;
use crate::odbc::types::OdbcVersion;
use crate::value::Value;

/// The built-in model, asked by an ODBC 3 application.
pub(super) fn context() -> Context<'static> {
    context_for(OdbcVersion::Odbc3)
}

/// The built-in model, asked by an application of that version.
pub(super) fn context_for(version: OdbcVersion) -> Context<'static> {
    static MODEL: OnceLock<std::sync::Arc<Model>> = OnceLock::new();
    static LISTING: OnceLock<Listing> = OnceLock::new();
    Context {
        model: MODEL.get_or_init(Model::builtin),
        temporary: &[],
        listing: LISTING.get_or_init(Listing::default),
        version,
        wchar: Wchar::Utf16,
        metadata_id: false,
    }
}

/// The same under SQL_ATTR_METADATA_ID.
pub(super) fn identifiers() -> Context<'static> {
    Context { metadata_id: true, ..context() }
}

/// The text of one column.
pub(super) fn cells(rows: &[Vec<Value>], column: usize) -> Vec<String> {
    rows.iter()
        .map(|row| match &row[column] {
            Value::Text(text) => text.clone(),
            other => panic!("{other:?} is no text"),
        })
        .collect()
}
