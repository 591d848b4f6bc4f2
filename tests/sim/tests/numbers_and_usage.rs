//! Numbers that can be bought, usage records, the balance.

mod support;

use serde_json::{Value, json};
use support::{MAIN, SUB, Simulator};

fn numbers(sim: &Simulator, query: &str) -> Vec<Value> {
    let answer = sim.get(&format!("AvailablePhoneNumbers/{query}"));
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    let page = answer.json();
    assert!(page.get("next_page_uri").is_none());
    page["available_phone_numbers"].as_array().unwrap().clone()
}

#[test]
fn countries_say_which_types_they_have() {
    let sim = Simulator::start();
    let page = sim.get("AvailablePhoneNumbers.json").json();
    assert!(page.get("next_page_uri").is_none());
    let countries = page["countries"].as_array().unwrap();
    let mut types = 0;
    for country in countries {
        assert_eq!(sim.get_uri(country["uri"].as_str().unwrap()).json(), *country);
        for uri in country["subresource_uris"].as_object().unwrap().values() {
            assert_eq!(sim.get_uri(uri.as_str().unwrap()).status, 200, "{uri}");
            types += 1;
        }
    }
    assert!(types > 12);
    assert_eq!(sim.get("AvailablePhoneNumbers/US/Mobile.json").refusal(), (404, 20404));
    assert_eq!(sim.get("AvailablePhoneNumbers/XX/Local.json").refusal(), (404, 20404));
    assert_eq!(sim.get("AvailablePhoneNumbers/XX.json").refusal(), (404, 20404));
    assert_eq!(sim.post("AvailablePhoneNumbers/US/Local.json", "").refusal(), (405, 20004));
}

#[test]
fn thirty_numbers_unless_more_are_asked_for() {
    let sim = Simulator::start();
    assert_eq!(numbers(&sim, "US/Local.json").len(), 30);
    assert_eq!(numbers(&sim, "US/Local.json?PageSize=5").len(), 5);
    assert!(numbers(&sim, "US/Local.json?PageSize=1000").len() > 50);
    assert_eq!(sim.get("AvailablePhoneNumbers/US/Local.json?PageSize=1001").refusal(), (400, 20007));
}

#[test]
fn numbers_are_chosen_by_area_pattern_and_capability() {
    let sim = Simulator::start();
    let hawaii = numbers(&sim, "US/Local.json?AreaCode=808&PageSize=1000");
    assert!(hawaii.iter().all(|one| one["region"] == "HI" && one["latitude"] == "19.720000"));
    assert_eq!(hawaii.len(), 20);
    assert_eq!(numbers(&sim, "US/Local.json?InRegion=HI&PageSize=1000").len(), 20);
    assert_eq!(numbers(&sim, "US/Local.json?Contains=212555011*").len(), 10);
    assert_eq!(numbers(&sim, "US/Local.json?Contains=JJJ0111").len(), 3);
    let silent = numbers(&sim, "US/Local.json?SmsEnabled=false&PageSize=1000");
    assert!(!silent.is_empty() && silent.iter().all(|one| one["capabilities"]["SMS"] == false));
    assert_eq!(sim.get("AvailablePhoneNumbers/US/Local.json?SmsEnabled=yes").refusal(), (400, 20001));
    assert!(numbers(&sim, "GB/Local.json?ExcludeLocalAddressRequired=true").is_empty());
    assert_eq!(numbers(&sim, "SE/Mobile.json?Beta=false&PageSize=1000").len(), 30);
}

#[test]
fn a_number_that_was_bought_is_gone() {
    let sim = Simulator::start();
    let first = numbers(&sim, "US/Local.json?PageSize=1").remove(0);
    let number = first["phone_number"].as_str().unwrap();
    let bought =
        sim.post("IncomingPhoneNumbers.json", &format!("PhoneNumber={}", number.replace('+', "%2B")));
    assert_eq!(bought.status, 201);
    assert_ne!(numbers(&sim, "US/Local.json?PageSize=1")[0]["phone_number"], number);
}

fn total(rows: &[Value], field: &str) -> f64 {
    rows.iter().map(|row| row[field].as_str().unwrap().parse::<f64>().unwrap()).sum()
}

#[test]
fn the_days_add_up_to_the_months_and_the_accounts_to_the_whole() {
    let sim = Simulator::start();
    let march = "Category=calls&StartDate=2024-03-01&EndDate=2024-03-31";
    let rows = |list: &str| sim.walk(&format!("Usage/Records{list}"), "usage_records");
    let plain = rows(&format!(".json?{march}"));
    let days = rows(&format!("/Daily.json?{march}&PageSize=10"));
    assert_eq!((plain.len(), days.len()), (1, 31));
    assert_eq!(
        (&plain[0]["start_date"], &plain[0]["end_date"]),
        (&json!("2024-03-01"), &json!("2024-03-31"))
    );
    for field in ["count", "usage"] {
        assert_eq!(total(&plain, field), total(&days, field));
        assert_eq!(total(&plain, field), total(&rows(&format!("/Monthly.json?{march}")), field));
    }
    assert!((total(&plain, "price") - total(&days, "price")).abs() < 1e-9);
    let own = rows(&format!(".json?{march}&IncludeSubaccounts=false"));
    let of = |account: &str| {
        let uri = format!("/2010-04-01/Accounts/{account}/Usage/Records.json?{march}");
        total(sim.get_uri(&uri).json()["usage_records"].as_array().unwrap(), "count")
    };
    let suspended = "AC00000000000000000000000000000003";
    assert!(total(&own, "count") < total(&plain, "count"));
    assert_eq!(total(&own, "count") + of(SUB.0) + of(suspended), total(&plain, "count"));
    assert_eq!(of(MAIN.0), total(&plain, "count"));
}

#[test]
fn usage_has_its_intervals() {
    let sim = Simulator::start();
    let rows = |list: &str| sim.walk(&format!("Usage/Records{list}.json?Category=sms"), "usage_records");
    let dates = |list: &str| {
        let rows = rows(list);
        assert_eq!(rows.len(), 1, "{list}");
        ["start_date", "end_date"].map(|name| rows[0][name].as_str().unwrap().to_owned())
    };
    assert_eq!(dates(""), ["2023-07-01", "2024-07-01"]);
    assert_eq!(dates("/AllTime"), ["2023-07-01", "2024-07-01"]);
    assert_eq!(dates("/Today"), ["2024-07-01", "2024-07-01"]);
    assert_eq!(dates("/Yesterday"), ["2024-06-30", "2024-06-30"]);
    assert_eq!(dates("/ThisMonth"), ["2024-07-01", "2024-07-01"]);
    assert_eq!(dates("/LastMonth"), ["2024-06-01", "2024-06-30"]);
    assert_eq!(rows("/Yearly").len(), 2);
    assert_eq!(rows("/Monthly").len(), 13);
    assert_eq!(rows("/Daily").len(), 367);
    let all = sim.walk("Usage/Records.json?PageSize=3", "usage_records");
    assert_eq!(all.len(), 10);
    assert_eq!(all[0]["as_of"], "2024-07-01T12:00:00+00:00");
    let whole = all.iter().find(|row| row["category"] == "totalprice").unwrap();
    assert_eq!(whole["usage"], whole["price"]);
    let week = sim.walk("Usage/Records.json?Category=sms&StartDate=-6days", "usage_records");
    assert_eq!(week[0]["start_date"], "2024-06-25");
    assert_eq!(sim.get("Usage/Records.json?StartDate=June").refusal(), (400, 20001));
    assert_eq!(sim.get("Usage/Records/Weekly.json").refusal(), (404, 20404));
    assert_eq!(sim.walk("Usage/Records.json?Category=nothing", "usage_records").len(), 0);
}

#[test]
fn only_the_main_account_has_a_balance() {
    let sim = Simulator::start();
    assert_eq!(sim.get("Balance.json").json()["currency"], "USD");
    let sub = sim.get_uri(&format!("/2010-04-01/Accounts/{}/Balance.json", SUB.0));
    assert_eq!(sub.refusal(), (404, 20404));
}
