//! Creating, changing and removing, and what follows from it.

mod support;

use serde_json::{Value, json};
use support::{PHOTOS, SUPPORT_LINE, Simulator, UNKNOWN_CONFERENCE};

const DIAL: &str = "From=%2B14155550100&To=%2B14155550199";

fn participants(conference: &str) -> String {
    format!("Conferences/{conference}/Participants.json")
}

fn participant(one: &str) -> String {
    format!("Conferences/{SUPPORT_LINE}/Participants/{one}.json")
}

fn conference(sim: &Simulator) -> Value {
    sim.get(&format!("Conferences/{SUPPORT_LINE}.json")).json()
}

#[test]
fn adding_a_participant_answers_201_and_dials_a_call() {
    let sim = Simulator::start();
    let answer = sim.post(&participants(SUPPORT_LINE), &format!("{DIAL}&Label=new%20one&Muted=true&Foo=bar"));
    assert_eq!(answer.status, 201);
    let row = answer.json();
    assert_eq!((&row["status"], &row["queue_time"]), (&json!("queued"), &json!("1000")));
    assert_eq!(
        (&row["label"], &row["muted"], &row["hold"]),
        (&json!("new one"), &json!(true), &json!(false))
    );
    assert_eq!(row["conference_sid"], SUPPORT_LINE);
    let call = sim.get(&format!("Calls/{}.json", row["call_sid"].as_str().unwrap())).json();
    assert_eq!((&call["to"], &call["direction"]), (&json!("+14155550199"), &json!("outbound-api")));
    let seen = sim.get(&participant("new%20one")).json();
    assert_eq!((&seen["status"], &seen["queue_time"]), (&json!("connected"), &Value::Null));
    assert_eq!(sim.effects()["participants_created"], 1);
    assert_eq!(sim.effects()["calls_made"], 1);
}

#[test]
fn all_documented_parameters_are_accepted() {
    let sim = Simulator::start();
    let form = format!(
        "{DIAL}&StatusCallback=https://example.com/&StatusCallbackMethod=POST&StatusCallbackEvent=ringing\
         &StatusCallbackEvent=answered&Timeout=30&Record=false&Beep=onEnter&StartConferenceOnEnter=true\
         &EndConferenceOnExit=true&WaitUrl=&WaitMethod=GET&EarlyMedia=true&MaxParticipants=10\
         &ConferenceRecord=do-not-record&ConferenceTrim=trim-silence&RecordingChannels=dual&Region=ie1\
         &JitterBufferSize=small&CallerId=%2B14155550100&RecordingTrack=both&TimeLimit=60\
         &MachineDetection=Enable&MachineDetectionTimeout=30&Trim=do-not-trim&CallerDisplayName=Desk"
    );
    let answer = sim.post(&participants(SUPPORT_LINE), &form);
    assert_eq!((answer.status, &answer.json()["end_conference_on_exit"]), (201, &json!(true)));
}

#[test]
fn a_name_in_the_path_means_the_open_room_or_a_new_one() {
    let sim = Simulator::start();
    let joined = sim.post(&participants("Support%20line"), DIAL).json();
    assert_eq!(joined["conference_sid"], SUPPORT_LINE);
    let made = sim.post(&participants("Neuer%20Raum%20%F0%9F%8E%89"), DIAL).json();
    let room = made["conference_sid"].as_str().unwrap();
    let row = sim.get(&format!("Conferences/{room}.json")).json();
    assert_eq!((&row["friendly_name"], &row["status"]), (&json!("Neuer Raum 🎉"), &json!("in-progress")));
    let again = sim.post(&participants("Neuer%20Raum%20%F0%9F%8E%89"), DIAL).json();
    assert_eq!(again["conference_sid"], room);
    assert_eq!(sim.get("Conferences.json?PageSize=1").json()["conferences"][0]["sid"], room, "newest first");
}

#[test]
fn a_room_that_nobody_starts_waits() {
    let sim = Simulator::start();
    let made = sim.post(&participants("Quiet"), &format!("{DIAL}&StartConferenceOnEnter=false")).json();
    let room = format!("Conferences/{}.json", made["conference_sid"].as_str().unwrap());
    assert_eq!(sim.get(&room).json()["status"], "init");
    sim.post(&participants("Quiet"), DIAL);
    assert_eq!(sim.get(&room).json()["status"], "in-progress");
}

#[test]
fn an_unknown_sid_is_404_and_makes_nothing() {
    let sim = Simulator::start();
    assert_eq!(sim.post(&participants(UNKNOWN_CONFERENCE), DIAL).refusal(), (404, 20404));
    assert_eq!(sim.effects()["participants_created"], 0);
}

#[test]
fn from_and_to_are_required() {
    let sim = Simulator::start();
    let refusal = |form: &str| sim.post(&participants(SUPPORT_LINE), form).refusal();
    assert_eq!(refusal("From=%2B14155550100"), (400, 21201));
    assert_eq!(refusal("To=%2B14155550199"), (400, 21213));
    assert_eq!(refusal("From=%2B14155550100&To=nobody"), (400, 21211));
    assert_eq!(sim.effects()["calls_made"], 0);
}

#[test]
fn bad_values_are_refused_on_create() {
    let sim = Simulator::start();
    for extra in ["Muted=True", "Timeout=soon", "Beep=loud", "WaitMethod=get", "Coaching=true"] {
        let answer = sim.post(&participants(SUPPORT_LINE), &format!("{DIAL}&{extra}"));
        assert_eq!(answer.refusal(), (400, 20001), "{extra}");
    }
}

#[test]
fn an_update_sets_what_it_names_and_answers_the_row() {
    let sim = Simulator::start();
    let before = sim.get(&participant("customer")).json();
    let answer = sim.post(&participant("customer"), "Muted=true&Unknown=1");
    assert_eq!(answer.status, 200);
    let row = answer.json();
    assert_eq!((&row["muted"], &row["hold"]), (&json!(true), &json!(true)));
    assert_ne!(row["date_updated"], before["date_updated"]);
    assert_eq!(sim.get(&participant("customer")).json(), row);
    let row = sim.post(&participant("customer"), "Muted=false&Hold=false&EndConferenceOnExit=true").json();
    assert_eq!(
        (&row["muted"], &row["hold"], &row["end_conference_on_exit"]),
        (&json!(false), &json!(false), &json!(true))
    );
}

#[test]
fn an_update_takes_only_true_and_false() {
    let sim = Simulator::start();
    for form in ["Muted=1", "Hold=TRUE", "Coaching=", "EndConferenceOnExit=yes"] {
        assert_eq!(sim.post(&participant("customer"), form).refusal(), (400, 20001), "{form}");
    }
    assert_eq!(sim.post(&participant("nobody"), "Muted=true").refusal(), (404, 20404));
}

#[test]
fn coaching_needs_a_call_of_the_same_conference() {
    let sim = Simulator::start();
    let agent = sim.get(&participant("agent")).json()["call_sid"].as_str().unwrap().to_string();
    let row = sim.post(&participant("expert"), &format!("CallSidToCoach={agent}")).json();
    assert_eq!((&row["coaching"], &row["call_sid_to_coach"]), (&json!(true), &json!(agent)));
    let row = sim.post(&participant("expert"), "Coaching=false").json();
    assert_eq!((&row["coaching"], &row["call_sid_to_coach"]), (&json!(false), &Value::Null));
    assert_eq!(sim.post(&participant("expert"), "Coaching=true").refusal(), (400, 20001));
    let stranger = format!("CallSidToCoach=CA{:032}", 0);
    assert_eq!(sim.post(&participant("expert"), &stranger).refusal(), (400, 20001));
}

#[test]
fn deleting_answers_204_and_then_404() {
    let sim = Simulator::start();
    let call = sim.get(&participant("customer")).json()["call_sid"].as_str().unwrap().to_string();
    let answer = sim.delete(&participant("customer"));
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(sim.delete(&participant("customer")).refusal(), (404, 20404));
    assert_eq!(sim.get(&format!("Calls/{call}.json")).json()["status"], "completed");
    assert_eq!(conference(&sim)["status"], "in-progress");
    assert_eq!(sim.effects()["participants_removed"], 1);
}

#[test]
fn who_ends_on_exit_ends_the_conference_when_kicked() {
    let sim = Simulator::start();
    let call = sim.get(&participant("agent")).json()["call_sid"].clone();
    sim.delete(&participant("agent"));
    let row = conference(&sim);
    assert_eq!(row["status"], "completed");
    assert_eq!(row["reason_conference_ended"], "participant-with-end-conference-on-exit-kicked");
    assert_eq!(row["call_sid_ending_conference"], call);
    assert_eq!(sim.get(&participants(SUPPORT_LINE)).json()["participants"], json!([]));
    assert_eq!(sim.effects()["conferences_ended"], 1);
}

#[test]
fn the_last_participant_ends_the_conference() {
    let sim = Simulator::start();
    let made = sim.post(&participants("Short"), DIAL).json();
    let base = format!("Conferences/{}", made["conference_sid"].as_str().unwrap());
    sim.delete(&format!("{base}/Participants/{}.json", made["call_sid"].as_str().unwrap()));
    assert_eq!(sim.get(&format!("{base}.json")).json()["reason_conference_ended"], "last-participant-kicked");
}

#[test]
fn ending_the_call_makes_its_participant_leave() {
    let sim = Simulator::start();
    let made = sim.post(&participants("Short"), DIAL).json();
    let call = format!("Calls/{}.json", made["call_sid"].as_str().unwrap());
    let ended = sim.post(&call, "Status=completed");
    assert_eq!((ended.status, &ended.json()["status"]), (200, &json!("completed")));
    let room = format!("Conferences/{}.json", made["conference_sid"].as_str().unwrap());
    assert_eq!(sim.get(&room).json()["reason_conference_ended"], "last-participant-left");
    assert_eq!(sim.post(&call, "Status=completed").refusal(), (400, 21220));
}

#[test]
fn ending_a_conference_twice_changes_it_once() {
    let sim = Simulator::start();
    let path = format!("Conferences/{SUPPORT_LINE}.json");
    let first = sim.post(&path, "Status=completed");
    assert_eq!(first.status, 200);
    assert_eq!(first.json()["reason_conference_ended"], "conference-ended-via-api");
    assert_eq!(first.json()["call_sid_ending_conference"], Value::Null);
    assert_eq!(sim.post(&path, "Status=completed").json(), first.json());
    assert_eq!(sim.effects()["conferences_ended"], 1);
    assert_eq!(sim.post(&path, "Status=in-progress").refusal(), (400, 20001));
    assert_eq!(sim.post(&participants(SUPPORT_LINE), DIAL).refusal(), (400, 20001));
}

#[test]
fn an_announcement_is_taken_by_a_conference_in_progress() {
    let sim = Simulator::start();
    let path = format!("Conferences/{SUPPORT_LINE}.json");
    let form = "AnnounceUrl=https://example.com/a.mp3&AnnounceMethod=GET";
    assert_eq!(sim.post(&path, form).status, 200);
    sim.post(&path, "Status=completed");
    assert_eq!(sim.post(&path, form).refusal(), (400, 20001));
}

#[test]
fn a_live_call_cannot_be_deleted() {
    let sim = Simulator::start();
    let made = sim.post("Calls.json", &format!("{DIAL}&Twiml=%3CResponse/%3E")).json();
    let call = format!("Calls/{}.json", made["sid"].as_str().unwrap());
    assert_eq!(sim.delete(&call).refusal(), (400, 20009));
    assert_eq!(sim.post(&call, "Status=canceled").json()["status"], "canceled");
    assert_eq!(sim.delete(&call).status, 204);
    assert_eq!(sim.get(&call).status, 404);
}

#[test]
fn an_unsupported_method_is_405() {
    let sim = Simulator::start();
    assert_eq!(sim.delete(&format!("Conferences/{SUPPORT_LINE}.json")).refusal(), (405, 20004));
    assert_eq!(sim.post("Conferences.json", "FriendlyName=x").refusal(), (405, 20004));
}

#[test]
fn only_a_message_that_came_to_its_end_is_deleted_with_its_media() {
    let sim = Simulator::start_with(&["--messages", "10"]);
    let list = sim.walk("Messages.json", "messages");
    let path = |status: &str| {
        let row = list.iter().rfind(|row| row["status"] == status).unwrap();
        format!("Messages/{}.json", row["sid"].as_str().unwrap())
    };
    for status in ["queued", "sending", "receiving", "scheduled"] {
        assert_eq!(sim.delete(&path(status)).refusal(), (400, 20009), "{status}");
    }
    for status in ["delivered", "failed", "canceled"] {
        assert_eq!(sim.delete(&path(status)).status, 204, "{status}");
        assert_eq!(sim.delete(&path(status)).refusal(), (404, 20404), "{status}");
    }
    assert_eq!(sim.delete(&format!("Messages/{PHOTOS}.json")).status, 204);
    assert_eq!(sim.get(&format!("Messages/{PHOTOS}/Media.json")).refusal(), (404, 20404));
    assert_eq!(sim.walk("Messages.json", "messages").len(), list.len() - 4);
}

#[test]
fn a_file_of_a_message_can_be_deleted() {
    let sim = Simulator::start();
    let list = format!("Messages/{PHOTOS}/Media.json");
    let first = sim.column(&list, "media_list", "sid").remove(0);
    let path = format!("Messages/{PHOTOS}/Media/{}.json", first.as_str().unwrap());
    assert_eq!(sim.delete(&path).status, 204);
    assert_eq!(sim.get(&path).refusal(), (404, 20404));
    assert_eq!(sim.column(&list, "media_list", "sid").len(), 2);
    assert_eq!(sim.post(&list, "").refusal(), (405, 20004));
}

#[test]
fn a_message_is_taken_or_refused_as_twilio_does() {
    let sim = Simulator::start();
    let answer = sim.post(
        "Messages.json",
        "From=%2B14155550100&To=%2B14155550199&Body=Hi&MediaUrl=https://a/1&MediaUrl=https://a/2",
    );
    assert_eq!(answer.status, 201);
    let row = answer.json();
    assert_eq!((&row["status"], &row["num_media"]), (&json!("queued"), &json!("2")));
    let sid = row["sid"].as_str().unwrap();
    assert!(sid.starts_with("MM"));
    assert_eq!(sim.get(&format!("Messages/{sid}.json")).json()["body"], "Hi");
    let media = sim.get(&format!("Messages/{sid}/Media.json")).json();
    assert_eq!(media["media_list"].as_array().unwrap().len(), 2);
    let service = format!("MessagingServiceSid=MG{:032}&To=%2B14155550199&Body=Hi", 1);
    let row = sim.post("Messages.json", &service).json();
    assert_eq!((&row["status"], &row["num_segments"]), (&json!("accepted"), &json!("0")));
    let later = format!("{service}&SendAt=2024-08-01T10:00:00Z&ScheduleType=fixed");
    assert_eq!(sim.post("Messages.json", &later).json()["status"], "scheduled");
    for (form, code) in [
        ("From=%2B14155550100&Body=Hi", 21604),
        ("To=%2B14155550199&Body=Hi", 21603),
        ("From=%2B14155550100&To=%2B14155550199", 21602),
        ("From=%2B14155550100&To=nobody&Body=Hi", 21211),
        ("From=%2B14155550100&To=%2B15005550004&Body=Hi", 21610),
        ("From=%2B15005550001&To=%2B14155550199&Body=Hi", 21212),
    ] {
        assert_eq!(sim.post("Messages.json", form).refusal(), (400, code), "{form}");
    }
    assert_eq!(sim.effects()["messages_sent"], 3);
}
