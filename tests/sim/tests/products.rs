//! Resources of the other products: conversations, messaging, Verify, video.

mod support;

use serde_json::{Value, json};
use support::{Answer, MAIN, Simulator};

fn post(sim: &Simulator, path: &str, form: &str) -> Answer {
    sim.request("POST", path, Some(MAIN), ("application/x-www-form-urlencoded", form))
}

fn delete(sim: &Simulator, path: &str) -> Answer {
    sim.request("DELETE", path, Some(MAIN), ("", ""))
}

#[test]
fn a_conversation_has_messages_in_their_order() {
    let sim = Simulator::start();
    let made =
        post(&sim, "/conversations/v1/Conversations", "UniqueName=new&Timers.Closed=PT1H&Attributes=%7B%7D");
    assert_eq!(made.status, 201);
    let made = made.json();
    assert_eq!(made["date_created"], "2024-07-01T12:00:01Z");
    assert_eq!(made["timers"]["date_closed"], "2024-07-01T13:00:00Z");
    let url = made["url"].as_str().unwrap().replace("https://conversations.twilio.com", "/conversations");
    assert_eq!(sim.get_uri(&url).json(), made);
    assert_eq!(sim.get_uri("/conversations/v1/Conversations/new").json(), made);
    assert_eq!(post(&sim, "/conversations/v1/Conversations", "UniqueName=new").refusal(), (409, 20409));
    assert_eq!(post(&sim, &url, "State=open").refusal(), (400, 20001));
    assert_eq!(post(&sim, &url, "Attributes=no").refusal(), (400, 20001));

    let messages = format!("{url}/Messages");
    for body in ["one", "two"] {
        assert_eq!(post(&sim, &messages, &format!("Body={body}&Author=a%40example.com")).status, 201);
    }
    let bodies = |query: &str| -> Vec<Value> {
        let page = sim.get_uri(&format!("{messages}?{query}")).json();
        page["messages"].as_array().unwrap().iter().map(|row| json!([row["index"], row["body"]])).collect()
    };
    assert_eq!(bodies(""), [json!([0, "one"]), json!([1, "two"])]);
    assert_eq!(bodies("Order=desc"), [json!([1, "two"]), json!([0, "one"])]);
    assert_eq!(bodies("PageSize=1"), [json!([0, "one"])]);
    assert_eq!(sim.effects()["conversation_messages"], 2);
    assert_eq!(delete(&sim, &url).status, 204);
    assert_eq!(sim.get_uri(&messages).refusal(), (404, 20404));
}

#[test]
fn pages_of_an_ascending_list_go_both_ways() {
    let sim = Simulator::start();
    let path = format!("/conversations/v1/Conversations/CH{:0>32}/Messages?PageSize=1", 1);
    let local =
        |link: &Value| link.as_str().unwrap().replace("https://conversations.twilio.com", "/conversations");
    let first = sim.get_uri(&path).json();
    let second = sim.get_uri(&local(&first["meta"]["next_page_url"])).json();
    let third = sim.get_uri(&local(&second["meta"]["next_page_url"])).json();
    let indexes = [&first, &second, &third].map(|page| page["messages"][0]["index"].clone());
    assert_eq!(indexes, [0, 1, 2]);
    assert_eq!(third["meta"]["next_page_url"], Value::Null);
    assert_eq!(
        sim.get_uri(&local(&third["meta"]["previous_page_url"])).json()["messages"],
        second["messages"]
    );
}

#[test]
fn conversations_are_chosen_by_state_and_day() {
    let sim = Simulator::start();
    let count = |query: &str| {
        let page = sim.get_uri(&format!("/conversations/v1/Conversations?{query}")).json();
        page["conversations"].as_array().unwrap().len()
    };
    assert_eq!(count(""), 4);
    assert_eq!(count("State=closed"), 1);
    assert_eq!(count("StartDate=2024-02-29"), 3);
    assert_eq!(count("EndDate=2024-02-29"), 2);
    assert_eq!(count("StartDate=2024-02-29&EndDate=2024-06-30"), 3);
}

#[test]
fn participants_users_and_roles() {
    let sim = Simulator::start();
    let path = format!("/conversations/v1/Conversations/CH{:0>32}/Participants", 1);
    assert_eq!(post(&sim, &path, "Attributes=%7B%7D").refusal(), (400, 20001));
    assert_eq!(post(&sim, &path, "Identity=alice").refusal(), (409, 50433));
    let form = "MessagingBinding.Address=whatsapp:%2B14155550302&MessagingBinding.ProxyAddress=whatsapp:%2B14155550100";
    let made = post(&sim, &path, form).json();
    assert_eq!(made["messaging_binding"]["type"], "whatsapp");
    assert_eq!(made["messaging_binding"]["proxy_address"], "whatsapp:+14155550100");
    assert_eq!(sim.get_uri(&format!("{path}/alice")).json()["sid"], format!("MB{:0>32}", 1));
    assert_eq!(
        sim.get_uri("/conversations/v1/Users/zo%C3%AB%40example.com").json()["identity"],
        "zoë@example.com"
    );
    let role = "FriendlyName=r&Type=service&Permission=a&Permission=b";
    assert_eq!(post(&sim, "/conversations/v1/Roles", role).json()["permissions"], json!(["a", "b"]));
    let hook = "Target=webhook&Configuration.Url=https://example.com&Configuration.Filters=onMessageAdded";
    let webhooks = format!("/conversations/v1/Conversations/CH{:0>32}/Webhooks", 4);
    let made = post(&sim, &webhooks, hook).json();
    assert_eq!(made["configuration"], json!({"url": "https://example.com", "filters": ["onMessageAdded"]}));
}

#[test]
fn a_verification_is_sent_checked_and_gone() {
    let sim = Simulator::start();
    let service = format!("/verify/v2/Services/VA{:0>32}", 1);
    let (list, check) = (format!("{service}/Verifications"), format!("{service}/VerificationCheck"));
    assert_eq!(post(&sim, &list, "To=%2B14155550777").refusal(), (400, 60200));
    assert_eq!(post(&sim, &list, "To=1&Channel=sms").refusal(), (400, 60200));
    let sent = post(&sim, &list, "To=%2B14155550777&Channel=sms");
    assert_eq!(sent.status, 201);
    let sent = sent.json();
    assert_eq!((&sent["status"], &sent["valid"]), (&json!("pending"), &json!(false)));
    let again = post(&sim, &list, "To=%2B14155550777&Channel=call").json();
    assert_eq!(again["sid"], sent["sid"]);
    assert_eq!(again["send_code_attempts"].as_array().unwrap().len(), 2);
    let wrong = post(&sim, &check, "To=%2B14155550777&Code=000000").json();
    assert_eq!((&wrong["status"], &wrong["valid"]), (&json!("pending"), &json!(false)));
    let right = post(&sim, &check, "To=%2B14155550777&Code=123456").json();
    assert_eq!((&right["status"], &right["valid"]), (&json!("approved"), &json!(true)));
    assert_eq!(post(&sim, &check, "To=%2B14155550777&Code=123456").refusal(), (404, 20404));
    assert_eq!(sim.effects()["verifications_sent"], 2);

    let other = post(&sim, &list, "To=%2B14155550778&Channel=sms").json();
    let path = format!("{list}/{}", other["sid"].as_str().unwrap());
    for _ in 0..5 {
        assert_eq!(post(&sim, &check, "To=%2B14155550778&Code=1").status, 200);
    }
    assert_eq!(post(&sim, &check, "To=%2B14155550778&Code=123456").refusal(), (429, 60202));
    assert_eq!(post(&sim, &path, "Status=canceled").json()["status"], "canceled");
    assert_eq!(post(&sim, &path, "Status=canceled").refusal(), (404, 20404));
}

#[test]
fn rooms_in_progress_are_listed_unless_others_are_asked_for() {
    let sim = Simulator::start();
    let names = |query: &str| -> Vec<String> {
        let page = sim.get_uri(&format!("/video/v1/Rooms?{query}")).json();
        let rooms = page["rooms"].as_array().unwrap();
        rooms.iter().map(|room| room["unique_name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("").len(), 2);
    assert_eq!(names("Status=completed"), ["standup", "standup"]);
    assert_eq!(names("Status=completed&DateCreatedAfter=2024-02-29T23:59:59Z").len(), 1);
    assert_eq!(names("Status=completed&DateCreatedBefore=2024-02-29T23:59:59Z").len(), 1);
    assert_eq!(post(&sim, "/video/v1/Rooms", "UniqueName=clinic").refusal(), (400, 53113));
    let room = sim.get_uri("/video/v1/Rooms/clinic").json();
    let path = format!("/video/v1/Rooms/{}", room["sid"].as_str().unwrap());
    let ended = post(&sim, &path, "Status=completed");
    assert_eq!((ended.status, &ended.json()["status"]), (202, &json!("completed")));
    assert_eq!(post(&sim, &path, "Status=completed").refusal(), (400, 53112));
    let nameless = post(&sim, "/video/v1/Rooms", "").json();
    assert_eq!(nameless["unique_name"], nameless["sid"]);
}

#[test]
fn a_restricted_key_does_not_reach_other_products() {
    let sim = Simulator::start();
    let key = ("SK00000000000000000000000000000003", "30000000000000000000000000000003");
    assert_eq!(sim.request("GET", "/messaging/v1/Services", Some(key), ("", "")).refusal(), (403, 20003));
    assert_eq!(sim.get_uri("/messaging/v1/Services").json()["services"].as_array().unwrap().len(), 2);
}

#[test]
fn events_of_the_last_quarter_of_an_hour_unless_more_is_asked_for() {
    let sim = Simulator::start();
    let count = |query: &str| {
        let path = format!("/taskrouter/v1/Workspaces/WS{:0>32}/Events?{query}", 1);
        sim.get_uri(&path).json()["events"].as_array().unwrap().len()
    };
    assert_eq!(count(""), 2);
    assert_eq!(count("Minutes=60"), 3);
    assert_eq!(count("StartDate=2024-01-01T00:00:00Z"), 5);
    assert_eq!(count("StartDate=2024-01-01T00:00:00Z&EndDate=2024-06-30"), 2);
    assert_eq!(count("EventType=task.created"), 1);
    let path = format!("/taskrouter/v1/Workspaces/WS{:0>32}/Events/EV{:0>32}", 1, 1);
    assert_eq!(sim.get_uri(&path).json()["event_type"], "worker.created");
    assert_eq!(sim.get_uri(&path.replace("WS", "WK")).refusal(), (404, 20404));
}
