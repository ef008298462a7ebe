//! The requests of one read, looked up together: which commands they ask for and which keys
//! they name is known for all of them before the first runs, so that the memory their keys
//! lie in can be asked for at once.

use super::Engine;
use super::command::Command;
use super::dispatch::Call;
use super::keyspec::access;
use super::table::Row;
use crate::protocol::args::KeySlot;
use crate::protocol::{Arg, Result};
use crate::store::prefetch;
use smallvec::SmallVec;
use std::ops::Range;

/// How many keys are loaded ahead of use: as many as the first cache holds with ease.
const AHEAD: usize = 48;

/// Requests that have arrived together.
#[derive(Default)]
pub struct Batch<'a> {
    argv: SmallVec<[Arg<'a>; 32]>,
    keys: SmallVec<[KeySlot; 16]>,
    requests: SmallVec<[Request<'a>; 4]>,
}

struct Request<'a> {
    row: Result<&'a Row>,
    argv: Range<usize>,
    keys: Range<usize>,
}

impl<'a> Batch<'a> {
    /// Adds a request. One without arguments is none.
    pub fn push(&mut self, engine: &'a Engine, args: impl Iterator<Item = Arg<'a>>) {
        let (argv_start, keys_start) = (self.argv.len(), self.keys.len());
        self.argv.extend(args);
        let argv = &self.argv[argv_start..];
        if argv.is_empty() {
            return;
        }
        let row = engine.table.find(argv);
        if let Ok(row) = &row {
            find_keys(engine, row.command, argv, &mut self.keys);
        }
        self.requests.push(Request {
            row,
            argv: argv_start..self.argv.len(),
            keys: keys_start..self.keys.len(),
        });
    }

    /// The calls, in order. The memory that their keys in database `db` lie in begins to be
    /// loaded some way ahead of them.
    pub fn calls(&self, engine: &'a Engine, db: u16) -> impl Iterator<Item = Call<'_>> {
        let mut warmed = if self.keys.len() > 1 { 0 } else { self.keys.len() };
        self.requests.iter().map(move |request| {
            if request.keys.end > warmed {
                let end = request.keys.end.max(self.keys.len().min(request.keys.start + AHEAD));
                let ahead = &self.keys[warmed..end];
                prefetch::warm(&engine.keyspace, ahead.iter().map(|slot| (db, slot.hash)));
                warmed = end;
            }
            Call {
                row: request.row.clone(),
                argv: &self.argv[request.argv.clone()],
                keys: &self.keys[request.keys.clone()],
            }
        })
    }
}

/// Appends the keys among the arguments, by the command's specifications, in ascending order.
/// Where the arguments contradict them there are none: the handler finds the same fault and
/// says so.
fn find_keys(
    engine: &Engine,
    command: &Command,
    argv: &[Arg<'_>],
    keys: &mut SmallVec<[KeySlot; 16]>,
) {
    let start = keys.len();
    for spec in command.keys.iter().filter(|spec| spec.flags & access::NOT_KEY == 0) {
        let consistent = spec.positions(argv, |index| {
            let hash = engine.keyspace.hash(&argv[index]);
            keys.push(KeySlot { index: index as u32, hash });
        });
        if !consistent {
            keys.truncate(start);
            return;
        }
    }
    if command.keys.len() > 1 {
        let mut own: SmallVec<[KeySlot; 8]> = keys.drain(start..).collect();
        own.sort_unstable_by_key(|slot| slot.index);
        own.dedup_by_key(|slot| slot.index);
        keys.extend(own);
    }
}
