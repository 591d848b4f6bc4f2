//! What the simulated Twilio holds: accounts with their calls, conferences, participants and
//! messages.
//!
//! `seed` and `message_seed` make the first state, `actions` are the changes that requests cause, `rows` are the
//! resources, `table` keeps them by SID and by age. Everything is deterministic: the same requests
//! after a start or a reset give the same SIDs and dates.

mod actions;
mod kept_pages;
mod message_seed;
mod messages;
mod rows;
mod seed;
pub(crate) mod table;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use messages::Messages;
pub(crate) use rows::{
    Account, AccountStatus, Call, CallStatus, Conference, ConferenceStatus, EndReason, Media, Message,
    MessageStatus, Participant, ParticipantStatus,
};
use table::Table;

use crate::resources::insights::Insights;
use crate::store::Store;

/// The moment before the first write: the day after the youngest seeded row.
const FIRST_NOW: &str = "2024-07-01T12:00:00Z";

/// How often requests did something that costs money or reaches people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Effects {
    pub(crate) participants_created: u64,
    pub(crate) calls_made: u64,
    pub(crate) messages_sent: u64,
    pub(crate) conferences_ended: u64,
    pub(crate) participants_removed: u64,
    /// What was done to resources of the store, by the names their data give it.
    #[serde(flatten)]
    pub(crate) others: BTreeMap<String, u64>,
}

/// What one account owns.
#[derive(Debug)]
pub(crate) struct Holdings {
    pub(crate) account_sid: String,
    pub(crate) calls: Table<Call>,
    pub(crate) conferences: Table<Conference>,
    /// By conference SID; every conference has an entry.
    pub(crate) participants: BTreeMap<String, Table<Participant>>,
    pub(crate) messages: Messages,
}

/// What the command line adds to the readable rows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extra {
    /// Completed conferences, and participants of the big one.
    pub(crate) rows: u32,
    /// Conferences in progress, with a participant or two each.
    pub(crate) conferences: u32,
    pub(crate) messages: u32,
}

/// The whole state.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) accounts: Table<Account>,
    holdings: BTreeMap<String, Holdings>,
    pub(crate) store: Store,
    pub(crate) insights: Insights,
    pub(crate) effects: Effects,
    now: Timestamp,
    sids: u64,
}

impl World {
    /// The seeded state.
    pub(crate) fn seeded(main_sid: &str, main_token: &str, extra: Extra) -> Self {
        let mut world = World {
            accounts: Table::default(),
            holdings: BTreeMap::new(),
            store: Store::seeded(main_sid),
            insights: Insights::default(),
            effects: Effects::default(),
            now: FIRST_NOW.parse().unwrap_or(Timestamp::UNIX_EPOCH),
            sids: 0,
        };
        seed::plant(&mut world, main_sid, main_token, extra);
        message_seed::plant(&mut world, main_sid, extra.messages);
        world
    }

    pub(crate) fn holdings(&self, account_sid: &str) -> Option<&Holdings> {
        self.holdings.get(account_sid)
    }

    /// The world's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Moves the world's clock on by a second, so that later writes have later dates.
    pub(crate) fn tick(&mut self) -> Timestamp {
        self.now = self.now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(self.now);
        self.now
    }

    /// A SID that no other row has.
    pub(crate) fn new_sid(&mut self, prefix: &str) -> String {
        self.sids += 1;
        format!("{prefix}{:016x}{:016x}", scatter(self.sids), scatter(self.sids ^ (1 << 63)))
    }

    /// Opens a subaccount.
    pub(crate) fn open_account(&mut self, owner: &str, name: Option<&str>) -> &Account {
        let now = self.tick();
        let (sid, auth_token) = (self.new_sid("AC"), self.new_sid(""));
        self.add_account(Account {
            sid: sid.clone(),
            auth_token,
            friendly_name: name.map_or_else(|| format!("SubAccount Created at {now}"), str::to_string),
            owner: owner.to_string(),
            status: AccountStatus::Active,
            date_created: now,
            date_updated: now,
        });
        self.accounts.get(&sid).expect("it has just been added")
    }

    fn add_account(&mut self, account: Account) {
        let sid = account.sid.clone();
        self.accounts.insert(&sid, account);
        let holdings = Holdings {
            account_sid: sid.clone(),
            calls: Table::default(),
            conferences: Table::default(),
            participants: BTreeMap::new(),
            messages: Messages::default(),
        };
        self.holdings.insert(sid, holdings);
    }
}

impl Holdings {
    fn add_conference(&mut self, conference: Conference) {
        let sid = conference.sid.clone();
        self.participants.insert(sid.clone(), Table::default());
        self.conferences.insert(&sid, conference);
    }

    /// The participant of a conference by call SID or by label.
    pub(crate) fn participant(&self, conference_sid: &str, call_or_label: &str) -> Option<&Participant> {
        let participants = self.participants.get(conference_sid)?;
        participants
            .get(call_or_label)
            .or_else(|| participants.newest_first().find(|one| one.label.as_deref() == Some(call_or_label)))
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(crate) fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(time)
}

/// Spreads small numbers over all 64 bits (the finaliser of SplitMix64): unique in, unique out.
pub(crate) fn scatter(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::{MAIN_ACCOUNT, MAIN_TOKEN};

    fn rows(rows: u32) -> Extra {
        Extra { rows, ..Extra::default() }
    }

    #[test]
    fn two_seeded_worlds_are_the_same() {
        let [one, two] =
            [0, 1].map(|_| format!("{:?}", World::seeded(MAIN_ACCOUNT, MAIN_TOKEN, rows(10)).holdings));
        assert_eq!(one, two);
    }

    #[test]
    fn rows_scale_conferences_and_the_big_conferences_participants() {
        let count = |number| {
            let world = World::seeded(MAIN_ACCOUNT, MAIN_TOKEN, rows(number));
            let main = &world.holdings[MAIN_ACCOUNT];
            let biggest = main.participants.values().map(|table| table.newest_first().count()).max();
            (main.conferences.newest_first().count(), biggest.unwrap())
        };
        assert_eq!(count(1200).0, count(0).0 + 1200);
        assert_eq!(count(1200).1, 1200);
    }

    #[test]
    fn further_conferences_are_in_progress_and_have_somebody_in_them() {
        let extra = Extra { conferences: 9, ..Extra::default() };
        let [plain, more] =
            [Extra::default(), extra].map(|extra| World::seeded(MAIN_ACCOUNT, MAIN_TOKEN, extra));
        let in_progress = |world: &World| {
            let main = &world.holdings[MAIN_ACCOUNT];
            let rooms = main.conferences.newest_first();
            let live = rooms.filter(|one| one.status == ConferenceStatus::InProgress);
            live.map(|one| main.participants[&one.sid].newest_first().count()).collect::<Vec<_>>()
        };
        let (plain, more) = (in_progress(&plain), in_progress(&more));
        assert_eq!(more[..plain.len()], plain);
        assert_eq!(more[plain.len()..], [1, 2, 1, 2, 1, 2, 1, 2, 1]);
    }

    #[test]
    fn every_participant_and_every_ending_has_its_call() {
        let world = World::seeded(MAIN_ACCOUNT, MAIN_TOKEN, Extra { conferences: 7, ..rows(5) });
        for holdings in world.holdings.values() {
            for participants in holdings.participants.values() {
                for one in participants.newest_first() {
                    assert!(holdings.calls.get(&one.call_sid).unwrap().status.is_live());
                }
            }
            for ender in holdings.conferences.newest_first().filter_map(|one| one.ender.as_ref()) {
                assert!(!holdings.calls.get(ender).unwrap().status.is_live());
            }
        }
    }

    #[test]
    fn newest_rows_have_the_youngest_dates() {
        let world = World::seeded(MAIN_ACCOUNT, MAIN_TOKEN, Extra { conferences: 7, ..rows(30) });
        let main = &world.holdings[MAIN_ACCOUNT];
        let dates: Vec<_> = main.conferences.newest_first().map(|one| one.date_created).collect();
        assert!(dates.is_sorted_by(|a, b| a >= b));
        let calls: Vec<_> = main.calls.newest_first().map(|one| one.date_created).collect();
        assert!(calls.is_sorted_by(|a, b| a >= b));
        assert!(dates[0] < world.now);
    }
}
