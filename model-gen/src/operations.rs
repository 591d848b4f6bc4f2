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
    let is_json = media.is_some_and(|(kind, _)| kind.contains("json"));
    let one_of = given.conditional();
    let one_of = one_of.map(|names| names.iter().map(|name| pascal(name)).collect()).collect();
    let body = is_json.then(|| "json".to_owned());
    Operation { method: method.to_owned(), path, body, paid: false, one_of, parameters }
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
    let typed = match &schema.items {
        Some(element) if array => typed(document, &own, element, house),
        _ => typed(document, &own, schema, house),
    };
    Parameter {
        parameter: (own != name).then(|| name.to_owned()),
        data_type: typed.data_type.to_owned(),
        size: typed.size,
        required,
        array,
        secret: ends_with(&own, &house.secret),
        sid: typed.sid,
        values: typed.values,
        default: None,
        name: own,
    }
}
