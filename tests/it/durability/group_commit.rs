//! Throughput while every reply waits for its record to be on the disk: one fsync serves all who
//! wait for it. A figure, not judged: it is the disk's as much as the server's.

use std::path::Path;
use std::process::Command;

use crate::harness::{Peer, Server, binary_under_test, need, say};

const FLAGS: &[&str] = &["--appendonly", "yes", "--appendfsync", "always"];
/// Rounds, in each of which every server has its turn.
const ROUNDS: usize = 3;

#[test]
fn fifty_clients_share_their_fsyncs() {
    let Some(benchmark) = need(Peer::RedisBenchmark) else { return };
    let Some(redis) = need(Peer::RedisServer) else { return };
    let Some(valkey) = need(Peer::ValkeyServer) else { return };
    if cfg!(debug_assertions) && std::env::var_os("SKEIN_BIN").is_none() {
        return; // A figure of a debug build says nothing.
    }
    let servers =
        [binary_under_test(), redis, valkey].map(|binary| Server::start_binary(&binary, FLAGS));
    let mut best = [0f64; 3];
    for _ in 0..ROUNDS {
        for (best, server) in best.iter_mut().zip(&servers) {
            *best = best.max(sets_a_second(&benchmark, server));
        }
    }
    let ratio = best[0] / best[1].max(best[2]);
    say(&format!(
        "appendfsync always, 50 connections: {:.0} SET/s, redis {:.0}, valkey {:.0}: {ratio:.2} of \
         the better",
        best[0], best[1], best[2]
    ));
}

fn sets_a_second(benchmark: &Path, server: &Server) -> f64 {
    let port = server.port().to_string();
    let output = Command::new(benchmark)
        .args(["-p", &port, "-c", "50", "-n", "20000", "-r", "100000", "-t", "set", "--csv"])
        .output()
        .expect("redis-benchmark runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let figure = told.lines().find_map(|line| line.strip_prefix("\"SET\",\"")?.split('"').next());
    let figure = figure.and_then(|figure| figure.parse().ok());
    figure.unwrap_or_else(|| panic!("redis-benchmark told\n{told}"))
}
