//! Reads the data files that are built in.

use std::collections::HashMap;
use std::sync::Arc;

use super::entry::{Header, TableEntry};
use super::procedure::ProcedureFile;
use super::{Model, lookup_key};

mod files {
    use super::Header;
    use crate::model::TableKind;

    include!(concat!(env!("OUT_DIR"), "/model_files.rs"));
}

/// Loads the files that are built in. Tables are read when they are first used: a test reads and checks all of them.
///
/// # Errors
/// A sentence that names the file, the line or the field, and what is wrong.
pub(super) fn builtin() -> Result<Model, String> {
    load(files::TABLES)
}

fn load(headers: &'static [Header]) -> Result<Model, String> {
    let tables: Vec<TableEntry> = headers.iter().map(TableEntry::new).collect();
    let mut model = Model {
        table_names: names(&tables)?,
        tables,
        procedures: Vec::new(),
        procedure_names: HashMap::new(),
    };
    let find = |schema: &str, name: &str| model.table(Some(schema), name).map(|t| &**t);
    let procedures = read_all(files::PROCEDURES, ProcedureFile::read)?
        .into_iter()
        .map(|file| match file {
            ProcedureFile::Whole(procedure) => Ok(Arc::new(procedure)),
            ProcedureFile::Update(update) => update.resolve(find).map(Arc::new),
        })
        .collect::<Result<Vec<_>, String>>()?;
    model.procedure_names = index(procedures.iter().map(|p| (p.schema.as_str(), p.name.as_str())))?;
    model.procedures = procedures;
    Ok(model)
}

/// The tables of a test.
#[cfg(test)]
pub(super) fn of_tables(texts: &[&str]) -> Result<Model, String> {
    let read = |text: &&str| {
        let table = super::entry::read(text).map_err(|e| e.to_string())?;
        Ok(TableEntry::from(Arc::new(table)))
    };
    let tables = texts.iter().map(read).collect::<Result<Vec<TableEntry>, String>>()?;
    let table_names = names(&tables)?;
    Ok(Model { tables, table_names, procedures: Vec::new(), procedure_names: HashMap::new() })
}

fn read_all<T>(
    files: &[(&str, &str)],
    read: impl Fn(&str) -> serde_json::Result<T>,
) -> Result<Vec<T>, String> {
    files.iter().map(|(name, text)| read(text).map_err(|e| format!("{name}: {e}"))).collect()
}

fn names(tables: &[TableEntry]) -> Result<HashMap<String, Vec<usize>>, String> {
    let mut names: HashMap<String, Vec<usize>> = HashMap::with_capacity(tables.len());
    for (position, table) in tables.iter().enumerate() {
        let same = names.entry(table.name.to_ascii_lowercase()).or_default();
        if same.iter().any(|&i| tables[i].schema.eq_ignore_ascii_case(&table.schema)) {
            return Err(format!("{}.{} is defined twice", table.schema, table.name));
        }
        same.push(position);
    }
    Ok(names)
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

#[cfg(test)]
mod tests {
    use super::super::procedure::Procedure;
    use super::super::sid::sid_prefixes;
    use super::super::table::{Operation, Paging, Table, TableKind, placeholders};
    use super::super::{ACCOUNT, DataType};
    use super::*;

    #[test]
    fn the_built_in_model_is_sound() {
        let model = load(files::TABLES).unwrap();
        for header in files::TABLES {
            // As it stands in the file.
            let table: Table = serde_json::from_str(header.text)
                .unwrap_or_else(|e| panic!("{}.{}: {e}", header.schema, header.name));
            let shown = (header.schema, header.name, header.kind, header.remarks);
            assert_eq!((&*table.schema, &*table.name, table.kind, &*table.remarks), shown);
            assert_eq!(check_table(&model, &table), Ok(()), "{}.{}", table.schema, table.name);
        }
        for procedure in model.procedures() {
            assert_eq!(check_procedure(&model, procedure), Ok(()), "{}.{}", procedure.schema, procedure.name);
        }
        let order = |t: &TableEntry| (t.schema.clone(), t.name.clone());
        assert!(model.tables().is_sorted_by_key(order));
    }

    #[test]
    fn names_are_found_in_any_letter_case_and_unqualified_if_there_is_one() {
        let model = builtin().unwrap();
        let participants = model.table(None, "CONFERENCEPARTICIPANTS").unwrap();
        assert_eq!(participants.column("conferencesidsid").unwrap().1.name, "ConferenceSid");
        assert!(model.procedure(Some("twilio"), "addparticipants").is_some());
        let schema = |schema, name| model.table(schema, name).map(|t| t.schema.as_str());
        assert_eq!(schema(Some("verify"), "services"), Some("Verify"));
        assert_eq!(schema(None, "Workspaces"), Some("TaskRouter"), "no other has that name");
        assert_eq!(schema(None, "Recordings"), Some("Twilio"), "the default schema comes first");
        assert_eq!(schema(None, "Roles"), None, "several have that name");
        assert!(model.tables_named("roles").any(|t| t.schema == "Chat"));
        assert_eq!(schema(Some("Insights"), "Twilio.Conferences"), Some("Twilio"), "as references say it");
        assert_eq!(schema(Some("Verify"), "Conferences"), None);
    }

    #[test]
    fn every_column_and_parameter_has_a_remark() {
        for table in builtin().unwrap().tables() {
            assert!(table.columns.iter().all(|c| !c.remarks.is_empty()), "{}.{}", table.schema, table.name);
            let mut parameters = operations(table).flat_map(|o| &o.parameters);
            assert!(parameters.all(|p| !p.remarks.is_empty()), "{}.{}", table.schema, table.name);
        }
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

    fn operations(table: &Table) -> impl Iterator<Item = &Operation> {
        [&table.fetch, &table.create, &table.update, &table.delete].into_iter().flatten()
    }

    /// What a table's file says that cannot be.
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
            if c.secret && (c.data_type != DataType::Text || table.key.contains(&c.name)) {
                return Err(format!("{}: a secret is text, and no part of the key", c.name));
            }
            if c.sid.as_ref().is_some_and(|sid| sid_prefixes(sid).any(|p| p.len() != 2)) {
                return Err(format!("{}: a SID prefix has two letters", c.name));
            }
        }
        let is_system = table.kind == TableKind::System;
        let no_items = table.items.is_empty() && table.paging != Some(Paging::One);
        let requests = [table.product.is_empty(), table.list.is_empty(), no_items, table.page_size == 0];
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
            for name in parent.conditions.keys().chain(parent.except.keys()).chain(parent.with.keys()) {
                target.column(name).ok_or("its parent's condition names no column")?;
            }
            parent.with.values().try_for_each(|name| column(name).map(|_| ()))?;
        }
        for (i, switch) in table.switches.iter().enumerate() {
            for name in switch.aliases.iter().chain([&switch.name]) {
                let before = &table.switches[..i];
                if table.column(name).is_some() || before.iter().any(|other| other.is_named(name)) {
                    return Err(format!("the switch {name} has the name of a column or of another switch"));
                }
            }
        }
        for c in table.columns.iter().filter(|c| c.is_asked()) {
            if !placeholders(&table.list).any(|name| name == c.name) {
                return Err(format!("{} has paths or a default, but is no part of the list's path", c.name));
            }
            if c.every && (c.paths.is_empty() || c.default.is_some()) {
                return Err(format!("{} cannot have every path that it has", c.name));
            }
            if c.default.as_ref().is_some_and(|d| !c.paths.is_empty() && c.path_of(d).is_none()) {
                return Err(format!("{}'s default is none of its paths", c.name));
            }
        }
        for name in placeholders(&table.list) {
            column(name)?;
        }
        for c in table.columns.iter().filter(|c| c.from_path) {
            let paths = table.fetch.iter().map(|fetch| &fetch.path).chain([&table.list]);
            let is_in = |path: &String| placeholders(path).any(|name| name == c.name);
            if c.data_type != DataType::Text || !paths.into_iter().all(is_in) {
                return Err(format!("{} is no text of every path that rows are read by", c.name));
            }
        }
        for operation in operations(table) {
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
}
