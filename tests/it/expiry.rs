//! Time to live: the commands that set and show it, and how exactly deadlines are kept.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::harness::{Client, Kind, Server, env_number, kind_under_test, say, wait_until};

#[test]
fn expire_pexpire_ttl_and_persist() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        TTL k                               => :-2
        PTTL k                              => :-2
        EXPIRETIME k                        => :-2
        PEXPIRETIME k                       => :-2
        EXPIRE k 100                        => :0
        PERSIST k                           => :0
        SET k v                             => +OK
        TTL k                               => :-1
        PTTL k                              => :-1
        EXPIRETIME k                        => :-1
        PEXPIRETIME k                       => :-1
        PERSIST k                           => :0
        EXPIRE k 100                        => :1
        TTL k                               => :99..100
        PERSIST k                           => :1
        TTL k                               => :-1
        PEXPIRE k 100000                    => :1
        PTTL k                              => :99000..100000
        PEXPIRE k 1500                      => :1
        TTL k                               => :1..2
        EXPIREAT k 33177117420              => :1
        EXPIRETIME k                        => :33177117420
        PEXPIREAT k 33177117420123          => :1
        PEXPIRETIME k                       => :33177117420123
        EXPIRETIME k                        => :33177117420
        EXPIRE k ten                        => -ERR value is not an integer or out of range
        EXPIRE k 9223372036854775807        => -ERR invalid expire time in 'expire' command
        EXPIRE k -9223372036854775808       => -ERR invalid expire time in 'expire' command
        PEXPIRE k 9223372036854775807       => -ERR invalid expire time in 'pexpire' command
        EXPIREAT k 9223372036854775807      => -ERR invalid expire time in 'expireat' command
        PEXPIREAT k 9223372036854775807     => :1
        PEXPIRETIME k                       => :9223372036854775807
        EXPIRE k                            => -ERR wrong number of arguments for 'expire' command
        EXPIRE k 0                          => :1
        EXISTS k                            => :0
        SET k v                             => +OK
        PEXPIRE k -1                        => :1
        EXISTS k                            => :0
        SET k v                             => +OK
        EXPIREAT k 1                        => :1
        EXISTS k                            => :0
        SET k v                             => +OK
        PEXPIREAT k 1                       => :1
        DBSIZE                              => :0
    "#,
    );
}

#[test]
fn expire_with_nx_xx_gt_and_lt() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k v                             => +OK
        EXPIRE k 100 XX                     => :0
        EXPIRE k 100 GT                     => :0
        TTL k                               => :-1
        EXPIRE k 100 NX                     => :1
        EXPIRE k 200 NX                     => :0
        TTL k                               => :99..100
        EXPIRE k 200 XX                     => :1
        TTL k                               => :199..200
        EXPIRE k 100 GT                     => :0
        EXPIRE k 300 GT                     => :1
        TTL k                               => :299..300
        EXPIRE k 400 LT                     => :0
        EXPIRE k 100 LT                     => :1
        TTL k                               => :99..100
        PERSIST k                           => :1
        EXPIRE k 100 LT                     => :1
        PEXPIRE k 200000 GT XX              => :1
        PEXPIREAT k 1 LT                    => :1
        EXISTS k                            => :0
        SET k v                             => +OK
        EXPIRE k 100 NX XX                  => -ERR NX and XX, GT or LT options at the same time are not compatible
        EXPIRE k 100 NX GT                  => -ERR NX and XX, GT or LT options at the same time are not compatible
        EXPIRE k 100 GT LT                  => -ERR GT and LT options at the same time are not compatible
        EXPIRE k 100 AB                     => -ERR Unsupported option AB
        EXPIRE k 100 XX AB                  => -ERR Unsupported option AB
        EXPIRE missing 100 NX XX            => -ERR NX and XX, GT or LT options at the same time are not compatible
        TTL k                               => :-1
    "#,
    );
}

#[test]
fn an_expired_key_is_gone_for_every_command() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    server.client().talk(
        r#"
        DEBUG SET-ACTIVE-EXPIRE 0           => +OK
        MSET a 1 b 2 c 3 d 4 e 5 f 6 g 7    => +OK
        PEXPIRE a 5                         => :1
        PEXPIRE b 5                         => :1
        PEXPIRE c 5                         => :1
        PEXPIRE d 5                         => :1
        PEXPIRE e 5                         => :1
        PEXPIRE f 5                         => :1
        PEXPIRE g 5                         => :1
        (list l)
        PEXPIRE l 5                         => :1
        (wait 30 ms)
        KEYS *                              => []
        RANDOMKEY                           => (nil)
        SCAN 0                              => ["0", []]
        GET a                               => (nil)
        EXISTS a b c                        => :0
        TYPE a                              => +none
        TTL b                               => :-2
        DEL b                               => :0
        SETNX c new                         => :1
        TTL c                               => :-1
        APPEND d x                          => :1
        INCR e                              => :1
        TTL e                               => :-1
        RENAME f h                          => -ERR no such key
        COPY g h                            => :0
        SET l v GET                         => (nil)
        PERSIST g                           => :0
        EXPIRE g 100                        => :0
        DUMP g                              => (nil)
        OBJECT ENCODING g                   => (nil)
        DEBUG SET-ACTIVE-EXPIRE 1           => +OK
    "#,
    );
}

#[test]
fn expired_keys_leave_dbsize_without_being_asked_for() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for key in 0..1_000 {
        client.cmd(&["SET", &format!("key:{key}"), "v", "PX", "50"]);
    }
    wait_until("the reaper to empty the database", || client.cmd(&["DBSIZE"]).int() == 0);
    let stats = client.cmd(&["INFO", "stats"]).text();
    assert!(stats.contains("expired_keys:1000\r\n"), "{stats}");
}

/// A million deadlines (fewer where a debug build or a peer would take too long) spread over two
/// seconds. A key is never seen after its deadline, and none is kept for long after it.
#[test]
fn deadlines_are_exact_with_a_million_of_them() {
    let count = env_number("SKEIN_EXPIRY_KEYS", 1_000_000) as usize;
    let spread_ms = 2_000;
    let server = Server::start(&[]);
    let mut client = server.client();

    // The first deadline lies behind the loading, so that all are pending when it comes.
    let load = Instant::now();
    let sample = 2_000;
    let first_ms = unix_ms()
        + fill(&mut client, sample, 1, i64::MAX).as_millis() as i64 * (count / sample) as i64 * 2
        + 1_000;
    let _ = client.cmd(&["FLUSHALL"]);
    fill(&mut client, count, spread_ms, first_ms);
    let loaded_ms = unix_ms();
    say(&format!("exact expiry: {count} keys set in {:.1} s", load.elapsed().as_secs_f64()));
    assert!(loaded_ms < first_ms, "loading took longer than was estimated from a sample");
    assert_eq!(client.cmd(&["DBSIZE"]).int(), count as i64);

    // While they expire: what is there must not be late, and what is due must be gone.
    let end_ms = first_ms + spread_ms;
    let mut looks = 0;
    let mut worst_lag_ms = 0.0f64;
    while unix_ms() < end_ms {
        let asked_ms = unix_ms();
        let due = ((asked_ms - first_ms).clamp(0, spread_ms) as usize) * count / spread_ms as usize;
        if due > 0 {
            let key = format!("key:{}", (looks * 7_919) % due);
            assert!(client.cmd(&["GET", &key]).is_nil(), "{key} is visible after its deadline");
        }
        // Keys leave in the order of their deadlines: how many are too many says how late.
        let left = client.cmd(&["DBSIZE"]).int() as usize;
        let late = left.saturating_sub(count - due);
        worst_lag_ms = worst_lag_ms.max(late as f64 * spread_ms as f64 / count as f64);
        looks += 1;
    }
    wait_until("the last key to leave", || client.cmd(&["DBSIZE"]).int() == 0);
    let last_ms = unix_ms() - end_ms;
    say(&format!(
        "exact expiry: {looks} looks, worst lag seen {worst_lag_ms:.1} ms, the last key left \
         {last_ms} ms after its deadline"
    ));
    if kind_under_test() == Kind::Skein {
        let info = client.cmd(&["INFO", "stats"]).text();
        let lag = info.lines().find(|line| line.starts_with("expire_worst_lag_milliseconds:"));
        say(&format!("the reaper itself: {}", lag.unwrap_or("no figure")));
        let bound_ms = if cfg!(debug_assertions) { 2000.0 } else { 500.0 };
        assert!(worst_lag_ms < bound_ms, "the reaper was {worst_lag_ms:.0} ms late");
    }
}

/// Sets `count` keys whose deadlines rise evenly from `first_ms` over `spread_ms`.
fn fill(client: &mut Client, count: usize, spread_ms: i64, first_ms: i64) -> Duration {
    let start = Instant::now();
    let batch = 10_000;
    for from in (0..count).step_by(batch) {
        let commands: Vec<Vec<String>> = (from..count.min(from + batch))
            .map(|i| {
                let offset_ms = i as i64 * spread_ms / count as i64;
                let deadline_ms = first_ms.saturating_add(offset_ms);
                let key = format!("key:{i}");
                vec!["SET".into(), key, "v".into(), "PXAT".into(), deadline_ms.to_string()]
            })
            .collect();
        let refused = client.pipeline(&commands).into_iter().find(|reply| reply.is_error());
        assert!(refused.is_none(), "{}", refused.expect("an error"));
    }
    start.elapsed()
}

fn unix_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("the clock is past 1970").as_millis() as i64
}
