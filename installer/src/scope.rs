//! For whom something is installed, and the two files of unixODBC that make it so.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::failure::Failure;
use crate::file;

/// The options that choose a scope; none of them means `--user`.
#[derive(Args, Clone)]
#[group(multiple = false)]
pub(crate) struct ScopeOptions {
    /// Your own files: ~/.odbcinst.ini and ~/.odbc.ini (the default)
    #[arg(long)]
    user: bool,
    /// The system's files, for every user
    #[arg(long)]
    system: bool,
    /// odbcinst.ini and odbc.ini in DIR, for applications started with ODBCSYSINI and ODBCINI
    #[arg(long, value_name = "DIR")]
    prefix: Option<PathBuf>,
}

pub(crate) enum Scope {
    User,
    System,
    Prefix(PathBuf),
}

/// Where drivers and data sources are written down.
pub(crate) struct Files {
    /// `odbcinst.ini`
    pub(crate) drivers: PathBuf,
    /// `odbc.ini`
    pub(crate) sources: PathBuf,
}

impl ScopeOptions {
    pub(crate) fn scope(&self) -> Result<Scope, Failure> {
        match &self.prefix {
            Some(folder) => std::path::absolute(folder)
                .map(Scope::Prefix)
                .map_err(|error| Failure::usage(format!("--prefix {}: {error}", folder.display()))),
            None if self.system => Ok(Scope::System),
            None => Ok(Scope::User),
        }
    }
}

impl Scope {
    pub(crate) fn files(&self) -> Result<Files, Failure> {
        match self {
            Self::User => user_files(),
            Self::System => Ok(system_files()),
            Self::Prefix(folder) => {
                Ok(Files { drivers: folder.join("odbcinst.ini"), sources: folder.join("odbc.ini") })
            }
        }
    }

    /// The option that chooses this scope, to repeat in advice.
    pub(crate) fn option(&self) -> String {
        match self {
            Self::User => "--user".to_owned(),
            Self::System => "--system".to_owned(),
            Self::Prefix(folder) => format!("--prefix {}", shell_word(&folder.to_string_lossy())),
        }
    }

    /// Makes the place to write to, where that is ours to make.
    pub(crate) fn prepare(&self) -> Result<(), Failure> {
        match self {
            Self::Prefix(folder) => file::create_private_folder(folder),
            Self::User | Self::System => Ok(()),
        }
    }
}

/// The system's files: unixODBC takes `$ODBCSYSINI` and `$ODBCINSTINI` or what it was built with, which
/// `odbcinst -j` tells; `/etc` is what distributions build with.
pub(crate) fn system_files() -> Files {
    if let Some(folder) = variable("ODBCSYSINI") {
        return system_files_in(&folder);
    }
    let told = told_by_odbcinst();
    match (told.drivers, told.system_sources) {
        (Some(drivers), Some(sources)) => Files { drivers, sources },
        _ => system_files_in("/etc"),
    }
}

/// unixODBC puts a slash between the two even when `ODBCINSTINI` is an absolute path.
fn system_files_in(folder: &str) -> Files {
    let name = variable("ODBCINSTINI").unwrap_or_else(|| "odbcinst.ini".to_owned());
    Files { drivers: PathBuf::from(format!("{folder}/{name}")), sources: Path::new(folder).join("odbc.ini") }
}

/// The user's files. unixODBC adds `$HOME/.odbcinst.ini` to the system's `odbcinst.ini` and puts `$ODBCINI`,
/// or `.odbc.ini` in the home folder of the user database, before the system's `odbc.ini`.
fn user_files() -> Result<Files, Failure> {
    let home = variable("HOME").map(PathBuf::from).ok_or_else(|| {
        Failure::new("HOME is not set, so there are no user files; use --system or --prefix")
    })?;
    let sources = variable("ODBCINI")
        .map(PathBuf::from)
        .or_else(|| told_by_odbcinst().user_sources)
        .unwrap_or_else(|| home.join(".odbc.ini"));
    Ok(Files { drivers: home.join(".odbcinst.ini"), sources })
}

#[derive(Default)]
struct Told {
    drivers: Option<PathBuf>,
    system_sources: Option<PathBuf>,
    user_sources: Option<PathBuf>,
}

fn told_by_odbcinst() -> Told {
    match Command::new("odbcinst").arg("-j").output() {
        Ok(output) if output.status.success() => read_odbcinst(&String::from_utf8_lossy(&output.stdout)),
        _ => Told::default(),
    }
}

fn read_odbcinst(text: &str) -> Told {
    let mut told = Told::default();
    for line in text.lines() {
        let Some((label, path)) = line.split_once(": ") else { continue };
        let path = Some(PathBuf::from(path.trim())).filter(|path| path.is_absolute());
        match label.trim_end_matches('.') {
            "DRIVERS" => told.drivers = path,
            "SYSTEM DATA SOURCES" => told.system_sources = path,
            "USER DATA SOURCES" => told.user_sources = path,
            _ => {}
        }
    }
    told
}

/// An environment variable that says something.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The text as one word of a shell command.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odbcinst_tells_the_three_files() {
        let told = read_odbcinst(
            "unixODBC 2.3.11\nDRIVERS............: /opt/etc/odbcinst.ini\n\
             SYSTEM DATA SOURCES: /opt/etc/odbc.ini\nFILE DATA SOURCES..: /opt/etc/ODBCDataSources\n\
             USER DATA SOURCES..: /home/a b/.odbc.ini\nSQLULEN Size.......: 8\n",
        );
        assert_eq!(told.drivers.unwrap(), Path::new("/opt/etc/odbcinst.ini"));
        assert_eq!(told.system_sources.unwrap(), Path::new("/opt/etc/odbc.ini"));
        assert_eq!(told.user_sources.unwrap(), Path::new("/home/a b/.odbc.ini"));
    }

    #[test]
    fn words_are_quoted_only_when_needed() {
        assert_eq!(shell_word("/tmp/a.B-1"), "/tmp/a.B-1");
        assert_eq!(shell_word("/tmp/a b"), "'/tmp/a b'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
