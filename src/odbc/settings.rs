//! What a connection is opened with: the keywords of connection strings and DSNs, and their values.
//!
//! Settings come from the connection string, then the DSN, then the environment variables; what an earlier source
//! says, a later one does not change. A UID that starts with `SK` is an API key, and PWD its secret; otherwise UID is the
//! account and PWD its auth token.

use std::path::PathBuf;
use std::time::Duration;

use super::byte_size;
use super::catalog::{Listing, Names, PseudoColumns};
use super::connection_string::Pair;
use super::credentials;
use super::properties::{PROPERTIES, Takes};
use crate::error::{Error, Result, state};
use crate::logging::{Limits, LogSettings};
use crate::twilio::{ClientConfig, Credentials, ProxySettings, Secret, ServerCertificate};

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    AccountSid,
    AuthToken,
    ApiKeySid,
    ApiKeySecret,
    AuthScheme,
    OAuthClientId,
    OAuthClientSecret,
    BaseUrl,
    Region,
    Edge,
    Timeout,
    ProxyServer,
    ProxyPort,
    ProxyUser,
    ProxyPassword,
    SslServerCert,
    MaxConcurrency,
    MaxRetries,
    RetryBudget,
    ReadOnly,
    AllowPaid,
    AllowUnfiltered,
    DryRun,
    ConnectOnOpen,
    Logfile,
    Verbosity,
    MaxLogFileSize,
    MaxLogFileCount,
    LogBodies,
    Pushdown,
    ParentScan,
    StrictTypes,
    Subaccounts,
    MaxRows,
    BrowsableSchemas,
    Tables,
    Views,
    PseudoColumns,
    Location,
    UserDefinedViews,
    /// Understood by someone else: the driver manager, the installer, or the reader of a file.
    NotOurs,
}

/// Keywords that stand beside the driver's own [`PROPERTIES`].
const NOT_OURS: &[&str] = &["DSN", "Driver", "FileDSN", "SaveFile", "Description"];

/// The environment variables that fill what is left out.
const VARIABLES: &[(&str, &str)] = &[
    ("TWILIO_ACCOUNT_SID", "AccountSid"),
    ("TWILIO_AUTH_TOKEN", "AuthToken"),
    ("TWILIO_REGION", "Region"),
    ("TWILIO_EDGE", "Edge"),
    ("TWILIO_API_KEY", "ApiKeySid"),
    ("TWILIO_API_SECRET", "ApiKeySecret"),
    ("TWILIO_CLIENT_ID", "OAuthClientId"),
    ("TWILIO_CLIENT_SECRET", "OAuthClientSecret"),
];

/// The setting of a name, among the pairs that it stands with. `None` for an unknown one.
fn keyword(name: &str, pairs: &[Pair]) -> Option<Keyword> {
    let is_key = || {
        pairs.iter().any(|p| {
            p.keyword.eq_ignore_ascii_case("UID")
                && p.value.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("SK"))
        })
    };
    if name.eq_ignore_ascii_case("UID") {
        return Some(if is_key() { Keyword::ApiKeySid } else { Keyword::AccountSid });
    }
    if name.eq_ignore_ascii_case("PWD") {
        return Some(if is_key() { Keyword::ApiKeySecret } else { Keyword::AuthToken });
    }
    if NOT_OURS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Some(Keyword::NotOurs);
    }
    PROPERTIES.iter().find(|p| p.name.eq_ignore_ascii_case(name)).map(|p| p.keyword)
}

/// Whether a keyword's value must not be shown.
pub fn is_secret(name: &str) -> bool {
    let mut secrets = PROPERTIES.iter().filter(|p| p.takes == Takes::Secret);
    name.eq_ignore_ascii_case("PWD") || secrets.any(|p| p.name.eq_ignore_ascii_case(name))
}

/// The pairs of a connection string that no keyword explains.
pub fn unknown_keywords(pairs: &[Pair]) -> impl Iterator<Item = &str> {
    pairs.iter().filter(|pair| keyword(&pair.keyword, pairs).is_none()).map(|pair| pair.keyword.as_str())
}

/// The environment variables as a source of settings.
pub fn environment() -> Vec<Pair> {
    VARIABLES
        .iter()
        .filter_map(|(variable, keyword)| Some(Pair::new(*keyword, std::env::var(variable).ok()?)))
        .collect()
}

/// The settings of a connection.
#[derive(Debug)]
pub struct Settings {
    pub account_sid: String,
    pub credentials: Credentials,
    pub base_url: Option<String>,
    /// None beside a base URL, which says where requests go by itself.
    pub region: Option<String>,
    pub edge: Option<String>,
    /// The longest that one request may take.
    pub timeout: Duration,
    /// None where the connection names none; the environment may.
    pub proxy: Option<ProxySettings>,
    pub server_certificate: ServerCertificate,
    /// How many requests may run at once.
    pub max_concurrency: usize,
    /// How often a request that failed is repeated, where that is safe.
    pub max_retries: u32,
    /// The longest that a request and its repeats may take before one more is begun.
    pub retry_budget: Duration,
    pub read_only: bool,
    /// Whether statements may run that cost money or reach people.
    pub allows_paid: bool,
    /// Whether UPDATE and DELETE may do without WHERE where the model calls that irreversible.
    pub allows_unfiltered: bool,
    /// Whether writes are shown instead of sent.
    pub dry_run: bool,
    /// Whether the credentials are tried when the connection is opened.
    pub connect_on_open: bool,
    pub log: LogSettings,
    /// Whether predicates are sent to Twilio.
    pub pushdown: bool,
    /// Whether parents are walked even where there may be very many.
    pub walks_costly: bool,
    /// Whether a value that is none of its column's type is an error.
    pub strict_types: bool,
    /// Whether all active accounts are read where a statement names none.
    pub all_accounts: bool,
    /// The most rows that a query returns; 0 for all.
    pub max_rows: usize,
    pub listing: Listing,
    /// The folder of the user's own tables.
    pub location: Option<PathBuf>,
    /// The file of the user's views.
    pub views: Option<PathBuf>,
}

/// The value of a setting, and the number of its source.
pub(super) struct Found<'a> {
    pub source: usize,
    pub name: &'a str,
    pub value: &'a str,
}

impl Settings {
    /// Puts the sources together; an earlier one goes before a later one.
    ///
    /// # Errors
    /// 28000 (no account or no credentials), HY024 (a value that the keyword does not take).
    pub fn from_sources(sources: &[&[Pair]]) -> Result<Settings> {
        let find = |wanted: Keyword| {
            sources.iter().enumerate().find_map(|(source, pairs)| {
                pairs
                    .iter()
                    .find(|p| !p.value.is_empty() && keyword(&p.keyword, pairs) == Some(wanted))
                    .map(|pair| Found { source, name: &pair.keyword, value: &pair.value })
            })
        };
        let account_sid = find(Keyword::AccountSid)
            .ok_or_else(|| credentials::missing("the account", "AccountSid", "TWILIO_ACCOUNT_SID"))?
            .value
            .to_owned();
        Ok(Settings {
            account_sid,
            credentials: credentials::of(&find)?,
            base_url: find(Keyword::BaseUrl).map(|found| found.value.to_owned()),
            region: place(&find, Keyword::Region)?,
            edge: place(&find, Keyword::Edge)?,
            timeout: Duration::from_secs(number(find(Keyword::Timeout), 1..=86_400, 60)?),
            proxy: proxy(&find)?,
            server_certificate: match find(Keyword::SslServerCert) {
                Some(found) => ServerCertificate::parse(found.value)
                    .ok_or_else(|| invalid(&found, "a file, or sha256: and 64 hexadecimal digits"))?,
                None => ServerCertificate::Platform,
            },
            max_concurrency: number(find(Keyword::MaxConcurrency), 1..=100, 8)? as usize,
            max_retries: number(find(Keyword::MaxRetries), 0..=100, 5)? as u32,
            retry_budget: Duration::from_secs(number(find(Keyword::RetryBudget), 0..=86_400, 60)?),
            read_only: boolean(find(Keyword::ReadOnly), false)?,
            allows_paid: boolean(find(Keyword::AllowPaid), true)?,
            allows_unfiltered: boolean(find(Keyword::AllowUnfiltered), false)?,
            dry_run: boolean(find(Keyword::DryRun), false)?,
            connect_on_open: boolean(find(Keyword::ConnectOnOpen), true)?,
            log: log(&find)?,
            pushdown: boolean(find(Keyword::Pushdown), true)?,
            walks_costly: one_of(&find, Keyword::ParentScan)? == 1,
            strict_types: boolean(find(Keyword::StrictTypes), false)?,
            all_accounts: one_of(&find, Keyword::Subaccounts)? == 1,
            max_rows: number(find(Keyword::MaxRows), 0..=u32::MAX.into(), 0)? as usize,
            listing: listing(&find)?,
            location: find(Keyword::Location).map(|found| PathBuf::from(found.value)),
            views: find(Keyword::UserDefinedViews).map(|found| PathBuf::from(found.value)),
        })
    }

    /// The settings of the client. `request_timeout` 0 leaves the timeout to the settings.
    pub fn client_config(&self, request_timeout: u32) -> ClientConfig {
        let mut config = ClientConfig::new(self.account_sid.clone(), self.credentials.clone());
        config.base_url = self.base_url.clone();
        config.region = self.region.clone();
        config.edge = self.edge.clone();
        config.proxy = self.proxy.clone();
        config.server_certificate = self.server_certificate.clone();
        config.max_concurrency = self.max_concurrency;
        config.max_retries = self.max_retries;
        config.retry_budget = self.retry_budget;
        config.log_bodies = self.log.bodies;
        config.timeout = match request_timeout {
            0 => self.timeout,
            seconds => Duration::from_secs(seconds.into()),
        };
        config
    }

    /// The value that a property has, as it may be shown; `None` where it has none.
    pub fn shown(&self, keyword: Keyword) -> Option<String> {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let switch = |on: bool| Some(if on { "1" } else { "0" }.to_owned());
        let secret = |is_used: bool| is_used.then(|| "***".to_owned());
        let default = || PROPERTIES.iter().find(|p| p.keyword == keyword).map(|p| p.default.to_owned());
        match keyword {
            Keyword::AccountSid => text(&self.account_sid),
            Keyword::AuthToken => secret(matches!(self.credentials, Credentials::AuthToken(_))),
            Keyword::ApiKeySid => match &self.credentials {
                Credentials::ApiKey { sid, .. } => Some(sid.clone()),
                _ => None,
            },
            Keyword::ApiKeySecret => secret(matches!(self.credentials, Credentials::ApiKey { .. })),
            Keyword::AuthScheme => text(match self.credentials {
                Credentials::AuthToken(_) => "AuthToken",
                Credentials::ApiKey { .. } => "ApiKey",
                Credentials::OAuth { .. } => "OAuth",
            }),
            Keyword::OAuthClientId => match &self.credentials {
                Credentials::OAuth { client_id, .. } => Some(client_id.clone()),
                _ => None,
            },
            Keyword::OAuthClientSecret => secret(matches!(self.credentials, Credentials::OAuth { .. })),
            Keyword::BaseUrl => self.base_url.clone().or_else(default),
            Keyword::Region => self.region.clone(),
            Keyword::Edge => self.edge.clone(),
            Keyword::Timeout => Some(self.timeout.as_secs().to_string()),
            Keyword::ProxyServer => self.proxy.as_ref().map(|proxy| proxy.server.clone()),
            Keyword::ProxyPort => self.proxy.as_ref()?.port.map(|port| port.to_string()),
            Keyword::ProxyUser => self.proxy.as_ref()?.user.clone(),
            Keyword::ProxyPassword => secret(self.proxy.as_ref()?.password.is_some()),
            Keyword::SslServerCert => self.server_certificate.shown(),
            Keyword::MaxConcurrency => Some(self.max_concurrency.to_string()),
            Keyword::MaxRetries => Some(self.max_retries.to_string()),
            Keyword::RetryBudget => Some(self.retry_budget.as_secs().to_string()),
            Keyword::ReadOnly => switch(self.read_only),
            Keyword::AllowPaid => switch(self.allows_paid),
            Keyword::AllowUnfiltered => switch(self.allows_unfiltered),
            Keyword::DryRun => switch(self.dry_run),
            Keyword::ConnectOnOpen => switch(self.connect_on_open),
            Keyword::Logfile => self.log.file.as_ref().map(|path| path.display().to_string()),
            Keyword::Verbosity => Some(self.log.verbosity.to_string()),
            Keyword::MaxLogFileSize => Some(byte_size::shown(self.log.limits.size)),
            Keyword::MaxLogFileCount => Some(self.log.limits.files.to_string()),
            Keyword::LogBodies => switch(self.log.bodies),
            Keyword::Pushdown => switch(self.pushdown),
            Keyword::ParentScan => text(if self.walks_costly { "Always" } else { "Auto" }),
            Keyword::StrictTypes => switch(self.strict_types),
            Keyword::Subaccounts => text(if self.all_accounts { "All" } else { "None" }),
            Keyword::MaxRows => Some(self.max_rows.to_string()),
            Keyword::BrowsableSchemas => text(&self.listing.schemas.to_string()),
            Keyword::Tables => text(&self.listing.tables.to_string()),
            Keyword::Views => text(&self.listing.views.to_string()),
            Keyword::PseudoColumns => text(&self.listing.pseudo_columns.to_string()),
            Keyword::Location => self.location.as_ref().map(|path| path.display().to_string()),
            Keyword::UserDefinedViews => self.views.as_ref().map(|path| path.display().to_string()),
            Keyword::NotOurs => None,
        }
    }

    /// The SID that the connection authenticates as (SQL_USER_NAME).
    pub fn user_name(&self) -> &str {
        match &self.credentials {
            Credentials::AuthToken(_) => &self.account_sid,
            Credentials::ApiKey { sid, .. } => sid,
            Credentials::OAuth { client_id, .. } => client_id,
        }
    }
}

/// The proxy that the connection names.
///
/// # Errors
/// HY024 for a port that is none, and where a proxy's port, user or password stands without its server.
fn proxy<'a>(find: &impl Fn(Keyword) -> Option<Found<'a>>) -> Result<Option<ProxySettings>> {
    let Some(server) = find(Keyword::ProxyServer) else {
        let alone =
            [Keyword::ProxyPort, Keyword::ProxyUser, Keyword::ProxyPassword].into_iter().find_map(find);
        return match alone {
            Some(found) => Err(Error::new(
                state::INVALID_ATTRIBUTE_VALUE,
                format!("{} is given without ProxyServer.", found.name),
            )),
            None => Ok(None),
        };
    };
    let port = find(Keyword::ProxyPort).map(|found| number(Some(found), 1..=65_535, 0)).transpose()?;
    Ok(Some(ProxySettings {
        server: server.value.to_owned(),
        port: port.map(|port| port as u16),
        user: find(Keyword::ProxyUser).map(|found| found.value.to_owned()),
        password: find(Keyword::ProxyPassword).map(|found| Secret::from(found.value.to_owned())),
    }))
}

/// Whether a source has a value for the setting.
pub fn is_given(sources: &[&[Pair]], wanted: Keyword) -> bool {
    let has = |pairs: &&[Pair]| {
        pairs.iter().any(|pair| !pair.value.is_empty() && keyword(&pair.keyword, pairs) == Some(wanted))
    };
    sources.iter().any(has)
}

/// Where and what is logged.
///
/// # Errors
/// HY024.
fn log<'a>(find: &impl Fn(Keyword) -> Option<Found<'a>>) -> Result<LogSettings> {
    let default = Limits::default();
    Ok(LogSettings {
        file: find(Keyword::Logfile).map(|found| PathBuf::from(found.value)),
        verbosity: number(find(Keyword::Verbosity), 0..=5, 1)? as u8,
        limits: Limits {
            size: match find(Keyword::MaxLogFileSize) {
                Some(found) => byte_size::parse(found.value)
                    .ok_or_else(|| invalid(&found, "a number of bytes, which may end in KB, MB or GB"))?,
                None => default.size,
            },
            files: number(find(Keyword::MaxLogFileCount), 1..=1000, default.files.into())? as u32,
        },
        bodies: boolean(find(Keyword::LogBodies), false)?,
    })
}

/// A region or an edge. Beside a base URL it counts for nothing if it is from a later source.
///
/// # Errors
/// HY024 where an earlier source or the same says both.
fn place<'a>(find: &impl Fn(Keyword) -> Option<Found<'a>>, keyword: Keyword) -> Result<Option<String>> {
    let Some(found) = find(keyword) else { return Ok(None) };
    match find(Keyword::BaseUrl) {
        None => Ok(Some(found.value.to_owned())),
        Some(base) if found.source > base.source => Ok(None),
        Some(_) => Err(Error::new(
            state::INVALID_ATTRIBUTE_VALUE,
            format!(
                "{} is \"{}\", but BaseUrl says where requests go: leave one of them out.",
                found.name, found.value
            ),
        )),
    }
}

fn listing<'a>(find: &impl Fn(Keyword) -> Option<Found<'a>>) -> Result<Listing> {
    let names = |keyword| find(keyword).map(|found| Names::parse(found.value)).unwrap_or_default();
    let pseudo_columns = match find(Keyword::PseudoColumns) {
        Some(found) => PseudoColumns::parse(found.value).ok_or_else(|| {
            invalid(&found, "Table=Column pairs with commas between them; * stands for all")
        })?,
        None => PseudoColumns::default(),
    };
    Ok(Listing {
        schemas: names(Keyword::BrowsableSchemas),
        tables: names(Keyword::Tables),
        views: names(Keyword::Views),
        pseudo_columns,
    })
}

fn boolean(found: Option<Found<'_>>, default: bool) -> Result<bool> {
    let Some(found) = found else { return Ok(default) };
    match found.value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(invalid(&found, "true or false")),
    }
}

/// The position of the word that is given, in any letter case; the first one where none is.
pub(super) fn one_of<'a>(find: &impl Fn(Keyword) -> Option<Found<'a>>, keyword: Keyword) -> Result<usize> {
    let Some(found) = find(keyword) else { return Ok(0) };
    let words = match PROPERTIES.iter().find(|p| p.keyword == keyword).map(|p| p.takes) {
        Some(Takes::OneOf(words)) => words,
        _ => &[],
    };
    words
        .iter()
        .position(|word| word.eq_ignore_ascii_case(found.value))
        .ok_or_else(|| invalid(&found, &words.join(" or ")))
}

fn number(found: Option<Found<'_>>, range: std::ops::RangeInclusive<u64>, default: u64) -> Result<u64> {
    let Some(found) = found else { return Ok(default) };
    found
        .value
        .parse()
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| invalid(&found, &format!("a number from {} to {}", range.start(), range.end())))
}

fn invalid(found: &Found<'_>, allowed: &str) -> Error {
    Error::new(
        state::INVALID_ATTRIBUTE_VALUE,
        format!("{} is \"{}\"; it has to be {allowed}.", found.name, found.value),
    )
}

#[cfg(test)]
mod tests {
    use super::super::connection_string::parse;
    use super::*;

    fn settings(sources: &[&str]) -> Result<Settings> {
        let parsed: Vec<_> = sources.iter().map(|text| parse(text).unwrap()).collect();
        Settings::from_sources(&parsed.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    #[test]
    fn earlier_sources_go_first_and_later_ones_fill() {
        let s = settings(&["accountsid=AC1", "AccountSid=AC2;PWD=t;Timeout=7"]).unwrap();
        assert_eq!((s.account_sid.as_str(), s.timeout), ("AC1", Duration::from_secs(7)));
        let s = settings(&["UID=AC1;PWD=t;ReadOnly=yes;ConnectOnOpen=0"]).unwrap();
        assert!(s.read_only && !s.connect_on_open);
        assert_eq!(s.timeout, Duration::from_secs(60));
        assert_eq!((s.walks_costly, s.max_rows), (false, 0));
        let s = settings(&["UID=AC1;PWD=t;ParentScan=always;MaxRows=10"]).unwrap();
        assert_eq!((s.walks_costly, s.max_rows), (true, 10));
    }

    #[test]
    fn an_empty_value_is_left_out() {
        assert_eq!(settings(&["UID=;PWD=t", "UID=AC2"]).unwrap().account_sid, "AC2");
    }

    #[test]
    fn wrong_values_say_what_is_allowed() {
        for (text, allowed) in [
            ("Timeout=soon", "1 to 86400"),
            ("Timeout=0", "1 to 86400"),
            ("Verbosity=6", "0 to 5"),
            ("MaxLogFileSize=much", "KB, MB or GB"),
            ("MaxLogFileSize=99999999999GB", "KB, MB or GB"),
            ("MaxLogFileSize=MB", "KB, MB or GB"),
            ("MaxLogFileCount=0", "1 to 1000"),
            ("ReadOnly=maybe", "true or false"),
            ("ParentScan=Never", "Auto or Always"),
            ("Subaccounts=Some", "None or All"),
            ("MaxRows=-1", "0 to 4294967295"),
            ("PseudoColumns=FriendlyName", "Table=Column"),
        ] {
            let error = settings(&[&format!("UID=AC1;PWD=t;{text}")]).unwrap_err();
            assert_eq!(error.state, state::INVALID_ATTRIBUTE_VALUE);
            assert!(error.message.contains(allowed), "{}", error.message);
        }
    }

    #[test]
    fn what_is_left_out_has_the_value_that_its_property_names() {
        let s = settings(&["UID=AC1;PWD=t"]).unwrap();
        for property in PROPERTIES {
            let shown = s.shown(property.keyword).unwrap_or_default();
            match property.keyword {
                Keyword::AccountSid => assert_eq!(shown, "AC1"),
                Keyword::AuthToken => assert_eq!(shown, "***"),
                _ => assert_eq!(shown, property.default, "{}", property.name),
            }
        }
    }

    #[test]
    fn what_is_set_is_shown_but_for_secrets() {
        let given = "AccountSid=AC1;ApiKeySid=SK1;ApiKeySecret=s3;BaseUrl=http://127.0.0.1:1;Timeout=7;ProxyServer=http://p;ProxyPort=3128;ProxyUser=me;ProxyPassword=s3;SslServerCert=/srv/ca.pem;MaxConcurrency=3;MaxRetries=2;RetryBudget=9;ReadOnly=yes;\
            ConnectOnOpen=0;Logfile=/tmp/l;Verbosity=3;MaxLogFileSize=1536k;MaxLogFileCount=4;LogBodies=on;Pushdown=off;ParentScan=always;StrictTypes=true;Subaccounts=all;MaxRows=10;BrowsableSchemas=Twilio, Verify;Tables=[Calls];\
            Views=Balance;PseudoColumns={Calls=A;B, *=C};Location=/srv/tables;UserDefinedViews=/srv/views.sql";
        let s = settings(&[given]).unwrap();
        let shown: Vec<String> = PROPERTIES.iter().map(|p| s.shown(p.keyword).unwrap_or_default()).collect();
        let expected = [
            "AC1",
            "",
            "SK1",
            "***",
            "ApiKey",
            "",
            "",
            "http://127.0.0.1:1",
            "",
            "",
            "7",
            "http://p",
            "3128",
            "me",
            "***",
            "/srv/ca.pem",
            "3",
            "2",
            "9",
            "0",
            "/srv/tables",
            "/srv/views.sql",
            "Twilio,Verify",
            "Calls",
            "Balance",
            "Calls=A,Calls=B,*=C",
            "/tmp/l",
            "3",
            "1536KB",
            "4",
            "1",
            "1",
            "1",
            "0",
            "0",
            "0",
            "Always",
            "1",
            "All",
            "10",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_region_does_not_stand_beside_a_base_url() {
        let s = settings(&["UID=AC1;PWD=t;region=ie1", "Edge=dublin"]).unwrap();
        assert_eq!((s.region.as_deref(), s.edge.as_deref()), (Some("ie1"), Some("dublin")));
        assert_eq!(s.shown(Keyword::Region).as_deref(), Some("ie1"));
        let s = settings(&["UID=AC1;PWD=t;BaseUrl=http://127.0.0.1:1", "Region=ie1;Edge=dublin"]).unwrap();
        assert_eq!((s.region, s.edge), (None, None));
        for [first, second] in
            [["Region=ie1;BaseUrl=http://127.0.0.1:1", ""], ["Edge=dublin", "BaseUrl=http://127.0.0.1:1"]]
        {
            let error = settings(&[&format!("UID=AC1;PWD=t;{first}"), second]).unwrap_err();
            assert_eq!(error.state, state::INVALID_ATTRIBUTE_VALUE);
            assert!(error.message.contains("leave one of them out"), "{}", error.message);
        }
    }

    #[test]
    fn unknown_keywords_are_listed() {
        let pairs = parse("DSN=x;Trusted_Connection=yes;FILEDSN=f;uid=a;Colour=red").unwrap();
        assert_eq!(unknown_keywords(&pairs).collect::<Vec<_>>(), ["Trusted_Connection", "Colour"]);
    }
}
