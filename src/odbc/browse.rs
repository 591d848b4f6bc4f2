//! SQLBrowseConnect: a dialogue in which an application is asked for what a connection still needs.
//!
//! Each call brings some of the keywords; the answer lists those that are missing, and those that may be given as well
//! with an asterisk before them. The call that leaves nothing missing opens the connection. What was given is kept on
//! the connection until then; an error, like SQLDisconnect, forgets it.

use super::connection_string::{self, Pair};
use super::credentials::{self, Missing};
use super::dispatch::ConnectionCall;
use super::properties::{PROPERTIES, Takes};
use super::settings::{self, Keyword};
use super::{connect, dsn};
use crate::error::{Error, Result, state};

/// What a call leads to.
pub enum Browse {
    /// The browse result connection string (SQL_NEED_DATA).
    Needs(String),
    /// The connection is open; what it was opened with, without secrets.
    Connected(String),
}

/// The keywords that may be given beside those that must: where the connection leads, and what it may do.
const OFFERED: [Keyword; 7] = [
    Keyword::BaseUrl,
    Keyword::Region,
    Keyword::Edge,
    Keyword::Timeout,
    Keyword::ConnectOnOpen,
    Keyword::ReadOnly,
    Keyword::Subaccounts,
];

impl ConnectionCall<'_> {
    /// SQLBrowseConnect.
    ///
    /// # Errors
    /// 08002, HY000 (malformed), and those of [`ConnectionCall::connect`].
    pub fn browse_connect(&mut self, text: &str) -> Result<Browse> {
        if self.group.connection.session.is_some() {
            return Err(Error::new(state::CONNECTION_IN_USE, "The connection is open already."));
        }
        let mut given = self.group.connection.browsing.take().unwrap_or_default();
        let is_first = given.is_empty();
        let mut ignored = Vec::new();
        let brought = connection_string::parse(text)?;
        let unknown: Vec<String> = settings::unknown_keywords(&brought).map(str::to_owned).collect();
        for pair in brought {
            if unknown.contains(&pair.keyword) {
                ignored.push(format!("The keyword {} is unknown and was ignored.", pair.keyword));
            } else if given.iter().any(|known| known.keyword.eq_ignore_ascii_case(&pair.keyword)) {
                ignored.push(format!("{} was given before; its first value stands.", pair.keyword));
            } else if !is_first && is_source(&pair) {
                ignored.push(format!("{} has to be given in the first call; it was ignored.", pair.keyword));
            } else if !pair.value.is_empty() {
                given.push(pair);
            }
        }
        for message in ignored {
            self.warn(Error::new(state::INVALID_CONNECTION_STRING_ATTRIBUTE, message));
        }
        let data_source = connect::data_source(&given);
        let stored = if data_source.is_empty() { Vec::new() } else { dsn::read(&data_source) };
        let environment = settings::environment();
        let sources = [given.as_slice(), &stored, &environment];
        let missing = credentials::missing_keywords(&sources);
        if !missing.is_empty() {
            let needs = browse_result(&missing, &sources);
            self.group.connection.browsing = Some(given);
            return Ok(Browse::Needs(needs));
        }
        self.open(&data_source, &given)?;
        given.retain(|pair| !settings::is_secret(&pair.keyword));
        Ok(Browse::Connected(connection_string::format(&given).to_string()))
    }
}

fn is_source(pair: &Pair) -> bool {
    ["DSN", "Driver"].iter().any(|keyword| pair.keyword.eq_ignore_ascii_case(keyword))
}

/// `keyword:label=?` for each that must be given, `*keyword=…` for each that may.
fn browse_result(missing: &[Missing], sources: &[&[Pair]]) -> String {
    let required = missing.iter().map(|Missing { keyword, label }| format!("{keyword}:{label}=?;"));
    let offered = PROPERTIES
        .iter()
        .filter(|property| OFFERED.contains(&property.keyword))
        .filter(|property| !settings::is_given(sources, property.keyword))
        .map(|property| {
            let value = match property.takes {
                Takes::Switch => "{1,0}".to_owned(),
                Takes::OneOf(words) => format!("{{{}}}", words.join(",")),
                _ => "?".to_owned(),
            };
            format!("*{}={value};", property.name)
        });
    required.chain(offered).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_given_stands_before_what_may() {
        let given = connection_string::parse("UID=SK1;Region=ie1;ReadOnly=1").unwrap();
        let sources = [given.as_slice()];
        let text = browse_result(&credentials::missing_keywords(&sources), &sources);
        assert_eq!(
            text,
            "AccountSid:Account SID=?;ApiKeySecret:Secret of the API key=?;*BaseUrl=?;*Edge=?;*Timeout=?;\
             *ConnectOnOpen={1,0};*Subaccounts={None,All};"
        );
    }
}
