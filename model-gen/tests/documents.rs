//! The whole model against Twilio's documents, where they are at hand: `TWILIO_OPENAPI`, or `../shared/twilio-openapi`
//! beside the project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use model_gen::files::{self, PROCEDURES, TABLES};
use model_gen::generate::generate;
use model_gen::house::House;
use model_gen::model::{Operation, Parameter, Table, placeholders, shape};
use model_gen::openapi::{Body, Document, PathItem, Schema};
use model_gen::resource::Source;
use serde_json::Value;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/model/data")
}

fn documents() -> Option<Vec<Source>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/twilio-openapi");
    let folder = env::var_os("TWILIO_OPENAPI").map_or_else(beside, PathBuf::from);
    if !folder.is_dir() {
        eprintln!(
            "not run: {} is no folder; TWILIO_OPENAPI says where Twilio's documents are",
            folder.display()
        );
        return None;
    }
    Some(files::documents(&folder).unwrap())
}

fn model() -> Vec<Table> {
    let generated = files::generated(&data(), TABLES).unwrap();
    let generated = generated
        .iter()
        .map(|(name, text)| serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}")));
    let curated = files::curated(&data()).unwrap().into_iter().filter(|t| t.kind != "system");
    curated.chain(generated).collect()
}

/// All paths of all documents.
struct Api<'d>(BTreeMap<(String, String), (&'d Document, &'d PathItem)>);

impl<'d> Api<'d> {
    fn new(sources: &'d [Source]) -> Self {
        let mut paths = BTreeMap::new();
        for source in sources {
            let document = &source.document;
            for (path, item) in document.paths.iter() {
                let product = document.product().expect("every document names its host").to_owned();
                paths.insert((product, shape(path)), (document, item));
            }
        }
        Api(paths)
    }

    fn path(&self, product: &str, path: &str) -> Result<(&'d Document, &'d PathItem), String> {
        let key = (product.to_owned(), shape(path));
        self.0.get(&key).copied().ok_or_else(|| format!("there is no path {path} at {product}"))
    }

    fn table(&self, table: &Table) -> Result<(), String> {
        let lists = table.lists();
        let own = &lists[..lists.len() - table.covers.len()];
        own.iter().try_for_each(|list| self.list(table, list).map_err(|e| format!("{list}: {e}")))?;
        for covered in &table.covers {
            self.path(&table.product, covered)?;
        }
        for (name, operation) in table.operations() {
            self.operation(&table.product, operation).map_err(|e| format!("{name}: {e}"))?;
        }
        Ok(())
    }

    /// One of the table's lists.
    fn list(&self, table: &Table, list: &str) -> Result<(), String> {
        let (document, item) = self.path(&table.product, list)?;
        let get = item.get.as_ref().ok_or("its list has no GET")?;
        let answer = get.answer().ok_or("its list has no answer")?;
        let mut rows = vec![match table.items.as_str() {
            "" => answer,
            items => {
                let array = document.fields(answer).into_iter().find(|(name, _)| *name == items);
                let array =
                    array.map(|(_, field)| document.resolve(field)).ok_or(format!("no array {items}"))?;
                array.items.as_deref().ok_or(format!("{items} is no array"))?
            }
        }];
        if let Some(fetch) = &table.fetch {
            let (_, item) = self.path(&table.product, &fetch.path)?;
            rows.extend(item.get.as_ref().and_then(|get| get.answer()));
        }
        for column in table.columns.iter().filter(|c| !c.from_path && !c.json.is_empty()) {
            let found = rows.iter().any(|row| has_field(document, row, &column.json));
            found.then_some(()).ok_or(format!("no field {}", column.json))?;
        }
        let query = |name: &str| get.parameters.iter().find(|p| p.place == "query" && p.name == name);
        for filter in &table.filters {
            query(&filter.parameter).ok_or(format!("no query parameter {}", filter.parameter))?;
        }
        for switch in &table.switches {
            let given =
                query(switch.sent_name()).ok_or(format!("no query parameter {}", switch.sent_name()))?;
            check_values(document, switch, &given.schema)?;
        }
        Ok(())
    }

    fn operation(&self, product: &str, operation: &Operation) -> Result<(), String> {
        let (document, item) = self.path(product, &operation.path)?;
        let given = match operation.method.as_str() {
            "GET" => &item.get,
            "POST" => &item.post,
            "PUT" => &item.put,
            "PATCH" => &item.patch,
            "DELETE" => &item.delete,
            other => return Err(format!("{other} is no method")),
        };
        let given = given.as_ref().ok_or(format!("{} has no {}", operation.path, operation.method))?;
        let media = given.request_body.as_ref().and_then(Body::media);
        let is_json = media.is_some_and(|(kind, _)| kind.contains("json"));
        if is_json != (operation.body.as_deref() == Some("json")) {
            return Err("its body has another form".into());
        }
        let body = media.map(|(_, schema)| document.resolve(schema));
        for parameter in &operation.parameters {
            let name = parameter.sent_name();
            let place = match operation.method.as_str() {
                _ if parameter.header => "header",
                "GET" => "query",
                _ => "",
            };
            if !place.is_empty() {
                let found = given.parameters.iter().find(|p| p.place == place && p.name == name);
                found.ok_or(format!("no {place} parameter {name}"))?;
                continue;
            }
            let fields = body.map(|body| document.fields(body)).unwrap_or_default();
            let field = fields.into_iter().find(|(field, _)| *field == name);
            let (_, schema) = field.ok_or(format!("no parameter {name}"))?;
            check_values(document, parameter, schema)?;
            if parameter.required && !body.is_some_and(|body| body.requires(name)) {
                return Err(format!("{name} is not required"));
            }
        }
        Ok(())
    }
}

/// Whether the path of names leads to a field, or into a field whose own are not described.
fn has_field(document: &Document, row: &Schema, path: &str) -> bool {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    document.fields(row).into_iter().any(|(name, field)| {
        let field = document.resolve(field);
        let is_open =
            matches!(field.kind.as_deref(), None | Some("object")) && document.fields(field).is_empty();
        name == first && (rest.is_empty() || is_open || has_field(document, field, rest))
    })
}

/// Values that the model says are the only ones must be the document's.
fn check_values(document: &Document, parameter: &Parameter, schema: &Schema) -> Result<(), String> {
    let schema = document.resolve(schema);
    let known = document.resolve(schema.items.as_deref().unwrap_or(schema)).values();
    match parameter.values.iter().find(|value| !known.is_empty() && !known.contains(value)) {
        Some(value) => Err(format!("{} does not take {value}", parameter.name)),
        None => Ok(()),
    }
}

#[test]
fn every_list_of_the_documents_has_its_table() {
    let Some(sources) = documents() else { return };
    let model = model();
    let has = |product: &str, path: &str| {
        let is_list = |list: &String| shape(list) == shape(path);
        model.iter().any(|t| t.product == product && t.lists().iter().any(is_list))
    };
    let mut lists = 0;
    let mut left_out = Vec::new();
    for source in &sources {
        for (path, item) in source.document.paths.iter() {
            if item.get.as_ref().is_some_and(|get| get.operation_id.starts_with("List")) {
                lists += 1;
                let product = source.document.product().unwrap();
                if !has(product, path) {
                    left_out.push(format!("{} {path}", source.name));
                }
            }
        }
    }
    assert!(lists >= 308, "{lists} lists");
    assert_eq!(left_out, [""; 0]);
}

#[test]
fn everything_in_the_model_is_in_the_documents() {
    let Some(sources) = documents() else { return };
    let api = Api::new(&sources);
    let faults: Vec<String> = model()
        .iter()
        .filter_map(|t| api.table(t).err().map(|e| format!("{}.{}: {e}", t.schema, t.name)))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_procedure_is_in_the_documents() {
    let Some(sources) = documents() else { return };
    let api = Api::new(&sources);
    let mut count = 0;
    for entry in fs::read_dir(data().join("procedures")).unwrap() {
        let path = entry.unwrap().path();
        let procedure: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        // The documents do not tell of files.
        if procedure["file"].is_string() {
            continue;
        }
        // Those that write a table's row have nothing of their own.
        let Value::String(template) = &procedure["path"] else { continue };
        let inputs: Vec<Parameter> = serde_json::from_value(procedure["inputs"].clone()).unwrap();
        let parameters = inputs.into_iter().filter(|i| placeholders(template).all(|name| name != i.name));
        let operation = Operation {
            method: procedure["method"].as_str().unwrap().to_owned(),
            path: template.clone(),
            body: None,
            parameters: parameters.collect(),
            ..Operation::default()
        };
        let checked = api.operation(procedure["product"].as_str().unwrap(), &operation);
        assert_eq!(checked, Ok(()), "{}", path.display());
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn the_generated_files_are_up_to_date() {
    let Some(sources) = documents() else { return };
    let curated = files::curated(&data()).unwrap();
    let writes = files::curated_writes(&data()).unwrap();
    let generated = generate(&sources, &curated, &writes, &House::builtin().unwrap()).unwrap();
    let report = |folder, new| files::report(&files::generated(&data(), folder).unwrap(), &new);
    let report = report(TABLES, files::render(&generated.tables))
        + &report(PROCEDURES, files::render_procedures(&generated.procedures));
    assert!(report.is_empty(), "cargo run -p model-gen has something to do:\n{report}");
}
