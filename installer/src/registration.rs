//! The driver's entry in `odbcinst.ini`.

use std::env;
use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};

use crate::dsn;
use crate::failure::Failure;
use crate::file::{IniFile, SHARED};
use crate::ini;
use crate::scope::{self, Scope, shell_word};

/// The name data sources call the driver by.
pub(crate) const NAME: &str = "Twilio";

/// Beside the path, what a new entry holds. `Threading=2` lets a cancel from another thread reach the driver
/// whatever the file's `[ODBC]` section asks for: at level 3 it waits for the very call it is to end.
const DEFAULTS: [(&str, &str); 4] = [
    ("Description", "Twilio's REST API as SQL tables"),
    ("Threading", "2"),
    ("FileUsage", "0"),
    ("UsageCount", "1"),
];

/// Registers the driver, or brings an existing entry up to date: the path is set, missing properties are
/// added, everything else (the usage count above all) stays.
pub(crate) fn install(scope: &Scope, driver: Option<PathBuf>) -> Result<(), Failure> {
    let driver = library(driver)?;
    let files = scope.files()?;
    scope.prepare()?;

    let mut file = IniFile::open(&files.drivers)?;
    let before = file.document.clone();
    if file.document.has(NAME) {
        update(&mut file, &driver);
    } else {
        let mut properties = vec![DEFAULTS[0], ("Driver", driver.as_str())];
        properties.extend(&DEFAULTS[1..]);
        file.document.append(NAME, &properties);
    }
    file.save(SHARED)?;

    let done = if file.document == before { "already registered" } else { "registered" };
    eprintln!("driver {NAME} {done} in {}: {driver}", file.path.display());
    match scope {
        Scope::Prefix(folder) => {
            // An empty private file, so that the driver manager does not create an open one.
            IniFile::open(&files.sources)?.save(crate::file::PRIVATE)?;
            println!("{}", prefix_environment(folder));
        }
        Scope::User => advise_user(&files.drivers),
        Scope::System => {}
    }
    Ok(())
}

/// Takes the driver's entry out, whatever its usage count, and with `dsns` the data sources that name it.
pub(crate) fn uninstall(scope: &Scope, dsns: bool) -> Result<(), Failure> {
    let files = scope.files()?;
    let mut sources = IniFile::open(&files.sources)?;
    let mut drivers = IniFile::open(&files.drivers)?;
    let ours = dsn::ours(&sources.document);
    if dsns {
        for name in &ours {
            sources.document.remove(name);
        }
        sources.save(crate::file::PRIVATE)?;
        for name in &ours {
            eprintln!("data source {name} removed from {}", sources.path.display());
        }
    }

    if drivers.document.remove(NAME) {
        drivers.save(SHARED)?;
        eprintln!("driver {NAME} removed from {}", drivers.path.display());
    } else {
        eprintln!("driver {NAME} is not registered in {}", drivers.path.display());
    }
    if !dsns && !ours.is_empty() {
        eprintln!("data sources that still name it: {} (--dsns removes them)", ours.join(", "));
    }
    Ok(())
}

/// Whether unixODBC finds an entry for data sources of this scope.
pub(crate) fn is_registered(scope: &Scope) -> Result<bool, Failure> {
    let has = |path: &Path| IniFile::open(path).map(|file| file.document.has(NAME));
    Ok(has(&scope.files()?.drivers)?
        || !matches!(scope, Scope::Prefix(_)) && has(&scope::system_files().drivers)?)
}

fn update(file: &mut IniFile, driver: &str) {
    file.document.set(NAME, "Driver", driver);
    // A 64-bit driver manager prefers this one where somebody has written it.
    if file.document.get(NAME, "Driver64").is_some() {
        file.document.set(NAME, "Driver64", driver);
    }
    for (key, value) in DEFAULTS {
        if file.document.get(NAME, key).is_none() {
            file.document.set(NAME, key, value);
        }
    }
}

/// The library's absolute path: as given, or beside this program.
fn library(given: Option<PathBuf>) -> Result<String, Failure> {
    let named = given.is_some();
    let path = match given {
        Some(path) => path,
        None => beside_this_program()?,
    };
    let path = std::path::absolute(&path)
        .map_err(|error| Failure::usage(format!("--driver {}: {error}", path.display())))?;
    if !path.is_file() {
        let advice = if named { "" } else { "; name it with --driver PATH" };
        return Err(Failure::new(format!("there is no driver library at {}{advice}", path.display())));
    }
    let text =
        path.to_str().ok_or_else(|| Failure::new(format!("the path {} is not UTF-8", path.display())))?;
    ini::check_property("Driver", text)
        .map_err(|why| Failure::new(format!("the path {text:?} cannot be registered: {why}")))?;
    Ok(text.to_owned())
}

fn beside_this_program() -> Result<PathBuf, Failure> {
    let program = env::current_exe().map_err(|error| {
        Failure::new(format!("cannot tell where this program is: {error}; use --driver PATH"))
    })?;
    Ok(program.with_file_name(format!("{DLL_PREFIX}twilioodbc{DLL_SUFFIX}")))
}

/// The variables that make applications use the folder, as one line for `env` or `export`.
fn prefix_environment(folder: &Path) -> String {
    let mut line = format!("ODBCSYSINI={}", shell_word(&folder.to_string_lossy()));
    if scope::variable("ODBCINSTINI").is_some_and(|name| name != "odbcinst.ini") {
        line.push_str(" ODBCINSTINI=odbcinst.ini");
    }
    line.push_str(" ODBCINI=");
    line.push_str(&shell_word(&folder.join("odbc.ini").to_string_lossy()));
    line
}

/// unixODBC reads the user's file after the system's, and only if that one can be opened.
fn advise_user(user: &Path) {
    let system = scope::system_files().drivers;
    match IniFile::open(&system) {
        Ok(file) if system.exists() => {
            if file.document.has(NAME) {
                eprintln!(
                    "warning: {} registers {NAME} too, and the system's entry is the one that counts",
                    system.display()
                );
            }
        }
        _ => {
            let home = user.parent().unwrap_or(user);
            eprintln!(
                "warning: {} cannot be read, and without it unixODBC does not look at {}; \
                 start applications with:",
                system.display(),
                user.display()
            );
            println!("ODBCSYSINI={} ODBCINSTINI=.odbcinst.ini", shell_word(&home.to_string_lossy()));
        }
    }
}
