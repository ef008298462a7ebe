//! RENAME and RENAMENX.

use crate::commands::prelude::*;

pub const RENAME: Command = Command::new("rename", 3, rename)
    .flags(WRITE)
    .acl(Acl::KEYSPACE)
    .keys(&[
        KeySpec::one(1, access::RW | access::ACCESS | access::DELETE),
        KeySpec::one(2, access::OW | access::UPDATE),
    ])
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key newkey")
    .summary("Renames a key and overwrites the destination.");

fn rename(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (from, to) = (args.key()?, args.key()?);
    existing(ctx, from)?;
    if from.name != to.name {
        ctx.txn.rename(from, to, EVENTS);
    }
    reply.ok();
    Ok(())
}

pub const RENAMENX: Command = Command::new("renamenx", 3, renamenx)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[
        KeySpec::one(1, access::RW | access::ACCESS | access::DELETE),
        KeySpec::one(2, access::OW | access::INSERT),
    ])
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key newkey")
    .summary("Renames a key only when the target key name doesn't exist.");

fn renamenx(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (from, to) = (args.key()?, args.key()?);
    existing(ctx, from)?;
    // A key under its own name is there already.
    let renamed = ctx.txn.peek(to).is_none() && ctx.txn.rename(from, to, EVENTS);
    reply.int(i64::from(renamed));
    Ok(())
}

const EVENTS: (Event, Event) = (Event::generic("rename_from"), Event::generic("rename_to"));

fn existing(ctx: &Ctx<'_>, key: Key<'_>) -> Result {
    ctx.txn.peek(key).map(|_| ()).ok_or(Error::NoSuchKey)
}
