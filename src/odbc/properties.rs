//! The keywords of connection strings and DSNs as data: what they are called, what they take, what they are for.
//!
//! [`super::settings`] reads them, and `sys_connection_props` shows this table with the values that are in force.

use super::settings::Keyword;

/// A keyword of the driver's own.
#[derive(Debug)]
pub struct Property {
    /// As it is written; any letter case is understood.
    pub name: &'static str,
    pub keyword: Keyword,
    pub category: &'static str,
    pub takes: Takes,
    /// What counts where the keyword is left out; empty where nothing does.
    pub default: &'static str,
    /// What it is for, in one sentence.
    pub description: &'static str,
}

/// What a keyword takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Text,
    /// A text that is never shown.
    Secret,
    Integer,
    /// 1 or 0.
    Switch,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Names, with commas between them.
    Names,
}

impl Takes {
    /// How a tool should show what is typed in.
    pub fn sensitivity(self) -> &'static str {
        if self == Takes::Secret { "PASSWORD" } else { "NONE" }
    }

    /// The name of the type.
    pub fn type_name(self) -> &'static str {
        match self {
            Takes::Text | Takes::Secret | Takes::Names | Takes::OneOf(_) => "string",
            Takes::Integer => "int",
            Takes::Switch => "bool",
        }
    }
}

const fn property(
    name: &'static str,
    keyword: Keyword,
    category: &'static str,
    takes: Takes,
    default: &'static str,
    description: &'static str,
) -> Property {
    Property { name, keyword, category, takes, default, description }
}

/// Every keyword of the driver's own.
pub static PROPERTIES: &[Property] = {
    use Takes::{Integer, Names, OneOf, Secret, Switch, Text};
    const AUTHENTICATION: &str = "Authentication";
    const CONNECTION: &str = "Connection";
    const SCHEMA: &str = "Schema";
    const LOGGING: &str = "Logging";
    const MISCELLANEOUS: &str = "Miscellaneous";
    &[
        property(
            "AccountSid",
            Keyword::AccountSid,
            AUTHENTICATION,
            Text,
            "",
            "The account; UID is another name.",
        ),
        property(
            "AuthToken",
            Keyword::AuthToken,
            AUTHENTICATION,
            Secret,
            "",
            "The account's auth token; PWD is another name.",
        ),
        property(
            "ApiKeySid",
            Keyword::ApiKeySid,
            AUTHENTICATION,
            Text,
            "",
            "An API key, used instead of the auth token.",
        ),
        property(
            "ApiKeySecret",
            Keyword::ApiKeySecret,
            AUTHENTICATION,
            Secret,
            "",
            "The secret of the API key.",
        ),
        property(
            "AuthScheme",
            Keyword::AuthScheme,
            AUTHENTICATION,
            OneOf(&["AuthToken", "ApiKey", "OAuth"]),
            "AuthToken",
            "AuthToken, ApiKey or OAuth; without, what is given decides.",
        ),
        property(
            "OAuthClientId",
            Keyword::OAuthClientId,
            AUTHENTICATION,
            Text,
            "",
            "An OAuth application, used instead of the auth token.",
        ),
        property(
            "OAuthClientSecret",
            Keyword::OAuthClientSecret,
            AUTHENTICATION,
            Secret,
            "",
            "The secret of the OAuth application.",
        ),
        property(
            "BaseUrl",
            Keyword::BaseUrl,
            CONNECTION,
            Text,
            "https://{product}.twilio.com",
            "Where requests go; {product} stands for the part of the host that differs by product.",
        ),
        property(
            "Region",
            Keyword::Region,
            CONNECTION,
            Text,
            "",
            "Where Twilio processes and keeps the data: ie1, au1 …; the United States (us1) if it is empty.",
        ),
        property(
            "Edge",
            Keyword::Edge,
            CONNECTION,
            Text,
            "",
            "Where requests enter Twilio's network: dublin, sydney …; the region's own edge if it is empty.",
        ),
        property(
            "Timeout",
            Keyword::Timeout,
            CONNECTION,
            Integer,
            "60",
            "Seconds that one request may take.",
        ),
        property(
            "ProxyServer",
            Keyword::ProxyServer,
            CONNECTION,
            Text,
            "",
            "The proxy: a host, or a URL of the schemes http, https or socks5; the environment's if it is empty.",
        ),
        property("ProxyPort", Keyword::ProxyPort, CONNECTION, Integer, "", "The proxy's port."),
        property(
            "ProxyUser",
            Keyword::ProxyUser,
            CONNECTION,
            Text,
            "",
            "The proxy's user, if it asks for one.",
        ),
        property("ProxyPassword", Keyword::ProxyPassword, CONNECTION, Secret, "", "That user's password."),
        property(
            "SslServerCert",
            Keyword::SslServerCert,
            CONNECTION,
            Text,
            "",
            "A PEM file of authorities that are trusted beside the platform's, or sha256: and the fingerprint of the only \
             certificate that is accepted.",
        ),
        property(
            "MaxConcurrency",
            Keyword::MaxConcurrency,
            CONNECTION,
            Integer,
            "8",
            "How many requests of the connection may run at once.",
        ),
        property(
            "MaxRetries",
            Keyword::MaxRetries,
            CONNECTION,
            Integer,
            "5",
            "How often a request that failed is repeated where that is safe.",
        ),
        property(
            "RetryBudget",
            Keyword::RetryBudget,
            CONNECTION,
            Integer,
            "60",
            "Seconds that a request and its repeats may take before one more repeat is begun.",
        ),
        property(
            "ConnectOnOpen",
            Keyword::ConnectOnOpen,
            CONNECTION,
            Switch,
            "1",
            "Whether the credentials are checked when the connection is opened.",
        ),
        property(
            "Location",
            Keyword::Location,
            SCHEMA,
            Text,
            "",
            "A folder with files of further tables, or of tables in place of built-in ones.",
        ),
        property(
            "UserDefinedViews",
            Keyword::UserDefinedViews,
            SCHEMA,
            Text,
            "",
            "A file that defines views: JSON, or CREATE VIEW statements if its name ends in .sql.",
        ),
        property(
            "BrowsableSchemas",
            Keyword::BrowsableSchemas,
            SCHEMA,
            Names,
            "",
            "The schemas that are listed; all if it is empty.",
        ),
        property(
            "Tables",
            Keyword::Tables,
            SCHEMA,
            Names,
            "",
            "The tables that are listed; all if it is empty. Views have a list of their own.",
        ),
        property(
            "Views",
            Keyword::Views,
            SCHEMA,
            Names,
            "",
            "The views that are listed; all if it is empty. Tables have a list of their own.",
        ),
        property(
            "PseudoColumns",
            Keyword::PseudoColumns,
            SCHEMA,
            Text,
            "",
            "The further names of columns that are listed, as Table=Column pairs with commas between them; * stands \
             for all.",
        ),
        property("Logfile", Keyword::Logfile, LOGGING, Text, "", "Where to write a log."),
        property(
            "Verbosity",
            Keyword::Verbosity,
            LOGGING,
            Integer,
            "1",
            "How much goes to the log: 0 nothing, 1 errors, 2 statements, 3 requests, 4 every ODBC call, 5 the bodies of \
             requests and answers.",
        ),
        property(
            "MaxLogFileSize",
            Keyword::MaxLogFileSize,
            LOGGING,
            Text,
            "100MB",
            "The largest that a log file gets before another one is begun: bytes, KB, MB or GB; 0 for no limit.",
        ),
        property(
            "MaxLogFileCount",
            Keyword::MaxLogFileCount,
            LOGGING,
            Integer,
            "10",
            "How many log files are kept, the one that is written to included.",
        ),
        property(
            "LogBodies",
            Keyword::LogBodies,
            LOGGING,
            Switch,
            "0",
            "Whether Verbosity 5 shows texts of messages and the like; secrets are never shown.",
        ),
        property(
            "ReadOnly",
            Keyword::ReadOnly,
            MISCELLANEOUS,
            Switch,
            "0",
            "Whether statements that write to Twilio are refused.",
        ),
        property(
            "AllowPaid",
            Keyword::AllowPaid,
            MISCELLANEOUS,
            Switch,
            "1",
            "Whether statements may run that cost money or reach people.",
        ),
        property(
            "AllowUnfiltered",
            Keyword::AllowUnfiltered,
            MISCELLANEOUS,
            Switch,
            "0",
            "Whether UPDATE and DELETE without WHERE may run on tables whose rows cannot be had again.",
        ),
        property(
            "DryRun",
            Keyword::DryRun,
            MISCELLANEOUS,
            Switch,
            "0",
            "Whether writes are checked, and shown instead of sent.",
        ),
        property(
            "Pushdown",
            Keyword::Pushdown,
            MISCELLANEOUS,
            Switch,
            "1",
            "Whether predicates are sent to Twilio; without, whole lists are read.",
        ),
        property(
            "ParentScan",
            Keyword::ParentScan,
            MISCELLANEOUS,
            OneOf(&["Auto", "Always"]),
            "Auto",
            "Whether a table that is listed only below another one is read below all of that one's rows: Auto where \
             that is cheap, or Always.",
        ),
        property(
            "StrictTypes",
            Keyword::StrictTypes,
            MISCELLANEOUS,
            Switch,
            "0",
            "Whether a value that is none of its column's type is an error; otherwise it is NULL, with a warning.",
        ),
        property(
            "Subaccounts",
            Keyword::Subaccounts,
            MISCELLANEOUS,
            OneOf(&["None", "All"]),
            "None",
            "Which accounts a table of the account API is read of where a statement names none: None but the connection's \
             own, or All active ones.",
        ),
        property(
            "MaxRows",
            Keyword::MaxRows,
            MISCELLANEOUS,
            Integer,
            "0",
            "The most rows that a query returns; 0 for all.",
        ),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_and_no_keyword_stands_twice() {
        for property in PROPERTIES {
            let same =
                |p: &&Property| p.name.eq_ignore_ascii_case(property.name) || p.keyword == property.keyword;
            assert_eq!(PROPERTIES.iter().filter(same).count(), 1, "{}", property.name);
        }
    }
}
