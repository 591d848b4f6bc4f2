//! The messages of an account: those that are kept, and those that `--messages` makes up when they are read.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::kept_pages::KeptPages;
use super::rows::{Media, Message, MessageStatus};
use super::table::{Rows, Table};
use super::{World, later};

/// What the SIDs of messages that are made up begin with; their number follows.
const MADE_UP: &str = "SM00000000000a11ce";

/// Messages that are made up lie in the year before this moment (2023-10-01T00:00:00Z), before all others.
const MADE_UP_UNTIL: Timestamp = Timestamp::constant(1_696_118_400, 0);
const YEAR: i64 = 365 * 24 * 60 * 60;

/// Messages by SID and by age. Those that are made up are the oldest: their number is their place.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    kept: Table<Message>,
    made_up: u64,
    removed: BTreeSet<u64>,
    /// By message SID.
    pub(crate) media: BTreeMap<String, Table<Media>>,
    /// Answers that hold as long as no message changes.
    pub(crate) pages: KeptPages,
}

impl Messages {
    /// Makes up so many messages, in addition to those that are kept.
    pub(super) fn make_up(&mut self, count: u32) {
        self.made_up = count.into();
    }

    /// Adds a message that is newer than all others.
    pub(super) fn insert(&mut self, message: Message) {
        self.pages.clear();
        self.media.insert(message.sid.clone(), Table::default());
        self.kept.insert(&message.sid.clone(), message);
    }

    pub(crate) fn get(&self, sid: &str) -> Option<Cow<'_, Message>> {
        match self.number(sid) {
            Some(number) => self.made(number).map(Cow::Owned),
            None => self.kept.get(sid).map(Cow::Borrowed),
        }
    }

    /// Removes a message with its media.
    fn remove(&mut self, sid: &str) {
        self.pages.clear();
        match self.number(sid) {
            Some(number) => {
                self.removed.insert(number);
            }
            None => {
                self.kept.remove(sid);
                self.media.remove(sid);
            }
        }
    }

    /// The number of a message that is made up, removed or not.
    fn number(&self, sid: &str) -> Option<u64> {
        let number = u64::from_str_radix(sid.strip_prefix(MADE_UP)?, 16).ok()?;
        (number < self.made_up && sid == made_up_sid(number)).then_some(number)
    }

    /// When the message of that number is made. It is sent a second later.
    fn created(&self, number: u64) -> Timestamp {
        let age = (self.made_up - number) as i64 * YEAR / self.made_up as i64;
        later(MADE_UP_UNTIL, -age)
    }

    /// The messages, without those made up that were sent before the first moment or after the last one.
    pub(crate) fn sent_within(&self, (first, last): (Timestamp, Timestamp)) -> Within<'_> {
        let from = self.first_number(|sent| sent >= first);
        let until = self.first_number(|sent| sent > last);
        Within { messages: self, from, until: until.max(from) }
    }

    /// The lowest number whose message was sent at a time that `is_late`; all after it were too.
    fn first_number(&self, is_late: impl Fn(Timestamp) -> bool) -> u64 {
        let (mut low, mut high) = (0, self.made_up);
        while low < high {
            let middle = low + (high - low) / 2;
            match is_late(later(self.created(middle), 1)) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        low
    }

    fn made(&self, number: u64) -> Option<Message> {
        if self.removed.contains(&number) {
            return None;
        }
        let created = self.created(number);
        Some(Message {
            sid: made_up_sid(number),
            from: "+14155550100".to_string(),
            to: format!("+1415557{:04}", number % 10_000),
            body: format!("Message {:06}", number + 1),
            direction: "outbound-api",
            status: MessageStatus::Delivered,
            segments: 1,
            media: 0,
            price: Some("-0.0075"),
            price_unit: Some("USD"),
            error: None,
            service: None,
            date_created: created,
            date_sent: Some(later(created, 1)),
            date_updated: later(created, 2),
        })
    }
}

fn made_up_sid(number: u64) -> String {
    format!("{MADE_UP}{number:016x}")
}

/// Messages, and of those that are made up only some: the numbers of a span of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Within<'t> {
    messages: &'t Messages,
    from: u64,
    until: u64,
}

impl<'t> Rows for Within<'t> {
    type Row = Cow<'t, Message>;

    fn place(self, sid: &str) -> Option<u64> {
        let Messages { kept, made_up, .. } = self.messages;
        self.messages.number(sid).or_else(|| kept.place(sid).map(|place| place + made_up))
    }

    fn older_than(self, place: u64) -> impl Iterator<Item = Cow<'t, Message>> {
        let messages = self.messages;
        let kept = messages.kept.older_than(place.saturating_sub(messages.made_up)).map(Cow::Borrowed);
        let made_up = (self.from..place.min(self.until)).rev();
        kept.chain(made_up.filter_map(|number| messages.made(number).map(Cow::Owned)))
    }

    fn newer_than(self, place: u64) -> impl Iterator<Item = Cow<'t, Message>> {
        let messages = self.messages;
        let after = place.checked_sub(messages.made_up);
        let first = place.saturating_add(1).max(self.from);
        let made_up = (first..self.until).filter_map(|number| messages.made(number));
        let all = after.is_none().then(|| messages.kept.oldest_first());
        let some = after.map(|place| messages.kept.newer_than(place));
        let kept = all.into_iter().flatten().chain(some.into_iter().flatten());
        made_up.map(Cow::Owned).chain(kept.map(Cow::Borrowed))
    }
}

impl World {
    /// Takes a message to be sent. It stays in its first state: nobody delivers it here.
    pub(crate) fn send_message(&mut self, account: &str, draft: Message) -> Option<Message> {
        let sid = self.new_sid(if draft.media == 0 { "SM" } else { "MM" });
        let files: Vec<String> = (0..draft.media).map(|_| self.new_sid("ME")).collect();
        let sent = self.change(account, |holdings, now| {
            let message = Message { sid, date_created: now, date_updated: now, ..draft };
            holdings.messages.insert(message.clone());
            if let Some(table) = holdings.messages.media.get_mut(&message.sid) {
                for sid in files {
                    let media = Media {
                        sid: sid.clone(),
                        message_sid: message.sid.clone(),
                        content_type: "image/jpeg",
                        date_created: now,
                        date_updated: now,
                    };
                    table.insert(&sid, media);
                }
            }
            message
        })?;
        self.effects.messages_sent += 1;
        Some(sent)
    }

    /// Clears the text of a message that is kept.
    pub(crate) fn redact_message(&mut self, account: &str, message: &str) {
        self.change_message(account, message, |message| message.body.clear());
    }

    /// Takes back a message that is kept.
    pub(crate) fn cancel_message(&mut self, account: &str, message: &str) {
        self.change_message(account, message, |message| message.status = MessageStatus::Canceled);
    }

    fn change_message(&mut self, account: &str, message: &str, change: impl FnOnce(&mut Message)) {
        self.change(account, |holdings, now| {
            holdings.messages.pages.clear();
            let message = holdings.messages.kept.get_mut(message)?;
            change(message);
            message.date_updated = now;
            Some(())
        });
    }

    /// Forgets a message and its media.
    pub(crate) fn forget_message(&mut self, account: &str, message: &str) {
        self.change(account, |holdings, _| holdings.messages.remove(message));
    }

    /// Forgets a file of a message.
    pub(crate) fn forget_media(&mut self, account: &str, message: &str, media: &str) {
        self.change(account, |holdings, _| holdings.messages.media.get_mut(message)?.remove(media));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::{MAIN_ACCOUNT, MAIN_TOKEN};
    use crate::world::Extra;

    #[test]
    fn messages_that_are_made_up_are_the_oldest_and_lie_evenly() {
        let world = World::seeded(MAIN_ACCOUNT, MAIN_TOKEN, Extra { messages: 1000, ..Extra::default() });
        let made = &world.holdings[MAIN_ACCOUNT].messages;
        let messages = made.sent_within((Timestamp::MIN, Timestamp::MAX));
        let all: Vec<_> = messages.older_than(u64::MAX).collect();
        assert!(all.len() > 1020 && all.is_sorted_by(|a, b| a.date_created >= b.date_created));
        let mut back: Vec<_> = messages.newer_than(0).map(|one| one.sid.clone()).collect();
        back.reverse();
        assert_eq!(back, all[..all.len() - 1].iter().map(|one| one.sid.clone()).collect::<Vec<_>>());
        let january = all.iter().filter(|one| one.date_created.to_string().starts_with("2023-01")).count();
        assert!((84..=86).contains(&january), "{january}");
    }

    #[test]
    fn a_span_of_time_holds_what_was_sent_in_it() {
        let extra = Extra { messages: 5000, ..Extra::default() };
        let world = World::seeded(MAIN_ACCOUNT, MAIN_TOKEN, extra);
        let messages = &world.holdings[MAIN_ACCOUNT].messages;
        let sent = |number| messages.made(number).unwrap().date_sent.unwrap();
        for (first, last) in
            [(sent(0), sent(4999)), (sent(17), sent(20)), (sent(30), sent(29)), (sent(40), sent(40))]
        {
            let within = messages.sent_within((first, last));
            let is_made_up = |one: &Cow<'_, Message>| one.sid.starts_with(MADE_UP);
            let found: Vec<_> =
                within.older_than(u64::MAX).filter(is_made_up).map(|one| one.sid.clone()).collect();
            let all = messages
                .sent_within((Timestamp::MIN, Timestamp::MAX))
                .older_than(u64::MAX)
                .filter(is_made_up);
            let expected = all.filter(|one| one.date_sent.is_some_and(|sent| (first..=last).contains(&sent)));
            assert_eq!(found, expected.map(|one| one.sid.clone()).collect::<Vec<_>>());
            let mut back: Vec<_> =
                within.newer_than(0).filter(is_made_up).map(|one| one.sid.clone()).collect();
            back.reverse();
            let has_oldest = found.last() == Some(&made_up_sid(0));
            assert_eq!(back, found[..found.len() - usize::from(has_oldest)]);
        }
    }

    #[test]
    fn a_removed_message_keeps_its_place() {
        let mut world = World::seeded(MAIN_ACCOUNT, MAIN_TOKEN, Extra { messages: 3, ..Extra::default() });
        let middle = made_up_sid(1);
        world.forget_message(MAIN_ACCOUNT, &middle);
        let messages = &world.holdings[MAIN_ACCOUNT].messages;
        assert_eq!(messages.get(&middle), None);
        let all = messages.sent_within((Timestamp::MIN, Timestamp::MAX));
        let older: Vec<_> = all.older_than(all.place(&middle).unwrap()).collect();
        assert_eq!(older.len(), 1);
        assert_eq!(messages.number(&made_up_sid(3)), None, "there are three");
        assert_eq!(messages.number(&format!("{MADE_UP}+{:015x}", 1)), None, "no digits");
    }
}
