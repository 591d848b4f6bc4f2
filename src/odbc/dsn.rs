//! Reads a data source's settings from where the driver manager keeps them.
//!
//! On Unix these are the ini files that unixODBC and iODBC read: the user's, then the system's. The driver reads them itself,
//! at run time, because linking the installer library would bind it to one driver manager.

use super::connection_string::Pair;

/// The settings of a DSN; none when there is no such DSN.
pub fn read(name: &str) -> Vec<Pair> {
    platform::read(name)
}

#[cfg(unix)]
mod platform {
    use std::env;
    use std::path::PathBuf;

    use super::{Pair, section};

    pub(super) fn read(name: &str) -> Vec<Pair> {
        files()
            .into_iter()
            .filter_map(|file| {
                let bytes = std::fs::read(file).ok()?;
                section(&String::from_utf8_lossy(&bytes), name)
            })
            .next()
            .unwrap_or_default()
    }

    /// The user's file, then the system's: by environment variable, otherwise in the places that driver managers
    /// are commonly built with.
    fn files() -> Vec<PathBuf> {
        let user = env::var_os("ODBCINI")
            .map(PathBuf::from)
            .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".odbc.ini")));
        // unixODBC's variable names a folder, iODBC's a file.
        let folder = env::var_os("ODBCSYSINI").map(|folder| PathBuf::from(folder).join("odbc.ini"));
        let system = match folder.or_else(|| env::var_os("SYSODBCINI").map(PathBuf::from)) {
            Some(file) => vec![file],
            None => ["/etc", "/usr/local/etc", "/opt/homebrew/etc", "/opt/local/etc", "/Library/ODBC"]
                .iter()
                .map(|folder| PathBuf::from(folder).join("odbc.ini"))
                .collect(),
        };
        user.into_iter().chain(system).collect()
    }
}

#[cfg(not(unix))]
mod platform {
    use super::Pair;

    /// The driver manager of this platform keeps data sources in the registry, which is not read yet: settings come
    /// from the connection string and the environment.
    pub(super) fn read(_name: &str) -> Vec<Pair> {
        Vec::new()
    }
}

/// The entries of a section of an ini file; `None` when there is no such section. Names are told apart without their
/// letter case. A line that starts with `;` or `#` is a comment.
#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix keeps data sources in files"))]
fn section(text: &str, name: &str) -> Option<Vec<Pair>> {
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let is_header =
        |line: &str| line.strip_prefix('[').and_then(|l| l.strip_suffix(']')).map(|l| l.trim().to_owned());
    lines.find(|line| is_header(line).is_some_and(|header| header.eq_ignore_ascii_case(name)))?;
    Some(
        lines
            .take_while(|line| is_header(line).is_none())
            .filter(|line| !line.starts_with([';', '#']))
            .filter_map(|line| line.split_once('='))
            .map(|(keyword, value)| Pair::new(keyword.trim(), value.trim()))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let text = "[ODBC Data Sources]\nTwilio = x\n\n[Twilio]\n# no\nDriver = /x.so\nPWD=a=b ; c\n[Other]\nPWD=z\n";
        let pairs = section(text, "twilio").unwrap();
        assert_eq!(pairs, [Pair::new("Driver", "/x.so"), Pair::new("PWD", "a=b ; c")]);
        assert_eq!(section(text, "None"), None);
    }
}
