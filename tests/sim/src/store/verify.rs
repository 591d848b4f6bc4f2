//! Verifications: sent, checked by their code, and gone when they are settled.

use serde_json::{Value, json};

use super::answers::Asked;
use super::numbers::is_e164;
use super::row::{self, Row};
use super::{by_name, special};
use crate::errors::ApiError;
use crate::http::Answer;
use crate::params;
use crate::world::World;

/// The code that every verification is approved with.
const CODE: &str = "123456";

/// Codes that may be tried.
const CHECKS: i64 = 5;

/// Sends a code. To somebody who has not yet used one it goes again, and the verification is the same.
pub(super) fn send(asked: &Asked<'_>, world: &mut World, row: &mut Row) -> Result<Answer, ApiError> {
    let (to, channel) = (row.text("to").unwrap_or_default(), row.text("channel").unwrap_or_default());
    if channel != "email" && !is_e164(to) {
        return Err(ApiError::new(400, 60200, "Invalid parameter `To`"));
    }
    let attempt = json!({
        "time": row::date(asked.resource, row.updated), "channel": channel, "attempt_sid": world.new_sid("VL"),
    });
    if let Some(pending) = find(asked, world, to) {
        let mut pending = pending.clone();
        pending.updated = row.updated;
        pending.fields.insert("channel".into(), json!(channel));
        if let Some(Value::Array(attempts)) = pending.fields.get_mut("send_code_attempts") {
            attempts.push(attempt);
        }
        return Ok(special::keep(asked, world, &pending, 201));
    }
    row.fields.insert("send_code_attempts".into(), json!([attempt]));
    let view = asked.view(world, row);
    world.store.insert(asked.resource, row.clone());
    Ok(Answer::json(201, &view))
}

/// Checks a code; the right one approves.
pub(super) fn check(asked: &Asked<'_>, world: &mut World) -> Result<Answer, ApiError> {
    let form = &asked.context.request.form;
    let given = |name| params::text(form, name).filter(|text: &&str| !text.is_empty());
    let key = given("VerificationSid").or(given("To")).unwrap_or_default();
    let mut row = find(asked, world, key).cloned().ok_or_else(|| asked.context.not_found())?;
    let checks = row.fields.get("checks").and_then(Value::as_i64).unwrap_or_default();
    if checks >= CHECKS {
        return Err(ApiError::new(429, 60202, "Max check attempts reached"));
    }
    row.updated = world.now();
    if given("Code") == Some(CODE) {
        row.fields.extend([("status".to_owned(), json!("approved")), ("valid".to_owned(), json!(true))]);
    } else {
        row.fields.insert("checks".into(), json!(checks + 1));
    }
    Ok(special::keep(asked, world, &row, 200))
}

/// A settled verification is gone.
pub(super) fn check_pending(asked: &Asked<'_>, row: &Row) -> Result<(), ApiError> {
    if is_pending(row) { Ok(()) } else { Err(asked.context.not_found()) }
}

fn is_pending(row: &Row) -> bool {
    row.text("status").unwrap_or("pending") == "pending"
}

fn find<'w>(asked: &Asked<'_>, world: &'w World, key: &str) -> Option<&'w Row> {
    let above = asked.given.get("ServiceSid").map(String::as_str);
    let kept = by_name("Verifications")?;
    let mut rows = world.store.rows(&kept.name);
    rows.find(|row| {
        is_pending(row) && row.place("ServiceSid") == above && (row.sid == key || row.text("to") == Some(key))
    })
}
