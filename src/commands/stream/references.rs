//! `KEEPREF`, `DELREF` and `ACKED`: what consumer groups that still refer to an entry mean for its
//! deletion; and the `IDS` that XDELEX and XACKDEL take beside them.

use super::id;
use crate::commands::prelude::*;
use crate::types::stream::{References, StreamId};
use smallvec::SmallVec;

/// What the keyword `word` stands for, if it is one of these.
pub fn from_keyword(word: &str) -> Option<References> {
    match word {
        "keepref" => Some(References::Keep),
        "delref" => Some(References::Delete),
        "acked" => Some(References::Acked),
        _ => None,
    }
}

/// The keyword that stands for it, but where none means the same.
pub fn keyword(references: References) -> Option<&'static [u8]> {
    match references {
        References::Keep => None,
        References::Delete => Some(b"DELREF"),
        References::Acked => Some(b"ACKED"),
    }
}

/// What is to be deleted, and how.
pub struct Deletions {
    /// What references mean.
    pub references: References,
    /// The entries.
    pub ids: SmallVec<[StreamId; 8]>,
}

impl Deletions {
    /// Reads `[KEEPREF|DELREF|ACKED] IDS numids id [id ...]`, in any order.
    pub fn parse(mut args: Args<'_>) -> Result<Deletions> {
        let (mut references, mut ids) = (None, None);
        while !args.is_empty() {
            let word = args.keyword();
            match (word.as_str(), from_keyword(word.as_str())) {
                (_, Some(given)) if references.is_none() => references = Some(given),
                ("ids", _) if ids.is_none() => ids = Some(counted_ids(&mut args)?),
                _ => return Err(Error::Syntax),
            }
        }
        let ids = ids.ok_or(Error::Syntax)?;
        Ok(Deletions { references: references.unwrap_or_default(), ids })
    }
}

fn counted_ids(args: &mut Args<'_>) -> Result<SmallVec<[StreamId; 8]>> {
    let count = args.positive("Number of IDs must be a positive integer")?;
    if count > args.remaining() {
        let text = "The `numids` parameter must match the number of arguments";
        return Err(Error::msg(text));
    }
    (0..count).map(|_| id::id(args)).collect()
}
