//! Signing in, lists, filters, pages and single rows.

mod support;

use serde_json::{Value, json};
use support::{MAIN, PHOTOS, SUB, SUPPORT_LINE, Simulator, UNKNOWN_CONFERENCE};

const STANDARD_KEY: (&str, &str) = ("SK00000000000000000000000000000002", "20000000000000000000000000000002");
const RESTRICTED_KEY: (&str, &str) =
    ("SK00000000000000000000000000000003", "30000000000000000000000000000003");

fn status(sim: &Simulator, user: Option<(&str, &str)>, path: &str) -> u16 {
    sim.request("GET", path, user, ("", "")).status
}

#[test]
fn missing_and_wrong_credentials_are_401_with_code_20003() {
    let sim = Simulator::start();
    let path = format!("/2010-04-01/Accounts/{}/Conferences.json", MAIN.0);
    for user in [None, Some((MAIN.0, "wrong")), Some(("AC1", MAIN.1))] {
        let answer = sim.request("GET", &path, user, ("", ""));
        assert_eq!(answer.refusal(), (401, 20003));
        assert_eq!(answer.json()["message"], "Authenticate");
    }
    assert_eq!(status(&sim, Some(MAIN), &path), 200);
}

#[test]
fn the_command_line_can_set_the_main_pair() {
    let sid = "ACffffffffffffffffffffffffffffffff";
    let sim = Simulator::start_with(&["--account-sid", sid, "--auth-token", "secret"]);
    let path = format!("/2010-04-01/Accounts/{sid}/Conferences/{SUPPORT_LINE}.json");
    assert_eq!(status(&sim, Some((sid, "secret")), &path), 200);
    assert_eq!(status(&sim, Some(MAIN), &path), 401);
}

#[test]
fn a_parent_reaches_its_subaccount_and_not_the_other_way_round() {
    let sim = Simulator::start();
    let path = |account: &str| format!("/2010-04-01/Accounts/{account}/Conferences.json");
    assert_eq!(status(&sim, Some(MAIN), &path(SUB.0)), 200);
    assert_eq!(status(&sim, Some(SUB), &path(SUB.0)), 200);
    assert_eq!(status(&sim, Some(SUB), &path(MAIN.0)), 401);
    assert_eq!(status(&sim, Some(MAIN), &path("AC00000000000000000000000000000009")), 404);
}

#[test]
fn keys_have_the_rights_of_their_kind() {
    let sim = Simulator::start();
    let conferences = format!("/2010-04-01/Accounts/{}/Conferences.json", MAIN.0);
    assert_eq!(status(&sim, Some(STANDARD_KEY), &conferences), 200);
    assert_eq!(status(&sim, Some(STANDARD_KEY), "/2010-04-01/Accounts.json"), 401);
    assert_eq!(status(&sim, Some(STANDARD_KEY), &format!("/2010-04-01/Accounts/{}.json", MAIN.0)), 401);
    assert_eq!(status(&sim, Some(RESTRICTED_KEY), &conferences), 200);
    let end = format!("/2010-04-01/Accounts/{}/Conferences/{SUPPORT_LINE}.json", MAIN.0);
    let form = ("application/x-www-form-urlencoded", "Status=completed");
    assert_eq!(sim.request("POST", &end, Some(RESTRICTED_KEY), form).refusal(), (403, 20003));
}

#[test]
fn accounts_show_their_tokens_and_are_filtered_by_status() {
    let sim = Simulator::start();
    let page = sim.get_uri("/2010-04-01/Accounts.json?Status=active").json();
    let rows = page["accounts"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[1]["sid"], &rows[1]["auth_token"]), (&json!(MAIN.0), &json!(MAIN.1)));
    let own = sim.request("GET", "/2010-04-01/Accounts.json", Some(SUB), ("", "")).json();
    assert_eq!(own["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(
        sim.get_uri(&format!("/2010-04-01/Accounts/{}.json", SUB.0)).json()["owner_account_sid"],
        MAIN.0
    );
}

#[test]
fn a_prefix_chooses_the_product_and_links_do_not_carry_it() {
    let sim = Simulator::start();
    let path = format!("/2010-04-01/Accounts/{}/Conferences.json", MAIN.0);
    let page = sim.get_uri(&format!("/api{path}?PageSize=2")).json();
    assert!(page["next_page_uri"].as_str().unwrap().starts_with(&path));
    assert_eq!(sim.get_uri(&format!("/conversations{path}")).refusal(), (404, 20404));
}

#[test]
fn every_answer_carries_twilios_headers() {
    let sim = Simulator::start();
    let [one, two] = ["Conferences.json", "Nothing.json"].map(|path| sim.get(path));
    let id = one.header("Twilio-Request-Id").unwrap();
    assert!(id.starts_with("RQ") && id.len() == 34 && Some(id) != two.header("Twilio-Request-Id"));
    for answer in [&one, &two] {
        assert_eq!(answer.header("Content-Type"), Some("application/json; charset=utf-8"));
        assert_eq!(answer.header("Twilio-Concurrent-Requests"), Some("1"));
        assert!(answer.header("Twilio-Request-Duration").is_some());
    }
}

#[test]
fn a_conference_has_twilios_fields_in_twilios_order() {
    let sim = Simulator::start();
    let answer = sim.get(&format!("Conferences/{SUPPORT_LINE}.json"));
    let base = format!("/2010-04-01/Accounts/{}/Conferences/{SUPPORT_LINE}", MAIN.0);
    assert_eq!(
        answer.body,
        format!(
            "{{\"account_sid\":\"{}\",\"api_version\":\"2010-04-01\",\
             \"date_created\":\"Tue, 25 Jun 2024 16:45:00 +0000\",\
             \"date_updated\":\"Tue, 25 Jun 2024 16:51:00 +0000\",\"friendly_name\":\"Support line\",\
             \"sid\":\"{SUPPORT_LINE}\",\"region\":\"us1\",\"status\":\"in-progress\",\
             \"subresource_uris\":{{\"participants\":\"{base}/Participants.json\",\
             \"recordings\":\"{base}/Recordings.json\"}},\"uri\":\"{base}.json\",\
             \"reason_conference_ended\":null,\"call_sid_ending_conference\":null}}",
            MAIN.0
        )
    );
}

#[test]
fn the_seeded_world_has_what_clients_stumble_over() {
    let sim = Simulator::start();
    let rows = sim.walk("Conferences.json", "conferences");
    let count = |test: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| test(row)).count();
    assert_eq!(rows.len(), 26);
    assert!(count(&|row| row["status"] == "in-progress") >= 5);
    assert_eq!(count(&|row| row["status"] == "init"), 1);
    assert_eq!(count(&|row| row["friendly_name"].is_null()), 2);
    assert_eq!(count(&|row| row["friendly_name"] == "Café ☕ Zürich 東京"), 1);
    let participants = sim.walk(&format!("Conferences/{SUPPORT_LINE}/Participants.json"), "participants");
    assert_eq!(participants.len(), 5);
    assert_eq!(participants.iter().filter(|row| row["muted"] == true).count(), 2);
}

#[test]
fn walking_small_pages_gives_the_rows_of_one_large_page() {
    let sim = Simulator::start_with(&["--rows", "120"]);
    for (list, array) in [("Conferences.json", "conferences"), ("Calls.json", "calls")] {
        let whole = sim.get(&format!("{list}?PageSize=1000")).json();
        assert_eq!(whole["next_page_uri"], Value::Null);
        let walked = sim.walk(&format!("{list}?PageSize=7"), array);
        assert!(walked.len() > 120);
        assert_eq!(Value::Array(walked), whole[array]);
    }
}

#[test]
fn the_default_page_has_fifty_rows() {
    let sim = Simulator::start_with(&["--rows", "120"]);
    let page = sim.get("Conferences.json").json();
    assert_eq!(page["conferences"].as_array().unwrap().len(), 50);
    assert_eq!((&page["page_size"], &page["start"], &page["end"]), (&json!(50), &json!(0), &json!(49)));
    let next = sim.get_uri(page["next_page_uri"].as_str().unwrap()).json();
    assert_eq!((&next["page"], &next["start"], &next["end"]), (&json!(1), &json!(50), &json!(99)));
}

#[test]
fn the_previous_link_leads_back() {
    let sim = Simulator::start();
    let first = sim.get("Conferences.json?PageSize=5&Status=completed").json();
    let second = sim.get_uri(first["next_page_uri"].as_str().unwrap()).json();
    let back = sim.get_uri(second["previous_page_uri"].as_str().unwrap()).json();
    assert_eq!(back["conferences"], first["conferences"]);
    assert_eq!((&back["page"], &back["previous_page_uri"]), (&json!(0), &Value::Null));
}

#[test]
fn an_empty_list_is_a_page_without_links() {
    let sim = Simulator::start();
    let page = sim.get("Conferences.json?FriendlyName=nobody").json();
    assert_eq!(page["conferences"], json!([]));
    assert_eq!((&page["start"], &page["end"]), (&json!(0), &json!(0)));
    assert_eq!((&page["next_page_uri"], &page["previous_page_uri"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_page_number_needs_its_token() {
    let sim = Simulator::start();
    for query in ["Page=1", "Page=1&PageToken=PACF00", "PageToken=rubbish", "PageToken=%F0%9F%98%80"] {
        assert_eq!(sim.get(&format!("Conferences.json?{query}")).refusal(), (400, 21481), "{query}");
    }
}

#[test]
fn a_page_size_is_from_1_to_1000() {
    let sim = Simulator::start();
    for size in ["1001", "0", "-1", "many"] {
        assert_eq!(sim.get(&format!("Conferences.json?PageSize={size}")).refusal(), (400, 20007), "{size}");
    }
}

#[test]
fn rows_added_and_removed_between_pages_neither_repeat_nor_hide_others() {
    let sim = Simulator::start();
    let list = format!("Conferences/{SUPPORT_LINE}/Participants.json");
    let before = sim.column(&list, "participants", "call_sid");
    let first = sim.get(&format!("{list}?PageSize=2")).json();
    let last = first["participants"][1]["call_sid"].as_str().unwrap();
    sim.post(&list, "From=%2B14155550100&To=client:late");
    assert_eq!(sim.delete(&format!("Conferences/{SUPPORT_LINE}/Participants/{last}.json")).status, 204);
    let second = sim.get_uri(first["next_page_uri"].as_str().unwrap()).json();
    let sids: Vec<_> =
        second["participants"].as_array().unwrap().iter().map(|row| row["call_sid"].clone()).collect();
    assert_eq!(sids, before[2..4]);
}

#[test]
fn conferences_are_filtered_by_status_and_exact_name() {
    let sim = Simulator::start();
    let names =
        |query: &str| sim.column(&format!("Conferences.json?{query}"), "conferences", "friendly_name");
    assert_eq!(names("FriendlyName=Standup").len(), 3);
    assert_eq!(names("FriendlyName=standup").len(), 1);
    assert_eq!(names("FriendlyName=Support%20line&Status=in-progress").len(), 1);
    assert_eq!(names("Status=init"), ["Waiting room"]);
    assert_eq!(sim.get("Conferences.json?Status=paused").refusal(), (400, 20001));
}

#[test]
fn date_filters_work_by_utc_day() {
    let sim = Simulator::start();
    let names =
        |query: &str| sim.column(&format!("Conferences.json?{query}"), "conferences", "friendly_name");
    assert_eq!(names("DateCreated=2024-02-29"), ["Leap day", "Midnight"]);
    assert_eq!(
        names("DateCreated%3E=2024-02-29&DateCreated%3C=2024-03-01"),
        ["Leap day", "Midnight"],
        "both bounds are the midnight that begins their day"
    );
    assert_eq!(names("DateUpdated=2024-02-29&DateCreated=2024-02-28"), ["Last second"]);
    assert_eq!(names("DateCreated%3C=2024-02-29&DateCreated%3E=2024-02-28"), ["Midnight", "Last second"]);
}

#[test]
fn a_date_filter_that_is_no_date_is_refused() {
    let sim = Simulator::start();
    for query in ["DateCreated=soon", "DateUpdated%3E=2024-1-1", "DateCreated=%3E%3D2024-01-01"] {
        assert_eq!(sim.get(&format!("Conferences.json?{query}")).refusal(), (400, 20001), "{query}");
    }
}

#[test]
fn an_unknown_parameter_changes_nothing() {
    let sim = Simulator::start();
    let whole = sim.column("Conferences.json", "conferences", "sid");
    assert_eq!(
        sim.column("Conferences.json?Region=us1&DateCreated%3E%3D=2030-01-01", "conferences", "sid"),
        whole
    );
}

#[test]
fn calls_are_filtered_by_number_parent_status_and_time() {
    let sim = Simulator::start();
    let count = |query: &str| sim.walk(&format!("Calls.json?{query}"), "calls").len();
    assert_eq!(count("To=client:agent_1&From=%2B14155550100"), 2);
    assert_eq!(count("Status=busy"), 1);
    assert_eq!(count("StartTime=2024-02-29"), 3);
    assert_eq!(count("StartTime%3C=2024-02-29T00:00:00Z&StartTime%3E=2024-02-28"), 1);
    let child = sim.walk("Calls.json?Status=failed", "calls").remove(0);
    assert_eq!(count(&format!("ParentCallSid={}", child["parent_call_sid"].as_str().unwrap())), 1);
    assert_eq!(sim.get("Calls.json?StartTime=never").refusal(), (400, 20001));
}

#[test]
fn a_call_shows_money_and_duration_as_text() {
    let sim = Simulator::start();
    let call = sim.walk("Calls.json?From=%2B14155550120", "calls").remove(0);
    assert_eq!((&call["price"], &call["duration"]), (&json!("-0.00850"), &json!("61")));
    assert_eq!(call["from_formatted"], "(415) 555-0120");
    let live = sim.walk("Calls.json?Status=in-progress", "calls").remove(0);
    assert_eq!(
        (&live["price"], &live["duration"], &live["end_time"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

#[test]
fn participants_are_filtered_by_their_switches() {
    let sim = Simulator::start();
    let labels = |query: &str| {
        let list = format!("Conferences/{SUPPORT_LINE}/Participants.json?{query}");
        sim.column(&list, "participants", "label")
    };
    assert_eq!(labels("Muted=true"), ["expert", "supervisor"]);
    assert_eq!(labels("Hold=true"), ["customer"]);
    assert_eq!(labels("Coaching=true"), ["supervisor"]);
    assert_eq!(labels("Muted=false&Hold=false"), [Value::Null, json!("agent")]);
    let list = format!("Conferences/{SUPPORT_LINE}/Participants.json");
    assert_eq!(sim.get(&format!("{list}?Muted=yes")).refusal(), (400, 20001));
}

#[test]
fn a_participant_is_found_by_call_and_by_escaped_label() {
    let sim = Simulator::start();
    let conference =
        sim.walk("Conferences.json?FriendlyName=Sales%2FEMEA%20%26%20Co.%20100%25", "conferences").remove(0);
    let base = format!("Conferences/{}/Participants", conference["sid"].as_str().unwrap());
    let by_label = sim.get(&format!("{base}/sales%2Fagent%201.json")).json();
    assert_eq!(by_label["label"], "sales/agent 1");
    let by_call = sim.get(&format!("{base}/{}.json", by_label["call_sid"].as_str().unwrap())).json();
    assert_eq!(by_call, by_label);
    assert_eq!(sim.get(&format!("{base}/50%25%20%2B%20more.json")).json()["hold"], true);
}

#[test]
fn a_completed_conference_has_no_participants() {
    let sim = Simulator::start();
    let conference = sim.walk("Conferences.json?FriendlyName=Board", "conferences").remove(0);
    let sid = conference["sid"].as_str().unwrap();
    let page = sim.get(&format!("Conferences/{sid}/Participants.json")).json();
    assert_eq!(page["participants"], json!([]));
}

#[test]
fn what_does_not_exist_is_404_with_the_path_in_the_message() {
    let sim = Simulator::start();
    let answer = sim.get(&format!("Conferences/{UNKNOWN_CONFERENCE}.json"));
    assert_eq!(answer.refusal(), (404, 20404));
    let path = format!("/2010-04-01/Accounts/{}/Conferences/{UNKNOWN_CONFERENCE}.json", MAIN.0);
    assert_eq!(answer.json()["message"], format!("The requested resource {path} was not found"));
    for path in [
        "Conferences/CF1/Participants.json",
        &format!("Conferences/{SUPPORT_LINE}/Participants/nobody.json"),
        "Calls/CA00000000000000000000000000000000.json",
        "Nothing.json",
    ] {
        assert_eq!(sim.get(path).refusal(), (404, 20404), "{path}");
    }
}

#[test]
fn a_path_without_json_answers_xml() {
    let sim = Simulator::start();
    let answer = sim.get("Conferences");
    assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("application/xml; charset=utf-8")));
    assert!(answer.body.starts_with("<?xml"));
    assert_eq!(sim.delete(&format!("Conferences/{SUPPORT_LINE}/Participants/agent")).status, 400);
    assert_eq!(sim.effects()["participants_removed"], 0);
}

#[test]
fn a_message_has_twilios_fields_in_twilios_order() {
    let sim = Simulator::start();
    let answer = sim.get(&format!("Messages/{PHOTOS}.json"));
    let base = format!("/2010-04-01/Accounts/{}/Messages/{PHOTOS}", MAIN.0);
    assert_eq!(
        answer.body,
        format!(
            "{{\"body\":\"Three photos of the damage\",\"num_segments\":\"1\",\"direction\":\"inbound\",\
             \"from\":\"+14155550104\",\"to\":\"+14155550100\",\
             \"date_updated\":\"Tue, 02 Apr 2024 03:00:00 +0000\",\"price\":\"-0.01650\",\
             \"error_message\":null,\"uri\":\"{base}.json\",\"account_sid\":\"{}\",\"num_media\":\"3\",\
             \"status\":\"received\",\"messaging_service_sid\":null,\"sid\":\"{PHOTOS}\",\
             \"date_sent\":\"Tue, 02 Apr 2024 03:00:00 +0000\",\
             \"date_created\":\"Tue, 02 Apr 2024 03:00:00 +0000\",\"error_code\":null,\
             \"price_unit\":\"USD\",\"api_version\":\"2010-04-01\",\
             \"subresource_uris\":{{\"media\":\"{base}/Media.json\",\"feedback\":\"{base}/Feedback.json\"}}}}",
            MAIN.0
        )
    );
}

#[test]
fn the_seeded_messages_are_of_many_kinds() {
    let sim = Simulator::start();
    let rows = sim.walk("Messages.json?PageSize=7", "messages");
    assert_eq!(Value::Array(rows.clone()), sim.get("Messages.json").json()["messages"]);
    let count = |test: &dyn Fn(&Value) -> bool| rows.iter().filter(|row| test(row)).count();
    assert_eq!(rows.len(), 30);
    for direction in ["inbound", "outbound-api", "outbound-call", "outbound-reply"] {
        assert!(count(&|row| row["direction"] == direction) > 0, "{direction}");
    }
    assert_eq!(count(&|row| row["error_code"].is_u64()), 3);
    assert_eq!(count(&|row| row["price"].is_null()), 7);
    assert_eq!(count(&|row| row["date_sent"].is_null()), 5);
    assert_eq!(count(&|row| row["num_media"] != "0"), 4);
    assert!(count(&|row| !row["body"].as_str().unwrap().is_ascii()) > 5);
}

#[test]
fn messages_are_filtered_by_number_and_by_when_they_were_sent() {
    let sim = Simulator::start();
    let bodies = |query: &str| sim.column(&format!("Messages.json?{query}"), "messages", "body");
    assert_eq!(bodies("From=%2B14155550104").len(), 2);
    assert_eq!(bodies("To=%2B41445550103&From=%2B14155550100").len(), 1);
    assert_eq!(bodies("From=nobody"), [""; 0]);
    assert_eq!(bodies("DateSent=2024-02-29"), ["Leap day", "Midnight"]);
    assert_eq!(
        bodies("DateSent%3E=2024-02-29&DateSent%3C=2024-03-01"),
        ["The midnight after", "Leap day", "Midnight"],
        "both bounds are the midnight that begins their day, and belong to it"
    );
    assert_eq!(
        bodies("DateSent%3E=2024-02-28T23:59:59Z&DateSent%3C=2024-02-29"),
        ["Midnight", "Last second"]
    );
    assert_eq!(bodies("Status=failed&DateCreated=2020-01-01").len(), 30, "what is not known is ignored");
    assert_eq!(sim.get("Messages.json?DateSent=soon").refusal(), (400, 20001));
}

#[test]
fn media_are_read_below_their_message() {
    let sim = Simulator::start();
    let list = format!("Messages/{PHOTOS}/Media.json");
    assert_eq!(sim.column(&list, "media_list", "content_type"), ["video/mp4", "image/png", "image/jpeg"]);
    assert_eq!(sim.walk(&format!("{list}?PageSize=1"), "media_list").len(), 3);
    let first = &sim.get(&list).json()["media_list"][0];
    assert_eq!((&first["parent_sid"], &first["account_sid"]), (&json!(PHOTOS), &json!(MAIN.0)));
    let path = format!("Messages/{PHOTOS}/Media/{}.json", first["sid"].as_str().unwrap());
    assert_eq!(sim.get(&path).json(), *first);
    assert_eq!(sim.column(&format!("{list}?DateCreated=2024-04-03"), "media_list", "sid"), [""; 0]);
    let text = sim.column("Messages.json?DateSent=2024-02-29", "messages", "sid").remove(0);
    let none = format!("Messages/{}/Media.json", text.as_str().unwrap());
    assert_eq!(sim.get(&none).json()["media_list"], json!([]));
    assert_eq!(sim.get("Messages/SM00000000000000000000000000000000/Media.json").refusal(), (404, 20404));
    assert_eq!(sim.get(&format!("Messages/{PHOTOS}/Media/ME0.json")).refusal(), (404, 20404));
}

#[test]
fn made_up_messages_are_paged_and_found_like_the_others() {
    let sim = Simulator::start_with(&["--messages", "2500"]);
    let rows = sim.walk("Messages.json?PageSize=1000", "messages");
    assert_eq!(rows.len(), 2530);
    assert!(rows[30..].iter().all(|row| row["price"] == "-0.0075"));
    let page = sim.get("Messages.json?PageSize=20").json();
    let second = sim.get_uri(page["next_page_uri"].as_str().unwrap()).json();
    let back = sim.get_uri(second["previous_page_uri"].as_str().unwrap()).json();
    assert_eq!(back["messages"], page["messages"]);
    let one = &rows[1234];
    assert_eq!(sim.get(&format!("Messages/{}.json", one["sid"].as_str().unwrap())).json(), *one);
    assert_eq!(sim.walk("Messages.json?DateSent=2023-03-03", "messages").len(), 7);
}
