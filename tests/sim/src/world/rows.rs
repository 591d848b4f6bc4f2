//! The resources as the simulator keeps them, and the words Twilio uses for their states.

use jiff::Timestamp;
use serde::Serialize;

/// A closed set of words with the spelling they have in Twilio's answers and parameters.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        pub(crate) enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// The word in Twilio's spelling, exactly.
            #[allow(dead_code, reason = "not every set of words is a filter")]
            pub(crate) fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some($name::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

words!(AccountStatus { Active = "active", Suspended = "suspended", Closed = "closed", });

words!(ConferenceStatus { Init = "init", InProgress = "in-progress", Completed = "completed", });

words!(EndReason {
    ViaApi = "conference-ended-via-api",
    EnderLeft = "participant-with-end-conference-on-exit-left",
    EnderKicked = "participant-with-end-conference-on-exit-kicked",
    LastKicked = "last-participant-kicked",
    LastLeft = "last-participant-left",
});

words!(ParticipantStatus {
    Queued = "queued",
    Connecting = "connecting",
    Ringing = "ringing",
    Connected = "connected",
    Complete = "complete",
    Failed = "failed",
});

words!(CallStatus {
    Queued = "queued",
    Ringing = "ringing",
    InProgress = "in-progress",
    Completed = "completed",
    Busy = "busy",
    Failed = "failed",
    NoAnswer = "no-answer",
    Canceled = "canceled",
});

words!(MessageStatus {
    Queued = "queued",
    Sending = "sending",
    Sent = "sent",
    Failed = "failed",
    Delivered = "delivered",
    Undelivered = "undelivered",
    Receiving = "receiving",
    Received = "received",
    Accepted = "accepted",
    Scheduled = "scheduled",
    Read = "read",
    PartiallyDelivered = "partially_delivered",
    Canceled = "canceled",
});

impl MessageStatus {
    /// Whether the message has come to its end, so that it can be deleted.
    pub(crate) fn is_final(self) -> bool {
        use MessageStatus::{Accepted, Queued, Receiving, Scheduled, Sending};
        !matches!(self, Queued | Sending | Receiving | Accepted | Scheduled)
    }
}

impl CallStatus {
    /// Whether the call has not ended yet.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, CallStatus::Queued | CallStatus::Ringing | CallStatus::InProgress)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) sid: String,
    pub(crate) auth_token: String,
    pub(crate) friendly_name: String,
    pub(crate) owner: String,
    pub(crate) status: AccountStatus,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
}

#[derive(Debug, Clone)]
pub(crate) struct Conference {
    pub(crate) sid: String,
    pub(crate) friendly_name: Option<String>,
    pub(crate) region: String,
    pub(crate) status: ConferenceStatus,
    pub(crate) reason: Option<EndReason>,
    /// The call that ended it.
    pub(crate) ender: Option<String>,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
}

#[derive(Debug, Clone)]
pub(crate) struct Participant {
    pub(crate) call_sid: String,
    pub(crate) conference_sid: String,
    pub(crate) label: Option<String>,
    pub(crate) call_sid_to_coach: Option<String>,
    pub(crate) coaching: bool,
    pub(crate) end_conference_on_exit: bool,
    pub(crate) muted: bool,
    pub(crate) hold: bool,
    pub(crate) start_conference_on_enter: bool,
    pub(crate) status: ParticipantStatus,
    pub(crate) queue_time: Option<String>,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
}

#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) sid: String,
    pub(crate) parent_call_sid: Option<String>,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) status: CallStatus,
    pub(crate) direction: &'static str,
    pub(crate) caller_name: Option<String>,
    pub(crate) phone_number_sid: Option<String>,
    pub(crate) price: Option<String>,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
    pub(crate) start_time: Option<Timestamp>,
    pub(crate) end_time: Option<Timestamp>,
}

impl Call {
    /// A call that this account dials, not yet answered.
    pub(crate) fn dialled(sid: String, from: &str, to: &str, now: Timestamp) -> Self {
        Call {
            sid,
            parent_call_sid: None,
            from: from.to_string(),
            to: to.to_string(),
            status: CallStatus::Queued,
            direction: "outbound-api",
            caller_name: None,
            phone_number_sid: None,
            price: None,
            date_created: now,
            date_updated: now,
            start_time: None,
            end_time: None,
        }
    }

    /// Puts the call into a state at a moment, with the times that state brings.
    pub(crate) fn become_at(&mut self, status: CallStatus, moment: Timestamp) {
        self.status = status;
        self.date_updated = moment;
        match status {
            CallStatus::InProgress => self.start_time = Some(moment),
            CallStatus::Completed => self.end_time = Some(moment),
            _ => {}
        }
    }

    /// Whole seconds from answer to end; only completed calls have a duration.
    pub(crate) fn duration(&self) -> Option<i64> {
        let (start, end) = (self.start_time?, self.end_time?);
        (self.status == CallStatus::Completed).then(|| end.duration_since(start).as_secs())
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) sid: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) body: String,
    pub(crate) direction: &'static str,
    pub(crate) status: MessageStatus,
    pub(crate) segments: u32,
    /// How many files it came with.
    pub(crate) media: usize,
    pub(crate) price: Option<&'static str>,
    pub(crate) price_unit: Option<&'static str>,
    /// Code and text.
    pub(crate) error: Option<(u32, &'static str)>,
    pub(crate) service: Option<String>,
    pub(crate) date_created: Timestamp,
    pub(crate) date_sent: Option<Timestamp>,
    pub(crate) date_updated: Timestamp,
}

#[derive(Debug, Clone)]
pub(crate) struct Media {
    pub(crate) sid: String,
    pub(crate) message_sid: String,
    pub(crate) content_type: &'static str,
    pub(crate) date_created: Timestamp,
    pub(crate) date_updated: Timestamp,
}
