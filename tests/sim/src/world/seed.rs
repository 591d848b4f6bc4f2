//! The world as it is at the start: small, readable, and with the rows that trouble clients
//! (nulls, emoji, midnights, names that need escaping, empty and large conferences).

use jiff::Timestamp;

use super::{
    Account, AccountStatus, Call, CallStatus, Conference, ConferenceStatus, EndReason, Extra, Participant,
    ParticipantStatus, World, at, later,
};
use crate::credentials::{SUBACCOUNT, SUBACCOUNT_TOKEN, SUSPENDED_ACCOUNT, SUSPENDED_TOKEN};

use ConferenceStatus::{Completed, InProgress, Init};
use EndReason::{EnderKicked, EnderLeft, LastKicked, LastLeft, ViaApi};

const TWILIO_NUMBER: &str = "+14155550100";

/// The conference whose participants `--rows` multiplies.
const BIG: &str = "All hands";

/// sid (empty: any), friendly name, status, region, created, length in minutes, reason.
type ConferenceSeed = (
    &'static str,
    Option<&'static str>,
    ConferenceStatus,
    &'static str,
    &'static str,
    i64,
    Option<EndReason>,
);

const MAIN_CONFERENCES: [ConferenceSeed; 26] = [
    ("", Some("Kick-off"), Completed, "us1", "2023-11-06T09:00:00Z", 55, Some(LastLeft)),
    ("", Some("Support line"), Completed, "us1", "2023-11-06T14:30:00Z", 12, Some(EnderLeft)),
    ("", Some("Support line"), Completed, "us1", "2023-11-07T08:15:20Z", 7, Some(LastKicked)),
    ("", None, Completed, "us1", "2023-12-24T18:00:00Z", 3, Some(ViaApi)),
    ("", Some("New Year 🎉"), Completed, "ie1", "2023-12-31T23:30:00Z", 75, Some(LastLeft)),
    ("", Some("Standup"), Completed, "de1", "2024-01-15T09:00:00Z", 15, Some(LastLeft)),
    ("", Some("Standup"), Completed, "de1", "2024-01-16T09:00:00Z", 14, Some(LastLeft)),
    ("", Some("Standup"), Completed, "de1", "2024-01-17T09:00:00Z", 21, Some(ViaApi)),
    ("", Some("standup"), Completed, "de1", "2024-01-17T16:00:00Z", 5, Some(LastLeft)),
    ("", Some("Last second"), Completed, "us1", "2024-02-28T23:59:59Z", 20, Some(EnderLeft)),
    ("", Some("Midnight"), Completed, "us1", "2024-02-29T00:00:00Z", 30, Some(EnderKicked)),
    ("", Some("Leap day"), Completed, "us2", "2024-02-29T12:00:00Z", 45, Some(LastLeft)),
    ("", Some("Noon after"), Completed, "us2", "2024-03-01T12:00:00Z", 45, Some(LastLeft)),
    ("", Some("O'Brien \"quoted\""), Completed, "br1", "2024-03-11T10:00:00Z", 9, Some(LastKicked)),
    ("", Some("trailing space "), Completed, "sg1", "2024-04-02T03:00:00Z", 33, Some(LastLeft)),
    ("", Some("会議室"), Completed, "jp1", "2024-04-20T01:00:00Z", 60, Some(ViaApi)),
    ("", Some(""), Completed, "us1", "2024-05-05T05:05:05Z", 1, Some(LastLeft)),
    ("", Some("Board"), Completed, "us1", "2024-05-31T20:00:00Z", 240, Some(EnderLeft)),
    ("", Some("Lobby"), InProgress, "us1", "2024-06-03T07:00:00Z", 0, None),
    ("", None, InProgress, "au1", "2024-06-10T22:10:00Z", 1, None),
    ("", Some("Café ☕ Zürich 東京"), InProgress, "ie1", "2024-06-14T10:00:00Z", 2, None),
    ("", Some("Sales/EMEA & Co. 100%"), InProgress, "de1", "2024-06-18T13:00:00Z", 4, None),
    ("", Some("Planning"), Completed, "us1", "2024-06-20T15:00:00Z", 50, Some(EnderKicked)),
    (
        "CF5843bda0e992d145a0c989a33e2ba7d0",
        Some("Support line"),
        InProgress,
        "us1",
        "2024-06-25T16:45:00Z",
        6,
        None,
    ),
    ("", Some("Waiting room"), Init, "unknown", "2024-06-28T11:00:00Z", 0, None),
    ("", Some(BIG), InProgress, "us1", "2024-06-30T17:00:00Z", 3, None),
];

const SUB_CONFERENCES: [ConferenceSeed; 4] = [
    ("", Some("Tenant review"), Completed, "us1", "2024-02-12T10:00:00Z", 18, Some(LastLeft)),
    ("", Some("Support line"), Completed, "us1", "2024-04-12T10:00:00Z", 8, Some(ViaApi)),
    ("", Some("Tenant room"), InProgress, "us1", "2024-06-21T10:00:00Z", 5, None),
    ("", Some("Tenant lobby"), Init, "unknown", "2024-06-22T10:00:00Z", 0, None),
];

/// One participant: conference, label, to, status, queue time, then what is set about it, as words
/// among `muted hold ends waits coaches-last`.
type ParticipantSeed =
    (&'static str, Option<&'static str>, &'static str, ParticipantStatus, Option<&'static str>, &'static str);

const PARTICIPANTS: [ParticipantSeed; 18] = [
    ("Support line", Some("agent"), "client:agent_1", ParticipantStatus::Connected, None, "ends"),
    (
        "Support line",
        Some("supervisor"),
        "client:supervisor",
        ParticipantStatus::Connected,
        None,
        "muted coaches-last",
    ),
    ("Support line", Some("customer"), "+14155550101", ParticipantStatus::Connected, None, "hold"),
    ("Support line", None, "+442071838750", ParticipantStatus::Connected, None, ""),
    ("Support line", Some("expert"), "+14155550102", ParticipantStatus::Ringing, Some("1500"), "muted"),
    ("", None, "+61255501234", ParticipantStatus::Connected, None, "muted"),
    ("Café ☕ Zürich 東京", Some("Zoë Müller ☕"), "+41445550103", ParticipantStatus::Connected, None, ""),
    ("Café ☕ Zürich 東京", Some("東京"), "+81355550104", ParticipantStatus::Connected, None, "muted hold"),
    (
        "Sales/EMEA & Co. 100%",
        Some("sales/agent 1"),
        "client:sales/1",
        ParticipantStatus::Connected,
        None,
        "ends",
    ),
    ("Sales/EMEA & Co. 100%", Some("50% + more"), "+49305550105", ParticipantStatus::Connected, None, "hold"),
    ("Sales/EMEA & Co. 100%", None, "sip:desk@example.com", ParticipantStatus::Connecting, Some("250"), ""),
    ("Waiting room", Some("early"), "+14155550106", ParticipantStatus::Connected, None, "waits"),
    (BIG, Some("host"), "client:host", ParticipantStatus::Connected, None, "ends"),
    (BIG, Some("listener"), "+14155550107", ParticipantStatus::Connected, None, "muted"),
    (BIG, None, "+14155550108", ParticipantStatus::Queued, Some("4000"), ""),
    ("Tenant room", Some("agent"), "client:tenant", ParticipantStatus::Connected, None, ""),
    ("Tenant room", None, "+14155550109", ParticipantStatus::Connected, None, "muted"),
    ("Tenant lobby", None, "+14155550110", ParticipantStatus::Connected, None, "waits"),
];

/// A call outside conferences: from, to, status, direction, started or made, seconds, price.
type CallSeed =
    (&'static str, &'static str, CallStatus, &'static str, &'static str, i64, Option<&'static str>);

const CALLS: [CallSeed; 6] = [
    (
        "+14155550120",
        TWILIO_NUMBER,
        CallStatus::Completed,
        "inbound",
        "2023-11-06T09:00:30Z",
        61,
        Some("-0.00850"),
    ),
    (TWILIO_NUMBER, "+14155550121", CallStatus::Busy, "outbound-api", "2024-01-15T10:00:00Z", 0, None),
    (TWILIO_NUMBER, "+14155550122", CallStatus::NoAnswer, "outbound-api", "2024-02-29T00:00:00Z", 0, None),
    (TWILIO_NUMBER, "client:agent_1", CallStatus::Failed, "outbound-dial", "2024-03-10T12:00:00Z", 0, None),
    (TWILIO_NUMBER, "+14155550123", CallStatus::Canceled, "outbound-api", "2024-05-05T06:00:00Z", 0, None),
    (
        "sip:pbx@example.com",
        TWILIO_NUMBER,
        CallStatus::InProgress,
        "inbound",
        "2024-06-30T18:00:00Z",
        0,
        None,
    ),
];

pub(super) fn plant(world: &mut World, main_sid: &str, main_token: &str, extra: Extra) {
    let accounts = [
        (main_sid, main_token, "Example Ltd", AccountStatus::Active, "2015-07-30T20:00:00Z"),
        (SUBACCOUNT, SUBACCOUNT_TOKEN, "Tenant A", AccountStatus::Active, "2021-02-14T08:30:00Z"),
        (SUSPENDED_ACCOUNT, SUSPENDED_TOKEN, "Tenant B", AccountStatus::Suspended, "2022-09-01T00:00:00Z"),
    ];
    for (sid, token, name, status, created) in accounts {
        world.add_account(Account {
            sid: sid.to_string(),
            auth_token: token.to_string(),
            friendly_name: name.to_string(),
            owner: main_sid.to_string(),
            status,
            date_created: at(created),
            date_updated: at(created),
        });
    }
    let mut main = Planter::default();
    for seed in MAIN_CONFERENCES {
        main.conference(world, seed);
    }
    for seed in CALLS {
        main.call(world, seed);
    }
    let mut tenant = Planter::default();
    for seed in SUB_CONFERENCES {
        tenant.conference(world, seed);
    }
    // Last, so that the readable rows have the same SIDs whatever is added.
    for number in 0..extra.rows {
        main.extra_conference(world, number);
    }
    main.crowd(world, extra.rows);
    for number in 0..extra.conferences {
        main.live_conference(world, number);
    }
    main.finish(world, main_sid);
    tenant.finish(world, SUBACCOUNT);
}

/// Collects one account's rows, which `finish` puts in by age.
#[derive(Default)]
struct Planter {
    conferences: Vec<Conference>,
    participants: Vec<Participant>,
    calls: Vec<Call>,
}

impl Planter {
    fn conference(&mut self, world: &mut World, seed: ConferenceSeed) {
        let (sid, name, status, region, created, minutes, reason) = seed;
        let sid = if sid.is_empty() { world.new_sid("CF") } else { sid.to_string() };
        let created = at(created);
        let updated = later(created, minutes * 60);
        let ender = self.ender(world, reason, created, updated);
        if status != Completed {
            for one in PARTICIPANTS.iter().filter(|one| one.0 == name.unwrap_or("")) {
                self.participant(world, &sid, created, one);
            }
        }
        self.conferences.push(Conference {
            sid,
            friendly_name: name.map(str::to_string),
            region: region.to_string(),
            status,
            reason,
            ender,
            date_created: created,
            date_updated: updated,
        });
    }

    /// One of the conferences that `--rows` adds, all older than the readable ones.
    fn extra_conference(&mut self, world: &mut World, number: u32) {
        let created = later(at("2023-10-31T00:00:00Z"), -1700 * i64::from(number + 1));
        let updated = later(created, 600);
        let reason = Some([LastLeft, EnderLeft, LastKicked, EnderKicked, ViaApi][number as usize % 5]);
        let ender = self.ender(world, reason, created, updated);
        self.conferences.push(Conference {
            sid: world.new_sid("CF"),
            friendly_name: Some(format!("Room {:06}", number + 1)),
            region: ["us1", "ie1", "au1"][number as usize % 3].to_string(),
            status: Completed,
            reason,
            ender,
            date_created: created,
            date_updated: updated,
        });
    }

    /// The call whose end was the conference's end.
    fn ender(
        &mut self,
        world: &mut World,
        reason: Option<EndReason>,
        start: Timestamp,
        end: Timestamp,
    ) -> Option<String> {
        reason.filter(|reason| *reason != ViaApi)?;
        let sid = world.new_sid("CA");
        let mut call = Call::dialled(sid.clone(), TWILIO_NUMBER, "+14155550130", start);
        call.become_at(CallStatus::InProgress, start);
        call.become_at(CallStatus::Completed, end);
        call.price = Some("-0.01300".to_string());
        self.calls.push(call);
        Some(sid)
    }

    fn participant(&mut self, world: &mut World, conference: &str, start: Timestamp, seed: &ParticipantSeed) {
        let (_, label, to, status, queue_time, set) = *seed;
        let has = |word: &str| set.split(' ').any(|one| one == word);
        let created = later(start, 20 * self.participants.len() as i64);
        let coached =
            self.participants.last().map(|last| last.call_sid.clone()).filter(|_| has("coaches-last"));
        let call_status = match status {
            ParticipantStatus::Connected => CallStatus::InProgress,
            ParticipantStatus::Ringing => CallStatus::Ringing,
            _ => CallStatus::Queued,
        };
        let mut call = Call::dialled(world.new_sid("CA"), TWILIO_NUMBER, to, created);
        call.become_at(call_status, later(created, 5));
        self.participants.push(Participant {
            call_sid: call.sid.clone(),
            conference_sid: conference.to_string(),
            label: label.map(str::to_string),
            coaching: coached.is_some(),
            call_sid_to_coach: coached,
            end_conference_on_exit: has("ends"),
            muted: has("muted"),
            hold: has("hold"),
            start_conference_on_enter: !has("waits"),
            status,
            queue_time: queue_time.map(str::to_string),
            date_created: created,
            date_updated: later(created, 5),
        });
        self.calls.push(call);
    }

    /// Fills the big conference up to `rows` participants.
    fn crowd(&mut self, world: &mut World, rows: u32) {
        let big = self.conferences.iter().find(|one| one.friendly_name.as_deref() == Some(BIG));
        let Some((sid, start)) = big.map(|one| (one.sid.clone(), one.date_created)) else { return };
        let present = self.participants.iter().filter(|one| one.conference_sid == sid).count() as u32;
        for number in present..rows {
            // Within the hour after the start, however many there are.
            self.guest(world, &sid, number, later(start, 400 + i64::from(number % 3600)));
        }
    }

    /// One of the conferences in progress that `--conferences` adds, with one participant or two. They begin
    /// before the readable ones and after those that `--rows` adds.
    fn live_conference(&mut self, world: &mut World, number: u32) {
        let created = later(at("2023-11-01T00:00:00Z"), i64::from(number));
        let sid = world.new_sid("CF");
        for guest in 0..=number % 2 {
            self.guest(world, &sid, guest, created);
        }
        self.conferences.push(Conference {
            sid,
            friendly_name: Some(format!("Live {:06}", number + 1)),
            region: "us1".to_string(),
            status: InProgress,
            reason: None,
            ender: None,
            date_created: created,
            date_updated: created,
        });
    }

    /// A participant that is made up.
    fn guest(&mut self, world: &mut World, conference: &str, number: u32, created: Timestamp) {
        let to = format!("+1415556{:04}", number % 10_000);
        let mut call = Call::dialled(world.new_sid("CA"), TWILIO_NUMBER, &to, created);
        call.become_at(CallStatus::InProgress, created);
        self.participants.push(Participant {
            call_sid: call.sid.clone(),
            conference_sid: conference.to_string(),
            label: Some(format!("guest {:05}", number + 1)),
            call_sid_to_coach: None,
            coaching: false,
            end_conference_on_exit: false,
            muted: number % 4 == 1,
            hold: number % 8 == 2,
            start_conference_on_enter: true,
            status: ParticipantStatus::Connected,
            queue_time: None,
            date_created: created,
            date_updated: created,
        });
        self.calls.push(call);
    }

    fn call(&mut self, world: &mut World, seed: CallSeed) {
        let (from, to, status, direction, made, seconds, price) = seed;
        let made = at(made);
        let mut call = Call::dialled(world.new_sid("CA"), from, to, made);
        call.direction = direction;
        call.become_at(CallStatus::InProgress, made);
        call.become_at(status, later(made, seconds));
        call.price = price.map(str::to_string);
        if direction == "inbound" {
            call.phone_number_sid = Some(format!("PN{:032}", 1));
            call.caller_name = Some("Example caller".to_string());
        }
        if direction == "outbound-dial" {
            call.parent_call_sid = self.calls.first().map(|parent| parent.sid.clone());
        }
        self.calls.push(call);
    }

    fn finish(mut self, world: &mut World, account: &str) {
        self.conferences.sort_by_key(|one| one.date_created);
        self.participants.sort_by_key(|one| one.date_created);
        self.calls.sort_by_key(|one| one.date_created);
        let Some(holdings) = world.holdings.get_mut(account) else { return };
        for conference in self.conferences {
            holdings.add_conference(conference);
        }
        for call in self.calls {
            holdings.calls.insert(&call.sid.clone(), call);
        }
        for participant in self.participants {
            let table = holdings.participants.entry(participant.conference_sid.clone()).or_default();
            table.insert(&participant.call_sid.clone(), participant);
        }
    }
}
