//! Values that are given to columns (INSERT, UPDATE): their markers have the types of the columns.

use sqlparser::ast::{Expr, Ident, Query, SelectItem, SetExpr, Values};

use super::{Resolver, Scope, Typed, forms, quote, result_column};
use crate::error::Result;
use crate::model::{ColumnType, DataType};
use crate::sql::plan::{QueryPlan, ResultColumn};

impl Resolver<'_> {
    /// Resolves the rows of VALUES, whose items are as many as the columns that they are for.
    pub(in crate::sql) fn assign_values(
        &mut self,
        mut values: Values,
        targets: &[Typed],
    ) -> Result<QueryPlan> {
        for row in &mut values.rows {
            for (item, target) in row.content.iter_mut().zip(targets) {
                let typed = self.expr(item, &Scope::default())?;
                self.set_parameter(&typed, target);
            }
        }
        let columns = targets.iter().enumerate();
        let columns = columns.map(|(i, t)| result_column(format!("column{}", i + 1), t.clone())).collect();
        let query = forms::query(SetExpr::Values(values));
        Ok(self.finish(&query, columns))
    }

    /// Types the marker that a result column is, by the column that its values are for.
    pub(in crate::sql) fn assign_result(&mut self, result: &ResultColumn, target: &Typed) {
        self.set_parameter(&Typed { marker: result.marker, ..Typed::default() }, target);
    }

    /// Resolves a SELECT whose first column becomes the row id of its one relation.
    pub(in crate::sql) fn plan_with_row_ids(
        &mut self,
        mut query: Query,
        relation: &str,
        row_id: &str,
    ) -> Result<QueryPlan> {
        let mut columns = self.query(&mut query, &Scope::default())?;
        if let SetExpr::Select(select) = &mut *query.body {
            let mut path = vec![Ident::new(relation), Ident::new(row_id)];
            path.iter_mut().for_each(quote);
            select.projection.insert(0, SelectItem::UnnamedExpr(Expr::CompoundIdentifier(path)));
        }
        let typed = Typed::of(Some(ColumnType::of(DataType::BigInt)), false);
        columns.insert(0, result_column(row_id.to_owned(), typed));
        Ok(self.finish(&query, columns))
    }
}
