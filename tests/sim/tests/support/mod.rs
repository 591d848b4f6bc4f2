//! Starts a simulator of its own for one test and talks plain HTTP to it.

#![allow(dead_code, reason = "each test binary uses its share")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

pub(crate) const MAIN: (&str, &str) =
    ("AC00000000000000000000000000000001", "00000000000000000000000000000001");
pub(crate) const SUB: (&str, &str) =
    ("AC00000000000000000000000000000002", "00000000000000000000000000000002");
pub(crate) const SUPPORT_LINE: &str = "CF5843bda0e992d145a0c989a33e2ba7d0";
pub(crate) const PHOTOS: &str = "MM5843bda0e992d145a0c989a33e2ba7d0";
pub(crate) const UNKNOWN_CONFERENCE: &str = "CF00000000000000000000000000000000";

/// A running simulator, killed when the test ends.
pub(crate) struct Simulator {
    child: Child,
    pub(crate) address: String,
}

impl Drop for Simulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One answer. `broken` says that the connection ended before the answer did.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) broken: bool,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Status and Twilio's code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, u64) {
        (self.status, self.json()["code"].as_u64().unwrap())
    }
}

impl Simulator {
    pub(crate) fn start() -> Self {
        Simulator::start_with(&[])
    }

    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_twilio-sim"))
            .args(["--port", "0", "--max-seconds", "120"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap().to_string();
        Simulator { child, address }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    /// Sends bytes as they are and reads one answer.
    pub(crate) fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A server that refuses early may close before everything is sent.
        let _ = stream.write_all(bytes);
        read_answer(&mut BufReader::new(stream))
    }

    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        user: Option<(&str, &str)>,
        body: (&str, &str),
    ) -> Answer {
        self.raw(request(method, path, user, body, "close").as_bytes())
    }

    /// GET of a path below the main account, with its own credentials.
    pub(crate) fn get(&self, below: &str) -> Answer {
        self.get_uri(&format!("/2010-04-01/Accounts/{}/{below}", MAIN.0))
    }

    /// GET of a link that the simulator gave.
    pub(crate) fn get_uri(&self, uri: &str) -> Answer {
        self.request("GET", uri, Some(MAIN), ("", ""))
    }

    pub(crate) fn post(&self, below: &str, form: &str) -> Answer {
        let path = format!("/2010-04-01/Accounts/{}/{below}", MAIN.0);
        self.request("POST", &path, Some(MAIN), ("application/x-www-form-urlencoded", form))
    }

    pub(crate) fn delete(&self, below: &str) -> Answer {
        let path = format!("/2010-04-01/Accounts/{}/{below}", MAIN.0);
        self.request("DELETE", &path, Some(MAIN), ("", ""))
    }

    pub(crate) fn control(&self, method: &str, name: &str, body: &str) -> Answer {
        self.request(method, &format!("/_sim/{name}"), None, ("application/json", body))
    }

    pub(crate) fn fault(&self, fault: &str) {
        let answer = self.control("POST", "faults", &format!("{{\"faults\":[{fault}]}}"));
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        self.control("GET", "requests", "").json().as_array().unwrap().clone()
    }

    pub(crate) fn effects(&self) -> Value {
        self.control("GET", "effects", "").json()
    }

    /// All rows of a list, following its links; `array` is the name of its array.
    pub(crate) fn walk(&self, below: &str, array: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut page = self.get(below).json();
        loop {
            rows.extend(page[array].as_array().unwrap().iter().cloned());
            match page["next_page_uri"].as_str() {
                Some(next) => page = self.get_uri(next).json(),
                None => return rows,
            }
        }
    }

    /// One field of all rows of a list.
    pub(crate) fn column(&self, below: &str, array: &str, field: &str) -> Vec<Value> {
        self.walk(below, array).into_iter().map(|mut row| row[field].take()).collect()
    }
}

pub(crate) fn request(
    method: &str,
    path: &str,
    user: Option<(&str, &str)>,
    (kind, body): (&str, &str),
    connection: &str,
) -> String {
    let authorization = user.map_or_else(String::new, |(name, password)| {
        format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("{name}:{password}")))
    });
    let kind = if kind.is_empty() { String::new() } else { format!("Content-Type: {kind}\r\n") };
    format!(
        "{method} {path} HTTP/1.1\r\nHost: sim\r\n{authorization}{kind}User-Agent: test/1\r\n\
         Accept: application/json\r\nConnection: {connection}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn read_answer(reader: &mut impl BufRead) -> Answer {
    let mut answer = Answer::default();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            answer.broken = true;
            return answer;
        }
        if line == "\r\n" {
            break;
        }
        answer.head += &line;
    }
    answer.status = answer.head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = Vec::new();
    answer.broken =
        !matches!(reader.take(length).read_to_end(&mut body), Ok(count) if count as u64 == length);
    answer.body = String::from_utf8(body).unwrap();
    answer
}
