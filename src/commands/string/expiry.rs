//! The options that say how long a key lives: `EX`, `PX`, `EXAT`, `PXAT`, `KEEPTTL` and
//! `PERSIST`, as SET, GETEX and MSETEX take them.

use crate::commands::prelude::*;
use crate::util::number;

/// What becomes of a key's deadline, as a client puts it. Times are still text: Redis looks at
/// them only once it has read all options.
#[derive(Clone, Copy)]
pub enum Lifetime<'a> {
    /// `EX`
    Seconds(&'a [u8]),
    /// `PX`
    Millis(&'a [u8]),
    /// `EXAT`
    UnixSeconds(&'a [u8]),
    /// `PXAT`
    UnixMillis(&'a [u8]),
    /// `KEEPTTL`
    Keep,
    /// `PERSIST`
    Persist,
}

impl<'a> Lifetime<'a> {
    /// Reads the time after the keyword `word`. Any other keyword is a syntax error, also
    /// `KEEPTTL` and `PERSIST`, which not every command knows.
    pub fn timed(word: &str, args: &mut Args<'a>) -> Result<Lifetime<'a>> {
        let lifetime = match word {
            "ex" => Lifetime::Seconds,
            "px" => Lifetime::Millis,
            "exat" => Lifetime::UnixSeconds,
            "pxat" => Lifetime::UnixMillis,
            _ => return Err(Error::Syntax),
        };
        Ok(lifetime(args.bytes()?))
    }

    /// What a write has to do. `command` is named by the error for times that make no sense.
    pub fn expiry(self, now_ms: i64, command: &'static str) -> Result<Expiry> {
        let (text, scale, base_ms) = match self {
            Lifetime::Keep => return Ok(Expiry::Keep),
            Lifetime::Persist => return Ok(Expiry::Clear),
            Lifetime::Seconds(text) => (text, 1000, now_ms),
            Lifetime::Millis(text) => (text, 1, now_ms),
            Lifetime::UnixSeconds(text) => (text, 1000, 0),
            Lifetime::UnixMillis(text) => (text, 1, 0),
        };
        let time = number::parse_i64(text).ok_or(Error::NotInteger)?;
        time.checked_mul(scale)
            .filter(|ms| *ms > 0)
            .and_then(|ms| ms.checked_add(base_ms))
            .map(Expiry::At)
            .ok_or(Error::InvalidExpire(command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_700_000_000_000;

    fn expiry(lifetime: Lifetime<'_>) -> Result<Expiry> {
        lifetime.expiry(NOW_MS, "set")
    }

    #[test]
    fn units_and_bases() {
        assert_eq!(expiry(Lifetime::Seconds(b"5")), Ok(Expiry::At(NOW_MS + 5000)));
        assert_eq!(expiry(Lifetime::Millis(b"5")), Ok(Expiry::At(NOW_MS + 5)));
        assert_eq!(expiry(Lifetime::UnixSeconds(b"5")), Ok(Expiry::At(5000)));
        assert_eq!(expiry(Lifetime::UnixMillis(b"5")), Ok(Expiry::At(5)));
        assert_eq!(expiry(Lifetime::Keep), Ok(Expiry::Keep));
        assert_eq!(expiry(Lifetime::Persist), Ok(Expiry::Clear));
    }

    #[test]
    fn times_that_make_no_sense() {
        let invalid = Err(Error::InvalidExpire("set"));
        for text in ["0", "-1", "-9223372036854775808", "9223372036854775807"] {
            assert_eq!(expiry(Lifetime::Seconds(text.as_bytes())), invalid, "{text}");
        }
        assert_eq!(expiry(Lifetime::Millis(b"9223372036854775807")), invalid);
        assert_eq!(expiry(Lifetime::UnixMillis(b"9223372036854775807")), Ok(Expiry::At(i64::MAX)));
        assert_eq!(expiry(Lifetime::Seconds(b"1.5")), Err(Error::NotInteger));
    }
}
