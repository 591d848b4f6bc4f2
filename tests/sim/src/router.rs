//! From a path to the resource that answers it: product prefix, API version, account, rights.

use percent_encoding::percent_decode_str;

use crate::credentials::{Credential, Rights};
use crate::errors::{ApiError, xml_answer};
use crate::generic::Generic;
use crate::http::{Answer, Request};
use crate::resources::{
    Context, accounts, available_numbers, calls, conferences, insights, media, messages, participants, usage,
};
use crate::store;
use crate::template::Template;
use crate::world::World;

const VERSION: &str = "/2010-04-01";

/// The lists whose rows the world keeps itself, with their products; the store has the others.
const LISTS: [(&str, &str); 19] = [
    ("api", "/2010-04-01/Accounts.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/AvailablePhoneNumbers/{CountryCode}/{Type}.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/Balance.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/Calls.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/Conferences.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/Conferences/{ConferenceSid}/Participants.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/Messages.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}/Media.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/Usage/Records.json"),
    ("api", "/2010-04-01/Accounts/{AccountSid}/Usage/Records/{Interval}.json"),
    ("insights", "/v1/Conferences"),
    ("insights", "/v1/Conferences/{ConferenceSid}/Participants"),
    ("insights", "/v1/Voice/Settings"),
    ("insights", "/v1/Voice/Summaries"),
    ("insights", "/v1/Voice/{CallSid}/Annotation"),
    ("insights", "/v1/Voice/{CallSid}/Events"),
    ("insights", "/v1/Voice/{CallSid}/Metrics"),
    ("insights", "/v1/Voice/{CallSid}/Summary"),
];

/// All lists that are simulated: their products and paths.
pub(crate) fn lists() -> impl Iterator<Item = (&'static str, String)> {
    LISTS.iter().map(|(product, path)| (*product, path.to_string())).chain(store::lists())
}

/// Whether a list is simulated, and so none of the generic part's.
pub(crate) fn has_list(product: &str, list: &Template) -> bool {
    let path = list.to_string();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let mut own = LISTS.iter().filter(|(theirs, _)| *theirs == product);
    own.any(|(_, path)| Template::from(path.to_string()).capture(&parts).is_some())
        || store::has_list(product, &parts)
}

/// Answers one API request; the world changes only if the request is accepted. What the world does not know is left to
/// the generic part.
pub(crate) fn answer(
    request: &Request,
    sign_in: impl FnOnce(Option<&str>) -> Result<Credential, ApiError>,
    generic: Option<&Generic>,
    world: &mut World,
) -> Result<Answer, ApiError> {
    if let Some(name) = request.path.strip_prefix(FILES) {
        return Ok(Answer::new(200, "image/jpeg", format!("bytes of {name}")));
    }
    let (product, path) = split_product(&request.path);
    let credential = sign_in(request.header("authorization"))?;
    let rest = path.strip_prefix(VERSION).and_then(|rest| rest.strip_prefix('/'));
    // `/Services/Usecases` is a list, though `/Services/{Sid}` fits as well.
    let elsewhere = generic.and_then(|generic| generic.literals(request));
    let unknown = |account: &str| match generic {
        Some(generic) => generic.answer(request, account),
        None => Err(ApiError::not_found(path)),
    };
    let (Some(rest), "api") = (rest, product) else {
        let account = credential.account_sid.as_str();
        if credential.rights == Rights::RestrictedKey {
            return Err(ApiError::forbidden());
        }
        let context = Context { request, path, account };
        let kept = decoded(path.trim_start_matches('/'), |parts| match product {
            "insights" => insights::answer(&context, parts, world),
            _ => store::answer(&context, product, parts, elsewhere, world),
        });
        return kept.unwrap_or_else(|| unknown(account));
    };
    let Some(resource) = rest.strip_suffix(".json") else {
        return Ok(file(request, rest, world).unwrap_or_else(|| xml_answer(&request.method)));
    };
    decoded(resource, |parts| answer_api(request, path, &credential, parts, elsewhere, world, unknown))
}

/// Where files lie: an address of its own, which takes no credentials.
const FILES: &str = "/files/";

/// The audio of a recording, or the way to a file of a message.
fn file(request: &Request, rest: &str, world: &World) -> Option<Answer> {
    let parts: Vec<&str> = rest.split('/').collect();
    match parts[..] {
        ["Accounts", _, "Recordings", name] if request.method == "GET" => {
            let (sid, ending) = name.split_once('.').unwrap_or((name, "wav"));
            let is_there = world
                .store
                .rows("Recordings")
                .any(|row| matches!(row.text("status"), None | Some("completed")) && row.sid == sid);
            let kind = if ending == "mp3" { "audio/mpeg" } else { "audio/x-wav" };
            Some(match is_there {
                true => Answer::new(200, kind, format!("{ending}\0of {sid}")),
                false => ApiError::not_found(&request.path).answer(),
            })
        }
        ["Accounts", account, "Messages", message, "Media", sid] if request.method == "GET" => {
            let media = world.holdings(account)?.messages.media.get(message)?;
            media.get(sid)?;
            let port = request.header("host")?.rsplit_once(':')?.1.to_string();
            let mut answer = Answer::new(307, "", "");
            answer
                .headers
                .push(("Location", format!("http://localhost:{port}{FILES}{sid}?signature=s3cr3t")));
            Some(answer)
        }
        _ => None,
    }
}

/// The segments of a path, decoded.
fn decoded<R>(path: &str, then: impl FnOnce(&[&str]) -> R) -> R {
    let parts: Vec<String> =
        path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect();
    then(&parts.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Answers a request to the 2010 API; `parts` is what stands between the version and `.json`.
fn answer_api(
    request: &Request,
    path: &str,
    credential: &Credential,
    parts: &[&str],
    elsewhere: Option<usize>,
    world: &mut World,
    unknown: impl Fn(&str) -> Result<Answer, ApiError>,
) -> Result<Answer, ApiError> {
    let account = match parts[..] {
        ["Accounts"] => credential.account_sid.as_str(),
        ["Accounts", account, ..] => account,
        _ => return Err(ApiError::not_found(path)),
    };
    check_reach(credential, account, path, world)?;
    check_rights(credential, &request.method, &parts[1..])?;
    let context = Context { request, path, account };
    if let Some(answer) = dispatch(&context, parts, world) {
        return answer;
    }
    let kept =
        decoded(path.trim_start_matches('/'), |path| store::answer(&context, "api", path, elsewhere, world));
    kept.unwrap_or_else(|| unknown(account))
}

/// `/conversations/v1/…` is `conversations` and `/v1/…`; without a prefix the product is `api`.
fn split_product(path: &str) -> (&str, &str) {
    let is_version = |part: &str| {
        part == &VERSION[1..] || part.strip_prefix('v').is_some_and(|digits| digits.parse::<u8>().is_ok())
    };
    let prefixed = path.strip_prefix('/').and_then(|rest| rest.split_once('/'));
    match prefixed {
        Some((product, rest)) if !is_version(product) && is_version(rest.split('/').next().unwrap_or("")) => {
            (product, &path[product.len() + 1..])
        }
        _ => ("api", path),
    }
}

/// A parent reaches its subaccounts, nobody reaches further. An account that exists but is out of
/// reach answers 401, one that does not exist 404.
fn check_reach(credential: &Credential, account: &str, path: &str, world: &World) -> Result<(), ApiError> {
    let found = world.accounts.get(account).ok_or_else(|| ApiError::not_found(path))?;
    let is_own = found.sid == credential.account_sid;
    let is_child = found.owner == credential.account_sid && credential.rights != Rights::RestrictedKey;
    if is_own || is_child { Ok(()) } else { Err(ApiError::authenticate()) }
}

/// `below` is the path after `Accounts`.
fn check_rights(credential: &Credential, method: &str, below: &[&str]) -> Result<(), ApiError> {
    let is_account = below.len() <= 1;
    let is_key = below.get(1).is_some_and(|part| matches!(*part, "Keys" | "SigningKeys"));
    match credential.rights {
        Rights::StandardKey if is_account || is_key => Err(ApiError::authenticate()),
        Rights::RestrictedKey => {
            let is_granted = below.get(1).is_some_and(|part| matches!(*part, "Calls" | "Conferences"));
            if is_granted && method == "GET" { Ok(()) } else { Err(ApiError::forbidden()) }
        }
        _ => Ok(()),
    }
}

/// The resources whose rows the world keeps itself.
fn dispatch(context: &Context<'_>, parts: &[&str], world: &mut World) -> Option<Result<Answer, ApiError>> {
    let method = context.request.method.as_str();
    Some(match (&parts[1..], method) {
        ([], "GET") => accounts::list(context, world),
        ([], "POST") => accounts::create(context, world),
        ([_], "GET") => accounts::fetch(context, world),
        ([_], "POST") => accounts::update(context, world),
        ([_, "Calls"], "GET") => calls::list(context, world),
        ([_, "Calls"], "POST") => calls::create(context, world),
        ([_, "Calls", sid], "GET") => calls::fetch(context, world, sid),
        ([_, "Calls", sid], "POST") => calls::update(context, world, sid),
        ([_, "Calls", sid], "DELETE") => calls::delete(context, world, sid),
        ([_, "Conferences"], "GET") => conferences::list(context, world),
        ([_, "Conferences", sid], "GET") => conferences::fetch(context, world, sid),
        ([_, "Conferences", sid], "POST") => conferences::update(context, world, sid),
        ([_, "Conferences", room, "Participants"], "GET") => participants::list(context, world, room),
        ([_, "Conferences", room, "Participants"], "POST") => participants::create(context, world, room),
        ([_, "Conferences", room, "Participants", one], "GET") => {
            participants::fetch(context, world, room, one)
        }
        ([_, "Conferences", room, "Participants", one], "POST") => {
            participants::update(context, world, room, one)
        }
        ([_, "Conferences", room, "Participants", one], "DELETE") => {
            participants::delete(context, world, room, one)
        }
        ([_, "Messages"], "GET") => messages::list(context, world),
        ([_, "Messages"], "POST") => messages::create(context, world),
        ([_, "Messages", sid], "GET") => messages::fetch(context, world, sid),
        ([_, "Messages", sid], "POST") => messages::update(context, world, sid),
        ([_, "Messages", sid], "DELETE") => messages::delete(context, world, sid),
        ([_, "Messages", message, "Media"], "GET") => media::list(context, world, message),
        ([_, "Messages", message, "Media", sid], "GET") => media::fetch(context, world, message, sid),
        ([_, "Messages", message, "Media", sid], "DELETE") => media::delete(context, world, message, sid),
        ([_, "AvailablePhoneNumbers"], "GET") => available_numbers::countries(context),
        ([_, "AvailablePhoneNumbers", country], "GET") => available_numbers::fetch_country(context, country),
        ([_, "AvailablePhoneNumbers", country, kind], "GET") => {
            available_numbers::list(context, world, country, kind)
        }
        ([_, "Usage", "Records"], "GET") => usage::list(context, world, ""),
        ([_, "Usage", "Records", interval], "GET") => usage::list(context, world, interval),
        ([_, "Balance"], "GET") => usage::balance(context, world),
        ([_, "AvailablePhoneNumbers" | "Balance", ..] | [_, "Usage", "Records", ..], _) => {
            Err(ApiError::method_not_allowed())
        }
        ([] | [_] | [_, "Calls" | "Conferences" | "Messages"], _)
        | ([_, "Calls" | "Conferences" | "Messages", _], _)
        | ([_, "Conferences", _, "Participants"] | [_, "Conferences", _, "Participants", _], _)
        | ([_, "Messages", _, "Media"] | [_, "Messages", _, "Media", _], _) => {
            Err(ApiError::method_not_allowed())
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_before_the_version_is_the_product() {
        assert_eq!(split_product("/2010-04-01/Accounts.json"), ("api", "/2010-04-01/Accounts.json"));
        assert_eq!(split_product("/api/2010-04-01/Accounts.json"), ("api", "/2010-04-01/Accounts.json"));
        assert_eq!(split_product("/conversations/v1/Services"), ("conversations", "/v1/Services"));
        assert_eq!(split_product("/v1/Services"), ("api", "/v1/Services"));
        assert_eq!(split_product("/elsewhere"), ("api", "/elsewhere"));
        for odd in ["", "*", "/", "//", "aé/x/v1", "é/v1"] {
            assert_eq!(split_product(odd), ("api", odd));
        }
    }

    #[test]
    fn a_list_is_simulated_whatever_its_names_are() {
        let has = |product: &str, path: &str| has_list(product, &Template::from(path.to_string()));
        let account = "/2010-04-01/Accounts/{AccountSid}";
        assert!(has("api", &format!("{account}/Calls/{{CallSid}}/Recordings.json")));
        assert!(has("api", &format!("{account}/Usage/Records.json")));
        assert!(has("api", &format!("{account}/AvailablePhoneNumbers/{{Country}}/Voip.json")));
        assert!(!has("api", &format!("{account}/Notifications.json")));
        assert!(!has("verify", "/v2/Services/{ServiceSid}/Verifications"));
        assert!(has("verify", "/v2/Services") && !has("sync", "/v1/Services"));
    }
}
