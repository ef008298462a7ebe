//! Crashes at random moments, one after the other on the same folder: under load, during a
//! rewrite or a save, during the start itself, and with rubbish behind the file's last record.
//!
//! `SKEIN_CRASHES` says how many (20), `SKEIN_CRASH_SEED` repeats their order.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use super::ledger::{Ledger, SHARED_COUNTER, State};
use super::{last_increment, units};
use crate::harness::{
    Client, Folder, Kind, Random, Server, binary_under_test, encode, env_number, kind_under_test,
    say,
};

const WRITERS: usize = 6;
/// Keys that are only there to make a save take its time, which a delay at each of them does.
const BALLAST_KEYS: usize = 150;
const FLAGS: &[&str] = &["--appendonly", "yes", "--rdb-key-save-delay", "200"];

/// What one value of `appendfsync` promises.
struct Promise {
    appendfsync: &'static str,
    /// What was acknowledged longer ago than this before the crash is there.
    delay: Duration,
    /// How long a server runs, at most.
    life_ms: u64,
}

#[test]
fn what_always_acknowledges_is_there_after_every_crash() {
    let promise = Promise { appendfsync: "always", delay: Duration::ZERO, life_ms: 120 };
    crash_again_and_again(&promise, env_number("SKEIN_CRASHES", 20));
}

#[test]
fn everysec_loses_a_second_at_most() {
    // A second, and one more for a machine that has other things to do.
    let delay = Duration::from_secs(2);
    let promise = Promise { appendfsync: "everysec", delay, life_ms: 3_500 };
    crash_again_and_again(&promise, env_number("SKEIN_CRASHES", 20).div_ceil(10));
}

fn crash_again_and_again(promise: &Promise, crashes: u64) {
    let seed = env_number("SKEIN_CRASH_SEED", u64::from(std::process::id()));
    let mut random = Random::seeded(seed);
    let mut ledgers: Vec<Ledger> = (0..WRITERS).map(|n| Ledger::new(n, seed)).collect();
    let folder = Folder::new();
    let (binary, flags) =
        (binary_under_test(), [FLAGS, &["--appendfsync", promise.appendfsync]].concat());
    let (mut acknowledged, mut lost) = (0, 0);
    let mut crashed_at = Instant::now();
    for crash in 0..crashes {
        if random.one_in(5) {
            let starting = Server::launch_on(&binary, &folder, &flags);
            thread::sleep(Duration::from_micros(random.below(30_000) as u64));
            starting.kill();
        }
        let server = Server::start_on(&binary, &folder, &flags);
        let mut admin = server.client();
        acknowledged += ledgers.iter().map(Ledger::acknowledged).sum::<usize>();
        lost += settle_all(&mut ledgers, &mut admin, crashed_at - promise.delay);
        if crash == 0 {
            add_ballast(&mut admin);
        }
        crashed_at = crash_under_load(server, &mut ledgers, &mut random, promise.life_ms);
        if random.one_in(3) {
            leave_half_a_record(&folder, &mut random);
        }
    }
    let server = Server::start_on(&binary, &folder, &flags);
    lost += settle_all(&mut ledgers, &mut server.client(), crashed_at - promise.delay);
    say(&format!(
        "crashes: {crashes} under `appendfsync {}`, {acknowledged} acknowledged steps, {lost} of \
         them lost (seed {seed})",
        promise.appendfsync
    ));
}

/// Has everybody write until the server is killed at a moment of chance; gives that moment.
fn crash_under_load(
    server: Server,
    ledgers: &mut [Ledger],
    random: &mut Random,
    life_ms: u64,
) -> Instant {
    let port = server.port();
    thread::scope(|scope| {
        for ledger in ledgers {
            scope.spawn(move || ledger.write_until_the_end(port));
        }
        let life = Duration::from_micros(random.below(life_ms as usize * 1_000) as u64);
        let trouble = random.pick(&["BGREWRITEAOF", "BGSAVE", "PING"]);
        let before_trouble = life.mul_f64(random.below(100) as f64 / 100.0);
        thread::sleep(before_trouble);
        let _ = server.client().try_cmd(&[trouble]);
        thread::sleep(life - before_trouble);
        let now = Instant::now();
        server.kill();
        now
    })
}

/// Compares what is there with every client's book; gives how many acknowledged steps are lost.
#[track_caller]
fn settle_all(ledgers: &mut [Ledger], admin: &mut Client, promised_by: Instant) -> usize {
    let mut lost = 0;
    let mut parts = 0;
    for (client, ledger) in ledgers.iter_mut().enumerate() {
        let found = State::read(admin, client);
        parts += found.part;
        lost += ledger.settle(found, ledger.acknowledged_by(promised_by));
    }
    let shared = admin.cmd(&["GET", SHARED_COUNTER]);
    let shared = if shared.is_nil() { "0".to_owned() } else { shared.text() };
    assert_eq!(shared, parts.to_string(), "what all have counted, and the sum of their parts");
    lost
}

fn add_ballast(admin: &mut Client) {
    let commands: Vec<_> = (0..BALLAST_KEYS)
        .map(|n| vec!["SET".to_owned(), format!("ballast:{n}"), "x".repeat(500)])
        .collect();
    admin.pipeline(&commands);
}

/// Puts behind the last record what a crash in the middle of a write may leave there.
fn leave_half_a_record(folder: &Folder, random: &mut Random) {
    let Some(path) = last_increment(folder) else { return };
    // What follows a record that this crash has cut itself would be taken for its rest.
    if !units(&fs::read(&path).expect("the file that the manifest names")).1 {
        return;
    }
    let set = encode(&["SET", "0:pair", "12345"]);
    let multi = encode(&["MULTI"]);
    // Peers leave the last one's beginning in the file when they start.
    let kinds = if kind_under_test() == Kind::Skein { 3 } else { 2 };
    let rubbish = match random.below(kinds) {
        0 => set[..1 + random.below(set.len() - 1)].to_vec(),
        // A transaction that is whole but for its end.
        1 => [multi, encode(&["SELECT", "0"]), set].concat(),
        _ => [multi, set[..1 + random.below(set.len() - 1)].to_vec()].concat(),
    };
    let file = OpenOptions::new().append(true).open(path);
    file.and_then(|mut file| file.write_all(&rubbish)).expect("the file can be written to");
}
