//! Numbers that are bought, and numbers whose owner is called for a code.

use serde_json::json;

use super::answers::Asked;
use super::row::Row;
use crate::errors::ApiError;
use crate::http::Answer;
use crate::params;
use crate::world::World;

/// Buys the number that is asked for, or any in the area: the first of `555-01xx` that nobody has.
pub(super) fn buy(asked: &Asked<'_>, world: &World, row: &mut Row) -> Result<(), ApiError> {
    let form = &asked.context.request.form;
    let is_taken = |number: &str| world.store.owns_number(number);
    let number = match params::text(form, "PhoneNumber").filter(|number| !number.is_empty()) {
        Some(number) if !is_e164(number) => {
            return Err(ApiError::new(400, 21421, format!("{number} is not a valid number")));
        }
        Some(number) if is_taken(number) => {
            return Err(ApiError::new(400, 21422, format!("{number} is not available")));
        }
        Some(number) => number.to_owned(),
        None => {
            let area = params::text(form, "AreaCode").unwrap_or_default();
            if area.len() != 3 || !area.bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(ApiError::new(400, 21451, format!("Invalid area code: {area}")));
            }
            let mut numbers = (100..200).map(|last| format!("+1{area}555{last:04}"));
            let free = numbers.find(|number| !is_taken(number));
            free.ok_or_else(|| {
                ApiError::new(400, 21452, format!("No phone numbers found in area code {area}"))
            })?
        }
    };
    if row.text("friendly_name").is_none_or(str::is_empty) {
        row.fields.insert("friendly_name".into(), json!(friendly(&number)));
    }
    if !row.fields.contains_key("type") && ["+1800", "+1888"].iter().any(|free| number.starts_with(free)) {
        row.fields.insert("type".into(), json!("toll-free"));
    }
    row.fields.insert("phone_number".into(), json!(number));
    Ok(())
}

/// Calls a number; its owner types in the code that the answer shows.
pub(super) fn validate(asked: &Asked<'_>, world: &mut World, row: &Row) -> Result<Answer, ApiError> {
    let number = row.text("phone_number").unwrap_or_default();
    if !is_e164(number) {
        return Err(ApiError::new(400, 21401, format!("Invalid phone number: {number}")));
    }
    let is_known = |one: &Row| {
        one.place("AccountSid") == Some(asked.context.account) && one.text("phone_number") == Some(number)
    };
    if world.store.rows("OutgoingCallerIds").any(is_known) {
        return Err(ApiError::new(400, 21450, "Phone number already validated for your account"));
    }
    let name = row
        .text("friendly_name")
        .filter(|name| !name.is_empty())
        .map_or_else(|| friendly(number), str::to_owned);
    let request = json!({
        "account_sid": asked.context.account, "call_sid": world.new_sid("CA"), "friendly_name": name,
        "phone_number": number, "validation_code": "123456",
    });
    Ok(Answer::json(200, &request))
}

pub(super) fn is_e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (8..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// `(415) 555-0100` for numbers of North America, others as they are.
pub(crate) fn friendly(number: &str) -> String {
    match number.strip_prefix("+1").filter(|rest| rest.len() == 10) {
        Some(rest) => format!("({}) {}-{}", &rest[..3], &rest[3..6], &rest[6..]),
        None => number.to_owned(),
    }
}
