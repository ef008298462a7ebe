//! CONFIG: reading, setting several atomically, rewriting the file, resetting statistics.

use std::fs;

use crate::harness::{Client, Server};

#[test]
fn get_takes_names_and_globs() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        CONFIG GET maxclients               => {"maxclients": "10000"}
        CONFIG GET MaxClients               => {"MaxClients": "10000"}
        CONFIG GET maxclients timeout       => {"maxclients": "10000", "timeout": "0"}
        CONFIG GET maxclients maxc*         => {"maxclients": "10000"}
        CONFIG GET nosuch                   => []
        CONFIG GET save                     => {"save": ""}
        CONFIG GET appendonly               => {"appendonly": "no"}
        CONFIG GET maxmemory-policy         => {"maxmemory-policy": "noeviction"}
        CONFIG GET list-max-listpack-size   => {"list-max-listpack-size": "-2"}
        CONFIG GET slave-read-only          => {"slave-read-only": "yes"}
        CONFIG GET hash-max-ziplist-entries => {"hash-max-ziplist-entries": *}
        CONFIG GET hz                       => {"hz": "10"}
        CONFIG GET notify-keyspace-events   => {"notify-keyspace-events": ""}
        CONFIG GET client-output-buffer-limit => {"client-output-buffer-limit": "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"}
        CONFIG GET *-max-listpack-entries   => {"hash-max-listpack-entries": *, "zset-max-listpack-entries": "128", ...}
        CONFIG GET                          => -ERR wrong number of arguments for 'config|get' command
        CONFIG                              => -ERR wrong number of arguments for 'config' command
        CONFIG WHAT                         => -ERR unknown subcommand 'WHAT'. Try CONFIG HELP.
        CONFIG HELP                         => *
    "#,
    );
    let all = client.cmd(&["CONFIG", "GET", "*"]);
    assert!(all.items().len() > 300, "only {} parameters", all.items().len() / 2);
    let port = client.cmd(&["CONFIG", "GET", "port"]).items()[1].text();
    assert_eq!(port, server.port().to_string());
    let dir = client.cmd(&["CONFIG", "GET", "dir"]).items()[1].text();
    let folder = fs::canonicalize(server.folder()).expect("the folder exists");
    assert_eq!(fs::canonicalize(dir).expect("dir exists"), folder);
}

#[test]
fn set_changes_what_can_change() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        CONFIG SET maxmemory 100mb          => +OK
        CONFIG GET maxmemory                => {"maxmemory": "104857600"}
        CONFIG SET maxmemory 1gb            => +OK
        CONFIG GET maxmemory                => {"maxmemory": "1073741824"}
        CONFIG SET maxmemory 1k             => +OK
        CONFIG GET maxmemory                => {"maxmemory": "1000"}
        CONFIG SET maxmemory 0              => +OK
        CONFIG SET timeout 100 hz 50        => +OK
        CONFIG GET timeout hz               => {"timeout": "100", "hz": "50"}
        CONFIG SET maxmemory-policy ALLKEYS-LRU => +OK
        CONFIG GET maxmemory-policy         => {"maxmemory-policy": "allkeys-lru"}
        CONFIG SET save "900 1 300 10"      => +OK
        CONFIG GET save                     => {"save": "900 1 300 10"}
        CONFIG SET save ""                  => +OK
        CONFIG GET save                     => {"save": ""}
        CONFIG SET hash-max-ziplist-entries 77 => +OK
        CONFIG GET hash-max-listpack-entries => {"hash-max-listpack-entries": "77"}
        CONFIG SET slave-read-only no       => +OK
        CONFIG GET replica-read-only        => {"replica-read-only": "no"}
        CONFIG SET lua-time-limit 1234      => +OK
        CONFIG GET busy-reply-threshold     => {"busy-reply-threshold": "1234"}
        CONFIG SET notify-keyspace-events KEA => +OK
        CONFIG GET notify-keyspace-events   => {"notify-keyspace-events": "AKE"}
        CONFIG SET client-output-buffer-limit "pubsub 1mb 2mb 30" => +OK
        CONFIG GET client-output-buffer-limit => {"client-output-buffer-limit": g"normal 0 0 0 * pubsub 1048576 2097152 30"}
    "#,
    );
}

#[test]
fn set_is_all_or_nothing_and_says_why() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        CONFIG SET timeout 100 maxmemory-policy nosuch => -ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy') - argument(s) must be one of the following: volatile-lru, *noeviction*
        CONFIG GET timeout                  => {"timeout": "0"}
        CONFIG SET timeout 100 nosuch 1     => -ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'
        CONFIG GET timeout                  => {"timeout": "0"}
        CONFIG SET timeout 1 timeout 2      => -ERR CONFIG SET failed (possibly related to argument 'timeout') - duplicate parameter
        CONFIG SET timeout                  => -ERR wrong number of arguments for 'config|set' command
        CONFIG SET timeout 1 hz             => -ERR syntax error
        CONFIG SET timeout x                => -ERR CONFIG SET failed (possibly related to argument 'timeout') - argument couldn't be parsed into an integer
        CONFIG SET timeout -1               => -ERR CONFIG SET failed (possibly related to argument 'timeout') - argument must be between 0 and 2147483647 inclusive
        CONFIG SET maxmemory lots           => -ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value
        CONFIG SET appendonly maybe         => -ERR CONFIG SET failed (possibly related to argument 'appendonly') - argument must be 'yes' or 'no'
        CONFIG SET databases 3              => -ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable config
        CONFIG SET dir /no/such/folder      => -ERR CONFIG SET failed (possibly related to argument 'dir') - can't set protected config
        CONFIG SET save "a b"               => -ERR CONFIG SET failed (possibly related to argument 'save') - Invalid save parameters
        PING                                => +PONG
    "#,
    );
    let server = Server::start(&["--enable-protected-configs", "yes"]);
    server.client().talk(
        r#"
        CONFIG SET dir /no/such/folder      => -ERR CONFIG SET failed (possibly related to argument 'dir') - No such file or directory
        CONFIG SET dbfilename a/b           => -ERR CONFIG SET failed (possibly related to argument 'dbfilename') - dbfilename can't be a path, just a filename
        CONFIG SET dir /tmp                 => +OK
        CONFIG GET dir                      => {"dir": "/tmp"}
    "#,
    );
}

#[test]
fn rewrite_keeps_the_file_and_adds_what_changed() {
    let config = b"# a comment that stays\ntimeout 7\n\nhz 20\nmaxmemory 1mb\n";
    let server = Server::start_with_file("redis.conf", config, &["redis.conf"]);
    let mut client = server.client();
    client.talk(
        r#"
        CONFIG GET timeout hz maxmemory     => {"timeout": "7", "hz": "20", "maxmemory": "1048576"}
        CONFIG SET timeout 9 maxclients 777 => +OK
        CONFIG REWRITE                      => +OK
    "#,
    );
    let text = fs::read_to_string(server.folder().join("redis.conf")).expect("the file is there");
    for line in ["# a comment that stays", "timeout 9", "hz 20", "maxmemory 1mb", "maxclients 777"]
    {
        assert!(text.lines().any(|l| l == line), "no line {line:?} in\n{text}");
    }
    assert!(text.starts_with("# a comment that stays\ntimeout 9\n"), "the order changed:\n{text}");

    // What was rewritten can be read again, and rewriting again changes nothing.
    let again = Server::start_with_file("redis.conf", text.as_bytes(), &["redis.conf"]);
    again
        .client()
        .check("CONFIG GET maxclients timeout", "{\"maxclients\": \"777\", \"timeout\": \"9\"}");

    Server::start(&[])
        .client()
        .check("CONFIG REWRITE", "-ERR The server is running without a config file");
}

#[test]
fn resetstat() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk("SET k v => +OK\n GET k => \"v\"\n GET missing => (nil)\n NOSUCH => -ERR *");
    assert_eq!(stat(&mut client, "keyspace_hits"), 1);
    assert_eq!(stat(&mut client, "keyspace_misses"), 1);
    assert_eq!(stat(&mut client, "total_error_replies"), 1);
    client.check("CONFIG RESETSTAT", "+OK");
    assert_eq!(stat(&mut client, "keyspace_hits"), 0);
    assert_eq!(stat(&mut client, "keyspace_misses"), 0);
    assert_eq!(stat(&mut client, "total_error_replies"), 0);
    assert!(stat(&mut client, "total_commands_processed") < 6);
}

#[test]
fn maxmemory_and_timeout_take_effect() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        SET k v                             => +OK
        CONFIG SET maxmemory 1              => +OK
        SET k2 v                            => -OOM command not allowed when used memory > 'maxmemory'.
        GET k                               => "v"
        DEL k                               => :1
        CONFIG SET maxmemory 0              => +OK
        SET k2 v                            => +OK
        CONFIG SET timeout 1                => +OK
        (wait 3500 ms)
        PING                                => (closed)
    "#,
    );
}

fn stat(client: &mut Client, field: &str) -> u64 {
    let info = client.cmd(&["INFO", "stats"]).text();
    let line = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {field} in\n{info}")).parse().expect("a number")
}
