//! LMPOP, and BLMPOP, which waits for something to take: several elements of the first list
//! there is.

use super::ends::{end, pop_array, pop_name};
use crate::commands::pop_request::PopRequest;
use crate::commands::prelude::*;
use crate::engine::blocking::timeout_seconds;
use crate::types::Type;
use crate::types::list::{End, List};

pub const LMPOP: Command = Command::new("lmpop", -4, lmpop)
    .flags(WRITE)
    .acl(Acl::LIST)
    .keys(&[KeySpec::counted(1, 1, access::RW | access::ACCESS | access::DELETE)])
    .group("list")
    .since("7.0.0")
    .complexity(
        "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    )
    .syntax("numkeys key [key ...] <LEFT|RIGHT> [COUNT count]")
    .summary(
        "Returns multiple elements from a list after removing them. Deletes the list if the last \
         element was popped.",
    );

fn lmpop(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let wanted = PopRequest::parse(args, end)?;
    if !take(ctx, &wanted, reply)? {
        reply.null_array();
    }
    Ok(())
}

pub const BLMPOP: Command = Command::new("blmpop", -5, blmpop)
    .flags(WRITE.or(BLOCKING))
    .acl(Acl::LIST)
    .keys(&[KeySpec::counted(2, 1, access::RW | access::ACCESS | access::DELETE)])
    .group("list")
    .since("7.0.0")
    .complexity(
        "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    )
    .syntax("timeout numkeys key [key ...] <LEFT|RIGHT> [COUNT count]")
    .summary(
        "Pops the first element from one of multiple lists. Blocks until an element is available \
         otherwise. Deletes the list if the last element was popped.",
    );

/// The timeout comes first and is read last, as in Redis.
fn blmpop(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut timeout = args;
    args.arg()?;
    let wanted = PopRequest::parse(args, end)?;
    let until_ms = timeout_seconds(&mut timeout, ctx.now_ms())?;
    if take(ctx, &wanted, reply)? {
        return Ok(());
    }
    let block = Block::until_filled(Type::List, wanted.keys, until_ms, InVain::NullArray);
    ctx.block(block, reply)
}

/// Takes from the first list there is, and answers with its key and an array of the elements.
/// False, and no answer, if there is none.
fn take(ctx: &mut Ctx<'_>, wanted: &PopRequest<'_, End>, reply: &mut Reply<'_>) -> Result<bool> {
    let limits = ctx.limits();
    for &key in &wanted.keys {
        if !ctx.may_take(key) {
            continue;
        }
        let popped = ctx.txn.update(key, false, |list: &mut List| {
            reply.array(2);
            reply.bulk(key.name);
            let count = wanted.count.min(list.len());
            (count, pop_array(list, wanted.end, count, &limits, reply))
        })?;
        if let Some(count) = popped {
            let mut digits = itoa::Buffer::new();
            ctx.log_as(&[pop_name(wanted.end), key.name, digits.format(count).as_bytes()]);
            return Ok(true);
        }
    }
    Ok(false)
}
