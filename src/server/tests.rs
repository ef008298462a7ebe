//! What a panic in a command does to its connection and to the server: commands that fall over
//! are served like any others.

use super::{connection, main};
use crate::commands;
use crate::engine::{Command, Ctx, Engine, Flags, KeySpec, Table, access};
use crate::protocol::{Args, Key, Reply, Result};
use crate::services::clients::Client;
use crate::services::config;
use crate::services::stream::Stream;
use crate::store::txn::Mode;
use crate::store::{Event, Expiry, NewStr, Txn};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::process;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const READ: Command = Command::new("falling-read", 1, falling_read).flags(Flags::READONLY);

fn falling_read(_: &mut Ctx<'_>, _: Args<'_>, reply: &mut Reply<'_>) -> Result {
    reply.bulk("half a reply");
    panic!("on purpose")
}

const WRITE: Command = Command::new("falling-write", 2, falling_write)
    .flags(Flags::WRITE)
    .keys(&[KeySpec::one(1, access::OW)]);

fn falling_write(ctx: &mut Ctx<'_>, mut args: Args<'_>, _: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    ctx.txn.set_string(key, NewStr::Int(1), Expiry::Keep, Event::string("set"));
    // Time for others to look, if they could.
    thread::sleep(Duration::from_millis(50));
    panic!("on purpose")
}

fn engine() -> Engine {
    let startup = config::from_args(Vec::<OsString>::new(), &mut io::empty()).expect("defaults");
    let families = [commands::families(), &[&[&READ, &WRITE]]].concat();
    main::build(startup, Table::new(&families))
}

/// Everything the server answers to `requests` until it ends the connection.
fn converse(engine: &Engine, requests: &str) -> String {
    let (mut ours, theirs) = UnixStream::pair().expect("a pair of sockets");
    let stream = Arc::new(Stream::Unix(theirs));
    let client = Arc::new(Client::new(engine.clients.next_id(), stream, "", 0));
    thread::scope(|scope| {
        scope.spawn(|| connection::serve(engine, client));
        ours.write_all(requests.as_bytes()).expect("a server that listens");
        let mut replies = String::new();
        ours.read_to_string(&mut replies).expect("text");
        replies
    })
}

#[test]
fn a_read_that_panics_costs_its_client_the_connection() {
    let engine = engine();
    let replies = converse(&engine, "SET k 1\r\nFALLING-READ\r\nINCR k\r\n");
    assert_eq!(replies, "+OK\r\n-ERR internal error in 'falling-read' command\r\n");
    assert_eq!(converse(&engine, "GET k\r\nQUIT\r\n"), "$1\r\n1\r\n+OK\r\n");
}

/// Set in the process that is to fall over.
const IN_CHILD: &str = "SKEIN_TEST_FALLING_WRITE";

#[test]
fn a_write_that_panics_stops_the_process_before_anybody_sees_what_it_did() {
    if std::env::var_os(IN_CHILD).is_some() {
        return fall_over();
    }
    let this = thread::current().name().expect("tests have names").to_owned();
    let child = process::Command::new(std::env::current_exe().expect("this program"))
        .args([&*this, "--exact", "--nocapture"])
        .env(IN_CHILD, "1")
        .output()
        .expect("the same program again");
    let log = String::from_utf8_lossy(&child.stdout);
    assert_eq!(child.status.signal(), Some(libc::SIGABRT), "{log}");
    assert!(log.contains("Panic in falling-write: on purpose. The process stops."), "{log}");
    assert!(!log.contains("seen"), "{log}");
}

fn fall_over() {
    let engine = engine();
    let key = Key { name: b"k", hash: engine.keyspace.hash(b"k"), db: 0 };
    let place = || std::iter::once((key.db, key.hash));
    thread::scope(|scope| {
        scope.spawn(|| {
            while Txn::lock(&engine.keyspace, Mode::Read, place(), 0).peek(key).is_none() {}
            println!("seen");
        });
        converse(&engine, "FALLING-WRITE k\r\n");
    });
}
