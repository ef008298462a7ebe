//! A request that outlives the buffer it arrived in: what MULTI queued, or what a waiting client
//! asked for.

use super::args::{Arg, KeySlot};
use smallvec::SmallVec;
use std::sync::Arc;

/// Arguments and the keys among them, kept.
pub struct Request {
    argv: Box<[Kept]>,
    keys: Box<[KeySlot]>,
}

enum Kept {
    Slice(Box<[u8]>),
    /// A large value is shared, not copied.
    Large(Arc<Vec<u8>>),
}

impl Kept {
    fn lend(&self) -> Arg<'_> {
        match self {
            Kept::Slice(bytes) => Arg::Slice(bytes),
            Kept::Large(bytes) => Arg::Large(bytes),
        }
    }
}

impl Request {
    /// Keeps a request.
    pub fn new(argv: &[Arg<'_>], keys: &[KeySlot]) -> Request {
        let keep = |arg: &Arg<'_>| match arg {
            Arg::Slice(bytes) => Kept::Slice((*bytes).into()),
            Arg::Large(bytes) => Kept::Large(Arc::clone(bytes)),
        };
        Request { argv: argv.iter().map(keep).collect(), keys: keys.into() }
    }

    /// Puts another argument in place of one that is no key.
    pub fn replace(&mut self, index: usize, bytes: Vec<u8>) {
        if let Some(arg) = self.argv.get_mut(index) {
            *arg = Kept::Slice(bytes.into());
        }
    }

    /// The arguments, the command's name first.
    pub fn argv(&self) -> SmallVec<[Arg<'_>; 8]> {
        self.argv.iter().map(Kept::lend).collect()
    }

    /// The keys among them, in ascending order.
    pub fn keys(&self) -> &[KeySlot] {
        &self.keys
    }

    /// Bytes it takes.
    pub fn memory_bytes(&self) -> usize {
        let arg = |kept: &Kept| match kept {
            Kept::Slice(bytes) => bytes.len(),
            Kept::Large(bytes) => bytes.capacity(),
        };
        let args: usize = self.argv.iter().map(arg).sum();
        args + size_of_val(&*self.argv) + size_of_val(&*self.keys)
    }
}
