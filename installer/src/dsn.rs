//! Data sources: the sections of `odbc.ini` that name the driver.

use std::path::Path;

use clap::Args;

use crate::failure::Failure;
use crate::file::{IniFile, PRIVATE, SHARED};
use crate::ini::{self, Document};
use crate::registration::{self, NAME};
use crate::scope::Scope;
use crate::{keyword, secret};

/// ODBC's SQL_MAX_DSN_LENGTH.
const MAX_NAME: usize = 32;
/// What SQLValidDSN refuses in a name.
const FORBIDDEN: &str = r"[]{}(),;?*=!@\";
/// Sections of `odbc.ini` that are not data sources.
const RESERVED: [&str; 2] = ["ODBC", "ODBC Data Sources"];

#[derive(Args)]
pub(crate) struct NewSource {
    /// The data source's name
    name: String,
    /// Account SID (AC…)
    #[arg(long, value_name = "SID")]
    account_sid: Option<String>,
    /// Auth token; - reads it from standard input, where no process list shows it
    #[arg(long, value_name = "TOKEN")]
    auth_token: Option<String>,
    /// Read the auth token from standard input
    #[arg(long, conflicts_with = "auth_token")]
    auth_token_stdin: bool,
    /// API key SID (SK…)
    #[arg(long, value_name = "SID")]
    api_key_sid: Option<String>,
    /// API key secret; - reads it from standard input
    #[arg(long, value_name = "SECRET")]
    api_key_secret: Option<String>,
    /// Read the API key secret from standard input
    #[arg(long, conflicts_with = "api_key_secret")]
    api_key_secret_stdin: bool,
    /// Another server than Twilio's
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Refuse statements that write
    #[arg(long)]
    read_only: bool,
    /// Replace a data source of that name
    #[arg(long)]
    replace: bool,
    /// Write keywords the driver does not know
    #[arg(long)]
    allow_unknown: bool,
    /// Any keyword of the driver, as Timeout=30
    #[arg(value_name = "KEY=VALUE")]
    keywords: Vec<String>,
}

/// Writes a data source. An existing one of that name is replaced only when asked for.
pub(crate) fn add(scope: &Scope, source: NewSource) -> Result<(), Failure> {
    check_name(&source.name)?;
    let name = source.name.clone();
    let replace = source.replace;
    let mut properties = vec![("Driver".to_owned(), NAME.to_owned())];
    properties.extend(collect(source)?);

    scope.prepare()?;
    let mut file = IniFile::open(&scope.files()?.sources)?;
    if file.document.has(&name) {
        refuse_foreign(&file.document, &name, &file.path)?;
        if !replace {
            return Err(Failure::new(format!(
                "{} has a data source {name} already; --replace writes it anew",
                file.path.display()
            )));
        }
        file.document.remove(&name);
    }
    file.document.append(&name, &properties);
    file.save(if matches!(scope, Scope::System) { SHARED } else { PRIVATE })?;
    eprintln!("data source {name} written to {}", file.path.display());

    let has_secret = properties.iter().any(|(key, _)| keyword::is_secret(key));
    if has_secret && file.is_readable_by_others() {
        eprintln!(
            "warning: other users can read the secret in {}; narrow the file's mode, or leave the secret out \
             and set TWILIO_AUTH_TOKEN or TWILIO_API_SECRET",
            file.path.display()
        );
    }
    if !registration::is_registered(scope)? {
        eprintln!("the driver is not registered yet: twilio-odbc install {}", scope.option());
    }
    Ok(())
}

/// Prints the driver's data sources, secrets masked.
pub(crate) fn list(scope: &Scope) -> Result<(), Failure> {
    let file = IniFile::open(&scope.files()?.sources)?;
    let names = ours(&file.document);
    if names.is_empty() {
        eprintln!("no data source of the driver in {}", file.path.display());
    }
    for name in names {
        println!("[{name}]");
        for (key, value) in file.document.properties(&name) {
            let shown = if keyword::is_secret(&key) { "********" } else { &value };
            println!("{key}={shown}");
        }
        println!();
    }
    Ok(())
}

/// Takes a data source out, if it is one of the driver's.
pub(crate) fn remove(scope: &Scope, name: &str) -> Result<(), Failure> {
    let mut file = IniFile::open(&scope.files()?.sources)?;
    if !file.document.has(name) {
        return Err(Failure::new(format!("{} has no data source {name}", file.path.display())));
    }
    refuse_foreign(&file.document, name, &file.path)?;
    file.document.remove(name);
    file.save(PRIVATE)?;
    eprintln!("data source {name} removed from {}", file.path.display());
    Ok(())
}

/// The names of the data sources that use the driver.
pub(crate) fn ours(document: &Document) -> Vec<String> {
    document.sections().into_iter().filter(|name| is_ours(document, name)).collect()
}

/// A data source names the driver as it is registered, or the library itself.
fn is_ours(document: &Document, name: &str) -> bool {
    let Some(driver) = document.get(name, "Driver") else { return false };
    let library = Path::new(&driver).file_stem().is_some_and(|stem| stem == "libtwilioodbc");
    driver.eq_ignore_ascii_case(NAME) || library
}

fn refuse_foreign(document: &Document, name: &str, path: &Path) -> Result<(), Failure> {
    if is_ours(document, name) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{name} in {} belongs to another driver ({}); it stays as it is",
        path.display(),
        document.get(name, "Driver").unwrap_or_else(|| "none named".to_owned())
    )))
}

/// The properties the options and keywords ask for, checked, in the order given.
fn collect(source: NewSource) -> Result<Vec<(String, String)>, Failure> {
    let from_stdin = |value: &Option<String>, flag: bool| flag || value.as_deref() == Some("-");
    let token_from_stdin = from_stdin(&source.auth_token, source.auth_token_stdin);
    let secret_from_stdin = from_stdin(&source.api_key_secret, source.api_key_secret_stdin);
    if token_from_stdin && secret_from_stdin {
        return Err(Failure::usage("only one secret can come from standard input"));
    }

    let mut asked: Vec<(String, Option<String>)> = vec![
        ("AccountSid".to_owned(), source.account_sid),
        ("AuthToken".to_owned(), source.auth_token.filter(|_| !token_from_stdin)),
        ("ApiKeySid".to_owned(), source.api_key_sid),
        ("ApiKeySecret".to_owned(), source.api_key_secret.filter(|_| !secret_from_stdin)),
        ("BaseUrl".to_owned(), source.base_url),
        ("ReadOnly".to_owned(), source.read_only.then(|| "1".to_owned())),
    ];
    for text in &source.keywords {
        let (key, value) =
            text.split_once('=').ok_or_else(|| Failure::usage(format!("{text} is not KEY=VALUE")))?;
        asked.push((key.to_owned(), Some(value.to_owned())));
    }

    let mut properties: Vec<(String, String)> = Vec::new();
    let mut put = |key: &str, value: &str| -> Result<(), Failure> {
        ini::check_property(key, value).map_err(|why| Failure::usage(format!("{key}: {why}")))?;
        let (key, value) = keyword::check(key, value, source.allow_unknown)?;
        if properties.iter().any(|(earlier, _)| earlier.eq_ignore_ascii_case(&key)) {
            return Err(Failure::usage(format!("{key} is given twice")));
        }
        properties.push((key, value));
        Ok(())
    };
    for (key, value) in &asked {
        if let Some(value) = value {
            put(key, value)?;
        }
    }
    // Last, so that a mistake elsewhere is told before anybody types a secret.
    if token_from_stdin {
        put("AuthToken", &secret::read("auth token")?)?;
    }
    if secret_from_stdin {
        put("ApiKeySecret", &secret::read("API key secret")?)?;
    }
    Ok(properties)
}

fn check_name(name: &str) -> Result<(), Failure> {
    let refuse = |why: &str| Err(Failure::usage(format!("{name:?} cannot name a data source: {why}")));
    if name.is_empty() {
        refuse("it is empty")
    } else if name.len() > MAX_NAME {
        refuse("it is longer than 32 bytes")
    } else if name.contains(|c: char| c.is_control() || FORBIDDEN.contains(c)) {
        refuse(&format!("ODBC does not allow {FORBIDDEN} or control characters"))
    } else if name.trim() != name {
        refuse("it starts or ends with a space")
    } else if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name)) {
        refuse("unixODBC uses that section itself")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_odbcs_rules() {
        for right in ["Twilio", "my source", "a.b-c_d", "Büro", &"x".repeat(32)] {
            assert!(check_name(right).is_ok(), "{right}");
        }
        for wrong in ["", " a", "a ", "ODBC", "odbc data sources", "a\nb", &"x".repeat(33)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
        for wrong in FORBIDDEN.chars() {
            assert!(check_name(&format!("a{wrong}b")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_source_is_ours_by_name_or_by_library() {
        let text = b"[A]\nDriver=twilio\n[B]\nDriver=/opt/libtwilioodbc.so\n[C]\nDriver=SQLite3\n[D]\nx=1\n";
        assert_eq!(ours(&Document::parse(text).unwrap()), ["A", "B"]);
    }
}
