//! Linearizability: many clients run random transactions and reads of several keys, and what each
//! asked and was told, with the times at which, is recorded. Afterwards a checker that knows
//! Redis as a sequential machine looks for an order in which all of it could have happened one
//! by one, each between its question and its answer. If there is none, a lock was missing.

mod checker;
mod machine;

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Client, Random, Server, env_number, say};
use checker::{Operation, order};
use machine::{Command, KEYS};

/// Clients that run at once.
const CLIENTS: usize = 8;
/// Operations of each client in a round; a round is checked as a whole.
const OPERATIONS: usize = 12;

#[test]
fn there_is_an_order_in_which_it_could_have_happened() {
    let seconds = env_number("SKEIN_LINEARIZABILITY_SECONDS", 3);
    let seed = env_number("SKEIN_LINEARIZABILITY_SEED", 1);
    let server = Server::start(&[]);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut rounds = 0u64;
    while Instant::now() < end || rounds == 0 {
        server.client().check("FLUSHALL", "+OK");
        let history = play_round(&server, seed.wrapping_add(rounds));
        if order(&history).is_none() {
            let lines: Vec<String> = history.iter().map(ToString::to_string).collect();
            panic!("seed {}: no order explains\n{}", seed + rounds, lines.join("\n"));
        }
        rounds += 1;
    }
    let operations = rounds as usize * CLIENTS * OPERATIONS;
    say(&format!("linearizability: {operations} operations in {rounds} rounds have an order"));
}

/// The checker itself must not believe everything.
#[test]
fn the_checker_finds_what_cannot_be() {
    let set = |key, value| Command::Set(key, value);
    let operation = |asked_ns, answered_ns, commands: Vec<Command>, replies: &[&str]| Operation {
        client: 0,
        asked_ns,
        answered_ns,
        commands,
        replies: replies.iter().map(|reply| (*reply).to_owned()).collect(),
    };
    // Both writes are over before the read begins, which sees one of them only.
    let torn = [
        operation(0, 10, vec![set(0, 7), set(1, 7)], &["+OK", "+OK"]),
        operation(20, 30, vec![Command::Get(0), Command::Get(1)], &["\"7\"", "(nil)"]),
    ];
    assert!(order(&torn).is_none());
    // While they overlap, the read may come first, but not see half.
    let overlapping = |first: &str, second: &str| {
        let write = operation(0, 25, vec![set(0, 7), set(1, 7)], &["+OK", "+OK"]);
        let read = operation(20, 30, vec![Command::Get(0), Command::Get(1)], &[first, second]);
        order(&[write, read]).is_some()
    };
    assert!(overlapping("\"7\"", "\"7\"") && overlapping("(nil)", "(nil)"));
    assert!(!overlapping("\"7\"", "(nil)"));
    // A lost update.
    let lost = [
        operation(0, 10, vec![Command::Add(0, 1)], &[":1"]),
        operation(0, 10, vec![Command::Add(0, 1)], &[":1"]),
    ];
    assert!(order(&lost).is_none());
}

fn play_round(server: &Server, seed: u64) -> Vec<Operation> {
    let (start, began) = (Barrier::new(CLIENTS), Instant::now());
    let histories: Vec<Vec<Operation>> = thread::scope(|scope| {
        let players: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let start = &start;
                scope.spawn(move || {
                    let mut random = Random::seeded(seed * CLIENTS as u64 + client as u64);
                    let mut connection = server.client();
                    start.wait();
                    (0..OPERATIONS)
                        .map(|_| perform(client, &mut connection, &mut random, began))
                        .collect()
                })
            })
            .collect();
        players.into_iter().map(|player| player.join().expect("a client")).collect()
    });
    histories.into_iter().flatten().collect()
}

/// One random operation: a command of several keys, or a transaction.
fn perform(
    client: usize,
    connection: &mut Client,
    random: &mut Random,
    began: Instant,
) -> Operation {
    let commands: Vec<Command> = match random.below(4) {
        0 => vec![Command::ReadAll],
        1 => vec![Command::SetAll(random.below(1000) as i64)],
        _ => (0..1 + random.below(4)).map(|_| random_command(random)).collect(),
    };
    let mut requests: Vec<Vec<String>> = commands.iter().map(Command::request).collect();
    let in_transaction = requests.len() > 1;
    if in_transaction {
        requests.insert(0, vec!["MULTI".to_owned()]);
        requests.push(vec!["EXEC".to_owned()]);
    }
    let asked_ns = began.elapsed().as_nanos() as u64;
    let replies = connection.pipeline(&requests);
    let answered_ns = began.elapsed().as_nanos() as u64;
    let last = replies.last().expect("a reply");
    let replies = match in_transaction {
        true => last.items().iter().map(ToString::to_string).collect(),
        false => vec![last.to_string()],
    };
    Operation { client, asked_ns, answered_ns, commands, replies }
}

fn random_command(random: &mut Random) -> Command {
    let key = random.below(KEYS);
    match random.below(6) {
        0 => Command::Get(key),
        1 => Command::Set(key, random.below(1000) as i64),
        2 => Command::Add(key, 1 + random.below(9) as i64),
        3 => Command::Rename(key, random.below(KEYS)),
        4 => Command::Delete(key),
        _ => Command::Exists(key, random.below(KEYS)),
    }
}
