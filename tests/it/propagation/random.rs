//! Random commands that Redis 7.0 does not know, and a restart: the log says enough of each for
//! everything to come back. (Those it knows are `durability::replay`'s.)

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::differential::families::{Family, hashes, sets, sort, streams, strings};
use crate::differential::generate::Generator;
use crate::durability::contents::{assert_same, contents};
use crate::harness::{Kind, Server, binary_under_test, env_number, kind_under_test, say};

/// What depends on when it runs, on chance, or on what a configuration says: the new server has
/// larger nodes of streams than the one that trimmed them.
const CHANCE: Family = Family {
    templates: &[
        "HSET <key> a 1 b 2 c 3",
        "HSET <key> a 1 b 2 c 3",
        "HPEXPIRE <key> 2 FIELDS 2 a b",
        "HSETEX <key> FNX PX 2 FIELDS 2 a 1 d 2",
        "HGETEX <key> PX 1 FIELDS 1 c",
        "HINCRBYFLOAT <key> a 0.1",
        "MSETEX 2 <key> v <key> w PX 3",
        "MSETEX 2 <key> v <key> w XX EX 1000",
        "SET <key> v IFNE w PX 2",
        "PEXPIRE <key> 1",
        "SPOP <key> 2",
        "XADD <key> * f v",
        "XADD <key> * f v",
        "XADD <key> ACKED MAXLEN ~ 4 * f v",
        "XADD <key> DELREF MINID ~ 3 * f v",
        "XTRIM <key> MAXLEN ~ 3 ACKED",
        "XTRIM <key> MINID ~ 3 LIMIT 4 KEEPREF",
        "XGROUP CREATE <key> g 0 MKSTREAM",
        "XREADGROUP GROUP g a COUNT 3 STREAMS <key> >",
        "XREADGROUP GROUP g b CLAIM 0 COUNT 4 STREAMS <key> >",
        "XREADGROUP GROUP g b CLAIM 1 BLOCK 2 STREAMS <key> >",
        "XREADGROUP GROUP g a STREAMS <key> 0",
        "XACKDEL <key> g DELREF IDS 2 1-1 <id>",
        "XACKDEL <key> g ACKED IDS 2 2-1 <id>",
        "XDELEX <key> ACKED IDS 2 3-1 <id>",
    ],
    words: &[],
    allowances: &[],
};

#[test]
fn newer_commands_come_back_after_a_restart() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    let seed = env_number("SKEIN_REPLAY_SEED", now.as_nanos() as u64);
    let flags = ["--appendonly", "yes", "--appendfsync", "no", "--enable-debug-command", "yes"];
    let small_nodes = ["--stream-node-max-entries", "3"];
    let server = Server::start(&[&flags[..], &small_nodes].concat());
    let mut client = server.client();
    let mut generator = Generator::new(
        seed,
        &[
            &CHANCE,
            &CHANCE,
            &hashes::DEADLINES,
            &strings::CONDITIONS,
            &streams::STREAMS,
            &streams::GROUPS,
            &sets::SETS,
            &sort::SORT,
        ],
    );
    for batch in 0..env_number("SKEIN_REPLAY_BATCHES", 300) {
        let mut commands: Vec<_> = (0..20).map(|_| generator.command()).collect();
        if batch % 4 == 0 {
            commands.insert(0, vec![b"MULTI".to_vec()]);
            commands.push(vec![b"EXEC".to_vec()]);
        }
        client.pipeline(&commands);
    }
    // What had milliseconds to live is gone.
    thread::sleep(Duration::from_millis(20));
    let before = contents(&mut client);
    let folder = server.stop();
    let server = Server::start_on(&binary_under_test(), &folder, &flags);
    let after = contents(&mut server.client());
    assert_same(&format!("SKEIN_REPLAY_SEED={seed}: after the replay"), &before, &after);
    let log = server.log();
    let errors: Vec<&str> = log.lines().filter(|line| line.contains("CRITICAL")).collect();
    assert!(errors.is_empty(), "SKEIN_REPLAY_SEED={seed}:\n{}", errors.join("\n"));
    say(&format!("newer commands: {} keys replayed (seed {seed})", before.len()));
}
