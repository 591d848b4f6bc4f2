//! SQL values as Twilio takes them: path segments, query and form values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::{Map, Value as Json};

use super::address;
use crate::convert;
use crate::error::{Error, Result, state};
use crate::model::{
    ACCOUNT, Body, Column, DataType, Filter, FilterMatch, FilterOperator, Method, Parameter, Table,
    check_sid, is_sid,
};
use crate::twilio::{self, Client, Layout, Request};
use crate::value::Value;

/// Hides the secrets of the table's rows, whichever columns are read.
pub(super) fn hide_secrets(layout: &mut Layout, table: &Table) {
    table.columns.iter().filter(|c| c.secret).for_each(|c| layout.hide_field(&c.json));
}

/// Adds the column to the layout, as a field of the row.
pub(super) fn add_field(layout: &mut Layout, column: &Column) {
    match &column.within {
        Some(field) => layout.add_field_within(&column.json, field, column.data_type),
        None => layout.add_field(&column.json, column.data_type),
    }
}

/// Fills a path template with what is given for its names; the account is the connection's unless given.
///
/// # Errors
/// HY000 when a name has no value: an empty segment would address another resource.
pub(super) fn path<'v>(
    client: &'v Client,
    template: &str,
    given: impl Fn(&str) -> Option<&'v str>,
) -> Result<String> {
    let value = |name: &str| given(name).or_else(|| (name == ACCOUNT).then(|| client.account_sid()));
    Ok(twilio::expand_path(template, |name| value(name).map(Cow::Borrowed))?)
}

/// The path segment for a value that a row gave; `None` for one that no row has: NULL, or a text that is no SID
/// although the column holds SIDs. What a person wrote is checked when the statement is planned or executed.
pub(super) fn key(column: &Column, value: &Value) -> Option<String> {
    let text = text(value)?;
    column.sid.as_ref().is_none_or(|prefix| is_sid(prefix, &text)).then_some(text)
}

/// The path segment for a column's value; `None` for NULL, which no row has.
///
/// # Errors
/// 22018 for a text that is no SID although the column holds SIDs.
pub(super) fn path_value(column: &Column, value: &Value) -> Result<Option<String>> {
    let Some(text) = text(value) else { return Ok(None) };
    check_sid(&column.name, column.sid.as_deref(), &text)?;
    Ok(Some(text))
}

/// What a column of the path that need not be given is given; `None` for NULL, which selects no row.
///
/// # Errors
/// 22018 for a value that the column does not have: the statement is well formed, its value is not.
pub(super) fn asked_path(column: &Column, value: &Value) -> Result<Option<String>> {
    let Some(text) = text(value) else { return Ok(None) };
    if !column.paths.is_empty() && column.path_of(&text).is_none() {
        let known: Vec<&str> = column.paths.keys().map(String::as_str).collect();
        let message = format!("{} is '{text}', but takes {}.", column.name, known.join(", "));
        return Err(Error::new(state::INVALID_CHARACTER_VALUE, message));
    }
    if column.paths.is_empty() && text.is_empty() {
        let size = column.column_type().size;
        let message = format!("{} is '', but takes 1 to {size} characters.", column.name);
        return Err(Error::new(state::INVALID_CHARACTER_VALUE, message));
    }
    Ok(Some(text))
}

/// What a switch is given, as the rows show it; `None` for NULL, which selects no row.
///
/// # Errors
/// As [`form_values`].
pub(super) fn switch_value(switch: &Parameter, value: &Value) -> Result<Option<String>> {
    let written = match value {
        // As SQLite writes it.
        Value::Real(r) if switch.data_type == DataType::Text => Some(format!("{r:?}")),
        other => text(other),
    };
    let Some(written) = written else { return Ok(None) };
    form_values(switch, &Value::Text(written.clone()))?;
    let shown = match convert::canonical(&written, &switch.column_type())? {
        // SQLite compares its own text, and numbers as numbers.
        Value::Text(_) => written,
        other => text(&other).unwrap_or_default(),
    };
    Ok(Some(shown))
}

/// What a predicate's value means for the request.
#[derive(Debug, PartialEq)]
pub(super) enum Pushed {
    /// The value of the query parameter.
    Value(String),
    /// The server cannot be asked so: all rows are read and checked here.
    Unsuitable,
    /// No row can have the value.
    Never,
}

/// Bytes of a filter's value at the most: servers refuse long URLs.
const MAX_FILTER: usize = 1000;

/// The query value for a filter, widened so that the answer holds at least what the predicate selects. A strict bound is
/// not fulfilled by its own value.
pub(super) fn filter_value(column: &Column, filter: &Filter, value: &Value, is_strict: bool) -> Pushed {
    let equal = filter.operator == FilterOperator::Equal;
    let Some(text) = text(value) else { return Pushed::Never };
    if equal && check_sid(&column.name, column.sid.as_deref(), &text).is_err() {
        return Pushed::Never;
    }
    if text.is_empty() {
        // An empty parameter is none.
        return Pushed::Unsuitable;
    }
    match (column.data_type, filter.matches) {
        // SQLite gives the value as it is written and compares it as a number.
        (DataType::Boolean, _) => match text.parse::<f64>() {
            Ok(1.0) => Pushed::Value("true".into()),
            Ok(0.0) => Pushed::Value("false".into()),
            _ => Pushed::Unsuitable,
        },
        (DataType::Timestamp | DataType::Date, FilterMatch::Day | FilterMatch::Midnight) => {
            let day = text.get(..10).and_then(|day| day.parse::<jiff::civil::Date>().ok());
            // Twilio's bounds are not documented well enough to rely on either side of midnight.
            let day = match filter.operator {
                FilterOperator::Equal | FilterOperator::Lower => day,
                FilterOperator::Upper => day.and_then(|d| d.tomorrow().ok()),
            };
            let moment = if filter.matches == FilterMatch::Midnight { "T00:00:00Z" } else { "" };
            day.map_or(Pushed::Unsuitable, |d| Pushed::Value(format!("{d}{moment}")))
        }
        // The bounds are days of the rows themselves, and belong to what they bound: where a list is calculated between
        // two days, one that is left out cannot be asked for.
        (DataType::Date, FilterMatch::Exact) => {
            let day = text.get(..10).and_then(|day| day.parse::<jiff::civil::Date>().ok());
            let day = day.and_then(|day| match filter.operator {
                FilterOperator::Lower if is_strict => day.tomorrow().ok(),
                FilterOperator::Upper if is_strict => day.yesterday().ok(),
                _ => Some(day),
            });
            day.map_or(Pushed::Unsuitable, |d| Pushed::Value(d.to_string()))
        }
        // A real number has another text in SQLite.
        (DataType::Text, FilterMatch::Exact)
            if equal && text.len() <= MAX_FILTER && !matches!(value, Value::Real(_)) =>
        {
            match column.values.is_empty() || column.values.contains(&text) {
                true => Pushed::Value(text),
                false => Pushed::Unsuitable,
            }
        }
        (DataType::Integer | DataType::BigInt, FilterMatch::Exact) if equal => Pushed::Value(text),
        _ => Pushed::Unsuitable,
    }
}

/// Of two values of a filter, the one that selects fewer rows. Days and moments have one form in a filter.
pub(super) fn tighter(filter: &Filter, one: String, other: String) -> String {
    match filter.operator {
        FilterOperator::Lower => one.max(other),
        FilterOperator::Upper => one.min(other),
        FilterOperator::Equal => one,
    }
}

/// The form values for a parameter: none for NULL, which leaves the attribute as it is; several for an array.
///
/// # Errors
/// 22018 for a value that the parameter does not take, 22001 for a text that is too long; each names it.
pub(super) fn form_values(parameter: &Parameter, value: &Value) -> Result<Vec<String>> {
    let Some(written) = text(value) else { return Ok(Vec::new()) };
    if written.is_empty() && (parameter.is_clearable() || parameter.required) {
        return Ok(vec![written]);
    }
    if written.is_empty() {
        let name = &parameter.name;
        let message = format!("{name} cannot be cleared by an empty text; NULL leaves it as it is.");
        return Err(Error::new(state::INVALID_CHARACTER_VALUE, message));
    }
    let values = if parameter.array { elements(parameter, &written)? } else { vec![written] };
    if values.is_empty() && parameter.is_clearable() {
        return Ok(vec![String::new()]);
    }
    if values.is_empty() {
        let name = &parameter.name;
        let message = format!("{name} cannot be cleared by an empty list; NULL leaves it as it is.");
        return Err(Error::new(state::INVALID_CHARACTER_VALUE, message));
    }
    values.into_iter().map(|value| form_value(parameter, &value)).collect()
}

/// One value in Twilio's spelling.
fn form_value(parameter: &Parameter, written: &str) -> Result<String> {
    let name = &parameter.name;
    let element = parameter.element_type();
    let canonical = convert::canonical(written, &element)
        .map_err(|e| Error { message: format!("{name}: {}", e.message), ..e })?;
    let value = match (parameter.data_type, &canonical) {
        (DataType::Boolean, Value::Integer(b)) => (*b != 0).to_string(),
        (DataType::Timestamp, Value::Text(t)) => format!("{}Z", t.replacen(' ', "T", 1)),
        (DataType::Decimal, Value::Text(t)) if t.contains('.') => {
            t.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        (_, value) => text(value).unwrap_or_default(),
    };
    let is_known = parameter.values.contains(&value);
    if !is_known {
        check_sid(name, parameter.sid.as_deref(), &value)?;
    }
    if let Some(format) = parameter.format {
        address::check(name, format, &value)?;
    }
    if parameter.data_type == DataType::Json {
        serde_json::from_str::<IgnoredAny>(&value).map_err(|e| {
            Error::new(state::INVALID_CHARACTER_VALUE, format!("{name} takes JSON, and is none: {e}."))
        })?;
    }
    if !is_known && !parameter.values.is_empty() && parameter.sid.is_none() {
        let known: Vec<&str> = parameter.values.iter().map(String::as_str).collect();
        let takes = match known[..] {
            [""] => "nothing but an empty text".to_owned(),
            _ => known.join(", "),
        };
        let message = format!("{name} is '{value}', but takes {takes}.");
        return Err(Error::new(state::INVALID_CHARACTER_VALUE, message));
    }
    let length = value.chars().count();
    if parameter.data_type == DataType::Text && length > element.size as usize {
        let message = format!("{name} has {length} characters, but takes at most {}.", element.size);
        return Err(Error::new(state::STRING_RIGHT_TRUNCATION, message));
    }
    Ok(value)
}

/// The elements of a JSON array, or of a list with commas.
fn elements(parameter: &Parameter, text: &str) -> Result<Vec<String>> {
    if !text.trim_start().starts_with('[') {
        return Ok(text.split(',').map(|e| e.trim().to_owned()).filter(|e| !e.is_empty()).collect());
    }
    let elements: Vec<Json> = serde_json::from_str(text).map_err(|e| {
        let message = format!("{} begins as a JSON array, and is none: {e}.", parameter.name);
        Error::new(state::INVALID_CHARACTER_VALUE, message)
    })?;
    let text = |element| match element {
        Json::String(text) => Ok(text),
        Json::Null => {
            let message = format!("{} has a null in its array, which stands for no value.", parameter.name);
            Err(Error::new(state::INVALID_CHARACTER_VALUE, message))
        }
        other => Ok(other.to_string()),
    };
    elements.into_iter().map(text).collect()
}

/// The names of the first set of which more than one is given.
pub(super) fn several_of(exclusive: &[Vec<String>], is_given: impl Fn(&str) -> bool) -> Option<String> {
    let names = exclusive.iter().find(|names| names.iter().filter(|name| is_given(name)).count() > 1)?;
    Some(names.join(" and "))
}

/// Gives a request its body: parameters with the values that [`form_values`] made of theirs.
pub(super) fn body<'p>(
    request: &mut Request,
    body: Body,
    given: impl Iterator<Item = (&'p Parameter, Vec<String>)>,
) {
    let (headers, given): (Vec<_>, Vec<_>) = given.partition(|(parameter, _)| parameter.header);
    for (parameter, values) in headers {
        let name = parameter.sent_name();
        request.headers.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    }
    for (parameter, _) in given.iter().filter(|(parameter, _)| parameter.secret) {
        let name = if parameter.is_whole() { "" } else { parameter.sent_name() };
        request.secrets.push(name.to_owned());
    }
    let given = given.into_iter();
    match body {
        Body::Form => {
            for (parameter, values) in given {
                let name = parameter.sent_name();
                request.form.extend(values.into_iter().map(|value| (name.to_owned(), value)));
            }
        }
        Body::Json => {
            let mut object = Map::new();
            for (parameter, values) in given.filter(|(_, values)| !values.is_empty()) {
                if parameter.is_whole() {
                    request.json = values.into_iter().next();
                    return;
                }
                let value = match parameter.array {
                    // An empty text stands for no element.
                    true => {
                        let values = values.into_iter().filter(|value| !value.is_empty());
                        Json::Array(values.map(|value| json(parameter, value)).collect())
                    }
                    false => values.into_iter().next().map(|v| json(parameter, v)).unwrap_or_default(),
                };
                put(&mut object, parameter.sent_name(), value);
            }
            request.json = Some(Json::Object(object).to_string());
        }
    }
}

/// Gives a request its values where its method has them: a GET in its query, any other in its body.
pub(super) fn values<'p>(
    request: &mut Request,
    kind: Body,
    given: impl Iterator<Item = (&'p Parameter, Vec<String>)>,
) {
    if request.method != Method::Get {
        return body(request, kind, given);
    }
    for (parameter, values) in given {
        let name = parameter.sent_name();
        request.query.extend(values.into_iter().map(|value| (name.to_owned(), value)));
    }
}

/// Adds what a procedure always sends to the form or the query.
pub(super) fn fixed(request: &mut Request, fixed: &BTreeMap<String, String>) {
    let pairs = if request.method == Method::Get { &mut request.query } else { &mut request.form };
    pairs.extend(fixed.iter().map(|(name, value)| (name.clone(), value.clone())));
}

/// A form value as the JSON value of its type.
fn json(parameter: &Parameter, value: String) -> Json {
    match parameter.data_type {
        DataType::Text | DataType::Date | DataType::Time | DataType::Timestamp | DataType::Binary => {
            Json::String(value)
        }
        // What is no JSON is an empty text, or the mask of a secret.
        _ => serde_json::from_str(&value).unwrap_or(Json::String(value)),
    }
}

/// Puts a value into an object; dots in the name lead to objects below it.
fn put(object: &mut Map<String, Json>, name: &str, value: Json) {
    match name.split_once('.') {
        None => {
            object.insert(name.to_owned(), value);
        }
        Some((first, rest)) => {
            let below = object.entry(first).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(below) = below {
                put(below, rest, value);
            }
        }
    }
}

/// The value as text; `None` for NULL.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Integer(i) => Some(i.to_string()),
        Value::Real(r) => Some(r.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Binary(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn days_are_widened() {
        let model = Model::builtin();
        let push_to = |table: &str, parameter: &str, value: &str| {
            let table = model.table(None, table).unwrap();
            let filter = table.filters.iter().find(|f| f.parameter == parameter).unwrap();
            let (_, column) = table.column(&filter.column).unwrap();
            filter_value(column, filter, &Value::from(value), false)
        };
        let push = |parameter: &str, value: &str| push_to("Conferences", parameter, value);
        assert_eq!(push("DateCreated>", "2020-02-28 23:59:59"), Pushed::Value("2020-02-28".into()));
        assert_eq!(push("DateCreated<", "2020-02-28 00:00:00"), Pushed::Value("2020-02-29".into()));
        assert_eq!(push("DateCreated", "2020-02-28 10:00:00"), Pushed::Value("2020-02-28".into()));
        assert_eq!(push("DateCreated>", "2020"), Pushed::Unsuitable);
        let push_midnight = |parameter: &str, value: &str| push_to("Conversations", parameter, value);
        assert_eq!(
            push_midnight("StartDate", "2020-02-28 23:59:59"),
            Pushed::Value("2020-02-28T00:00:00Z".into())
        );
        assert_eq!(
            push_midnight("EndDate", "2020-02-28 00:00:00"),
            Pushed::Value("2020-02-29T00:00:00Z".into())
        );
        assert_eq!(push("Status", "completed"), Pushed::Value("completed".into()));
        assert_eq!(push("Status", "brand-new"), Pushed::Unsuitable, "Twilio refuses what it does not know");
    }

    #[test]
    fn days_that_rows_begin_and_end_with_are_not_widened() {
        let model = Model::builtin();
        let usage = model.table(None, "UsageRecords").unwrap();
        let pushed = |column: &str, operator: FilterOperator, is_strict: bool| {
            let is_it = |f: &&Filter| f.column == column && f.operator == operator;
            let filter = usage.filters.iter().find(is_it).unwrap();
            filter_value(usage.column(column).unwrap().1, filter, &Value::from("2020-02-28"), is_strict)
        };
        let push = |column: &str, operator: FilterOperator| pushed(column, operator, false);
        let day = Pushed::Value("2020-02-28".into());
        assert_eq!(push("StartDate", FilterOperator::Lower), day);
        assert_eq!(push("EndDate", FilterOperator::Upper), day);
        assert_eq!(push("EndDate", FilterOperator::Equal), day);
        assert_eq!(pushed("StartDate", FilterOperator::Lower, true), Pushed::Value("2020-02-29".into()));
        assert_eq!(pushed("EndDate", FilterOperator::Upper, true), Pushed::Value("2020-02-27".into()));
    }

    #[test]
    fn form_values_are_spelt_as_twilio_does_and_refused_by_name() {
        let model = Model::builtin();
        let add = model.procedure(None, "AddParticipants").unwrap();
        let send = |name: &str, value: Value| form_values(add.input(name).unwrap().1, &value);
        assert_eq!(send("Muted", Value::Integer(1)).unwrap(), ["true"]);
        assert_eq!(send("Muted", Value::Null).unwrap(), [""; 0]);
        assert_eq!(send("StatusCallbackEvent", "ringing, answered".into()).unwrap(), ["ringing", "answered"]);
        assert_eq!(send("StatusCallbackEvent", "[\"ringing\"]".into()).unwrap(), ["ringing"]);
        for (name, value) in [
            ("StatusCallbackMethod", "PUT"),
            ("CallSidToCoach", "x"),
            ("TimeLimit", "soon"),
            ("StatusCallbackEvent", "[]"),
            ("StatusCallbackEvent", " , "),
        ] {
            let error = send(name, value.into()).unwrap_err();
            assert!(error.message.contains(name), "{}", error.message);
        }
        let error = send("Label", "x".repeat(129).into()).unwrap_err();
        assert_eq!(error.state, state::STRING_RIGHT_TRUNCATION);
    }
}
