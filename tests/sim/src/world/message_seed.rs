//! The messages that are there at the start: every direction and many states, prices that are not known yet,
//! error codes, channels, media, midnights, and texts beyond ASCII.

use super::rows::{Media, Message, MessageStatus};
use super::{World, at, later, scatter};
use crate::credentials::SUBACCOUNT;

use MessageStatus::{
    Accepted, Canceled, Delivered, Failed, PartiallyDelivered, Queued, Read, Received, Receiving, Scheduled,
    Sending, Sent, Undelivered,
};

const TWILIO_NUMBER: &str = "+14155550100";
const CUSTOMER: &str = "+14155550101";
const SERVICE: &str = "MG00000000000000000000000000000001";

/// Keeps the numbers behind these SIDs apart from those of `World::new_sid`.
const SEED: u64 = 1 << 40;

#[derive(Clone, Copy)]
struct Seed {
    /// Empty: any.
    sid: &'static str,
    created: &'static str,
    /// Seconds from there until it is sent; `None` where it is not.
    sent_after: Option<i64>,
    direction: &'static str,
    status: MessageStatus,
    from: &'static str,
    to: &'static str,
    body: &'static str,
    segments: u32,
    price: Option<&'static str>,
    unit: Option<&'static str>,
    error: Option<(u32, &'static str)>,
    service: Option<&'static str>,
    /// The types of its files.
    media: &'static [&'static str],
}

/// A text that was sent through the API and arrived.
const OUT: Seed = Seed {
    sid: "",
    created: "",
    sent_after: Some(2),
    direction: "outbound-api",
    status: Delivered,
    from: TWILIO_NUMBER,
    to: CUSTOMER,
    body: "",
    segments: 1,
    price: Some("-0.00750"),
    unit: Some("USD"),
    error: None,
    service: None,
    media: &[],
};

/// A text that came in.
const IN: Seed = Seed {
    sent_after: Some(0),
    direction: "inbound",
    status: Received,
    from: CUSTOMER,
    to: TWILIO_NUMBER,
    ..OUT
};

/// One that never left, so that nothing was charged.
const UNSENT: Seed = Seed { sent_after: None, price: None, unit: None, ..OUT };

const MAIN: [Seed; 30] = [
    Seed { created: "2023-11-06T09:05:00Z", body: "Your code is 123456", ..OUT },
    Seed { created: "2023-11-06T09:06:10Z", body: "STOP", ..IN },
    Seed {
        created: "2023-11-06T09:06:12Z",
        direction: "outbound-reply",
        body: "You have been unsubscribed.",
        ..OUT
    },
    Seed {
        created: "2023-11-07T10:00:00Z",
        status: Failed,
        body: "Your code is 654321",
        error: Some((21610, "Attempt to send to unsubscribed recipient")),
        ..UNSENT
    },
    Seed {
        created: "2023-12-24T18:30:00Z",
        to: "+14155550102",
        body: "Merry Christmas 🎄🎁",
        segments: 1,
        price: Some("-0.00790"),
        ..OUT
    },
    Seed {
        created: "2023-12-31T23:59:58Z",
        sent_after: Some(4),
        to: "+14155550102",
        body: "Happy new year 🎉",
        ..OUT
    },
    Seed {
        created: "2024-01-15T08:00:00Z",
        to: "+41445550103",
        body: "Grüezi Zoë, Ihr Termin in Zürich ist am 17. um 14:00.",
        segments: 2,
        price: Some("-0.15400"),
        ..OUT
    },
    Seed {
        created: "2024-01-15T08:01:30Z",
        from: "+41445550103",
        body: "Danke! 👍🏽 Bis dann – Zoë",
        price: Some("-0.00750"),
        ..IN
    },
    Seed { created: "2024-02-28T23:59:59Z", sent_after: Some(0), body: "Last second", ..OUT },
    Seed { created: "2024-02-29T00:00:00Z", sent_after: Some(0), body: "Midnight", ..OUT },
    Seed { created: "2024-02-29T12:00:00Z", sent_after: Some(0), body: "Leap day", ..OUT },
    Seed { created: "2024-03-01T00:00:00Z", sent_after: Some(0), body: "The midnight after", ..OUT },
    Seed {
        created: "2024-03-10T12:00:00Z",
        status: Undelivered,
        to: "+14155550199",
        body: "Are you there?",
        error: Some((30003, "Unreachable destination handset")),
        ..OUT
    },
    Seed {
        created: "2024-03-10T12:05:00Z",
        status: Undelivered,
        to: "+14155550198",
        body: "Win a prize now!",
        error: Some((30007, "Carrier violation")),
        ..OUT
    },
    Seed {
        sid: "MM5843bda0e992d145a0c989a33e2ba7d0",
        created: "2024-04-02T03:00:00Z",
        from: "+14155550104",
        body: "Three photos of the damage",
        price: Some("-0.01650"),
        media: &["image/jpeg", "image/png", "video/mp4"],
        ..IN
    },
    Seed {
        created: "2024-04-02T03:10:00Z",
        from: "+14155550104",
        price: Some("-0.01650"),
        media: &["image/gif"],
        ..IN
    },
    Seed {
        created: "2024-04-20T01:00:00Z",
        to: "+81355550104",
        body: "会議室は東京です。",
        segments: 1,
        price: Some("-0.08450"),
        service: Some(SERVICE),
        ..OUT
    },
    Seed {
        created: "2024-05-02T07:00:00Z",
        to: "+491715550105",
        from: "ACME",
        body: "Ihr Paket „XL“ kommt heute: 12,50 €",
        price: Some("-0.09200"),
        unit: Some("eur"),
        ..OUT
    },
    Seed {
        created: "2024-05-05T05:05:05Z",
        from: "whatsapp:+14155550100",
        to: "whatsapp:+5511955550106",
        status: Read,
        body: "Olá! Seu pedido saiu para entrega 🚚",
        price: Some("-0.00500"),
        ..OUT
    },
    Seed {
        created: "2024-05-05T05:06:00Z",
        from: "whatsapp:+5511955550106",
        to: "whatsapp:+14155550100",
        body: "Obrigado 🙏",
        price: Some("-0.00500"),
        media: &["audio/ogg"],
        ..IN
    },
    Seed {
        created: "2024-05-31T20:00:00Z",
        body: "Quotes ' and \", a backslash \\, a tab\tand\na second line; 100% & more",
        ..OUT
    },
    Seed { created: "2024-06-03T07:00:00Z", from: "+14155550107", to: "60000", body: "", ..IN },
    Seed {
        created: "2024-06-10T22:10:00Z",
        direction: "outbound-call",
        body: "Sent while you were on the phone",
        ..OUT
    },
    Seed {
        created: "2024-06-14T10:00:00Z",
        status: Sent,
        to: "+14155550108",
        body: "The new catalogue",
        price: None,
        unit: Some("USD"),
        media: &["application/pdf"],
        ..OUT
    },
    Seed {
        created: "2024-06-18T13:00:00Z",
        status: PartiallyDelivered,
        to: "+14155550109",
        body: "To the group",
        service: Some(SERVICE),
        ..OUT
    },
    Seed {
        created: "2024-06-20T15:00:00Z",
        status: Canceled,
        body: "Not any more",
        service: Some(SERVICE),
        segments: 0,
        ..UNSENT
    },
    Seed {
        created: "2024-06-30T17:00:00Z",
        status: Scheduled,
        to: "+14155550110",
        body: "See you tomorrow at 9",
        service: Some(SERVICE),
        segments: 0,
        ..UNSENT
    },
    Seed { created: "2024-06-30T18:00:00Z", status: Receiving, price: None, body: "On its way in", ..IN },
    Seed {
        created: "2024-06-30T18:00:01Z",
        status: Sending,
        price: None,
        sent_after: None,
        body: "On its way out",
        ..OUT
    },
    Seed { created: "2024-06-30T18:00:02Z", status: Queued, to: "+14155550111", body: "Waiting", ..UNSENT },
];

const TENANT: [Seed; 4] = [
    Seed { created: "2024-02-12T10:30:00Z", from: "+14155550200", body: "Tenant A says hello", ..OUT },
    Seed { created: "2024-04-12T10:30:00Z", to: "+14155550200", body: "Hello back", ..IN },
    Seed {
        created: "2024-06-21T10:30:00Z",
        to: "+14155550200",
        body: "A picture for tenant A",
        media: &["image/png"],
        ..IN
    },
    Seed {
        created: "2024-06-22T10:30:00Z",
        from: "+14155550200",
        status: Accepted,
        service: Some(SERVICE),
        ..UNSENT
    },
];

/// Puts in the messages, and makes up `extra` more.
pub(super) fn plant(world: &mut World, main_sid: &str, extra: u32) {
    let mut number = SEED;
    let mut sid = |prefix: &str| {
        number += 1;
        format!("{prefix}{:016x}{:016x}", scatter(number), scatter(number ^ (1 << 63)))
    };
    let accounts: [(&str, &[Seed]); 2] = [(main_sid, &MAIN), (SUBACCOUNT, &TENANT)];
    for (account, seeds) in accounts {
        let Some(holdings) = world.holdings.get_mut(account) else { continue };
        for seed in seeds {
            let message = message(seed, &mut sid);
            let media: Vec<Media> = seed.media.iter().map(|kind| file(&message, kind, sid("ME"))).collect();
            let table = message.sid.clone();
            holdings.messages.insert(message);
            for file in media {
                let sid = file.sid.clone();
                holdings.messages.media.entry(table.clone()).or_default().insert(&sid, file);
            }
        }
    }
    if let Some(holdings) = world.holdings.get_mut(main_sid) {
        holdings.messages.make_up(extra);
    }
}

fn message(seed: &Seed, sid: &mut impl FnMut(&str) -> String) -> Message {
    let created = at(seed.created);
    let sent = seed.sent_after.map(|seconds| later(created, seconds));
    let any = sid(if seed.media.is_empty() { "SM" } else { "MM" });
    Message {
        sid: if seed.sid.is_empty() { any } else { seed.sid.to_string() },
        from: seed.from.to_string(),
        to: seed.to.to_string(),
        body: seed.body.to_string(),
        direction: seed.direction,
        status: seed.status,
        segments: seed.segments,
        media: seed.media.len(),
        price: seed.price,
        price_unit: seed.unit,
        error: seed.error,
        service: seed.service.map(str::to_string),
        date_created: created,
        date_sent: sent,
        date_updated: sent.unwrap_or(created),
    }
}

fn file(message: &Message, content_type: &'static str, sid: String) -> Media {
    Media {
        sid,
        message_sid: message.sid.clone(),
        content_type,
        date_created: message.date_created,
        date_updated: message.date_created,
    }
}
