//! Voice and conference Insights.

mod support;

use serde_json::{Value, json};
use support::{MAIN, Simulator};

fn rows(sim: &Simulator, path: &str, array: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut next = Some(format!("/insights/v1/{path}"));
    while let Some(uri) = next {
        let answer = sim.get_uri(&uri);
        assert_eq!(answer.status, 200, "{uri}: {answer:?}");
        let page = answer.json();
        assert_eq!(page["meta"]["key"], array);
        rows.extend(page[array].as_array().unwrap().iter().cloned());
        let link = page["meta"]["next_page_url"].as_str();
        next = link.map(|link| link.replace("https://insights.twilio.com", "/insights"));
    }
    rows
}

fn summaries(sim: &Simulator, query: &str) -> Vec<Value> {
    rows(sim, &format!("Voice/Summaries?{query}"), "call_summaries")
}

#[test]
fn only_the_last_four_hours_are_listed_by_themselves() {
    let sim = Simulator::start();
    assert_eq!(summaries(&sim, "").len(), 2);
    assert_eq!(summaries(&sim, "ProcessingState=all").len(), 3);
    assert_eq!(summaries(&sim, "ProcessingState=partial").len(), 1);
    assert_eq!(summaries(&sim, "StartTime=2h").len(), 1);
    let all = summaries(&sim, "StartTime=2000-01-01T00:00:00Z&PageSize=4");
    let ended = ["completed", "busy", "failed", "no-answer", "canceled"];
    let calls: usize = ended.iter().map(|s| sim.walk(&format!("Calls.json?Status={s}"), "calls").len()).sum();
    assert_eq!(all.len(), calls + 2);
    assert_eq!(summaries(&sim, "StartTime=52w&EndTime=2024-02-29T00:00:00Z&CallState=completed").len(), 10);
    assert_eq!(sim.get_uri("/insights/v1/Voice/Summaries?StartTime=now").refusal(), (400, 20001));
}

#[test]
fn summaries_are_chosen_by_what_they_hold() {
    let sim = Simulator::start();
    let count = |query: &str| summaries(&sim, &format!("StartTime=60w&ProcessingState=all&{query}")).len();
    assert_eq!(count("CallState=noanswer"), 2);
    assert_eq!(count("Direction=inbound"), 2);
    assert_eq!(count("CallType=client"), 2);
    assert_eq!(count("To=client:agent_1"), 2);
    assert_eq!(count("FromCountryCode=GB"), 0);
    assert_eq!(count("HasTag=true") + count("HasTag=false"), count(""));
    assert!(count("HasTag=true") > 0);
    let sub = format!("Subaccount={}", support::SUB.0);
    assert_eq!(count(&sub), 1);
    let foreign = format!("/insights/v1/Voice/Summaries?Subaccount=AC{}", "f".repeat(32));
    assert_eq!(sim.get_uri(&foreign).refusal(), (404, 20404));
}

#[test]
fn a_call_has_its_summary_events_and_metrics() {
    let sim = Simulator::start();
    let call = sim.walk("Calls.json?Status=completed", "calls").pop().unwrap();
    let sid = call["sid"].as_str().unwrap();
    let summary = sim.get_uri(&format!("/insights/v1/Voice/{sid}/Summary")).json();
    assert_eq!((&summary["call_sid"], &summary["call_state"]), (&json!(sid), &json!("completed")));
    assert_eq!(summary["from"]["caller"], call["from"]);
    let listed = summaries(&sim, "StartTime=60w");
    assert!(listed.contains(&summary));
    let names: Vec<Value> =
        rows(&sim, &format!("Voice/{sid}/Events"), "events").iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["initiated", "answered", "completed"]);
    assert!(rows(&sim, &format!("Voice/{sid}/Events?Edge=sip_edge"), "events").is_empty());
    let metrics = rows(&sim, &format!("Voice/{sid}/Metrics?PageSize=5"), "metrics");
    assert_eq!(metrics.len(), 12);
    assert_eq!(rows(&sim, &format!("Voice/{sid}/Metrics?Direction=inbound"), "metrics").len(), 6);
    assert_eq!(sim.get_uri(&format!("/insights/v1/Voice/{sid}/Metrics?Edge=x")).refusal(), (400, 20001));
    let live = sim.walk("Calls.json?Status=in-progress", "calls").remove(0);
    let live = format!("/insights/v1/Voice/{}/Summary", live["sid"].as_str().unwrap());
    assert_eq!(sim.get_uri(&live).refusal(), (404, 20404));
    let recent = format!("/insights/v1/Voice/CA{:0>32}/Summary", 403);
    assert_eq!(sim.get_uri(&recent).json()["processing_state"], "partial");
    assert_eq!(sim.get_uri(&format!("{recent}?ProcessingState=complete")).refusal(), (404, 20404));
}

#[test]
fn an_annotation_keeps_what_is_not_given() {
    let sim = Simulator::start();
    let path = format!("/insights/v1/Voice/CA{:0>32}/Annotation", 401);
    assert_eq!(sim.get_uri(&path).json()["answered_by"], "unknown_answered_by");
    let post =
        |form: &str| sim.request("POST", &path, Some(MAIN), ("application/x-www-form-urlencoded", form));
    assert_eq!(post("CallScore=6").refusal(), (400, 20001));
    assert_eq!(post("AnsweredBy=nobody").refusal(), (400, 20001));
    post("CallScore=4&Spam=true&QualityIssues=low_volume,%20echo");
    let kept = post("Comment=Fine").json();
    assert_eq!(
        (&kept["call_score"], &kept["spam"], &kept["comment"]),
        (&json!(4), &json!(true), &json!("Fine"))
    );
    assert_eq!(kept["quality_issues"], json!(["low_volume", "echo"]));
    assert_eq!(sim.get_uri(&path).json(), kept);
    assert_eq!(summaries(&sim, "CallScoreAnnotation=4").len(), 1);
    assert_eq!(summaries(&sim, "SpamAnnotation=true")[0]["annotation"]["comment"], "Fine");
}

#[test]
fn without_advanced_features_there_is_nothing() {
    let sim = Simulator::start();
    assert_eq!(sim.control("POST", "insights", "{\"advanced_features\":false}").status, 204);
    let call = format!("/insights/v1/Voice/CA{:0>32}/Summary", 401);
    for path in ["/insights/v1/Voice/Summaries", &call, "/insights/v1/Conferences"] {
        assert_eq!(sim.get_uri(path).refusal(), (403, 20003));
    }
    assert_eq!(sim.get_uri("/insights/v1/Voice/Settings").json()["advanced_features"], false);
    sim.control("POST", "reset", "");
    assert_eq!(sim.get_uri("/insights/v1/Voice/Summaries").status, 200);
    assert_eq!(sim.control("POST", "insights", "{}").status, 400);
}

#[test]
fn conferences_have_summaries() {
    let sim = Simulator::start();
    let all = rows(&sim, "Conferences?PageSize=7", "conferences");
    assert_eq!(all.len(), sim.walk("Conferences.json", "conferences").len());
    let count = |query: &str| rows(&sim, &format!("Conferences?{query}"), "conferences").len();
    assert_eq!(count("FriendlyName=Support+line"), 3);
    assert_eq!(count("Status=not_started"), 1);
    assert_eq!(count("CreatedAfter=2024-06-28T00:00:00Z"), 2);
    assert_eq!(count("EndReason=conference_ended_via_api"), 3);
    let ended = all.iter().find(|one| !one["ended_by"].is_null()).unwrap();
    let url = ended["url"].as_str().unwrap().replace("https://insights.twilio.com", "/insights");
    assert_eq!(sim.get_uri(&url).json(), *ended);
    let below = url.trim_start_matches("/insights/v1/").to_owned() + "/Participants";
    let who = rows(&sim, &below, "participants");
    assert_eq!((who.len(), &who[0]["call_sid"]), (1, &ended["ended_by"]));
    let one = format!("{url}/Participants/{}", who[0]["participant_sid"].as_str().unwrap());
    assert_eq!(sim.get_uri(&one).json(), who[0]);
    let live = rows(&sim, &format!("Conferences/{}/Participants", support::SUPPORT_LINE), "participants");
    assert_eq!(live.len(), 5);
    assert_eq!(
        sim.get_uri(&format!("/insights/v1/Conferences/CF{}", "f".repeat(32))).refusal(),
        (404, 20404)
    );
}
