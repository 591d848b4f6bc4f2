//! Reads the data files that are built in.

use std::collections::HashMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::Model;
use super::entry::{Header, TableEntry};
use super::procedure::{Procedure, ProcedureEntry, ProcedureHeader};

mod files {
    use super::{Header, ProcedureHeader};
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
    let tables: Vec<_> = headers.iter().map(|header| Arc::new(TableEntry::new(header))).collect();
    let procedures: Vec<_> =
        files::PROCEDURES.iter().map(|header| Arc::new(ProcedureEntry::new(header))).collect();
    of_entries(tables, procedures)
}

/// The tables of a test.
#[cfg(test)]
pub(super) fn of_tables(texts: &[&str]) -> Result<Model, String> {
    let read = |text: &&str| {
        let table = super::entry::read(text).map_err(|e| e.to_string())?;
        Ok(Arc::new(TableEntry::from(Arc::new(table))))
    };
    let tables = texts.iter().map(read).collect::<Result<Vec<_>, String>>()?;
    of_entries(tables, Vec::new())
}

/// Reads what a file's text says.
///
/// # Errors
/// The field, the line, and what is wrong.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value =
        serde_path_to_error::deserialize(&mut json).map_err(|e| match e.path().to_string().as_str() {
            // That of the whole file.
            "." => e.inner().to_string(),
            path => format!("{path}: {}", e.inner()),
        })?;
    json.end().map_err(|e| e.to_string())?;
    Ok(value)
}

/// The model with further tables. One that has the schema and the name of another takes its place.
pub(super) fn with_tables(
    model: &Model,
    tables: impl IntoIterator<Item = Arc<TableEntry>>,
) -> Result<Model, String> {
    let mut all = model.tables.clone();
    for table in tables {
        let is_same = |other: &Arc<TableEntry>| {
            other.schema.eq_ignore_ascii_case(&table.schema) && other.name.eq_ignore_ascii_case(&table.name)
        };
        all.retain(|other| !is_same(other));
        all.push(table);
    }
    all.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    of_entries(all, model.procedures.clone())
}

/// The model with further procedures. One that has the schema and the name of another takes its place.
pub(super) fn with_procedures(mut model: Model, procedures: Vec<Arc<Procedure>>) -> Result<Model, String> {
    for procedure in procedures {
        model.procedures.retain(|old| {
            !(old.schema.eq_ignore_ascii_case(&procedure.schema)
                && old.name.eq_ignore_ascii_case(&procedure.name))
        });
        model.procedures.push(Arc::new(ProcedureEntry::from(procedure)));
    }
    model.procedures.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    of_entries(model.tables, model.procedures)
}

/// A model of these, which are in the order of schemas and names.
fn of_entries(tables: Vec<Arc<TableEntry>>, procedures: Vec<Arc<ProcedureEntry>>) -> Result<Model, String> {
    Ok(Model {
        table_names: names(tables.iter().map(|t| (&*t.schema, &*t.name)))?,
        procedure_names: names(procedures.iter().map(|p| (&*p.schema, &*p.name)))?,
        tables,
        procedures,
    })
}

/// The positions of each name in lower case.
fn names<'a>(named: impl Iterator<Item = (&'a str, &'a str)>) -> Result<HashMap<String, Vec<usize>>, String> {
    let all: Vec<(&str, &str)> = named.collect();
    let mut names: HashMap<String, Vec<usize>> = HashMap::with_capacity(all.len());
    for (position, (schema, name)) in all.iter().enumerate() {
        let same = names.entry(name.to_ascii_lowercase()).or_default();
        if same.iter().any(|&i| all[i].0.eq_ignore_ascii_case(schema)) {
            return Err(format!("{schema}.{name} is defined twice"));
        }
        same.push(position);
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::super::check::{check_procedure, check_table};
    use super::super::operation::Operation;
    use super::super::table::Table;
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
            assert_eq!(check_table(&model, &table), [], "{}.{}", table.schema, table.name);
        }
        for header in files::PROCEDURES {
            let find = |schema: &str, name: &str| model.table(Some(schema), name).map(|t| &**t);
            let procedure =
                super::super::procedure::ProcedureFile::read(header.text).and_then(|file| file.whole(find));
            let procedure = procedure.unwrap_or_else(|e| panic!("{}.{}: {e}", header.schema, header.name));
            assert_eq!((&*procedure.schema, &*procedure.name), (header.schema, header.name));
        }
        for procedure in model.procedures() {
            assert_eq!(check_procedure(&model, procedure), [], "{}.{}", procedure.schema, procedure.name);
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

    fn operations(table: &Table) -> impl Iterator<Item = &Operation> {
        [&table.fetch, &table.create, &table.update, &table.delete].into_iter().flatten()
    }
}
