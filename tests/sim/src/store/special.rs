//! What single resources do beyond keeping their rows.

use serde_json::{Map, Value, json};

use super::answers::Asked;
use super::resource::{Order, Resource};
use super::row::{self, Row};
use super::{numbers, recordings, verify};
use crate::errors::ApiError;
use crate::http::{Answer, Pairs};
use crate::params;
use crate::world::World;

/// Whether a row is what a word in the path means, where it is no name: the recording that is being made, whoever
/// waits at the front of a queue. The oldest of such rows is meant.
pub(super) fn is_meant(resource: &'static Resource, key: &str, row: &Row) -> bool {
    match resource.keeper().name.as_str() {
        "Recordings" => key == recordings::CURRENT && recordings::is_running(row),
        "QueueMembers" => key == "Front",
        _ => false,
    }
}

/// The order of a list: that of the resource, or what `Order` says of messages of a conversation.
pub(super) fn order(resource: &Resource, query: &Pairs) -> Result<Order, ApiError> {
    match params::text(query, "Order").filter(|_| resource.name == "ConversationMessages") {
        None | Some("") => Ok(resource.order),
        Some("asc") => Ok(Order::Oldest),
        Some("desc") => Ok(Order::Newest),
        Some(other) => Err(ApiError::invalid(format!("Invalid value for Order: '{other}'"))),
    }
}

/// Before a new row is kept; an answer is given instead of the row, which is not kept then.
pub(super) fn create(
    asked: &Asked<'_>,
    world: &mut World,
    row: &mut Row,
) -> Result<Option<Answer>, ApiError> {
    let mut put = |field: &str, value: Value| {
        row.fields.entry(field).or_insert(value);
    };
    match asked.resource.name.as_str() {
        "IncomingPhoneNumbers"
        | "IncomingPhoneNumbersLocal"
        | "IncomingPhoneNumbersMobile"
        | "IncomingPhoneNumbersTollFree" => numbers::buy(asked, world, row)?,
        "OutgoingCallerIds" => return numbers::validate(asked, world, row).map(Some),
        "CallRecordings" => recordings::start(asked, world, row)?,
        "ConversationMessages" => {
            let above = &asked.given["ConversationSid"];
            let rows = world.store.rows("ConversationMessages");
            let indexes = rows.filter(|one| one.place("ConversationSid") == Some(above));
            let last = indexes.filter_map(|one| one.fields.get("index")?.as_i64()).max();
            put("index", json!(last.map_or(0, |last| last + 1)));
        }
        "ConversationParticipants" => {
            if let Some(identity) = row.text("identity") {
                if asked.find(&world.store, identity).is_ok() {
                    return Err(ApiError::new(409, 50433, "Participant already exists"));
                }
            } else if let Some(Value::Object(binding)) = row.fields.get_mut("messaging_binding") {
                let address = binding.get("address").and_then(Value::as_str).unwrap_or_default();
                let kind = address.split_once(':').map_or("sms", |(kind, _)| kind).to_owned();
                binding.insert("type".into(), json!(kind));
            }
        }
        "Verifications" => return verify::send(asked, world, row).map(Some),
        "VerificationChecks" => return verify::check(asked, world).map(Some),
        "VideoRooms" => {
            let name = row.text("unique_name").unwrap_or_default();
            let is_open = |one: &Row| {
                one.text("status").unwrap_or("in-progress") == "in-progress"
                    && one.text("unique_name") == Some(name)
                    && one.place("AccountSid") == row.place("AccountSid")
            };
            if world.store.rows("VideoRooms").any(is_open) {
                return Err(ApiError::new(400, 53113, "Room exists"));
            }
        }
        _ => {}
    }
    Ok(None)
}

/// Before a changed row is kept; an answer is given instead of the row, which is as the special part left it then.
pub(super) fn update(
    asked: &Asked<'_>,
    world: &mut World,
    row: &mut Row,
) -> Result<Option<Answer>, ApiError> {
    match asked.resource.name.as_str() {
        "QueueMembers" => {
            let view = asked.view(world, row);
            world.store.remove(asked.resource, &row.sid);
            return Ok(Some(Answer::json(200, &view)));
        }
        "CallRecordings" | "ConferenceRecordings" => {
            let status = params::text(&asked.context.request.form, "Status").unwrap_or_default();
            recordings::change(row, status)?;
            return Ok(Some(keep(asked, world, row, 200)));
        }
        "IncomingPhoneNumbers" => {
            let account = params::text(&asked.context.request.form, "AccountSid");
            if let Some(account) = account.filter(|account| world.holdings(account).is_none()) {
                return Err(ApiError::invalid(format!("Invalid parameter AccountSid: '{account}'")));
            }
        }
        "Verifications" => {
            verify::check_pending(asked, row)?;
        }
        "VideoRooms" => {
            let is_open = row.text("status").unwrap_or("in-progress") == "in-progress";
            if !is_open {
                return Err(ApiError::new(400, 53112, "Room is not in progress"));
            }
            let end = row::date(asked.resource, row.updated);
            let seconds = row.updated.duration_since(row.created).as_secs();
            row.fields.extend([
                ("status".to_owned(), json!("completed")),
                ("end_time".to_owned(), json!(end)),
                ("duration".to_owned(), json!(seconds)),
            ]);
            return Ok(Some(keep(asked, world, row, 202)));
        }
        _ => {}
    }
    Ok(None)
}

/// Keeps a row and answers it.
pub(super) fn keep(asked: &Asked<'_>, world: &mut World, row: &Row, status: u16) -> Answer {
    if let Some(kept) = world.store.get_mut(asked.resource, &row.sid) {
        kept.clone_from(row);
    }
    Answer::json(status, &asked.view(world, row))
}

/// Takes a row away, where it can be: recordings stay, but are out of sight; a queue must be empty.
pub(super) fn delete(asked: &Asked<'_>, world: &mut World, sid: &str) -> Result<(), ApiError> {
    let now = world.tick();
    if asked.resource.keeper().name == "Recordings" {
        if let Some(row) = world.store.get_mut(asked.resource, sid) {
            recordings::delete(row, now)?;
        }
        return Ok(());
    }
    let waits = |one: &Row| one.place("QueueSid") == Some(sid);
    if asked.resource.name == "Queues" && world.store.rows("QueueMembers").any(waits) {
        return Err(ApiError::invalid("Queue is not empty"));
    }
    world.store.remove(asked.resource, sid);
    Ok(())
}

/// Fields that follow from other rows and from the world's time.
pub(super) fn derive(resource: &Resource, world: &World, row: &Row, view: &mut Map<String, Value>) {
    let wait = |one: &Row| world.now().duration_since(one.created).as_secs();
    let waiting = |queue: &str| -> Vec<&Row> {
        let members = world.store.rows("QueueMembers");
        members.filter(|one| one.place("QueueSid") == Some(queue)).collect()
    };
    match resource.name.as_str() {
        "Queues" => {
            let members = waiting(&row.sid);
            let count = members.len() as i64;
            let waits: i64 = members.iter().map(|one| wait(one)).sum();
            view.insert("current_size".into(), json!(count));
            view.insert("average_wait_time".into(), json!(waits / count.max(1)));
        }
        "QueueMembers" => {
            let members = waiting(row.place("QueueSid").unwrap_or_default());
            let place = members.iter().position(|one| one.sid == row.sid).unwrap_or_default();
            view.insert("position".into(), json!(place + 1));
            view.insert("wait_time".into(), json!(wait(row)));
        }
        _ => {}
    }
}
