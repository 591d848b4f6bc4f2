//! The C boundary.
//!
//! [`manifest`] lists the exported functions; the list makes the symbols and what SQLGetFunctions answers. Each
//! function has three steps: the exported wrapper, which holds the panic guard; a marshalling function in the file
//! of its group, which turns lengths and addresses into values by [`text`] and [`field`]; and a safe function of
//! [`crate::odbc`]. Narrow and wide functions share the marshalling, generic over the [`text::Encoding`]; what a wide
//! character is depends on the environment ([`crate::convert::Wchar`]), and so comes from the handle of the call. Numbers
//! arrive as plain integers and become enums by a match. [`memory`] is the one place that touches application memory.
//! Nothing here decides anything, and nothing in the library calls an exported function: the dynamic linker might
//! lead the call to the driver manager's function of the same name.

mod caller;
mod catalog;
mod connection;
mod descriptor;
mod diagnostics;
mod field;
mod handle;
pub mod manifest;
pub mod memory;
mod parameter;
mod result;
mod statement;
mod text;
