//! SQLConnect and SQLDriverConnect.

use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::connection::Session;
use super::connection_string::{self, Pair};
use super::dispatch::{Completion, ConnectionCall};
use super::dsn;
use super::execute::Running;
use super::settings::{self, Settings};
use super::system::System;
use crate::engine::Database;
use crate::error::{Error, Result, state};
use crate::logging;
use crate::model::{Model, read_file};
use crate::sql;
use crate::twilio::Client;

/// How SQLDriverConnect may complete a connection string. The driver never shows a window: what is missing is an
/// error, whatever the value.
pub fn check_completion(code: u16) -> Result<()> {
    match code {
        0..=3 => Ok(()),
        _ => Err(Error::new(
            state::INVALID_DRIVER_COMPLETION,
            format!("{code} is no way to complete a connection string."),
        )),
    }
}

impl ConnectionCall<'_> {
    /// SQLConnect. `user` and `password` go before what the DSN says.
    ///
    /// # Errors
    /// 08002, 28000, 08001, HY024, HYT00, HY000 (faults in the files of Location and UserDefinedViews), and what the check of the credentials finds.
    pub fn connect(
        &mut self,
        data_source: &str,
        user: Option<&str>,
        password: Option<Zeroizing<String>>,
    ) -> Result<Completion> {
        let mut given = Vec::new();
        given.extend(user.map(|user| Pair::new("UID", user)));
        given.extend(password.map(|value| Pair { keyword: "PWD".to_owned(), value }));
        self.open(data_source, &given)
    }

    /// SQLDriverConnect. Gives the completed connection string: what the application gave, so that secrets are in
    /// it only where they were in its own.
    ///
    /// # Errors
    /// HY000 (malformed), and those of [`ConnectionCall::connect`].
    pub fn driver_connect(&mut self, text: &str) -> Result<Zeroizing<String>> {
        let mut given = connection_string::parse(text)?;
        for pair in settings::unknown_keywords(&given) {
            let warning = format!("The keyword {pair} is unknown and was ignored.");
            self.group
                .connection
                .diagnostics
                .post(Error::new(state::INVALID_CONNECTION_STRING_ATTRIBUTE, warning));
        }
        let data_source = data_source(&given);
        self.open(&data_source, &given)?;
        let unknown: Vec<String> = settings::unknown_keywords(&given).map(str::to_owned).collect();
        given.retain(|pair| !unknown.contains(&pair.keyword));
        Ok(connection_string::format(&given))
    }

    pub(super) fn open(&mut self, data_source: &str, given: &[Pair]) -> Result<Completion> {
        if self.group.connection.session.is_some() || self.group.connection.browsing.is_some() {
            return Err(Error::new(
                state::CONNECTION_IN_USE,
                "The connection is open already, or being opened by SQLBrowseConnect.",
            ));
        }
        let stored = if data_source.is_empty() { Vec::new() } else { dsn::read(data_source) };
        let mut settings = Settings::from_sources(&[given, &stored, &settings::environment()])?;
        let log = logging::open(&settings.log)?;
        log.iter().for_each(logging::use_log);
        log::info!("connect: data source {data_source:?}, {}", redacted(given));
        for keyword in settings::unknown_keywords(&stored) {
            log::warn!("the data source has a keyword that the driver does not know: {keyword}");
        }
        let connection = &mut self.group.connection;
        let config = settings.client_config(connection.attributes.connection_timeout);
        settings.timeout = config.timeout;
        let client = Client::new(config)?;
        let model = model(&settings)?;
        if settings.connect_on_open {
            let seconds = connection.attributes.login_timeout as usize;
            let activity = &self.shared.activity;
            let _running = Running::start(activity, seconds);
            client.check(&activity.cancel).map_err(|error| stopped(error.into(), seconds))?;
        }
        for unknown in settings.listing.unknown(&model) {
            log::warn!("{unknown}");
            connection.diagnostics.post(Error::new(state::GENERAL_WARNING, unknown));
        }
        let read_only = settings.read_only || connection.attributes.read_only;
        let mut database = Database::new(model, client, read_only);
        database.set_allows_paid(settings.allows_paid);
        database.set_allows_unfiltered(settings.allows_unfiltered);
        database.set_dry_run(settings.dry_run);
        database.set_pushdown(settings.pushdown);
        database.set_walks_costly(settings.walks_costly);
        database.set_strict_types(settings.strict_types);
        database.set_all_accounts(settings.all_accounts);
        database.set_max_rows(settings.max_rows);
        let system = Arc::new(System::new(data_source, &settings, connection.version, connection.wchar));
        database.set_system_rows(system.clone());
        connection.session = Some(Session { database, system, read_only: settings.read_only, log });
        Ok(Completion::Success)
    }
}

/// The DSN that a connection string names: of DSN and DRIVER, the one that comes first counts.
pub(super) fn data_source(given: &[Pair]) -> String {
    let first = given
        .iter()
        .find(|p| ["DSN", "DRIVER"].iter().any(|keyword| p.keyword.eq_ignore_ascii_case(keyword)));
    first
        .filter(|pair| pair.keyword.eq_ignore_ascii_case("DSN"))
        .map(|pair| pair.value.to_string())
        .unwrap_or_default()
}

/// What the connection shows.
///
/// # Errors
/// HY000 for files that cannot be used, with all their faults: a table or a view that is left out would be missed later.
fn model(settings: &Settings) -> Result<Arc<Model>> {
    let unusable = |what: &str, path: &Path, faults: String| {
        let message = format!("The {what} ({}) cannot be used.\n{faults}", path.display());
        Error::new(state::GENERAL_ERROR, message)
    };
    let mut model = Model::builtin();
    if let Some(folder) = &settings.location {
        model =
            Model::with_folder(folder).map_err(|faults| unusable("tables of Location", folder, faults))?;
    }
    if let Some(file) = &settings.views {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let views = read_file(file).and_then(|text| sql::add_views(&model, &name, &text));
        model = views.map_err(|faults| unusable("views of UserDefinedViews", file, faults))?;
    }
    Ok(model)
}

/// What stops opening a connection is the token that stops a statement; the message has to say which one it was.
fn stopped(error: Error, seconds: usize) -> Error {
    match error.state {
        state::TIMEOUT if seconds > 0 => {
            let message = format!("The login timeout expired: Twilio did not answer within {seconds} s.");
            Error::new(state::TIMEOUT, message)
        }
        state::OPERATION_CANCELLED => Error::new(state::OPERATION_CANCELLED, "Connecting was cancelled."),
        _ => error,
    }
}

/// The connection string as it may be logged.
fn redacted(pairs: &[Pair]) -> String {
    let shown = pairs.iter().map(|pair| {
        let value = if settings::is_secret(&pair.keyword) { "***" } else { pair.value.as_str() };
        format!("{}={value}", pair.keyword)
    });
    shown.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logged_strings_hold_no_secret() {
        let pairs = connection_string::parse("UID=AC1;pwd=s3;AuthToken=s3;APIKEYSECRET=s3").unwrap();
        assert_eq!(redacted(&pairs), "UID=AC1;pwd=***;AuthToken=***;APIKEYSECRET=***");
    }

    #[test]
    fn completions_are_the_four_of_odbc() {
        for code in 0..=3 {
            check_completion(code).unwrap();
        }
        assert_eq!(check_completion(4).unwrap_err().state, state::INVALID_DRIVER_COMPLETION);
    }
}
