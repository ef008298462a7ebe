//! What the operations on several sets have in common. The members that one comes to are walked
//! where they lie; only STORE makes a set of them.

use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::store::Entry;
use crate::types::Value;
use crate::types::listpack::Element;
use crate::types::set::Set;

/// Walks the members that an operation on these sets comes to. A key without a set is `None`.
pub type Operation = for<'s> fn(&[Option<&'s Set>]) -> Members<'s>;

/// Members of several sets.
pub type Members<'s> = Box<dyn Iterator<Item = Element<'s>> + 's>;

/// Answers with the members that the operation on all keys among the arguments comes to.
pub fn answer(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    reply: &mut Reply<'_>,
    operation: Operation,
) -> Result {
    let keys = args.keys(args.remaining())?;
    let sets = read_all(&mut ctx.txn, &keys)?;
    let members = reply.defer();
    let mut count = 0;
    for member in operation(&sets) {
        reply_element(reply, member);
        count += 1;
    }
    reply.end_set(members, count);
    Ok(())
}

/// Puts a set of these members in place of whatever the first key held. The operation may come
/// to a member several times.
pub fn store(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    reply: &mut Reply<'_>,
    operation: Operation,
    event: Event,
) -> Result {
    let destination = args.key()?;
    let keys = args.keys(args.remaining())?;
    let limits = ctx.limits();
    let sets = read_all(&mut ctx.txn, &keys)?;
    let mut result = Set::default();
    for member in operation(&sets) {
        result.insert(member.text(&mut itoa::Buffer::new()), &limits);
    }
    reply.count(result.len());
    if result.is_empty() {
        ctx.txn.remove(destination, Event::DEL);
    } else {
        ctx.txn.set_value(destination, Value::Set(result), Expiry::Clear, event);
    }
    Ok(())
}

/// The sets of several keys at once. Every key is looked up before one is missed: a value of
/// another type is an error wherever it stands.
pub fn read_all<'t>(txn: &'t mut Txn<'_>, keys: &[Key<'_>]) -> Result<Vec<Option<&'t Set>>> {
    for key in keys {
        txn.read::<Set>(*key)?;
    }
    let txn = &*txn;
    Ok(keys.iter().map(|key| txn.peek(*key).and_then(Entry::get)).collect())
}
