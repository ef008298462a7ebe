//! XREAD and XREADGROUP: what both are asked, and how both answer.

mod alone;
mod in_group;

pub use alone::XREAD;
pub use in_group::XREADGROUP;

use crate::commands::prelude::*;
use crate::engine::blocking::timeout_milliseconds;
use crate::protocol::reply::Deferred;
use crate::util::number;
use smallvec::SmallVec;

/// What is asked for.
struct Request<'a> {
    /// At most so many entries of each stream.
    count: usize,
    /// Whether the client waits where there is nothing for it.
    blocks: bool,
    /// How long it waits, Unix time in milliseconds.
    until_ms: Option<i64>,
    /// The streams.
    keys: SmallVec<[Key<'a>; 2]>,
    /// From where each is to be read, in as many arguments as there are streams.
    ids: &'a [Arg<'a>],
    /// What XREADGROUP alone takes.
    group: Option<InGroup<'a>>,
}

/// Who reads, and how.
#[derive(Clone, Copy, Default)]
struct InGroup<'a> {
    name: &'a [u8],
    consumer: &'a [u8],
    no_ack: bool,
    /// Whether, and from how long on, to take over what is pending.
    claim_ms: Option<i64>,
}

impl<'a> Request<'a> {
    /// Reads all arguments of the command `name` but for the IDs, whose faults Redis finds while
    /// it looks at their streams.
    fn parse(mut args: Args<'a>, name: &str, now_ms: i64) -> Result<Request<'a>> {
        let in_group = name == "xreadgroup";
        let (mut count, mut blocks, mut until_ms) = (usize::MAX, false, None);
        let (mut group, mut names) = (InGroup::default(), None);
        loop {
            let word = args.keyword();
            match (word.as_str(), args.remaining()) {
                ("block", 1..) => {
                    until_ms = timeout_milliseconds(&mut args, now_ms)?;
                    blocks = true;
                }
                ("count", 1..) => {
                    let given = usize::try_from(args.int()?).ok().filter(|count| *count > 0);
                    count = given.unwrap_or(usize::MAX);
                }
                ("streams", 1..) => break,
                ("group" | "noack" | "claim", _) if !in_group => {
                    return Err(only_in_group(word.as_str()));
                }
                ("group", 2..) => names = Some((args.bytes()?, args.bytes()?)),
                ("noack", _) => group.no_ack = true,
                ("claim", 1..) => group.claim_ms = Some(min_idle_ms(&mut args)?),
                _ => return Err(Error::Syntax),
            }
        }
        let streams = args.remaining();
        if !streams.is_multiple_of(2) {
            let symbol = if in_group { '>' } else { '$' };
            return Err(Error::msg(format!(
                "Unbalanced '{name}' list of streams: for each stream key an ID or '{symbol}' \
                 must be specified."
            )));
        }
        let group = match names {
            Some((name, consumer)) => Some(InGroup { name, consumer, ..group }),
            None if in_group => return Err(Error::msg("Missing GROUP option for XREADGROUP")),
            None => None,
        };
        let keys = args.keys(streams / 2)?;
        Ok(Request { count, blocks, until_ms, keys, ids: args.rest(), group })
    }

    /// The streams, each with its ID.
    fn streams(&self) -> impl Iterator<Item = (Key<'a>, &'a [u8])> {
        self.keys.iter().copied().zip(self.ids.iter().map(|id| id.bytes()))
    }
}

fn only_in_group(word: &str) -> Error {
    let word = word.to_uppercase();
    Error::msg(format!(
        "The {word} option is only supported by XREADGROUP. You called XREAD instead."
    ))
}

fn min_idle_ms(args: &mut Args<'_>) -> Result<i64> {
    let millis = number::parse_i64(args.bytes()?);
    match millis.ok_or(Error::msg("min-idle-time is not an integer"))? {
        ..0 => Err(Error::msg("min-idle-time must be a positive integer")),
        millis => Ok(millis),
    }
}

/// The streams that have something to answer: a map from keys to entries, in RESP2 an array of
/// pairs.
struct Served {
    began: Deferred,
    count: usize,
}

impl Served {
    fn begin(reply: &mut Reply<'_>) -> Served {
        Served { began: reply.defer(), count: 0 }
    }

    /// Adds a stream. `write` writes its entries, and says whether the stream is to be there
    /// after all.
    fn stream(
        &mut self,
        reply: &mut Reply<'_>,
        key: Key<'_>,
        write: impl FnOnce(&mut Reply<'_>) -> Result<bool>,
    ) -> Result {
        let start = reply.len();
        if !reply.is_resp3() {
            reply.array(2);
        }
        reply.bulk(key.name);
        if write(reply)? {
            self.count += 1;
        } else {
            reply.truncate(start);
        }
        Ok(())
    }

    /// Ends the reply. Returns false, and writes nothing, where no stream had anything.
    fn end(self, reply: &mut Reply<'_>) -> bool {
        match self.count {
            0 => return false,
            count if reply.is_resp3() => reply.end_map(self.began, count),
            count => reply.end_array(self.began, count),
        }
        true
    }
}
