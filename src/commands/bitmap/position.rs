//! BITPOS: the first bit of a kind.

use super::range::{Unit, bits_between};
use crate::commands::prelude::*;
use crate::types::bits::find::find_in;
use crate::util::number;

pub const BITPOS: Command = Command::new("bitpos", -3, bitpos)
    .flags(READONLY)
    .acl(Acl::BITMAP)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("bitmap")
    .since("2.8.7")
    .complexity("O(N)")
    .syntax("key bit [start [end [BYTE|BIT]]]")
    .summary("Finds the first set (1) or clear (0) bit in a string.");

fn bitpos(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let bit = match args.int()? {
        0 => false,
        1 => true,
        _ => return Err(Error::msg("The bit argument must be 1 or 0.")),
    };
    let (start, end, unit) = range(args)?;
    let position = match ctx.txn.string(key)? {
        None => (!bit).then_some(0),
        Some(value) => value.with(|bytes| {
            let range = bits_between(start, end.unwrap_or(-1), unit, bytes.len());
            let found = find_in(bytes, range.clone(), bit);
            // Behind the string there are zeros, unless its end was said to be the range's.
            let behind = !bit && end.is_none() && !range.is_empty();
            found.or(behind.then_some(range.end))
        }),
    };
    match position {
        Some(position) => reply.count(position),
        None => reply.int(-1),
    }
    Ok(())
}

/// Start, end if it is given, and unit. The unit's word is looked at before the end's number.
fn range(mut args: Args<'_>) -> Result<(i64, Option<i64>, Unit)> {
    if args.remaining() > 3 {
        return Err(Error::Syntax);
    }
    let start = if args.is_empty() { 0 } else { args.int()? };
    let end = args.next();
    let unit = Unit::parse(&mut args)?;
    let end = end.map(|end| number::parse_i64(&end).ok_or(Error::NotInteger)).transpose()?;
    Ok((start, end, unit))
}
