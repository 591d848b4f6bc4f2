//! Requests that read or write one row.

use crate::columns::typed;
use crate::house::{House, ends_with};
use crate::model::{Operation, Parameter};
use crate::names::pascal;
use crate::openapi::{self, Document, PathItem, Schema};

/// The request that changes what a path names: POST as a rule, PUT or PATCH in newer products.
pub fn update(item: &PathItem) -> Option<(&'static str, &openapi::Operation)> {
    let methods = [("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch)];
    methods.into_iter().find_map(|(method, operation)| operation.as_ref().map(|o| (method, o)))
}

/// An operation with the parameters of its body.
pub fn operation(
    document: &Document,
    method: &str,
    path: String,
    given: &openapi::Operation,
    house: &House,
) -> Operation {
    let media = given.request_body.as_ref().and_then(openapi::Body::media);
    let mut parameters = Vec::new();
    if let Some((_, schema)) = media {
        let schema = document.resolve(schema);
        for (name, field) in document.fields(schema) {
            parameters.push(parameter(document, name, field, schema.requires(name), house));
        }
    }
    for header in given.parameters.iter().filter(|p| p.place == "header") {
        parameters.extend(house.headers.get(&header.name).map(|name| Parameter {
            name: name.clone(),
            parameter: Some(header.name.clone()),
            header: true,
            // An enumeration of true and false.
            data_type: if name.ends_with("Enabled") { "boolean" } else { "text" }.to_owned(),
            size: if name.ends_with("Enabled") { None } else { Some(64) },
            ..Parameter::default()
        }));
    }
    let is_json = media.is_some_and(|(kind, _)| kind.contains("json"));
    let one_of = given.conditional();
    let one_of = one_of.map(|names| names.iter().map(|name| pascal(name)).collect()).collect();
    let body = is_json.then(|| "json".to_owned());
    Operation { method: method.to_owned(), path, body, paid: false, unordered: false, one_of, parameters }
}

/// One parameter. An array keeps the type of its elements: each is sent under the same name.
pub fn parameter(
    document: &Document,
    name: &str,
    schema: &Schema,
    required: bool,
    house: &House,
) -> Parameter {
    let own = pascal(name);
    let schema = document.resolve(schema);
    let array = schema.kind.as_deref() == Some("array");
    let element = match &schema.items {
        Some(element) if array => document.resolve(element),
        _ => schema,
    };
    let typed = typed(document, &own, element, house);
    Parameter {
        parameter: (own != name).then(|| name.to_owned()),
        data_type: typed.data_type.to_owned(),
        size: typed.size,
        required,
        array,
        format: format(&own, element).map(str::to_owned),
        clear: ends_with(&own, &house.clear) && (typed.sid.is_some() || !typed.values.is_empty()),
        secret: ends_with(&own, &house.secret),
        sid: typed.sid,
        values: typed.values,
        name: own,
        ..Parameter::default()
    }
}

/// What a text has to look like.
fn format(name: &str, schema: &Schema) -> Option<&'static str> {
    match schema.format.as_deref()? {
        "phone-number" | "endpoint" if name.ends_with("From") => Some("sender"),
        "phone-number" | "endpoint" if name.ends_with("To") => Some("recipient"),
        "phone-number" => Some("phone"),
        "uri" if name.ends_with("Url") || name.ends_with("Callback") => Some("url"),
        _ => None,
    }
}
