//! LPOP, RPOP, and BLPOP, BRPOP, which wait for something to take.

use super::ends::{pop_array, pop_elements, pop_name};
use crate::commands::prelude::*;
use crate::engine::blocking::timeout_seconds;
use crate::types::Type;
use crate::types::list::{End, List};

pub const LPOP: Command = Command::new("lpop", -2, lpop)
    .flags(WRITE.or(FAST))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::DELETE)])
    .group("list")
    .since("1.0.0")
    .complexity("O(N) where N is the number of elements returned")
    .syntax("key [count]")
    .summary(
        "Returns and removes one or more elements from the beginning of a list. Deletes the list \
         if the last element was popped.",
    );

fn lpop(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    pop(ctx, args, End::Front, reply)
}

pub const RPOP: Command = Command::new("rpop", -2, rpop)
    .flags(WRITE.or(FAST))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::DELETE)])
    .group("list")
    .since("1.0.0")
    .complexity("O(N) where N is the number of elements returned")
    .syntax("key [count]")
    .summary(
        "Returns and removes one or more elements from the end of a list. Deletes the list if \
         the last element was popped.",
    );

fn rpop(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    pop(ctx, args, End::Back, reply)
}

fn pop(ctx: &mut Ctx<'_>, mut args: Args<'_>, end: End, reply: &mut Reply<'_>) -> Result {
    if args.remaining() > 2 {
        return Err(Error::Arity(ctx.row.full_name.clone()));
    }
    let key = args.key()?;
    let count = if args.is_empty() { None } else { Some(args.nonnegative()?) };
    let limits = ctx.limits();
    let found = ctx.txn.update(key, false, |list: &mut List| {
        let event = match count {
            Some(count) => pop_array(list, end, count, &limits, reply),
            None => pop_elements(list, end, 1, &limits, reply),
        };
        ((), event)
    })?;
    match (found, count) {
        (Some(()), _) => {}
        (None, Some(_)) => reply.null_array(),
        (None, None) => reply.null(),
    }
    Ok(())
}

pub const BLPOP: Command = Command::new("blpop", -3, blpop)
    .flags(WRITE.or(BLOCKING))
    .acl(Acl::LIST)
    .keys(&[KeySpec::range(1, -2, 1, access::RW | access::ACCESS | access::DELETE)])
    .group("list")
    .since("2.0.0")
    .complexity("O(N) where N is the number of provided keys.")
    .syntax("key [key ...] timeout")
    .summary(
        "Removes and returns the first element in a list. Blocks until an element is available \
         otherwise. Deletes the list if the last element was popped.",
    );

fn blpop(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    wait_and_pop(ctx, args, End::Front, reply)
}

pub const BRPOP: Command = Command::new("brpop", -3, brpop)
    .flags(WRITE.or(BLOCKING))
    .acl(Acl::LIST)
    .keys(&[KeySpec::range(1, -2, 1, access::RW | access::ACCESS | access::DELETE)])
    .group("list")
    .since("2.0.0")
    .complexity("O(N) where N is the number of provided keys.")
    .syntax("key [key ...] timeout")
    .summary(
        "Removes and returns the last element in a list. Blocks until an element is available \
         otherwise. Deletes the list if the last element was popped.",
    );

fn brpop(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    wait_and_pop(ctx, args, End::Back, reply)
}

/// Takes one element off the first list there is, and answers with its key and the element.
fn wait_and_pop(ctx: &mut Ctx<'_>, mut args: Args<'_>, end: End, reply: &mut Reply<'_>) -> Result {
    let keys = args.keys(args.remaining().saturating_sub(1))?;
    let until_ms = timeout_seconds(&mut args, ctx.now_ms())?;
    let limits = ctx.limits();
    for &key in &keys {
        if !ctx.may_take(key) {
            continue;
        }
        let found = ctx.txn.update(key, false, |list: &mut List| {
            reply.array(2);
            reply.bulk(key.name);
            ((), pop_elements(list, end, 1, &limits, reply))
        })?;
        if found.is_some() {
            ctx.log_as(&[pop_name(end), key.name]);
            return Ok(());
        }
    }
    ctx.block(Block::until_filled(Type::List, keys, until_ms, InVain::NullArray), reply)
}
