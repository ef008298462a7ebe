//! KEYS and RANDOMKEY: names without a cursor.

use crate::commands::prelude::*;
use crate::store::walk;
use crate::util::glob;

pub const KEYS: Command = Command::new("keys", 2, keys)
    .locks(Locks::WALK_ONE)
    .flags(READONLY)
    .acl(Acl::KEYSPACE.or(Acl::DANGEROUS))
    .since("1.0.0")
    .complexity(
        "O(N) with N being the number of keys in the database, under the assumption that the \
         key names in the database and the given pattern have limited length.",
    )
    .syntax("pattern")
    .summary("Returns all key names that match a pattern.")
    .tips(&["request_policy:all_shards", "nondeterministic_output_order"]);

fn keys(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let pattern = args.bytes()?;
    let (txn, db) = (&ctx.txn, ctx.session.db);
    let (names, mut count) = (reply.defer(), 0);
    let mut add = |name: &[u8]| {
        reply.bulk(name);
        count += 1;
    };
    if pattern == b"*" {
        walk::for_each(txn, db, |entry| add(entry.name()));
    } else if is_literal(pattern) {
        if walk::contains(txn, db, pattern) {
            add(pattern);
        }
    } else {
        walk::for_each(txn, db, |entry| {
            if glob::matches(pattern, entry.name()) {
                add(entry.name());
            }
        });
    }
    reply.end_array(names, count);
    Ok(())
}

/// Whether the pattern matches nothing but itself.
fn is_literal(pattern: &[u8]) -> bool {
    !pattern.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[' | b'\\'))
}

pub const RANDOMKEY: Command = Command::new("randomkey", 1, randomkey)
    .locks(Locks::WALK_ONE)
    .flags(READONLY)
    .acl(Acl::KEYSPACE)
    .since("1.0.0")
    .complexity("O(1)")
    .summary("Returns a random key name from the database.")
    .tips(&["request_policy:all_shards", "response_policy:special", "nondeterministic_output"]);

fn randomkey(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    if walk::random(&ctx.txn, ctx.session.db, |entry| reply.bulk(entry.name())).is_none() {
        reply.null();
    }
    Ok(())
}
