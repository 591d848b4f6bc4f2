//! Why a command stopped, in one line for the person who ran it.

use std::fmt;
use std::io;
use std::path::Path;

/// A refusal or a failure. Its text is one line and says what to do when there is something to do.
#[derive(Debug)]
pub(crate) struct Failure {
    usage: bool,
    message: String,
}

impl Failure {
    /// The machine said no: a file, a permission, a missing library. Exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { usage: false, message: message.into() }
    }

    /// The command line asks for something that cannot be. Exit code 2, as for any other usage error.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { usage: true, message: message.into() }
    }

    /// A failed file operation; `doing` completes "cannot …".
    pub(crate) fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        let advice = if error.kind() == io::ErrorKind::PermissionDenied {
            "; run it as a user who may write there, or choose --user or --prefix DIR"
        } else {
            ""
        };
        Self::new(format!("cannot {doing} {}: {error}{advice}", path.display()))
    }

    pub(crate) fn exit_code(&self) -> u8 {
        if self.usage { 2 } else { 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}
