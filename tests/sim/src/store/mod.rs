//! The store: resources of Twilio that behave like records, each described by a file in `data`.
//!
//! `resource` is the shape of these files. A request is routed to a resource by its path, `form` reads what a POST
//! says, `filter` what a list is asked for, `row` shows rows, `answers` puts it together, and `special` is what
//! single resources do beyond keeping their rows. Facts are those of Twilio's OpenAPI documents; the rows are ours.

mod answers;
mod filter;
mod form;
mod numbers;
mod recordings;
mod resource;
mod row;
mod special;
mod verify;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub(crate) use answers::answer;
pub(crate) use numbers::friendly;
use resource::{Order, Resource};
use row::Row;
use serde_json::{Map, Value};

use crate::template::{Given, Template};
use crate::world::at;
use crate::world::table::{Rows, Table};

macro_rules! data {
    ($($name:literal)*) => { [$(include_str!(concat!("data/", $name, ".json"))),*] };
}

const FILES: [&str; 35] = data! {
    "addresses" "applications" "call_recordings" "conference_recordings" "conversation_messages"
    "conversation_participants" "conversation_roles" "conversation_services" "conversation_users"
    "conversation_webhooks" "conversations" "incoming_phone_numbers" "incoming_phone_numbers_local"
    "incoming_phone_numbers_mobile" "incoming_phone_numbers_toll_free" "keys" "messaging_services"
    "outgoing_caller_ids" "queue_members" "queues" "recording_transcriptions" "recordings" "short_codes"
    "signing_keys" "sip_credential_lists" "sip_credentials" "sip_domains" "task_router_events" "transcriptions"
    "usage_triggers" "verification_checks" "verifications" "verify_services" "video_rooms" "workspaces"
};

/// A file that cannot be read is left out; a test sees to it that none is.
static RESOURCES: LazyLock<Vec<Resource>> =
    LazyLock::new(|| FILES.iter().filter_map(|text| serde_json::from_str(text).ok()).collect());

/// The rows of all resources, for all accounts, by the resource that keeps them.
#[derive(Debug, Default)]
pub(crate) struct Store {
    tables: BTreeMap<&'static str, Table<Row>>,
}

/// What a path leads to.
#[derive(Debug)]
struct Route {
    resource: &'static Resource,
    /// How many segments of the path are literal.
    literals: usize,
    /// The account, and the rows above.
    given: Given,
    /// What the path names a row by.
    key: Option<String>,
}

impl Route {
    /// The resource whose literal path fits best: `/IncomingPhoneNumbers/Local` is a list, though
    /// `/IncomingPhoneNumbers/{Sid}` fits as well.
    fn find(product: &str, path: &[&str]) -> Option<Route> {
        let routes = RESOURCES.iter().filter(|resource| resource.product == product).flat_map(|resource| {
            let list = resource.list.capture(path).map(|given| (resource.list.literals(), given, None));
            let row = resource.instance.capture(path).and_then(|mut given| {
                let key = resource.instance.names().find(|name| !resource.list.has(name))?;
                let key = given.remove(key)?;
                Some((resource.instance.literals(), given, Some(key)))
            });
            list.into_iter().chain(row).map(move |found| (resource, found))
        });
        let (resource, (literals, given, key)) = routes.max_by_key(|(_, (literals, ..))| *literals)?;
        Some(Route { resource, literals, given, key })
    }
}

/// Whether a list is the store's; `path` may have names in braces.
pub(crate) fn has_list(product: &str, path: &[&str]) -> bool {
    Route::find(product, path).is_some_and(|route| route.key.is_none() && !route.resource.items.is_empty())
}

/// The products and paths of all lists.
pub(crate) fn lists() -> impl Iterator<Item = (&'static str, String)> {
    let listed = RESOURCES.iter().filter(|resource| !resource.items.is_empty());
    listed.map(|resource| (resource.product.as_str(), resource.list.to_string()))
}

impl Resource {
    /// The resource that keeps the rows.
    fn keeper(&'static self) -> &'static Resource {
        self.of.as_deref().and_then(by_name).unwrap_or(self)
    }

    /// The path of a row, where there is one.
    fn path(&'static self) -> &'static Template {
        if self.instance.names().next().is_some() { &self.instance } else { &self.keeper().instance }
    }

    fn view(&'static self, row: &Row) -> Map<String, Value> {
        row::view(self, self.path(), row)
    }
}

fn by_name(name: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.name == name)
}

impl Store {
    pub(crate) fn seeded(main_sid: &str) -> Self {
        let mut store = Store::default();
        for resource in RESOURCES.iter() {
            for seed in &resource.seed {
                let text = |name| seed.get(name).and_then(Value::as_str);
                let created = at(text("@created").unwrap_or_default());
                let mut scope =
                    Given::from([("AccountSid".into(), text("@account").unwrap_or(main_sid).to_owned())]);
                for (name, key) in seed.get("@in").and_then(Value::as_object).into_iter().flatten() {
                    scope.insert(name.clone(), key.as_str().unwrap_or_default().to_owned());
                }
                let fields = seed.iter().filter(|(name, _)| !name.starts_with('@'));
                store.insert(
                    resource,
                    Row {
                        sid: text("@sid").unwrap_or_default().to_owned(),
                        scope,
                        created,
                        updated: created,
                        fields: fields.map(|(name, value)| (name.clone(), value.clone())).collect(),
                    },
                );
            }
        }
        store
    }

    fn insert(&mut self, resource: &'static Resource, row: Row) {
        self.tables.entry(&resource.keeper().name).or_default().insert(&row.sid.clone(), row);
    }

    fn get_mut(&mut self, resource: &'static Resource, sid: &str) -> Option<&mut Row> {
        self.tables.get_mut(resource.keeper().name.as_str())?.get_mut(sid)
    }

    fn remove(&mut self, resource: &'static Resource, sid: &str) {
        if let Some(table) = self.tables.get_mut(resource.keeper().name.as_str()) {
            table.remove(sid);
        }
    }

    fn table(&self, resource: &'static Resource) -> Option<&Table<Row>> {
        self.tables.get(resource.keeper().name.as_str())
    }

    /// Whether an account has the number.
    pub(crate) fn owns_number(&self, number: &str) -> bool {
        self.rows("IncomingPhoneNumbers").any(|row| row.text("phone_number") == Some(number))
    }

    /// The rows of a resource under this name, oldest first.
    pub(crate) fn rows(&self, name: &str) -> impl Iterator<Item = &Row> {
        self.tables.get(name).into_iter().flat_map(Table::oldest_first)
    }
}

/// A table in the order of its list.
#[derive(Debug, Clone, Copy)]
struct Listing<'t> {
    table: &'t Table<Row>,
    order: Order,
}

impl<'t> Rows for Listing<'t> {
    type Row = &'t Row;

    fn place(self, sid: &str) -> Option<u64> {
        let place = self.table.place(sid)?;
        Some(if self.order == Order::Newest { place } else { u64::MAX - 1 - place })
    }

    fn older_than(self, place: u64) -> impl Iterator<Item = &'t Row> {
        let (newest, oldest) = match self.order {
            Order::Newest => (Some(self.table.older_than(place)), None),
            Order::Oldest => (None, Some(self.table.not_older_than(u64::MAX - place))),
        };
        newest.into_iter().flatten().chain(oldest.into_iter().flatten())
    }

    fn newer_than(self, place: u64) -> impl Iterator<Item = &'t Row> {
        let (newest, oldest) = match self.order {
            Order::Newest => (Some(self.table.newer_than(place)), None),
            Order::Oldest => (None, Some(self.table.older_than(u64::MAX - 1 - place))),
        };
        newest.into_iter().flatten().chain(oldest.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read() {
        for file in FILES {
            let read: Result<Resource, _> = serde_json::from_str(file);
            assert!(read.is_ok(), "{}: {}", file.lines().nth(1).unwrap_or(""), read.unwrap_err());
        }
    }

    #[test]
    fn what_names_a_resource_or_a_field_names_one_that_is_there() {
        for resource in RESOURCES.iter() {
            let fields = resource.filters.values().map(|filter| &filter.field).chain(&resource.unique);
            for field in
                fields.chain(&resource.also).chain(resource.only.keys()).chain(resource.without.keys())
            {
                let has = |resource: &Resource| resource.row.contains_key(field);
                assert!(has(resource) || has(resource.keeper()), "{}.{field}", resource.name);
            }
            for seed in &resource.seed {
                for field in seed.keys().filter(|name| !name.starts_with('@')) {
                    assert!(resource.row.contains_key(field), "{}.{field}", resource.name);
                }
                assert!(form::is_sid(seed["@sid"].as_str().unwrap(), &resource.sid), "{}", resource.name);
            }
            for name in resource.of.iter().chain(resource.parents.values()) {
                let is_worlds = name == "call" || name == "conference";
                assert!(is_worlds || by_name(name).is_some(), "{}: {name}", resource.name);
            }
            let taken = resource.create.iter().chain(&resource.update).flatten();
            let taken: Vec<&str> = taken.map(|name| name.trim_end_matches('*')).collect();
            for name in resource.parameters.keys().chain(resource.one_of.iter().flatten()) {
                assert!(taken.contains(&name.as_str()), "{}: {name}", resource.name);
            }
        }
    }

    #[test]
    fn a_longer_literal_path_wins() {
        let path = ["2010-04-01", "Accounts", "AC1", "IncomingPhoneNumbers", "Local.json"];
        let route = Route::find("api", &path).unwrap();
        assert_eq!((route.resource.name.as_str(), route.key), ("IncomingPhoneNumbersLocal", None));
    }
}
