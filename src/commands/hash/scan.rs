//! HSCAN.

use super::get::live;
use crate::commands::element::reply_element;
use crate::commands::keys::page::Page;
use crate::commands::prelude::*;

pub const HSCAN: Command = Command::new("hscan", -3, hscan)
    .flags(READONLY)
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("2.8.0")
    .complexity(
        "O(1) for every call. O(N) for a complete iteration, including enough command calls for \
         the cursor to return back to 0. N is the number of elements inside the collection.",
    )
    .syntax("key cursor [MATCH pattern] [COUNT count] [NOVALUES]")
    .summary("Iterates over fields and values of a hash.")
    .tips(&["nondeterministic_output"]);

/// The options are read last: Redis complains of them only where there is something to scan.
fn hscan(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let cursor = Page::cursor(&mut args)?;
    let Some(hash) = live(ctx, key)? else {
        Page::answer(reply, |_| (0, 0));
        return Ok(());
    };
    let mut with_values = true;
    let page = Page::options(cursor, &mut args, |word, _| {
        let own = word == "novalues";
        with_values &= !own;
        Ok(own)
    })?;
    Page::answer(reply, |elements| {
        let mut count = 0;
        let next = hash.scan(page.cursor, page.count, &mut |(field, value, _)| {
            if !page.shows(&field.to_bytes()) {
                return;
            }
            reply_element(elements, field);
            count += 1;
            if with_values {
                reply_element(elements, value);
                count += 1;
            }
        });
        (next, count)
    });
    Ok(())
}
