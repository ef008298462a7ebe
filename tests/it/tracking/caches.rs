//! Clients that do keep a cache: how many keys the server remembers for them, and that none of
//! them ever believes in a value that is not the server's.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Barrier, Mutex};

use crate::harness::{Client, Random, Reply, Server, encode, env_number, wait_until};

/// A figure of INFO.
fn info(server: &Server, name: &str) -> u64 {
    let info = server.client().cmd(&["INFO", "everything"]).text();
    let value = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    value.and_then(|value| value.trim().parse().ok()).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn figures() {
    let server = Server::start(&[]);
    let figures = |names: [&str; 4]| names.map(|name| info(&server, name));
    const NAMES: [&str; 4] = [
        "tracking_clients",
        "tracking_total_keys",
        "tracking_total_items",
        "tracking_total_prefixes",
    ];
    assert_eq!(figures(NAMES), [0; 4]);
    let mut clients = [server.client3(), server.client3(), server.client3()];
    for client in &mut clients[..2] {
        client.check("CLIENT TRACKING ON", "+OK");
        client.check("MGET x y", "*");
        client.check("GET x", "(nil)");
    }
    clients[0].check("GET z", "(nil)");
    clients[2].check("CLIENT TRACKING ON BCAST PREFIX a PREFIX b", "+OK");
    assert_eq!(figures(NAMES), [3, 3, 5, 2]);
    server.client().check("SET x 1", "+OK");
    assert_eq!(figures(NAMES), [3, 2, 3, 2]);
    drop(clients);
    wait_until("they have left", || info(&server, "tracking_clients") == 0);
    assert_eq!(info(&server, "tracking_total_prefixes"), 0);
}

#[test]
fn a_full_table_lets_keys_go() {
    let server = Server::start(&["--tracking-table-max-keys", "10"]);
    let mut client = server.client3();
    client.check("CLIENT TRACKING ON", "+OK");
    let mut cached: HashMap<String, ()> = HashMap::new();
    let drop_told = |cached: &mut HashMap<String, ()>, reply: &Reply| {
        let Reply::Push(items) = reply else { return false };
        for name in items[1].items() {
            assert!(cached.remove(&name.text()).is_some(), "{name} was not in the cache");
        }
        true
    };
    for number in 0..100 {
        let name = format!("k{number}");
        client.send(&encode(&["GET", &name]));
        cached.insert(name, ());
        while drop_told(&mut cached, &client.recv()) {}
    }
    wait_until("the table is within its bounds", || info(&server, "tracking_total_keys") <= 10);
    server.client().check("CONFIG SET tracking-table-max-keys 2", "+OK");
    wait_until("it is smaller", || info(&server, "tracking_total_keys") <= 2);
    client.send(&encode(&["PING"]));
    while drop_told(&mut cached, &client.recv()) {}
    assert!(cached.len() <= 2, "{cached:?}");
    // No limit is 0.
    server.client().check("CONFIG SET tracking-table-max-keys 0", "+OK");
    (0..100).for_each(|number| client.check(&format!("GET n{number}"), "(nil)"));
    assert!(client.is_silent_for(std::time::Duration::from_millis(60)));
}

/// Eight readers with caches and eight writers, in rounds: after each, when all that was sent has
/// arrived, no reader has a value in its cache that is not the server's.
///
/// It fails when a key is remembered only after its shard is let go: a writer comes in between.
#[test]
fn no_cache_believes_in_a_stale_value() {
    const THREADS: usize = 8;
    const KEYS: usize = 12;
    let rounds = env_number("SKEIN_TRACKING_ROUNDS", 250);
    let server = Server::start(&[]);
    let barrier = Barrier::new(2 * THREADS);
    let truth: Mutex<HashMap<String, String>> = Mutex::default();
    let (told, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for index in 0..THREADS {
            let (server, barrier, truth) = (&server, &barrier, &truth);
            scope.spawn(move || {
                let (mut client, mut random) = (server.client(), Random::seeded(index as u64));
                for round in 0..rounds {
                    barrier.wait();
                    for step in 0..KEYS {
                        let key = format!("k{}", random.below(KEYS));
                        client.cmd(&["SET", &key, &format!("{round} {index} {step}")]);
                    }
                    barrier.wait();
                    if index == 0 {
                        let mut truth = truth.lock().expect("nobody panics with it");
                        for key in (0..KEYS).map(|key| format!("k{key}")) {
                            let value = client.cmd(&["GET", &key]).to_string();
                            truth.insert(key, value);
                        }
                    }
                    barrier.wait();
                    barrier.wait();
                }
            });
            let (told, failed) = (&told, &failed);
            scope.spawn(move || {
                let mut cache = Cache::new(server);
                let mut random = Random::seeded(100 + index as u64);
                for _ in 0..rounds {
                    barrier.wait();
                    for _ in 0..2 * KEYS {
                        cache.get(&format!("k{}", random.below(KEYS)));
                    }
                    barrier.wait();
                    barrier.wait();
                    cache.catch_up();
                    let truth = truth.lock().expect("nobody panics with it");
                    // A panic here would leave the others waiting for ever.
                    if !failed.load(Ordering::Relaxed)
                        && let Some((key, value)) =
                            cache.values.iter().find(|(key, value)| truth.get(*key) != Some(value))
                    {
                        eprintln!("{key} is {:?}, and in a cache {value:?}", truth.get(key));
                        failed.store(true, Ordering::Relaxed);
                    }
                    drop(truth);
                    barrier.wait();
                }
                told.fetch_add(cache.told, Ordering::Relaxed);
            });
        }
    });
    assert!(!failed.load(Ordering::Relaxed));
    assert!(told.load(Ordering::Relaxed) > rounds, "hardly anything was told: {told:?}");
}

/// A client with a cache.
struct Cache {
    client: Client,
    values: HashMap<String, String>,
    told: u64,
}

impl Cache {
    fn new(server: &Server) -> Cache {
        let mut client = server.client3();
        client.check("CLIENT TRACKING ON", "+OK");
        Cache { client, values: HashMap::new(), told: 0 }
    }

    /// Reads a key, unless it is in the cache.
    fn get(&mut self, key: &str) {
        if !self.values.contains_key(key) {
            let value = self.ask(&["GET", key]);
            self.values.insert(key.to_owned(), value.to_string());
        }
    }

    /// Takes all that it is told.
    fn catch_up(&mut self) {
        self.ask(&["PING"]);
    }

    fn ask(&mut self, command: &[&str]) -> Reply {
        self.client.send(&encode(command));
        loop {
            match self.client.recv() {
                Reply::Push(items) => {
                    self.told += 1;
                    for name in items[1].items() {
                        self.values.remove(&name.text());
                    }
                }
                reply => return reply,
            }
        }
    }
}
