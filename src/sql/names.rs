//! Names in error messages: what comes near, and how to quote.

use crate::error::{Error, state};
use crate::model::{Model, Table};

/// No name has more bytes than this.
const MAX_NAME: usize = 128;

/// `; did you mean A, B or C?`, or nothing if no candidate comes near.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    if name.len() > MAX_NAME {
        return String::new();
    }
    let name = name.to_ascii_lowercase();
    let mut near: Vec<(f64, &str)> = candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(&name, &c.to_ascii_lowercase()), c))
        .filter(|(score, _)| *score > 0.7)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    near.dedup_by(|a, b| a.1 == b.1);
    let near: Vec<&str> = near.into_iter().map(|(_, c)| c).take(3).collect();
    match near.as_slice() {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        [most @ .., last] => format!("; did you mean {} or {last}?", most.join(", ")),
    }
}

/// The schema, if it is written, and the name of a table.
fn parts(name: &str) -> (Option<&str>, &str) {
    let mut parts = name.rsplit('.').map(|part| part.trim_matches(['"', '[', ']', '`']));
    let last = parts.next().unwrap_or(name);
    (parts.next(), last)
}

/// Why a table is no more, if Twilio has removed it.
pub(super) fn removed(model: &Model, name: &str) -> Option<String> {
    let (schema, last) = parts(name);
    model.removed(schema, last)
}

/// 42S02 for a table, with the nearest names, with the schemas that all have a table of that name, or with the reason why
/// it is no more.
pub(super) fn unknown_table(model: &Model, name: &str, place: &str, others: &[String]) -> Error {
    let (_, last) = parts(name);
    if let Some(reason) = removed(model, name) {
        let message = format!("The table {name}{place} does not exist any more: {reason}");
        return Error::new(state::TABLE_NOT_FOUND, message);
    }
    let same: Vec<String> = model.tables_named(last).map(|t| format!("{}.{}", t.schema, t.name)).collect();
    if !same.is_empty() {
        let message =
            format!("The table {name}{place} does not exist; write its schema: {}.", same.join(", "));
        return Error::new(state::TABLE_NOT_FOUND, message);
    }
    let tables = model.tables().map(|t| t.name.as_str()).chain(others.iter().map(String::as_str));
    let near = nearest(last, tables);
    let end = if near.is_empty() { "; SQLTables lists those that do." } else { &near };
    Error::new(state::TABLE_NOT_FOUND, format!("The table {name}{place} does not exist{end}"))
}

/// 42S02 for a procedure, with the nearest names.
pub(super) fn unknown_procedure(model: &Model, name: &str) -> Error {
    let same = model.procedure_names().filter(|(_, other)| other.eq_ignore_ascii_case(name));
    let same: Vec<String> = same.map(|(schema, name)| format!("{schema}.{name}")).collect();
    if !same.is_empty() {
        let message = format!("The procedure {name} has to be named with its schema: {}.", same.join(", "));
        return Error::new(state::TABLE_NOT_FOUND, message);
    }
    let near = nearest(name, model.procedure_names().map(|(_, name)| name));
    let end = if near.is_empty() { "; SQLProcedures lists those that do." } else { &near };
    Error::new(state::TABLE_NOT_FOUND, format!("The procedure {name} does not exist{end}"))
}

/// 42S22 for a column, with the nearest names.
pub(super) fn unknown_column<'a>(
    name: &str,
    place: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Error {
    let last = name.rsplit('.').next().unwrap_or(name);
    let near = nearest(last, candidates);
    let end = if near.is_empty() { "." } else { &near };
    Error::new(state::COLUMN_NOT_FOUND, format!("The column {name}{place} does not exist{end}"))
}

/// 42000 for what a table takes and does not show.
pub(super) fn write_only(table: &Table, name: &str, place: &str) -> Error {
    let message = format!(
        "The column {name}{place} of {} can only be written: it is a parameter of the request, and rows do not have it.",
        table.name
    );
    Error::new(state::SYNTAX_ERROR, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_far_ones_not_at_all() {
        let names = ["Conferences", "ConferenceParticipants", "Messages"];
        assert_eq!(nearest("conference", names), "; did you mean Conferences or ConferenceParticipants?");
        assert_eq!(nearest("xyz", names), "");
    }

    #[test]
    fn what_is_removed_says_why_and_what_to_use() {
        for name in ["feedback", "Twilio.FEEDBACK", "CData.Twilio.Feedback", "FeedbackSummary"] {
            let error = unknown_table(&Model::builtin(), name, "", &[]);
            assert_eq!(error.state, state::TABLE_NOT_FOUND);
            assert!(
                error.message.contains("2024-02-27") && error.message.contains("CallAnnotation"),
                "{error}"
            );
        }
        assert!(!unknown_table(&Model::builtin(), "Verify.Feedback", "", &[]).message.contains("2024"));
    }

    #[test]
    fn a_name_that_several_schemas_have_needs_one() {
        let error = unknown_table(&Model::builtin(), "roles", "", &[]);
        assert_eq!(error.state, state::TABLE_NOT_FOUND);
        assert!(error.message.contains("Chat.Roles, ") && error.message.contains("IpMessaging.Roles"));
    }
}
