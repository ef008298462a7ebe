//! A HyperLogLog while it is changed. A dense one never changes its length and is edited where
//! it lies; a sparse one is small enough to be copied.

use super::{Corrupted, ENCODING_AT, Encoded, Encoding, HEADER, HyperLogLog, MAGIC, Observation};
use super::{Registers, dense, dense_mut, forget_count, sparse};
use std::borrow::Cow;

/// Raises registers in the bytes of a dense HyperLogLog. Returns whether any was lower.
pub fn observe_dense(bytes: &mut [u8], observed: impl Iterator<Item = Observation>) -> bool {
    let Some(registers) = dense_mut(bytes) else { return false };
    let raised = observed.fold(false, |raised, each| dense::raise(registers, each) | raised);
    if raised {
        forget_count(bytes);
    }
    raised
}

/// The bytes of a HyperLogLog on their way, copied at the first change.
pub struct Draft<'a> {
    bytes: Cow<'a, [u8]>,
    encoding: Encoding,
    /// The longest that it may be with the sparse encoding.
    sparse_max_bytes: usize,
}

impl<'a> Draft<'a> {
    /// Nothing observed yet.
    pub fn empty(sparse_max_bytes: usize) -> Draft<'a> {
        let mut bytes = vec![0; HEADER];
        bytes[..MAGIC.len()].copy_from_slice(MAGIC);
        bytes[ENCODING_AT] = Encoding::Sparse as u8;
        bytes.extend(sparse::EMPTY);
        Draft { bytes: bytes.into(), encoding: Encoding::Sparse, sparse_max_bytes }
    }

    /// What a key holds.
    pub fn of(hll: HyperLogLog<'a>, sparse_max_bytes: usize) -> Draft<'a> {
        Draft { bytes: hll.bytes.into(), encoding: hll.encoding(), sparse_max_bytes }
    }

    /// Raises a register. Returns whether it was lower.
    pub fn observe(&mut self, observed: Observation) -> Result<bool, Corrupted> {
        if self.encoding == Encoding::Sparse {
            if let Some(raised) = self.observe_sparse(observed)? {
                return Ok(raised);
            }
            self.make_dense()?;
        }
        let registers = dense_mut(self.bytes.to_mut());
        Ok(registers.is_some_and(|registers| dense::raise(registers, observed)))
    }

    /// As [`Draft::observe`]; `None` where the sparse encoding has no room for the change.
    fn observe_sparse(&mut self, observed: Observation) -> Result<Option<bool>, Corrupted> {
        if observed.rank > sparse::MAX_VALUE {
            return Ok(None);
        }
        let place = sparse::Place::find(&self.bytes[HEADER..], observed.index)?;
        if place.value() >= observed.rank {
            return Ok(Some(false));
        }
        let most = self.sparse_max_bytes;
        Ok(place.split(self.bytes.to_mut(), HEADER, observed, most).then_some(true))
    }

    /// Raises registers to those given, with the dense encoding if it is asked for.
    pub fn merge(&mut self, registers: &Registers, dense: bool) -> Result<(), Corrupted> {
        if dense {
            self.make_dense()?;
        }
        for (index, rank) in registers.iter().enumerate().filter(|(_, rank)| **rank > 0) {
            if self.encoding == Encoding::Dense {
                break;
            }
            self.observe(Observation { index, rank: *rank })?;
        }
        if self.encoding == Encoding::Dense
            && let Some(own) = dense_mut(self.bytes.to_mut())
        {
            let mut all = *registers;
            dense::merge(own, &mut all);
            dense::pack(&all, own);
        }
        Ok(())
    }

    fn make_dense(&mut self) -> Result<(), Corrupted> {
        if let Some(sparse) = HyperLogLog::parse(&self.bytes)
            && matches!(sparse.registers, Encoded::Sparse(_))
        {
            self.bytes = sparse.to_dense()?.into();
        }
        self.encoding = Encoding::Dense;
        Ok(())
    }

    /// The bytes, whose count is stale.
    pub fn finish(self) -> Vec<u8> {
        let mut bytes = self.bytes.into_owned();
        forget_count(&mut bytes);
        bytes
    }
}
