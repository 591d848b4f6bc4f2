//! Recordings: started on a call that is in progress, paused, stopped, and gone but for their metadata.

use jiff::Timestamp;
use serde_json::json;

use super::answers::Asked;
use super::row::Row;
use crate::errors::ApiError;
use crate::params;
use crate::world::{CallStatus, World};

/// Stands for the SID of the recording that is being made.
pub(super) const CURRENT: &str = "Twilio.CURRENT";

pub(super) fn is_running(row: &Row) -> bool {
    matches!(row.text("status"), Some("in-progress" | "paused"))
}

/// Starts a recording of a call.
pub(super) fn start(asked: &Asked<'_>, world: &World, row: &mut Row) -> Result<(), ApiError> {
    let call = world.holdings(asked.context.account).and_then(|all| all.calls.get(&asked.given["CallSid"]));
    if call.is_none_or(|call| call.status != CallStatus::InProgress) {
        return Err(ApiError::new(400, 21220, "Call is not in progress"));
    }
    let is_dual = params::text(&asked.context.request.form, "RecordingChannels") == Some("dual");
    let sid = row.scope.remove("CallSid");
    row.fields.extend([
        ("call_sid".to_owned(), json!(sid)),
        ("status".to_owned(), json!("in-progress")),
        ("source".to_owned(), json!("StartCallRecordingAPI")),
        ("channels".to_owned(), json!(if is_dual { 2 } else { 1 })),
        (
            "track".to_owned(),
            json!(params::text(&asked.context.request.form, "RecordingTrack").unwrap_or("both")),
        ),
    ]);
    Ok(())
}

/// Pauses, resumes or stops a recording; one that has ended cannot be changed.
pub(super) fn change(row: &mut Row, status: &str) -> Result<(), ApiError> {
    if !is_running(row) {
        return Err(ApiError::new(400, 21220, "Recording is not in progress"));
    }
    let ends = status == "stopped";
    row.fields.insert("status".into(), json!(if ends { "completed" } else { status }));
    if ends {
        let seconds = row.updated.duration_since(row.created).as_secs();
        row.fields.insert("duration".into(), json!(seconds.to_string()));
    }
    Ok(())
}

/// The audio goes; what is known about it stays for a while.
pub(super) fn delete(row: &mut Row, now: Timestamp) -> Result<(), ApiError> {
    if is_running(row) {
        return Err(ApiError::new(400, 20009, "Recording cannot be deleted before it is complete"));
    }
    row.updated = now;
    row.fields.insert("status".into(), json!("deleted"));
    Ok(())
}
