//! Starting and stopping: flags, the configuration file, the sentences of the log that operators'
//! scripts wait for, exit codes, signals, and the script at the top of the repository.

use std::net::{Ipv4Addr, TcpListener};

use crate::harness::{Kind, Server, free_port, kind_under_test, run_to_exit, wait_until};

#[test]
fn the_log_says_what_scripts_wait_for_in_order() {
    let server = Server::start(&[]);
    let log = server.log();
    // Redis shows its process id in a banner, and only on a terminal.
    let pid = match kind_under_test() {
        Kind::Skein => format!("PID: {}", server.pid()),
        _ => format!("pid={}", server.pid()),
    };
    let sentences = [pid.as_str(), "Server initialized", "Ready to accept connections"];
    let mut from = 0;
    for sentence in sentences {
        let at = log[from..].find(sentence);
        from += at.unwrap_or_else(|| panic!("no {sentence:?}, or not in order, in\n{log}"));
    }
    // pid:role day month year time.milliseconds level text
    let line = log.lines().find(|line| line.contains("Ready to accept")).expect("just seen");
    let parts: Vec<&str> = line.split(' ').collect();
    assert_eq!(parts[0], format!("{}:M", server.pid()), "{line}");
    assert!(parts[4].len() == 12 && parts[5] == "*", "{line}");
}

#[test]
fn loading_is_logged_between_initialized_and_ready() {
    let rdb = b"REDIS0003\xfe\x00\x00\x01k\x01v\xff";
    let server = Server::start_with_file("dump.rdb", rdb, &[]);
    server.client().check("GET k", "\"v\"");
    let log = server.log();
    let at =
        |sentence: &str| log.find(sentence).unwrap_or_else(|| panic!("no {sentence:?} in\n{log}"));
    assert!(at("Server initialized") < at("DB loaded from disk: "), "{log}");
    assert!(at("DB loaded from disk: ") < at("Ready to accept connections"), "{log}");
    let line = log.lines().find(|line| line.contains("DB loaded")).expect("just seen");
    assert!(line.trim_end().ends_with(" seconds"), "{line}");
}

#[test]
fn one_ready_line_for_each_listener() {
    if kind_under_test() == Kind::Redis {
        return; // 7.0 says it once.
    }
    let server = Server::start(&["--bind", "127.0.0.1", "127.0.0.2"]);
    wait_until("both lines", || {
        let ready = server.log().matches("Ready to accept connections tcp").count();
        ready == if kind_under_test() == Kind::Skein { 2 } else { 1 }
    });
    let second = std::net::TcpStream::connect((Ipv4Addr::new(127, 0, 0, 2), server.port()));
    assert!(second.is_ok(), "127.0.0.2 is not listened on");
}

#[test]
fn a_flag_given_twice_and_flags_in_one_argument() {
    let server = Server::start(&[
        "--timeout",
        "5",
        "--timeout",
        "7",
        "--maxmemory 1mb",
        "--save",
        "900",
        "1",
        "300",
        "10",
        "--appendonly",
        "no",
        "--hz 33",
    ]);
    server.client().talk(
        r#"
        CONFIG GET timeout                  => {"timeout": "7"}
        CONFIG GET maxmemory                => {"maxmemory": "1048576"}
        CONFIG GET save                     => {"save": "900 1 300 10"}
        CONFIG GET hz                       => {"hz": "33"}
    "#,
    );
}

#[test]
fn a_configuration_file_with_includes_quotes_and_comments() {
    let config = b"# comment\n\n  timeout 11  \nrequirepass \"pass \\x41 word\"\nMAXCLIENTS 200\n\
        save 900 1\nsave 300 10\n\tmaxmemory 2mb\nproto-max-bulk-len 1gb\nhz 30\n";
    let server =
        Server::start_with_file("my.conf", config, &["my.conf", "--save", "60", "5", "--hz", "40"]);
    server.client().talk(
        r#"
        AUTH "pass A word"                  => +OK
        CONFIG GET timeout                  => {"timeout": "11"}
        CONFIG GET maxclients               => {"maxclients": "200"}
        CONFIG GET maxmemory                => {"maxmemory": "2097152"}
        CONFIG GET proto-max-bulk-len       => {"proto-max-bulk-len": "1073741824"}
        CONFIG GET hz                       => {"hz": "40"}
        CONFIG GET save                     => {"save": "60 5"}
    "#,
    );
    let folder = std::env::temp_dir().join(format!("skein-include-{}", std::process::id()));
    std::fs::write(&folder, "timeout 99\n").expect("a temporary file");
    let config = format!("timeout 1\ninclude {}\nhz 25\n", folder.display());
    let server = Server::start_with_file("my.conf", config.as_bytes(), &["my.conf"]);
    server.client().check("CONFIG GET timeout hz", "{\"timeout\": \"99\", \"hz\": \"25\"}");
    let _ = std::fs::remove_file(folder);
}

#[test]
fn what_is_wrong_is_said_and_ends_with_1() {
    let refused = |args: &[&str], files: &[(&str, &[u8])], says: &[&str]| {
        let exit = run_to_exit(args, files);
        assert_eq!(exit.code, Some(1), "{args:?}:\n{}", exit.log);
        for words in says {
            assert!(exit.log.contains(words), "{args:?} does not say {words:?}:\n{}", exit.log);
        }
        assert!(!exit.log.contains("panicked"), "{args:?}:\n{}", exit.log);
    };
    refused(&["--nosuch", "1"], &[], &["nosuch"]);
    refused(&["--timeout", "x"], &[], &["timeout"]);
    refused(&["--timeout"], &[], &["timeout"]);
    refused(&["--maxmemory-policy", "nosuch"], &[], &["maxmemory-policy"]);
    refused(&["--port", "65536"], &[], &["port"]);
    refused(&["no-such-file.conf"], &[], &["no-such-file.conf"]);
    refused(&["bad.conf"], &[("bad.conf", b"timeout 1\nnosuch 1\n")], &["nosuch", "2"]);
    refused(&["bad.conf"], &[("bad.conf", b"requirepass \"open\n")], &["requirepass"]);
    refused(&["bad.conf"], &[("bad.conf", b"include no-such-file.conf\n")], &["no-such-file.conf"]);
    let port = free_port().to_string();
    refused(&["--port", &port, "--dir", "/no/such/folder"], &[], &["/no/such/folder"]);
    refused(&["--port", &port, "--bind", "127.0.0.1", "--dbfilename", "a/b"], &[], &["dbfilename"]);
}

#[test]
fn a_taken_port_is_one_line_and_exit_1() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let exit = run_to_exit(&["--port", &port, "--bind", "127.0.0.1"], &[]);
    assert_eq!(exit.code, Some(1), "{}", exit.log);
    let sentence = format!("Failed listening on port {port}");
    assert!(exit.log.contains(&sentence), "{}", exit.log);
}

#[test]
fn a_damaged_file_is_refused_with_offset_and_reason() {
    let port = free_port().to_string();
    let start =
        |rdb: &[u8]| run_to_exit(&["--port", &port, "--bind", "127.0.0.1"], &[("dump.rdb", rdb)]);
    let whole = b"REDIS0003\xfe\x00\x00\x01k\x01v\xff";
    for end in 1..whole.len() {
        let exit = start(&whole[..end]);
        assert_eq!(exit.code, Some(1), "{end} bytes were enough:\n{}", exit.log);
        assert!(
            !exit.log.contains("Ready to accept") && !exit.log.contains("panicked"),
            "{}",
            exit.log
        );
    }
    for damaged in [&b"RUBBISH00"[..], b"REDIS9999", b"REDIS0003\xfe\x00\x63\x01k\x01v\xff"] {
        let exit = start(damaged);
        assert_eq!(exit.code, Some(1), "{}:\n{}", damaged.escape_ascii(), exit.log);
    }
}

#[test]
fn sigterm_and_sigint_shut_down_in_order() {
    for (signal, name) in [("TERM", "SIGTERM"), ("INT", "SIGINT")] {
        let mut server = Server::start(&[]);
        let mut client = server.client();
        client.check("SET k v", "+OK");
        server.signal(signal);
        assert_eq!(server.wait_for_exit(), Some(0), "{}", server.log());
        let log = server.log();
        assert!(log.contains(&format!("Received {name} scheduling shutdown...")), "{log}");
        assert!(log.contains("ready to exit, bye bye..."), "{log}");
        assert!(client.try_cmd(&["PING"]).is_err());
        assert!(!server.folder().join("dump.rdb").exists(), "saved without a save point");
    }
}

#[test]
fn shutdown_command() {
    let mut server = Server::start(&[]);
    let mut client = server.client();
    client.talk(
        r#"
        SHUTDOWN WHAT                       => -ERR syntax error
        SHUTDOWN SAVE NOSAVE                => -ERR syntax error
        SHUTDOWN ABORT                      => -ERR No shutdown in progress.
        SHUTDOWN NOSAVE                     => (closed)
    "#,
    );
    assert_eq!(server.wait_for_exit(), Some(0));
    assert!(server.log().contains("User requested shutdown..."), "{}", server.log());
}

#[test]
fn protected_mode_bind_and_logfile() {
    let server = Server::start(&["--logfile", "my.log"]);
    server.client().talk(
        r#"
        CONFIG GET protected-mode           => {"protected-mode": "yes"}
        CONFIG GET bind                     => {"bind": "127.0.0.1"}
        CONFIG GET logfile                  => {"logfile": "my.log"}
    "#,
    );
    let log = std::fs::read_to_string(server.folder().join("my.log")).expect("the log file");
    assert!(log.contains("Ready to accept connections"), "{log}");
}

#[test]
fn version_is_told() {
    let exit = run_to_exit(&["--version"], &[]);
    assert_eq!(exit.code, Some(0));
    if kind_under_test() == Kind::Skein {
        assert!(
            exit.log.contains("skein") && exit.log.contains(env!("CARGO_PKG_VERSION")),
            "{}",
            exit.log
        );
        let help = run_to_exit(&["--help"], &[]);
        assert!(help.code == Some(0) && help.log.contains("--check-config"), "{}", help.log);
        let files: &[(&str, &[u8])] = &[("good.conf", b"timeout 1\n"), ("bad.conf", b"nosuch 1\n")];
        assert_eq!(run_to_exit(&["good.conf", "--check-config"], files).code, Some(0));
        assert_eq!(run_to_exit(&["bad.conf", "--check-config"], files).code, Some(1));
    }
}

#[test]
fn replies_that_are_due_are_sent_before_the_end() {
    if kind_under_test() != Kind::Skein {
        return; // Redis drops what its event loop has not written yet.
    }
    let mut server = Server::start(&[]);
    let mut client = server.client();
    client.send(&b"SET k v\r\n".repeat(1_000));
    client.send(b"SHUTDOWN NOSAVE\r\n");
    let replies = client.recv_to_end();
    assert!(replies == b"+OK\r\n".repeat(1_000), "only {} bytes of replies", replies.len());
    assert_eq!(server.wait_for_exit(), Some(0));
}
