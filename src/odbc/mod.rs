//! Handles, attributes, descriptors, diagnostics, SQLGetInfo, catalogue functions: what an ODBC application talks to.
//!
//! A call comes from [`crate::abi`] through [`dispatch`], which finds the handle in the [`registry`], takes the
//! connection's lock and collects [`diagnostics`]. Connections open through [`connection_string`], [`dsn`] and
//! [`settings`] (with [`credentials`]), whose keywords are [`properties`], or by the dialogue of [`browse`]; statements go
//! from [`execute`] (their parameters from [`parameters`], in parts from [`data_at_execution`], in sets to [`batch`]) to a
//! [`cursor`], which [`fetch`] and [`get_data`] empty into the application's buffers ([`delivery`]). [`scroll`] says where a static cursor goes, [`bookmark`] and [`set_pos`] how its
//! rows are come back to.
//! [`types`], [`info`] and [`catalog`] answer from tables and the model, and [`system`] shows the same as tables.
//! [`width`] says how wide everything is.

pub mod attributes;
mod batch;
mod bookmark;
pub mod browse;
mod byte_size;
pub mod catalog;
pub mod column_attributes;
pub mod connect;
pub mod connection;
pub mod connection_attributes;
pub mod connection_string;
pub mod constants;
mod credentials;
pub mod cursor;
pub mod data_at_execution;
mod delivery;
pub mod descriptor;
pub mod descriptor_fields;
mod descriptor_record;
pub mod descriptor_table;
pub mod diagnostics;
pub mod dispatch;
pub mod dsn;
pub mod environment;
pub mod execute;
pub mod fetch;
pub mod get_data;
pub mod handles;
pub mod info;
mod output;
pub mod parameters;
pub mod properties;
pub mod registry;
mod scroll;
pub mod set_pos;
pub mod settings;
pub mod statement;
pub mod statement_attributes;
mod sync;
pub mod system;
pub mod transaction;
pub mod types;
pub mod width;
