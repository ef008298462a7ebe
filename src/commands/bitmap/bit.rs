//! SETBIT, GETBIT: one bit.

use super::offset::bit_offset;
use crate::commands::prelude::*;
use crate::types::bits;

pub const SETBIT: Command = Command::new("setbit", 4, setbit)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::BITMAP)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::UPDATE)])
    .group("bitmap")
    .since("2.2.0")
    .complexity("O(1)")
    .syntax("key offset value")
    .summary(
        "Sets or clears the bit at offset of the string value. Creates the key if it doesn't exist.",
    );

fn setbit(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let offset = bit_offset(ctx, &mut args)?;
    let on = match args.bytes()? {
        b"0" => false,
        b"1" => true,
        _ => return Err(Error::msg("bit is not an integer or out of range")),
    };
    let len = bits::len_to_hold(offset);
    let old = ctx.txn.update_string(key, len, Event::string("setbit"), |bytes| {
        let old = bits::set(bytes, offset, on);
        (old, old != on)
    })?;
    reply.int(i64::from(old));
    Ok(())
}

pub const GETBIT: Command = Command::new("getbit", 3, getbit)
    .flags(READONLY.or(FAST))
    .acl(Acl::BITMAP)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("bitmap")
    .since("2.2.0")
    .complexity("O(1)")
    .syntax("key offset")
    .summary("Returns a bit value by offset.");

fn getbit(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let offset = bit_offset(ctx, &mut args)?;
    let bit =
        ctx.txn.string(key)?.is_some_and(|value| value.with(|bytes| bits::get(bytes, offset)));
    reply.int(i64::from(bit));
    Ok(())
}
