//! The expiry options that SET, GETEX and MSETEX share: `EX`, `PX`, `EXAT`, `PXAT`.

use crate::commands::prelude::*;

/// A deadline as a client gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    value: i64,
    seconds: bool,
    relative: bool,
}

impl Deadline {
    /// Reads the value after the keyword `word`, if it is one of the four.
    pub fn option(word: &str, args: &mut Args<'_>) -> Result<Option<Deadline>> {
        let (seconds, relative) = match word {
            "ex" => (true, true),
            "px" => (false, true),
            "exat" => (true, false),
            "pxat" => (false, false),
            _ => return Ok(None),
        };
        if args.is_empty() {
            return Err(Error::Syntax);
        }
        Ok(Some(Deadline { value: args.int()?, seconds, relative }))
    }

    /// Unix time in milliseconds; `command` is named by the error for times that make no sense.
    pub fn at_ms(self, now_ms: i64, command: &'static str) -> Result<i64> {
        let invalid = Error::InvalidExpire(command);
        if self.value <= 0 {
            return Err(invalid);
        }
        let scale = if self.seconds { 1000 } else { 1 };
        let base_ms = if self.relative { now_ms } else { 0 };
        self.value.checked_mul(scale).and_then(|ms| ms.checked_add(base_ms)).ok_or(invalid)
    }
}
