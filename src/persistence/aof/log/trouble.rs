//! Why the log does not get to the disk.

use crate::services::config::os_text;
use std::io;

/// A failure that lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// In the system's words: `No space left on device`.
    pub text: String,
    /// A sync failed: what the file holds can no longer be trusted.
    pub is_sync: bool,
    kind: io::ErrorKind,
}

impl Trouble {
    /// Writing failed.
    pub fn writing(error: io::Error) -> Self {
        Trouble { text: os_text(&error), is_sync: false, kind: error.kind() }
    }

    /// Syncing failed.
    pub fn syncing(error: io::Error) -> Self {
        Trouble { is_sync: true, ..Trouble::writing(error) }
    }

    /// What the server's log says of it.
    pub fn sentence(&self) -> String {
        match self.is_sync {
            true => format!("Fail to fsync the AOF file: {}", self.text),
            false => format!("Error writing to the AOF file: {}", self.text),
        }
    }

    /// As an error again.
    pub fn to_error(&self) -> io::Error {
        io::Error::new(self.kind, self.text.clone())
    }
}
