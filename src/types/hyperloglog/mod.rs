//! HyperLogLog: how many different elements there were, in 12 KiB or less, as a string in the
//! format that Redis made (`hyperloglog.c`), byte for byte. An element's hash chooses one of
//! 16384 registers, which keeps the longest run of zero bits seen in the rest of the hash.
//!
//! ```text
//! magic      4 bytes  HYLL
//! encoding   1 byte   0 dense, 1 sparse
//! reserved   3 bytes
//! count      8 bytes  the last count in little endian; its highest bit says that it is stale
//! registers           six bits each (`dense`), or runs of equal ones (`sparse`)
//! ```
//! [`HyperLogLog`] reads, [`Draft`] changes. Clients can write the bytes themselves: whatever
//! they are, reading ends with a value or with [`Corrupted`].

mod dense;
mod draft;
mod estimate;
mod murmur;
mod sparse;
#[cfg(test)]
mod tests;

pub use draft::{Draft, observe_dense};
pub use sparse::Opcode;

use estimate::{Histogram, estimate};

/// Bits of a hash that choose the register.
const INDEX_BITS: u32 = 14;
/// Bits of a hash that are left; a register's value is at most one more.
const HASH_BITS: usize = 64 - INDEX_BITS as usize;
/// How many registers there are.
pub const REGISTERS: usize = 1 << INDEX_BITS;
/// All registers, a byte each.
pub type Registers = [u8; REGISTERS];

const MAGIC: &[u8; 4] = b"HYLL";
const ENCODING_AT: usize = 4;
const COUNT_AT: usize = 8;
const HEADER: usize = 16;
/// Of the count's bytes the last one's highest bit.
const STALE: u8 = 0x80;

/// How registers are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Six bits each.
    Dense = 0,
    /// Runs of equal ones.
    Sparse = 1,
}

/// Registers that are not what their encoding asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupted;

/// What an element means to a HyperLogLog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The register it belongs to.
    pub index: usize,
    /// The least value that the register has from now on, 1 to 51.
    pub rank: u8,
}

impl Observation {
    /// What is observed of an element.
    pub fn of(element: &[u8]) -> Observation {
        let hash = murmur::hash(element);
        let index = hash as usize % REGISTERS;
        // One bit more, so that a run of zeros has an end.
        let rest = hash >> INDEX_BITS | 1 << HASH_BITS;
        Observation { index, rank: rest.trailing_zeros() as u8 + 1 }
    }
}

/// A HyperLogLog as its key holds it.
#[derive(Clone, Copy)]
pub struct HyperLogLog<'a> {
    bytes: &'a [u8],
    header: &'a [u8; HEADER],
    registers: Encoded<'a>,
}

#[derive(Clone, Copy)]
enum Encoded<'a> {
    Dense(&'a [u8; dense::LEN]),
    Sparse(&'a [u8]),
}

impl<'a> HyperLogLog<'a> {
    /// A string as a HyperLogLog; none if by its header or its length it is not one.
    pub fn parse(bytes: &'a [u8]) -> Option<HyperLogLog<'a>> {
        let (header, registers) = bytes.split_first_chunk::<HEADER>()?;
        if !header.starts_with(MAGIC) {
            return None;
        }
        let registers = match header[ENCODING_AT] {
            0 => Encoded::Dense(registers.try_into().ok()?),
            1 => Encoded::Sparse(registers),
            _ => return None,
        };
        Some(HyperLogLog { bytes, header, registers })
    }

    /// How its registers are kept.
    pub fn encoding(self) -> Encoding {
        match self.registers {
            Encoded::Dense(_) => Encoding::Dense,
            Encoded::Sparse(_) => Encoding::Sparse,
        }
    }

    /// The count of the last time, if nothing has been observed since.
    pub fn cached_count(self) -> Option<u64> {
        let (_, count) = self.header.split_last_chunk()?;
        Some(u64::from_le_bytes(*count)).filter(|_| self.header[HEADER - 1] & STALE == 0)
    }

    /// The estimated number of different elements, from the registers.
    pub fn count(self) -> Result<u64, Corrupted> {
        match self.registers {
            Encoded::Dense(_) => Ok(count(&self.to_registers()?)),
            Encoded::Sparse(bytes) => {
                let mut histogram = [0; _];
                sparse::for_each(bytes, |_, opcode| {
                    histogram[usize::from(opcode.value())] += opcode.run() as u32;
                })?;
                Ok(estimate(&histogram))
            }
        }
    }

    /// Raises registers to those it has.
    pub fn merge_into(self, registers: &mut Registers) -> Result<(), Corrupted> {
        match self.registers {
            Encoded::Dense(dense) => dense::merge(dense, registers),
            Encoded::Sparse(bytes) => sparse::for_each(bytes, |first, opcode| {
                for register in &mut registers[first..first + opcode.run()] {
                    *register = opcode.value().max(*register);
                }
            })?,
        }
        Ok(())
    }

    /// All registers.
    pub fn to_registers(self) -> Result<Registers, Corrupted> {
        let mut registers = [0; _];
        self.merge_into(&mut registers)?;
        Ok(registers)
    }

    /// The same with the dense encoding, as bytes.
    pub fn to_dense(self) -> Result<Vec<u8>, Corrupted> {
        let mut bytes = vec![0; HEADER + dense::LEN];
        if let Some((header, registers)) = bytes.split_first_chunk_mut::<HEADER>()
            && let Ok(registers) = registers.try_into()
        {
            *header = *self.header;
            header[ENCODING_AT] = Encoding::Dense as u8;
            dense::pack(&self.to_registers()?, registers);
        }
        Ok(bytes)
    }

    /// Calls `visit` with each run of the sparse encoding; returns whether that is the one it has.
    pub fn for_each_run(self, mut visit: impl FnMut(Opcode)) -> bool {
        let Encoded::Sparse(bytes) = self.registers else { return false };
        sparse::opcodes(bytes).for_each(|(_, opcode)| visit(opcode));
        true
    }
}

/// The estimated number of different elements that made registers what they are.
pub fn count(registers: &Registers) -> u64 {
    // Four histograms, since a counter that was just changed is slow to change again.
    let mut parts: [Histogram; 4] = [[0; _]; 4];
    for quad in registers.as_chunks::<4>().0 {
        for (part, value) in parts.iter_mut().zip(quad) {
            part[usize::from(value & dense::MAX_VALUE)] += 1;
        }
    }
    estimate(&std::array::from_fn(|value| parts.iter().map(|part| part[value]).sum()))
}

/// Keeps a count in a HyperLogLog's bytes.
pub fn cache_count(bytes: &mut [u8], count: u64) {
    if let Some(place) = bytes.get_mut(COUNT_AT..HEADER) {
        place.copy_from_slice(&count.to_le_bytes());
    }
}

/// Marks the kept count as stale: a register has changed.
fn forget_count(bytes: &mut [u8]) {
    if let Some(byte) = bytes.get_mut(HEADER - 1) {
        *byte |= STALE;
    }
}

/// The registers in a dense HyperLogLog's bytes.
fn dense_mut(bytes: &mut [u8]) -> Option<&mut [u8; dense::LEN]> {
    bytes.get_mut(HEADER..)?.try_into().ok()
}
