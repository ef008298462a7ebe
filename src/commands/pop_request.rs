//! What LMPOP, ZMPOP and their blocking forms ask for: several elements from an end of the first
//! value there is.

use crate::commands::prelude::*;
use smallvec::SmallVec;

/// `numkeys key [key ...] <end> [COUNT count]`.
pub struct PopRequest<'a, End> {
    /// The keys, in the order in which they are looked at.
    pub keys: SmallVec<[Key<'a>; 2]>,
    /// Which end.
    pub end: End,
    /// At most so many elements.
    pub count: usize,
}

impl<'a, End> PopRequest<'a, End> {
    /// Reads all that is left of the arguments; `end` reads the name of an end.
    pub fn parse(
        mut args: Args<'a>,
        end: impl FnOnce(&mut Args<'a>) -> Result<End>,
    ) -> Result<PopRequest<'a, End>> {
        let numkeys = args.positive("numkeys should be greater than 0")?;
        let keys = args.keys(numkeys)?;
        let end = end(&mut args)?;
        let mut count = 1;
        if args.word("count") {
            count = args.positive("count should be greater than 0")?;
        }
        args.finish()?;
        Ok(PopRequest { keys, end, count })
    }
}
