//! The answers of the store: a list, a row, and what a POST or DELETE does to one.

use serde_json::{Map, Value};

use super::resource::Resource;
use super::row::{self, Row};
use super::{Listing, Route, Store, by_name, filter, form, special};
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging::{self, ListKind};
use crate::params;
use crate::resources::Context;
use crate::template::Given;
use crate::world::World;
use crate::world::table::Table;

/// A request to one resource.
pub(super) struct Asked<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) resource: &'static Resource,
    /// The account, and the SIDs of the rows above.
    pub(super) given: Given,
}

/// Answers a request whose path is one of the store's and has no more than so many literal segments elsewhere;
/// `path` is decoded.
pub(crate) fn answer(
    context: &Context<'_>,
    product: &str,
    path: &[&str],
    elsewhere: Option<usize>,
    world: &mut World,
) -> Option<Result<Answer, ApiError>> {
    let route = Route::find(product, path)?;
    if elsewhere.is_some_and(|literals| literals > route.literals) {
        return None;
    }
    Some(respond(context, route, world))
}

fn respond(context: &Context<'_>, route: Route, world: &mut World) -> Result<Answer, ApiError> {
    let Route { resource, mut given, key, .. } = route;
    given.insert("AccountSid".into(), context.account.to_owned());
    for (name, parent) in &resource.parents {
        let key = given.get(name).map(String::as_str).unwrap_or_default();
        let sid = parent_sid(context, world, parent, key).ok_or_else(|| context.not_found())?;
        given.insert(name.clone(), sid);
    }
    let asked = Asked { context, resource, given };
    let takes_list = !resource.items.is_empty();
    match (context.request.method.as_str(), key) {
        ("GET", None) if takes_list => list(&asked, world),
        ("POST", None) if resource.create.is_some() => create(&asked, world),
        ("GET", Some(key)) => {
            let row = asked.find(&world.store, &key)?;
            Ok(Answer::json(200, &asked.view(world, row)))
        }
        ("POST", Some(key)) if resource.update.is_some() => update(&asked, world, &key),
        ("DELETE", Some(key)) if resource.delete => delete(&asked, world, &key),
        _ => Err(ApiError::method_not_allowed()),
    }
}

/// The SID of the row above, if it is there.
fn parent_sid(context: &Context<'_>, world: &World, parent: &str, key: &str) -> Option<String> {
    let holdings = world.holdings(context.account)?;
    match parent {
        "call" => holdings.calls.get(key).map(|call| call.sid.clone()),
        "conference" => holdings.conferences.get(key).map(|conference| conference.sid.clone()),
        _ => {
            let given = Given::from([("AccountSid".into(), context.account.to_owned())]);
            let above = Asked { context, resource: by_name(parent)?, given };
            above.find(&world.store, key).ok().map(|row| row.sid.clone())
        }
    }
}

impl Asked<'_> {
    /// Whether a row is below what the path names, and of the kind that this way leads to.
    fn has(&self, row: &Row) -> bool {
        let is_below = self.given.iter().all(|(name, key)| row.place(name) == Some(key));
        if !is_below || filter::is_hidden(self.resource, &self.context.request.query, row) {
            return false;
        }
        let field = |name: &String| row.fields.get(name).or_else(|| self.resource.keeper().row.get(name));
        self.resource.only.iter().all(|(name, value)| field(name) == Some(value))
            && !self.resource.without.iter().any(|(name, value)| field(name) == Some(value))
    }

    /// The row with this SID, or with this in the field that names it too.
    pub(super) fn find<'s>(&self, store: &'s Store, key: &str) -> Result<&'s Row, ApiError> {
        let table = store.table(self.resource).ok_or_else(|| self.context.not_found())?;
        let by_sid = table.get(key).filter(|row| self.has(row));
        let by_name = || {
            let is_named = |row: &Row| match &self.resource.also {
                Some(field) => row.text(field) == Some(key),
                None => special::is_meant(self.resource, key, row),
            };
            table.oldest_first().find(|row| self.has(row) && is_named(row))
        };
        by_sid.or_else(by_name).ok_or_else(|| self.context.not_found())
    }

    /// The row's fields, with those that follow from others.
    pub(super) fn view(&self, world: &World, row: &Row) -> Map<String, Value> {
        let mut view = self.resource.view(row);
        special::derive(self.resource, world, row, &mut view);
        view
    }

    pub(super) fn count(&self, world: &mut World, what: &str) {
        if let Some(effect) = self.resource.effects.get(what) {
            *world.effects.others.entry(effect.clone()).or_default() += 1;
        }
    }

    fn check_unique(&self, store: &Store, sid: &str, fields: &[(String, Value)]) -> Result<(), ApiError> {
        let Some(table) = store.table(self.resource) else { return Ok(()) };
        for (field, value) in fields.iter().filter(|(field, _)| self.resource.unique.contains(field)) {
            let is_taken = |row: &Row| {
                row.sid != sid && self.has(row) && row.fields.get(field) == Some(value) && value != ""
            };
            if table.oldest_first().any(is_taken) {
                let message = format!("{} with provided {field} already exists", self.resource.name);
                return Err(ApiError::new(409, 20409, message));
            }
        }
        Ok(())
    }
}

fn list(asked: &Asked<'_>, world: &World) -> Result<Answer, ApiError> {
    let (resource, query) = (asked.resource, &asked.context.request.query);
    let conditions = filter::read(resource, query, world.now())?;
    let kind = ListKind {
        array: &resource.items,
        max_size: resource.page_size,
        host: (resource.product != "api").then_some(resource.product.as_str()),
        ..ListKind::API
    };
    let none = Table::default();
    let table = world.store.table(resource).unwrap_or(&none);
    let order = special::order(resource, query)?;
    let accepts = |row: &&Row| asked.has(row) && filter::accepts(&conditions, &resource.view(row));
    let view = |row: &Row| asked.view(world, row);
    paging::answer(kind, asked.context.path, query, Listing { table, order }, accepts, |row| &row.sid, view)
}

fn create(asked: &Asked<'_>, world: &mut World) -> Result<Answer, ApiError> {
    let (resource, form) = (asked.resource, &asked.context.request.form);
    let taken = resource.create.as_deref().unwrap_or_default();
    let fields = form::read(resource, taken, form, world.now())?;
    let has = |name: &String| params::text(form, name).is_some_and(|text| !text.is_empty());
    if let Some(set) = resource.one_of.iter().find(|set| !set.iter().any(has)) {
        let message = format!("One of {} is required", set.join(", "));
        return Err(ApiError::new(400, resource.bad_parameter, message));
    }
    asked.check_unique(&world.store, "", &fields)?;
    let now = world.tick();
    let mut row = Row {
        sid: world.new_sid(&resource.sid),
        scope: asked.given.clone(),
        created: now,
        updated: now,
        fields: resource.only.clone(),
    };
    set(resource, &mut row, fields);
    let special = special::create(asked, world, &mut row)?;
    asked.count(world, "create");
    if let Some(answer) = special {
        return Ok(answer);
    }
    let mut view = asked.view(world, &row);
    for (name, value) in &resource.once {
        view.insert(name.clone(), row::shown(resource, resource.path(), &row, value));
    }
    world.store.insert(resource, row);
    Ok(Answer::json(201, &view))
}

fn update(asked: &Asked<'_>, world: &mut World, key: &str) -> Result<Answer, ApiError> {
    let (resource, form) = (asked.resource, &asked.context.request.form);
    let mut row = asked.find(&world.store, key)?.clone();
    let taken = resource.update.as_deref().unwrap_or_default();
    let fields = form::read(resource, taken, form, world.now())?;
    asked.check_unique(&world.store, &row.sid, &fields)?;
    row.updated = world.tick();
    row.fields.remove("date_updated");
    let special = special::update(asked, world, &mut row)?;
    asked.count(world, "update");
    if let Some(answer) = special {
        return Ok(answer);
    }
    set(resource, &mut row, fields);
    let view = asked.view(world, &row);
    if let Some(kept) = world.store.get_mut(resource, &row.sid.clone()) {
        *kept = row;
    }
    Ok(Answer::json(200, &view))
}

fn delete(asked: &Asked<'_>, world: &mut World, key: &str) -> Result<Answer, ApiError> {
    let sid = asked.find(&world.store, key)?.sid.clone();
    special::delete(asked, world, &sid)?;
    asked.count(world, "delete");
    Ok(Answer::no_content())
}

/// Puts what a form says into the fields that there are. A new account moves the row.
fn set(resource: &'static Resource, row: &mut Row, fields: Vec<(String, Value)>) {
    for (place, value) in fields {
        let first = place.split('.').next().unwrap_or_default();
        if place == "account_sid" {
            row.scope.insert("AccountSid".into(), value.as_str().unwrap_or_default().to_owned());
        } else if resource.row.contains_key(first) || resource.keeper().row.contains_key(first) {
            let start = resource.row.get(first).filter(|default| default.is_object());
            if let (Some(default), false) = (start, row.fields.contains_key(first)) {
                row.fields.insert(first.to_owned(), default.clone());
            }
            form::put(&mut row.fields, &place, value);
        }
    }
}
