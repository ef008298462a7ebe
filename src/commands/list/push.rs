//! LPUSH, RPUSH, LPUSHX, RPUSHX: adding elements at an end.

use super::ends::push_event;
use crate::commands::prelude::*;
use crate::types::list::{End, List};

/// All four commands'.
const PUSH_COMPLEXITY: &str = "O(1) for each element added, so O(N) to add N elements when the \
    command is called with multiple arguments.";

pub const LPUSH: Command = Command::new("lpush", -3, lpush)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("list")
    .since("1.0.0")
    .complexity(PUSH_COMPLEXITY)
    .syntax("key element [element ...]")
    .summary("Prepends one or more elements to a list. Creates the key if it doesn't exist.");

fn lpush(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    push(ctx, args, End::Front, true, reply)
}

pub const RPUSH: Command = Command::new("rpush", -3, rpush)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("list")
    .since("1.0.0")
    .complexity(PUSH_COMPLEXITY)
    .syntax("key element [element ...]")
    .summary("Appends one or more elements to a list. Creates the key if it doesn't exist.");

fn rpush(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    push(ctx, args, End::Back, true, reply)
}

pub const LPUSHX: Command = Command::new("lpushx", -3, lpushx)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("list")
    .since("2.2.0")
    .complexity(PUSH_COMPLEXITY)
    .syntax("key element [element ...]")
    .summary("Prepends one or more elements to a list only when the list exists.");

fn lpushx(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    push(ctx, args, End::Front, false, reply)
}

pub const RPUSHX: Command = Command::new("rpushx", -3, rpushx)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("list")
    .since("2.2.0")
    .complexity(PUSH_COMPLEXITY)
    .syntax("key element [element ...]")
    .summary("Appends one or more elements to a list only when the list exists.");

fn rpushx(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    push(ctx, args, End::Back, false, reply)
}

/// Adds all elements at one end, and answers how long the list is then; 0 if there is none
/// and none may be created.
fn push(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    end: End,
    create: bool,
    reply: &mut Reply<'_>,
) -> Result {
    let key = args.key()?;
    let elements = args.rest().iter().map(|element| element.bytes());
    let limits = ctx.limits();
    let len = ctx.txn.update(key, create, |list: &mut List| {
        list.extend(end, elements, &limits);
        (list.len(), Some(push_event(end)))
    })?;
    reply.count(len.unwrap_or(0));
    Ok(())
}
