//! The data files: reading what is there, writing what is new, and saying what is different.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::{fs, str};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use serde_json::Value;

use crate::model::{Operation, Procedure, Table, shape};
use crate::openapi::Document;
use crate::procedures::Write;
use crate::resource::Source;

/// The folder of the generated tables, and that of the generated procedures.
pub const TABLES: &str = "generated";
pub const PROCEDURES: &str = "generated_procedures";

/// Reads the documents of a folder, in the order of their names.
///
/// # Errors
/// A sentence that names the file.
pub fn documents(folder: &Path) -> Result<Vec<Source>, String> {
    let mut sources = Vec::new();
    for path in json_files(folder)? {
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(name) = stem.strip_prefix("twilio_") else { continue };
        let document = Document::read(&read(&path)?).map_err(|e| format!("{}: {e}", path.display()))?;
        sources.push(Source { name: name.to_owned(), document });
    }
    if sources.is_empty() {
        return Err(format!("{} has no documents: their names begin with twilio_", folder.display()));
    }
    Ok(sources)
}

/// The tables of a folder that were made by hand.
///
/// # Errors
/// A sentence that names the file.
pub fn curated(data: &Path) -> Result<Vec<Table>, String> {
    let tables = json_files(&data.join("tables"))?;
    tables.iter().map(|path| parse(path, &read(path)?)).collect()
}

/// The writes that procedures made by hand have, where they have a path of their own.
///
/// # Errors
/// A sentence that names the file.
pub fn curated_writes(data: &Path) -> Result<BTreeSet<Write>, String> {
    let mut writes = BTreeSet::new();
    for path in json_files(&data.join("procedures"))? {
        let text = read(&path)?;
        let file: Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let field = |name: &str| file[name].as_str().map(str::to_owned);
        if let (Some(product), Some(method), Some(path)) = (field("product"), field("method"), field("path"))
        {
            writes.insert((product, method, shape(&path)));
        }
    }
    Ok(writes)
}

/// The generated files of a folder, `generated` or `generated_procedures`, by their paths below it.
///
/// # Errors
/// A sentence that names the file.
pub fn generated(data: &Path, folder: &str) -> Result<BTreeMap<String, String>, String> {
    let folder = data.join(folder);
    let mut files = BTreeMap::new();
    if !folder.exists() {
        return Ok(files);
    }
    for schema in entries(&folder)?.iter().filter(|path| path.is_dir()) {
        for path in json_files(schema)? {
            let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            files.insert(name, read(&path)?);
        }
    }
    Ok(files)
}

/// The files of the tables, by their paths below `generated`.
pub fn render(tables: &[Table]) -> BTreeMap<String, String> {
    tables.iter().map(|t| (format!("{}/{}.json", t.schema, t.name), text(t))).collect()
}

/// The files of the procedures, by their paths below `generated_procedures`.
pub fn render_procedures(procedures: &[Procedure]) -> BTreeMap<String, String> {
    procedures.iter().map(|p| (format!("{}/{}.json", p.schema, p.name), procedure_text(p))).collect()
}

/// Writes the files that are new or different, and removes those that no table has any more.
///
/// # Errors
/// A sentence that names the file.
pub fn write(
    data: &Path,
    folder: &str,
    old: &BTreeMap<String, String>,
    new: &BTreeMap<String, String>,
) -> Result<(), String> {
    let folder = data.join(folder);
    let fault = |path: &Path, e: io::Error| format!("{}: {e}", path.display());
    for (name, text) in new.iter().filter(|(name, text)| old.get(*name) != Some(text)) {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(&folder);
        fs::create_dir_all(parent).map_err(|e| fault(parent, e))?;
        fs::write(&path, text).map_err(|e| fault(&path, e))?;
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(|e| fault(&path, e))?;
        // Fails where other tables are left, which is well.
        let _ = path.parent().map(fs::remove_dir);
    }
    Ok(())
}

/// What appeared, vanished and changed, a line each; nothing where nothing is different.
pub fn report(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> String {
    let mut report = String::new();
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let table = name.trim_end_matches(".json").replace('/', ".");
        let line = match (old.get(name), new.get(name)) {
            (Some(before), Some(after)) if before == after => continue,
            (Some(before), Some(after)) => format!("changed   {table}: {}", difference(before, after)),
            (None, _) => format!("appeared  {table}"),
            (_, None) => format!("vanished  {table}"),
        };
        writeln!(report, "{line}").expect("writing to a string");
    }
    report
}

/// What is different between two files of a table: `+column X, -filter Y, ~list`.
fn difference(before: &str, after: &str) -> String {
    let parse = |text| serde_json::from_str::<Table>(text).ok();
    let (Some(before), Some(after)) = (parse(before), parse(after)) else { return "its form".into() };
    let (before, after) = (facts(&before), facts(&after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut changes = names.into_iter().filter_map(|name| match (before.get(name), after.get(name)) {
        (None, _) => Some(format!("+{name}")),
        (_, None) => Some(format!("-{name}")),
        (a, b) if a != b => Some(format!("~{name}")),
        _ => None,
    });
    let changes = changes.by_ref().collect::<Vec<_>>().join(", ");
    if changes.is_empty() { "its form".into() } else { changes }
}

/// A table as single facts by name.
fn facts(table: &Table) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let mut add = |name: String, fact: &dyn erased::Fact| {
        facts.insert(name, fact.json());
    };
    add("remarks".into(), &table.remarks);
    add("kind".into(), &table.kind);
    add("irreversible".into(), &table.irreversible);
    add("list".into(), &(&table.product, &table.list, &table.items));
    add("paging".into(), &(&table.paging, table.page_size));
    add("key".into(), &table.key);
    table.columns.iter().for_each(|c| add(format!("column {}", c.name), c));
    add("slices".into(), &table.slices);
    table.filters.iter().for_each(|f| add(format!("filter {}", f.parameter), f));
    table.switches.iter().for_each(|s| add(format!("switch {}", s.name), s));
    table.parents.iter().for_each(|p| add(format!("parent {}", p.column), p));
    for (name, operation) in table.operations() {
        add(
            name.to_owned(),
            &(
                &operation.method,
                &operation.path,
                &operation.body,
                operation.paid,
                operation.unordered,
                &operation.one_of,
            ),
        );
        operation.parameters.iter().for_each(|p| add(format!("{name} {}", p.name), p));
    }
    facts
}

/// Serialising behind a reference.
mod erased {
    pub trait Fact {
        fn json(&self) -> String;
    }

    impl<T: serde::Serialize> Fact for T {
        fn json(&self) -> String {
            super::line(self)
        }
    }
}

/// A table's file: a fact a line, a column a line.
pub fn text(table: &Table) -> String {
    let mut fields: Vec<String> = Vec::new();
    let mut add = |name: &str, value: String| fields.push(format!("  {}: {value}", line(name)));
    add("schema", line(&table.schema));
    add("name", line(&table.name));
    add("kind", line(&table.kind));
    add("remarks", line(&table.remarks));
    add("product", line(&table.product));
    add("list", line(&table.list));
    if !table.items.is_empty() {
        add("items", line(&table.items));
    }
    if let Some(paging) = &table.paging {
        add("paging", line(paging));
    }
    add("page_size", line(&table.page_size));
    add("key", line(&table.key));
    add("columns", lines(&table.columns));
    for (name, value) in [
        ("filters", lines(&table.filters)),
        ("slices", table.slices.as_ref().map_or("[]".into(), line)),
        ("switches", lines(&table.switches)),
        ("parents", lines(&table.parents)),
    ] {
        if value != "[]" {
            add(name, value);
        }
    }
    for (name, operation) in table.operations() {
        add(name, operation_text(operation));
    }
    if table.irreversible {
        add("irreversible", line(&table.irreversible));
    }
    format!("{{\n{}\n}}\n", fields.join(",\n"))
}

/// A procedure's file: a fact a line, an input and a result a line.
fn procedure_text(procedure: &Procedure) -> String {
    let bare = Procedure { inputs: Vec::new(), results: Vec::new(), ..procedure.clone() };
    let Ok(Value::Object(facts)) = serde_json::to_value(&bare) else { return line(&bare) };
    let mut fields = Vec::new();
    for name in
        ["schema", "name", "remarks", "product", "method", "path", "body", "creates", "paid", "one_of"]
    {
        fields.extend(facts.get(name).map(|value| format!("  {}: {}", line(name), line(value))));
    }
    fields.push(format!("  \"inputs\": {}", lines(&procedure.inputs)));
    if !procedure.results.is_empty() {
        fields.push(format!("  \"results\": {}", lines(&procedure.results)));
    }
    format!("{{\n{}\n}}\n", fields.join(",\n"))
}

fn operation_text(operation: &Operation) -> String {
    if operation.parameters.is_empty() {
        return line(operation);
    }
    let head = line(&Operation { parameters: Vec::new(), ..operation.clone() });
    format!("{}, \"parameters\": {}}}", head.trim_end_matches('}').trim_end(), lines(&operation.parameters))
}

fn lines<T: Serialize>(values: &[T]) -> String {
    if values.is_empty() {
        return "[]".into();
    }
    let values: Vec<String> = values.iter().map(|value| format!("    {}", line(value))).collect();
    format!("[\n{}\n  ]", values.join(",\n"))
}

/// A value as JSON in one line, with a space after commas and colons.
pub fn line<T: Serialize + ?Sized>(value: &T) -> String {
    struct Spaced;
    impl Formatter for Spaced {
        fn begin_array_value<W: io::Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
            out.write_all(if first { b"" } else { b", " })
        }

        fn begin_object_key<W: io::Write + ?Sized>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
            out.write_all(if first { b"" } else { b", " })
        }

        fn begin_object_value<W: io::Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
            out.write_all(b": ")
        }
    }
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, Spaced)).expect("strings, numbers and flags");
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn parse(path: &Path, text: &str) -> Result<Table, String> {
    serde_json::from_str(text).map_err(|e| format!("{}: {e}", path.display()))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn json_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = entries(folder)?;
    files.retain(|path| path.extension().is_some_and(|e| e == "json"));
    Ok(files)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let fault = |e: io::Error| format!("{}: {e}", folder.display());
    let entries = fs::read_dir(folder).map_err(fault)?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<io::Result<Vec<_>>>().map_err(fault)?;
    paths.sort();
    Ok(paths)
}
