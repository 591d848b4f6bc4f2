//! Tables and procedures of the user's own: the files of a folder, beside the built-in ones or in their place.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::{self, Fault};
use super::entry::{self, TableEntry};
use super::procedure::{Procedure, ProcedureFile};
use super::table::{Table, TableKind};
use super::{Model, load};

/// The folder of procedures in a folder of tables.
const PROCEDURES: &str = "procedures";

/// The largest file that is read, in bytes.
const MAX_FILE: u64 = 4 << 20;

/// The most faults that are told at once.
const MAX_FAULTS: usize = 20;

/// A file of a folder.
struct File {
    /// As messages name it.
    name: String,
    text: String,
}

impl Model {
    /// The built-in model with the tables of a folder's files (`*.json`) and the procedures of those in its folder
    /// `procedures`. One that has the schema and the name of a built-in one takes its place.
    ///
    /// # Errors
    /// The faults of all files, a line for each, with the file, the line and the field.
    pub fn with_folder(folder: &Path) -> Result<Arc<Model>, String> {
        let mut faults = Vec::new();
        let files = files(folder, "")?;
        let tables: Vec<(&File, Table)> =
            files.iter().filter_map(|f| parsed(f, load::read, &mut faults)).collect();
        let builtin = Model::builtin();
        for (position, (file, table)) in tables.iter().enumerate() {
            let is_same = |other: &Table| {
                other.schema.eq_ignore_ascii_case(&table.schema)
                    && other.name.eq_ignore_ascii_case(&table.name)
            };
            if let Some((other, _)) = tables[..position].iter().find(|(_, other)| is_same(other)) {
                faults
                    .push(format!("{}: {}.{} is in {} too", file.name, table.schema, table.name, other.name));
            }
            if table.kind == TableKind::System
                || builtin.tables_named(&table.name).any(|t| t.kind == TableKind::System)
            {
                faults.push(format!(
                    "{}: {} is a system table, which the driver has by itself",
                    file.name, table.name
                ));
            }
        }
        told(faults)?;
        let entry = |(file, _): &(&File, Table)| {
            let table = entry::read(&file.text).map_err(|e| format!("{}: {e}", file.name))?;
            Ok(Arc::new(TableEntry::from(Arc::new(table))))
        };
        let entries = tables.iter().map(entry).collect::<Result<Vec<_>, String>>()?;
        let model = load::with_tables(&builtin, entries.iter().cloned())?;
        let mut faults = Vec::new();
        for (file, table) in &tables {
            faults.extend(located(file, check::check_table(&model, table)));
        }
        told(faults)?;
        told(broken_by(&builtin, &model, &entries))?;
        let subfolder = folder.join(PROCEDURES);
        if !subfolder.is_dir() {
            return Ok(Arc::new(model));
        }
        let mut faults = Vec::new();
        let mut procedures: Vec<Arc<Procedure>> = Vec::new();
        for file in &self::files(&subfolder, "procedures/")? {
            let Some((_, read)) = parsed(file, ProcedureFile::read, &mut faults) else { continue };
            match read.whole(|schema, name| model.table(Some(schema), name).map(|t| &**t)) {
                Ok(procedure) => {
                    faults.extend(located(file, check::check_procedure(&model, &procedure)));
                    procedures.push(Arc::new(procedure));
                }
                Err(fault) => faults.push(format!("{}: {fault}", file.name)),
            }
        }
        told(faults)?;
        load::with_procedures(model, procedures).map(Arc::new)
    }
}

/// What a file holds; or else its fault is told.
fn parsed<'f, T>(
    file: &'f File,
    read: impl Fn(&str) -> Result<T, String>,
    faults: &mut Vec<String>,
) -> Option<(&'f File, T)> {
    match read(&file.text) {
        Ok(value) => Some((file, value)),
        Err(error) => {
            faults.push(format!("{}: {error}", file.name));
            None
        }
    }
}

/// What cannot be in a file, as it is told.
fn located(file: &File, faults: Vec<Fault>) -> Vec<String> {
    let located = faults.into_iter().map(|fault| match fault.line(&file.text) {
        Some(line) => format!("{}, line {line}: {}", file.name, fault.message),
        None => format!("{}: {}", file.name, fault.message),
    });
    located.collect()
}

/// The built-in tables that cannot be with those that have taken the places of others: a parent or a reference of
/// theirs is gone.
fn broken_by(builtin: &Model, model: &Model, entries: &[Arc<TableEntry>]) -> Vec<String> {
    let replaced = entries.iter().filter(|e| builtin.table(Some(&e.schema), &e.name).is_some());
    let mut broken = Vec::new();
    for entry in replaced {
        let is_own = |other: &TableEntry| entries.iter().any(|e| std::ptr::eq(&**e, other));
        for other in model.tables().filter(|other| !is_own(other) && other.mentions(&entry.name)) {
            let written = other.as_written();
            for fault in written.map(|written| check::check_table(model, &written)).unwrap_or_default() {
                let (own, other) = ((&entry.schema, &entry.name), (&other.schema, &other.name));
                broken.push(format!(
                    "{}.{} takes the place of a table that {}.{} needs: {}",
                    own.0, own.1, other.0, other.1, fault.message
                ));
            }
        }
    }
    broken
}

/// # Errors
/// The faults, if there are some.
fn told(mut faults: Vec<String>) -> Result<(), String> {
    if faults.is_empty() {
        return Ok(());
    }
    let more = faults.len().saturating_sub(MAX_FAULTS);
    faults.truncate(MAX_FAULTS);
    if more > 0 {
        faults.push(format!("and {more} more"));
    }
    Err(faults.join("\n"))
}

/// The JSON files of a folder, in the order of their names.
fn files(folder: &Path, prefix: &str) -> Result<Vec<File>, String> {
    let entries = fs::read_dir(folder).map_err(|e| unreadable(folder, &e))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(|e| unreadable(folder, &e))?;
    paths.retain(|path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")));
    paths.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(File { name: format!("{prefix}{name}"), text: read_file(path)? })
    };
    paths.iter().map(read).collect()
}

/// The text of a user's file.
///
/// # Errors
/// Why it cannot be read.
pub fn read_file(path: &Path) -> Result<String, String> {
    let metadata = fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if !metadata.is_file() || metadata.len() > MAX_FILE {
        return Err(format!("{} is no file of at most {MAX_FILE} bytes", path.display()));
    }
    let text = fs::read_to_string(path).map_err(|e| unreadable(path, &e))?;
    // Editors on Windows begin a file with a byte order mark.
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DataType;

    const TICKETS: &str = r#"{
  "schema": "Mine",
  "name": "Tickets",
  "kind": "table",
  "remarks": "Tickets.",
  "product": "desk",
  "list": "/v1/Tickets",
  "items": "tickets",
  "page_size": 100,
  "key": ["Sid"],
  "columns": [
    {"name": "Sid", "json": "sid", "type": "text", "size": 34, "sid": "TI"},
    {"name": "CallSid", "json": "call_sid", "type": "text", "references": {"table": "Twilio.Calls", "column": "Sid"}},
    {"name": "Open", "json": "state.open", "type": "boolean"}
  ],
  "filters": [
    {"column": "Open", "operator": "=", "parameter": "Open"}
  ]
}"#;

    /// A folder that goes away with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(test: &str, files: &[(&str, &str)]) -> Self {
            let path = std::env::temp_dir().join(format!("twilio-odbc-{}-{test}", std::process::id()));
            fs::create_dir_all(path.join(PROCEDURES)).unwrap();
            for (name, text) in files {
                fs::write(path.join(name), text).unwrap();
            }
            Folder(path)
        }

        fn model(&self) -> Result<Arc<Model>, String> {
            Model::with_folder(&self.0)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    fn fault(test: &str, from: &str, to: &str) -> String {
        assert!(TICKETS.contains(from), "{from}");
        Folder::new(test, &[("Tickets.json", &TICKETS.replacen(from, to, 1))]).model().unwrap_err()
    }

    #[test]
    fn a_table_is_added_for_whoever_reads_the_folder() {
        let folder = Folder::new("added", &[("Tickets.json", TICKETS), ("README.txt", "no model")]);
        let model = folder.model().unwrap();
        let table = model.table(None, "tickets").unwrap();
        assert_eq!(table.column("open").unwrap().1.data_type, DataType::Boolean);
        assert!(table.columns.iter().all(|c| !c.remarks.is_empty()));
        assert_eq!(model.tables().count(), Model::builtin().tables().count() + 1);
        assert!(model.tables().is_sorted_by_key(|t| (t.schema.clone(), t.name.clone())));
        assert!(Model::builtin().table(Some("Mine"), "Tickets").is_none());
        let calls = |model: &Model| Arc::as_ptr(model.table(None, "Calls").unwrap());
        assert_eq!(calls(&model), calls(&Model::builtin()), "built-in tables are read once for all");
    }

    #[test]
    fn a_table_takes_the_place_of_a_built_in_one() {
        let calls =
            TICKETS.replace("\"Mine\"", "\"Twilio\"").replace("\"Tickets\"", "\"calls\"").replace("TI", "CA");
        let model = Folder::new("replaced", &[("Calls.json", &calls)]).model().unwrap();
        assert_eq!(model.table(None, "Calls").unwrap().product, "desk");
        assert_eq!(model.tables().count(), Model::builtin().tables().count());
        let without_key =
            calls.replace("\"Sid\", \"json\"", "\"Id\", \"json\"").replace("[\"Sid\"]", "[\"Id\"]");
        let without_key = without_key.replace("\"column\": \"Sid\"", "\"column\": \"Id\"");
        let error = Folder::new("broken", &[("Calls.json", &without_key)]).model().unwrap_err();
        assert!(
            error.contains("Twilio.calls takes the place of a table that Twilio.CallRecordings needs"),
            "{error}"
        );
    }

    #[test]
    fn faults_name_the_file_the_line_and_the_field() {
        for (test, from, to, expected) in [
            ("syntax", "\"items\":", "\"items\"", "Tickets.json: expected `:` at line 8 column"),
            (
                "unknown",
                "\"items\":",
                "\"rows\":",
                "Tickets.json: rows: unknown field `rows`, expected one of",
            ),
            (
                "type",
                "\"size\": 34",
                "\"size\": \"34\"",
                "Tickets.json: columns[0].size: invalid type: string \"34\", expected u32 at line 12",
            ),
            (
                "word",
                "\"boolean\"",
                "\"bool\"",
                "columns[2].type: unknown variant `bool`, expected one of `text`",
            ),
            ("missing", "  \"key\": [\"Sid\"],\n", "", "missing field `key`"),
            (
                "after",
                "\"filters\": [\n",
                "\"filters\": [],\n\"switches\": [\n",
                "switches[0].column: unknown field `column`",
            ),
            (
                "twice",
                "\"Open\", \"json\"",
                "\"callsid\", \"json\"",
                "Tickets.json, line 14: columns: callsid is the name of two columns",
            ),
            (
                "alias",
                "\"json\": \"sid\"",
                "\"aliases\": [\"Open\"], \"json\": \"sid\"",
                "line 14: columns: Open is the name of two columns",
            ),
            ("key", "[\"Sid\"]", "[\"Id\"]", "Tickets.json, line 10: key: there is no column Id"),
            (
                "filter",
                "{\"column\": \"Open\"",
                "{\"column\": \"Closed\"",
                "line 17: filters.column: there is no column Closed",
            ),
            (
                "reference",
                "Twilio.Calls",
                "Twilio.Phones",
                "line 13: columns.CallSid.references: there is no table Twilio.Phones",
            ),
            (
                "referenced",
                "\"column\": \"Sid\"",
                "\"column\": \"Id\"",
                "line 13: columns.CallSid.references: Twilio.Calls has no column Id",
            ),
            ("placeholder", "/v1/Tickets", "/v1/{Desk}/Tickets", "line 7: list: {Desk} is no column"),
            (
                "host",
                "\"desk\"",
                "\"evil.example/\"",
                "line 6: product: \"evil.example/\" is no label of a host name; one has letters",
            ),
            ("user", "\"desk\"", "\"a@b\"", "product:"),
            ("product", "\"desk\"", "\"{product}\"", "product:"),
            ("no-product", "\"desk\"", "\"\"", "product: it has to be the first label of the host name"),
            (
                "slash",
                "/v1/Tickets",
                "v1/Tickets",
                "line 7: list: \"v1/Tickets\" has to begin with one slash",
            ),
            ("slashes", "/v1/Tickets", "//evil.example/v1", "has to begin with one slash"),
            ("dots", "/v1/Tickets", "/v1/../v2", "must not lead elsewhere by dots"),
            ("query", "/v1/Tickets", "/v1/Tickets?a=b", "must not have the character '?'"),
            ("encoded", "/v1/Tickets", "/v1/%2e%2e/", "must not have the character '%'"),
            ("brace", "/v1/Tickets", "/v1/{Sid", "braces"),
            ("size", "\"size\": 34", "\"size\": 0", "line 12: columns.Sid.size: it has to be at least 1"),
            ("sid", "\"TI\"", "\"TIC\"", "line 12: columns.Sid.sid: a SID begins with two letters"),
            ("page", "\"page_size\": 100", "\"page_size\": 0", "page_size: it has to be the most rows"),
            (
                "json",
                "\"state.open\"",
                "\"state..open\"",
                "line 14: columns.Open.json: it has to be names joined by dots",
            ),
            ("name", "\"Tickets\"", "\"A.B\"", "line 3: name: \"A.B\" is no name"),
            (
                "paths",
                "\"json\": \"sid\"",
                "\"default\": \"a\", \"json\": \"sid\"",
                "columns.Sid: only a column of the list's path has paths or a default",
            ),
            (
                "method",
                "\"filters\"",
                "\"delete\": {\"method\": \"GET\", \"path\": \"/v1/Tickets/{Sid}\"}, \"filters\"",
                "line 16: delete.method: GET is none for it; DELETE or POST is",
            ),
            (
                "secret",
                "\"size\": 34",
                "\"size\": 34, \"secret\": true",
                "line 12: columns.Sid.secret: a secret is text, and no part of the key",
            ),
            (
                "switch",
                "\"filters\"",
                "\"switches\": [{\"name\": \"open\", \"type\": \"text\"}], \"filters\"",
                "line 16: switches: open is the name of a column",
            ),
            (
                "raw",
                "\"Open\", \"json\"",
                "\"_RAW\", \"json\"",
                "line 14: columns: _RAW is the hidden column of whole rows",
            ),
            (
                "raw-switch",
                "\"filters\"",
                "\"switches\": [{\"name\": \"_raw\", \"type\": \"text\"}], \"filters\"",
                "line 16: switches: _raw is the hidden column of whole rows",
            ),
            (
                "levels",
                "\"state.open\"",
                &format!("\"{}\"", vec!["a"; 33].join(".")),
                "line 14: columns.Open.json: it has at most 32 names",
            ),
            (
                "filters",
                "\"filters\": [",
                "\"filters\": [{\"column\": \"open\", \"operator\": \"=\", \"parameter\": \"O\"},",
                "filters: Open has two with the same operator",
            ),
            (
                "again",
                "\"CallSid\", \"json\"",
                "\"Sid\", \"json\"",
                "line 13: columns: Sid is the name of two columns",
            ),
            (
                "system",
                "\"table\",",
                "\"system\", \"source\": \"info\",",
                "Tickets.json: Tickets is a system table",
            ),
        ] {
            let error = fault(test, from, to);
            assert!(error.contains(expected), "{test}: {error}");
            assert!(error.starts_with("Tickets.json"), "{test}: {error}");
        }
    }

    #[test]
    fn no_file_names_another_account() {
        let table =
            TICKETS.replace("/v1/Tickets", "/v1/{AccountSid}").replace("\"CallSid\"", "\"AccountSid\"");
        Folder::new("account", &[("Tickets.json", &table)]).model().unwrap();
        for more in ["\"default\": \"AC1\"", "\"paths\": {\"AC1\": \"/\"}"] {
            let table = table.replace("\"json\": \"call_sid\"", &format!("{more}, \"json\": \"call_sid\""));
            let error = Folder::new("account-default", &[("Tickets.json", &table)]).model().unwrap_err();
            assert!(error.contains("columns.AccountSid: the account is the statement's"), "{error}");
        }
    }

    #[test]
    fn a_secret_is_no_key_in_whatever_letter_case() {
        let secret = TICKETS
            .replace("\"size\": 34", "\"size\": 34, \"secret\": true")
            .replace("[\"Sid\"]", "[\"SID\"]");
        let error = Folder::new("secret-case", &[("Tickets.json", &secret)]).model().unwrap_err();
        assert!(error.contains("columns.Sid.secret: a secret is text, and no part of the key"), "{error}");
        let parent = secret.replace("[\"SID\"]", "[]");
        let child = TICKETS.replace("\"Tickets\"", "\"Notes\"").replace("/v1/Tickets", "/v1/{CallSid}").replace(
            "\"filters\"",
            "\"parents\": [{\"column\": \"CallSid\", \"table\": \"Tickets\", \"key\": \"Sid\"}], \"filters\"",
        );
        let error =
            Folder::new("secret-parent", &[("A.json", &child), ("B.json", &parent)]).model().unwrap_err();
        assert!(error.contains("parents.key: Sid is a secret of Tickets"), "{error}");
    }

    #[test]
    fn no_chain_of_parents_is_too_long_to_be_read() {
        let table = |number: usize, parent: usize| {
            let parent = format!(
                "\"parents\": [{{\"column\": \"CallSid\", \"table\": \"T{parent}\", \"key\": \"Sid\"}}], \"filters\""
            );
            let text = TICKETS.replace("\"Tickets\"", &format!("\"T{number}\""));
            (
                format!("{number}.json"),
                text.replace("/v1/Tickets", "/v1/{CallSid}").replace("\"filters\"", &parent),
            )
        };
        let model = |test: &str, tables: &[(String, String)]| {
            let files: Vec<_> = tables.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            Folder::new(test, &files).model()
        };
        let circle: Vec<_> = (0..20).map(|i| table(i, (i + 1) % 20)).collect();
        let error = model("circle-20", &circle).unwrap_err();
        assert!(error.contains("parents.table: more than 16 tables lie above T0"), "{error}");
        let circle: Vec<_> = (0..16).map(|i| table(i, (i + 1) % 16)).collect();
        let error = model("circle-16", &circle).unwrap_err();
        assert!(error.contains("parents.table: T1 lies below T0 itself"), "{error}");
        let top = ("top.json".to_owned(), TICKETS.replace("\"Tickets\"", "\"T16\""));
        let chain: Vec<_> = (0..16).map(|i| table(i, i + 1)).chain([top]).collect();
        model("chain-16", &chain).unwrap();
    }

    #[test]
    fn all_faults_are_told() {
        let broken = TICKETS.replace("[\"Sid\"]", "[\"Id\"]").replace("\"desk\"", "\"a.b\"");
        let error = Folder::new("all", &[("A.json", &broken), ("B.json", "{}")]).model().unwrap_err();
        assert_eq!(
            error, "B.json: missing field `schema` at line 1 column 2",
            "what cannot be read comes first"
        );
        let error = Folder::new("both", &[("A.json", &broken)]).model().unwrap_err();
        assert_eq!(error.lines().count(), 2, "{error}");
        let error = Folder::new("same", &[("A.json", TICKETS), ("B.json", TICKETS)]).model().unwrap_err();
        assert_eq!(error, "B.json: Mine.Tickets is in A.json too");
        let error = Model::with_folder(Path::new("/nonexistent/folder")).unwrap_err();
        assert!(error.contains("/nonexistent/folder cannot be read"), "{error}");
    }

    #[test]
    fn no_table_is_its_own_parent_by_way_of_others() {
        let child = |name: &str, parent: &str| {
            TICKETS
                .replace("\"Tickets\"", &format!("\"{name}\""))
                .replace("/v1/Tickets", "/v1/{CallSid}")
                .replace("\"filters\"", &format!("\"parents\": [{{\"column\": \"CallSid\", \"table\": \"{parent}\", \"key\": \"Sid\"}}], \"filters\""))
        };
        let (a, b) = (child("A", "B"), child("B", "A"));
        let error = Folder::new("circle", &[("A.json", &a), ("B.json", &b)]).model().unwrap_err();
        assert!(error.contains("A.json, line 16: parents.table: B lies below A itself"), "{error}");
        let b = TICKETS.replace("\"Tickets\"", "\"B\"");
        Folder::new("line", &[("A.json", &a), ("B.json", &b)]).model().unwrap();
    }

    #[test]
    fn procedures_are_in_a_folder_of_their_own() {
        let close = r#"{"schema": "Mine", "name": "CloseTicket", "remarks": "Closes it.", "product": "desk",
            "method": "POST", "path": "/v1/Tickets/{Sid}",
            "inputs": [{"name": "Sid", "type": "text", "required": true}], "returns": "Tickets"}"#;
        let files = [("Tickets.json", TICKETS), ("procedures/CloseTicket.json", close)];
        let model = Folder::new("procedure", &files).model().unwrap();
        assert!(model.procedure(Some("mine"), "closeticket").is_some());
        assert!(model.procedure(None, "AddParticipants").is_some());
        let broken = close.replace("{Sid}", "{Id}").replace("\"desk\"", "\"x/y\"");
        let files = [("Tickets.json", TICKETS), ("procedures/Close.json", &broken)];
        let error = Folder::new("procedures", &files).model().unwrap_err();
        assert!(
            error.contains("procedures/Close.json, line 1: product: ")
                && error.contains("line 2: path: {Id} is no input"),
            "{error}"
        );
    }
}
