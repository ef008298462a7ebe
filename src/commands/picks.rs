//! How many random elements a client asks for: the count of SRANDMEMBER, HRANDFIELD and
//! ZRANDMEMBER.

use crate::commands::prelude::*;

/// The elements asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picks {
    /// So many different ones, or all there are.
    Distinct(usize),
    /// So many, each chosen among all.
    Repeated(usize),
}

/// The longest reply of elements that repeat, of which a client may ask for more than there
/// are. Redis goes on until its memory ends.
const MOST_REPEATED: usize = 1 << 24;

impl Picks {
    /// Reads a count, and the one option that may follow it: `with_values` is its name, and the
    /// answer beside the count whether it is there. A command without an option gives none.
    pub fn parse(args: &mut Args<'_>, with_values: Option<&str>) -> Result<(Picks, bool)> {
        let count = args.signed_count()?;
        let has_values = with_values.is_some_and(|word| args.word(word));
        args.finish()?;
        let magnitude = count.unsigned_abs();
        let too_many = has_values && magnitude > i64::MAX as u64 / 2;
        let magnitude = usize::try_from(magnitude).ok().filter(|_| !too_many);
        let magnitude = magnitude.ok_or(Error::OutOfRange)?;
        match count {
            0.. => Ok((Picks::Distinct(magnitude), has_values)),
            _ if magnitude > MOST_REPEATED => Err(Error::OutOfRange),
            _ => Ok((Picks::Repeated(magnitude), has_values)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<(Picks, bool)> {
        let argv: Vec<Arg<'_>> = line.split(' ').map(|word| word.as_bytes().into()).collect();
        Picks::parse(&mut Args::new(&argv, 0, &[], 0), Some("withscores"))
    }

    #[test]
    fn counts_below_zero_repeat() {
        assert_eq!(parse("3"), Ok((Picks::Distinct(3), false)));
        assert_eq!(parse("-3 WITHSCORES"), Ok((Picks::Repeated(3), true)));
        assert_eq!(parse("0"), Ok((Picks::Distinct(0), false)));
        assert_eq!(parse("9223372036854775807").map(|(_, values)| values), Ok(false));
    }

    #[test]
    fn no_reply_is_too_long() {
        for line in ["9223372036854775807 withscores", "-16777217", "-9223372036854775807"] {
            assert_eq!(parse(line), Err(Error::OutOfRange), "{line}");
        }
        assert!(parse("-9223372036854775808").is_err());
        assert_eq!(parse("1 withvalues"), Err(Error::Syntax));
        assert_eq!(parse("1 withscores more"), Err(Error::Syntax));
    }
}
