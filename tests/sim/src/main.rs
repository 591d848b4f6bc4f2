//! `twilio-sim`: a stateful imitation of Twilio's REST API on loopback, for tests and demonstrations.
//!
//! `connection` reads and writes HTTP (`http`), `simulator` takes a request through log, latency and
//! faults to the `router`, which finds the resource in `resources`; these read and change the `world`.
//! `control` is the `/_sim/` API through which tests see requests and order faults.

mod connection;
mod control;
mod credentials;
mod dates;
mod errors;
mod faults;
mod generic;
mod http;
mod paging;
mod params;
mod request_log;
mod resources;
mod router;
mod simulator;
mod store;
mod template;
mod tokens;
mod world;

use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Parser;

use credentials::{MAIN_ACCOUNT, MAIN_TOKEN};
use generic::Generic;
use simulator::{Settings, Simulator};
use world::Extra;

/// Imitates Twilio's REST API on 127.0.0.1. `GET /_sim/credentials` shows who may sign in.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port to listen on; 0 takes any free one
    #[arg(long, default_value_t = 0)]
    port: u16,

    /// Milliseconds before every API answer
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,

    /// Adds so many completed conferences, and fills one in progress up to so many participants
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    rows: u32,

    /// Adds so many conferences in progress, with a participant or two each
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=400_000))]
    conferences: u32,

    /// Adds so many delivered messages of the year before October 2023
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=10_000_000))]
    messages: u32,

    /// The most rows of a page, however many are asked for
    #[arg(long)]
    page_limit: Option<usize>,

    /// SID of the main account
    #[arg(long, default_value = MAIN_ACCOUNT)]
    account_sid: String,

    /// Auth token of the main account
    #[arg(long, default_value = MAIN_TOKEN)]
    auth_token: String,

    /// Folder with a model's data files: every list of it that is not simulated gets a few synthetic rows
    #[arg(long)]
    model: Option<PathBuf>,

    /// Exits after so many seconds; 0 runs until killed
    #[arg(long, default_value_t = 0)]
    max_seconds: u64,
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port))?;
    let generic =
        arguments.model.map(|folder| Generic::read(&folder)).transpose().map_err(io::Error::other)?;
    let simulator = Arc::new(Simulator::new(
        Settings {
            account_sid: arguments.account_sid,
            auth_token: arguments.auth_token,
            latency: Duration::from_millis(arguments.latency_ms),
            page_limit: arguments.page_limit,
            extra: Extra {
                rows: arguments.rows,
                conferences: arguments.conferences,
                messages: arguments.messages,
            },
        },
        generic,
    ));
    let mut out = io::stdout();
    writeln!(out, "listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    if arguments.max_seconds > 0 {
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(arguments.max_seconds));
            std::process::exit(0);
        });
    }
    for stream in listener.incoming() {
        // A client that gave up before it was accepted is no reason to stop.
        let Ok(stream) = stream else { continue };
        let simulator = Arc::clone(&simulator);
        thread::spawn(move || connection::serve(&simulator, stream));
    }
    Ok(())
}
