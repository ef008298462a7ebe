//! HRANDFIELD.

use super::get::live;
use crate::commands::element::reply_element;
use crate::commands::picks::Picks;
use crate::commands::prelude::*;
use crate::types::hash::{Field, Live};
use crate::util::random;

pub const HRANDFIELD: Command = Command::new("hrandfield", -2, hrandfield)
    .flags(READONLY)
    .acl(Acl::HASH)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("hash")
    .since("6.2.0")
    .complexity("O(N) where N is the number of fields returned")
    .syntax("key [count [WITHVALUES]]")
    .summary("Returns one or more random fields from a hash.")
    .tips(&["nondeterministic_output"]);

fn hrandfield(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    if args.is_empty() {
        match live(ctx, key)?.and_then(|hash| hash.random(&mut random::next)) {
            Some((field, ..)) => reply_element(reply, field),
            None => reply.null(),
        }
        return Ok(());
    }
    let (picks, with_values) = Picks::parse(&mut args, Some("withvalues"))?;
    match live(ctx, key)? {
        Some(hash) => answer(hash, picks, with_values, reply),
        None => reply.array(0),
    }
    Ok(())
}

/// In RESP3 a field and its value are a pair; in RESP2 all are in one row.
fn answer(hash: Live<'_>, picks: Picks, with_values: bool, reply: &mut Reply<'_>) {
    let paired = with_values && reply.is_resp3();
    let width = if with_values && !paired { 2 } else { 1 };
    let write = |reply: &mut Reply<'_>, (field, value, _): Field<'_>| {
        if paired {
            reply.array(2);
        }
        reply_element(reply, field);
        if with_values {
            reply_element(reply, value);
        }
    };
    match picks {
        Picks::Distinct(count) => {
            reply.array(count.min(hash.len()) * width);
            hash.sample(count, &mut random::next, &mut |field| write(reply, field));
        }
        Picks::Repeated(count) => {
            reply.array(count * width);
            for _ in 0..count {
                hash.random(&mut random::next).into_iter().for_each(|field| write(reply, field));
            }
        }
    }
}
