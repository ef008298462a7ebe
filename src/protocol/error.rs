//! Every error a client can be answered with. The texts are Redis's own, to the letter:
//! client libraries match on them.

use std::borrow::Cow;
use std::fmt;

/// What a handler returns: nothing, since its reply is already written, or an error.
pub type Result<T = ()> = std::result::Result<T, Error>;

/// An error reply. `Display` gives the text after the `-`, its code first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Options that contradict each other, repeat, or are unknown.
    Syntax,
    /// The key holds another type than the command works on.
    WrongType,
    /// An argument or value is not a 64-bit signed integer.
    NotInteger,
    /// An argument or value is not a number.
    NotFloat,
    /// An integer outside of the range the command takes.
    OutOfRange,
    /// An argument that must not be negative is.
    NotPositive,
    /// A key that must exist does not (RENAME, LSET, RESTORE's source and the like).
    NoSuchKey,
    /// An offset outside of the string or list.
    IndexOutOfRange,
    /// Too few or too many arguments for this command (`container|sub` for subcommands).
    Arity(Cow<'static, str>),
    /// `invalid expire time in 'name' command`
    InvalidExpire(&'static str),
    /// A subcommand that its container does not have, as the client wrote it.
    UnknownSubcommand {
        /// The container's name.
        container: &'static str,
        /// What the client wrote.
        given: String,
    },
    /// The client has not authenticated.
    NoAuth,
    /// A password or user name that is not right.
    WrongPass,
    /// RESTORE, COPY or RENAMENX onto a key that is there.
    BusyKey,
    /// A database number outside of `databases`.
    DbIndex,
    /// A string that would grow beyond `proto-max-bulk-len`.
    StringTooLong,
    /// `OOM command not allowed when used memory > 'maxmemory'.`
    OutOfMemory,
    /// The data set is being loaded.
    Loading,
    /// Any other text after the code `ERR`.
    Msg(Cow<'static, str>),
    /// A text that brings its own code: `EXECABORT …`, `NOPROTO …`.
    Coded(Cow<'static, str>),
}

impl Error {
    /// An error with the code `ERR`.
    pub fn msg(text: impl Into<Cow<'static, str>>) -> Error {
        Error::Msg(text.into())
    }

    /// An integer is not from `least` to `most`, in Redis's words.
    pub fn not_within(least: i64, most: i64) -> Error {
        Error::msg(format!("value is out of range, value must between {least} and {most}"))
    }

    /// An error whose text begins with its own code.
    pub fn coded(text: impl Into<Cow<'static, str>>) -> Error {
        Error::Coded(text.into())
    }

    /// The code: the text's first word, under which INFO errorstats counts it.
    pub fn code(&self) -> String {
        let text = self.to_string();
        text.split(' ').next().unwrap_or("ERR").to_owned()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Error::Syntax => "ERR syntax error",
            Error::WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value",
            Error::NotInteger => "ERR value is not an integer or out of range",
            Error::NotFloat => "ERR value is not a valid float",
            Error::OutOfRange => "ERR value is out of range",
            Error::NotPositive => "ERR value is out of range, must be positive",
            Error::NoSuchKey => "ERR no such key",
            Error::IndexOutOfRange => "ERR index out of range",
            Error::NoAuth => "NOAUTH Authentication required.",
            Error::WrongPass => "WRONGPASS invalid username-password pair or user is disabled.",
            Error::BusyKey => "BUSYKEY Target key name already exists.",
            Error::DbIndex => "ERR DB index is out of range",
            Error::StringTooLong => "ERR string exceeds maximum allowed size (proto-max-bulk-len)",
            Error::OutOfMemory => "OOM command not allowed when used memory > 'maxmemory'.",
            Error::Loading => "LOADING Redis is loading the dataset in memory",
            Error::Arity(name) => {
                return write!(f, "ERR wrong number of arguments for '{name}' command");
            }
            Error::InvalidExpire(name) => {
                return write!(f, "ERR invalid expire time in '{name}' command");
            }
            Error::UnknownSubcommand { container, given } => {
                return write!(
                    f,
                    "ERR unknown subcommand '{given}'. Try {} HELP.",
                    container.to_uppercase()
                );
            }
            Error::Msg(text) => return write!(f, "ERR {text}"),
            Error::Coded(text) => return f.write_str(text),
        };
        f.write_str(text)
    }
}

impl std::error::Error for Error {}
