//! LINSERT.

use crate::commands::prelude::*;
use crate::types::list::List;

pub const LINSERT: Command = Command::new("linsert", 5, linsert)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::INSERT)])
    .group("list")
    .since("2.2.0")
    .complexity(
        "O(N) where N is the number of elements to traverse before seeing the value pivot. This \
         means that inserting somewhere on the left end on the list (head) can be considered \
         O(1) and inserting somewhere on the right end (tail) is O(N).",
    )
    .syntax("key <BEFORE|AFTER> pivot element")
    .summary("Inserts an element before or after another element in a list.");

fn linsert(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let insert = match args.keyword().as_str() {
        "before" => List::insert_before,
        "after" => List::insert_after,
        _ => return Err(Error::Syntax),
    };
    let (pivot, element) = (args.bytes()?, args.bytes()?);
    let limits = ctx.limits();
    let len = ctx.txn.update(key, false, |list: &mut List| {
        let inserted = insert(list, pivot, element, &limits);
        (inserted.then(|| list.len()), inserted.then_some(Event::list("linsert")))
    })?;
    match len {
        Some(Some(len)) => reply.count(len),
        Some(None) => reply.int(-1),
        None => reply.int(0),
    }
    Ok(())
}
