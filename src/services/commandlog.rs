//! The command log: calls that took long (SLOWLOG), requests that were large, replies that were
//! large (COMMANDLOG). What is kept of a call is cut, so that an entry costs a few kilobytes at
//! most.

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// Arguments of an entry at most; the last of them tells how many more there were.
const ARGS_MAX: usize = 32;
/// Bytes of an argument at most, before it tells how many more there were.
const ARG_BYTES_MAX: usize = 128;

/// Why a call is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It took long.
    Slow,
    /// Its request was large.
    LargeRequest,
    /// Its reply was large.
    LargeReply,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Slow, Kind::LargeRequest, Kind::LargeReply];
}

/// A call that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Ascending, never used again in its log.
    pub id: u64,
    /// When the call ended, Unix time in seconds.
    pub ended_s: i64,
    /// Microseconds that it took, or bytes of its request or reply.
    pub amount: u64,
    /// Its arguments, cut.
    pub args: Vec<Vec<u8>>,
    /// The client's address.
    pub addr: String,
    /// The client's name.
    pub name: Vec<u8>,
}

/// All logs.
#[derive(Default)]
pub struct CommandLog {
    /// By [`Kind`].
    logs: [Mutex<Log>; Kind::ALL.len()],
}

#[derive(Default)]
struct Log {
    next_id: u64,
    /// The newest first.
    entries: VecDeque<Arc<Entry>>,
}

impl CommandLog {
    /// Keeps a call, and of all calls the newest `most`. The entry's id is given here.
    pub fn add(&self, kind: Kind, mut entry: Entry, most: usize) {
        let mut log = self.log(kind).lock();
        entry.id = log.next_id;
        log.next_id += 1;
        log.entries.push_front(Arc::new(entry));
        log.entries.truncate(most);
    }

    /// The newest entries, `most` at most, the newest first.
    pub fn newest(&self, kind: Kind, most: usize) -> Vec<Arc<Entry>> {
        self.log(kind).lock().entries.iter().take(most).cloned().collect()
    }

    /// How many calls are kept.
    pub fn len(&self, kind: Kind) -> usize {
        self.log(kind).lock().entries.len()
    }

    /// Forgets all calls; ids go on.
    pub fn reset(&self, kind: Kind) {
        let forgotten = std::mem::take(&mut self.log(kind).lock().entries);
        drop(forgotten);
    }

    fn log(&self, kind: Kind) -> &Mutex<Log> {
        &self.logs[kind as usize]
    }
}

/// What is kept of a call's arguments.
pub fn cut<'a>(args: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let count = args.len();
    let shown = if count > ARGS_MAX { ARGS_MAX - 1 } else { count };
    let mut kept: Vec<Vec<u8>> = args.take(shown).map(cut_one).collect();
    if count > shown {
        kept.push(format!("... ({} more arguments)", count - shown).into_bytes());
    }
    kept
}

fn cut_one(arg: &[u8]) -> Vec<u8> {
    if arg.len() <= ARG_BYTES_MAX {
        return arg.to_vec();
    }
    let more = format!("... ({} more bytes)", arg.len() - ARG_BYTES_MAX);
    [&arg[..ARG_BYTES_MAX], more.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(amount: u64) -> Entry {
        let (args, addr, name) = (Vec::new(), String::new(), Vec::new());
        Entry { id: 0, ended_s: 0, amount, args, addr, name }
    }

    #[test]
    fn the_newest_are_kept_and_numbers_go_on() {
        let log = CommandLog::default();
        (0..5).for_each(|amount| log.add(Kind::Slow, entry(amount), 3));
        log.add(Kind::LargeReply, entry(9), 3);
        let ids = |most| -> Vec<u64> {
            log.newest(Kind::Slow, most).iter().map(|entry| entry.id).collect()
        };
        assert_eq!(ids(10), [4, 3, 2]);
        assert_eq!(ids(1), [4]);
        assert_eq!((log.len(Kind::Slow), log.len(Kind::LargeReply)), (3, 1));
        log.reset(Kind::Slow);
        assert_eq!(log.len(Kind::Slow), 0);
        log.add(Kind::Slow, entry(5), 3);
        assert_eq!(ids(10), [5]);
        log.add(Kind::Slow, entry(6), 0);
        assert_eq!(ids(10), [0; 0]);
    }

    #[test]
    fn arguments_are_cut() {
        let long = [b'x'; 130];
        let many: Vec<&[u8]> = vec![&long; 33];
        let kept = cut(many.iter().copied());
        assert_eq!(kept.len(), 32);
        assert_eq!(kept[0], [&long[..128], b"... (2 more bytes)"].concat());
        assert_eq!(kept[31], b"... (2 more arguments)");
        assert_eq!(cut(many[..32].iter().copied()).len(), 32);
        assert_eq!(cut([&long[..128]].into_iter()), [&long[..128]]);
    }
}
