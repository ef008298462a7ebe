//! SSCAN.

use crate::commands::element::reply_element;
use crate::commands::keys::page::Page;
use crate::commands::prelude::*;
use crate::types::set::Set;

pub const SSCAN: Command = Command::new("sscan", -3, sscan)
    .flags(READONLY)
    .acl(Acl::SET)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("set")
    .since("2.8.0")
    .complexity(
        "O(1) for every call. O(N) for a complete iteration, including enough command calls for \
         the cursor to return back to 0. N is the number of elements inside the collection.",
    )
    .syntax("key cursor [MATCH pattern] [COUNT count]")
    .summary("Iterates over members of a set.")
    .tips(&["nondeterministic_output"]);

/// As in Redis the options are not looked at where there is no set.
fn sscan(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let cursor = Page::cursor(&mut args)?;
    let Some(set) = ctx.txn.read::<Set>(key)? else {
        Page::answer(reply, |_| (0, 0));
        return Ok(());
    };
    let page = Page::options(cursor, &mut args, |_, _| Ok(false))?;
    Page::answer(reply, |members| {
        let mut count = 0;
        let next = set.scan(page.cursor, page.count, &mut |member| {
            if page.shows(&member.to_bytes()) {
                reply_element(members, member);
                count += 1;
            }
        });
        (next, count)
    });
    Ok(())
}
