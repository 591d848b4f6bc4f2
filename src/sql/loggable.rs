//! Statements as a log may show them: without secrets.

use sqlparser::ast::{AssignmentTarget, Ident, ObjectName, TableFactor, TableObject};

use super::resolve::idents;
use super::{Names, call, parse, with_deep_stack};
use crate::model::{Model, Operation, Table};

/// The statement without the values of secret arguments and parameters.
pub fn loggable(model: &Model, sql: &str) -> String {
    with_deep_stack(|| loggable_here(model, sql))
}

fn loggable_here(model: &Model, sql: &str) -> String {
    match parse::parse(sql) {
        Ok(parse::Parsed::Call(call)) => call::masked(model, &call).unwrap_or_else(|| "EXEC …".to_owned()),
        Ok(parse::Parsed::Explain(sql)) => format!("EXPLAIN {}", loggable_here(model, &sql).trim_start()),
        Ok(parse::Parsed::Insert(insert, _)) => {
            let TableObject::TableName(table) = &insert.table else { return sql.to_owned() };
            match secret(model, table, |t| t.create.as_ref(), insert.columns.iter()) {
                true => format!("INSERT INTO {table} ({}) …", listed(insert.columns.iter())),
                false => sql.to_owned(),
            }
        }
        Ok(parse::Parsed::Update(update, _)) => {
            let TableFactor::Table { name, .. } = &update.table.relation else { return sql.to_owned() };
            let columns = || {
                update.assignments.iter().filter_map(|assignment| match &assignment.target {
                    AssignmentTarget::ColumnName(name) => Some(name),
                    AssignmentTarget::Tuple(_) => None,
                })
            };
            match secret(model, name, |t| t.update.as_ref(), columns()) {
                true => format!("UPDATE {name} SET {} = …", listed(columns())),
                false => sql.to_owned(),
            }
        }
        Err(_) if sql.trim_start().starts_with(['{', 'e', 'E', 'c', 'C']) => "EXEC …".to_owned(),
        // Which of its values are secret cannot be told.
        Err(_) if !sql.trim_start().starts_with(['s', 'S', 'w', 'W']) => {
            let end = sql.find(['\'', '"', '=', '(']).unwrap_or(sql.len());
            format!("{} …", sql[..end].trim_end())
        }
        _ => sql.to_owned(),
    }
}

/// Whether one of the names is that of a secret parameter.
fn secret<'n>(
    model: &Model,
    table: &ObjectName,
    operation: impl Fn(&Table) -> Option<&Operation>,
    mut names: impl Iterator<Item = &'n ObjectName>,
) -> bool {
    let last = |name: &ObjectName| idents(name).ok()?.pop().map(|ident: Ident| ident.value);
    let names_of_model = Names { model, local: &[], walks_costly: false, all_accounts: false };
    let Some(table) = idents(table).ok().and_then(|path| names_of_model.table(&path)) else { return false };
    let Some(operation) = operation(table) else { return false };
    let is_secret = |name: &str| operation.parameter(name).is_some_and(|parameter| parameter.secret);
    names.any(|name| last(name).is_some_and(|name| is_secret(&name)))
}

fn listed<'n>(names: impl Iterator<Item = &'n ObjectName>) -> String {
    names.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_secret_parameters_are_left_out() {
        let model = Model::builtin();
        let masked = |sql| loggable(&model, sql);
        assert_eq!(
            masked("INSERT INTO Calls ([To], sipauthpassword) VALUES ('1', 's3cr3t')"),
            "INSERT INTO Calls ([To], sipauthpassword) …"
        );
        assert_eq!(
            masked("EXPLAIN UPDATE SipCredentials SET Password = 's3cr3t' WHERE Sid = 'x'"),
            "EXPLAIN UPDATE SipCredentials SET Password = …"
        );
        // What does not parse may hold any.
        assert_eq!(masked("INSERT INTO Calls (SipAuthPassword VALUES ('s3cr3t')"), "INSERT INTO Calls …");
        assert_eq!(masked("UPDATE x SET Password = 's3cr3t' WHER Sid = 1"), "UPDATE x SET Password …");
        assert_eq!(masked("UPDATE x SET Password = 's3cr3t"), "UPDATE x SET Password …");
        for sql in ["INSERT INTO Messages ([To]) VALUES ('1')", "UPDATE Calls SET Status = 'completed'"] {
            assert_eq!(masked(sql), sql);
        }
    }
}
