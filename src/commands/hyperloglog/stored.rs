//! The HyperLogLog that a key holds: a string, which may be anything that a client wrote.

use crate::commands::prelude::*;
use crate::services::config::params;
use crate::store::Entry;
use crate::types::hyperloglog::{Corrupted, Draft, HyperLogLog};

/// What subscribers hear of PFADD, and of PFMERGE too.
pub const ADDED: Event = Event::string("pfadd");

/// The answer to a HyperLogLog whose registers are not what its encoding asks for.
pub fn corrupted(_: Corrupted) -> Error {
    Error::coded("INVALIDOBJ Corrupted HLL object detected")
}

/// Calls `read` with what a key holds; with nothing for a key that is not there.
pub fn read<R>(
    entry: Option<&Entry>,
    read: impl FnOnce(Option<HyperLogLog<'_>>) -> Result<R>,
) -> Result<R> {
    let Some(entry) = entry else { return read(None) };
    entry.as_str().ok_or(Error::WrongType)?.with(|bytes| {
        let none = || Error::coded("WRONGTYPE Key is not a valid HyperLogLog string value.");
        read(Some(HyperLogLog::parse(bytes).ok_or_else(none)?))
    })
}

/// The beginning of a change: of what a key holds, or of an empty HyperLogLog.
pub fn draft<'a>(hll: Option<HyperLogLog<'a>>, sparse_max_bytes: usize) -> Draft<'a> {
    match hll {
        Some(hll) => Draft::of(hll, sparse_max_bytes),
        None => Draft::empty(sparse_max_bytes),
    }
}

/// How long a HyperLogLog may be with the sparse encoding.
pub fn sparse_max_bytes(ctx: &Ctx<'_>) -> usize {
    ctx.engine.config.size(params::HLL_SPARSE_MAX_BYTES)
}

/// Puts changed bytes in place of what the key held; its deadline stays.
pub fn store(ctx: &mut Ctx<'_>, key: Key<'_>, bytes: &[u8], event: Event) {
    ctx.txn.set_string(key, NewStr::Raw(bytes), Expiry::Keep, event);
}
