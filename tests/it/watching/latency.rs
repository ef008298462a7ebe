//! LATENCY: events that took long, and how long calls take; INFO's statistics of commands.

use crate::harness::{Kind, Server, kind_under_test};

#[test]
fn nothing_is_monitored_at_first() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    server.client().talk(
        r#"
        DEBUG SLEEP 0.01       => +OK
        LATENCY LATEST         => []
        LATENCY HISTORY command => []
        LATENCY GRAPH command  => -ERR No samples available for event 'command'
        LATENCY RESET command  => :0
        LATENCY RESET          => :0
        LATENCY DOCTOR         => g"*latency-monitor-threshold*"
        LATENCY NOSUCH         => -ERR unknown subcommand 'NOSUCH'. Try LATENCY HELP.
        LATENCY                => -ERR wrong number of arguments for 'latency' command
        LATENCY GRAPH          => -ERR wrong number of arguments for 'latency|graph' command
        LATENCY HELP           => [g"LATENCY <subcommand> *", ...]
    "#,
    );
}

#[test]
fn slow_commands_leave_samples() {
    let server =
        Server::start(&["--enable-debug-command", "yes", "--latency-monitor-threshold", "20"]);
    let mut client = server.client();
    client.talk(
        r#"
        SET k v                => +OK
        DEBUG SLEEP 0.01       => +OK
        LATENCY LATEST         => []
        DEBUG SLEEP 0.04       => +OK
        LATENCY LATEST         => [["command", :1700000000..9999999999, :40..1000, :40..1000, ...]]
        LATENCY HISTORY command => [[:1700000000..9999999999, :40..1000]]
        LATENCY GRAPH command  => g"command - high * ms, low * ms (all time high * ms)\n--------------------------------------------------------------------------------\n*"
        LATENCY DOCTOR         => g"*1. command: 1 latency spikes (average *ms, mean deviation 0ms, period *Worst all time event *ms.*"
        LATENCY HISTORY nosuch => []
        LATENCY RESET nosuch   => :0
        LATENCY RESET nosuch command command => :1
        LATENCY LATEST         => []
    "#,
    );
    let mut client = server.client3();
    client.talk(
        r#"
        DEBUG SLEEP 0.04       => +OK
        LATENCY LATEST         => [["command", :*, :*, :*, ...]]
        LATENCY RESET          => :1
        CONFIG SET latency-monitor-threshold 0 => +OK
        DEBUG SLEEP 0.03       => +OK
        LATENCY LATEST         => []
    "#,
    );
}

#[test]
fn a_histogram_counts_calls_by_doubling_times() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        LATENCY HISTOGRAM set nosuch  => {}
        SET k v                       => +OK
        SET k v                       => +OK
        GET k                         => "v"
        OBJECT ENCODING k             => *
        LATENCY HISTOGRAM set         => {"set": {"calls": :2, "histogram_usec": *}}
        LATENCY HISTOGRAM SET get nosuch => {"set": {"calls": :2, ...}, "get": {"calls": :1, ...}}
        LATENCY HISTOGRAM object      => {"object|encoding": {"calls": :1, ...}}
        LATENCY HISTOGRAM object|encoding => {"object|encoding": {"calls": :1, ...}}
        LATENCY HISTOGRAM             => {"set": *, "get": *, "object|encoding": *, "latency|histogram": *, ...}
        CONFIG RESETSTAT              => +OK
        LATENCY HISTOGRAM set         => {}
    "#,
    );
    let mut client = server.client3();
    client.cmd(&["SET", "k", "v"]);
    client.cmd(&["SET", "k", "v"]);
    let reply = client.cmd(&["LATENCY", "HISTOGRAM", "set"]).to_string();
    let (_, pairs) = reply.split_once("histogram_usec\": {").expect("a histogram");
    let pairs: Vec<(u64, u64)> = pairs
        .trim_end_matches('}')
        .split(", ")
        .map(|pair| {
            let (us, calls) = pair.split_once(": ").expect("a pair");
            let number = |text: &str| text.trim_start_matches(':').parse().expect("an integer");
            (number(us), number(calls))
        })
        .collect();
    assert!(pairs.is_sorted() && pairs.last().is_some_and(|(_, calls)| *calls == 2), "{pairs:?}");
    client.check("CONFIG SET latency-tracking no", "+OK");
}

#[test]
fn statistics_of_commands_and_errors() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r##"
        CONFIG RESETSTAT       => +OK
        SET k v                => +OK
        GET k extra            => -ERR *
        LPUSH k x              => -WRONGTYPE *
        NOSUCH                 => -ERR *
        MULTI                  => +OK
        SET k 1                => +QUEUED
        INCR k                 => +QUEUED
        LPUSH k x              => +QUEUED
        EXEC                   => [+OK, :2, -WRONGTYPE *]
        CLIENT ID              => :*
        INFO commandstats      => g"*cmdstat_set:calls=2,usec=*,usec_per_call=*,rejected_calls=0,failed_calls=0\r\n*"
        INFO commandstats      => g"*cmdstat_get:calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0\r\n*"
        INFO commandstats      => g"*cmdstat_lpush:calls=2,usec=*,usec_per_call=*,rejected_calls=0,failed_calls=2\r\n*"
        INFO commandstats      => g"*cmdstat_client|id:calls=1,usec=*"
        INFO commandstats      => g"*cmdstat_exec:calls=1,usec=*"
        INFO errorstats        => g"# Errorstats\r\nerrorstat_ERR:count=2\r\nerrorstat_WRONGTYPE:count=2\r\n"
        INFO latencystats      => g"*latency_percentiles_usec_incr:p50=*,p99=*,p99.9=*"
        INFO latencystats      => g"*latency_percentiles_usec_client|id:p50=*"
    "##,
    );
}

#[test]
fn many_made_up_error_codes_are_counted_together() {
    if kind_under_test() != Kind::Skein {
        return; // Redis 7.0 counts them all, and Valkey none that DEBUG ERROR makes up.
    }
    let server = Server::start(&["--enable-debug-command", "yes"]);
    let mut client = server.client();
    for number in 0..140 {
        client.check(&format!("DEBUG ERROR \"CODE{number:03} x\""), &format!("-CODE{number:03} x"));
    }
    let text = client.cmd(&["INFO", "errorstats"]).text();
    assert_eq!(text.lines().filter(|line| line.starts_with("errorstat_CODE")).count(), 128);
    assert!(text.contains("errorstat_ERRORSTATS_OVERFLOW:count=12\r\n"), "{text}");
}
