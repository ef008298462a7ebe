//! SCAN.

use super::page::Page;
use crate::commands::prelude::*;
use crate::store::{Entry, walk};

pub const SCAN: Command = Command::new("scan", -2, scan)
    .locks(Locks::WALK_ONE)
    .flags(READONLY)
    .acl(Acl::KEYSPACE)
    .since("2.8.0")
    .complexity(
        "O(1) for every call. O(N) for a complete iteration, including enough command calls for \
         the cursor to return back to 0. N is the number of elements inside the collection.",
    )
    .syntax("cursor [MATCH pattern] [COUNT count] [TYPE type]")
    .summary("Iterates over the key names in the database.")
    .tips(&["nondeterministic_output", "request_policy:special", "response_policy:special"]);

fn scan(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let cursor = Page::cursor(&mut args)?;
    let mut kind = None;
    let page = Page::options(cursor, &mut args, |word, args| {
        let own = word == "type";
        if own {
            kind = Some(args.bytes()?);
        }
        Ok(own)
    })?;
    // The name of a type that does not exist is no error in Redis: no key is of that type.
    let has_kind = |entry: &Entry| {
        kind.is_none_or(|kind| entry.kind().name().as_bytes().eq_ignore_ascii_case(kind))
    };
    Page::answer(reply, |names| {
        let mut count = 0;
        let next = walk::page(&ctx.txn, ctx.session.db, page.cursor, page.count, |entry| {
            if page.shows(entry.name()) && has_kind(entry) {
                names.bulk(entry.name());
                count += 1;
            }
        });
        (next, count)
    });
    Ok(())
}
