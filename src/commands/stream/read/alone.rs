//! XREAD.

use super::{Request, Served};
use crate::commands::prelude::*;
use crate::commands::stream::entries::reply_entries;
use crate::commands::stream::{id, lookup};
use crate::types::Type;
use crate::types::stream::{Stream, StreamId};
use smallvec::SmallVec;

pub const XREAD: Command = Command::new("xread", -4, xread)
    .flags(READONLY.or(BLOCKING))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::half_after("STREAMS", 1, access::RO | access::ACCESS)])
    .group("stream")
    .since("5.0.0")
    .complexity(
        "For each stream mentioned: O(N) with N being the number of elements being returned, it \
         means that XREAD-ing with a fixed COUNT is O(1). Note that when the BLOCK option is used, \
         XADD will pay O(M) time in order to serve the M clients blocked on the stream getting \
         new data.",
    )
    .syntax("[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]")
    .summary(
        "Returns messages from multiple streams with IDs greater than the ones requested. Blocks \
         until a message is available otherwise.",
    );

fn xread(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let request = Request::parse(args, "xread", ctx.now_ms())?;
    let mut starts: SmallVec<[Start; 2]> = SmallVec::new();
    for (key, id) in request.streams() {
        let stream = lookup::peek(&ctx.txn, key)?;
        starts.push(Start::resolve(id, stream)?);
    }
    let mut served = Served::begin(reply);
    for (key, start) in request.keys.iter().zip(&starts) {
        if !ctx.may_take(*key) {
            continue;
        }
        let (Some(stream), Some(from)) = (ctx.txn.read::<Stream>(*key)?, start.after.next()) else {
            continue;
        };
        let mut entries = stream.range(from, StreamId::MAX).take(request.count).peekable();
        if entries.peek().is_some() {
            served.stream(reply, *key, |reply| {
                reply_entries(reply, entries);
                Ok(true)
            })?;
        }
    }
    if served.end(reply) {
        return Ok(());
    }
    if !request.blocks {
        reply.null_array();
        return Ok(());
    }
    let first = args.argv().len() - request.ids.len();
    let words = starts.iter().enumerate().filter_map(|(i, start)| Some((first + i, start.wait?)));
    let block = Block {
        instead: words.map(|(index, id)| (index, id::text(id).to_vec())).collect(),
        keys: request.keys.into_iter().collect(),
        kind: Type::Stream,
        even_if_gone: false,
        until_ms: request.until_ms,
        in_vain: InVain::NullArray,
    };
    ctx.block(block, reply)
}

/// From where a stream is read.
struct Start {
    /// Entries behind this ID are wanted.
    after: StreamId,
    /// For `$` and `+`: the ID to wait with. What they mean now is not what they mean later.
    wait: Option<StreamId>,
}

impl Start {
    fn resolve(id: &[u8], stream: Option<&Stream>) -> Result<Start> {
        let end = stream.map_or(StreamId::MIN, Stream::last_id);
        let word = |after| Ok(Start { after, wait: Some(end) });
        match id {
            b"$" => word(end),
            // The last entry alone; without one as `$`.
            b"+" => {
                let last = stream.and_then(|stream| stream.iter().next_back());
                word(last.and_then(|last| last.id.prev()).unwrap_or(end))
            }
            b">" => Err(Error::msg(
                "The > ID can be specified only when calling XREADGROUP using the GROUP <group> \
                 <consumer> option.",
            )),
            _ => {
                let after = id::parse(id, 0).ok_or(Error::msg(id::INVALID))?;
                Ok(Start { after, wait: None })
            }
        }
    }
}
