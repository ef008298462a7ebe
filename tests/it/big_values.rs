//! Values of a million elements: making them go costs the client who does it, and everyone beside
//! it, no time that could be noticed. Whole values are freed by a thread of their own.

use std::time::{Duration, Instant};

use crate::harness::{Client, Server, say};

/// Elements of a value; a build without optimisation makes fewer.
const ELEMENTS: usize = if cfg!(debug_assertions) { 200_000 } else { 1_000_000 };
/// Elements of one command that fills a value.
const PER_COMMAND: usize = 1000;
/// What a command may take, the way to the server and back included: a quarter of them less than
/// this. Freed on the spot, each of these values takes longer by far. The machine does other things
/// too, so that the slowest is printed, not judged.
const MOST: Duration = Duration::from_millis(2);
/// What a GET may take beside a value that expires: a turn of the other threads, on a busy
/// machine, and not the time that freeing the value takes.
const MOST_BESIDE: Duration = Duration::from_millis(40);
/// How often it is tried whether nothing else on the machine comes between.
const TRIES: usize = 4;

/// A type, and the arguments that add element number `n`.
type Kind = (&'static str, &'static [&'static str], fn(usize) -> Vec<String>);

const KINDS: &[Kind] = &[
    ("list", &["RPUSH"], |n| vec![format!("element:{n}")]),
    ("set", &["SADD"], |n| vec![format!("member:{n}")]),
    ("hash", &["HSET"], |n| vec![format!("field:{n}"), format!("value:{n}")]),
    ("zset", &["ZADD"], |n| vec![n.to_string(), format!("member:{n}")]),
];

#[test]
fn a_big_value_goes_in_no_time() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let mut times = Vec::new();
    for (kind, verb, element) in KINDS {
        let ways: [&[&str]; 5] = [
            &["DEL", "big"],
            &["SET", "big", "small"],
            &["PEXPIRE", "big", "-1"],
            &["RENAME", "other", "big"],
            &["FLUSHALL"],
        ];
        for way in ways {
            fill(&mut client, verb[0], *element);
            client.check("SET other x", "+OK");
            times.push((timed(&mut client, way), format!("{} of a {kind}", way.join(" "))));
            client.check("DEL big other", ":0..2");
        }
    }
    times.sort();
    let (median, (slowest, what)) = (times[times.len() / 2].0, &times[times.len() - 1]);
    let quarter = times[times.len() / 4].0;
    assert!(quarter < MOST, "three quarters of the commands took {quarter:?} and more");
    say(&format!("big values: {ELEMENTS} elements go in {median:?}, at most {slowest:?} ({what})"));
}

#[test]
fn nobody_waits_while_a_big_value_expires() {
    let server = Server::start(&[]);
    let (mut client, mut other) = (server.client(), server.client());
    let mut tries = (0..TRIES).map(|_| beside_one_that_expires(&mut client, &mut other));
    let found = tries.find(|(_, slowest)| *slowest < MOST_BESIDE);
    let (median, slowest) = found.expect("each time a GET beside had to wait");
    say(&format!("big values: beside one that expired a GET took {median:?}, at most {slowest:?}"));
}

/// How long GETs take, half of them and the slowest, while a value expires.
fn beside_one_that_expires(client: &mut Client, other: &mut Client) -> (Duration, Duration) {
    fill(client, "SADD", |n| vec![format!("member:{n}")]);
    client.check("PEXPIRE big 100", ":1");
    let (began, mut times) = (Instant::now(), Vec::new());
    while began.elapsed() < Duration::from_millis(250) {
        times.push(timed(other, &["GET", "beside"]));
    }
    client.check("EXISTS big", ":0");
    times.sort();
    (times[times.len() / 2], times[times.len() - 1])
}

fn fill(client: &mut Client, verb: &str, element: fn(usize) -> Vec<String>) {
    let commands: Vec<Vec<String>> = (0..ELEMENTS / PER_COMMAND)
        .map(|command| {
            let elements = (0..PER_COMMAND).flat_map(|n| element(command * PER_COMMAND + n));
            [verb.to_owned(), "big".to_owned()].into_iter().chain(elements).collect()
        })
        .collect();
    let replies = client.pipeline(&commands);
    assert!(replies.iter().all(|reply| !reply.is_error()), "{}", replies[0]);
}

fn timed(client: &mut Client, command: &[&str]) -> Duration {
    let began = Instant::now();
    let reply = client.cmd(command);
    let took = began.elapsed();
    assert!(!reply.is_error(), "{reply}");
    took
}
