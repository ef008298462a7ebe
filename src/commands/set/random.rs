//! SPOP and SRANDMEMBER: members by chance.

use super::members::reply_members;
use crate::commands::element::reply_element;
use crate::commands::forms::log_del;
use crate::commands::picks::Picks;
use crate::commands::prelude::*;
use crate::engine::propagate::Propagation;
use crate::types::Value;
use crate::types::set::Set;
use crate::util::random;

pub const SRANDMEMBER: Command = Command::new("srandmember", -2, srandmember)
    .flags(READONLY)
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("set")
    .since("1.0.0")
    .complexity(
        "Without the count argument O(1), otherwise O(N) where N is the absolute value of the \
         passed count.",
    )
    .syntax("key [count]")
    .summary("Gets one or multiple random members from a set.")
    .tips(&["nondeterministic_output"]);

fn srandmember(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let Some(picks) = optional_count(&mut args, |args| Ok(Picks::parse(args, None)?.0))? else {
        let member = ctx.txn.read::<Set>(key)?.and_then(|set| set.random(&mut random::next));
        match member {
            Some(member) => reply_element(reply, member),
            None => reply.null(),
        }
        return Ok(());
    };
    let Some(set) = ctx.txn.read::<Set>(key)? else {
        reply.array(0);
        return Ok(());
    };
    match picks {
        Picks::Distinct(count) => {
            reply.array(count.min(set.len()));
            set.sample(count, &mut random::next, |member| reply_element(reply, member));
        }
        Picks::Repeated(count) => {
            reply.array(count);
            for member in (0..count).filter_map(|_| set.random(&mut random::next)) {
                reply_element(reply, member);
            }
        }
    }
    Ok(())
}

pub const SPOP: Command = Command::new("spop", -2, spop)
    .flags(WRITE.or(FAST))
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RW | access::ACCESS | access::DELETE)])
    .group("set")
    .since("1.0.0")
    .complexity(
        "Without the count argument O(1), otherwise O(N) where N is the value of the passed count.",
    )
    .syntax("key [count]")
    .summary(
        "Returns one or more random members from a set after removing them. Deletes the set if \
         the last member was popped.",
    )
    .tips(&["nondeterministic_output"]);

const POPPED: Event = Event::set("spop");

fn spop(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let Some(count) = optional_count(&mut args, Args::nonnegative)? else {
        let popped = ctx.txn.update(key, false, |set: &mut Set| {
            let member = set.pop_random(&mut random::next);
            let event = member.is_some().then_some(POPPED);
            (member, event)
        })?;
        let popped = popped.flatten();
        log_removed(&mut ctx.propagation, key, popped.as_slice());
        reply.bulk_or_null(popped);
        return Ok(());
    };
    let len = ctx.txn.read::<Set>(key)?.map_or(0, Set::len);
    match count.min(len) {
        0 => reply.set(0),
        count if count == len => pop_all(ctx, key, reply)?,
        count if (len - count) <= count / MUCH_MORE => pop_most(ctx, key, len - count, reply)?,
        count => pop_some(ctx, key, count, reply)?,
    }
    Ok(())
}

/// Where so many times more members go than stay, those that stay are moved out.
const MUCH_MORE: usize = 5;

/// Takes `count` members out, one after another.
fn pop_some(ctx: &mut Ctx<'_>, key: Key<'_>, count: usize, reply: &mut Reply<'_>) -> Result {
    reply.set(count);
    let is_logged = ctx.is_logged();
    let mut popped = Vec::new();
    ctx.txn.update(key, false, |set: &mut Set| {
        for member in (0..count).filter_map(|_| set.pop_random(&mut random::next)) {
            reply.bulk(&member);
            if is_logged {
                popped.push(member);
            }
        }
        ((), Some(POPPED))
    })?;
    log_removed(&mut ctx.propagation, key, &popped);
    Ok(())
}

/// Takes all but `count` members out: those that stay move to a set of their own, and the old
/// one is answered with, and freed elsewhere.
fn pop_most(ctx: &mut Ctx<'_>, key: Key<'_>, count: usize, reply: &mut Reply<'_>) -> Result {
    let limits = ctx.limits();
    let rest = ctx.txn.update(key, false, |set: &mut Set| {
        let rest = set.split_random(count, &mut random::next, &limits);
        reply_members(set, reply);
        if ctx.propagation.is_on() {
            let popped: Vec<_> = set.iter().map(|member| member.to_bytes()).collect();
            log_removed(&mut ctx.propagation, key, &popped);
        }
        (rest, None)
    })?;
    if let Some(rest) = rest {
        ctx.txn.set_value(key, Value::Set(rest), Expiry::Keep, POPPED);
    }
    Ok(())
}

/// Takes all members out, and the key with them. The set is left whole, to be freed elsewhere.
fn pop_all(ctx: &mut Ctx<'_>, key: Key<'_>, reply: &mut Reply<'_>) -> Result {
    ctx.txn.update(key, false, |set: &mut Set| {
        reply_members(set, reply);
        ((), Some(POPPED))
    })?;
    ctx.txn.remove(key, Event::DEL);
    log_del(ctx, key);
    Ok(())
}

/// Chance does not choose the same members again: they are logged by their names.
fn log_removed(propagation: &mut Propagation, key: Key<'_>, members: &[impl AsRef<[u8]>]) {
    /// So many at most are in one command, as in Redis.
    const MOST: usize = 1024;
    if !propagation.is_on() {
        return;
    }
    for members in members.chunks(MOST) {
        let members = members.iter().map(AsRef::as_ref);
        let argv: Vec<&[u8]> = [b"SREM", key.name].into_iter().chain(members).collect();
        propagation.log_as(key.db, &argv);
    }
}

/// The count, if there is one. That there is more behind it is said before it is read.
fn optional_count<'a, T>(
    args: &mut Args<'a>,
    read: impl FnOnce(&mut Args<'a>) -> Result<T>,
) -> Result<Option<T>> {
    match args.remaining() {
        0 => Ok(None),
        1 => read(args).map(Some),
        _ => Err(Error::Syntax),
    }
}
