//! From a form to the fields of a row.

use jiff::{Span, Timestamp, tz::TimeZone};
use serde_json::{Map, Value, json};

use super::resource::{Kind, Resource};
use crate::errors::ApiError;
use crate::http::Pairs;
use crate::params;

/// What a form says about the fields of a row, by their places (`timers.date_closed`). What goes to no field is
/// checked all the same.
pub(super) fn read(
    resource: &Resource,
    taken: &[String],
    form: &Pairs,
    now: Timestamp,
) -> Result<Vec<(String, Value)>, ApiError> {
    let refuse = |message: String| ApiError::new(400, resource.bad_parameter, message);
    let mut fields = Vec::new();
    for name in taken {
        let needed = name.ends_with('*');
        let name = name.trim_end_matches('*');
        let Some(text) = params::text(form, name) else {
            if needed {
                return Err(refuse(format!("Missing required parameter {name} in the post body")));
            }
            continue;
        };
        let wrong = || refuse(format!("Invalid parameter {name}: '{text}'"));
        if needed && text.is_empty() {
            return Err(wrong());
        }
        let kind = resource.parameters.get(name);
        let (field, value) = value(kind, name, text, form, now).ok_or_else(wrong)?;
        fields.push((field, value));
    }
    Ok(fields)
}

/// The field that a parameter goes to and its value there; `None` if it may not hold this text.
fn value(
    kind: Option<&Kind>,
    name: &str,
    text: &str,
    form: &Pairs,
    now: Timestamp,
) -> Option<(String, Value)> {
    let own = || snake(name);
    let value = match kind {
        None => json!(text),
        Some(Kind::Text(most)) => json!((text.chars().count() <= *most).then_some(text)?),
        Some(Kind::Boolean) => json!(params::boolean(form, name).ok()??),
        Some(Kind::Integer(low, high)) => {
            json!(text.parse::<i64>().ok().filter(|number| (low..=high).contains(&number))?)
        }
        Some(Kind::Url) => {
            let is_url = text.is_empty() || text.starts_with("https://") || text.starts_with("http://");
            json!(is_url.then_some(text)?)
        }
        Some(Kind::Time) => json!(text.parse::<Timestamp>().ok()?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        Some(Kind::Json) => {
            serde_json::from_str::<Value>(text).ok()?;
            json!(text)
        }
        Some(Kind::Sid(prefix)) => json!((text.is_empty() || is_sid(text, prefix)).then_some(text)?),
        Some(Kind::Words(words)) => json!(words.iter().any(|word| word == text).then_some(text)?),
        Some(Kind::Many(field)) => {
            let all: Vec<&str> =
                form.iter().filter(|(key, _)| key == name).map(|(_, v)| v.as_str()).collect();
            return Some((field.clone().unwrap_or_else(own), json!(all)));
        }
        Some(Kind::After(field)) => {
            let end = now.to_zoned(TimeZone::UTC).checked_add(text.parse::<Span>().ok()?).ok()?;
            let text = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            return Some((field.clone(), json!(text)));
        }
    };
    Some((own(), value))
}

/// Puts a value in its place; a place below a field that is no object makes it one.
pub(super) fn put(fields: &mut Map<String, Value>, place: &str, value: Value) {
    match place.split_once('.') {
        None => {
            fields.insert(place.to_owned(), value);
        }
        Some((first, rest)) => {
            let below = fields.entry(first).or_insert(Value::Null);
            if !below.is_object() {
                *below = json!({});
            }
            if let Value::Object(below) = below {
                put(below, rest, value);
            }
        }
    }
}

/// The name of a field for that of a parameter: `MessagingBinding.ProxyAddress`, `messaging_binding.proxy_address`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    let mut previous = '.';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && (previous.is_ascii_lowercase() || previous.is_ascii_digit()) {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
        previous = letter;
    }
    snake
}

/// Two letters and 32 hexadecimal digits.
pub(super) fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_spelt_as_fields() {
        assert_eq!(snake("MessagingBinding.ProxyAddress"), "messaging_binding.proxy_address");
        assert_eq!(snake("Psd2Enabled"), "psd2_enabled");
        assert_eq!(snake("To"), "to");
    }

    #[test]
    fn values_are_of_their_kind() {
        let now = "2024-01-30T12:00:00Z".parse().unwrap();
        let read = |kind: &str, text: &str| {
            let kind = Kind::try_from(kind.to_owned()).unwrap();
            let form = vec![("Name".to_owned(), text.to_owned())];
            value(Some(&kind), "Name", text, &form, now).map(|(_, value)| value)
        };
        assert_eq!(read("integer 1 5", "5"), Some(json!(5)));
        assert_eq!(read("integer 1 5", "6"), None);
        assert_eq!(read("boolean", "True"), None);
        assert_eq!(read("url", ""), Some(json!("")));
        assert_eq!(read("url", "example"), None);
        assert_eq!(read("json", "{"), None);
        assert_eq!(read("sid AD", "AD1"), None);
        assert_eq!(read("text 2", "äöü"), None);
        assert_eq!(read("after x", "P1M"), Some(json!("2024-02-29T12:00:00Z")));
    }

    #[test]
    fn a_place_below_nothing_is_made() {
        let mut fields = Map::new();
        put(&mut fields, "a.b", json!(1));
        put(&mut fields, "a.c", json!(2));
        assert_eq!(Value::from(fields), json!({"a": {"b": 1, "c": 2}}));
    }
}
