//! Views in FROM: the query of one as a derived table.

use std::sync::Arc;

use sqlparser::ast::{ObjectName, Query};

use super::{Relation, Resolver, Scope, idents};
use crate::error::{Error, Result, state};
use crate::model::Table;
use crate::sql::{Names, view};

/// The most views that a statement reads, counted each time that it does: views of views multiply.
const MAX_VIEWS: usize = 200;

impl Resolver<'_> {
    /// The view of that name, if it is one.
    pub(super) fn view(&self, name: &ObjectName) -> Result<Option<Arc<Table>>> {
        let path = idents(name)?;
        if let [ident] = &path[..]
            && self.ctes.iter().any(|cte| cte.name.eq_ignore_ascii_case(&ident.value))
        {
            return Ok(None);
        }
        Ok(self.names.table(&path).filter(|table| table.view.is_some()).cloned())
    }

    /// The query of a view, resolved, and what it is in FROM. It sees neither the common table expressions nor the
    /// temporary tables of the statement: it means the same wherever it is used.
    ///
    /// # Errors
    /// 42000 for a view that is part of itself or reads too many others, and what its query says, with its name.
    pub(super) fn query_of_view(&mut self, view: &Arc<Table>) -> Result<(Box<Query>, Relation)> {
        if self.views.iter().any(|outer| Arc::ptr_eq(outer, view)) {
            let message = format!("the view {} is part of its own query.", view.name);
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
        self.views_read += 1;
        if self.views_read > MAX_VIEWS {
            let message =
                format!("The statement reads more than {MAX_VIEWS} views, those in views included.");
            return Err(Error::new(state::SYNTAX_ERROR, message));
        }
        let mut query = Box::new(view::query(view.view.as_deref().unwrap_or_default())?);
        let ctes = std::mem::take(&mut self.ctes);
        let names = self.names;
        self.names = Names { local: &[], ..names };
        self.views.push(view.clone());
        let columns = self.query(&mut query, &Scope::default());
        self.views.pop();
        self.names = names;
        self.ctes = ctes;
        let columns = columns.map_err(|error| match self.views.is_empty() {
            // Where one is defined, the message has its name by itself.
            true => error,
            false => Error { message: format!("In the view {}: {}", view.name, error.message), ..error },
        })?;
        let schema = Some(view.schema.clone());
        Ok((query, Relation { schema, ..Relation::of_columns(&view.name, &columns) }))
    }
}
