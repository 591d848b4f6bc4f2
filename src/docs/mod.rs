//! Renders `docs/tables` from the model: a page for each table of the default schema that is made by hand, one for each
//! schema with the rest, one for the procedures, and the index.
//!
//! The pages are committed. A test compares them, and writes them where `WRITE_DOCS=1` is set. What no data file says
//! stands in `notes`, by the name of its table or procedure, and becomes a part of the page.

mod examples;
mod facts;
mod index;
mod markdown;
mod procedures;
mod schema_page;
mod table_page;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs};

use serde_json::Value;

use crate::model::{DEFAULT_SCHEMA, Model, Table, TableKind};

/// What the pages are made of.
struct Site {
    model: Arc<Model>,
    /// The tables that are made by hand, by schema and name.
    hand_made: BTreeSet<(String, String)>,
    /// Notes by the name of the table or procedure.
    notes: BTreeMap<String, String>,
    /// Prepares examples.
    planner: examples::Planner,
}

/// Where a page is, below `docs/tables`.
#[derive(Clone, Copy)]
enum Place<'a> {
    Top,
    /// The page of a schema.
    Schema(&'a str),
}

impl Site {
    fn new() -> Self {
        let folder = root().join("src/model/data/tables");
        let hand_made = read_folder(&folder).into_values().filter_map(|text| {
            let table: Value = serde_json::from_str(&text).expect("a data file");
            let text = |field: &str| table[field].as_str().expect("a text").to_owned();
            (table["kind"] != "system").then(|| (text("schema"), text("name")))
        });
        let notes = read_folder(&root().join("src/docs/notes")).into_iter();
        let notes = notes.map(|(file, text)| (file.trim_end_matches(".md").to_owned(), text));
        let (model, hand_made, notes) = (Model::builtin(), hand_made.collect(), notes.collect());
        Site { planner: examples::Planner::new(model.clone()), model, hand_made, notes }
    }

    /// All tables of Twilio's, ordered by schema and name.
    fn tables(&self) -> impl Iterator<Item = &Table> {
        self.model.tables().filter(|t| t.kind != TableKind::System).map(|t| &**t.table())
    }

    fn is_hand_made(&self, table: &Table) -> bool {
        self.hand_made.contains(&(table.schema.clone(), table.name.clone()))
    }

    fn has_own_page(&self, table: &Table) -> bool {
        table.schema == DEFAULT_SCHEMA && self.is_hand_made(table)
    }

    /// A link from a page to what is told of a table.
    fn link(&self, from: Place<'_>, table: &Table) -> String {
        let Table { schema, name, .. } = table;
        let (own, anchor, qualified) =
            (self.has_own_page(table), name.to_lowercase(), markdown::table_name(table));
        match from {
            Place::Top if own => format!("[{name}]({name}.md)"),
            Place::Top => format!("[{qualified}](schemas/{schema}.md#{anchor})"),
            Place::Schema(_) if own => format!("[{qualified}](../{name}.md)"),
            Place::Schema(here) if here == schema => format!("[{name}](#{anchor})"),
            Place::Schema(_) => format!("[{qualified}]({schema}.md#{anchor})"),
        }
    }

    /// The pages by their paths below `docs/tables`.
    fn pages(&self) -> BTreeMap<String, String> {
        let mut pages = BTreeMap::from([
            ("README.md".to_owned(), index::page(self)),
            ("procedures.md".to_owned(), procedures::page(self)),
        ]);
        let mut schemas: BTreeMap<&str, Vec<&Table>> = BTreeMap::new();
        for table in self.tables() {
            if self.has_own_page(table) {
                pages.insert(format!("{}.md", table.name), table_page::page(self, table));
            } else {
                schemas.entry(&table.schema).or_default().push(table);
            }
        }
        for (schema, tables) in schemas {
            pages.insert(format!("schemas/{schema}.md"), schema_page::page(self, schema, &tables));
        }
        pages
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder and their texts.
fn read_folder(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let files = entries.map(|entry| entry.expect("a readable folder").path()).filter(|path| path.is_file());
    files
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
        })
        .collect()
}

/// What stands in `docs/tables`, as [`Site::pages`] gives it.
fn committed(folder: &Path) -> BTreeMap<String, String> {
    if !folder.exists() {
        return BTreeMap::new();
    }
    let mut pages = read_folder(folder);
    if folder.join("schemas").exists() {
        let schemas = read_folder(&folder.join("schemas"));
        pages.extend(schemas.into_iter().map(|(file, text)| (format!("schemas/{file}"), text)));
    }
    pages
}

#[test]
fn the_pages_are_those_of_the_model() {
    let folder = root().join("docs/tables");
    let (pages, found) = (Site::new().pages(), committed(&folder));
    if env::var_os("WRITE_DOCS").is_some_and(|value| value == "1") {
        fs::create_dir_all(folder.join("schemas")).unwrap();
        found.keys().filter(|file| !pages.contains_key(*file)).for_each(|file| {
            fs::remove_file(folder.join(file)).unwrap();
        });
        pages.iter().for_each(|(file, text)| fs::write(folder.join(file), text).unwrap());
        return;
    }
    let files: BTreeSet<&String> = pages.keys().chain(found.keys()).collect();
    let stale: Vec<_> = files.into_iter().filter(|file| pages.get(*file) != found.get(*file)).collect();
    let command = "WRITE_DOCS=1 cargo test -p twilio-odbc docs::";
    assert!(stale.is_empty(), "docs/tables is not what the model says; run `{command}`: {stale:?}");
}

#[test]
fn every_note_has_its_page() {
    let site = Site::new();
    for name in site.notes.keys() {
        let is_procedure = site.model.procedure(None, name).is_some();
        let has_page = site.tables().any(|t| t.name == *name && site.has_own_page(t));
        assert!(is_procedure || has_page, "src/docs/notes/{name}.md belongs to nothing");
    }
}
