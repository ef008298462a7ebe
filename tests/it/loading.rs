//! Loading at the start and by DEBUG: which files are read and by what rules, what clients see
//! meanwhile, and what the log says. Files that crashes leave are the business of `durability`.

use std::fs;
use std::path::Path;

use crate::harness::{
    Client, Folder, Kind, Server, binary_under_test, encode, free_port, kind_under_test,
    run_to_exit, wait_until,
};

const AOF: &[&str] = &["--appendonly", "yes", "--enable-debug-command", "yes"];

/// Commands as a file has them, one to a line.
fn commands(lines: &str) -> Vec<u8> {
    let encoded = |line: &str| encode(&line.split(' ').collect::<Vec<_>>());
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(encoded).collect()
}

/// A folder with an append-only file: its parts by name, listed in the manifest in this order.
fn folder_with(parts: &[(&str, &[u8])]) -> Folder {
    let folder = Folder::new();
    let home = folder.path().join("appendonlydir");
    fs::create_dir(&home).expect("a folder in the temporary folder");
    let mut manifest = String::new();
    for (name, content) in parts {
        let mut words = name.split('.').skip(2);
        let (seq, kind) = (words.next().expect("a number"), words.next().expect("a type"));
        manifest.push_str(&format!("file {name} seq {seq} type {}\n", &kind[..1]));
        fs::write(home.join(name), content).expect("a file in the temporary folder");
    }
    fs::write(home.join("appendonly.aof.manifest"), manifest).expect("a manifest");
    folder
}

fn start_on(folder: &Folder, flags: &[&str]) -> Server {
    Server::start_on(&binary_under_test(), folder, &[AOF, flags].concat())
}

/// Starts a server that is to refuse these files, and gives its log.
#[track_caller]
fn refused(parts: &[(&str, &[u8])], flags: &[&str]) -> String {
    let folder = folder_with(parts);
    let port = free_port();
    let mut server = Server::launch_on(&binary_under_test(), &folder, &[AOF, flags].concat());
    let code = server.wait_for_exit();
    assert_eq!(code, Some(1), "on port {port}:\n{}", server.log());
    assert!(!server.log().contains("panicked"), "{}", server.log());
    server.log()
}

#[track_caller]
fn has(log: &str, sentence: &str) {
    assert!(log.contains(sentence), "no {sentence:?} in\n{log}");
}

const BASE: &str = "appendonly.aof.1.base.aof";
const INCR_1: &str = "appendonly.aof.1.incr.aof";
const INCR_2: &str = "appendonly.aof.2.incr.aof";

#[test]
fn files_are_loaded_in_the_order_of_the_manifest() {
    let base = commands("SELECT 0\nRPUSH l 1\nSELECT 3\nSET in3 x");
    let first = commands("SELECT 0\nRPUSH l 2\nMULTI\nRPUSH l 3\nINCR n\nEXEC");
    let second = commands("RPUSH l 4\nDEL in3");
    let folder = folder_with(&[(BASE, &base), (INCR_1, &first), (INCR_2, &second)]);
    let server = start_on(&folder, &[]);
    // Each file begins in database 0 again.
    server.client().talk(
        "LRANGE l 0 -1 => [\"1\", \"2\", \"3\", \"4\"]
         GET n => \"1\"
         SELECT 3 => +OK
         GET in3 => \"x\"",
    );
    let log = server.log();
    has(&log, "DB loaded from base file appendonly.aof.1.base.aof:");
    has(&log, "DB loaded from incr file appendonly.aof.1.incr.aof:");
    has(&log, "DB loaded from incr file appendonly.aof.2.incr.aof:");
    has(&log, "DB loaded from append only file:");
}

#[test]
fn annotations_and_empty_files_are_passed_over() {
    let first =
        [b"#TS:1700000000\r\n".to_vec(), commands("SET a 1"), b"#any\r\n".to_vec()].concat();
    let folder = folder_with(&[(BASE, b""), (INCR_1, &first), (INCR_2, b"")]);
    let server = start_on(&folder, &[]);
    server.client().talk("GET a => \"1\"\nDBSIZE => :1");
}

/// A command that fails now though it did not then is told of, and the others run.
#[test]
fn a_command_that_fails_does_not_keep_others_from_running() {
    let lines =
        "SET a x\nINCR a\nEXEC\nMULTI\nLPUSH a 1\nSET b 2\nEXEC\nGET\nBLPOP none 0\nSET c 3";
    let folder = folder_with(&[(INCR_1, &commands(lines))]);
    if kind_under_test() != Kind::Skein {
        return; // Redis 7.0 does not look how many arguments there are.
    }
    let server = start_on(&folder, &[]);
    server.client().talk("MGET a b c => [\"x\", \"2\", \"3\"]");
    let log = server.log();
    has(&log, "AOF-loading-client: 'WRONGTYPE");
    assert_eq!(log.matches("== CRITICAL ==").count(), 4, "{log}");
}

/// What changes no data has no place in a log, and is not run.
#[test]
fn commands_that_change_nothing_are_passed_over() {
    if kind_under_test() != Kind::Skein {
        return; // Redis would end here.
    }
    let lines = "SET a 1\nGET a\nSHUTDOWN NOSAVE\nDEBUG RELOAD\nMULTI\nPING\nINCR a\nEXEC";
    let server = start_on(&folder_with(&[(INCR_1, &commands(lines))]), &[]);
    server.client().check("GET a", "\"2\"");
}

/// The log says itself what expired; until it does, keys whose time has passed are there.
#[test]
fn nothing_expires_while_a_log_is_replayed() {
    let lines = "SET k 1 PXAT 1000\nINCR k\nPERSIST k\n\
        HSET h f 1 g 2\nPEXPIREAT h 1000\nHINCRBY h f 1\nPERSIST h\n\
        SET gone x\nPEXPIREAT gone 1000\nAPPEND gone y\nDEL gone\n\
        SET due x PXAT 1000\nRENAME due late\n\
        SETEX old 1 x\nPEXPIREAT old 2000";
    let folder = folder_with(&[(INCR_1, &commands(lines))]);
    let server = start_on(&folder, &[]);
    let mut client = server.client();
    client.talk(
        "GET k => \"2\"
         TTL k => :-1
         HGET h f => \"2\"
         TTL h => :-1
         EXISTS gone due late old => :0",
    );
}

#[test]
fn keys_of_a_base_stay_until_the_log_says_that_they_went() {
    let base = b"REDIS0010\xfa\x08aof-base\xc0\x01\xfe\x00\xfc\xe8\x03\0\0\0\0\0\0\x00\x01k\x01v\
        \xff\0\0\0\0\0\0\0\0";
    let folder = folder_with(&[
        ("appendonly.aof.1.base.rdb", base),
        (INCR_1, &commands("APPEND k w\nPERSIST k")),
    ]);
    let server = start_on(&folder, &[]);
    server.client().check("GET k", "\"vw\"");
    has(&server.log(), "Reading RDB base file on AOF loading...");
}

#[test]
fn fields_do_not_expire_while_a_log_is_replayed() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let lines = "HSET h f 1 g 2\nHPEXPIREAT h 1000 FIELDS 1 f\nHINCRBY h f 1\n\
        HPERSIST h FIELDS 1 f\nHPEXPIREAT h 1000 FIELDS 1 g\nHDEL h g";
    let folder = folder_with(&[(INCR_1, &commands(lines))]);
    let server = start_on(&folder, &[]);
    server.client().talk("HGETALL h => [\"f\", \"2\"]\nHTTL h FIELDS 1 f => [:-1]");
}

#[test]
fn a_transaction_without_its_end_has_not_happened() {
    let lines = "SET a 1\nMULTI\nSET a 2\nSET b 2";
    let folder = folder_with(&[(INCR_1, &commands(lines))]);
    let server = start_on(&folder, &[]);
    server.client().talk("GET a => \"1\"\nEXISTS b => :0");
    let log = server.log();
    has(&log, "Revert incomplete MULTI/EXEC transaction in AOF file appendonly.aof.1.incr.aof");
    has(&log, "!!! Warning: short read while loading the AOF file appendonly.aof.1.incr.aof!!!");
    has(&log, "!!! Truncating the AOF appendonly.aof.1.incr.aof at offset 27 !!!");
    has(&log, "AOF appendonly.aof.1.incr.aof loaded anyway because aof-load-truncated is enabled");
    let path = folder.path().join("appendonlydir").join(INCR_1);
    assert_eq!(fs::read(path).expect("the file is there"), commands("SET a 1"));
}

#[test]
fn files_that_are_not_whole_are_refused_with_redis_words() {
    let good = commands("SET a 1");
    let cut = &good[..good.len() - 3];
    let log = refused(&[(INCR_1, cut)], &["--aof-load-truncated", "no"]);
    has(&log, "Unexpected end of file reading the append only file appendonly.aof.1.incr.aof. You");
    let log = refused(&[(INCR_1, cut), (INCR_2, &good)], &[]);
    has(&log, "Fatal error: the truncated file is not the last file");
    for bad in [b"rubbish\r\n".as_slice(), b"*1\r\nPING\r\n", b"*0\r\n", b"\0\0\0\0\0\0"] {
        let log = refused(&[(INCR_1, &[&good, bad].concat())], &[]);
        has(&log, "Bad file format reading the append only file appendonly.aof.1.incr.aof: make");
    }
    let log = refused(&[(INCR_1, &commands("SET a 1\nNOSUCH a"))], &[]);
    if kind_under_test() != Kind::Valkey {
        has(&log, "Unknown command 'NOSUCH' reading the append only file appendonly.aof.1.incr");
    }
    if kind_under_test() == Kind::Skein {
        // Redis goes on in the database before.
        let log = refused(&[(INCR_1, &commands("SELECT 99\nSET a 1"))], &[]);
        has(&log, "Data file was created with a Redis server configured to handle more than 16");
    }
    let log = refused(&[("appendonly.aof.1.base.rdb", b"REDIS0011\xfe"), (INCR_1, &good)], &[]);
    has(&log, "Error reading the RDB base file appendonly.aof.1.base.rdb, AOF loading aborted");
}

#[test]
fn a_file_that_the_manifest_names_must_be_there() {
    let folder = folder_with(&[(BASE, b""), (INCR_1, &commands("SET a 1"))]);
    fs::remove_file(folder.path().join("appendonlydir").join(BASE)).expect("it was there");
    let mut server = Server::launch_on(&binary_under_test(), &folder, AOF);
    assert_eq!(server.wait_for_exit(), Some(1));
    has(&server.log(), "appendonly.aof.1.base.aof");
}

/// What lies says so, whatever memory it claims.
#[test]
fn lies_about_lengths_take_no_memory() {
    let good = commands("SET a 1");
    for lie in ["*1\r\n$9223372036854775807\r\nx", "*2147483647\r\n$1\r\nx\r\n"] {
        let folder = folder_with(&[(INCR_1, &[&good, lie.as_bytes()].concat())]);
        if kind_under_test() != Kind::Skein {
            return; // Redis asks for all of it.
        }
        let server = start_on(&folder, &[]);
        server.client().talk("GET a => \"1\"\nDBSIZE => :1");
        assert!(server.proc_status("VmHWM") < 200 * 1024);
    }
}

#[test]
fn clients_are_told_that_the_server_is_loading() {
    let lines: String = (0..4000).map(|i| format!("SET key:{i} {i}\n")).collect();
    let folder = folder_with(&[(INCR_1, &commands(&lines))]);
    let flags =
        [AOF, &["--key-load-delay", "2000", "--loading-process-events-interval-bytes", "1024"]];
    let server = Server::launch_on(&binary_under_test(), &folder, &flags.concat());
    wait_until("the server listens", || Client::try_connect(server.port()).is_ok());
    let mut client = server.client();
    client.check("GET key:1", "-LOADING *");
    let info = client.cmd(&["INFO", "persistence"]).text();
    for field in [
        "loading:1",
        "async_loading:0",
        "loading_start_time:",
        "loading_total_bytes:",
        "loading_loaded_bytes:",
        "loading_loaded_perc:",
        "loading_eta_seconds:",
    ] {
        assert!(info.contains(field), "no {field} in\n{info}");
    }
    client.check("CONFIG SET key-load-delay 0", "+OK");
    wait_until("the server has loaded", || client.cmd(&["PING"]).text() == "PONG");
    client.check("DBSIZE", ":4000");
    assert!(client.cmd(&["INFO", "persistence"]).text().contains("loading:0"));
}

#[test]
fn a_snapshot_is_not_loaded_where_the_log_is_on() {
    let saved = Server::start(AOF);
    saved.client().talk("SET a 1 => +OK\nSAVE => +OK");
    let folder = saved.stop();
    let dump = fs::read(folder.path().join("dump.rdb")).expect("a snapshot");
    let server = Server::start_with_file("dump.rdb", &dump, AOF);
    server.client().check("DBSIZE", ":0");
    let server = Server::start_with_file("dump.rdb", &dump, &[]);
    server.client().check("GET a", "\"1\"");
    has(&server.log(), "DB loaded from disk:");
}

#[test]
fn debug_reload_takes_everything_through_a_file() {
    let server = Server::start(AOF);
    let mut client = server.client();
    client.talk(
        "SET a 1 => +OK
         RPUSH l x y => :2
         HSET h f v => :1
         SET volatile v EX 1000 => +OK
         SELECT 2 => +OK
         ZADD z 1 m => :1
         SELECT 0 => +OK",
    );
    let digest = client.cmd(&["DEBUG", "DIGEST"]).text();
    client.talk("DEBUG RELOAD => +OK\nDBSIZE => :4\nTTL volatile => :990..1000");
    assert_eq!(client.cmd(&["DEBUG", "DIGEST"]).text(), digest);
    client.talk("DEBUG LOADAOF => +OK\nDBSIZE => :4");
    assert_eq!(client.cmd(&["DEBUG", "DIGEST"]).text(), digest);
    client.talk(
        "SET a 2 => +OK
         SET b 2 => +OK
         DEBUG RELOAD NOSAVE NOFLUSH MERGE => +OK
         MGET a b => [\"1\", \"2\"]
         DEBUG RELOAD NOSAVE => +OK
         EXISTS b => :0
         DEBUG RELOAD NOSUCH => -ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE *
         DEBUG LOADAOF => +OK
         MGET a b => [\"2\", \"2\"]",
    );
    has(&server.log(), "DB reloaded by DEBUG RELOAD");
    has(&server.log(), "Append Only File loaded by DEBUG LOADAOF");
}

/// Runs skein's tool in a folder; gives its exit status and what it printed.
fn check(folder: &Path, args: &[&str], input: &str) -> (Option<i32>, String) {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(binary_under_test())
        .arg("check")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary under test runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    // The tool may end without reading.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn the_tool_mends_a_log_that_a_crash_has_cut() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let good = commands("SET a 1\nMULTI\nINCR a\nEXEC");
    let cut = [good.clone(), commands("MULTI\nINCR a")].concat();
    let folder = folder_with(&[(BASE, &commands("SET b 1")), (INCR_1, &cut)]);
    let home = folder.path().join("appendonlydir");
    let manifest = "appendonly.aof.manifest";
    let (code, text) = check(&home, &["aof", manifest], "");
    assert_eq!(code, Some(1));
    has(&text, "Reached EOF before reading EXEC for MULTI");
    has(&text, "ok_up_to=77, ok_up_to_line=19, diff=36");
    has(&text, "[info] EXEC 1, INCR 1, MULTI 1, SET 1");
    let (code, text) = check(&home, &["aof", "--fix", manifest], "n\n");
    assert_eq!(code, Some(1), "{text}");
    has(&text, "This will shrink the AOF appendonly.aof.1.incr.aof from 113 bytes, with 36 bytes,");
    let (code, text) = check(&home, &["aof", "--fix", manifest], "y\n");
    assert_eq!(code, Some(0), "{text}");
    has(&text, "Successfully truncated AOF appendonly.aof.1.incr.aof");
    has(&text, "All AOF files and manifest are valid");
    assert_eq!(fs::read(home.join(INCR_1)).expect("it is there"), good);
    assert_eq!(check(&home, &["aof", INCR_1], "").0, Some(0));
    start_on(&folder, &["--aof-load-truncated", "no"]).client().check("GET a", "\"2\"");
}

#[test]
fn the_tool_goes_back_in_time() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let stamped =
        |time_s: u32, line| [format!("#TS:{time_s}\r\n").into_bytes(), commands(line)].concat();
    let log = [stamped(100, "SET a 1"), stamped(200, "SET a 2"), stamped(300, "SET a 3")].concat();
    let folder = folder_with(&[(INCR_1, &log)]);
    let home = folder.path().join("appendonlydir");
    let cut = |time: &str| {
        check(&home, &["aof", "--truncate-to-timestamp", time, "appendonly.aof.manifest"], "")
    };
    has(&cut("300").1, "Truncate nothing in AOF appendonly.aof.1.incr.aof to timestamp 300");
    has(&cut("99").1, "has nothing before timestamp 99, aborting...");
    has(&cut("250").1, "Successfully truncated AOF appendonly.aof.1.incr.aof to timestamp 250");
    start_on(&folder, &[]).client().check("GET a", "\"2\"");
}

#[test]
fn the_tool_says_what_is_in_a_snapshot_and_where_it_breaks() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let server = Server::start(AOF);
    server.client().talk(
        "SET string value EX 1000 => +OK
         RPUSH list a b c => :3
         SAVE => +OK",
    );
    let folder = server.stop();
    let (code, text) = check(folder.path(), &["rdb", "dump.rdb"], "");
    assert_eq!(code, Some(0), "{text}");
    for line in [
        "\\o/ RDB looks OK! \\o/",
        "[info] 2 keys read",
        "[info] 1 expires",
        "[info] db0: list: 1 keys, 3 elements,",
    ] {
        has(&text, line);
    }
    let dump = fs::read(folder.path().join("dump.rdb")).expect("a snapshot");
    for cut in 0..dump.len() {
        fs::write(folder.path().join("cut.rdb"), &dump[..cut]).expect("a file");
        let (code, text) = check(folder.path(), &["rdb", "cut.rdb"], "");
        assert_eq!(code, Some(1), "cut at {cut}:\n{text}");
        has(&text, "--- RDB ERROR DETECTED ---");
    }
    let exit = run_to_exit(&["check", "rdb", "missing.rdb"], &[]);
    assert_eq!(exit.code, Some(1));
    has(&exit.log, "Cannot open file missing.rdb: No such file or directory");
}
