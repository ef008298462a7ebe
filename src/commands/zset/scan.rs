//! ZSCAN.

use crate::commands::element::reply_element;
use crate::commands::keys::page::Page;
use crate::commands::prelude::*;
use crate::types::zset::SortedSet;
use crate::util::number;

/// NOSCORES is Valkey's, since its version 8.0.
pub const ZSCAN: Command = Command::new("zscan", -3, zscan)
    .flags(READONLY)
    .acl(Acl::SORTED_SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("sorted-set")
    .since("2.8.0")
    .complexity(
        "O(1) for every call. O(N) for a complete iteration, including enough command calls for \
         the cursor to return back to 0. N is the number of elements inside the collection.",
    )
    .syntax("key cursor [MATCH pattern] [COUNT count] [NOSCORES]")
    .summary("Iterates over members and scores of a sorted set.")
    .tips(&["nondeterministic_output"]);

/// The options are read last: Redis complains of them only where there is something to scan.
fn zscan(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let cursor = Page::cursor(&mut args)?;
    let Some(zset) = ctx.txn.read::<SortedSet>(key)? else {
        Page::answer(reply, |_| (0, 0));
        return Ok(());
    };
    let mut with_scores = true;
    let page = Page::options(cursor, &mut args, |word, _| {
        let own = word == "noscores";
        with_scores &= !own;
        Ok(own)
    })?;
    Page::answer(reply, |members| {
        let mut count = 0;
        let next = zset.scan(page.cursor, page.count, &mut |name, score| {
            if !page.shows(&name.to_bytes()) {
                return;
            }
            reply_element(members, name);
            count += 1;
            if with_scores {
                members.bulk(number::format_f64(score).as_bytes());
                count += 1;
            }
        });
        (next, count)
    });
    Ok(())
}
