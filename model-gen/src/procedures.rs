//! Makes a procedure of each write that no table has.

use std::collections::BTreeSet;

use crate::columns::{self, typed};
use crate::house::House;
use crate::model::{Column, Operation, Parameter, Procedure, Table, placeholders, shape};
use crate::names::{pascal, words};
use crate::openapi::{self, PathItem};
use crate::operations::operation;
use crate::parents::{ACCOUNT, template};
use crate::resource::{LeftOut, Source, schema};

/// A write of the documents, told apart from all others: product, method and shape of the path.
pub type Write = (String, String, String);

/// Makes the procedures of all writes but those that are in `taken`.
///
/// # Errors
/// A sentence about two procedures, inputs or results of the same name.
pub fn procedures(
    sources: &[Source],
    taken: &BTreeSet<Write>,
    house: &House,
) -> Result<(Vec<Procedure>, Vec<LeftOut>), String> {
    let (mut procedures, mut left_out) = (Vec::<Procedure>::new(), Vec::new());
    for source in sources {
        let Some(product) = source.document.product() else { continue };
        for (path, item) in source.document.paths.iter() {
            for (method, given) in writes(item) {
                if taken.contains(&(product.to_owned(), method.to_owned(), shape(path))) {
                    continue;
                }
                if let Some(reason) = house.left_out.get(&format!("{}.{}", source.name, given.operation_id)) {
                    let operation = format!("{}.{}", source.name, given.operation_id);
                    left_out.push(LeftOut { operation, path: path.to_owned(), reason: reason.clone() });
                    continue;
                }
                procedures.push(procedure(source, product, path, method, given, house)?);
            }
        }
    }
    procedures.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    let same = |pair: &&[Procedure]| {
        pair[0].schema == pair[1].schema && pair[0].name.eq_ignore_ascii_case(&pair[1].name)
    };
    if let Some(pair) = procedures.windows(2).find(same) {
        return Err(format!("two procedures would be {}.{}", pair[0].schema, pair[0].name));
    }
    Ok((procedures, left_out))
}

/// The writes that tables have.
pub fn of_tables<'t>(tables: impl Iterator<Item = &'t Table>) -> BTreeSet<Write> {
    let write = |table: &Table, o: &Operation| (table.product.clone(), o.method.clone(), shape(&o.path));
    tables.flat_map(|table| table.operations().map(move |(_, operation)| write(table, operation))).collect()
}

fn writes(item: &PathItem) -> impl Iterator<Item = (&'static str, &openapi::Operation)> {
    let all = [("POST", &item.post), ("PUT", &item.put), ("PATCH", &item.patch), ("DELETE", &item.delete)];
    all.into_iter().filter_map(|(method, given)| given.as_ref().map(|given| (method, given)))
}

fn procedure(
    source: &Source,
    product: &str,
    path: &str,
    method: &str,
    given: &openapi::Operation,
    house: &House,
) -> Result<Procedure, String> {
    let document = &source.document;
    let (schema, name) = (schema(source, house), pascal(&given.operation_id));
    let names: Vec<String> = placeholders(path).map(path_name).collect();
    let Operation { body, one_of, parameters, .. } =
        operation(document, method, path.to_owned(), given, house);
    let of_path = |placeholder: &str| {
        let described = given.parameters.iter().find(|p| p.place == "path" && p.name == placeholder);
        let own = path_name(placeholder);
        let typed = described.map(|p| typed(document, &own, &p.schema, house)).unwrap_or_default();
        Parameter {
            name: own.clone(),
            data_type: "text".to_owned(),
            size: typed.size.or_else(|| house.size(&own)),
            required: true,
            sid: typed.sid,
            values: typed.values,
            ..Parameter::default()
        }
    };
    let mut inputs: Vec<Parameter> = placeholders(path).filter(|p| *p != ACCOUNT).map(of_path).collect();
    // What has to be given comes first, since arguments may be given in order.
    let (required, optional): (Vec<Parameter>, Vec<Parameter>) =
        parameters.into_iter().partition(|parameter| parameter.required);
    let is_free = given.request_body.is_some() && required.is_empty() && optional.is_empty();
    if is_free && body.is_some() {
        // The documents do not say what is in the body: it is given whole.
        inputs.push(Parameter {
            name: "Body".to_owned(),
            parameter: Some(String::new()),
            data_type: "json".to_owned(),
            required: true,
            ..Parameter::default()
        });
    }
    for mut parameter in required.into_iter().chain(optional) {
        if inputs.iter().any(|other| other.name.eq_ignore_ascii_case(&parameter.name)) {
            // The body has something of the name that a part of the path has.
            parameter.parameter = Some(parameter.sent_name().to_owned());
            parameter.name += "Parameter";
        }
        inputs.push(parameter);
    }
    let mut results = Vec::new();
    if let Some(answer) = given.answer() {
        results = columns::columns(document, &document.fields(answer), house);
        results.iter_mut().for_each(tell);
    }
    let id = format!("{}.{}", source.name, given.operation_id);
    unique(&id, inputs.iter().map(|p| &p.name))?;
    unique(&id, results.iter().map(|c| &c.name))?;
    let sentence = words(&name);
    let paid = house.paid_procedures.contains(&format!("{schema}.{name}"));
    Ok(Procedure {
        remarks: format!("{}{}: {method} {path}.", sentence[..1].to_ascii_uppercase(), &sentence[1..]),
        product: product.to_owned(),
        method: method.to_owned(),
        path: template(path, &names),
        body,
        // What the documents call an update may act as well.
        creates: matches!(method, "POST" | "PATCH"),
        paid,
        inputs,
        one_of,
        results,
        schema,
        name,
    })
}

fn path_name(placeholder: &str) -> String {
    if placeholder == ACCOUNT { ACCOUNT.to_owned() } else { pascal(placeholder) }
}

/// A secret that is made is told only once, and here.
fn tell(column: &mut Column) {
    if std::mem::take(&mut column.secret) {
        column.size = None;
    }
}

fn unique<'n>(id: &str, names: impl Iterator<Item = &'n String>) -> Result<(), String> {
    let mut taken = BTreeSet::new();
    for name in names {
        if !taken.insert(name.to_ascii_lowercase()) {
            return Err(format!("{id} would have two inputs or two results {name}"));
        }
    }
    Ok(())
}
