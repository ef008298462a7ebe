//! Why an RDB file or a payload was refused, and at which byte.

use std::{fmt, io};

/// Loading stopped: where, and why. Keys before that byte have reached the sink.
#[derive(Debug)]
pub struct LoadError {
    /// Bytes read from the start of the file when the error was found.
    pub offset_bytes: u64,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a file.
#[derive(Debug)]
pub enum Reason {
    /// The file ends in the middle of something.
    Truncated,
    /// Reading failed.
    Io(io::Error),
    /// The file begins with neither `REDIS` nor `VALKEY` and a version.
    Signature,
    /// A version that cannot be read here.
    Version(u32),
    /// The data contradicts itself.
    Corrupt(&'static str),
    /// A record begins with a byte that is neither an opcode nor an object type.
    UnknownType(u8),
    /// A key holds a value of this module type.
    Module(String),
    /// The file holds data of this module beside the keys.
    ModuleAux(String),
    /// The CRC-64 at the end does not fit the bytes before it.
    Checksum {
        /// What the file says.
        stored: u64,
        /// What its bytes give.
        computed: u64,
    },
    /// The receiver of the keys did not want one, and says why.
    Refused(String),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.reason, self.offset_bytes)
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            Reason::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Truncated => f.write_str("Unexpected end of the RDB file"),
            Reason::Io(error) => write!(f, "Can't read the RDB file: {error}"),
            Reason::Signature => f.write_str("Wrong signature trying to load DB from file"),
            Reason::Version(version) => write!(f, "Can't handle RDB format version {version}"),
            Reason::Corrupt(what) => f.write_str(what),
            Reason::UnknownType(byte) => write!(f, "Unknown RDB encoding type {byte}"),
            Reason::Module(name) => write!(
                f,
                "The RDB file contains module data I can't load: no matching module type '{name}'"
            ),
            Reason::ModuleAux(name) => write!(
                f,
                "The RDB file contains AUX module data I can't load: no matching module '{name}'"
            ),
            Reason::Checksum { stored, computed } => {
                write!(f, "Wrong RDB checksum expected: ({stored:x}) but got ({computed:x})")
            }
            Reason::Refused(why) => f.write_str(why),
        }
    }
}
