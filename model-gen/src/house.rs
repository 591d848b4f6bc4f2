//! What the documents do not say and the house decides: `house.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Operations are named by document and operationId: `verify_v2.ListEntity`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct House {
    /// Document without its version, to the schema of its tables; else its name in PascalCase.
    pub schemas: BTreeMap<String, String>,
    /// Documents that keep the plain schema although a newer version has a table of the same name.
    pub preferred: Vec<String>,
    /// What Twilio puts before names in a schema, and the house does not: schema to prefix.
    pub prefixes: BTreeMap<String, String>,
    /// Operation to table name, where the rule gives none that is good.
    pub tables: BTreeMap<String, String>,
    /// Operation to the reason why it has no table or procedure.
    pub left_out: BTreeMap<String, String>,
    /// Operation to the columns that identify a row, where no path of one row says so.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Lists that may be long, and are not walked unless the user says so: schema and table.
    pub costly: Vec<String>,
    /// Tables whose rows cannot be had again once they are gone.
    pub irreversible: Vec<String>,
    /// Operations whose rows may be written in any order, several at a time: those on records of what is past, of which
    /// none depends on another. Schema, table, and `update` or `delete`.
    pub unordered: Vec<String>,
    /// What costs money or reaches people: a table, whose create operation does; a table and `update`, whose update
    /// does; or these with the name of a parameter, if only giving that one does.
    pub paid: Vec<String>,
    /// Procedures that cost money or reach people: schema and name.
    pub paid_procedures: Vec<String>,
    /// Parameters that do something each time they are sent: table, `create` or `update`, name.
    pub acts: Vec<String>,
    /// Headers that are parameters, to their names.
    pub headers: BTreeMap<String, String>,
    /// Path parameter to the list that it comes from, where the path before it is no list: product and path.
    pub elsewhere: BTreeMap<String, String>,
    /// Characters of a text whose name ends so; the first that fits counts.
    pub sizes: Vec<(String, u32)>,
    /// Texts that hold JSON, by the end of their names.
    pub json: Vec<String>,
    /// Amounts of money, by the end of their names.
    pub money: Vec<String>,
    /// Integers that may not fit into 32 bits, by the end of their names.
    pub wide: Vec<String>,
    /// Parameters of SIDs or words that an empty text clears, by the end of their names.
    pub clear: Vec<String>,
    /// Parameters whose values are kept out of the log, by the end of their names.
    pub secret: Vec<String>,
    /// Columns that hold a credential which works, by the end of their names: no row shows it.
    pub credentials: Vec<String>,
    /// Further columns that hold one, by the lists whose rows have them: operation to columns.
    pub secret_columns: BTreeMap<String, Vec<String>>,
    /// Operation to the column that a pair of query parameters bounds: `StartDate`, `EndDate`.
    pub ranges: BTreeMap<String, Vec<Range>>,
    /// Columns with a moment that a row keeps, by whose days long lists may be read in parts.
    pub slices: Vec<String>,
    /// Operation to query parameters that have a column's name and select other rows than those with that value.
    pub switches: BTreeMap<String, Vec<String>>,
    /// Operation to query parameters that are left out, because others say the same and the two contradict each other.
    pub unused: BTreeMap<String, Vec<String>>,
    /// Operation to query parameter to what is sent where the statement gives nothing, because the API would leave out
    /// rows by itself. Each of several values is a list of its own.
    pub defaults: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Operation to sentences that the table's remarks end with: what the API leaves out whatever it is asked.
    pub notes: BTreeMap<String, String>,
}

/// A column with the query parameters that bound it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    pub column: String,
    pub lower: Option<String>,
    pub upper: Option<String>,
}

impl House {
    /// The decisions that are built in.
    ///
    /// # Errors
    /// A sentence with the line of `house.json`.
    pub fn builtin() -> Result<House, String> {
        House::read(include_str!("../house.json"))
    }

    /// Reads decisions.
    ///
    /// # Errors
    /// A sentence with the line.
    pub fn read(text: &str) -> Result<House, String> {
        serde_json::from_str(text).map_err(|e| format!("house.json: {e}"))
    }

    /// What is sent for a query parameter of an operation where the statement gives nothing.
    pub fn default(&self, operation: &str, parameter: &str) -> &[String] {
        let of_operation = self.defaults.get(operation);
        of_operation.and_then(|defaults| defaults.get(parameter)).map_or(&[], Vec::as_slice)
    }

    /// The size of a text with that name.
    pub fn size(&self, name: &str) -> Option<u32> {
        self.sizes.iter().find(|(end, _)| name.ends_with(end)).map(|(_, size)| *size)
    }
}

/// Whether the name ends with one of the endings.
pub fn ends_with(name: &str, endings: &[String]) -> bool {
    endings.iter().any(|end| name.ends_with(end.as_str()))
}
