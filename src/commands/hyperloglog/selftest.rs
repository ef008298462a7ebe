//! PFSELFTEST: whether counts come out right on this machine.

use super::stored::corrupted;
use crate::commands::prelude::*;
use crate::types::hyperloglog::{Draft, HyperLogLog, Observation, REGISTERS};
use crate::util::random;

pub const PFSELFTEST: Command = Command::new("pfselftest", 1, pfselftest)
    .flags(ADMIN)
    .acl(Acl::HYPERLOGLOG)
    .group("hyperloglog")
    .since("2.8.9")
    .complexity("N/A")
    .summary("An internal command for testing HyperLogLog values.")
    .internal();

/// How many elements are counted.
const SIZES: [u64; 7] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000];
/// Sizes at which the sparse encoding is still worth looking at.
const SPARSE_MAX_SIZE: u64 = 10_000;
/// The relative standard error of a HyperLogLog is this over the root of its registers.
const STANDARD_ERROR: f64 = 1.04;
/// Standard errors that a count may be wrong by: more does not happen by chance.
const ALLOWED: f64 = 6.0;

fn pfselftest(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let seed = random::next();
    for size in SIZES {
        let count = count_random(size, 0, seed)?;
        let error = count.abs_diff(size) as f64;
        let most = size as f64 * ALLOWED * STANDARD_ERROR / (REGISTERS as f64).sqrt();
        if error > most.ceil() {
            return Err(failed(format!("Too big error. card:{size} abserr:{error}")));
        }
        if size <= SPARSE_MAX_SIZE && count_random(size, usize::MAX, seed)? != count {
            return Err(failed(format!("dense/sparse disagree. card:{size}")));
        }
    }
    reply.ok();
    Ok(())
}

/// What a HyperLogLog counts that has seen so many random elements.
fn count_random(size: u64, sparse_max_bytes: usize, seed: u64) -> Result<u64> {
    let mut draft = Draft::empty(sparse_max_bytes);
    for number in 0..size {
        draft.observe(Observation::of(&(seed ^ number).to_le_bytes())).map_err(corrupted)?;
    }
    let bytes = draft.finish();
    let hll = HyperLogLog::parse(&bytes).ok_or_else(|| failed("not a HyperLogLog".to_owned()))?;
    hll.count().map_err(corrupted)
}

fn failed(what: String) -> Error {
    Error::coded(format!("TESTFAILED {what}"))
}
