//! One client connection: requests in, answers out, until one side has enough.

use std::io::BufReader;
use std::net::TcpStream;
use std::time::Duration;

use crate::errors::ApiError;
use crate::http::{self, ReadError};
use crate::simulator::{Reply, Simulator};

/// How long a connection may lie idle.
const IDLE: Duration = Duration::from_secs(120);

/// Serves a connection. Errors end it: there is nobody left to tell.
pub(crate) fn serve(simulator: &Simulator, stream: TcpStream) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let limits = [stream.set_read_timeout(Some(IDLE)), stream.set_write_timeout(Some(IDLE))];
    if limits.iter().any(Result::is_err) || stream.set_nodelay(true).is_err() {
        return;
    }
    let mut reader = BufReader::new(stream);
    loop {
        let request = match http::read(&mut reader) {
            Ok(request) => request,
            Err(ReadError::Closed) => return,
            Err(ReadError::Refused(status)) => {
                let error = ApiError::new(status, 20001, "The request could not be read");
                let _ = http::write(&mut writer, &error.answer(), false, false);
                return;
            }
        };
        let (answer, keep_alive, cut) = match simulator.reply(&request) {
            Reply::Answer(answer) => (answer, request.keep_alive, false),
            Reply::Cut(answer) => (answer, false, true),
            Reply::Nothing => return,
        };
        if http::write(&mut writer, &answer, keep_alive, cut).is_err() || !keep_alive {
            return;
        }
    }
}
