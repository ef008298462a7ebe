//! DEL and UNLINK. They do the same here: whatever is large is freed by the reclaimer's thread.

use crate::commands::prelude::*;

pub const DEL: Command = Command::new("del", -2, delete)
    .flags(WRITE)
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::range(1, -1, 1, access::RM | access::DELETE)])
    .since("1.0.0")
    .complexity(
        "O(N) where N is the number of keys that will be removed. When a key to remove holds a \
         value other than a string, the individual complexity for this key is O(M) where M is \
         the number of elements in the list, set, sorted set or hash. Removing a single key \
         that holds a string value is O(1).",
    )
    .syntax("key [key ...]")
    .summary("Deletes one or more keys.")
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]);

pub const UNLINK: Command = Command::new("unlink", -2, delete)
    .flags(WRITE.or(FAST))
    .acl(Acl::KEYSPACE)
    .keys(&[KeySpec::range(1, -1, 1, access::RM | access::DELETE)])
    .since("4.0.0")
    .complexity(
        "O(1) for each key removed regardless of its size. Then the command does O(N) work in a \
         different thread in order to reclaim memory, where N is the number of allocations the \
         deleted objects where composed of.",
    )
    .syntax("key [key ...]")
    .summary("Asynchronously deletes one or more keys.")
    .tips(&["request_policy:multi_shard", "response_policy:agg_sum"]);

fn delete(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let mut deleted = 0;
    while !args.is_empty() {
        deleted += usize::from(ctx.txn.remove(args.key()?, Event::DEL));
    }
    reply.count(deleted);
    Ok(())
}
