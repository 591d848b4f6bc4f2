//! The system tables that show what the catalogue functions, SQLGetInfo and the settings say.
//!
//! The engine asks by a source and the names of its fields, which are those of the model's data files; [`objects`] answers
//! for the catalogue, this file for the rest. Nothing is told here that another place does not know: the catalogue's
//! own parts and [`super::info`] and [`super::properties`].

mod objects;

use std::sync::Arc;

use super::catalog::{self, Listing};
use super::info::{self, InfoContext, InfoValue};
use super::properties::PROPERTIES;
use super::settings::{Keyword, Settings};
use super::types::OdbcVersion;
use crate::convert::Wchar;
use crate::engine::{Database, SystemRows, sqlite_version};
use crate::model::{Model, Source, Table, TableEntry};
use crate::twilio::USER_AGENT;
use crate::value::Value;

/// What an open connection says of itself.
#[derive(Debug)]
pub struct System {
    /// The DSN, or empty.
    pub data_source_name: String,
    /// The SID of the account or of the API key.
    pub user_name: String,
    pub version: OdbcVersion,
    pub wchar: Wchar,
    pub listing: Listing,
    /// The values of all properties in their order, as they may be shown.
    properties: Vec<Option<String>>,
}

impl System {
    /// What is known once the settings are in force.
    pub fn new(data_source_name: &str, settings: &Settings, version: OdbcVersion, wchar: Wchar) -> Self {
        System {
            data_source_name: data_source_name.to_owned(),
            user_name: settings.user_name().to_owned(),
            version,
            wchar,
            listing: settings.listing.clone(),
            properties: PROPERTIES.iter().map(|property| settings.shown(property.keyword)).collect(),
        }
    }

    /// What SQLGetInfo needs to know.
    pub fn info_context<'a>(&'a self, database: &'a Database) -> InfoContext<'a> {
        InfoContext {
            data_source_name: &self.data_source_name,
            server_name: database.client().host_name(),
            user_name: &self.user_name,
            read_only: database.read_only(),
        }
    }

    /// What a catalogue function needs to know.
    pub fn catalog<'a>(
        &'a self,
        model: &'a Model,
        temporary: &'a [TableEntry],
        metadata_id: bool,
    ) -> catalog::Context<'a> {
        catalog::Context {
            model,
            temporary,
            listing: &self.listing,
            version: self.version,
            wchar: self.wchar,
            metadata_id,
        }
    }

    fn property(&self, position: usize, field: &str, database: &Database) -> Option<Value> {
        let property = &PROPERTIES[position];
        let value = match property.keyword {
            // SQL_ATTR_ACCESS_MODE changes it.
            Keyword::ReadOnly => Some(if database.read_only() { "1" } else { "0" }),
            _ => self.properties[position].as_deref(),
        };
        Some(match field {
            "name" => property.name.into(),
            "description" => property.description.into(),
            "type" => property.takes.type_name().into(),
            "default" => (!property.default.is_empty()).then_some(property.default).into(),
            "value" => value.into(),
            "required" => flag(property.keyword == Keyword::AccountSid),
            "category" => property.category.into(),
            "sensitivity" => property.takes.sensitivity().into(),
            "ordinal" => Value::Integer(position as i64 + 1),
            _ => return None,
        })
    }

    fn driver(&self, field: &str, database: &Database) -> Option<Value> {
        let client = database.client();
        Some(match field {
            "product" => "Twilio ODBC driver".into(),
            "version" => env!("CARGO_PKG_VERSION").into(),
            "data_source" => "Twilio".into(),
            "sqlite" => sqlite_version().into(),
            "platform" => format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH).into(),
            "account" => client.account_sid().into(),
            "user" => self.user_name.as_str().into(),
            "base_url" => client.base_url().into(),
            "user_agent" => USER_AGENT.into(),
            _ => return None,
        })
    }
}

impl SystemRows for System {
    fn rows(
        &self,
        source: Source,
        fields: &[&str],
        name: Option<&str>,
        database: &Database,
        temporary: &[Arc<Table>],
    ) -> Vec<Vec<Value>> {
        let row = |field: &dyn Fn(&str) -> Option<Value>| -> Vec<Value> {
            fields.iter().map(|name| field(name).unwrap_or(Value::Null)).collect()
        };
        match source {
            Source::Requests | Source::Identity => Vec::new(),
            Source::Settings => {
                (0..PROPERTIES.len()).map(|i| row(&|field| self.property(i, field, database))).collect()
            }
            Source::Info => {
                let context = self.info_context(database);
                info::all(&context).map(|info| row(&|field| info_field(&info, field))).collect()
            }
            Source::Driver => vec![row(&|field| self.driver(field, database))],
            _ => {
                let temporary: Vec<TableEntry> = temporary.iter().cloned().map(TableEntry::from).collect();
                let context = self.catalog(database.model(), &temporary, false);
                objects::rows(&context, source, name, &mut |field| row(field))
            }
        }
    }
}

fn info_field((id, name, value): &(u16, &'static str, InfoValue), field: &str) -> Option<Value> {
    Some(match field {
        "id" => Value::Integer((*id).into()),
        "name" => (*name).into(),
        "value" => match value {
            InfoValue::U16(number) => number.to_string().into(),
            InfoValue::U32(number) => number.to_string().into(),
            InfoValue::Text(text) => (**text).into(),
        },
        _ => return None,
    })
}

/// A boolean cell.
fn flag(is_true: bool) -> Value {
    Value::Integer(is_true.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::odbc::connection_string::parse;
    use crate::twilio::Client;

    fn database(settings: &str) -> (Arc<System>, Database) {
        let account = format!("AC{}", "0".repeat(32));
        let pairs = parse(&format!("AccountSid={account};AuthToken=s3cr3t;{settings}")).unwrap();
        let settings = Settings::from_sources(&[&pairs]).unwrap();
        let client = Client::new(settings.client_config(0)).unwrap();
        let system = Arc::new(System::new("Test", &settings, OdbcVersion::Odbc3, Wchar::Utf16));
        (system, Database::new(Model::builtin(), client, false))
    }

    /// Rows of a system table, by the names of its columns.
    fn table(name: &str, settings: &str, of: Option<&str>) -> Vec<Vec<(String, Value)>> {
        let (system, database) = database(settings);
        let model = Model::builtin();
        let table = model.table(None, name).unwrap();
        let fields: Vec<&str> = table.columns.iter().map(|c| c.json.as_str()).collect();
        let rows = system.rows(table.source.unwrap(), &fields, of, &database, &[]);
        let names = || table.columns.iter().map(|c| c.name.clone());
        rows.into_iter().map(|row| names().zip(row).collect()).collect()
    }

    #[test]
    fn every_column_of_every_system_table_is_told_and_fits_its_type() {
        use crate::model::{DataType, TableKind};
        let model = Model::builtin();
        for system in model.tables().filter(|t| t.kind == TableKind::System) {
            let rows = table(&system.name, "PseudoColumns=*=*", None);
            for (position, column) in system.columns.iter().enumerate() {
                let mut told = rows.iter().map(|row| &row[position].1);
                let is_told = told.clone().any(|value| *value != Value::Null);
                let elsewhere = ["sys_requests", "sys_identity"].contains(&system.name.as_str());
                // The one order of an index's rows is unknown.
                assert_eq!(
                    is_told,
                    !elsewhere && column.name != "SortOrder",
                    "{}.{}",
                    system.name,
                    column.name
                );
                let size = column.column_type().size as usize;
                assert!(
                    told.all(|value| match value {
                        Value::Null => !system.key.contains(&column.name),
                        Value::Text(text) =>
                            column.data_type == DataType::Text && text.chars().count() <= size,
                        Value::Integer(n) if column.data_type == DataType::Boolean => matches!(n, 0 | 1),
                        Value::Integer(_) => column.data_type == DataType::Integer,
                        _ => false,
                    }),
                    "{}.{}",
                    system.name,
                    column.name
                );
            }
        }
    }

    #[test]
    fn the_key_of_a_system_table_tells_its_rows_apart() {
        let model = Model::builtin();
        for system in model.tables().filter(|t| t.source.is_some()) {
            let rows = table(&system.name, "PseudoColumns=*=*", None);
            let key = |row: &Vec<(String, Value)>| {
                let parts = row.iter().filter(|(name, _)| system.key.contains(name));
                parts.map(|(_, value)| format!("{value:?}")).collect::<Vec<_>>()
            };
            let keys: std::collections::HashSet<_> = rows.iter().map(key).collect();
            assert_eq!(keys.len(), rows.len(), "{}", system.name);
        }
    }

    #[test]
    fn a_name_leaves_the_rows_of_one_table() {
        let model = Model::builtin();
        for system in model.tables().filter(|t| t.source.is_some()) {
            let Some(filter) = system.filters.first() else { continue };
            let all = table(&system.name, "", None);
            for name in ["Conferences", "ConferenceParticipants", "AddParticipants", "sys_tables", "Nothing"]
            {
                let is_of =
                    |row: &&Vec<(String, Value)>| row.contains(&(filter.column.clone(), Value::from(name)));
                let expected: Vec<_> = all.iter().filter(is_of).cloned().collect();
                assert_eq!(table(&system.name, "", Some(name)), expected, "{} {name}", system.name);
            }
        }
    }

    #[test]
    fn no_secret_is_told() {
        let model = Model::builtin();
        for system in model.tables().filter(|t| t.source.is_some()) {
            let rows = format!("{:?}", table(&system.name, "Tables=Conferences", None));
            assert!(!rows.contains("s3cr3t"), "{}", system.name);
        }
        let shown = format!("{:?}", table("sys_connection_props", "", None));
        assert!(shown.contains("\"***\""));
    }
}
