//! The keys of the rows that the connection's last INSERT made: `sys_identity`, `SCOPE_IDENTITY()`, `@@IDENTITY`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::value::Value;

/// Keeps the keys. A temporary table's INSERT makes none.
#[derive(Debug, Default)]
pub(super) struct Identity(Mutex<Keys>);

#[derive(Debug, Default)]
struct Keys {
    /// INSERT statements so far.
    statements: u64,
    /// In the order of the rows; `None` where the answer did not tell it.
    keys: Vec<Option<String>>,
}

impl Identity {
    /// A statement is about to send its rows, if it has any: the keys of the one before are forgotten.
    pub fn begin(&self) {
        let mut state = self.state();
        state.statements += 1;
        state.keys.clear();
    }

    /// Forgets all statements.
    pub fn clear(&self) {
        *self.state() = Keys::default();
    }

    /// A row was made.
    pub fn add(&self, key: Option<String>) {
        self.state().keys.push(key);
    }

    /// The rows of `sys_identity`, by the names that the model gives to its fields.
    pub fn rows(&self, fields: &[&str]) -> Vec<Vec<Value>> {
        let state = self.state();
        let field = |position: usize, key: &Option<String>, name: &str| match name {
            "number" => Value::Integer(i64::try_from(position).unwrap_or(i64::MAX).saturating_add(1)),
            "id" => key.clone().into(),
            "batch" => state.statements.to_string().into(),
            "operation" => "INSERTED".into(),
            "message" => "SUCCESS".into(),
            _ => Value::Null,
        };
        let rows = state.keys.iter().enumerate();
        rows.map(|(position, key)| fields.iter().map(|name| field(position, key, name)).collect()).collect()
    }

    fn state(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn the_last_statement_counts_and_every_column_is_told() {
        let identity = Identity::default();
        identity.begin();
        identity.add(Some("SM1".into()));
        identity.begin();
        identity.add(Some("SM2".into()));
        identity.add(None);
        let model = Model::builtin();
        let table = model.table(None, "sys_identity").unwrap();
        let fields: Vec<&str> = table.columns.iter().map(|c| c.json.as_str()).collect();
        let rows = identity.rows(&fields);
        let told = |row: &Vec<Value>| row.iter().all(|value| *value != Value::Null);
        assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), [true, false]);
        let first = [1.into(), "SM2".into(), "2".into(), "INSERTED".into(), "SUCCESS".into()];
        assert_eq!(rows[0], first);
        assert_eq!(rows[1][..2], [Value::Integer(2), Value::Null]);
    }
}
