//! Every rule of the generator on two made-up documents: what they give stands in `expected`.
//!
//! `UPDATE_EXPECTED=1 cargo test -p model-gen` writes the expected files anew, for a person to read through.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use model_gen::files::{self, PROCEDURES, TABLES};
use model_gen::generate::{Generated, generate};
use model_gen::house::House;
use model_gen::model::Table;

const HOUSE: &str = r#"{
    "schemas": {"zoo": "Zoo"},
    "left_out": {"zoo_v1.FetchPass": "its answer is a pass"},
    "costly": ["Zoo.Animals"],
    "elsewhere": {"CallSid": "api /2010-04-01/Accounts/{}/Calls.json"},
    "sizes": [["FriendlyName", 256], ["Sid", 34]],
    "json": ["Attributes"],
    "money": ["Price"],
    "wide": ["Size"],
    "secret": ["Password"],
    "credentials": ["Password", "Pin"],
    "ranges": {"zoo_v1.ListKeeper": [{"column": "Born", "lower": "StartDate"}]},
    "switches": {"zoo_v1.ListKeeper": ["Badge"]},
    "unordered": [],
    "unused": {"zoo_v1.ListKeeper": ["Area"]},
    "defaults": {"zoo_v1.ListKeeper": {"Shift": ["day", "night"], "Order": ["asc"]}},
    "notes": {"zoo_v1.ListKeeper": "Those of the day and of the night."},
    "tables": {"zoo_v1.ListCallAnimal": "AnimalsOfCalls"}
}"#;

const CALLS: &str = r#"{
    "schema": "Twilio", "name": "Calls", "kind": "table", "remarks": "Calls.", "product": "api",
    "list": "/2010-04-01/Accounts/{AccountSid}/Calls.json", "items": "calls", "page_size": 1000, "key": ["Sid"],
    "columns": [{"name": "Sid", "json": "sid", "type": "text", "remarks": "Identifies the call.", "read_only": true}],
    "fetch": {"method": "GET", "path": "/2010-04-01/Accounts/{AccountSid}/Calls/{Sid}.json"}
}"#;

const GATES: &str = r#"{
    "schema": "Twilio", "name": "ZooGates", "kind": "view", "remarks": "Gates.", "product": "zoo-api",
    "list": "/v1/Gates", "items": "gates", "page_size": 1000, "key": ["GateSid"],
    "columns": [{"name": "GateSid", "json": "sid", "type": "text", "remarks": "Identifies the gate."}]
}"#;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}

fn zoo(house: &str) -> Result<Generated, String> {
    let sources = files::documents(&folder().join("documents"))?;
    // What lies outside the zoo is where a curated table is.
    let calls = r#"{"servers": [{"url": "https://api.twilio.com"}], "paths": {
        "/2010-04-01/Accounts/{AccountSid}/Calls.json": {"get": {"operationId": "ListCall", "responses": {"200":
            {"content": {"application/json": {"schema": {"properties": {"calls": {"type": "array", "items":
                {"properties": {"sid": {"type": "string"}}}}, "next_page_uri": {"type": "string"}}}}}}}}}}}"#;
    let calls = model_gen::openapi::Document::read(calls)?;
    let mut sources = sources;
    sources.push(model_gen::resource::Source { name: "api_v2010".into(), document: calls });
    let curated: Vec<Table> = [CALLS, GATES].map(|text| serde_json::from_str(text).unwrap()).into();
    generate(&sources, &curated, &Default::default(), &House::read(house)?)
}

#[test]
fn the_zoo_has_the_expected_tables_and_procedures() {
    let generated = zoo(HOUSE).unwrap();
    let folder = folder().join("expected");
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::remove_dir_all(&folder).ok();
    }
    for (kind, files) in [
        (TABLES, files::render(&generated.tables)),
        (PROCEDURES, files::render_procedures(&generated.procedures)),
    ] {
        if env::var_os("UPDATE_EXPECTED").is_some() {
            files::write(&folder, kind, &BTreeMap::new(), &files).unwrap();
        }
        let expected = files::generated(&folder, kind).unwrap();
        assert_eq!(files.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (name, text) in &files {
            assert_eq!(*text, expected[name], "{name}");
            assert!(!text.contains("PROSE"), "{name} holds a description");
        }
    }
}

#[test]
fn what_has_no_table_is_said() {
    let generated = zoo(HOUSE).unwrap();
    let left_out: Vec<_> = generated.left_out.iter().map(|l| (&*l.operation, &*l.reason)).collect();
    assert_eq!(
        left_out,
        [("zoo_v1.FetchMap", "it answers with a redirect"), ("zoo_v1.FetchPass", "its answer is a pass"),]
    );
    assert_eq!(generated.curated, 2);
}

#[test]
fn two_tables_of_one_name_are_refused() {
    let house = HOUSE.replace("AnimalsOfCalls", "Keepers");
    let error = zoo(&house).unwrap_err();
    assert!(error.contains("Zoo.Keepers") && error.contains("zoo_v1.ListCallAnimal"), "{error}");
    let house = HOUSE.replace("\"schemas\": {\"zoo\": \"Zoo\"}", "\"schemas\": {\"zoo\": \"Twilio\"}");
    let house = house.replace("AnimalsOfCalls", "Calls");
    assert!(zoo(&house).unwrap_err().contains("Twilio.Calls is there already"));
}

#[test]
fn a_column_of_the_house_has_to_be_there() {
    let house = HOUSE.replace("\"sizes\"", "\"keys\": {\"zoo_v1.ListFeeding\": [\"Nothing\"]}, \"sizes\"");
    assert!(zoo(&house).unwrap_err().contains("zoo_v1.ListFeeding has no column Nothing"));
    assert!(House::read("{\"tabels\": {}}").unwrap_err().contains("tabels"));
}

#[test]
fn a_release_is_reported_by_what_is_different() {
    let new = files::render(&zoo(HOUSE).unwrap().tables);
    assert_eq!(files::report(&new, &new), "");
    let mut old = new.clone();
    let animals = old.remove("Zoo/Animals.json").unwrap();
    old.insert("Zoo/Plants.json".into(), animals);
    let kinds = old.get_mut("Zoo/Kinds.json").unwrap();
    *kinds = kinds
        .replace("\"name\": \"Name\"", "\"name\": \"Title\"")
        .replace("\"page_size\": 50", "\"page_size\": 5");
    let settings = old.get_mut("Zoo/Settings.json").unwrap();
    *settings = settings.replace(", ", ",");
    let keepers = old.get_mut("Zoo/Keepers.json").unwrap();
    *keepers = keepers.replace("\"size\": 12", "\"size\": 11");
    assert_eq!(
        files::report(&old, &new),
        "appeared  Zoo.Animals\n\
         changed   Zoo.Keepers: ~column Badge\n\
         changed   Zoo.Kinds: +column Name, -column Title, ~paging\n\
         vanished  Zoo.Plants\n\
         changed   Zoo.Settings: its form\n"
    );
}

#[test]
fn writing_changes_what_is_different_and_nothing_else() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("writing");
    fs::remove_dir_all(&folder).ok();
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let first = BTreeMap::from([file("A/One.json", "1"), file("B/Two.json", "2")]);
    files::write(&folder, TABLES, &BTreeMap::new(), &first).unwrap();
    assert_eq!(files::generated(&folder, TABLES).unwrap(), first);
    let kept = fs::metadata(folder.join("generated/A/One.json")).unwrap().modified().unwrap();
    let second = BTreeMap::from([file("A/One.json", "1"), file("C/Three.json", "3")]);
    files::write(&folder, TABLES, &first, &second).unwrap();
    assert_eq!(files::generated(&folder, TABLES).unwrap(), second);
    assert_eq!(fs::metadata(folder.join("generated/A/One.json")).unwrap().modified().unwrap(), kept);
    assert!(!folder.join("generated/B").exists());
}
