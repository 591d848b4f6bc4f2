//! RETURNING: columns of the rows that a write was answered with.

use std::sync::Arc;

use sqlparser::ast::{Expr, Ident, SelectItem, SelectItemQualifiedWildcardKind};

use super::names;
use super::plan::{ResultColumn, Returning};
use super::resolve::{Relation, idents, unsupported};
use crate::error::Result;
use crate::model::Table;

/// Plans RETURNING. `alias` is another name of the table.
///
/// # Errors
/// 42S22 for an unknown column, HYC00 for what is no column.
pub(super) fn plan(
    table: &Arc<Table>,
    alias: Option<&str>,
    items: Option<&[SelectItem]>,
) -> Result<Option<Returning>> {
    let Some(items) = items else { return Ok(None) };
    let mut relation = Relation::of_table(table);
    if let Some(alias) = alias {
        relation = Relation { name: alias.to_owned(), schema: None, ..relation };
    }
    let mut returning = Returning { columns: Vec::new(), results: Vec::new() };
    for item in items {
        let (path, name) = match item {
            SelectItem::Wildcard(_) => {
                returning.add_all(table);
                continue;
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _)
                if relation.is_qualified_by(&idents(name)?) =>
            {
                returning.add_all(table);
                continue;
            }
            SelectItem::UnnamedExpr(expr) => (expr, None),
            SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias)),
            other => return Err(columns_only(&other.to_string())),
        };
        let path: &[Ident] = match path {
            Expr::Identifier(ident) => std::slice::from_ref(ident),
            Expr::CompoundIdentifier(path) => path,
            other => return Err(columns_only(&other.to_string())),
        };
        let (column, qualifier) = path.split_last().expect("a name has a part");
        let found = relation.column(&column.value).filter(|_| relation.is_qualified_by(qualifier));
        let position = found.ok_or_else(|| {
            if table.write_only(&column.value).is_some() {
                return names::write_only(table, &column.value, "");
            }
            let known = table.columns.iter().map(|c| c.name.as_str());
            names::unknown_column(&column.value, &format!(" of {}", table.name), known)
        })?;
        let result = ResultColumn { nullable: true, ..ResultColumn::of_table(table, position) };
        let name = name.map_or(result.name.clone(), |alias| alias.value.clone());
        returning.columns.push(position);
        returning.results.push(ResultColumn { name, ..result });
    }
    Ok(Some(returning))
}

impl Returning {
    fn add_all(&mut self, table: &Arc<Table>) {
        for (position, _) in table.shown() {
            // An answer may lack any of them.
            let result = ResultColumn { nullable: true, ..ResultColumn::of_table(table, position) };
            self.columns.push(position);
            self.results.push(result);
        }
    }
}

fn columns_only(item: &str) -> crate::error::Error {
    unsupported(&format!("{item} in RETURNING, which names columns,"))
}
