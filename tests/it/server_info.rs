//! What the server tells about itself: INFO, COMMAND, DEBUG, MEMORY, TIME, LASTSAVE, ROLE, LOLWUT.

use std::collections::HashMap;

use crate::harness::{Client, Kind, Reply, Server, kind_under_test, wait_until};

#[test]
fn info_has_redis_sections_and_true_figures() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let everything = client.cmd(&["INFO", "everything"]).text();
    for section in [
        "Server",
        "Clients",
        "Memory",
        "Persistence",
        "Stats",
        "Replication",
        "CPU",
        "Modules",
        "Commandstats",
        "Errorstats",
        "Latencystats",
        "Cluster",
        "Keyspace",
    ] {
        let header = format!("# {section}\r\n");
        assert!(everything.contains(&header), "no section {section} in\n{everything}");
    }
    // The connection that found the server ready may just be leaving.
    wait_until("connected_clients to fall to one", || {
        info(&mut client, "clients")["connected_clients"] == "1"
    });
    let info = info(&mut client, "default");
    assert_eq!(info["process_id"], server.pid().to_string());
    assert_eq!(info["tcp_port"], server.port().to_string());
    assert_eq!(info["role"], "master");
    assert_eq!(info["loading"], "0");
    assert!(info["redis_version"].split('.').count() == 3);
    assert!(info["used_memory"].parse::<u64>().is_ok_and(|bytes| bytes > 100_000));
    assert!(info["run_id"].len() == 40);
    if kind_under_test() == Kind::Skein {
        assert_eq!(info["redis_version"], "7.4.1");
        assert_eq!(info["skein_version"], env!("CARGO_PKG_VERSION"));
    }
    if kind_under_test() == Kind::Valkey {
        return;
    }
    for field in FIELDS_THAT_TOOLS_READ {
        assert!(info.contains_key(*field), "INFO has no {field}");
    }
}

/// Of Redis 7.0, which the peer can confirm.
const FIELDS_THAT_TOOLS_READ: &[&str] = &[
    "redis_git_sha1",
    "redis_mode",
    "os",
    "arch_bits",
    "multiplexing_api",
    "gcc_version",
    "process_supervised",
    "server_time_usec",
    "uptime_in_seconds",
    "uptime_in_days",
    "hz",
    "configured_hz",
    "lru_clock",
    "executable",
    "config_file",
    "maxclients",
    "client_recent_max_input_buffer",
    "client_recent_max_output_buffer",
    "blocked_clients",
    "tracking_clients",
    "clients_in_timeout_table",
    "used_memory_human",
    "used_memory_rss",
    "used_memory_peak",
    "used_memory_peak_perc",
    "used_memory_overhead",
    "used_memory_startup",
    "used_memory_dataset",
    "used_memory_lua",
    "used_memory_scripts",
    "maxmemory",
    "maxmemory_human",
    "maxmemory_policy",
    "mem_fragmentation_ratio",
    "mem_clients_normal",
    "mem_allocator",
    "mem_replication_backlog",
    "active_defrag_running",
    "lazyfree_pending_objects",
    "lazyfreed_objects",
    "rdb_changes_since_last_save",
    "rdb_bgsave_in_progress",
    "rdb_last_save_time",
    "rdb_last_bgsave_status",
    "rdb_last_bgsave_time_sec",
    "rdb_last_load_keys_expired",
    "rdb_last_load_keys_loaded",
    "aof_enabled",
    "aof_rewrite_in_progress",
    "aof_last_bgrewrite_status",
    "aof_last_write_status",
    "total_connections_received",
    "total_commands_processed",
    "instantaneous_ops_per_sec",
    "total_net_input_bytes",
    "total_net_output_bytes",
    "rejected_connections",
    "sync_full",
    "sync_partial_ok",
    "sync_partial_err",
    "expired_keys",
    "expired_stale_perc",
    "evicted_keys",
    "evicted_clients",
    "keyspace_hits",
    "keyspace_misses",
    "pubsub_channels",
    "pubsub_patterns",
    "latest_fork_usec",
    "total_forks",
    "migrate_cached_sockets",
    "slave_expires_tracked_keys",
    "active_defrag_hits",
    "tracking_total_keys",
    "unexpected_error_replies",
    "total_error_replies",
    "total_reads_processed",
    "total_writes_processed",
    "connected_slaves",
    "master_failover_state",
    "master_replid",
    "master_replid2",
    "master_repl_offset",
    "second_repl_offset",
    "repl_backlog_active",
    "repl_backlog_size",
    "repl_backlog_histlen",
    "used_cpu_sys",
    "used_cpu_user",
    "used_cpu_sys_children",
    "used_cpu_user_children",
    "cluster_enabled",
];

#[test]
fn info_counts_what_happened() {
    let server = Server::start(&[]);
    let mut client = server.client();
    // On a busy machine the first who asked may have been told that the server is loading.
    client.check("CONFIG RESETSTAT", "+OK");
    client.talk(
        r##"
        SET a 1                             => +OK
        SET b 2 EX 1000                     => +OK
        GET a                               => "1"
        GET missing                         => (nil)
        INCR a                              => :2
        SELECT 3                            => +OK
        SET c 3                             => +OK
        INCR c x                            => -ERR *
        SELECT 0                            => +OK
        (list b)
        APPEND b x                          => -WRONGTYPE *
        INFO keyspace                       => g"# Keyspace\r\ndb0:keys=2,expires=0,avg_ttl=0*\r\ndb3:keys=1,expires=0,avg_ttl=0*\r\n"
        INFO errorstats                     => g"*errorstat_ERR:count=1\r\nerrorstat_WRONGTYPE:count=1\r\n"
        INFO commandstats                   => g"*cmdstat_set:calls=3,usec=*,usec_per_call=*,rejected_calls=0,failed_calls=0\r\n*"
        INFO commandstats                   => g"*cmdstat_append:calls=1,usec=*,usec_per_call=*,rejected_calls=0,failed_calls=1\r\n*"
        INFO commandstats                   => g"*cmdstat_incr:calls=1,usec=*,usec_per_call=*,rejected_calls=1,failed_calls=0\r\n*"
        INFO latencystats                   => g"*latency_percentiles_usec_set:p50=*,p99=*,p99.9=*\r\n*"
        INFO nosuch                         => ""
    "##,
    );
    let stats = info(&mut client, "stats");
    assert_eq!(stats["keyspace_hits"], "1");
    assert_eq!(stats["keyspace_misses"], "1");
    assert_eq!(stats["total_error_replies"], "2");
    let several = client.cmd(&["INFO", "server", "clients"]).text();
    assert!(several.starts_with("# Server\r\n") && several.contains("# Clients\r\n"));
    assert!(!several.contains("# Memory"));
    // RESP3 gives INFO as verbatim text.
    assert!(
        matches!(server.client3().cmd(&["INFO"]), Reply::Verbatim(format, _) if format == b"txt")
    );
}

#[test]
fn command_tells_about_commands() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let count = client.cmd(&["COMMAND", "COUNT"]).int();
    assert_eq!(client.cmd(&["COMMAND"]).items().len() as i64, count);
    // The list has the subcommands too.
    assert!(client.cmd(&["COMMAND", "LIST"]).items().len() as i64 >= count);
    client.talk(
        r#"
        COMMAND INFO get                    => [["get", :2, [+readonly, +fast], :1, :1, :1, [+@read, +@string, +@fast], [], [*], []]]
        COMMAND INFO mset nosuch            => [["mset", :-3, ~[+write, +denyoom], :1, :-1, :2, ...], (nil)]
        COMMAND INFO config|get             => [["config|get", :-3, ...]]
        COMMAND LIST FILTERBY PATTERN get*  => ~["get", "getex", "getdel", "getset", "getrange", ...]
        COMMAND LIST FILTERBY ACLCAT string => ~["get", "set", "append", ...]
        COMMAND LIST FILTERBY ACLCAT nosuch => []
        COMMAND LIST FILTERBY MODULE nosuch => []
        COMMAND LIST FILTERBY WHAT x        => -ERR syntax error
        COMMAND DOCS get                    => {"get": {"summary": *, "since": "1.0.0", "group": "string", "complexity": "O(1)", "arguments": *}}
        COMMAND DOCS nosuch                 => []
        COMMAND GETKEYS GET k               => ["k"]
        COMMAND GETKEYS MSET a 1 b 2        => ["a", "b"]
        COMMAND GETKEYS COPY a b            => ["a", "b"]
        skein valkey | COMMAND GETKEYS PING => -ERR The command has no key arguments
        COMMAND GETKEYS NOSUCH k            => -ERR Invalid command specified
        skein valkey | COMMAND GETKEYS GET  => -ERR Invalid number of arguments specified for command
        COMMAND GETKEYSANDFLAGS GET k       => [["k", ~[+RO, +access]]]
        COMMAND GETKEYSANDFLAGS SET k v     => [["k", ~[+OW, +update]]]
        COMMAND GETKEYSANDFLAGS SET k v GET => [["k", ~[+RW, +access, +update]]]
        COMMAND GETKEYSANDFLAGS DEL a b     => [["a", ~[+RM, +delete]], ["b", ~[+RM, +delete]]]
        skein valkey | COMMAND GETKEYS MSETEX 2 a 1 b 2 => ["a", "b"]
        COMMAND WHAT                        => -ERR unknown subcommand 'WHAT'. Try COMMAND HELP.
        COMMAND COUNT x                     => -ERR wrong number of arguments for 'command|count' command
        COMMAND HELP                        => *
    "#,
    );
}

#[test]
fn every_command_is_documented() {
    let server = Server::start(&[]);
    let mut client = server.client3();
    let Reply::Map(docs) = client.cmd(&["COMMAND", "DOCS"]) else {
        panic!("COMMAND DOCS is a map")
    };
    assert_eq!(docs.len() as i64, client.cmd(&["COMMAND", "COUNT"]).int());
    for (name, doc) in docs {
        let Reply::Map(fields) = doc else { panic!("{name}'s documentation is a map") };
        for want in ["summary", "since", "group"] {
            let field = fields.iter().find(|(key, _)| key.text() == want);
            let field = field.unwrap_or_else(|| panic!("{name} has no {want}"));
            assert!(!field.1.text().is_empty(), "{name} has an empty {want}");
        }
    }
}

#[test]
fn debug_is_closed_by_default() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        DEBUG SLEEP 0                       => -ERR DEBUG command not allowed. If the enable-debug-command option is set to "local"*
        CONFIG SET enable-debug-command yes => -ERR CONFIG SET failed (possibly related to argument 'enable-debug-command') - can't set *
        CONFIG GET enable-debug-command     => {"enable-debug-command": "no"}
    "#,
    );
    let server = Server::start(&["--enable-debug-command", "local"]);
    server.client().check("DEBUG SLEEP 0", "+OK");
}

#[test]
fn debug_subcommands() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    server.client().talk(
        r#"
        DEBUG SLEEP 0.01                    => +OK
        skein | DEBUG STRINGMATCH-LEN 1000 a* => *
        DEBUG ERROR "MYERR a text"          => -MYERR a text
        DEBUG LOG "a line for the log"      => +OK
        DEBUG SET-ACTIVE-EXPIRE 0           => +OK
        DEBUG SET-ACTIVE-EXPIRE 1           => +OK
        DEBUG PAUSE-CRON 0                  => +OK
        DEBUG QUICKLIST-PACKED-THRESHOLD 100b => +OK
        DEBUG QUICKLIST-PACKED-THRESHOLD 1g => +OK
        DEBUG CHANGE-REPL-ID                => +OK
        DEBUG SET-DISABLE-DENY-SCRIPTS 0    => +OK
        DEBUG POPULATE 100                  => +OK
        DBSIZE                              => :100
        GET key:42                          => "value:42"
        DEBUG POPULATE 10 other 20          => +OK
        STRLEN other:3                      => :20
        GET other:3                         => "value:3\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
        SET k v                             => +OK
        DEBUG OBJECT k                      => g"Value at:* refcount:1 encoding:embstr serializedlength:2 lru:* lru_seconds_idle:0*"
        DEBUG OBJECT missing                => -ERR no such key
        DEBUG WHAT                          => -ERR unknown subcommand *WHAT*
        DEBUG HELP                          => *
    "#,
    );
    assert!(server.log().contains("a line for the log"));
}

#[test]
fn debug_digest_is_redis_digest() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    server.client().talk(
        r#"
        DEBUG DIGEST                        => g"0000000000000000000000000000000000000000"
        SET k v                             => +OK
        DEBUG DIGEST                        => g"264ccf65edec66bccfa7cc659414ccca432057d2"
        DEBUG DIGEST-VALUE k missing        => [g"d79ee9fe5d5ad902d7f6620efc3b07b75ddd742f", g"0000000000000000000000000000000000000000"]
        SELECT 5                            => +OK
        SET n 12345                         => +OK
        DEBUG DIGEST                        => g"9a3686e2145a2989b4eb5452151a0c07df0efcf9"
    "#,
    );
}

#[test]
fn memory() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k v                             => +OK
        MEMORY USAGE k                      => :1..200
        MEMORY USAGE missing                => (nil)
        MEMORY USAGE k SAMPLES 0            => :1..200
        MEMORY USAGE k SAMPLES -1           => -ERR syntax error
        MEMORY USAGE k WHAT                 => -ERR syntax error
        MEMORY STATS                        => {"peak.allocated": :*, "total.allocated": :*, "startup.allocated": :*, "replication.backlog": :*, "clients.slaves": :*, "clients.normal": :*, "aof.buffer": :*, "lua.caches": :*, "db.0": *, "overhead.total": :*, "keys.count": :1, "keys.bytes-per-key": :*, "dataset.bytes": :*, "dataset.percentage": *, "peak.percentage": *, "allocator.allocated": :*, "fragmentation": *, ...}
        MEMORY DOCTOR                       => *
        MEMORY PURGE                        => +OK
        MEMORY MALLOC-STATS                 => *
        MEMORY WHAT                         => -ERR unknown subcommand 'WHAT'. Try MEMORY HELP.
        MEMORY HELP                         => *
    "#,
    );
    let mut client = server.client();
    let big = vec![b'x'; 1_000_000];
    client.cmd(&[b"SET".as_slice(), b"big", &big]);
    client.check("MEMORY USAGE big", ":1000000..1100000");
}

#[test]
fn time_lastsave_role_and_lolwut() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let time = client.cmd(&["TIME"]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.expect("the clock is past 1970").as_secs();
    let told: u64 = time.items()[0].text().parse().expect("seconds");
    assert!(now.abs_diff(told) <= 1, "TIME says {told}, the machine {now}");
    assert!(time.items()[1].text().parse::<u32>().is_ok_and(|usec| usec < 1_000_000));
    assert!(client.cmd(&["LASTSAVE"]).int().abs_diff(now as i64) < 60);
    client.talk(
        r#"
        ROLE                                => ["master", :0, []]
        skein redis | LOLWUT                => g"*Redis ver. *"
        LOLWUT VERSION 5 1 2 3              => *
        TIME now                            => -ERR wrong number of arguments for 'time' command
        ROLE x                              => -ERR wrong number of arguments for 'role' command
    "#,
    );
}

/// The fields of a section of INFO.
fn info(client: &mut Client, section: &str) -> HashMap<String, String> {
    let text = client.cmd(&["INFO", section]).text();
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    fields.map(|(key, value)| (key.to_owned(), value.trim().to_owned())).collect()
}
