//! Query parameters of a list: predicates that can be pushed, and switches that no column stands for.

use crate::columns::typed;
use crate::house::House;
use crate::model::{Column, Filter, Parameter};
use crate::names::pascal;
use crate::openapi;
use crate::operations::parameter;
use crate::resource::{Form, Resource};

/// Parameters that turn pages.
const PAGING: [&str; 5] = ["PageSize", "Page", "PageToken", "Token", "Size"];

/// The filters and the switches of a list.
pub fn filters(resource: &Resource<'_>, columns: &[Column], house: &House) -> (Vec<Filter>, Vec<Parameter>) {
    let (mut filters, mut switches) = (Vec::new(), Vec::new());
    let query = resource.get.parameters.iter().filter(|p| p.place == "query");
    let unused = house.unused.get(&resource.id()).map_or(&[][..], Vec::as_slice);
    let query = query.filter(|p| !PAGING.contains(&p.name.as_str()) && !unused.contains(&p.name));
    let query: Vec<_> = query.collect();
    for given in &query {
        match filter(resource, given, &query, columns, house) {
            Some(filter) => filters.push(filter),
            None => {
                let (name, schema) = (&given.name, &given.schema);
                let mut switch = parameter(resource.document(), name, schema, given.required, house);
                // Bounds whose sign is in the name.
                let bound = match name.chars().last() {
                    Some('>') => "From",
                    Some('<') => "To",
                    _ => "",
                };
                if !bound.is_empty() {
                    switch.name.push_str(bound);
                    switch.parameter = Some(name.clone());
                }
                // It is a column as well, and no other column's name.
                if columns.iter().any(|c| c.name.eq_ignore_ascii_case(&switch.name)) {
                    switch.name.push_str("Parameter");
                    switch.parameter = Some(name.clone());
                }
                switch.default = house.default(&resource.id(), name).first().cloned();
                switches.push(switch);
            }
        }
    }
    (filters, switches)
}

fn filter(
    resource: &Resource<'_>,
    given: &openapi::Parameter,
    query: &[&openapi::Parameter],
    columns: &[Column],
    house: &House,
) -> Option<Filter> {
    let name = given.name.as_str();
    let column = |name: &str| {
        let name = pascal(name);
        columns.iter().find(|c| c.name.eq_ignore_ascii_case(&name) && !c.from_path)
    };
    let make = |column: &Column, operator: &str| Filter {
        column: column.name.clone(),
        operator: operator.to_owned(),
        parameter: name.to_owned(),
        matches: is_point_in_time(column).then(|| "day".to_owned()),
        default: house.default(&resource.id(), name).to_vec(),
    };
    if let Some((column, operator)) = bound(resource, name, house) {
        return columns.iter().find(|c| c.name == column).map(|c| make(c, operator));
    }
    // What an object that stands alone is asked with is no predicate on it.
    if resource.form == Form::One {
        return None;
    }
    if house.switches.get(&resource.id()).is_some_and(|names| names.iter().any(|n| n == name))
        || given.required
    {
        return None;
    }
    if let Some(base) = name.strip_suffix(['<', '>']) {
        return column(base).map(|c| make(c, &name[base.len()..]));
    }
    if let Some(found) = column(name) {
        // A point in time means its whole day only where the API has bounds beside it that are written the same way.
        let has_bounds = query.iter().any(|p| p.name.strip_suffix('>') == Some(name));
        let fits = match is_point_in_time(found) {
            true => has_bounds,
            false => is_comparable(resource, found, given, house),
        };
        return fits.then(|| make(found, "="));
    }
    let ends = [("After", ">"), ("From", ">"), ("Before", "<"), ("To", "<")];
    ends.iter()
        .filter_map(|(word, operator)| {
            let base =
                name.strip_suffix(word).or_else(|| name.strip_prefix(word)).filter(|b| !b.is_empty())?;
            let found = column(base).or_else(|| column(&format!("Date{base}")))?;
            is_point_in_time(found).then(|| make(found, operator))
        })
        .next()
}

/// The column that the house says the parameter bounds.
fn bound<'h>(resource: &Resource<'_>, name: &str, house: &'h House) -> Option<(&'h str, &'static str)> {
    house.ranges.get(&resource.id())?.iter().find_map(|range| {
        let is = |parameter: &Option<String>| parameter.as_deref() == Some(name);
        match (is(&range.lower), is(&range.upper)) {
            (true, _) => Some((range.column.as_str(), ">")),
            (_, true) => Some((range.column.as_str(), "<")),
            _ => None,
        }
    })
}

fn is_point_in_time(column: &Column) -> bool {
    matches!(column.data_type.as_str(), "timestamp" | "date")
}

/// Whether a value of the column can be the parameter's.
fn is_comparable(
    resource: &Resource<'_>,
    column: &Column,
    given: &openapi::Parameter,
    house: &House,
) -> bool {
    let document = resource.document();
    let schema = document.resolve(&given.schema);
    // A repeated parameter takes one value as well.
    let schema = schema.items.as_deref().unwrap_or(schema);
    let sent = typed(document, &column.name, schema, house).data_type;
    match column.data_type.as_str() {
        "integer" | "bigint" => matches!(sent, "integer" | "bigint" | "text"),
        "text" => matches!(sent, "text" | "integer" | "bigint"),
        "boolean" => sent == "boolean",
        _ => false,
    }
}
