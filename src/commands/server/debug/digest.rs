//! DEBUG DIGEST, DIGEST-VALUE: whether two servers hold the same.

use super::{Reads, Subcommand, key};
use crate::commands::prelude::*;
use crate::store::{Entry, SHARDS, scan};
use crate::types::digest::{Digest, dataset_digest, key_digest, value_digest};

pub const DIGEST: Subcommand = Subcommand::new("digest", 0..=0, digest).reads(Reads::All);

fn digest(ctx: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let databases = 0..ctx.engine.keyspace.databases();
    let digests = databases.filter_map(|db| Some((db.into(), database_digest(&ctx.txn, db)?)));
    reply.simple(&dataset_digest(digests).to_string());
    Ok(())
}

/// The digest of a database's live keys; `None` if it has none.
fn database_digest(txn: &Txn<'_>, db: u16) -> Option<Digest> {
    let mut sum = None;
    for shard in 0..SHARDS {
        let table = txn.table(db, shard);
        scan::for_each(&table, |entry| {
            if !entry.is_expired(txn.horizon_ms()) {
                *sum.get_or_insert_default() ^= entry_digest(entry);
            }
        });
    }
    sum
}

fn entry_digest(entry: &Entry) -> Digest {
    let expires = entry.expires_at_ms().is_some();
    entry.with_value(|value| key_digest(entry.name(), value, expires))
}

pub const DIGEST_VALUE: Subcommand =
    Subcommand::new("digest-value", 0..=usize::MAX, digest_values).reads(Reads::Selected);

fn digest_values(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.array(args.remaining());
    while !args.is_empty() {
        let key = key(ctx, &mut args)?;
        let digest = ctx.txn.peek(key).map_or_else(Digest::default, |entry| {
            let expires = entry.expires_at_ms().is_some();
            entry.with_value(|value| value_digest(value, expires))
        });
        reply.simple(&digest.to_string());
    }
    Ok(())
}
