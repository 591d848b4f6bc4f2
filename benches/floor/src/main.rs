//! What reading messages costs without a driver: bare ureq, and the driver's own decoder or not even that.
//!
//! ```text
//! floor pages|rows URL ACCOUNT TOKEN MOST-PAGES TIMES
//! ```
//!
//! Walks the list at `URL` one page after the other, each by the link in the one before, over one connection that is kept
//! alive, with the header fields that the driver sends. `rows` decodes all columns of `Messages`; `pages` only looks for
//! the link. `MOST-PAGES` ends the walk early; 0 reads all. Prints a line of JSON for each time: pages, rows, bytes, seconds.

use std::error::Error;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use twilioodbc::model::Model;
use twilioodbc::twilio::{Continuation, Layout, List, USER_AGENT, read_list};

/// The largest answer that is read, in bytes.
const BODY_LIMIT: u64 = 64 << 20;
/// Where the link to the next page is looked for, in bytes from the end.
const TAIL: usize = 4 << 10;
const LINK: &str = "\"next_page_uri\":\"";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Walk {
    agent: ureq::Agent,
    authorization: String,
    /// Absent where nothing is decoded.
    layout: Option<Layout>,
    /// What links are relative to.
    host: String,
}

#[derive(Default)]
struct Sum {
    pages: u64,
    rows: u64,
    bytes: u64,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, url, account, token, most, times] = arguments.as_slice() else {
        return Err("usage: floor pages|rows URL ACCOUNT TOKEN MOST-PAGES TIMES".into());
    };
    let layout = match mode.as_str() {
        "pages" => None,
        "rows" => Some(messages()?),
        _ => return Err("the first argument is pages or rows".into()),
    };
    let config = ureq::Agent::config_builder().user_agent(USER_AGENT).accept("application/json").proxy(None);
    let path = url.match_indices('/').nth(2).ok_or("the URL has no path")?.0;
    let walk = Walk {
        agent: config.build().into(),
        authorization: format!("Basic {}", STANDARD.encode(format!("{account}:{token}"))),
        layout,
        host: url[..path].to_owned(),
    };
    // An application has connected before it reads.
    walk.get(&format!("{}/2010-04-01/Accounts/{account}/Conferences.json?PageSize=1", walk.host))?;
    for _ in 0..times.parse()? {
        let (sum, took) = walk.read(url, most.parse()?)?;
        let Sum { pages, rows, bytes } = sum;
        let seconds = took.as_secs_f64();
        println!(r#"{{"pages":{pages},"rows":{rows},"bytes":{bytes},"seconds":{seconds}}}"#);
    }
    Ok(())
}

/// The layout of all columns of `Messages`.
fn messages() -> Result<Layout> {
    let model = Model::builtin();
    let table = model.table(None, "Messages").ok_or("there is no table Messages")?;
    let columns = table.shown().map(|(_, column)| (column.json.as_str(), column.data_type));
    Ok(Layout::new(Some(&table.items), columns))
}

impl Walk {
    fn read(&self, first: &str, most: u64) -> Result<(Sum, Duration)> {
        let started = Instant::now();
        let mut sum = Sum::default();
        let mut next = Some(first.to_owned());
        while let Some(url) = next.take_if(|_| most == 0 || sum.pages < most) {
            let body = self.get(&url)?;
            sum.pages += 1;
            sum.bytes += body.len() as u64;
            let link = match &self.layout {
                None => link(&body),
                Some(layout) => {
                    let List { page, next, .. } = read_list(&body, layout)?;
                    sum.rows += page.rows() as u64;
                    match next {
                        Some(Continuation::Link(link)) => Some(link),
                        _ => None,
                    }
                }
            };
            next = link.map(|link| format!("{}{link}", self.host));
        }
        Ok((sum, started.elapsed()))
    }

    fn get(&self, url: &str) -> Result<Vec<u8>> {
        let mut response = self.agent.get(url).header("authorization", &self.authorization).call()?;
        Ok(response.body_mut().with_config().limit(BODY_LIMIT).read_to_vec()?)
    }
}

/// The link to the next page, which stands behind the rows.
fn link(body: &[u8]) -> Option<String> {
    let tail = String::from_utf8_lossy(&body[body.len().saturating_sub(TAIL)..]);
    let (_, link) = tail.rsplit_once(LINK)?;
    link.split_once('"').map(|(link, _)| link.to_owned())
}
