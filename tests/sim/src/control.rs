//! The control API under `/_sim/`: for tests, without authentication, no part of Twilio.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::faults::Order;
use crate::http::{Answer, Request};
use crate::resources::{conferences, participants};
use crate::router;
use crate::simulator::Simulator;
use crate::world::World;

pub(crate) const PREFIX: &str = "/_sim/";

pub(crate) fn answer(simulator: &Simulator, request: &Request) -> Answer {
    let name = request.path.strip_prefix(PREFIX).unwrap_or("");
    match (request.method.as_str(), name) {
        ("GET", "requests") => Answer::json(200, simulator.log().entries()),
        ("DELETE", "requests") => {
            simulator.log().clear();
            Answer::no_content()
        }
        ("GET", "faults") => Answer::json(200, &json!({"faults": simulator.faults().waiting()})),
        ("POST", "faults") => add_faults(simulator, request),
        ("DELETE", "faults") => {
            simulator.faults().clear();
            Answer::no_content()
        }
        ("POST", "reset") => {
            simulator.reset();
            Answer::no_content()
        }
        ("GET", "effects") => Answer::json(200, &simulator.world().effects),
        ("GET", "world") => world(&simulator.world()),
        ("POST", "insights") => match serde_json::from_slice::<InsightsOrder>(&request.body) {
            Ok(order) => {
                simulator.world().insights.advanced = order.advanced_features;
                Answer::no_content()
            }
            Err(error) => refusal(400, &error.to_string()),
        },
        ("POST", "tokens") => match serde_json::from_slice(&request.body) {
            Ok(order) => {
                simulator.tokens().change(order);
                Answer::no_content()
            }
            Err(error) => refusal(400, &error.to_string()),
        },
        ("GET", "lists") => {
            let lists = router::lists().map(|(product, list)| json!({"product": product, "list": list}));
            Answer::json(200, &json!({"lists": lists.collect::<Vec<_>>()}))
        }
        ("GET", "credentials") => Answer::json(200, &simulator.credentials),
        (
            _,
            "requests" | "faults" | "reset" | "effects" | "world" | "lists" | "insights" | "tokens"
            | "credentials",
        ) => refusal(405, "method not allowed"),
        _ => refusal(404, "no such control path"),
    }
}

/// Whether accounts have the Advanced Features of Voice Insights.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InsightsOrder {
    advanced_features: bool,
}

fn add_faults(simulator: &Simulator, request: &Request) -> Answer {
    let order = match serde_json::from_slice::<Order>(&request.body) {
        Ok(order) => order,
        Err(error) => return refusal(400, &error.to_string()),
    };
    if let Some(error) = order.faults.iter().find_map(|fault| fault.check().err()) {
        return refusal(400, &error);
    }
    let mut faults = simulator.faults();
    faults.add(order.faults);
    Answer::json(200, &json!({"faults": faults.waiting()}))
}

fn refusal(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({"error": message}))
}

/// Conferences of each account, newest first, with their participants beside them.
fn world(world: &World) -> Answer {
    #[derive(Serialize)]
    struct Room<C, P> {
        conference: C,
        participants: Vec<P>,
    }
    let accounts: BTreeMap<_, _> = world
        .accounts
        .newest_first()
        .filter_map(|account| world.holdings(&account.sid))
        .map(|holdings| {
            let sid = holdings.account_sid.as_str();
            let rooms = holdings.conferences.newest_first().map(|conference| Room {
                conference: conferences::view(sid, conference),
                participants: holdings.participants.get(&conference.sid).map_or_else(Vec::new, |table| {
                    table.newest_first().map(|one| participants::view(sid, one)).collect()
                }),
            });
            (sid, rooms.collect::<Vec<_>>())
        })
        .collect();
    Answer::json(200, &accounts)
}
