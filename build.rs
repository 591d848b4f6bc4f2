//! Lists the model's data files, so that adding a resource is adding a file. What a list of tables shows (name, kind,
//! remarks) is taken out of the files here, so that the library does not read the rest before it is needed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

fn main() {
    let data = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("src/model/data");
    println!("cargo::rerun-if-changed={}", data.display());
    let below = |folder: &str| entries(&data.join(folder)).into_iter().flat_map(|schema| files(&schema));
    let generated = below("generated");
    let files_of_tables = files(&data.join("tables")).into_iter().chain(generated);
    let mut tables: Vec<_> = files_of_tables.map(|file| Header::read(&file)).collect();
    tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));

    let mut list = String::from("pub(super) const TABLES: &[Header] = &[\n");
    for table in &tables {
        writeln!(list, "    {table},").expect("writing to a string");
    }
    let mut procedures: Vec<_> = files(&data.join("procedures"))
        .into_iter()
        .chain(below("generated_procedures"))
        .map(|file| (text_field(&file, "schema"), text_field(&file, "name"), file))
        .collect();
    procedures.sort();
    list.push_str("];\npub(super) const PROCEDURES: &[ProcedureHeader] = &[\n");
    for (schema, name, file) in &procedures {
        writeln!(
            list,
            "    ProcedureHeader {{ schema: {schema:?}, name: {name:?}, text: include_str!({file:?}) }},"
        )
        .expect("writing to a string");
    }
    list.push_str("];\n");
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("model_files.rs");
    fs::write(out, list).expect("OUT_DIR is writable");
}

fn text_field(file: &Path, name: &str) -> String {
    match &read(file)[name] {
        Value::String(text) => text.clone(),
        _ => panic!("{}: {name} is no text", file.display()),
    }
}

fn read(file: &Path) -> Value {
    let text = fs::read_to_string(file).expect("a readable file");
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// What is known of a table before its file is read.
struct Header {
    schema: String,
    name: String,
    kind: String,
    remarks: String,
    file: PathBuf,
}

impl Header {
    fn read(file: &Path) -> Header {
        let table = read(file);
        let field = |name: &str| match &table[name] {
            Value::String(text) => text.clone(),
            _ => panic!("{}: {name} is no text", file.display()),
        };
        let kind = match field("kind").as_str() {
            "table" => "Table",
            "view" => "View",
            "system" => "System",
            other => panic!("{}: {other} is no kind of table", file.display()),
        };
        Header {
            schema: field("schema"),
            name: field("name"),
            kind: kind.to_owned(),
            remarks: field("remarks"),
            file: file.to_owned(),
        }
    }
}

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Header { schema, name, kind, remarks, file } = self;
        write!(
            f,
            "Header {{ schema: {schema:?}, name: {name:?}, kind: TableKind::{kind}, remarks: {remarks:?}, \
             text: include_str!({file:?}) }}"
        )
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = entries(folder);
    files.retain(|path| path.extension().is_some_and(|e| e == "json"));
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut entries: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    entries.sort();
    entries
}
