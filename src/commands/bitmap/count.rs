//! BITCOUNT: how many bits are set.

use super::range::{Unit, bits_between};
use crate::commands::prelude::*;
use crate::types::bits::count::count_in;

pub const BITCOUNT: Command = Command::new("bitcount", -2, bitcount)
    .flags(READONLY)
    .acl(Acl::BITMAP)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("bitmap")
    .since("2.6.0")
    .complexity("O(N)")
    .syntax("key [start end [BYTE|BIT]]")
    .summary("Counts the number of set bits (population counting) in a string.");

fn bitcount(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (start, end, unit) = match args.remaining() {
        0 => (0, -1, Unit::Byte),
        2 | 3 => (args.int()?, args.int()?, Unit::parse(&mut args)?),
        _ => return Err(Error::Syntax),
    };
    // Beyond the beginning of the string two such ends would meet at its first bit.
    let backwards = start < 0 && end < 0 && start > end;
    let count = match ctx.txn.string(key)? {
        Some(value) if !backwards => {
            value.with(|bytes| count_in(bytes, bits_between(start, end, unit, bytes.len())))
        }
        _ => 0,
    };
    reply.count(count);
    Ok(())
}
