//! Paths: which column each placeholder is, and which table its values come from.

use std::collections::{BTreeMap, HashMap};

use crate::columns::typed;
use crate::house::House;
use crate::model::{Column, Parent, Reference, Table, placeholders, shape};
use crate::names::{pascal, singular};
use crate::resource::{Form, Resource};

/// The placeholder that the connection's account fills.
pub const ACCOUNT: &str = "AccountSid";

/// What a child needs to know of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub schema: String,
    pub name: String,
    /// The column that the path of one row ends with.
    pub key: Option<String>,
    /// The columns of the list's own path, in order.
    pub path: Vec<String>,
    /// What one row is called, in words.
    pub singular: String,
}

/// All lists by product and shape of their path.
pub type Lists = HashMap<(String, String), Listed>;

impl Listed {
    /// What children need to know of a table that was made by hand, and what the documents call a row of it.
    pub fn curated(table: &Table, singular: &str) -> Self {
        let instance =
            table.operations().find(|(name, o)| *name != "create" && o.path.len() > table.list.len());
        let key = instance.and_then(|(_, o)| placeholders(&o.path).last()).map(str::to_owned);
        Listed {
            schema: table.schema.clone(),
            name: table.name.clone(),
            key: key.or_else(|| table.key.last().cloned()),
            path: placeholders(&table.list).map(str::to_owned).collect(),
            singular: singular.to_owned(),
        }
    }

    /// The name as a table of `schema` refers to it.
    pub fn seen_from(&self, schema: &str) -> String {
        match self.schema == schema {
            true => self.name.clone(),
            false => format!("{}.{}", self.schema, self.name),
        }
    }
}

/// The shape of the list above the placeholder at that position: what stands before it.
pub fn shape_above(path: &str, position: usize) -> Option<String> {
    let ending = if path.ends_with(".json") { ".json" } else { "" };
    let (start, _) = path.match_indices('{').nth(position)?;
    let before = path[..start].strip_suffix('/')?;
    Some(format!("{}{ending}", shape(before)))
}

/// The columns of the path's placeholders, in order; those that a row does not hold are added to `columns`.
pub fn path_columns(resource: &Resource<'_>, columns: &mut Vec<Column>, house: &House) -> Vec<String> {
    let names: Vec<&str> = placeholders(resource.path).collect();
    names.iter().map(|name| path_column(resource, name, columns, house)).collect()
}

fn path_column(
    resource: &Resource<'_>,
    placeholder: &str,
    columns: &mut Vec<Column>,
    house: &House,
) -> String {
    let find = |columns: &[Column], name: &str| {
        columns.iter().find(|c| c.name.eq_ignore_ascii_case(name)).map(|c| c.name.clone())
    };
    let mut name = pascal(placeholder);
    if matches!(name.as_str(), "Id" | "Sid") {
        // The row above, whose column is named after it.
        let (before, _) = resource.path.split_once(&format!("/{{{placeholder}}}")).unwrap_or_default();
        let above = singular(&pascal(before.rsplit('/').next().unwrap_or_default()));
        let longer = format!("{above}{name}");
        // A row with an id of its own and none of the row above does not hold the path's id.
        let is_own = resource.instance.is_some_and(|(path, _)| {
            placeholders(path).last().is_some_and(|last| last.eq_ignore_ascii_case(placeholder))
        }) && matches!(resource.form, Form::List(_));
        match (find(columns, &longer), find(columns, &name)) {
            (Some(found), _) => return found,
            (None, Some(found)) if !is_own => return found,
            _ => name = longer,
        }
    }
    if let Some(found) = find(columns, &name) {
        return found;
    }
    let given = resource.get.parameters.iter().find(|p| p.place == "path" && p.name == placeholder);
    let document = resource.document();
    let typed = given.map(|p| typed(document, &name, &p.schema, house)).unwrap_or_default();
    columns.push(Column {
        name: name.clone(),
        from_path: true,
        data_type: "text".to_owned(),
        size: typed.size.or_else(|| house.size(&name)),
        sid: typed.sid,
        values: typed.values,
        ..Column::default()
    });
    name
}

/// The column that the path of one row of a list ends with.
pub fn instance_column(resource: &Resource<'_>, columns: &[Column]) -> Option<String> {
    let (path, _) = resource.instance?;
    let name = pascal(placeholders(path).last()?);
    let find =
        |name: &str| columns.iter().find(|c| c.name.eq_ignore_ascii_case(name)).map(|c| c.name.clone());
    find(&name)
        .or_else(|| name.ends_with("Sid").then(|| find("Sid")).flatten())
        .or_else(|| name.to_ascii_lowercase().ends_with("id").then(|| find("Id")).flatten())
}

/// A path with its placeholders named after columns.
pub fn template(path: &str, names: &[String]) -> String {
    let mut template = String::new();
    let mut rest = path;
    for name in names {
        let Some((before, after)) = rest.split_once('{') else { break };
        let after = after.split_once('}').map_or("", |(_, after)| after);
        template.push_str(&format!("{before}{{{name}}}"));
        rest = after;
    }
    template + rest
}

/// Where the columns of the path come from; the columns get their references.
pub fn parents(
    resource: &Resource<'_>,
    path: &[String],
    columns: &mut [Column],
    lists: &Lists,
    house: &House,
) -> Vec<Parent> {
    let mut parents = Vec::new();
    for (position, (name, placeholder)) in path.iter().zip(placeholders(resource.path)).enumerate() {
        if placeholder == ACCOUNT {
            continue;
        }
        let above = shape_above(resource.path, position);
        let direct = above.and_then(|shape| lists.get(&(resource.product.to_owned(), shape)));
        let elsewhere = || {
            let (product, shape) = house.elsewhere.get(placeholder)?.split_once(' ')?;
            lists.get(&(product.to_owned(), shape.to_owned()))
        };
        let Some(list) = direct.or_else(elsewhere) else { continue };
        let Some(key) = &list.key else { continue };
        let table = list.seen_from(&resource.schema);
        if let Some(column) = columns.iter_mut().find(|c| c.name == *name) {
            column.references = Some(Reference { table: table.clone(), column: key.clone() });
        }
        // The list above has the same path as far as it goes.
        let with: BTreeMap<String, String> = list
            .path
            .iter()
            .zip(path)
            .take(if direct.is_some() { position } else { 0 })
            .filter(|(theirs, _)| *theirs != ACCOUNT)
            .map(|(theirs, own)| (theirs.clone(), own.clone()))
            .collect();
        parents.push(Parent {
            column: name.clone(),
            key: key.clone(),
            with,
            costly: house.costly.contains(&format!("{}.{}", list.schema, list.name)),
            table,
            ..Parent::default()
        });
    }
    parents
}
