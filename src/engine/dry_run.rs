//! What a write would send, as the rows of a result.

use std::sync::LazyLock;

use super::ResultColumn;
use crate::model::{ColumnType, DataType, MASK, Parameter};
use crate::twilio::{Page, Request};
use crate::value::Value;

/// The columns of the result.
pub(super) static COLUMNS: LazyLock<Vec<ResultColumn>> = LazyLock::new(|| {
    let column = |name: &str, column_type, nullable| ResultColumn {
        name: name.to_owned(),
        column_type,
        typed: true,
        nullable,
        base: None,
        marker: None,
    };
    vec![
        column("Product", ColumnType::text(32), false),
        column("Method", ColumnType::text(6), false),
        column("Path", ColumnType::text(4000), false),
        column("Body", ColumnType::of(DataType::Json), true),
        column("Headers", ColumnType::text(4000), true),
    ]
});

/// A row for each request.
pub(super) fn page<'r>(requests: impl Iterator<Item = &'r Request>) -> Page {
    let rows: Vec<Vec<Value>> = requests
        .map(|request| {
            vec![
                request.product.as_str().into(),
                request.method.name().into(),
                request.path_and_query().into(),
                request.body().into(),
                headers(request).into(),
            ]
        })
        .collect();
    Page::of_rows(COLUMNS.iter().map(|column| column.column_type.data_type), &rows)
}

/// The headers that parameters became, a line for each.
fn headers(request: &Request) -> Option<String> {
    let lines: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// Takes the secrets out of what would be sent.
pub(super) fn mask(given: &mut [(&Parameter, Vec<String>)]) {
    for (_, values) in given.iter_mut().filter(|(parameter, _)| parameter.secret) {
        values.iter_mut().for_each(|value| MASK.clone_into(value));
    }
}
