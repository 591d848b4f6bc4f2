//! An ODBC 3.8 driver that shows Twilio's REST API as SQL tables, views and stored procedures.
//!
//! One statement's way through the crate:
//!
//! ```text
//! application ─► driver manager ─► abi ─► odbc ─► sql ─► engine ─► twilio ─► HTTPS
//!                                                           │         │
//! application ◄─ bound buffers ◄─ convert ◄─ odbc ◄─ rows ◄─┴─ decode ◄┘
//! ```
//!
//! [`abi`] turns C arguments into Rust values, [`odbc`] owns handles and the statement state machine, [`sql`]
//! parses and types the text, [`engine`] runs it on SQLite with one virtual table per Twilio resource,
//! [`twilio`] speaks HTTP and decodes pages, [`convert`] writes values into application buffers, and [`model`]
//! is the declarative description of Twilio that all of them read.

pub mod abi;
pub mod cancel;
pub mod convert;
pub mod decimal;
#[cfg(test)]
mod docs;
pub mod engine;
pub mod error;
#[cfg(test)]
mod fuzz;
pub mod logging;
pub mod model;
pub mod odbc;
pub mod sql;
pub mod twilio;
pub mod value;
