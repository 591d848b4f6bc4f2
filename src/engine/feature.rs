//! Tables that an account can read only where something is switched on at Twilio.
//!
//! What Twilio answers where it is off is not documented, and an answer that there is nothing (404) would pass for a
//! table without rows. So the first refusal of a statement has the account's settings asked.

use super::context::Context;
use crate::error::{Error, Result, state};
use crate::model::{DataType, Feature, Method, Table, feature_of};
use crate::twilio::{Layout, Request};
use crate::value::ValueRef;

/// To be called where a list or a row of the table was refused or not found.
///
/// # Errors
/// 42000 if what the table needs is off.
pub(super) fn check(context: &Context, table: &Table) -> Result<()> {
    let Some(feature) = feature_of(table) else { return Ok(()) };
    // Scans that run side by side wait for one answer.
    let mut known = context.features();
    let is_off = *known.entry(feature.name.as_str()).or_insert_with(|| is_off(context, feature));
    if !is_off {
        return Ok(());
    }
    let message =
        format!("{} cannot be read: this account has no {}. {}", table.name, feature.name, feature.advice);
    Err(Error::new(state::SYNTAX_ERROR, message))
}

/// Whether the account's settings say that it is off. If they cannot be had, the answer that was refused stands.
fn is_off(context: &Context, feature: &Feature) -> bool {
    let layout = Layout::new(None, [(feature.field.as_str(), DataType::Boolean)]);
    let request = Request::new(feature.product.as_str(), Method::Get, feature.settings.clone());
    match context.client.fetch(&request, &layout, &context.cancel) {
        Ok(page) => page.is_some_and(|page| page.rows() > 0 && page.value(0, 0) == ValueRef::Integer(0)),
        Err(error) => {
            log::debug!("Whether {} is on is not known: {error}", feature.name);
            false
        }
    }
}
