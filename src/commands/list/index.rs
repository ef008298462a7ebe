//! LLEN, LINDEX, LSET: the length, and elements by their index.

use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::types::list::List;

pub const LLEN: Command = Command::new("llen", 2, llen)
    .flags(READONLY.or(FAST))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RO)])
    .group("list")
    .since("1.0.0")
    .complexity("O(1)")
    .syntax("key")
    .summary("Returns the length of a list.");

fn llen(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let list = ctx.txn.read::<List>(args.key()?)?;
    reply.count(list.map_or(0, List::len));
    Ok(())
}

pub const LINDEX: Command = Command::new("lindex", 3, lindex)
    .flags(READONLY)
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("list")
    .since("1.0.0")
    .complexity(
        "O(N) where N is the number of elements to traverse to get to the element at index. This \
         makes asking for the first or the last element of the list O(1).",
    )
    .syntax("key index")
    .summary("Returns an element from a list by its index.");

/// As in Redis an index that is none is a fault only where there is a list.
fn lindex(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let index = args.int();
    let found = match ctx.txn.read::<List>(key)? {
        Some(list) => list.get(index?, |element| reply_element(reply, element)),
        None => None,
    };
    if found.is_none() {
        reply.null();
    }
    Ok(())
}

pub const LSET: Command = Command::new("lset", 4, lset)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("list")
    .since("1.0.0")
    .complexity(
        "O(N) where N is the length of the list. Setting either the first or the last element of \
         the list is O(1).",
    )
    .syntax("key index element")
    .summary("Sets the value of an element in a list by its index.");

/// As in Redis an index that is none is a fault only where there is a list.
fn lset(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let index = args.int();
    let element = args.bytes()?;
    let limits = ctx.limits();
    let changed = ctx.txn.update(key, false, |list: &mut List| {
        let set = index.map(|index| list.set(index, element, &limits));
        let event = matches!(set, Ok(true)).then_some(Event::list("lset"));
        (set, event)
    })?;
    match changed.ok_or(Error::NoSuchKey)?? {
        true => reply.ok(),
        false => return Err(Error::IndexOutOfRange),
    }
    Ok(())
}
