//! Handles, descriptors, diagnostics, SQLGetInfo, catalogue functions: what an ODBC application talks to.

pub mod catalog;
pub mod info;
pub mod types;
