//! SLOWLOG and COMMANDLOG: which calls are kept, and what of them.

use crate::harness::{Kind, Server, kind_under_test, play};

#[test]
fn nothing_is_slow_at_first() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SLOWLOG GET            => []
        SLOWLOG LEN            => :0
        SLOWLOG RESET          => +OK
        SLOWLOG GET -1         => []
        SLOWLOG GET 0          => []
        SLOWLOG GET -2         => -ERR count should be greater than or equal to -1
        SLOWLOG GET x          => -ERR count should be greater than or equal to -1
        SLOWLOG GET 99999999999999999999 => -ERR count should be greater than or equal to -1
        SLOWLOG GET 1 2        => -ERR unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP.
        SLOWLOG NOSUCH         => -ERR unknown subcommand 'NOSUCH'. Try SLOWLOG HELP.
        SLOWLOG                => -ERR wrong number of arguments for 'slowlog' command
        SLOWLOG LEN x          => -ERR wrong number of arguments for 'slowlog|len' command
        SLOWLOG HELP           => [g"SLOWLOG <subcommand> *", ...]
    "#,
    );
}

#[test]
fn a_slow_call_is_kept_with_its_client() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    let mut client = server.client();
    client.check("CLIENT SETNAME me", "+OK");
    client.check("SET k v", "+OK");
    client.check("DEBUG SLEEP 0.02", "+OK");
    let addr = client.local_addr();
    client.check("SLOWLOG LEN", ":1");
    client.check(
        "SLOWLOG GET",
        &format!(r#"[[:0, :1700000000..9999999999, :20000..2000000, ["DEBUG", "SLEEP", "0.02"], "{addr}", "me"]]"#),
    );
    client.check("SLOWLOG RESET", "+OK");
    client.check("SLOWLOG LEN", ":0");
}

#[test]
fn thresholds_lengths_and_numbers() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        CONFIG SET slowlog-log-slower-than 0    => +OK
        PING                                    => +PONG
        SLOWLOG GET 1                           => [[:1, :*, :*, ["PING"], g"*:*", ""]]
        CONFIG SET slowlog-max-len 2            => +OK
        PING                                    => +PONG
        ECHO x                                  => "x"
        SLOWLOG LEN                             => :2
        SLOWLOG GET -1                          => [[:6, :*, :*, ["SLOWLOG", "LEN"], *, *], [:5, ...]]
        SLOWLOG RESET                           => +OK
        # Not its own entry is forgotten, and numbers go on.
        SLOWLOG GET                             => [[:8, :*, :*, ["SLOWLOG", "RESET"], *, *]]
        CONFIG SET slowlog-log-slower-than -1   => +OK
        SLOWLOG RESET                           => +OK
        PING                                    => +PONG
        SLOWLOG LEN                             => :0
    "#,
    );
}

#[test]
fn arguments_are_cut_and_secrets_left_out() {
    let server = Server::start(&["--slowlog-log-slower-than", "0"]);
    let mut client = server.client();
    let long = "x".repeat(200);
    client.check(&format!("SET k {long}"), "+OK");
    let kept = format!("{}... (72 more bytes)", "x".repeat(128));
    client.check("SLOWLOG GET 1", &format!(r#"[[:*, :*, :*, ["SET", "k", "{kept}"], *, *]]"#));
    let numbers = |count: usize| (0..count).map(|i| i.to_string()).collect::<Vec<_>>();
    client.check(&format!("RPUSH l {}", numbers(30).join(" ")), ":30");
    let quoted = |count: usize| numbers(count).join(r#"", ""#);
    let expected = format!(r#"[[:*, :*, :*, ["RPUSH", "l", "{}"], *, *]]"#, quoted(30));
    client.check("SLOWLOG GET 1", &expected);
    client.check(&format!("RPUSH l {}", numbers(40).join(" ")), ":70");
    let expected = format!(
        r#"[[:*, :*, :*, ["RPUSH", "l", "{}", "... (11 more arguments)"], *, *]]"#,
        quoted(29)
    );
    client.check("SLOWLOG GET 1", &expected);
    client.talk(
        r#"
        CONFIG SET requirepass "" masterauth x maxmemory 0  => +OK
        SLOWLOG GET 1  => [[:*, :*, :*, ["CONFIG", "SET", "requirepass", "(redacted)", "masterauth", "(redacted)", "maxmemory", "0"], *, *]]
        AUTH u p       => -WRONGPASS *
        SLOWLOG GET 1  => [[:*, :*, :*, ["AUTH", "(redacted)", "(redacted)"], *, *]]
        HELLO 2 AUTH u p  => -WRONGPASS *
        SLOWLOG GET 1  => [[:*, :*, :*, ["HELLO", "2", "AUTH", "(redacted)", "(redacted)"], *, *]]
    "#,
    );
}

#[test]
fn transactions_are_kept_command_by_command_and_refused_calls_not() {
    let server = Server::start(&["--slowlog-log-slower-than", "0"]);
    server.client().talk(
        r#"
        MULTI          => +OK
        SET k v        => +QUEUED
        INCR k         => +QUEUED
        EXEC           => [+OK, -ERR *]
        NOSUCH         => -ERR *
        GET            => -ERR *
        SLOWLOG GET    => [[:*, :*, :*, ["INCR", "k"], *, *], [:*, :*, :*, ["SET", "k", "v"], *, *], [:*, :*, :*, ["MULTI"], *, *], ...]
    "#,
    );
}

#[test]
fn waiting_for_a_key_is_not_slow() {
    let server = Server::start(&["--slowlog-log-slower-than", "150000"]);
    play(
        &server,
        r#"
        a> BLPOP q 0
        (blocked 1)
        (wait 200 ms)
        b: RPUSH q x       => :1
        a<                 => ["q", "x"]
        b: SLOWLOG LEN     => :0
    "#,
    );
}

#[test]
fn large_requests_and_replies_are_kept() {
    if kind_under_test() == Kind::Redis {
        return; // 7.0 has no such command.
    }
    let server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        COMMANDLOG GET -1 slow            => []
        COMMANDLOG LEN large-request      => :0
        COMMANDLOG LEN LARGE-REPLY        => :0
        COMMANDLOG GET 1 nosuch           => -ERR type should be one of the following: slow, large-request, large-reply
        COMMANDLOG LEN nosuch             => -ERR type should be one of the following: slow, large-request, large-reply
        COMMANDLOG RESET nosuch           => -ERR type should be one of the following: slow, large-request, large-reply
        COMMANDLOG GET -2 slow            => -ERR count should be greater than or equal to -1
        COMMANDLOG GET x slow             => -ERR count should be greater than or equal to -1
        COMMANDLOG GET 1                  => -ERR wrong number of arguments for 'commandlog|get' command
        COMMANDLOG HELP                   => [g"COMMANDLOG <subcommand> *", ...]
        CONFIG GET commandlog-re*         => {"commandlog-request-larger-than": "1048576", "commandlog-reply-larger-than": "1048576"}
        CONFIG GET commandlog-*-max-len   => {"commandlog-slow-execution-max-len": "128", "commandlog-large-request-max-len": "128", "commandlog-large-reply-max-len": "128"}
        CONFIG SET commandlog-execution-slower-than 0 => +OK
        CONFIG GET slowlog-log-slower-than  => {"slowlog-log-slower-than": "0"}
        COMMANDLOG GET 1 slow             => [[:1, :*, :*, ["CONFIG", "GET", ...], *, *]]
        CONFIG SET commandlog-request-larger-than 1000 commandlog-reply-larger-than 500 => +OK
    "#,
    );
    let (less, more) = ("x".repeat(900), "x".repeat(972));
    client.check(&format!("SET k {less}"), "+OK");
    client.check("COMMANDLOG LEN large-request", ":0");
    // "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$972\r\n" and "\r\n" around it are 28 bytes.
    client.check(&format!("SET k {more}"), "+OK");
    client.check(
        "COMMANDLOG GET -1 large-request",
        r#"[[:0, :*, :1000, ["SET", "k", g"x*... (844 more bytes)"], *, *]]"#,
    );
    client.check(&format!("SET k {}", &more[1..]), "+OK");
    client.check("COMMANDLOG LEN large-request", ":1");
    client.check("GETRANGE k 0 490", "*");
    client.check("COMMANDLOG LEN large-reply", ":0");
    client.check("GETRANGE k 0 491", "*");
    client.check(
        "COMMANDLOG GET 5 large-reply",
        r#"[[:0, :*, :500, ["GETRANGE", "k", "0", "491"], *, *]]"#,
    );
    client.talk(
        r#"
        COMMANDLOG RESET large-reply      => +OK
        COMMANDLOG LEN large-reply        => :0
        COMMANDLOG LEN large-request      => :1
        CONFIG SET commandlog-request-larger-than -1 commandlog-reply-larger-than -1 => +OK
        GET k                             => *
        COMMANDLOG LEN large-reply        => :0
    "#,
    );
}
