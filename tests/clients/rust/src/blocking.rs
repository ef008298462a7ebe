//! The blocking face: typed commands, pipelines, transactions, iteration, streams, pub/sub; one
//! connection for each thread.

use std::collections::{BTreeMap, HashSet};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use redis::streams::{
    StreamAutoClaimOptions, StreamAutoClaimReply, StreamReadOptions, StreamReadReply,
};
use redis::{Client, Commands, Connection, ErrorKind, RedisResult, ServerErrorKind};

use crate::SOON;

pub fn run(client: &Client) -> Result<()> {
    begin_and(client, "typed commands", typed_commands)?;
    begin_and(client, "a long pipeline", a_long_pipeline)?;
    begin_and(client, "transactions", |connection| transactions(client, connection))?;
    begin_and(client, "iteration", iteration)?;
    begin_and(client, "waiting", |connection| waiting(client, connection))?;
    begin_and(client, "streams", |connection| streams(client, connection))?;
    begin_and(client, "messages", |connection| messages(client, connection))
}

fn begin_and(
    client: &Client,
    subject: &str,
    test: impl FnOnce(&mut Connection) -> Result<()>,
) -> Result<()> {
    crate::begin(subject, client)?;
    test(&mut client.get_connection()?)
}

fn typed_commands(connection: &mut Connection) -> Result<()> {
    let () = connection.set("n", 41)?;
    ensure!(connection.incr::<_, _, i64>("n", 1)? == 42);
    ensure!(connection.get::<_, Option<String>>("missing")?.is_none());
    let bytes = b"\x00\xff\r\n".to_vec();
    let () = connection.set("bytes", &bytes)?;
    ensure!(connection.get::<_, Vec<u8>>("bytes")? == bytes);
    let () = connection.hset_multiple("h", &[("a", 1), ("b", 2)])?;
    let fields: BTreeMap<String, i64> = connection.hgetall("h")?;
    ensure!(fields == BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    let () = connection.zadd_multiple("z", &[(1.5, "x"), (f64::INFINITY, "y")])?;
    let scored: Vec<(String, f64)> = connection.zrange_withscores("z", 0, -1)?;
    ensure!(scored == [("x".to_owned(), 1.5), ("y".to_owned(), f64::INFINITY)]);
    let wrong: RedisResult<i64> = connection.incr("h", 1);
    let kind = wrong.map_err(|error| error.code().map(str::to_owned));
    ensure!(kind == Err(Some("WRONGTYPE".to_owned())), "{kind:?}");
    Ok(())
}

fn a_long_pipeline(connection: &mut Connection) -> Result<()> {
    let mut pipeline = redis::pipe();
    for i in 0..10_000 {
        pipeline.set(format!("k{i}"), i).ignore().get(format!("k{i}"));
    }
    let values: Vec<u64> = pipeline.query(connection)?;
    ensure!(values.iter().copied().eq(0..10_000));
    Ok(())
}

/// Eight threads add to one counter that each reads first: WATCH lets no addition be lost.
fn transactions(client: &Client, connection: &mut Connection) -> Result<()> {
    let add_ten = || -> Result<()> {
        let mut own = client.get_connection()?;
        for _ in 0..10 {
            let (_,): (i64,) = redis::transaction(&mut own, &["counter"], |own, pipeline| {
                let value: Option<i64> = own.get("counter")?;
                pipeline.set("counter", value.unwrap_or(0) + 1).ignore().get("counter").query(own)
            })?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..8).map(|_| scope.spawn(add_ten)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("no panic"))
    })?;
    ensure!(connection.get::<_, i64>("counter")? == 80);

    let refused: RedisResult<()> =
        redis::pipe().atomic().cmd("SET").arg("a").set("b", 1).query(connection);
    let kind = refused.map_err(|error| error.kind());
    ensure!(matches!(kind, Err(ErrorKind::Server(ServerErrorKind::ExecAbort))), "{kind:?}");
    Ok(())
}

fn iteration(connection: &mut Connection) -> Result<()> {
    let keys: Vec<(String, i64)> = (0..1000).map(|i| (format!("scan:{i}"), i)).collect();
    let () = connection.mset(&keys)?;
    let seen: HashSet<String> = connection.scan_match("scan:*")?.collect::<RedisResult<_>>()?;
    ensure!(seen.len() == 1000);
    let () = connection.hset_multiple("h", &keys)?;
    let fields: BTreeMap<String, i64> = connection.hscan("h")?.collect::<RedisResult<_>>()?;
    ensure!(fields == keys.into_iter().collect());
    Ok(())
}

fn waiting(client: &Client, connection: &mut Connection) -> Result<()> {
    let pop =
        || -> RedisResult<(String, i64)> { client.get_connection()?.blpop(&["a", "b"], 10.0) };
    let popped = thread::scope(|scope| {
        let waiter = scope.spawn(pop);
        wait_for_blocked(connection)?;
        let () = connection.rpush("b", 7)?;
        anyhow::Ok(waiter.join().expect("no panic")?)
    })?;
    ensure!(popped == ("b".to_owned(), 7));
    let in_vain: Option<(String, i64)> = connection.blpop("a", 0.05)?;
    ensure!(in_vain.is_none());
    Ok(())
}

fn streams(client: &Client, connection: &mut Connection) -> Result<()> {
    let () = connection.xgroup_create_mkstream("events", "readers", "$")?;
    let options = StreamReadOptions::default().group("readers", "crashed").count(100).block(10_000);
    let read = || -> RedisResult<StreamReadReply> {
        client.get_connection()?.xread_options(&["events"], &[">"], &options)
    };
    let first = thread::scope(|scope| {
        let reader = scope.spawn(read);
        wait_for_blocked(connection)?;
        let _: String = connection.xadd("events", "1-1", &[("n", 0)])?;
        anyhow::Ok(reader.join().expect("no panic")?)
    })?;
    ensure!(first.keys[0].ids[0].id == "1-1" && first.keys[0].ids[0].get::<i64>("n") == Some(0));

    for n in 1..50 {
        let _: String = connection.xadd("events", "*", &[("n", n)])?;
    }
    ensure!(read()?.keys[0].ids.len() == 49);
    let options = StreamAutoClaimOptions::default().count(100);
    let claimed: StreamAutoClaimReply =
        connection.xautoclaim_options("events", "readers", "steady", 0, "0-0", options)?;
    let numbers: Vec<i64> = claimed.claimed.iter().filter_map(|entry| entry.get("n")).collect();
    ensure!(numbers.iter().copied().eq(0..50), "{numbers:?}");
    let ids: Vec<&String> = claimed.claimed.iter().map(|entry| &entry.id).collect();
    ensure!(connection.xack::<_, _, _, usize>("events", "readers", &ids)? == 50);
    Ok(())
}

fn messages(client: &Client, connection: &mut Connection) -> Result<()> {
    let mut subscriber = client.get_connection()?;
    subscriber.set_read_timeout(Some(SOON))?;
    let mut subscriber = subscriber.as_pubsub();
    subscriber.subscribe(&["one", "two"])?;
    subscriber.psubscribe("o*")?;
    // The crate waits for the first confirmation at most, not for all of them.
    wait_until(|| Ok(redis::cmd("PUBSUB").arg("NUMPAT").query::<i64>(connection)? == 1))?;
    for n in 0..200 {
        ensure!(connection.publish::<_, _, i64>("one", n)? == 2);
    }
    for n in 0..200 {
        // To the channel first, then to the pattern.
        for pattern in [None, Some("o*".to_owned())] {
            let message = subscriber.get_message()?;
            ensure!(message.get_payload::<i64>()? == n && message.get_channel_name() == "one");
            ensure!(message.get_pattern::<Option<String>>()? == pattern);
        }
    }
    Ok(())
}

fn wait_for_blocked(connection: &mut Connection) -> Result<()> {
    wait_until(|| {
        let told: String = redis::cmd("INFO").arg("clients").query(connection)?;
        Ok(told.contains("blocked_clients:1"))
    })
}

fn wait_until(mut done: impl FnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + SOON;
    while !done()? {
        ensure!(Instant::now() < deadline, "waited {SOON:?}");
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
