//! Resources that the store keeps: reading, making, changing, removing.

mod support;

use serde_json::{Value, json};
use support::{SUB, Simulator};

fn field(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap_or_else(|| panic!("{name} of {row}")).to_owned()
}

#[test]
fn every_list_of_the_store_answers() {
    let sim = Simulator::start();
    let lists = sim.control("GET", "lists", "").json();
    let lists = lists["lists"].as_array().unwrap();
    assert!(lists.len() > 35, "{}", lists.len());
    let below = lists.iter().filter(|one| {
        let path = one["list"].as_str().unwrap().replace("{AccountSid}", "");
        !path.contains('{')
    });
    for list in below {
        let path = list["list"].as_str().unwrap().replace("{AccountSid}", support::MAIN.0);
        let product = list["product"].as_str().unwrap();
        let answer = sim.get_uri(&format!("/{product}{path}"));
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[test]
fn an_address_lives_and_dies() {
    let sim = Simulator::start();
    let before = sim.walk("Addresses.json", "addresses").len();
    let missing = sim.post("Addresses.json", "CustomerName=Test&Street=1&City=X&Region=Y&IsoCountry=US");
    assert_eq!(missing.refusal(), (400, 20001));
    let form =
        "CustomerName=T%C3%A9st&Street=1&City=X&Region=Y&PostalCode=1&IsoCountry=US&EmergencyEnabled=true";
    let made = sim.post("Addresses.json", form);
    assert_eq!(made.status, 201);
    let made = made.json();
    assert_eq!((&made["customer_name"], &made["emergency_enabled"]), (&json!("Tést"), &json!(true)));
    assert_eq!(made["date_created"], "Mon, 01 Jul 2024 12:00:01 +0000");
    let path = format!("Addresses/{}.json", field(&made, "sid"));
    assert_eq!(field(&made, "uri"), format!("/2010-04-01/Accounts/{}/{path}", support::MAIN.0));
    assert_eq!(sim.get(&path).json(), made);
    assert_eq!(sim.walk("Addresses.json", "addresses").len(), before + 1);
    // What a POST does not name stays; an address does not move to another country.
    let changed = sim.post(&path, "City=Z&IsoCountry=DE").json();
    assert_eq!(
        (&changed["city"], &changed["street"], &changed["iso_country"]),
        (&json!("Z"), &json!("1"), &json!("US"))
    );
    assert_ne!(changed["date_updated"], made["date_updated"]);
    assert_eq!(sim.post(&path, "EmergencyEnabled=yes").refusal(), (400, 20001));
    assert_eq!(sim.delete(&path).status, 204);
    assert_eq!(sim.delete(&path).refusal(), (404, 20404));
    assert_eq!(sim.get(&path).refusal(), (404, 20404));
}

#[test]
fn filters_choose_and_strange_ones_are_ignored() {
    let sim = Simulator::start();
    let count = |query: &str| sim.walk(&format!("Addresses.json?{query}"), "addresses").len();
    assert_eq!(count("IsoCountry=DE"), 1);
    assert_eq!(count("EmergencyEnabled=true"), 1);
    assert_eq!(count("CustomerName=O'Brien+%26+Sons"), 1);
    assert_eq!(count("City=Nowhere"), count(""));
    let numbers = |query: &str| {
        sim.column(&format!("IncomingPhoneNumbers.json?{query}"), "incoming_phone_numbers", "phone_number")
            .len()
    };
    assert_eq!(numbers("PhoneNumber=%2B1415555****"), 2);
    assert_eq!(numbers("PhoneNumber=4155550100"), 1);
    assert_eq!(numbers("Beta=false"), numbers("") - 1);
    assert_eq!(sim.get("Usage/Triggers.json?Recurring=weekly").refusal(), (400, 20001));
}

#[test]
fn pages_of_both_kinds_lead_through_all_rows() {
    let sim = Simulator::start();
    let all = sim.walk("IncomingPhoneNumbers.json", "incoming_phone_numbers");
    let by_two = sim.walk("IncomingPhoneNumbers.json?PageSize=2", "incoming_phone_numbers");
    assert_eq!(all, by_two);
    assert_eq!(all.len(), 6);

    let webhooks = format!("/conversations/v1/Conversations/CH{:0>32}/Webhooks", 1);
    let first = sim.get_uri(&format!("{webhooks}?PageSize=5")).json();
    assert_eq!(first["meta"]["key"], "webhooks");
    assert_eq!(first["webhooks"].as_array().unwrap().len(), 5);
    let next = field(&first["meta"], "next_page_url");
    let next = next.replace("https://conversations.twilio.com", "/conversations");
    let last = sim.get_uri(&next).json();
    assert_eq!(last["webhooks"].as_array().unwrap().len(), 2);
    assert_eq!(last["meta"]["next_page_url"], Value::Null);
    let back = field(&last["meta"], "previous_page_url")
        .replace("https://conversations.twilio.com", "/conversations");
    assert_eq!(sim.get_uri(&back).json()["webhooks"], first["webhooks"]);
    assert_eq!(sim.get_uri(&format!("{webhooks}?PageSize=6")).refusal(), (400, 20007));
    assert_eq!(sim.get_uri("/conversations/v1/Users?PageSize=51").refusal(), (400, 20007));
    assert_eq!(sim.get_uri("/conversations/v1/Conversations?PageSize=101").refusal(), (400, 20007));
}

#[test]
fn a_number_is_bought_by_itself_or_by_its_area_and_released() {
    let sim = Simulator::start();
    assert_eq!(sim.post("IncomingPhoneNumbers.json", "FriendlyName=x").refusal(), (400, 20001));
    let area = sim.post("IncomingPhoneNumbers.json", "AreaCode=415").json();
    assert_eq!(area["phone_number"], "+14155550101");
    assert_eq!(area["friendly_name"], "(415) 555-0101");
    let taken = sim.post("IncomingPhoneNumbers.json", "PhoneNumber=%2B14155550101");
    assert_eq!(taken.refusal(), (400, 21422));
    assert_eq!(sim.post("IncomingPhoneNumbers.json", "PhoneNumber=5550101").refusal(), (400, 21421));
    let mobile = sim.post("IncomingPhoneNumbers/Mobile.json", "PhoneNumber=%2B447700900999").json();
    let path = format!("IncomingPhoneNumbers/{}.json", field(&mobile, "sid"));
    assert_eq!(sim.get(&path).json()["type"], "mobile");
    assert!(field(&mobile, "uri").ends_with(&path));
    assert_eq!(sim.walk("IncomingPhoneNumbers/Mobile.json", "incoming_phone_numbers").len(), 2);
    assert_eq!(sim.walk("IncomingPhoneNumbers/TollFree.json", "incoming_phone_numbers").len(), 1);
    assert_eq!(sim.delete(&path).status, 204);
    let effects = sim.effects();
    assert_eq!((&effects["numbers_bought"], &effects["numbers_released"]), (&json!(2), &json!(1)));
}

#[test]
fn a_number_moves_to_a_subaccount() {
    let sim = Simulator::start();
    let path = format!("IncomingPhoneNumbers/PN{:0>32}.json", 2);
    assert_eq!(sim.post(&path, "AccountSid=AC99").refusal(), (400, 20001));
    let moved = sim.post(&path, &format!("AccountSid={}", SUB.0)).json();
    assert_eq!(moved["account_sid"], SUB.0);
    assert_eq!(sim.get(&path).refusal(), (404, 20404));
    assert_eq!(sim.get_uri(&field(&moved, "uri")).json(), moved);
}

#[test]
fn a_secret_is_shown_once() {
    let sim = Simulator::start();
    let made = sim.post("Keys.json", "FriendlyName=Test").json();
    assert_eq!(field(&made, "secret").len(), 32);
    let path = format!("Keys/{}.json", field(&made, "sid"));
    assert_eq!(sim.get(&path).json().get("secret"), None);
    assert!(sim.walk("Keys.json", "keys").iter().all(|key| key.get("secret").is_none()));
    assert!(sim.walk("SigningKeys.json", "signing_keys").iter().any(|key| key["sid"] == made["sid"]));
}

#[test]
fn a_caller_id_is_asked_for_not_made() {
    let sim = Simulator::start();
    let before = sim.walk("OutgoingCallerIds.json", "outgoing_caller_ids");
    let asked = sim.post("OutgoingCallerIds.json", "PhoneNumber=%2B14155550999&FriendlyName=Desk");
    assert_eq!(asked.status, 200);
    let asked = asked.json();
    assert_eq!((&asked["validation_code"], &asked["sid"]), (&json!("123456"), &Value::Null));
    assert_eq!(sim.walk("OutgoingCallerIds.json", "outgoing_caller_ids"), before);
    assert_eq!(sim.effects()["validation_calls"], 1);
    let known = "PhoneNumber=%2B14155550201";
    assert_eq!(sim.post("OutgoingCallerIds.json", known).refusal(), (400, 21450));
}

#[test]
fn a_caller_is_taken_out_of_a_queue() {
    let sim = Simulator::start();
    let queue = format!("Queues/QU{:0>32}", 1);
    let members = format!("{queue}/Members.json");
    assert_eq!(sim.get(&format!("{queue}.json")).json()["current_size"], 3);
    assert_eq!(sim.column(&members, "queue_members", "position"), [1, 2, 3]);
    let first = sim.get(&format!("{queue}/Members/Front.json")).json();
    assert_eq!(first["call_sid"], format!("CA{:0>32}", 301));
    assert_eq!(first["wait_time"], 600);
    assert_eq!(sim.post(&format!("{queue}/Members/Front.json"), "Method=GET").refusal(), (400, 20001));
    let out = sim.post(&format!("{queue}/Members/Front.json"), "Url=https://example.com/next");
    assert_eq!((out.status, &out.json()["call_sid"]), (200, &first["call_sid"]));
    assert_eq!(sim.column(&members, "queue_members", "position"), [1, 2]);
    assert_eq!(sim.effects()["calls_dequeued"], 1);
    assert_eq!(sim.delete(&format!("{queue}.json")).refusal(), (400, 20001));
    let nowhere = format!("Queues/QU{}/Members.json", "f".repeat(32));
    assert_eq!(sim.get(&nowhere).refusal(), (404, 20404));
    assert_eq!(sim.post("Queues.json", "FriendlyName=x&MaxSize=5001").refusal(), (400, 20001));
}

#[test]
fn recordings_are_of_calls_and_conferences_and_leave_a_trace() {
    let sim = Simulator::start();
    let all = sim.walk("Recordings.json", "recordings");
    assert_eq!(all.len(), 5);
    assert_eq!(sim.walk("Recordings.json?IncludeSoftDeleted=true", "recordings").len(), 6);
    let on = |query: &str| sim.walk(&format!("Recordings.json?{query}"), "recordings").len();
    assert_eq!(on("DateCreated=2024-02-29"), 1);
    assert_eq!(on("DateCreated%3E=2024-02-29"), 2);
    assert_eq!(on("DateCreated%3C=2024-02-28T23:59:59Z"), 3);
    let of_room = field(&all[2], "conference_sid");
    assert_eq!(on(&format!("ConferenceSid={of_room}")), 1);
    assert_eq!(sim.walk(&format!("Conferences/{of_room}/Recordings.json"), "recordings").len(), 1);
    let call = field(&all[4], "call_sid");
    let of_call = format!("Calls/{call}/Recordings.json");
    assert_eq!(sim.walk(&of_call, "recordings").len(), 2);
    assert!(sim.walk(&of_call, "recordings")[0].get("media_url").is_none());
    assert_eq!(sim.get(&format!("{of_call}?DateCreated=2023-11-06T00:00:00Z")).refusal(), (400, 20001));
    let path = format!("Recordings/{}.json", field(&all[4], "sid"));
    assert_eq!(sim.delete(&path).status, 204);
    assert_eq!(sim.get(&path).refusal(), (404, 20404));
    assert_eq!(sim.get(&format!("{path}?IncludeSoftDeleted=true")).json()["status"], "deleted");
    assert_eq!(sim.walk(&of_call, "recordings").len(), 1);
    let texts =
        sim.walk(&format!("Recordings/{}/Transcriptions.json", field(&all[3], "sid")), "transcriptions");
    assert_eq!(texts.len(), 1);
}

#[test]
fn a_call_in_progress_is_recorded() {
    let sim = Simulator::start();
    let call = field(&sim.walk("Calls.json?Status=in-progress", "calls")[0], "sid");
    let path = format!("Calls/{call}/Recordings.json");
    let made = sim.post(&path, "RecordingChannels=dual").json();
    assert_eq!(
        (&made["status"], &made["channels"], &made["call_sid"]),
        (&json!("in-progress"), &json!(2), &json!(call))
    );
    let current = format!("Calls/{call}/Recordings/Twilio.CURRENT.json");
    assert_eq!(sim.post(&current, "Status=paused").json()["status"], "paused");
    assert_eq!(sim.post(&current, "Status=stopped").json()["status"], "completed");
    assert_eq!(sim.post(&current, "Status=stopped").refusal(), (404, 20404));
    assert_eq!(sim.walk(&path, "recordings").len(), 1);
    let ended = field(&sim.walk("Calls.json?Status=completed", "calls")[0], "sid");
    assert_eq!(sim.post(&format!("Calls/{ended}/Recordings.json"), "").refusal(), (400, 21220));
    assert_eq!(sim.effects()["recordings_started"], 1);
}

#[test]
fn an_account_has_its_own_rows() {
    let sim = Simulator::start();
    let path = format!("/2010-04-01/Accounts/{}/Addresses.json", SUB.0);
    let rows = sim.get_uri(&path).json();
    assert_eq!(rows["addresses"].as_array().unwrap().len(), 1);
    let own = sim.request("GET", "/conversations/v1/Conversations", Some(SUB), ("", "")).json();
    assert_eq!(own["conversations"].as_array().unwrap().len(), 1);
    assert_eq!(own["conversations"][0]["account_sid"], SUB.0);
}

#[test]
fn what_a_resource_does_not_do_is_405() {
    let sim = Simulator::start();
    assert_eq!(sim.post("Transcriptions.json", "").refusal(), (405, 20004));
    assert_eq!(sim.delete(&format!("SMS/ShortCodes/SC{:0>32}.json", 1)).refusal(), (405, 20004));
    assert_eq!(
        sim.get_uri(&format!("/verify/v2/Services/VA{:0>32}/Verifications", 1)).refusal(),
        (405, 20004)
    );
}
