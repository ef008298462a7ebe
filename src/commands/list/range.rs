//! LRANGE, LTRIM: ranges of indexes.

use crate::commands::element::reply_element;
use crate::commands::prelude::*;
use crate::types::list::List;

pub const LRANGE: Command = Command::new("lrange", 4, lrange)
    .flags(READONLY)
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("list")
    .since("1.0.0")
    .complexity(
        "O(S+N) where S is the distance of start offset from HEAD for small lists, from nearest \
         end (HEAD or TAIL) for large lists; and N is the number of elements in the specified \
         range.",
    )
    .syntax("key start stop")
    .summary("Returns a range of elements from a list.");

fn lrange(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (start, stop) = (args.int()?, args.int()?);
    let list = ctx.txn.read::<List>(key)?;
    let range = list.and_then(|list| Some((list, absolute(start, stop, list.len())?)));
    let Some((list, (start, stop))) = range else {
        reply.array(0);
        return Ok(());
    };
    let elements = list.range(start, stop);
    reply.array(elements.remaining());
    elements.for_each(|element| reply_element(reply, element));
    Ok(())
}

pub const LTRIM: Command = Command::new("ltrim", 4, ltrim)
    .flags(WRITE)
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RW | access::DELETE)])
    .group("list")
    .since("1.0.0")
    .complexity("O(N) where N is the number of elements to be removed by the operation.")
    .syntax("key start stop")
    .summary(
        "Removes elements from both ends of a list. Deletes the list if all elements were \
         trimmed.",
    );

/// The event is named even where nothing has to go, as in Redis.
fn ltrim(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (start, stop) = (args.int()?, args.int()?);
    let limits = ctx.limits();
    ctx.txn.update(key, false, |list: &mut List| {
        match absolute(start, stop, list.len()) {
            Some((start, stop)) => list.trim(start, stop, &limits),
            None => *list = List::default(),
        }
        ((), Some(Event::list("ltrim")))
    })?;
    reply.ok();
    Ok(())
}

/// The indexes from the head that `start` and `stop` mean in a list of `len` elements, both
/// included; negative ones count from the tail. None if no element can be meant.
fn absolute(start: i64, stop: i64, len: usize) -> Option<(usize, usize)> {
    let from_head = |index: i64| match usize::try_from(index) {
        Ok(index) => Some(index),
        Err(_) => len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?),
    };
    let (start, stop) = (from_head(start).unwrap_or(0), from_head(stop)?);
    (start <= stop && start < len).then_some((start, stop))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_count_from_both_ends() {
        for (start, stop, expected) in [
            (0, 2, Some((0, 2))),
            (0, -1, Some((0, 4))),
            (-2, -1, Some((3, 4))),
            (-100, 1, Some((0, 1))),
            (3, i64::MAX, Some((3, i64::MAX as usize))),
            (i64::MIN, -5, Some((0, 0))),
            (i64::MIN, -6, None),
            (2, 1, None),
            (5, 9, None),
            (i64::MAX, i64::MIN, None),
        ] {
            assert_eq!(absolute(start, stop, 5), expected, "{start} {stop}");
        }
        assert_eq!(absolute(0, -1, 0), None);
    }
}
