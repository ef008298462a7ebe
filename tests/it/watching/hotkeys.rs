//! HOTKEYS, as Redis 8.6 documents it.

use crate::harness::{Client, Kind, Server, kind_under_test};

/// A server that has the command; Redis 7.0 and Valkey 9.1 do not.
fn server() -> Option<Server> {
    (kind_under_test() == Kind::Skein).then(|| Server::start(&[]))
}

#[test]
fn what_start_takes() {
    let Some(server) = server() else { return };
    server.client().talk(
        r#"
        HOTKEYS GET                                => (nil)
        HOTKEYS STOP                               => (nil)
        HOTKEYS RESET                              => +OK
        HOTKEYS START                              => -ERR METRICS parameter is required
        HOTKEYS START COUNT 1                      => -ERR METRICS parameter is required
        HOTKEYS START METRICS                      => -ERR METRICS parameter is required
        HOTKEYS START METRICS 0                    => -ERR METRICS count must be > 0 and <= 2
        HOTKEYS START METRICS -1 CPU               => -ERR METRICS count must be > 0 and <= 2
        HOTKEYS START METRICS 3 CPU NET            => -ERR METRICS count must be > 0 and <= 2
        HOTKEYS START METRICS x CPU                => -ERR METRICS count must be > 0 and <= 2
        HOTKEYS START METRICS 2 CPU                => -ERR METRICS count does not match number of metric types provided
        HOTKEYS START METRICS 1 CPU NET            => -ERR syntax error
        HOTKEYS START METRICS 1 GPU                => -ERR METRICS no valid metrics passed. Supported: CPU|NET
        HOTKEYS START METRICS 2 CPU CPU            => -ERR METRICS CPU defined more than once!
        HOTKEYS START METRICS 2 net NET            => -ERR METRICS NET defined more than once!
        HOTKEYS START METRICS 1 CPU COUNT 0        => -ERR COUNT must be between 1 and 64
        HOTKEYS START METRICS 1 CPU COUNT 65       => -ERR COUNT must be between 1 and 64
        HOTKEYS START METRICS 1 CPU COUNT          => -ERR syntax error
        HOTKEYS START METRICS 1 CPU DURATION 0     => -ERR DURATION must be between 1 and 1000000
        HOTKEYS START METRICS 1 CPU DURATION 1000001 => -ERR DURATION must be between 1 and 1000000
        HOTKEYS START METRICS 1 CPU SAMPLE 0       => -ERR SAMPLE ratio must be positive
        HOTKEYS START METRICS 1 CPU SLOTS 2 0 5    => -ERR SLOTS parameter cannot be used in non-cluster mode
        HOTKEYS START METRICS 1 CPU NOSUCH 1       => -ERR syntax error
        HOTKEYS GET                                => (nil)
        HOTKEYS START METRICS 2 GPU CPU            => +OK
        HOTKEYS START METRICS 1 NET                => -ERR hotkey tracking session already in progress
        HOTKEYS RESET                              => -ERR hotkey tracking session in progress, stop tracking first
        HOTKEYS STOP                               => +OK
        HOTKEYS STOP                               => (nil)
        HOTKEYS START METRICS 1 NET SAMPLE 5 COUNT 64 DURATION 1000000 => +OK
        HOTKEYS GET                                => [{"tracking-active": :1, "sample-ratio": :5, "total-net-bytes": :0, "by-net-bytes": [], ...}]
        HOTKEYS STOP                               => +OK
        HOTKEYS RESET                              => +OK
        HOTKEYS GET                                => (nil)
        HOTKEYS NOSUCH                             => -ERR unknown subcommand 'NOSUCH'. Try HOTKEYS HELP.
        HOTKEYS GET x                              => -ERR wrong number of arguments for 'hotkeys|get' command
        HOTKEYS HELP                               => [g"HOTKEYS <subcommand> *", ...]
    "#,
    );
}

#[test]
fn bytes_are_told_by_key() {
    let Some(server) = server() else { return };
    server.client().talk(
        r#"
        HOTKEYS START METRICS 1 NET        => +OK
        # 27 bytes of request and 5 of reply.
        SET a v                            => +OK
        SET a v                            => +OK
        SET b v                            => +OK
        PING                               => +PONG
        MULTI                              => +OK
        SET c v                            => +QUEUED
        SET c v                            => +QUEUED
        SET c v                            => +QUEUED
        EXEC                               => [+OK, +OK, +OK]
        # 28 and 16 bytes for two keys.
        MGET a d                           => ["v", (nil)]
        HOTKEYS STOP                       => +OK
        SET d v                            => +OK
        HOTKEYS GET                        => [{"tracking-active": :0, "sample-ratio": :1, "selected-slots": [[:0, :16383]], "all-commands-all-slots-us": :*, "net-bytes-all-commands-all-slots": :236, "collection-start-time-unix-ms": :1700000000000..9999999999999, "collection-duration-ms": :0..10000, "total-net-bytes": :236, "by-net-bytes": ["c", :96, "a", :86, "b", :32, "d", :22]}]
    "#,
    );
}

#[test]
fn time_is_told_by_key() {
    let Some(server) = server() else { return };
    let mut client = server.client3();
    let members: Vec<String> = (0..20_000).map(|number| number.to_string()).collect();
    for key in ["large", "small"] {
        let count = if key == "large" { members.len() } else { 10 };
        let args: Vec<&str> =
            ["SADD", key].into_iter().chain(members[..count].iter().map(String::as_str)).collect();
        client.cmd(&args);
    }
    client.check("HOTKEYS START METRICS 1 CPU COUNT 1", "+OK");
    for _ in 0..5 {
        client.cmd(&["SMEMBERS", "small"]);
        client.cmd(&["SMEMBERS", "large"]);
    }
    client.check("HOTKEYS STOP", "+OK");
    client.check(
        "HOTKEYS GET",
        r#"[{"total-cpu-time-user-ms": :*, "total-cpu-time-sys-ms": :*, "by-cpu-time-us": ["large", :1..9999999], ...}]"#,
    );
}

#[test]
fn a_session_ends_by_itself() {
    let Some(server) = server() else { return };
    let mut client = server.client();
    client.check("HOTKEYS START METRICS 1 CPU DURATION 1", "+OK");
    client.check("HOTKEYS GET", r#"[{"tracking-active": :1, ...}]"#);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    client
        .check("HOTKEYS GET", r#"[{"tracking-active": :0, "collection-duration-ms": :1000, ...}]"#);
    client.check("HOTKEYS STOP", "(nil)");
    client.check("HOTKEYS RESET", "+OK");
}

#[test]
fn a_sample_finds_the_hot_keys_among_many() {
    let Some(server) = server() else { return };
    let mut client = server.client();
    client.check("HOTKEYS START METRICS 1 NET SAMPLE 10 COUNT 5", "+OK");
    // Five keys get half of the calls, two thousand the rest.
    let call = |number: usize| match number % 2 {
        0 => vec!["GET".to_owned(), format!("hot:{}", number / 2 % 5)],
        _ => vec!["GET".to_owned(), format!("cold:{}", number % 4000)],
    };
    let calls: Vec<Vec<String>> = (0..20_000).map(call).collect();
    client.pipeline(&calls);
    client.check("HOTKEYS STOP", "+OK");
    let mut hot = hottest(&mut client);
    hot.sort();
    assert_eq!(hot, ["hot:0", "hot:1", "hot:2", "hot:3", "hot:4"]);
}

/// The keys of HOTKEYS GET's last list.
fn hottest(client: &mut Client) -> Vec<String> {
    let reply = client.cmd(&["HOTKEYS", "GET"]);
    let list = reply.items()[0].items().last().expect("a list of keys");
    list.items().chunks(2).map(|pair| pair[0].text()).collect()
}
