//! What is seen of a call from outside: its place in the statistics, its line for MONITOR, its
//! entry in the command log, its sample in the latency monitor, its part in HOTKEYS. Whoever runs
//! a command comes by here: dispatch, EXEC, scripts.
//!
//! **What nobody watches costs a call one relaxed load or one comparison**: no lock, no
//! allocation. Everything beyond that stands in functions marked cold.

use super::Engine;
use super::command::{Command, Flags};
use super::table::Row;
use crate::protocol::Arg;
use crate::protocol::args::KeySlot;
use crate::services::clients::Client;
use crate::services::commandlog::{self, Entry, Kind};
use crate::services::config::params;
use crate::services::hotkeys::Cost;
use crate::services::latency::{Sample, event};
use crate::services::monitors::Source;
use crate::util::clock;
use smallvec::SmallVec;

/// What stands in place of a secret argument.
const REDACTED: &[u8] = b"(redacted)";

/// A call that has run.
pub struct Ran<'a> {
    /// Its command.
    pub row: &'a Row,
    /// Its arguments, the command's name first.
    pub argv: &'a [Arg<'a>],
    /// The keys among them.
    pub keys: &'a [KeySlot],
    /// How long it took in microseconds, without what its client waited for a key.
    pub took_us: u64,
    /// Whether it answered an error.
    pub failed: bool,
    /// Bytes of its reply.
    pub reply_bytes: usize,
}

/// Takes note of a call that has run for `client`.
pub fn record(engine: &Engine, client: &Client, call: &Ran<'_>) {
    let (config, stripe) = (&engine.config, engine.stats.stripe(client.id));
    stripe.called(call.row.index, call.took_us, call.failed);
    if config.get(params::LATENCY_TRACKING) {
        stripe.took(call.row.index, call.took_us);
    }
    let flags = call.row.command.flags;
    let is_fast = flags.has(Flags::FAST);
    latency(engine, if is_fast { event::FAST_COMMAND } else { event::COMMAND }, call.took_us);
    if !flags.has(Flags::SKIP_SLOWLOG) {
        log(engine, client, call);
    }
    if engine.hotkeys.are_tracked() {
        note_keys(engine, call);
    }
}

/// Shows a call to whoever watches, unless its command is not to be shown. To be called while its
/// keys are still locked, so that lines come in the order in which calls ran.
pub fn show(engine: &Engine, source: Source<'_>, db: u16, command: &Command, argv: &[Arg<'_>]) {
    let is_hidden = command.flags.has(Flags::ADMIN) || command.flags.has(Flags::SKIP_MONITOR);
    if engine.monitors.are_on() && !is_hidden {
        show_now(engine, source, db, command, argv);
    }
}

/// Shows a call to whoever watches, whatever its command's flags say: those marked
/// `skip_monitor` show themselves before they run what they are made of.
#[cold]
pub fn show_now(engine: &Engine, source: Source<'_>, db: u16, command: &Command, argv: &[Arg<'_>]) {
    engine.monitors.show(source, db, visible(command, argv).into_iter());
}

/// An event that the latency monitor knows took so long.
pub fn latency(engine: &Engine, event: &'static str, took_us: u64) {
    let threshold_ms = engine.config.get(params::LATENCY_MONITOR_THRESHOLD);
    if threshold_ms > 0 && reaches(took_us / 1000, threshold_ms) {
        sample(engine, event, took_us / 1000);
    }
}

#[cold]
fn sample(engine: &Engine, event: &'static str, took_ms: u64) {
    engine.latency.add(event, Sample { at_s: clock::now_ms() / 1000, took_ms });
}

/// Puts a call into the logs that want it.
fn log(engine: &Engine, client: &Client, call: &Ran<'_>) {
    let config = &engine.config;
    if reaches(call.took_us, config.get(params::SLOWLOG_LOG_SLOWER_THAN)) {
        let most = config.size(params::SLOWLOG_MAX_LEN);
        keep(engine, client, call, Kind::Slow, call.took_us, most);
    }
    let reply_bytes = call.reply_bytes as u64;
    if reaches(reply_bytes, config.get(params::COMMANDLOG_REPLY_LARGER_THAN)) {
        let most = config.size(params::COMMANDLOG_LARGE_REPLY_MAX_LEN);
        keep(engine, client, call, Kind::LargeReply, reply_bytes, most);
    }
    let request_limit = config.get(params::COMMANDLOG_REQUEST_LARGER_THAN);
    if reaches(request_bytes_at_most(call.argv), request_limit) {
        let bytes = request_bytes(call.argv);
        if reaches(bytes, request_limit) {
            let most = config.size(params::COMMANDLOG_LARGE_REQUEST_MAX_LEN);
            keep(engine, client, call, Kind::LargeRequest, bytes, most);
        }
    }
}

/// Whether an amount reaches a limit; a negative one is never reached.
fn reaches(amount: u64, limit: i64) -> bool {
    u64::try_from(limit).is_ok_and(|limit| amount >= limit)
}

#[cold]
fn keep(engine: &Engine, client: &Client, call: &Ran<'_>, kind: Kind, amount: u64, most: usize) {
    let entry = Entry {
        id: 0,
        ended_s: clock::now_ms() / 1000,
        amount,
        args: commandlog::cut(visible(call.row.command, call.argv).into_iter()),
        addr: client.addr.clone(),
        name: client.labels.lock().name.clone(),
    };
    engine.commandlog.add(kind, entry, most);
}

#[cold]
fn note_keys(engine: &Engine, call: &Ran<'_>) {
    let names = |slot: &KeySlot| call.argv.get(slot.index as usize).map_or(&b""[..], |arg| arg);
    let bytes = request_bytes(call.argv) + call.reply_bytes as u64;
    engine.hotkeys.note(call.keys.iter().map(names), Cost { took_us: call.took_us, bytes });
}

/// A call's arguments as anybody may see them.
fn visible<'a>(command: &Command, argv: &'a [Arg<'a>]) -> SmallVec<[&'a [u8]; 8]> {
    let mut args: SmallVec<[&[u8]; 8]> = argv.iter().map(|arg| arg.bytes()).collect();
    if let Some(secrets) = command.secrets {
        secrets(argv, &mut |place| {
            args.iter_mut().skip(place).take(1).for_each(|arg| *arg = REDACTED)
        });
    }
    args
}

/// Bytes of a request on the wire: a header for it, and for each argument a header and an end.
fn request_bytes(argv: &[Arg<'_>]) -> u64 {
    let header = |number: usize| 4 + u64::from(number.checked_ilog10().unwrap_or(0));
    let arg = |arg: &Arg<'_>| header(arg.len()) + arg.len() as u64 + 2;
    header(argv.len()) + argv.iter().map(arg).sum::<u64>()
}

/// No less than that, and quicker to tell.
fn request_bytes_at_most(argv: &[Arg<'_>]) -> u64 {
    const HEADER_MAX: usize = 32;
    let bytes: usize = argv.iter().map(|arg| arg.len()).sum();
    (bytes + HEADER_MAX * (argv.len() + 1)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_as_large_as_on_the_wire() {
        for (words, wire) in [
            (&["ping"][..], "*1\r\n$4\r\nping\r\n".len()),
            (
                &["set", "", "0123456789"],
                "*3\r\n$3\r\nset\r\n$0\r\n\r\n$10\r\n0123456789\r\n".len(),
            ),
        ] {
            let argv: Vec<Arg<'_>> = words.iter().map(|word| Arg::Slice(word.as_bytes())).collect();
            assert_eq!(request_bytes(&argv), wire as u64);
            assert!(request_bytes_at_most(&argv) >= wire as u64);
        }
    }

    #[test]
    fn limits() {
        assert!(reaches(0, 0) && reaches(10, 10) && !reaches(9, 10));
        assert!(!reaches(u64::MAX, -1));
    }
}
