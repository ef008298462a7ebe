//! What can be wrong with a configuration file or the flags at startup.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// The version of Redis whose configuration this is; INFO's `redis_version`.
pub const REDIS_VERSION: &str = "7.4.1";

/// Why the server cannot start with this configuration. `Display` gives the text Redis writes.
#[derive(Debug)]
pub enum FileError {
    /// A configuration file that cannot be read.
    Unreadable {
        /// The file's name.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A line that says something wrong.
    Line {
        /// Where it is.
        line: Line,
        /// What is wrong with it.
        complaint: String,
    },
    /// Lines that are right one by one, but not together.
    Whole(String),
}

/// A line of a configuration: of a file, of the standard input, or made of flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Counted from 1. Flags count on after the file's lines.
    pub number: usize,
    /// The line without the blanks around it.
    pub text: Vec<u8>,
}

impl Line {
    /// The error that this line says something wrong.
    pub fn error(&self, complaint: impl Into<String>) -> FileError {
        FileError::Line { line: self.clone(), complaint: complaint.into() }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::Unreadable { path, error } => {
                let (path, error) = (path.display(), os_text(error));
                write!(f, "Fatal error, can't open config file '{path}': {error}")
            }
            FileError::Line { line: Line { number, text }, complaint } => {
                let text = String::from_utf8_lossy(text);
                writeln!(f, "\n*** FATAL CONFIG FILE ERROR (Redis {REDIS_VERSION}) ***")?;
                writeln!(f, "Reading the configuration file, at line {number}")?;
                write!(f, ">>> '{text}'\n{complaint}")
            }
            FileError::Whole(complaint) => {
                write!(f, "\n*** FATAL CONFIG FILE ERROR (Redis {REDIS_VERSION}) ***\n{complaint}")
            }
        }
    }
}

impl std::error::Error for FileError {}

/// The system's text for `error`, as C's `strerror` gives it.
pub fn os_text(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
