//! What a row was answered with: the columns of RETURNING, and the key of a row that was made.

use super::request::Ready;
use crate::engine::{Database, context, send};
use crate::error::Error;
use crate::model::{ACCOUNT, DataType, Table};
use crate::sql::{WriteKind, WritePlan};
use crate::twilio::{Layout, Page};
use crate::value::{Value, ValueRef};

/// Which columns are read of the answers: those of RETURNING, then those of the key.
pub(super) struct Answers<'p> {
    plan: &'p WritePlan,
    returned: &'p [usize],
    key: Vec<usize>,
}

impl<'p> Answers<'p> {
    pub fn new(plan: &'p WritePlan) -> Self {
        let returned = plan.returning.as_ref().map_or(&[][..], |returning| &returning.columns);
        let key = if plan.kind == WriteKind::Insert { key(&plan.table) } else { Vec::new() };
        Answers { plan, returned, key }
    }

    /// How the answer to a row is read; `None` where nothing of it is wanted.
    pub fn layout(&self, database: &Database, row: &Ready) -> Option<Layout> {
        if self.plan.kind == WriteKind::Delete || (self.returned.is_empty() && self.key.is_empty()) {
            return None;
        }
        let mut layout = Layout::new(None, []);
        for &position in self.returned.iter().chain(&self.key) {
            let column = &self.plan.table.columns[position];
            if !column.from_path && column.switch.is_none() {
                send::add_field(&mut layout, column);
                continue;
            }
            let own = (column.name == ACCOUNT).then(|| database.client.account_sid());
            let value = row.path.iter().find(|(p, _)| *p == position).map(|(_, value)| value.as_str());
            layout.add_given(value.or(own).map(str::to_owned).into(), column.data_type);
        }
        send::hide_secrets(&mut layout, &self.plan.table);
        Some(layout)
    }

    /// The key of the row that was made, if the answer tells it.
    pub fn key(&self, answer: Option<&Page>) -> Option<String> {
        let page = answer?;
        let part = |i| match page.value(0, self.returned.len() + i) {
            ValueRef::Text(text) => Some(text.to_owned()),
            ValueRef::Integer(number) => Some(number.to_string()),
            _ => None,
        };
        let parts: Vec<String> = (0..self.key.len()).map(part).collect::<Option<_>>()?;
        (!parts.is_empty()).then(|| parts.join(","))
    }

    /// Warnings for returned values that are not what their columns say. What was written is done, so that they are no
    /// errors on a strict connection either.
    pub fn warnings(&self, answer: &Page) -> Vec<Error> {
        let returned = answer.warnings().iter().filter(|w| w.column < self.returned.len());
        let table = &self.plan.table;
        returned.map(|w| context::read_as_null(table, self.returned[w.column], &w.sample)).collect()
    }

    /// The row that RETURNING gives. `found` is the row as it was before it was deleted.
    pub fn page(&self, answer: Option<Page>, found: Vec<Value>) -> Option<Page> {
        self.plan.returning.as_ref()?;
        let types = || self.returned.iter().map(|&position| self.type_of(position));
        Some(match answer {
            _ if self.plan.kind == WriteKind::Delete => Page::of_rows(types(), &[found]),
            Some(page) => page,
            None => Page::of_rows(types(), &[vec![Value::Null; self.returned.len()]]),
        })
    }

    fn type_of(&self, position: usize) -> DataType {
        self.plan.table.columns[position].data_type
    }
}

/// The columns of the key that a row is given when it is made: what stands in the path is known before.
fn key(table: &Table) -> Vec<usize> {
    let key = || table.key.iter().filter_map(|name| table.column(name).map(|(position, _)| position));
    let path: Vec<usize> = table.create.iter().flat_map(|create| table.path_columns(&create.path)).collect();
    let made: Vec<usize> = key().filter(|position| !path.contains(position)).collect();
    if made.is_empty() { key().collect() } else { made }
}
