//! Makes a table of each resource.

use std::collections::BTreeSet;

use crate::columns::columns;
use crate::filters::filters;
use crate::house::House;
use crate::model::{Column, Operation, Procedure, Table, placeholders, shape};
use crate::names::{article, pascal, words};
use crate::operations::{operation, update};
use crate::parents::{self, ACCOUNT, Listed, Lists, instance_column, path_columns, template};
use crate::procedures::{self, Write};
use crate::resource::{Form, LeftOut, Resource, Source, find};

/// Rows of a page where the document names no largest PageSize: what Twilio sends by itself.
const DEFAULT_PAGE: u32 = 50;

/// What the documents give.
#[derive(Debug)]
pub struct Generated {
    /// Ordered by schema and name.
    pub tables: Vec<Table>,
    /// The writes that no table has, ordered by schema and name.
    pub procedures: Vec<Procedure>,
    pub left_out: Vec<LeftOut>,
    /// Lists whose table was made by hand.
    pub curated: usize,
}

/// A resource whose columns are known.
struct Draft<'r, 'd> {
    resource: &'r Resource<'d>,
    columns: Vec<Column>,
    /// The columns of the path.
    path: Vec<String>,
    /// The column that the path of one row ends with.
    instance: Option<String>,
}

/// Makes the tables that `curated` does not have, and procedures of the writes that neither tables nor `curated_writes` have.
///
/// # Errors
/// A sentence about two tables or columns of the same name.
pub fn generate(
    sources: &[Source],
    curated: &[Table],
    curated_writes: &BTreeSet<Write>,
    house: &House,
) -> Result<Generated, String> {
    let (resources, mut left_out) = find(sources, house)?;
    let by_hand = |resource: &Resource<'_>| {
        let is_list = |path: &String| shape(path) == shape(resource.path);
        curated.iter().find(|t| t.product == resource.product && t.lists().iter().any(is_list))
    };
    let mut lists = Lists::new();
    let (mut drafts, mut count) = (Vec::new(), 0);
    for resource in &resources {
        let key = (resource.product.to_owned(), shape(resource.path));
        if let Some(table) = by_hand(resource) {
            count += 1;
            lists.insert(key, Listed::curated(table, &resource.singular));
            continue;
        }
        let draft = draft(resource, house)?;
        if let Form::List(_) = resource.form {
            lists.insert(
                key,
                Listed {
                    schema: resource.schema.clone(),
                    name: resource.name.clone(),
                    key: draft.instance.clone().or_else(|| own_key(&draft)),
                    path: draft.path.clone(),
                    singular: resource.singular.clone(),
                },
            );
        }
        drafts.push(draft);
    }
    let mut tables = Vec::with_capacity(drafts.len());
    for draft in drafts {
        tables.push(table(draft, &lists, house));
    }
    if let Some(taken) = tables.iter().find(|t| {
        curated
            .iter()
            .any(|c| c.schema.eq_ignore_ascii_case(&t.schema) && c.name.eq_ignore_ascii_case(&t.name))
    }) {
        return Err(format!(
            "{}.{} is there already, made by hand, with another list",
            taken.schema, taken.name
        ));
    }
    tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    let mut taken = procedures::of_tables(tables.iter().chain(curated));
    taken.extend(curated_writes.iter().cloned());
    let (procedures, without) = procedures::procedures(sources, &taken, house)?;
    left_out.extend(without);
    Ok(Generated { tables, procedures, left_out, curated: count })
}

fn draft<'r, 'd>(resource: &'r Resource<'d>, house: &House) -> Result<Draft<'r, 'd>, String> {
    let mut columns = columns(resource.document(), &resource.fields, house);
    let path = path_columns(resource, &mut columns, house);
    for (i, column) in columns.iter().enumerate() {
        if columns[..i].iter().any(|c| c.name.eq_ignore_ascii_case(&column.name)) {
            return Err(format!(
                "{}.{} would have two columns {}",
                resource.schema, resource.name, column.name
            ));
        }
    }
    let missing = |name: &&String| !columns.iter().any(|c| c.name == **name);
    if let Some(name) = house.keys.get(&resource.id()).and_then(|key| key.iter().find(missing)) {
        return Err(format!("house.json: {} has no column {name}", resource.id()));
    }
    for name in house.secret_columns.get(&resource.id()).into_iter().flatten() {
        let Some(column) = columns.iter_mut().find(|c| c.name == *name) else {
            return Err(format!("house.json: {} has no column {name}", resource.id()));
        };
        column.hide();
    }
    let instance = instance_column(resource, &columns);
    Ok(Draft { resource, columns, path, instance })
}

/// The column that identifies a row wherever it is: an id that is not the path's.
fn own_key(draft: &Draft<'_, '_>) -> Option<String> {
    let is_own = |c: &&Column| matches!(c.name.as_str(), "Sid" | "Id") && !draft.path.contains(&c.name);
    draft.columns.iter().find(is_own).map(|c| c.name.clone())
}

fn key(draft: &Draft<'_, '_>, house: &House) -> Vec<String> {
    if let Some(key) = house.keys.get(&draft.resource.id()) {
        return key.clone();
    }
    let parents = draft.path.iter().filter(|name| *name != ACCOUNT).cloned();
    if draft.resource.form == Form::One {
        return parents.collect();
    }
    match (&draft.instance, own_key(draft)) {
        (Some(instance), Some(own)) if *instance == own => vec![own],
        // What names a row within its parent does so together with the parent.
        (Some(instance), _) if !draft.path.contains(instance) => parents.chain([instance.clone()]).collect(),
        (_, Some(own)) => vec![own],
        _ => Vec::new(),
    }
}

fn table(mut draft: Draft<'_, '_>, lists: &Lists, house: &House) -> Table {
    let resource = draft.resource;
    let key = key(&draft, house);
    let parents = parents::parents(resource, &draft.path, &mut draft.columns, lists, house);
    let (filters, switches) = filters(resource, &draft.columns, house);
    let (items, paging, page_size) = paging(resource);
    let operations = operations(&draft, house);
    let has_parent = draft.path.last().is_some_and(|name| parents.iter().any(|p| p.column == *name));
    let mut remarks = remarks(resource, lists, has_parent);
    if let Some(note) = house.notes.get(&resource.id()) {
        remarks = format!("{remarks} {note}");
    }
    let mut table = Table {
        schema: resource.schema.clone(),
        name: resource.name.clone(),
        remarks,
        product: resource.product.to_owned(),
        list: template(resource.path, &draft.path),
        items,
        paging,
        page_size,
        key,
        columns: draft.columns,
        filters,
        switches,
        parents,
        ..Table::default()
    };
    [table.fetch, table.create, table.update, table.delete] = operations;
    let is_written = table.create.is_some() || table.update.is_some() || table.delete.is_some();
    table.kind = if is_written { "table" } else { "view" }.to_owned();
    let name = format!("{}.{}", table.schema, table.name);
    table.irreversible = house.irreversible.contains(&name);
    let is_bound =
        |column: &str, sign: &str| table.filters.iter().any(|f| f.column == column && f.operator == sign);
    let slices = house.slices.iter().find(|column| is_bound(column, "<") && is_bound(column, ">"));
    table.slices = slices.cloned();
    let secrets = house.secret_columns.get(&resource.id());
    let operations =
        [("create", &mut table.create), ("update", &mut table.update), ("delete", &mut table.delete)];
    for (kind, operation) in operations {
        let Some(operation) = operation else { continue };
        let own = format!("{name}.{kind}");
        operation.unordered = house.unordered.contains(&own);
        operation.paid = house.paid.contains(&own) || kind == "create" && house.paid.contains(&name);
        for parameter in &mut operation.parameters {
            let parameter_name = format!("{own}.{}", parameter.name);
            parameter.paid = house.paid.contains(&parameter_name);
            // What a row is made with has nothing to clear.
            parameter.clear &= kind == "update";
            parameter.acts = house.acts.contains(&parameter_name);
            parameter.secret |= secrets.is_some_and(|columns| columns.contains(&parameter.name));
        }
    }
    table
}

/// The array of the rows, the way from page to page where it is not by links, the largest page.
fn paging(resource: &Resource<'_>) -> (String, Option<String>, u32) {
    let Form::List(items) = resource.form else { return (String::new(), Some("one".to_owned()), 1) };
    let query = |name: &str| resource.get.parameters.iter().find(|p| p.place == "query" && p.name == name);
    let largest = |name: &str| query(name).and_then(|p| resource.document().resolve(&p.schema).maximum);
    let answer = resource.get.answer().map(|a| resource.document().fields(a)).unwrap_or_default();
    let meta = answer.iter().find(|(name, _)| *name == "meta");
    let meta = meta.map(|(_, meta)| resource.document().fields(meta)).unwrap_or_default();
    let has = |fields: &[(&str, _)], name: &str| fields.iter().any(|(n, _)| *n == name);
    let style = if has(&answer, "next_page_uri") || has(&meta, "next_page_url") {
        None
    } else if has(&meta, "next_token") && query("Token").is_some() {
        Some("token")
    } else if has(&answer, "has_next") && query("Page").is_some() {
        Some("number")
    } else {
        Some("none")
    };
    let size = largest("PageSize").or_else(|| largest("Size")).map_or(DEFAULT_PAGE, |n| n as u32);
    (items.to_owned(), style.map(str::to_owned), size)
}

/// Fetch, create, update and delete.
fn operations(draft: &Draft<'_, '_>, house: &House) -> [Option<Operation>; 4] {
    let resource = draft.resource;
    let document = resource.document();
    let make = |method: &str, path: &str, names: &[String], given| {
        operation(document, method, template(path, names), given, house)
    };
    let own = |(method, given)| make(method, resource.path, &draft.path, given);
    if resource.form == Form::One {
        let delete = resource.item.delete.as_ref().map(|given| ("DELETE", given));
        return [None, None, update(resource.item).map(own), delete.map(own)];
    }
    let create = resource.item.post.as_ref().map(|given| own(("POST", given)));
    let (Some((path, item)), Some(instance)) = (resource.instance, &draft.instance) else {
        return [None, create, None, None];
    };
    // A row whose id is the path's own cannot be told from its parent.
    if draft.path.contains(instance) {
        return [None, create, None, None];
    }
    let names: Vec<String> = draft.path.iter().chain([instance]).cloned().collect();
    let one = |(method, given)| make(method, path, &names, given);
    let answers = |given: &&crate::openapi::Operation| given.answer().is_some();
    let fetch = item.get.as_ref().filter(answers).map(|given| one(("GET", given)));
    let delete = item.delete.as_ref().map(|given| one(("DELETE", given)));
    [fetch, create, update(item).map(one), delete]
}

/// What a row is, from the names: `Entities of a service.`
fn remarks(resource: &Resource<'_>, lists: &Lists, has_parent: bool) -> String {
    let sentence = |text: &str| text[..1].to_ascii_uppercase() + &text[1..] + ".";
    let name = words(&resource.name);
    let names: Vec<&str> = placeholders(resource.path).collect();
    let Some((last, position)) = names.iter().rfind(|n| **n != ACCOUNT).zip(names.len().checked_sub(1))
    else {
        return sentence(&name);
    };
    let above = parents::shape_above(resource.path, position)
        .and_then(|shape| lists.get(&(resource.product.to_owned(), shape)))
        .map(|list| words(&list.singular));
    let given = words(&pascal(last));
    match above {
        Some(above) => sentence(&format!("{name} of {} {above}", article(&above))),
        None if !has_parent && resource.path.trim_end_matches(".json").ends_with('}') => {
            sentence(&format!("{name} by its {given}, which has to be given"))
        }
        None => {
            let above = given.strip_suffix(" SID").unwrap_or(&given);
            let given = if has_parent { "" } else { ", which has to be given" };
            sentence(&format!("{name} of {} {above}{given}", article(above)))
        }
    }
}
