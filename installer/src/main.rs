//! `twilio-odbc`: registers the driver and its data sources with unixODBC.
//!
//! Results that other programs read go to standard output, everything said to people to standard error.
//! Exit code 0 is success, 1 a failure, 2 a wrong command line.

mod dsn;
mod failure;
mod file;
mod ini;
mod keyword;
mod registration;
mod scope;
mod secret;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::scope::ScopeOptions;

/// Registers the Twilio ODBC driver and its data sources
#[derive(Parser)]
#[command(name = "twilio-odbc", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Register the driver (again, if its path changed)
    Install {
        /// The driver library; by default the one beside this program
        #[arg(long, value_name = "PATH")]
        driver: Option<PathBuf>,
        #[command(flatten)]
        scope: ScopeOptions,
    },
    /// Remove the driver's registration
    Uninstall {
        /// Remove the data sources that use the driver, too
        #[arg(long)]
        dsns: bool,
        #[command(flatten)]
        scope: ScopeOptions,
    },
    /// Write, show and remove data sources
    #[command(subcommand)]
    Dsn(Dsn),
}

#[derive(Subcommand)]
enum Dsn {
    /// Write a data source
    Add {
        #[command(flatten)]
        source: Box<dsn::NewSource>,
        #[command(flatten)]
        scope: ScopeOptions,
    },
    /// Show the driver's data sources, secrets masked
    List {
        #[command(flatten)]
        scope: ScopeOptions,
    },
    /// Remove a data source
    Remove {
        /// The data source's name
        name: String,
        #[command(flatten)]
        scope: ScopeOptions,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("twilio-odbc: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Install { driver, scope } => registration::install(&scope.scope()?, driver),
        Command::Uninstall { dsns, scope } => registration::uninstall(&scope.scope()?, dsns),
        Command::Dsn(Dsn::Add { source, scope }) => dsn::add(&scope.scope()?, *source),
        Command::Dsn(Dsn::List { scope }) => dsn::list(&scope.scope()?),
        Command::Dsn(Dsn::Remove { name, scope }) => dsn::remove(&scope.scope()?, &name),
    }
}
