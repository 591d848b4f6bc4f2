//! What requests do to the world, with the consequences Twilio documents.

use jiff::Timestamp;

use super::{
    Call, CallStatus, Conference, ConferenceStatus, EndReason, Holdings, Participant, ParticipantStatus,
    World,
};

/// How a participant goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Removed through the participant resource.
    Kicked,
    /// The call behind it ended.
    Left,
}

impl World {
    /// Runs a change on one account's holdings; `None` where there is no such account.
    pub(super) fn change<R>(
        &mut self,
        account: &str,
        change: impl FnOnce(&mut Holdings, Timestamp) -> R,
    ) -> Option<R> {
        let now = self.tick();
        self.holdings.get_mut(account).map(|holdings| change(holdings, now))
    }

    /// The SID of the conference of this name that has not ended.
    pub(crate) fn open_room(&self, account: &str, name: &str) -> Option<String> {
        let mut conferences = self.holdings(account)?.conferences.newest_first();
        let open = conferences.find(|one| {
            one.status != ConferenceStatus::Completed && one.friendly_name.as_deref() == Some(name)
        })?;
        Some(open.sid.clone())
    }

    /// Makes a conference of this name, which nobody has entered yet.
    pub(crate) fn make_room(&mut self, account: &str, name: &str, region: &str) -> Option<String> {
        let sid = self.new_sid("CF");
        self.change(account, |holdings, now| {
            holdings.add_conference(Conference {
                sid: sid.clone(),
                friendly_name: Some(name.to_string()),
                region: region.to_string(),
                status: ConferenceStatus::Init,
                reason: None,
                ender: None,
                date_created: now,
                date_updated: now,
            });
            sid
        })
    }

    /// Dials somebody into a conference. Gives back the participant as the creating answer shows it;
    /// whoever looks again finds it connected, for in this world everybody answers at once.
    pub(crate) fn join(
        &mut self,
        account: &str,
        from: &str,
        to: &str,
        mut participant: Participant,
    ) -> Option<Participant> {
        participant.call_sid = self.new_sid("CA");
        let created = self.change(account, |holdings, now| {
            participant.date_created = now;
            participant.date_updated = now;
            participant.status = ParticipantStatus::Queued;
            participant.queue_time = Some("1000".to_string());
            let created = participant.clone();

            let mut call = Call::dialled(created.call_sid.clone(), from, to, now);
            call.become_at(CallStatus::InProgress, now);
            holdings.calls.insert(&created.call_sid, call);

            participant.status = ParticipantStatus::Connected;
            participant.queue_time = None;
            if let Some(conference) = holdings.conferences.get_mut(&created.conference_sid)
                && conference.status == ConferenceStatus::Init
                && created.start_conference_on_enter
            {
                conference.status = ConferenceStatus::InProgress;
                conference.date_updated = now;
            }
            let table = holdings.participants.entry(created.conference_sid.clone()).or_default();
            table.insert(&created.call_sid, participant);
            created
        })?;
        self.effects.participants_created += 1;
        self.effects.calls_made += 1;
        Some(created)
    }

    /// Changes a participant and gives back the new state.
    pub(crate) fn modify(
        &mut self,
        account: &str,
        conference: &str,
        call: &str,
        change: impl FnOnce(&mut Participant),
    ) -> Option<Participant> {
        self.change(account, |holdings, now| {
            let participant = holdings.participants.get_mut(conference)?.get_mut(call)?;
            change(participant);
            participant.date_updated = now;
            Some(participant.clone())
        })?
    }

    /// Throws a participant out.
    pub(crate) fn kick(&mut self, account: &str, conference: &str, call: &str) {
        let ended = self.change(account, |holdings, now| holdings.exit(conference, call, Exit::Kicked, now));
        self.effects.participants_removed += 1;
        self.effects.conferences_ended += u64::from(ended == Some(true));
    }

    /// Ends a conference for all.
    pub(crate) fn end_conference(&mut self, account: &str, conference: &str) {
        let ended = self.change(account, |holdings, now| {
            holdings.end_conference(conference, EndReason::ViaApi, None, now)
        });
        self.effects.conferences_ended += u64::from(ended == Some(true));
    }

    /// Ends a call in the given way; its participant leaves.
    pub(crate) fn end_call(&mut self, account: &str, call: &str, status: CallStatus) {
        let ended = self.change(account, |holdings, now| {
            if let Some(row) = holdings.calls.get_mut(call) {
                row.become_at(status, now);
            }
            let inside = holdings.participants.iter().find(|(_, table)| table.get(call).is_some());
            let conference = inside.map(|(sid, _)| sid.clone());
            conference.is_some_and(|sid| holdings.exit(&sid, call, Exit::Left, now))
        });
        self.effects.conferences_ended += u64::from(ended == Some(true));
    }

    /// Dials a call that runs TwiML.
    pub(crate) fn dial(&mut self, account: &str, from: &str, to: &str) -> Option<Call> {
        let sid = self.new_sid("CA");
        let call = self.change(account, |holdings, now| {
            let call = Call::dialled(sid, from, to, now);
            holdings.calls.insert(&call.sid, call.clone());
            call
        })?;
        self.effects.calls_made += 1;
        Some(call)
    }

    /// Forgets an ended call.
    pub(crate) fn forget_call(&mut self, account: &str, call: &str) {
        self.change(account, |holdings, _| holdings.calls.remove(call));
    }
}

impl Holdings {
    /// Takes a participant out; true if that ended the conference.
    fn exit(&mut self, conference: &str, call: &str, exit: Exit, now: Timestamp) -> bool {
        let Some(table) = self.participants.get_mut(conference) else { return false };
        let Some(gone) = table.remove(call) else { return false };
        let nobody_left = table.is_empty();
        if exit == Exit::Kicked {
            self.hang_up(call, now);
        }
        let reason = match (gone.end_conference_on_exit, nobody_left, exit) {
            (true, _, Exit::Kicked) => EndReason::EnderKicked,
            (true, _, Exit::Left) => EndReason::EnderLeft,
            (false, true, Exit::Kicked) => EndReason::LastKicked,
            (false, true, Exit::Left) => EndReason::LastLeft,
            (false, false, _) => return false,
        };
        self.end_conference(conference, reason, Some(call.to_string()), now)
    }

    /// Ends a conference; false if it had ended before.
    fn end_conference(
        &mut self,
        sid: &str,
        reason: EndReason,
        ender: Option<String>,
        now: Timestamp,
    ) -> bool {
        let Some(conference) = self.conferences.get_mut(sid) else { return false };
        if conference.status == ConferenceStatus::Completed {
            return false;
        }
        conference.status = ConferenceStatus::Completed;
        conference.reason = Some(reason);
        conference.ender = ender;
        conference.date_updated = now;
        let calls: Vec<String> = self.participants.get(sid).map_or_else(Vec::new, |table| {
            table.newest_first().map(|participant| participant.call_sid.clone()).collect()
        });
        for call in calls {
            self.hang_up(&call, now);
            if let Some(table) = self.participants.get_mut(sid) {
                table.remove(&call);
            }
        }
        true
    }

    fn hang_up(&mut self, call: &str, now: Timestamp) {
        if let Some(call) = self.calls.get_mut(call).filter(|call| call.status.is_live()) {
            call.become_at(CallStatus::Completed, now);
        }
    }
}
