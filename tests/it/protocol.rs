//! The wire: inline commands, pipelines, limits, errors and RESP3, byte for byte.

use crate::harness::{Client, Kind, Server, encode, kind_under_test};

/// Sends `request` on a connection of its own and expects exactly `reply`, then silence.
#[track_caller]
fn exact(server: &Server, request: &[u8], reply: &[u8]) {
    let mut client = server.client();
    client.send(request);
    let got = client.recv_bytes(reply.len());
    assert!(got == reply, "got {}, not {}", got.escape_ascii(), reply.escape_ascii());
    client.check("PING", "+PONG");
}

/// As [`exact`], where the server hangs up after its reply.
#[track_caller]
fn exact_then_closed(server: &Server, request: &[u8], reply: &[u8]) {
    let mut client = server.client();
    client.send(request);
    let got = client.recv_to_end();
    assert!(got == reply, "got {}, not {}", got.escape_ascii(), reply.escape_ascii());
}

#[test]
fn replies_byte_for_byte() {
    let server = Server::start(&[]);
    exact(&server, b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n");
    exact(&server, b"*2\r\n$4\r\nECHO\r\n$3\r\nhey\r\n", b"$3\r\nhey\r\n");
    exact(&server, b"*2\r\n$3\r\nGET\r\n$1\r\nx\r\n", b"$-1\r\n");
    exact(&server, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\r\n\r\n", b"+OK\r\n");
    exact(&server, b"*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", b"$2\r\n\r\n\r\n");
    exact(&server, b"*2\r\n$6\r\nSTRLEN\r\n$1\r\nk\r\n", b":2\r\n");
    exact(&server, b"*2\r\n$4\r\nKEYS\r\n$1\r\nz\r\n", b"*0\r\n");
    exact(&server, b"*3\r\n$4\r\nMGET\r\n$1\r\nk\r\n$1\r\nz\r\n", b"*2\r\n$2\r\n\r\n\r\n$-1\r\n");
}

#[test]
fn inline_commands() {
    let server = Server::start(&[]);
    exact(&server, b"PING\r\n", b"+PONG\r\n");
    exact(&server, b"PING\n", b"+PONG\r\n");
    exact(&server, b"  echo   hey  \r\n", b"$3\r\nhey\r\n");
    exact(&server, b"SET k \"a b\\x41\\n\"\r\nGET k\r\n", b"+OK\r\n$5\r\na bA\n\r\n");
    exact(&server, b"ECHO 'it\\'s'\r\n", b"$4\r\nit's\r\n");
    exact(&server, b"ECHO \"\"\r\n", b"$0\r\n\r\n");
    exact(&server, b"\r\n\r\n\nPING\r\n", b"+PONG\r\n");
    if kind_under_test() == Kind::Valkey {
        return;
    }
    let unbalanced = b"-ERR Protocol error: unbalanced quotes in request\r\n";
    exact_then_closed(&server, b"ECHO \"open\r\n", unbalanced);
    exact_then_closed(&server, b"ECHO \"a\"b\r\n", unbalanced);
}

#[test]
fn empty_requests_have_no_reply() {
    let server = Server::start(&[]);
    exact(&server, b"*0\r\n", b"");
    exact(&server, b"*-1\r\n", b"");
    exact(&server, b"*-10\r\n", b"");
    exact(&server, b"*0\r\n*1\r\n$4\r\nPING\r\n", b"+PONG\r\n");
}

#[test]
fn protocol_errors_close_the_connection() {
    let server = Server::start(&[]);
    let cases: [(&[u8], &[u8]); 12] = [
        (b"*x\r\n", b"-ERR Protocol error: invalid multibulk length\r\n"),
        (b"*2147483648\r\n", b"-ERR Protocol error: invalid multibulk length\r\n"),
        (b"*99999999999999999999\r\n", b"-ERR Protocol error: invalid multibulk length\r\n"),
        (b"*1 \r\n", b"-ERR Protocol error: invalid multibulk length\r\n"),
        (b"*1\r\n+PING\r\n", b"-ERR Protocol error: expected '$', got '+'\r\n"),
        (b"*1\r\n:1\r\n", b"-ERR Protocol error: expected '$', got ':'\r\n"),
        (b"*2\r\n$4\r\nPING\r\n*1\r\n", b"-ERR Protocol error: expected '$', got '*'\r\n"),
        (b"*1\r\n$x\r\n", b"-ERR Protocol error: invalid bulk length\r\n"),
        (b"*1\r\n$-1\r\n", b"-ERR Protocol error: invalid bulk length\r\n"),
        (b"*1\r\n$536870913\r\n", b"-ERR Protocol error: invalid bulk length\r\n"),
        (b"*1\r\n$99999999999999999999\r\n", b"-ERR Protocol error: invalid bulk length\r\n"),
        (b"*1\r\n$\r\n", b"-ERR Protocol error: invalid bulk length\r\n"),
    ];
    for (request, error) in cases {
        exact_then_closed(&server, request, error);
    }
    if kind_under_test() == Kind::Skein {
        // Redis 7 raised its limit of a million arguments to what an int holds; skein did not.
        let error = b"-ERR Protocol error: invalid multibulk length\r\n";
        exact_then_closed(&server, b"*1048577\r\n", error);
    }
    // What came before the error is answered before it.
    exact_then_closed(
        &server,
        b"*1\r\n$4\r\nPING\r\n*1\r\n$x\r\n*1\r\n$4\r\nPING\r\n",
        b"+PONG\r\n-ERR Protocol error: invalid bulk length\r\n",
    );
    assert!(server.log().is_empty() || !server.log().contains("panicked"));
}

#[test]
fn lines_that_never_end_are_cut_off() {
    let server = Server::start(&[]);
    let long = vec![b'a'; 70_000];
    exact_then_closed(&server, &long, b"-ERR Protocol error: too big inline request\r\n");
    let count = [b"*".as_slice(), &vec![b'1'; 70_000]].concat();
    exact_then_closed(&server, &count, b"-ERR Protocol error: too big mbulk count string\r\n");
    let length = [b"*1\r\n$".as_slice(), &vec![b'1'; 70_000]].concat();
    exact_then_closed(&server, &length, b"-ERR Protocol error: too big bulk count string\r\n");
}

#[test]
fn a_client_without_authentication_may_send_little() {
    let server = Server::start(&["--requirepass", "secret"]);
    let multibulk = b"-ERR Protocol error: unauthenticated multibulk length\r\n";
    exact_then_closed(&server, b"*11\r\n", multibulk);
    let bulk = b"-ERR Protocol error: unauthenticated bulk length\r\n";
    exact_then_closed(&server, b"*2\r\n$4\r\nAUTH\r\n$16385\r\n", bulk);
}

#[test]
fn proto_max_bulk_len_is_obeyed() {
    let server = Server::start(&["--proto-max-bulk-len", "1mb"]);
    let mut client = server.client();
    let fits = vec![b'v'; 1 << 20];
    assert_eq!(client.cmd(&[b"SET".as_slice(), b"k", &fits]).to_string(), "+OK");
    client.check("APPEND k x", "-ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    client.check("STRLEN k", ":1048576");
    let error = b"-ERR Protocol error: invalid bulk length\r\n";
    exact_then_closed(&server, b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1048577\r\n", error);
}

#[test]
fn pipelines_of_any_depth_are_answered_in_order() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let commands: Vec<Vec<String>> =
        (0..100_000).map(|i| vec!["ECHO".to_owned(), i.to_string()]).collect();
    for (i, reply) in client.pipeline(&commands).iter().enumerate() {
        assert_eq!(reply.text(), i.to_string());
    }
}

#[test]
fn an_error_in_a_pipeline_does_not_end_it() {
    let server = Server::start(&[]);
    exact(
        &server,
        b"SET k v\r\nINCR k\r\nNOSUCH\r\nGET k\r\n",
        b"+OK\r\n-ERR value is not an integer or out of range\r\n\
          -ERR unknown command 'NOSUCH', with args beginning with: \r\n$1\r\nv\r\n",
    );
}

#[test]
fn requests_may_come_in_pieces_of_any_size() {
    let server = Server::start(&[]);
    let value: Vec<u8> = (0..40_000u32).map(|i| (i % 251) as u8).collect();
    let set = encode(&[b"SET".as_slice(), b"k", &value]);
    let request = [set.as_slice(), b"GET k\r\n", &encode(&["STRLEN", "k"])].concat();
    for piece in [1_000, 4_096, 32_768, 39_999] {
        let mut client = server.client();
        for bytes in request.chunks(piece) {
            client.send(bytes);
            std::thread::sleep(std::time::Duration::from_micros(300));
        }
        assert_eq!(client.recv().to_string(), "+OK");
        assert!(client.recv().bytes() == Some(&value), "pieces of {piece} bytes");
        assert_eq!(client.recv().int(), 40_000);
    }
    let mut client = server.client();
    for byte in b"*2\r\n$4\r\nECHO\r\n$5\r\nhe\r\nl\r\nPING\r\n" {
        client.send(&[*byte]);
        std::thread::sleep(std::time::Duration::from_micros(300));
    }
    assert_eq!(client.recv_bytes(18), b"$5\r\nhe\r\nl\r\n+PONG\r\n"[..18].to_vec());
}

#[test]
fn many_arguments_in_one_command() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let keys: Vec<String> = (0..100_000).map(|i| format!("k{i}")).collect();
    let mset: Vec<&str> =
        std::iter::once("MSET").chain(keys.iter().flat_map(|key| [key.as_str(), "v"])).collect();
    assert_eq!(client.cmd(&mset).to_string(), "+OK");
    client.check("DBSIZE", ":100000");
    let del: Vec<&str> = std::iter::once("DEL").chain(keys.iter().map(String::as_str)).collect();
    assert_eq!(client.cmd(&del).int(), 100_000);
}

#[test]
fn a_half_request_before_the_end_is_ignored() {
    let server = Server::start(&[]);
    let mut client = server.client();
    client.send(b"*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$10\r\nhal");
    client.close_output();
    assert_eq!(client.recv_to_end(), b"+PONG\r\n");
    server.client().check("EXISTS k", ":0");
}

#[test]
fn resp3_kinds_byte_for_byte() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    let mut client = server.client3();
    let mut exact3 = |command: &str, wire: &[u8]| {
        client.send(command.as_bytes());
        client.send(b"\r\n");
        let got = client.recv_bytes(wire.len());
        assert!(got == wire, "{command}: {}, not {}", got.escape_ascii(), wire.escape_ascii());
    };
    exact3("GET missing", b"_\r\n");
    exact3("MGET a b", b"*2\r\n_\r\n_\r\n");
    exact3("CONFIG GET maxclients", b"%1\r\n$10\r\nmaxclients\r\n$5\r\n10000\r\n");
    exact3("DEBUG PROTOCOL string", b"$11\r\nHello World\r\n");
    exact3("DEBUG PROTOCOL integer", b":12345\r\n");
    exact3("DEBUG PROTOCOL double", b",3.141\r\n");
    exact3("DEBUG PROTOCOL null", b"_\r\n");
    exact3("DEBUG PROTOCOL array", b"*3\r\n:0\r\n:1\r\n:2\r\n");
    exact3("DEBUG PROTOCOL set", b"~3\r\n:0\r\n:1\r\n:2\r\n");
    exact3("DEBUG PROTOCOL map", b"%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n");
    exact3("DEBUG PROTOCOL true", b"#t\r\n");
    exact3("DEBUG PROTOCOL false", b"#f\r\n");
    exact3("DEBUG PROTOCOL verbatim", b"=29\r\ntxt:This is a verbatim\nstring\r\n");
    exact3("DEBUG PROTOCOL bignum", b"(1234567999999999999999999999999999999\r\n");
}

#[test]
fn resp2_has_no_resp3_kinds() {
    let server = Server::start(&["--enable-debug-command", "yes"]);
    let mut client = server.client();
    client.talk(
        r#"
        DEBUG PROTOCOL double               => "3.141"
        DEBUG PROTOCOL null                 => (nil)
        DEBUG PROTOCOL set                  => [:0, :1, :2]
        DEBUG PROTOCOL map                  => [:0, :0, :1, :1, :2, :0]
        DEBUG PROTOCOL true                 => :1
        DEBUG PROTOCOL false                => :0
        DEBUG PROTOCOL bignum               => "1234567999999999999999999999999999999"
        DEBUG PROTOCOL verbatim             => "This is a verbatim\nstring"
        DEBUG PROTOCOL what                 => -ERR Wrong protocol type name. Please use one of the following: *
    "#,
    );
}

#[test]
fn connections_are_served_side_by_side() {
    let server = Server::start(&[]);
    let mut idle: Vec<Client> = (0..100).map(|_| server.client()).collect();
    // One that stopped in the middle of a request holds nobody up.
    idle[0].send(b"*2\r\n$4\r\nECHO\r\n$100\r\nha");
    for client in &mut idle[1..] {
        client.check("PING", "+PONG");
    }
}
