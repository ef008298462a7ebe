//! Clients that wait for keys while everything happens to these at once: each wait comes to its
//! end, nothing is left of it, and no wake-up is lost.

use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{
    Client, Random, Reply, Server, StopOnDrop, encode, env_number, play, say, wait_until,
};

const WAITERS: usize = 12;
const TROUBLEMAKERS: usize = 3;
const LISTS: [&str; 4] = ["l0", "l1", "l2", "l3"];
const ALL_KEYS: [&str; 8] = ["l0", "l1", "l2", "l3", "z0", "z1", "s0", "s1"];
/// A wait with a timeout takes no longer than this beyond it.
const PATIENCE: Duration = Duration::from_secs(8);

/// What the threads of the test know of each other.
#[derive(Default)]
struct Stage {
    is_over: AtomicBool,
    /// The waiters' clients' IDs; 0 while one has none.
    ids: [AtomicI64; WAITERS],
    /// Waits that ended, and those of them that ended with something.
    waits: AtomicU64,
    served: AtomicU64,
}

#[test]
fn whatever_happens_nobody_waits_in_vain() {
    let server = Server::start(&[]);
    let seconds = env_number("SKEIN_BLOCKING_SECONDS", 4);
    let stage = Stage::default();
    thread::scope(|scope| {
        let _stop = StopOnDrop(&stage.is_over);
        let waiters: Vec<_> = (0..WAITERS)
            .map(|n| {
                let (server, stage) = (&server, &stage);
                scope.spawn(move || wait_again_and_again(server, stage, n))
            })
            .collect();
        for n in 0..TROUBLEMAKERS {
            let (server, stage) = (&server, &stage);
            scope.spawn(move || make_trouble(server, stage, n as u64));
        }
        thread::sleep(Duration::from_secs(seconds));
        stage.is_over.store(true, Ordering::Relaxed);
        // Those who wait for ever have to be told.
        let mut admin = server.client();
        wait_until("the waiters' end", || {
            for id in &stage.ids {
                let id = id.load(Ordering::Relaxed).to_string();
                admin.cmd(&["CLIENT", "UNBLOCK", &id]);
            }
            waiters.iter().all(|waiter| waiter.is_finished())
        });
    });
    let mut admin = server.client();
    for field in [
        "blocked_clients",
        "total_blocking_keys",
        "total_blocking_keys_on_nokey",
        "total_watched_keys",
        "watching_clients",
    ] {
        let (name, line) = (format!("\n{field}:"), format!("\n{field}:0\r\n"));
        wait_until(field, || {
            let info = admin.cmd(&["INFO", "clients"]).text();
            info.contains(&line) || !info.contains(&name)
        });
    }
    admin.check("FLUSHALL", "+OK");
    play(
        &server,
        r#"
        a> BLPOP l0 l1 0
        (blocked 1)
        b> BLMOVE l0 l2 LEFT RIGHT 0
        (blocked 2)
        c> BZPOPMIN z0 0
        (blocked 3)
        p: RPUSH l0 1 2    => :2
        p: ZADD z0 1 m     => :1
        a< => ["l0", "1"]
        b< => "2"
        c< => ["z0", "m", "1"]
        p: LRANGE l2 0 -1  => ["2"]
    "#,
    );
    let (waits, served) = (&stage.waits, &stage.served);
    assert!(served.load(Ordering::Relaxed) > 0);
    say(&format!("blocking: {waits:?} waits, {served:?} of them not in vain, in {seconds} s"));
}

/// Waits for this and that, leaves now and then, and comes back.
fn wait_again_and_again(server: &Server, stage: &Stage, n: usize) {
    let mut random = Random::seeded(n as u64);
    while !stage.is_over.load(Ordering::Relaxed) {
        let mut client = server.client();
        client.set_timeout(PATIENCE);
        let ended = wait_until_killed(&mut client, stage, n, &mut random);
        stage.ids[n].store(0, Ordering::Relaxed);
        if let Err(error) = ended {
            let is_late = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            assert!(!is_late, "waiter {n} got no answer");
        }
    }
}

fn wait_until_killed(
    client: &mut Client,
    stage: &Stage,
    n: usize,
    random: &mut Random,
) -> io::Result<()> {
    client.try_cmd(&["SELECT", random.pick(&["0", "0", "1"])])?;
    let id = client.try_cmd(&["CLIENT", "ID"])?.int();
    stage.ids[n].store(id, Ordering::Relaxed);
    while !stage.is_over.load(Ordering::Relaxed) {
        client.try_send(&encode(&a_wait(random)))?;
        if random.one_in(25) {
            thread::sleep(Duration::from_micros(random.below(3000) as u64));
            return Ok(());
        }
        let reply = client.try_recv()?;
        stage.waits.fetch_add(1, Ordering::Relaxed);
        let is_served = !reply.is_nil() && !reply.is_error();
        stage.served.fetch_add(u64::from(is_served), Ordering::Relaxed);
    }
    Ok(())
}

/// A blocking command, mostly with a short timeout.
fn a_wait(random: &mut Random) -> Vec<String> {
    let millis = if random.one_in(10) { 0 } else { 1 + random.below(40) };
    let seconds = format!("{}", millis as f64 / 1000.0);
    let (one, other) = (random.pick(&LISTS), random.pick(&LISTS));
    let line = match random.below(8) {
        0 => format!("BLPOP {one} {other} {seconds}"),
        1 => format!("BRPOP {other} l0 {one} {seconds}"),
        2 | 3 => format!("BLMOVE {one} {other} LEFT RIGHT {seconds}"),
        4 => format!("BLMPOP {seconds} 2 {one} {other} RIGHT COUNT 2"),
        5 => format!("BZPOPMIN z0 z1 {seconds}"),
        6 => format!("XREADGROUP GROUP g c{one} BLOCK {millis} CLAIM 5 STREAMS s0 s1 > >"),
        _ => format!("XREAD BLOCK {millis} STREAMS s1 s0 $ $"),
    };
    words(&line)
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

fn make_trouble(server: &Server, stage: &Stage, n: u64) {
    let mut random = Random::seeded(1000 + n);
    let mut client = server.client();
    while !stage.is_over.load(Ordering::Relaxed) {
        let key = random.pick(&ALL_KEYS);
        let is_together = random.one_in(4);
        if is_together {
            client.cmd(&["WATCH", key, random.pick(&LISTS)]);
        }
        let count = if is_together { 1 + random.below(6) } else { 1 };
        let mut commands: Vec<_> = (0..count).map(|_| some_trouble(stage, &mut random)).collect();
        if is_together {
            commands.insert(0, words("MULTI"));
            commands.push(words("EXEC"));
        }
        let replies: Vec<Reply> = client.pipeline(&commands);
        assert_eq!(replies.len(), commands.len());
    }
}

/// A command that changes keys, or ends somebody's wait.
fn some_trouble(stage: &Stage, random: &mut Random) -> Vec<String> {
    let (one, other) = (random.pick(&ALL_KEYS), random.pick(&ALL_KEYS));
    let list = random.pick(&LISTS);
    let id = stage.ids[random.below(WAITERS)].load(Ordering::Relaxed);
    let line = match random.below(60) {
        0..18 => format!("RPUSH {list} a b"),
        18..22 => format!("LPUSH {list} c"),
        22..26 => format!("ZADD {} 1 m 2 n", random.pick(&["z0", "z1"])),
        26..30 => format!("XADD {} * f v", random.pick(&["s0", "s1"])),
        30..34 => format!("XGROUP CREATE {} g $ MKSTREAM", random.pick(&["s0", "s1"])),
        34..38 => format!("DEL {one} {other}"),
        38..41 => format!("RENAME {one} {other}"),
        41..44 => format!("PEXPIRE {one} {}", 1 + random.below(5)),
        44..47 => format!("LMOVE {list} {other} LEFT LEFT"),
        47..50 => format!("SELECT {}", random.below(2)),
        50..53 => format!("CLIENT UNBLOCK {id} {}", random.pick(&["TIMEOUT", "ERROR"])),
        53..55 => format!("CLIENT KILL ID {id}"),
        55..57 => "SWAPDB 0 1".to_owned(),
        57 => format!("MOVE {one} 1"),
        58 => "FLUSHDB".to_owned(),
        _ => "FLUSHALL".to_owned(),
    };
    words(&line)
}

/// Who waits for one key may leave at the moment at which others change: that keeps nobody from
/// what was pushed onto another key by the same transaction.
#[test]
fn a_transaction_serves_all_though_some_leave_meanwhile() {
    const ROUNDS: usize = 400;
    let server = Server::start(&[]);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let _stop = StopOnDrop(&is_over);
        scope.spawn(|| {
            let mut client = server.client();
            while !is_over.load(Ordering::Relaxed) {
                client.cmd(&["BLPOP", "first", "0.001"]);
            }
        });
        let (mut client, mut pusher) = (server.client(), server.client());
        client.set_timeout(PATIENCE);
        let mut commands = vec![words("MULTI"), words("RPUSH first x"), words("DEL first")];
        commands.extend((0..1000).map(|n| words(&format!("SET k{n} v"))));
        commands.extend([words("RPUSH last y"), words("EXEC")]);
        let began = Instant::now();
        for _ in 0..ROUNDS {
            client.send(b"BLPOP last 0\r\n");
            pusher.pipeline(&commands);
            client.expect(r#"["last", "y"]"#).expect("what was pushed");
            if began.elapsed() > Duration::from_secs(5) {
                break;
            }
        }
    });
}

/// The thread of one that waits serves another, when it is time: what others are to be told of
/// that does not have to wait for the end of its own wait.
#[test]
fn what_a_waiting_thread_publishes_is_delivered_at_once() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let probe = ["XREADGROUP", "GROUP", "g", "c", "CLAIM", "1", "STREAMS", "s", ">"];
    if client.cmd(&probe).text().contains("syntax error") {
        return;
    }
    play(
        &server,
        r#"
        p: XGROUP CREATE s g $ MKSTREAM              => +OK
        p: XADD s 1-1 f v                            => "1-1"
        p: XREADGROUP GROUP g other STREAMS s >      => [["s", [["1-1", ["f", "v"]]]]]
        a> XREADGROUP GROUP g a BLOCK 0 CLAIM 100000 STREAMS s >
        (blocked 1)
        b> XREADGROUP GROUP g b BLOCK 0 CLAIM 1000 STREAMS s >
        (blocked 2)
        t3: CLIENT TRACKING ON BCAST                 => +OK
        p: XCLAIM s g other 0 1-1 IDLE 200000        => [["1-1", ["f", "v"]]]
        t3<                                          => >["invalidate", ["s"]]
        a<                                           => [["s", [["1-1", ["f", "v"], :*, :*]]]]
        p: XACK s g 1-1                              => :1
        t3<                                          => >["invalidate", ["s"]]
        t3<                                          => >["invalidate", ["s"]]
        p: SET z 1                                   => +OK
        t3<                                          => >["invalidate", ["z"]]
        (blocked 1)
    "#,
    );
}
