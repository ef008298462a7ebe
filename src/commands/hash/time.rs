//! The times that fields expire at, as commands are given them.

use crate::commands::prelude::*;
use crate::types::hash::Hash;

/// The latest time a field may expire at, in Unix milliseconds: 46 bits, as in Redis, whose
/// own structures keep two more for themselves.
const LATEST_MS: i64 = (1 << 46) - 1;

/// How a command counts time.
#[derive(Clone, Copy)]
pub enum Unit {
    /// Seconds from now.
    Seconds,
    /// Milliseconds from now.
    Millis,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMillis,
}

impl Unit {
    /// The unit of the option `word`, in lower case: `EX`, `PX`, `EXAT` or `PXAT`.
    pub fn of_option(word: &str) -> Option<Unit> {
        match word {
            "ex" => Some(Unit::Seconds),
            "px" => Some(Unit::Millis),
            "exat" => Some(Unit::UnixSeconds),
            "pxat" => Some(Unit::UnixMillis),
            _ => None,
        }
    }

    /// Reads a time in this unit, as Unix time in milliseconds. It may have passed.
    pub fn deadline(self, ctx: &Ctx<'_>, args: &mut Args<'_>) -> Result<i64> {
        let time = args.int()?;
        if time < 0 {
            return Err(Error::msg("invalid expire time, must be >= 0"));
        }
        let at_ms = self.at_ms(time, ctx.now_ms());
        at_ms.ok_or(Error::InvalidExpire(ctx.command().name))
    }

    /// Unix time in milliseconds, unless that is too late.
    fn at_ms(self, time: i64, now_ms: i64) -> Option<i64> {
        let (scale, base_ms) = match self {
            Unit::Seconds => (1000, now_ms),
            Unit::Millis => (1, now_ms),
            Unit::UnixSeconds => (1000, 0),
            Unit::UnixMillis => (1, 0),
        };
        let at_ms = time.checked_mul(scale)?.checked_add(base_ms)?;
        (at_ms <= LATEST_MS).then_some(at_ms)
    }
}

/// Gives a field of a hash a deadline; one that has passed deletes it. Returns whether the field
/// is still there.
pub fn expire_field(hash: &mut Hash, field: &[u8], at_ms: i64, now_ms: i64) -> bool {
    if at_ms <= now_ms {
        hash.remove(field);
        return false;
    }
    hash.set_expiry(field, Some(at_ms))
}

/// The event of such a change.
pub fn expiry_event(at_ms: i64, now_ms: i64) -> Event {
    Event::hash(if at_ms <= now_ms { "hdel" } else { "hexpire" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_bases() {
        const NOW_MS: i64 = 1_700_000_000_000;
        assert_eq!(Unit::Seconds.at_ms(5, NOW_MS), Some(NOW_MS + 5000));
        assert_eq!(Unit::Millis.at_ms(0, NOW_MS), Some(NOW_MS));
        assert_eq!(Unit::UnixSeconds.at_ms(5, NOW_MS), Some(5000));
        assert_eq!(Unit::UnixMillis.at_ms(LATEST_MS, NOW_MS), Some(LATEST_MS));
        assert_eq!(Unit::UnixMillis.at_ms(LATEST_MS + 1, NOW_MS), None);
        assert_eq!(Unit::Millis.at_ms(LATEST_MS - NOW_MS, NOW_MS), Some(LATEST_MS));
        assert_eq!(Unit::Millis.at_ms(LATEST_MS, NOW_MS), None);
        for unit in [Unit::Seconds, Unit::Millis, Unit::UnixSeconds, Unit::UnixMillis] {
            assert_eq!(unit.at_ms(i64::MAX, NOW_MS), None);
        }
    }
}
