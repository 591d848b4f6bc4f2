//! Remarks of columns and parameters whose file has none: composed from the name, the type and the references.

use super::operation::Parameter;
use super::table::{Column, Reference, Table};
use super::{ACCOUNT, DataType};

/// Words that are spelt in capitals.
const ABBREVIATIONS: [&str; 15] =
    ["A2P", "AWS", "API", "BYOC", "DNS", "HTTP", "ID", "IP", "MMS", "SID", "SIP", "SMS", "TLS", "URI", "URL"];

/// Gives every column and parameter a remark.
pub(super) fn complete(table: &mut Table) {
    for column in table.columns.iter_mut().filter(|c| c.remarks.is_empty()) {
        column.remarks = of_column(column);
    }
    let operations = [&mut table.fetch, &mut table.create, &mut table.update, &mut table.delete];
    let parameters = operations.into_iter().flatten().flat_map(|o| &mut o.parameters);
    for parameter in parameters.chain(&mut table.switches).filter(|p| p.remarks.is_empty()) {
        parameter.remarks = of_parameter(parameter);
    }
}

/// Gives every input and every result of a procedure a remark.
pub(super) fn complete_procedure(inputs: &mut [Parameter], results: &mut [Column]) {
    for input in inputs.iter_mut().filter(|p| p.remarks.is_empty()) {
        input.remarks = of_parameter(input);
    }
    for result in results.iter_mut().filter(|c| c.remarks.is_empty()) {
        result.remarks = of_column(result);
    }
}

fn of_column(column: &Column) -> String {
    if column.secret {
        return format!("{}; a secret, which no row shows.", sentence(&column.name));
    }
    match column.name.as_str() {
        "Sid" | "Id" if column.references.is_none() => return "Identifies the row.".into(),
        ACCOUNT => return "The account that owns the row.".into(),
        "DateCreated" => return "When the row was created, in UTC.".into(),
        "DateUpdated" => return "When the row was last changed, in UTC.".into(),
        "Url" | "Uri" => return "Address of the row in the API.".into(),
        "Links" | "SubresourceUris" => {
            return "Addresses of what lies below the row, as a JSON object.".into();
        }
        _ => {}
    }
    if let Some(Reference { table, column }) = &column.references {
        return format!("The row of {table} that this one lies below, by its {column}.");
    }
    let what = match column.data_type {
        DataType::Timestamp => ", in UTC",
        DataType::Json => ", as JSON",
        _ => "",
    };
    format!("{}{what}.", sentence(&column.name))
}

fn of_parameter(parameter: &Parameter) -> String {
    let what = match (parameter.array, parameter.data_type) {
        (true, _) => "; a JSON array or a list with commas",
        (_, DataType::Json) => ", as JSON",
        (_, DataType::Timestamp) => ", in UTC",
        _ => "",
    };
    format!("{}{what}.", sentence(&parameter.name))
}

/// A name as words: `FriendlyName` is `Friendly name`, `SmsUrl` is `SMS URL`.
fn sentence(name: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for letter in name.chars() {
        match words.last_mut() {
            Some(word) if !letter.is_ascii_uppercase() => word.push(letter),
            // Letters in a row are one abbreviation.
            Some(word) if word.chars().all(|c| c.is_ascii_uppercase()) => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    for (i, word) in words.iter_mut().enumerate() {
        let stem = word.strip_suffix('s').unwrap_or(word).to_owned();
        let known = |text: &str| ABBREVIATIONS.iter().any(|a| a.eq_ignore_ascii_case(text));
        if known(word) {
            word.make_ascii_uppercase();
        } else if known(&stem) {
            *word = stem.to_ascii_uppercase() + "s";
        } else if i > 0 {
            word.make_ascii_lowercase();
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_sentences() {
        for (name, expected) in [
            ("FriendlyName", "Friendly name"),
            ("SmsUrl", "SMS URL"),
            ("CallerIds", "Caller IDs"),
            ("VoiceCallerIdLookup", "Voice caller ID lookup"),
            ("E164", "E164"),
        ] {
            assert_eq!(sentence(name), expected);
        }
    }
}
