//! LCS: the longest common subsequence of two strings.

use super::subsequence::{self, Run};
use crate::commands::prelude::*;
use crate::services::config::params;
use crate::store::Entry;
use crate::types::Type;

pub const LCS: Command = Command::new("lcs", -3, lcs)
    .flags(READONLY)
    .acl(Acl::STRING)
    .keys(&[KeySpec::range(1, 1, 1, access::RO | access::ACCESS)])
    .group("string")
    .since("7.0.0")
    .complexity("O(N*M) where N and M are the lengths of s1 and s2, respectively")
    .syntax("key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]")
    .summary("Finds the longest common substring.");

/// The keys' types are looked at before the options, as Redis does.
fn lcs(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let keys = [args.key()?, args.key()?];
    for key in keys {
        if ctx.txn.get(key).is_some_and(|entry| entry.kind() != Type::String) {
            return Err(Error::msg("The specified keys must contain string values"));
        }
    }
    let options = Options::parse(args)?;
    let most_bytes = ctx.engine.config.size(params::PROTO_MAX_BULK_LEN);
    let [a, b] = keys.map(|key| {
        let value = ctx.txn.peek(key).and_then(Entry::as_str);
        value.unwrap_or(Str::Bytes(b""))
    });
    a.with(|a| {
        b.with(|b| {
            may_compare(a.len(), b.len(), most_bytes)?;
            options.answer(a, b, reply)
        })
    })
}

/// Refuses what would take Redis more memory than a string may: it keeps four bytes for each
/// pair of positions. We need less, but the time must have a bound, too.
fn may_compare(a_len: usize, b_len: usize, most_bytes: usize) -> Result {
    let (rows, columns) = (a_len.saturating_add(1), b_len.saturating_add(1));
    if rows.saturating_mul(columns).saturating_mul(size_of::<u32>()) > most_bytes {
        return Err(Error::msg(
            "Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
        ));
    }
    Ok(())
}

#[derive(Default)]
struct Options {
    len: bool,
    idx: bool,
    with_match_len: bool,
    min_match_len: usize,
}

impl Options {
    fn parse(mut args: Args<'_>) -> Result<Options> {
        let mut options = Options::default();
        while !args.is_empty() {
            match args.keyword().as_str() {
                "len" => options.len = true,
                "idx" => options.idx = true,
                "withmatchlen" => options.with_match_len = true,
                "minmatchlen" if !args.is_empty() => {
                    options.min_match_len = usize::try_from(args.int()?).unwrap_or(0);
                }
                _ => return Err(Error::Syntax),
            }
        }
        if options.len && options.idx {
            return Err(Error::msg(
                "If you want both the length and indexes, please just use IDX.",
            ));
        }
        Ok(options)
    }

    fn answer(&self, a: &[u8], b: &[u8], reply: &mut Reply<'_>) -> Result {
        if self.len {
            reply.count(subsequence::length(a, b));
            return Ok(());
        }
        let runs = subsequence::runs(a, b).map_err(|_| {
            Error::msg("Insufficient memory, failed allocating transient memory for LCS")
        })?;
        if self.idx {
            self.reply_indexes(&runs, reply);
        } else {
            let parts: Vec<&[u8]> = runs.iter().rev().map(|run| &a[run.in_a()]).collect();
            reply.bulk(parts.concat());
        }
        Ok(())
    }

    /// Where the runs stand in both strings, the last first.
    fn reply_indexes(&self, runs: &[Run], reply: &mut Reply<'_>) {
        reply.map(2);
        reply.bulk("matches");
        let long_enough = || runs.iter().filter(|run| run.len >= self.min_match_len);
        reply.array(long_enough().count());
        for run in long_enough() {
            reply.array(if self.with_match_len { 3 } else { 2 });
            for start in [run.a, run.b] {
                reply.array(2);
                reply.count(start);
                reply.count(start + run.len - 1);
            }
            if self.with_match_len {
                reply.count(run.len);
            }
        }
        reply.bulk("len");
        reply.count(runs.iter().map(|run| run.len).sum());
    }
}
