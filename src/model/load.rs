//! Reads the data files and checks that they hold together.

use std::collections::HashMap;
use std::sync::Arc;

use super::procedure::ProcedureFile;
use super::sid::sid_prefixes;
use super::table::placeholders;
use super::{ACCOUNT, Model, Procedure, Table, TableKind, lookup_key};

mod files {
    include!(concat!(env!("OUT_DIR"), "/model_files.rs"));
}

/// Loads the files that are built in.
///
/// # Errors
/// A sentence that names the file, the line or the field, and what is wrong.
pub(super) fn builtin() -> Result<Model, String> {
    let tables: Vec<Arc<Table>> = read_all(files::TABLES, |text| serde_json::from_str::<Table>(text))?
        .into_iter()
        .map(Arc::new)
        .collect();
    let find = |schema: &str, name: &str| {
        let same =
            |t: &&Arc<Table>| t.schema.eq_ignore_ascii_case(schema) && t.name.eq_ignore_ascii_case(name);
        tables.iter().find(same).map(|t| &**t)
    };
    let procedures = read_all(files::PROCEDURES, ProcedureFile::read)?
        .into_iter()
        .map(|file| match file {
            ProcedureFile::Whole(procedure) => Ok(Arc::new(procedure)),
            ProcedureFile::Update(update) => update.resolve(find).map(Arc::new),
        })
        .collect::<Result<Vec<_>, String>>()?;
    let model = Model {
        table_names: index(tables.iter().map(|t| (t.schema.as_str(), t.name.as_str())))?,
        procedure_names: index(procedures.iter().map(|p| (p.schema.as_str(), p.name.as_str())))?,
        tables,
        procedures,
    };
    for table in &model.tables {
        check_table(&model, table).map_err(|e| format!("{}.{}: {e}", table.schema, table.name))?;
    }
    for procedure in &model.procedures {
        check_procedure(&model, procedure)
            .map_err(|e| format!("{}.{}: {e}", procedure.schema, procedure.name))?;
    }
    Ok(model)
}

fn read_all<T>(
    files: &[(&str, &str)],
    read: impl Fn(&str) -> serde_json::Result<T>,
) -> Result<Vec<T>, String> {
    files.iter().map(|(name, text)| read(text).map_err(|e| format!("{name}: {e}"))).collect()
}

fn index<'a>(
    names: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<HashMap<(String, String), usize>, String> {
    let mut index = HashMap::new();
    for (position, (schema, name)) in names.enumerate() {
        if index.insert(lookup_key(Some(schema), name), position).is_some() {
            return Err(format!("{schema}.{name} is defined twice"));
        }
    }
    Ok(index)
}

fn check_table(model: &Model, table: &Table) -> Result<(), String> {
    let column = |name: &str| table.column(name).map(|(_, c)| c).ok_or(format!("no column {name}"));
    for (i, c) in table.columns.iter().enumerate() {
        for name in c.aliases.iter().chain([&c.name]) {
            if table.column(name).is_some_and(|(found, _)| found != i) {
                return Err(format!("two columns are named {name}"));
            }
        }
        if let Some(reference) = &c.references {
            let target = model.table(Some(&table.schema), &reference.table);
            let target = target.ok_or(format!("{} references no table", c.name))?;
            target.column(&reference.column).ok_or(format!("{} references no column", c.name))?;
        }
        if c.sid.as_ref().is_some_and(|sid| sid_prefixes(sid).any(|p| p.len() != 2)) {
            return Err(format!("{}: a SID prefix has two letters", c.name));
        }
    }
    let requests =
        [table.product.is_empty(), table.list.is_empty(), table.items.is_empty(), table.page_size == 0];
    let is_system = table.kind == TableKind::System;
    if table.source.is_some() != is_system || requests.iter().any(|&missing| missing != is_system) {
        return Err(
            "a table has a product, a list, its items and a page size, a system table a source".into()
        );
    }
    for name in &table.key {
        column(name)?;
    }
    for filter in &table.filters {
        column(&filter.column)?;
    }
    for parent in &table.parents {
        column(&parent.column)?;
        let target = model.table(Some(&table.schema), &parent.table).ok_or("its parent is no table")?;
        target.column(&parent.key).ok_or("its parent's key is no column")?;
        for condition in parent.conditions.keys().chain(parent.except.keys()) {
            target.column(condition).ok_or("its parent's condition names no column")?;
        }
    }
    for name in placeholders(&table.list) {
        let given = name == ACCOUNT || table.parents.iter().any(|p| p.column == name);
        column(name).and(if given { Ok(()) } else { Err(format!("{{{name}}} comes from no parent")) })?;
    }
    for operation in [&table.fetch, &table.update, &table.delete].into_iter().flatten() {
        placeholders(&operation.path).try_for_each(|name| column(name).map(|_| ()))?;
    }
    Ok(())
}

fn check_procedure(model: &Model, procedure: &Procedure) -> Result<(), String> {
    model.table(Some(&procedure.schema), &procedure.returns).ok_or("it returns no table's row")?;
    for (i, input) in procedure.inputs.iter().enumerate() {
        for name in input.aliases.iter().chain([&input.name]) {
            if procedure.input(name).is_some_and(|(found, _)| found != i) {
                return Err(format!("two inputs are named {name}"));
            }
        }
    }
    for name in placeholders(&procedure.path).filter(|&name| name != ACCOUNT) {
        procedure.input(name).ok_or(format!("{{{name}}} is no input"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_is_sound() {
        let model = builtin().unwrap();
        let participants = model.table(None, "CONFERENCEPARTICIPANTS").unwrap();
        assert_eq!(participants.column("conferencesidsid").unwrap().1.name, "ConferenceSid");
        assert!(model.procedure(Some("twilio"), "addparticipants").is_some());
    }

    #[test]
    fn a_fault_names_the_file_and_the_line() {
        let text = "{\n \"schema\": 1 }";
        let tables = read_all(&[("Broken.json", text)], |t| serde_json::from_str::<Table>(t)).map(|_| ());
        let procedures = read_all(&[("Broken.json", text)], ProcedureFile::read).map(|_| ());
        for error in [tables.unwrap_err(), procedures.unwrap_err()] {
            assert!(error.starts_with("Broken.json: ") && error.contains("line 2"), "{error}");
        }
    }
}
