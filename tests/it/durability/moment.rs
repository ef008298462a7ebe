//! A file that is written while clients go on changing everything is of one moment: whatever they
//! only move from here to there is in it exactly once, and what they only shift between accounts
//! has its sum.
//!
//! `SKEIN_SAVES` says how many files (6), `SKEIN_SAVES_SEED` repeats what is done meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::harness::{
    Client, Folder, Random, Server, StopOnDrop, binary_under_test, env_number, say, wait_until,
};

const CLIENTS: u64 = 4;
/// All that is there is in these: what moves between them, or is there when they are swapped.
const DATABASES: usize = 2;
const ACCOUNTS: usize = 60;
/// Fields of one large hash, among which is shifted too.
const FIELDS: usize = 700;
const LISTS: usize = 20;
const PLACES: usize = 300;
/// How many things there are to move, of each kind.
const THINGS: usize = 100;
/// A file is longer in writing than it takes the clients to change everything.
const FLAGS: &[&str] = &["--rdb-key-save-delay", "200"];

#[test]
fn a_file_written_amid_changes_is_of_one_moment() {
    let seed = env_number("SKEIN_SAVES_SEED", u64::from(std::process::id()));
    let saves = env_number("SKEIN_SAVES", 6);
    let server = Server::start(FLAGS);
    let mut admin = server.client();
    set_up(&mut admin);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let _stop = StopOnDrop(&done);
        for client in 0..CLIENTS {
            let (mut connection, done) = (server.client(), &done);
            let mut random = Random::seeded(seed ^ client << 32);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let changes: Vec<_> = (0..5).flat_map(|_| change(&mut random)).collect();
                    connection.pipeline(&changes);
                }
            });
        }
        for save in 0..saves {
            let file = save_in_background(&server, &mut admin);
            let folder = Folder::new();
            fs::write(folder.path().join("dump.rdb"), file).expect("a temporary folder");
            let loaded = Server::start_on(&binary_under_test(), &folder, FLAGS);
            check(&mut loaded.client(), &format!("file {save} (seed {seed})"));
        }
    });
    check(&mut admin, "the server itself");
    say(&format!("saves amid changes: {saves} files, each of one moment (seed {seed})"));
}

fn set_up(admin: &mut Client) {
    let mut commands = Vec::new();
    let mut add = |words: &[&str]| commands.push(words.iter().map(|w| w.to_string()).collect());
    for n in 0..ACCOUNTS {
        add(&["SET", &format!("account:{n}"), "100"]);
    }
    for n in 0..FIELDS {
        add(&["HSET", "fields", &n.to_string(), "100"]);
    }
    for n in 0..THINGS {
        add(&["RPUSH", &format!("list:{}", n % LISTS), &n.to_string()]);
        add(&["SET", &format!("place:{n}"), &n.to_string()]);
        add(&["SADD", "set:0", &n.to_string()]);
    }
    let commands: Vec<Vec<String>> = commands;
    for reply in admin.pipeline(&commands) {
        assert!(!reply.is_error(), "{reply}");
    }
}

/// A move of something, or a shift between accounts; some find nothing to move.
fn change(random: &mut Random) -> Vec<Vec<String>> {
    let mut key = |name: &str, count: usize| format!("{name}:{}", random.below(count));
    let (from, to) = (key("account", ACCOUNTS), key("account", ACCOUNTS));
    let (list, other_list) = (key("list", LISTS), key("list", LISTS));
    let (place, other_place) = (key("place", PLACES), key("place", PLACES));
    let (set, other_set) = (key("set", 2), key("set", 2));
    let mut number = |count: usize| random.below(count).to_string();
    let (field, other_field) = (number(FIELDS), number(FIELDS));
    let (amount, thing, database) = (number(50), number(THINGS), number(DATABASES));
    let shift = |verb: &[&str], from: &str, to: &str| {
        let add = |to: &str, amount: &str| words(&[verb, &[to, amount]].concat());
        let taken = format!("-{amount}");
        vec![words(&["MULTI"]), add(from, &taken), add(to, &amount), words(&["EXEC"])]
    };
    match random.below(40) {
        0..=9 => shift(&["INCRBY"], &from, &to),
        10..=16 => shift(&["HINCRBY", "fields"], &field, &other_field),
        17..=23 => vec![words(&["LMOVE", &list, &other_list, "LEFT", "RIGHT"])],
        24..=29 => vec![words(&["RENAMENX", &place, &other_place])],
        30..=33 => vec![words(&["MOVE", &place, &database])],
        34..=36 => vec![words(&["SMOVE", &set, &other_set, &thing])],
        37..=38 => vec![words(&["SELECT", &database])],
        _ => vec![words(&["SWAPDB", "0", "1"])],
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[track_caller]
fn save_in_background(server: &Server, admin: &mut Client) -> Vec<u8> {
    admin.check("BGSAVE", "+Background saving started");
    wait_until("the end of the save", || {
        admin.cmd(&["INFO", "persistence"]).text().contains("rdb_bgsave_in_progress:0")
    });
    fs::read(server.folder().join("dump.rdb")).expect("the file just saved")
}

/// Nothing is missing, nothing is there twice, and the sums are what they were.
#[track_caller]
fn check(client: &mut Client, what: &str) {
    let mut things: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let (mut in_accounts, mut in_fields) = (0, 0);
    // One moment for the look at a server that is at work.
    let mut commands = vec![words(&["MULTI"])];
    for database in 0..DATABASES {
        commands.push(words(&["SELECT", &database.to_string()]));
        commands.push(words(&["HVALS", "fields"]));
        commands.push(words(&["SUNION", "set:0", "set:1"]));
        commands.extend((0..LISTS).map(|n| words(&["LRANGE", &format!("list:{n}"), "0", "-1"])));
        let names = |name: &str, count| (0..count).map(|n| format!("{name}:{n}")).collect();
        let [accounts, places]: [Vec<String>; 2] =
            [names("account", ACCOUNTS), names("place", PLACES)];
        commands.push([words(&["MGET"]), accounts].concat());
        commands.push([words(&["MGET"]), places].concat());
    }
    commands.push(words(&["EXEC"]));
    let replies = client.pipeline(&commands);
    let answers = replies.last().expect("EXEC's reply").items();
    for answers in answers.chunks(answers.len() / DATABASES) {
        let numbers = |at: usize| {
            let there = answers[at].items().iter().filter(|item| !item.is_nil());
            there.map(|item| item.text().parse::<i64>().expect("a number"))
        };
        let mut add = |kind, at| {
            things.entry(kind).or_default().extend(numbers(at).map(|thing| thing as usize));
        };
        in_fields += numbers(1).sum::<i64>();
        add("set", 2);
        (0..LISTS).for_each(|n| add("list", 3 + n));
        in_accounts += numbers(3 + LISTS).sum::<i64>();
        add("place", 4 + LISTS);
    }
    assert_eq!(in_accounts, 100 * ACCOUNTS as i64, "{what}: the accounts");
    assert_eq!(in_fields, 100 * FIELDS as i64, "{what}: the fields");
    for (kind, things) in &mut things {
        things.sort_unstable();
        assert!(things.iter().copied().eq(0..THINGS), "{what}, {kind}: {things:?}");
    }
}
