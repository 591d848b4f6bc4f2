//! HTTP/1.1 as far as the simulator needs it: reads one request with a
//! `Content-Length` body from a connection, writes one answer.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

const MAX_HEAD: usize = 32 * 1024;
const MAX_BODY: usize = 1024 * 1024;
const MAX_HEADERS: usize = 100;
/// A body up to this many bytes leaves together with its head.
const SMALL: usize = 16 * 1024;

/// Decoded name and value pairs of a query string or a form, in the order sent.
pub(crate) type Pairs = Vec<(String, String)>;

/// One request as it came over the wire, with query and form decoded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path before the `?`, still percent-encoded.
    pub(crate) path: String,
    pub(crate) raw_query: String,
    pub(crate) query: Pairs,
    pub(crate) headers: Pairs,
    pub(crate) body: Vec<u8>,
    pub(crate) form: Pairs,
    pub(crate) keep_alive: bool,
}

impl Request {
    /// The value of the first header of this name; names compare without case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }
}

fn header<'a>(headers: &'a Pairs, name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Why no request could be read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The client closed the connection, or it broke.
    Closed,
    /// What came is no request this server takes; answer with this status and close.
    Refused(u16),
}

impl From<io::Error> for ReadError {
    fn from(_: io::Error) -> Self {
        ReadError::Closed
    }
}

/// Reads the next request of a connection.
pub(crate) fn read(reader: &mut BufReader<TcpStream>) -> Result<Request, ReadError> {
    let head = read_head(reader)?;
    let mut request = parse_head(&head)?;
    let length = body_length(&request)?;
    if request.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue")) {
        reader.get_mut().write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body)?;
    let is_form = request.header("content-type").is_some_and(|kind| {
        kind.trim().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded")
    });
    if is_form {
        request.form = decode(&request.body);
    }
    Ok(request)
}

/// Decodes a query string or a form body.
pub(crate) fn decode(raw: &[u8]) -> Pairs {
    form_urlencoded::parse(raw).into_owned().collect()
}

fn read_head(reader: &mut BufReader<TcpStream>) -> Result<Vec<u8>, ReadError> {
    let mut head = Vec::new();
    loop {
        let start = head.len();
        let room = (MAX_HEAD - start) as u64;
        let count = reader.by_ref().take(room).read_until(b'\n', &mut head)?;
        if count == 0 {
            return Err(if start < MAX_HEAD { ReadError::Closed } else { ReadError::Refused(431) });
        }
        let line = &head[start..];
        if line == b"\r\n" || line == b"\n" {
            if start > 0 {
                return Ok(head);
            }
            // A stray empty line before a request is allowed and means nothing.
            head.clear();
        }
    }
}

fn parse_head(head: &[u8]) -> Result<Request, ReadError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    match parsed.parse(head) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => return Err(ReadError::Refused(431)),
        _ => return Err(ReadError::Refused(400)),
    }
    let target = parsed.path.unwrap_or("/");
    let (path, raw_query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Pairs = parsed
        .headers
        .iter()
        .map(|field| (field.name.to_string(), String::from_utf8_lossy(field.value).into_owned()))
        .collect();
    let connection = header(&headers, "connection").unwrap_or("").to_ascii_lowercase();
    let keep_alive = match parsed.version {
        Some(1) => !connection.contains("close"),
        _ => connection.contains("keep-alive"),
    };
    Ok(Request {
        method: parsed.method.unwrap_or("").to_string(),
        path: path.to_string(),
        raw_query: raw_query.to_string(),
        query: decode(raw_query.as_bytes()),
        headers,
        keep_alive,
        ..Request::default()
    })
}

fn body_length(request: &Request) -> Result<usize, ReadError> {
    if request.header("transfer-encoding").is_some() {
        return Err(ReadError::Refused(411));
    }
    let Some(value) = request.header("content-length") else { return Ok(0) };
    match value.trim().parse::<usize>() {
        Ok(length) if length <= MAX_BODY => Ok(length),
        Ok(_) => Err(ReadError::Refused(413)),
        Err(_) => Err(ReadError::Refused(400)),
    }
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Shared with what keeps it for the next time.
    pub(crate) body: Arc<Vec<u8>>,
}

pub(crate) const JSON: &str = "application/json; charset=utf-8";
pub(crate) const XML: &str = "application/xml; charset=utf-8";
pub(crate) const HTML: &str = "text/html; charset=utf-8";

impl Answer {
    pub(crate) fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Answer { status, content_type, headers: Vec::new(), body: Arc::new(body.into()) }
    }

    /// An answer whose body is this value as JSON text.
    pub(crate) fn json(status: u16, value: &impl serde::Serialize) -> Self {
        // Every view is made of strings, numbers and string-keyed maps, which always serialise.
        let body = serde_json::to_vec(value).unwrap_or_default();
        Answer::new(status, JSON, body)
    }

    /// 204, which has neither body nor content type.
    pub(crate) fn no_content() -> Self {
        Answer::new(204, "", "")
    }
}

/// Writes an answer. `cut` sends only half of the body that the head announces.
pub(crate) fn write(stream: &mut TcpStream, answer: &Answer, keep_alive: bool, cut: bool) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
    if answer.status != 204 {
        head +=
            &format!("Content-Type: {}\r\nContent-Length: {}\r\n", answer.content_type, answer.body.len());
    }
    for (name, value) in &answer.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !keep_alive {
        head += "Connection: close\r\n";
    }
    head += "\r\n";
    let sent = if cut { answer.body.len() / 2 } else { answer.body.len() };
    let body = &answer.body[..sent];
    if body.len() <= SMALL {
        return stream.write_all(&[head.as_bytes(), body].concat());
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
