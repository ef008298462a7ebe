//! XADD.

use super::id::{self, reply_id};
use super::trim::{self, TrimOptions};
use crate::commands::prelude::*;
use crate::types::Limits;
use crate::types::stream::{AppendError, Stream, StreamId, Trim};

pub const XADD: Command = Command::new("xadd", -5, xadd)
    .flags(WRITE.or(DENYOOM).or(FAST))
    .acl(Acl::STREAM)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)
        .notes("UPDATE instead of INSERT because of the optional trimming feature")])
    .group("stream")
    .since("5.0.0")
    .complexity(
        "O(1) when adding a new entry, O(N) when trimming where N being the number of entries \
         evicted.",
    )
    .syntax(
        "key [NOMKSTREAM] [KEEPREF|DELREF|ACKED] [<MAXLEN|MINID> [=|~] threshold [LIMIT count]] \
         <*|id> field value [field value ...]",
    )
    .summary("Appends a new message to a stream. Creates the key if it doesn't exist.")
    .tips(&["nondeterministic_output"]);

fn xadd(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let limits = ctx.limits();
    let mut make = true;
    let mut trim = TrimOptions::default();
    let mut new_id = None;
    let mut id_index = 0;
    while new_id.is_none() && !args.is_empty() {
        if args.word("nomkstream") {
            make = false;
        } else if !trim.read(&mut args)? {
            id_index = args.argv().len() - args.remaining();
            new_id = Some(NewId::parse(args.bytes()?)?);
        }
    }
    let trim = trim.settle(ctx)?;
    let (fields, odd) = args.rest().as_chunks::<2>();
    let Some(new_id) = new_id.filter(|_| !fields.is_empty() && odd.is_empty()) else {
        return Err(Error::Arity(ctx.row.full_name.clone()));
    };
    if new_id == NewId::Explicit(StreamId::MIN) {
        return Err(Error::msg("The ID specified in XADD must be greater than 0-0"));
    }
    let now_ms = ctx.now_ms();
    let added = ctx.txn.update(key, make, |stream: &mut Stream| {
        match append(stream, new_id, fields, now_ms, &limits) {
            Ok(id) => (Ok(id), Some(Event::stream("xadd"))),
            Err(error) => (Err(error), None),
        }
    })?;
    let Some(added) = added else {
        reply.null();
        return Ok(());
    };
    let id = added?;
    reply_id(reply, id);
    if let Some(trim) = &trim {
        trim::apply(ctx, key, trim)?;
    }
    let trim = trim.filter(|trim| trim.approximate);
    if ctx.is_logged() && (trim.is_some() || !matches!(new_id, NewId::Explicit(_))) {
        let (before, behind) = args.argv().split_at(id_index);
        log_added(ctx, key, before, trim.as_ref(), id, behind);
    }
    Ok(())
}

/// The ID that the entry got is logged, and what an approximate trim has left. `behind` begins with
/// the ID that the client gave.
fn log_added(
    ctx: &mut Ctx<'_>,
    key: Key<'_>,
    before: &[Arg<'_>],
    trim: Option<&Trim>,
    id: StreamId,
    behind: &[Arg<'_>],
) {
    let id = id::text(id);
    let mut digits = itoa::Buffer::new();
    let mut argv: Vec<&[u8]> = match trim {
        Some(trim) => {
            let left = trim::what_is_left(ctx, key, trim, &mut digits);
            [b"XADD", key.name].into_iter().chain(left).collect()
        }
        None => before.iter().map(|arg| arg.bytes()).collect(),
    };
    argv.push(&id);
    argv.extend(behind.iter().skip(1).map(|arg| arg.bytes()));
    ctx.log_as(&argv);
}

/// The ID that a client wants an entry to have.
#[derive(Clone, Copy, PartialEq)]
enum NewId {
    /// `*`: the time it is now.
    Now,
    /// `ms-*`: the next with these milliseconds.
    Within(u64),
    Explicit(StreamId),
}

impl NewId {
    fn parse(text: &[u8]) -> Result<NewId> {
        if text == b"*" {
            return Ok(NewId::Now);
        }
        if let Some(ms) = text.strip_suffix(b"-*") {
            return id::number(ms).map(NewId::Within).ok_or(Error::msg(id::INVALID));
        }
        id::parse(text, 0).map(NewId::Explicit).ok_or(Error::msg(id::INVALID))
    }

    /// The ID that comes of it; none where it would not be greater than all before.
    fn resolve(self, stream: &Stream, now_ms: i64) -> Option<StreamId> {
        match self {
            NewId::Now => stream.next_id(u64::try_from(now_ms).unwrap_or(0)),
            NewId::Within(ms) => stream.next_id_within(ms),
            NewId::Explicit(id) => Some(id),
        }
    }
}

fn append(
    stream: &mut Stream,
    new_id: NewId,
    fields: &[[Arg<'_>; 2]],
    now_ms: i64,
    limits: &Limits,
) -> Result<StreamId> {
    const NOT_GREATER: &str =
        "The ID specified in XADD is equal or smaller than the target stream top item";
    if stream.last_id() == StreamId::MAX {
        return Err(Error::msg(
            "The stream has exhausted the last possible ID, unable to add more items",
        ));
    }
    let id = new_id.resolve(stream, now_ms).ok_or(Error::msg(NOT_GREATER))?;
    let fields = fields.iter().map(|[name, value]| (name.bytes(), value.bytes()));
    match stream.append(id, fields, limits) {
        Ok(()) => Ok(id),
        Err(AppendError::IdNotGreater) => Err(Error::msg(NOT_GREATER)),
        Err(AppendError::TooLarge) => Err(Error::msg("Elements are too large to be stored")),
    }
}
