//! A file that ends too early: at every byte at which it may be cut, the records before are there
//! and nothing else is, and what is written afterwards stands behind them.
//!
//! `SKEIN_CUTS` says at how many places (12), `SKEIN_CRASH_SEED` repeats their order.

use std::fs::{self, File};

use super::ledger::{Ledger, State};
use super::{copy_of, last_increment, units};
use crate::harness::{
    Folder, Kind, Random, Server, binary_under_test, env_number, kind_under_test, say,
};

const FLAGS: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];
const STEPS: usize = 60;

#[test]
fn a_file_cut_anywhere_loses_its_tail_only() {
    let seed = env_number("SKEIN_CRASH_SEED", u64::from(std::process::id()));
    let mut random = Random::seeded(seed);
    let mut ledger = Ledger::new(0, seed);
    let server = Server::start(FLAGS);
    let mut client = server.client();
    for _ in 0..STEPS {
        ledger.write(&mut client, 1).expect("the server runs");
    }
    let folder = server.kill();
    let file = fs::read(last_increment(&folder).expect("a manifest")).expect("the file it names");
    assert_eq!(units(&file), (STEPS, true), "each step is one unit of the file");
    let cuts = env_number("SKEIN_CUTS", 12);
    for _ in 0..cuts {
        let cut = random.below(file.len());
        let expected = ledger.state_after(units(&file[..cut]).0);
        restart_with_cut(&folder, cut as u64, expected, seed);
    }
    say(&format!("cut tails: {cuts} of {} bytes (seed {seed})", file.len()));
}

/// Starts a server on a copy that is cut, looks, has it write more, and looks again after a crash.
#[track_caller]
fn restart_with_cut(folder: &Folder, cut: u64, expected: State, seed: u64) {
    let folder = copy_of(folder);
    let path = last_increment(&folder).expect("a manifest");
    let file = File::options().write(true).open(&path).expect("the file that the manifest names");
    file.set_len(cut).expect("a file can be cut");
    let server = Server::start_on(&binary_under_test(), &folder, FLAGS);
    let mut client = server.client();
    assert_eq!(State::read(&mut client, 0), expected, "cut at byte {cut} (seed {seed})");
    if kind_under_test() != Kind::Skein {
        return; // They leave the beginning of a transaction that ends amid a record in the file.
    }

    let mut more = Ledger::new(1, seed);
    more.write(&mut client, 5).expect("the server runs");
    let folder = server.kill();
    let server = Server::start_on(&binary_under_test(), &folder, FLAGS);
    let mut client = server.client();
    assert_eq!(State::read(&mut client, 0), expected, "cut at byte {cut}, later (seed {seed})");
    more.settle(State::read(&mut client, 1), 5);
}
