//! `FIELDS numfields field [field ...]`: the fields that newer commands work on, among their
//! other arguments.

use crate::commands::prelude::*;

/// Reads the word, the number and the fields; nothing may follow them.
pub fn only_fields<'a>(args: &mut Args<'a>) -> Result<&'a [Arg<'a>]> {
    if !args.word("fields") {
        return Err(Error::msg(
            "Mandatory argument FIELDS is missing or not at the right position",
        ));
    }
    let count = args.positive("Number of fields must be a positive integer")?;
    let fields = args.rest();
    if count != fields.len() {
        return Err(Error::msg("The `numfields` parameter must match the number of arguments"));
    }
    Ok(fields)
}

/// Reads the number and the fields, each of which takes `width` arguments; the word has been
/// read, and other options may follow. Fails with `no_number` where the number is none, and with
/// `too_few` where there are not so many fields.
pub fn counted_fields<'a>(
    args: &mut Args<'a>,
    width: usize,
    no_number: &'static str,
    too_few: Error,
) -> Result<&'a [Arg<'a>]> {
    if args.remaining() < 1 + width {
        return Err(too_few);
    }
    let count = args.positive(no_number)?;
    i32::try_from(count).map_err(|_| Error::msg(no_number))?;
    let mut following = *args;
    let fields = count.checked_mul(width).and_then(|len| following.rest().get(..len));
    let fields = fields.ok_or(too_few)?;
    args.nth(fields.len() - 1);
    Ok(fields)
}

/// Takes the fields as those a command works on, unless it was given some before.
pub fn settle_fields<'a>(settled: &mut Option<&'a [Arg<'a>]>, given: &'a [Arg<'a>]) -> Result {
    match settled.replace(given) {
        None => Ok(()),
        Some(_) => Err(Error::msg("FIELDS keyword specified multiple times")),
    }
}

/// The fields that were settled, without which a command cannot be.
pub fn settled_fields<'a>(settled: Option<&'a [Arg<'a>]>) -> Result<&'a [Arg<'a>]> {
    settled.ok_or(Error::msg("missing FIELDS argument"))
}

/// What is no option of the command.
pub fn unknown_argument(argument: &[u8]) -> Error {
    Error::msg(format!("unknown argument: {}", String::from_utf8_lossy(argument)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<R>(line: &str, f: impl FnOnce(&mut Args<'_>) -> R) -> R {
        let argv: Vec<Arg<'_>> = line.split(' ').map(|word| word.as_bytes().into()).collect();
        f(&mut Args::new(&argv, 0, &[], 0))
    }

    /// The fields, joined, and how many arguments are left.
    fn counted(line: &str, width: usize) -> Result<(String, usize)> {
        with(line, |args| {
            let fields = counted_fields(args, width, "no number", Error::Syntax)?;
            let names: Vec<_> = fields.iter().map(|field| String::from_utf8_lossy(field)).collect();
            Ok((names.join(" "), args.remaining()))
        })
    }

    #[test]
    fn nothing_follows_where_nothing_may() {
        let parse = |line| with(line, |args| only_fields(args).map(<[Arg<'_>]>::len));
        assert_eq!(parse("FIELDS 2 a b"), Ok(2));
        assert_eq!(parse("fields 1 a"), Ok(1));
        for line in ["2 a b", "FIELDS 2 a", "FIELDS 1 a b", "FIELDS 0", "FIELDS -1 a", "FIELDS x"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_number_that_lies_is_refused() {
        assert_eq!(counted("2 a b NX", 1), Ok(("a b".to_owned(), 1)));
        assert_eq!(counted("1 a 1 NX", 2), Ok(("a 1".to_owned(), 1)));
        for (line, width) in [("2 a 1 b", 2), ("3 a b", 1), ("1", 1), ("2147483647 a b", 2)] {
            assert_eq!(counted(line, width), Err(Error::Syntax), "{line}");
        }
        for line in ["0 a", "-1 a", "x a", "2147483648 a", "9223372036854775807 a"] {
            assert_eq!(counted(line, 1), Err(Error::msg("no number")), "{line}");
        }
    }
}
