//! LPOS.

use crate::commands::prelude::*;
use crate::types::list::{End, List};
use crate::types::listpack::Needle;

pub const LPOS: Command = Command::new("lpos", -3, lpos)
    .flags(READONLY)
    .acl(Acl::LIST)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("list")
    .since("6.0.6")
    .complexity(
        "O(N) where N is the number of elements in the list, for the average case. When \
         searching for elements near the head or the tail of the list, or when the MAXLEN option \
         is provided, the command may run in constant time.",
    )
    .syntax("key element [RANK rank] [COUNT num-matches] [MAXLEN len]")
    .summary("Returns the index of matching elements in a list.");

fn lpos(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let element = args.bytes()?;
    let search = Search::parse(args)?;
    let list = ctx.txn.read::<List>(key)?;
    let Some(count) = search.count else {
        let mut first = None;
        if let Some(list) = list {
            search.run(list, element, 1, |index| first = Some(index));
        }
        match first {
            Some(index) => reply.count(index),
            None => reply.null(),
        }
        return Ok(());
    };
    let indexes = reply.defer();
    let mut found = 0;
    if let Some(list) = list {
        search.run(list, element, count, |index| {
            reply.count(index);
            found += 1;
        });
    }
    reply.end_array(indexes, found);
    Ok(())
}

/// Which of the matches are wanted.
struct Search {
    /// The end at which it begins.
    from: End,
    /// So many matches are skipped.
    skip: u64,
    /// So many matches are answered, in an array; `usize::MAX` for all. None asks for one, as
    /// it is.
    count: Option<usize>,
    /// So many elements are looked at; `usize::MAX` for all.
    max_len: usize,
}

impl Search {
    fn parse(mut args: Args<'_>) -> Result<Search> {
        let mut search = Search { from: End::Front, skip: 0, count: None, max_len: usize::MAX };
        while !args.is_empty() {
            match args.keyword().as_str() {
                "rank" if !args.is_empty() => {
                    let rank = args.signed_count()?;
                    if rank == 0 {
                        return Err(Error::msg(
                            "RANK can't be zero: use 1 to start from the first match, 2 from the \
                             second ... or use negative to start from the end of the list",
                        ));
                    }
                    search.from = if rank < 0 { End::Back } else { End::Front };
                    search.skip = rank.unsigned_abs() - 1;
                }
                "count" if !args.is_empty() => {
                    search.count = Some(limit(&mut args, "COUNT can't be negative")?);
                }
                "maxlen" if !args.is_empty() => {
                    search.max_len = limit(&mut args, "MAXLEN can't be negative")?;
                }
                _ => return Err(Error::Syntax),
            }
        }
        Ok(search)
    }

    /// Calls `found` with the indexes of up to `count` elements equal to `element`.
    fn run(&self, list: &List, element: &[u8], count: usize, mut found: impl FnMut(usize)) {
        let (len, needle) = (list.len(), Needle::new(element));
        let (mut skip, mut left) = (self.skip, count);
        let mut elements = list.from_end(self.from, self.max_len);
        let mut distance = 0;
        while let Some(element) = elements.next() {
            if needle.is(element) {
                match skip.checked_sub(1) {
                    Some(fewer) => skip = fewer,
                    None => {
                        found(match self.from {
                            End::Front => distance,
                            End::Back => len - 1 - distance,
                        });
                        left -= 1;
                    }
                }
                if left == 0 {
                    return;
                }
            }
            distance += 1;
        }
    }
}

/// Reads how many at most; 0 is no limit.
fn limit(args: &mut Args<'_>, complaint: &'static str) -> Result<usize> {
    match args.nonnegative().map_err(|_| Error::msg(complaint))? {
        0 => Ok(usize::MAX),
        limit => Ok(limit),
    }
}
