//! The resources of the documents: lists, and objects that stand alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::house::House;
use crate::model::shape;
use crate::names::{pascal, plural, singular};
use crate::openapi::{Document, Operation, PathItem, Schema};

/// A document under its name: `verify_v2` for `twilio_verify_v2.json`.
#[derive(Debug)]
pub struct Source {
    pub name: String,
    pub document: Document,
}

impl Source {
    /// The name without the version, and the version; 0 where there is none.
    fn version(&self) -> (&str, u32) {
        let split = self.name.rsplit_once("_v").and_then(|(base, v)| Some((base, v.parse().ok()?)));
        split.unwrap_or((&self.name, 0))
    }
}

/// How a resource answers a GET.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form<'d> {
    /// An array of that name holds the rows.
    List(&'d str),
    /// The answer is the row.
    One,
}

/// A resource, with the schema and the name of its table.
#[derive(Debug)]
pub struct Resource<'d> {
    pub source: &'d Source,
    pub product: &'d str,
    pub path: &'d str,
    pub item: &'d PathItem,
    pub get: &'d Operation,
    pub form: Form<'d>,
    /// The fields of a row.
    pub fields: Vec<(&'d str, &'d Schema)>,
    /// The path of one row of a list.
    pub instance: Option<(&'d str, &'d PathItem)>,
    pub schema: String,
    pub name: String,
    /// The name of one row.
    pub singular: String,
}

impl Resource<'_> {
    /// The operation's name in `house.json`.
    pub fn id(&self) -> String {
        id(self.source, self.get)
    }

    pub fn document(&self) -> &Document {
        &self.source.document
    }
}

fn id(source: &Source, get: &Operation) -> String {
    format!("{}.{}", source.name, get.operation_id)
}

/// A resource that gets no table, and why.
#[derive(Debug)]
pub struct LeftOut {
    pub operation: String,
    pub path: String,
    pub reason: String,
}

/// Finds and names the resources of all documents.
///
/// # Errors
/// A sentence about two resources that would have the same name.
pub fn find<'d>(sources: &'d [Source], house: &House) -> Result<(Vec<Resource<'d>>, Vec<LeftOut>), String> {
    let (mut found, mut left_out) = (Vec::new(), Vec::new());
    for source in sources {
        in_document(source, house, &mut found, &mut left_out);
    }
    separate_versions(&mut found, house);
    let mut names = BTreeMap::new();
    for resource in &found {
        let name = format!("{}.{}", resource.schema, resource.name);
        if let Some(other) = names.insert(name.to_ascii_lowercase(), resource.id()) {
            return Err(format!("{name} would be the table of {other} and of {}", resource.id()));
        }
    }
    Ok((found, left_out))
}

fn in_document<'d>(
    source: &'d Source,
    house: &House,
    found: &mut Vec<Resource<'d>>,
    left_out: &mut Vec<LeftOut>,
) {
    let document = &source.document;
    let Some(product) = document.product() else { return };
    let lists: BTreeSet<String> = document
        .paths
        .iter()
        .filter(|(_, item)| item.get.as_ref().is_some_and(|get| items(document, get).is_some()))
        .map(|(path, _)| shape(path))
        .collect();
    for (path, item) in document.paths.iter() {
        let Some(get) = &item.get else { continue };
        let mut leave_out = |reason: &str| {
            let (operation, path, reason) = (id(source, get), path.to_owned(), reason.to_owned());
            left_out.push(LeftOut { operation, path, reason });
        };
        if let Some(reason) = house.left_out.get(&id(source, get)) {
            leave_out(reason);
            continue;
        }
        let array = items(document, get);
        if array.is_none() && parent_list(path).is_some_and(|list| lists.contains(&list)) {
            continue;
        }
        let (form, fields) = match (array, get.answer()) {
            (Some((name, row)), _) => (Form::List(name), document.fields(row)),
            (None, Some(answer)) => (Form::One, document.fields(answer)),
            (None, None) => {
                leave_out("it answers with a redirect");
                continue;
            }
        };
        if fields.is_empty() {
            leave_out("its answer has no fields that are known");
            continue;
        }
        let instance = document.paths.iter().find(|(p, _)| parent_list(p) == Some(shape(path)));
        let (schema, name, singular) = name(source, get, form, house);
        found.push(Resource {
            source,
            product,
            path,
            item,
            get,
            form,
            fields,
            instance: instance.filter(|_| array.is_some()),
            schema,
            name,
            singular,
        });
    }
}

/// The shape of the list that the last placeholder of a path chooses from.
fn parent_list(path: &str) -> Option<String> {
    let shape = shape(path);
    let (bare, ending) = match shape.strip_suffix(".json") {
        Some(bare) => (bare, ".json"),
        None => (shape.as_str(), ""),
    };
    bare.strip_suffix("/{}").map(|list| format!("{list}{ending}"))
}

/// The array of rows of a list's answer. A list says so in its name, or links to a next page, or is nothing but
/// that array.
fn items<'d>(document: &'d Document, get: &'d Operation) -> Option<(&'d str, &'d Schema)> {
    let fields = document.fields(get.answer()?);
    let meta = fields.iter().find(|(name, _)| *name == "meta").map(|(_, meta)| document.fields(meta));
    let links = meta.into_iter().flatten().any(|(name, _)| name == "next_page_url")
        || fields.iter().any(|(name, _)| *name == "next_page_uri");
    let is_list = get.operation_id.starts_with("List") || links || fields.len() == 1;
    let arrays = fields.iter().filter_map(|(name, field)| {
        let row = document.resolve(field).items.as_deref()?;
        (!document.fields(row).is_empty()).then_some((*name, row))
    });
    let mut arrays = arrays.filter(|_| is_list);
    let first = arrays.next();
    first.filter(|_| arrays.next().is_none())
}

/// The schema of a document's tables and procedures.
pub fn schema(source: &Source, house: &House) -> String {
    let (base, _) = source.version();
    house.schemas.get(base).cloned().unwrap_or_else(|| pascal(base))
}

fn name(source: &Source, get: &Operation, form: Form<'_>, house: &House) -> (String, String, String) {
    let schema = schema(source, house);
    let operation = get.operation_id.as_str();
    let noun = ["List", "Fetch"].iter().find_map(|verb| operation.strip_prefix(verb)).unwrap_or(operation);
    let prefix = house.prefixes.get(&schema);
    let bare = prefix.and_then(|p| noun.strip_prefix(p.as_str())).filter(|rest| !rest.is_empty());
    let noun = pascal(bare.unwrap_or(noun));
    let name = match (house.tables.get(&id(source, get)), form) {
        (Some(name), _) => name.clone(),
        (None, Form::List(_)) => plural(&noun),
        (None, Form::One) => noun.clone(),
    };
    // Twilio names some lists by a plural.
    let one = if plural(&noun) == noun { singular(&noun) } else { noun };
    (schema, name, one)
}

/// The newest version keeps the plain schema; a table of the same name in an older one moves to `StudioV1`.
fn separate_versions(found: &mut [Resource<'_>], house: &House) {
    let rank = |r: &Resource<'_>| (house.preferred.contains(&r.source.name), r.source.version().1);
    let mut newest = BTreeMap::new();
    for resource in found.iter() {
        let best = newest.entry((resource.schema.clone(), resource.name.clone())).or_insert(rank(resource));
        *best = (*best).max(rank(resource));
    }
    for resource in found.iter_mut() {
        if newest[&(resource.schema.clone(), resource.name.clone())] != rank(resource) {
            resource.schema = format!("{}V{}", resource.schema, resource.source.version().1);
        }
    }
}
