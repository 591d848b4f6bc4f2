//! From Twilio's OpenAPI documents to the model's data files.
//!
//! [`openapi`] reads the parts of a document that matter: paths, parameters, fields, types. [`resource`] finds the
//! lists and one-object resources in them and names them, [`generate`] makes a table of each ([`columns`], [`filters`],
//! [`parents`], [`operations`]) and [`files`] writes them, one file each, and says what is new. What a document cannot
//! say (the names of schemas, which lists are long, how long a friendly name may be) is in `house.json`, read by
//! [`house`]. The tables that were made by hand are read ([`files::curated`]) and left alone.
//!
//! Names, types, enumerations and requirements are taken from the documents, and no description: remarks are composed
//! from names.

pub mod columns;
pub mod files;
pub mod filters;
pub mod generate;
pub mod house;
pub mod model;
pub mod names;
pub mod openapi;
pub mod operations;
pub mod parents;
pub mod procedures;
pub mod resource;
