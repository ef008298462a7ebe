//! The sparse encoding: runs of equal registers, each in one or two bytes, which together are
//! exactly all registers.
//!
//! ```text
//! ZERO   00nnnnnn            n + 1 registers are 0
//! XZERO  01nnnnnn nnnnnnnn   n + 1 registers are 0
//! VAL    1vvvvvnn            n + 1 registers are v + 1
//! ```
//! Bytes come from clients too (SET, RESTORE): nothing here takes them for well-formed. How a
//! run is split, and what is joined afterwards, is as in Redis, since what a key holds after
//! the same commands has to be the same there and here.

use super::{Corrupted, Observation, REGISTERS};
use smallvec::SmallVec;
use std::iter;

const ZERO_MAX_RUN: usize = 64;
const VALUE_MAX_RUN: usize = 4;
/// The highest value that the encoding has.
pub const MAX_VALUE: u8 = 32;

/// All registers are zero.
pub const EMPTY: [u8; 2] = [0x40 | ((REGISTERS - 1) >> 8) as u8, (REGISTERS - 1) as u8];

/// Opcodes that are looked at, from the one before a change, for neighbours to be joined.
const JOINED: usize = 5;

/// One run of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// A short run of zeros.
    Zero {
        /// Registers, 1 to 64.
        run: usize,
    },
    /// A run of zeros of any length.
    XZero {
        /// Registers, 1 to 16384.
        run: usize,
    },
    /// Registers with a value.
    Value {
        /// Their value, 1 to 32.
        value: u8,
        /// Registers, 1 to 4.
        run: usize,
    },
}

impl Opcode {
    /// The first opcode of `bytes`, which it does not have where it is cut off.
    fn read(bytes: &[u8]) -> Option<Opcode> {
        Some(match *bytes {
            [byte, ..] if byte & 0x80 != 0 => {
                Opcode::Value { value: (byte >> 2 & 0x1f) + 1, run: usize::from(byte & 0x03) + 1 }
            }
            [high, low, ..] if high & 0x40 != 0 => {
                Opcode::XZero { run: (usize::from(high & 0x3f) << 8 | usize::from(low)) + 1 }
            }
            [byte, ..] if byte & 0x40 == 0 => Opcode::Zero { run: usize::from(byte) + 1 },
            _ => return None,
        })
    }

    /// A run with the same value, in the shortest opcode.
    fn with_run(self, run: usize) -> Opcode {
        match self {
            Opcode::Value { value, .. } => Opcode::Value { value, run },
            _ if run <= ZERO_MAX_RUN => Opcode::Zero { run },
            _ => Opcode::XZero { run },
        }
    }

    fn write(self, out: &mut SmallVec<[u8; 5]>) {
        match self {
            Opcode::Zero { run } => out.push((run - 1) as u8),
            Opcode::XZero { run } => {
                out.extend([0x40 | ((run - 1) >> 8) as u8, (run - 1) as u8]);
            }
            Opcode::Value { value, run } => out.push(0x80 | (value - 1) << 2 | (run - 1) as u8),
        }
    }

    /// How many bytes it takes.
    fn len(self) -> usize {
        if matches!(self, Opcode::XZero { .. }) { 2 } else { 1 }
    }

    /// How many registers it stands for.
    pub fn run(self) -> usize {
        match self {
            Opcode::Zero { run } | Opcode::XZero { run } | Opcode::Value { run, .. } => run,
        }
    }

    /// The value of its registers.
    pub fn value(self) -> u8 {
        if let Opcode::Value { value, .. } = self { value } else { 0 }
    }
}

/// The opcodes, up to where one is cut off.
pub fn opcodes(bytes: &[u8]) -> impl Iterator<Item = (usize, Opcode)> {
    let mut next = 0;
    iter::from_fn(move || {
        let at = next;
        let opcode = Opcode::read(&bytes[at..])?;
        next += opcode.len();
        Some((at, opcode))
    })
}

/// Calls `visit` with the first register of each run and the run. Fails where the runs are not
/// exactly all registers; `visit` never sees one beyond them.
pub fn for_each(bytes: &[u8], mut visit: impl FnMut(usize, Opcode)) -> Result<(), Corrupted> {
    let (mut register, mut read) = (0, 0);
    for (at, opcode) in opcodes(bytes) {
        if register + opcode.run() > REGISTERS {
            return Err(Corrupted);
        }
        visit(register, opcode);
        register += opcode.run();
        read = at + opcode.len();
    }
    if register == REGISTERS && read == bytes.len() { Ok(()) } else { Err(Corrupted) }
}

/// A run that covers a certain register.
pub struct Place {
    opcode: Opcode,
    /// Where it begins in the bytes.
    at: usize,
    /// Where the run before it begins; its own place where it is the first.
    before: usize,
    /// Its first register.
    first: usize,
}

impl Place {
    /// The run that covers a register.
    pub fn find(bytes: &[u8], index: usize) -> Result<Place, Corrupted> {
        let (mut first, mut before) = (0, 0);
        for (at, opcode) in opcodes(bytes) {
            if index < first + opcode.run() {
                return Ok(Place { opcode, at, before, first });
            }
            before = at;
            first += opcode.run();
        }
        Err(Corrupted)
    }

    /// The value of its registers.
    pub fn value(&self) -> u8 {
        self.opcode.value()
    }

    /// Gives one register of the run another value, which the encoding must have. Returns false,
    /// having changed nothing, where that would add bytes beyond `max_len`.
    pub fn split(
        self,
        bytes: &mut Vec<u8>,
        start: usize,
        raised: Observation,
        max_len: usize,
    ) -> bool {
        let left = raised.index - self.first;
        let right = self.opcode.run() - left - 1;
        let mut new = SmallVec::new();
        if left > 0 {
            self.opcode.with_run(left).write(&mut new);
        }
        Opcode::Value { value: raised.rank, run: 1 }.write(&mut new);
        if right > 0 {
            self.opcode.with_run(right).write(&mut new);
        }
        let grown = new.len().saturating_sub(self.opcode.len());
        if grown > 0 && bytes.len() + grown > max_len {
            return false;
        }
        let at = start + self.at;
        bytes.splice(at..at + self.opcode.len(), new);
        join(bytes, start + self.before);
        true
    }
}

/// Joins neighbouring runs of the same value, where one opcode has room for both, from `at` on.
fn join(bytes: &mut Vec<u8>, mut at: usize) {
    for _ in 0..JOINED {
        let Some(opcode) = bytes.get(at..).and_then(Opcode::read) else { return };
        let next = at + opcode.len();
        let joined = match (opcode, bytes.get(next..).and_then(Opcode::read)) {
            (Opcode::Value { value, run }, Some(Opcode::Value { value: other, run: more })) => {
                Some(run + more).filter(|run| value == other && *run <= VALUE_MAX_RUN)
            }
            _ => None,
        };
        match joined {
            Some(run) => {
                let mut new = SmallVec::new();
                opcode.with_run(run).write(&mut new);
                bytes.splice(at..=next, new);
            }
            None => at = next,
        }
    }
}
