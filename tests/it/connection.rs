//! The connection itself: greeting, authentication, database, name, and the CLIENT commands.

use std::time::{Duration, Instant};

use crate::harness::{Client, Server, wait_until};

#[test]
fn ping_echo_and_quit() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        PING                                => +PONG
        ping                                => +PONG
        PING "hello \x00"                   => "hello \x00"
        PING a b                            => -ERR wrong number of arguments for 'ping' command
        ECHO hey                            => "hey"
        ECHO ""                             => ""
        ECHO                                => -ERR wrong number of arguments for 'echo' command
        NOSUCH                              => -ERR unknown command 'NOSUCH', with args beginning with:*
        NOSUCH a b                          => -ERR unknown command 'NOSUCH', with args beginning with: 'a' 'b'*
        "no\r\nsuch" "a\r\nb"               => -ERR unknown command 'no  such', with args beginning with: 'a  b'*
        QUIT                                => +OK
        PING                                => (closed)
    "#,
    );
}

#[test]
fn select() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k zero                          => +OK
        SELECT 15                           => +OK
        GET k                               => (nil)
        SET k fifteen                       => +OK
        SELECT 0                            => +OK
        GET k                               => "zero"
        SELECT 16                           => -ERR DB index is out of range
        SELECT -1                           => -ERR DB index is out of range
        SELECT x                            => -ERR value is not an integer or out of range
        GET k                               => "zero"
    "#,
    );
    Server::start(&["--databases", "2"]).client().talk(
        r#"
        SELECT 1                            => +OK
        SELECT 2                            => -ERR DB index is out of range
        CONFIG GET databases                => {"databases": "2"}
    "#,
    );
}

#[test]
fn auth_with_the_default_user() {
    let server = Server::start(&["--requirepass", "secret"]);
    server.client().talk(
        r#"
        PING                                => -NOAUTH Authentication required.
        GET k                               => -NOAUTH Authentication required.
        skein redis | NOSUCH                => -ERR unknown command 'NOSUCH', with args beginning with:*
        skein redis | GET                   => -ERR wrong number of arguments for 'get' command
        HELLO                               => -NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO *AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time
        AUTH wrong                          => -WRONGPASS invalid username-password pair or user is disabled.
        AUTH default wrong                  => -WRONGPASS invalid username-password pair or user is disabled.
        AUTH nobody secret                  => -WRONGPASS invalid username-password pair or user is disabled.
        HELLO 3 AUTH default wrong          => -WRONGPASS invalid username-password pair or user is disabled.
        AUTH a b c                          => -ERR syntax error
        AUTH secret                         => +OK
        PING                                => +PONG
        RESET                               => +RESET
        PING                                => -NOAUTH Authentication required.
        AUTH default secret                 => +OK
        CONFIG GET requirepass              => {"requirepass": "secret"}
        CONFIG SET requirepass ""           => +OK
    "#,
    );
    server.client().talk(
        r#"
        PING                                => +PONG
        AUTH anything                       => -ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
        AUTH default anything               => +OK
        AUTH                                => -ERR wrong number of arguments for 'auth' command
        CONFIG SET requirepass again        => +OK
        PING                                => +PONG
    "#,
    );
    server.client().talk(
        r#"
        HELLO 3 AUTH default again SETNAME me => {"server": g"*", "version": g"*.*.*", "proto": :3, "id": :*, "mode": g"standalone", "role": g"master", "modules": *, ...}
        CLIENT GETNAME                      => "me"
    "#,
    );
}

#[test]
fn hello_negotiates_the_protocol() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        HELLO                               => ["server", *, "version", *, "proto", :2, "id", :*, "mode", "standalone", "role", "master", "modules", *, ...]
        GET missing                         => (nil)
        HELLO 3                             => {"server": *, "version": *, "proto": :3, "id": :*, "mode": "standalone", "role": "master", "modules": *, ...}
        GET missing                         => (nil)
        HELLO 2                             => ["server", *, "version", *, "proto", :2, ...]
        HELLO 1                             => -NOPROTO unsupported protocol version
        HELLO 4                             => -NOPROTO unsupported protocol version
        HELLO x                             => -ERR Protocol version is not an integer or out of range
        HELLO 3 SETNAME                     => -ERR Syntax error in HELLO option 'SETNAME'
        HELLO 3 WHAT                        => -ERR Syntax error in HELLO option 'WHAT'
        HELLO 3 AUTH a                      => -ERR Syntax error in HELLO option 'AUTH'
        HELLO 3 SETNAME "a b"               => -ERR Client names cannot contain spaces, newlines or special characters.
        CLIENT GETNAME                      => (nil)
        HELLO 2 SETNAME me                  => *
        CLIENT GETNAME                      => "me"
        HELLO 2 SETNAME ""                  => *
        CLIENT GETNAME                      => (nil)
    "#,
    );
}

#[test]
fn reset_brings_everything_back() {
    let server = Server::start(&[]);
    server.client3().talk(
        r#"
        SELECT 3                            => +OK
        CLIENT SETNAME me                   => +OK
        CLIENT REPLY ON                     => +OK
        RESET                               => +RESET
        CLIENT GETNAME                      => (nil)
        CLIENT LIST ID 1                    => g"*"
        HELLO                               => ["server", *, "version", *, "proto", :2, ...]
        CLIENT INFO                         => g"*db=0 *"
        RESET now                           => -ERR wrong number of arguments for 'reset' command
    "#,
    );
}

#[test]
fn client_id_name_and_info() {
    let server = Server::start(&[]);
    let (mut first, mut second) = (server.client(), server.client());
    let (id, next) = (first.cmd(&["CLIENT", "ID"]).int(), second.cmd(&["CLIENT", "ID"]).int());
    assert!(next > id, "ids rise: {id}, then {next}");
    first.talk(
        r#"
        CLIENT GETNAME                      => (nil)
        CLIENT SETNAME me                   => +OK
        CLIENT GETNAME                      => "me"
        CLIENT SETNAME "a b"                => -ERR Client names cannot contain spaces, newlines or special characters.
        CLIENT SETNAME "a\nb"               => -ERR Client names cannot contain spaces, newlines or special characters.
        CLIENT GETNAME                      => "me"
        SELECT 2                            => +OK
        CLIENT INFO                         => g"id=* addr=127.0.0.1:* laddr=127.0.0.1:* fd=* name=me age=* idle=* flags=N *db=2 sub=0 psub=0 *cmd=client|info *user=default *resp=2*\n"
        skein valkey | CLIENT SETINFO LIB-NAME redis-py    => +OK
        skein valkey | CLIENT SETINFO lib-ver 5.0.1        => +OK
        skein valkey | CLIENT INFO          => g"* lib-name=redis-py lib-ver=5.0.1*"
        skein valkey | CLIENT SETINFO LIB-NAME "a b" => -ERR LIB-NAME cannot contain spaces, newlines or special characters.
        skein valkey | CLIENT SETINFO WHAT x => -ERR Unrecognized option 'WHAT'
        CLIENT SETNAME ""                   => +OK
        CLIENT GETNAME                      => (nil)
        CLIENT WHAT                         => -ERR unknown subcommand 'WHAT'. Try CLIENT HELP.
        CLIENT                              => -ERR wrong number of arguments for 'client' command
        CLIENT ID x                         => -ERR wrong number of arguments for 'client|id' command
        CLIENT HELP                         => *
    "#,
    );
}

#[test]
fn client_list() {
    let server = Server::start(&[]);
    let (mut first, mut second) = (server.client(), server.client());
    let ids = [first.cmd(&["CLIENT", "ID"]).int(), second.cmd(&["CLIENT", "ID"]).int()];
    second.check("CLIENT SETNAME other", "+OK");
    let list = first.cmd(&["CLIENT", "LIST"]).text();
    assert_eq!(list.lines().count(), 2, "{list}");
    assert!(
        list.lines()
            .any(|line| line.contains(" name=other ") && line.contains(" cmd=client|setname "))
    );
    let one = first.cmd(&["CLIENT", "LIST", "ID", &ids[1].to_string(), "999999"]).text();
    assert!(one.starts_with(&format!("id={} ", ids[1])) && one.lines().count() == 1, "{one}");
    first.talk(
        r#"
        CLIENT LIST TYPE normal             => g"id=*\nid=*\n"
        CLIENT LIST TYPE pubsub             => ""
        CLIENT LIST TYPE replica            => ""
        CLIENT LIST TYPE what               => -ERR Unknown client type 'what'
        skein redis | CLIENT LIST ID x      => -ERR Invalid client ID
        CLIENT LIST ID                      => -ERR syntax error
        CLIENT LIST WHAT                    => -ERR syntax error
    "#,
    );
}

#[test]
fn client_kill_in_all_its_forms() {
    let server = Server::start(&[]);
    let mut killer = server.client();
    let own_id = killer.cmd(&["CLIENT", "ID"]).int();
    // Only a client that has had a reply is surely known to the server.
    let a_victim = || {
        let mut victim = server.client();
        victim.check("PING", "+PONG");
        victim
    };

    let mut victim = a_victim();
    let id = victim.cmd(&["CLIENT", "ID"]).int();
    killer.check(&format!("CLIENT KILL ID {id}"), ":1");
    expect_closed(&mut victim, "by id");

    let mut victim = a_victim();
    killer.check(&format!("CLIENT KILL {}", victim.local_addr()), "+OK");
    expect_closed(&mut victim, "by address, the old form");

    let mut victim = a_victim();
    killer.check(&format!("CLIENT KILL ADDR {}", victim.local_addr()), ":1");
    expect_closed(&mut victim, "by address");

    let mut victims = [a_victim(), a_victim()];
    let laddr = format!("127.0.0.1:{}", server.port());
    killer.check(&format!("CLIENT KILL LADDR {laddr}"), ":2");
    for victim in &mut victims {
        expect_closed(victim, "by local address");
    }

    let mut victims = [a_victim(), a_victim()];
    killer.check("CLIENT KILL TYPE normal USER default", ":2");
    for victim in &mut victims {
        expect_closed(victim, "by type and user");
    }
    killer.talk(&format!(
        r#"
        CLIENT KILL ID {own_id}             => :0
        CLIENT KILL ID 999999               => :0
        CLIENT KILL TYPE pubsub             => :0
        CLIENT KILL 127.0.0.1:1             => -ERR No such client
        CLIENT KILL ID 0                    => -ERR client-id should be greater than 0
        skein redis | CLIENT KILL ID x      => -ERR client-id should be greater than 0
        CLIENT KILL TYPE what               => -ERR Unknown client type 'what'
        CLIENT KILL USER nobody             => -ERR No such user 'nobody'
        CLIENT KILL SKIPME maybe ID 3       => -ERR syntax error
        CLIENT KILL WHAT x                  => -ERR syntax error
        skein valkey | CLIENT KILL MAXAGE 100000 => :0
        PING                                => +PONG
    "#
    ));
    // With SKIPME no, one's own connection goes too, after its reply.
    killer.check(&format!("CLIENT KILL ID {own_id} SKIPME no"), ":1");
    expect_closed(&mut killer, "its own");
}

#[test]
fn client_reply_off_skip_and_on() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        CLIENT REPLY SKIP                   => (none)
        SET a 1                             => (none)
        GET a                               => "1"
        CLIENT REPLY OFF                    => (none)
        SET a 2                             => (none)
        CLIENT REPLY SKIP                   => (none)
        NOSUCH                              => (none)
        SET a 3                             => (none)
        CLIENT REPLY ON                     => +OK
        GET a                               => "3"
        CLIENT REPLY WHAT                   => -ERR syntax error
    "#,
    );
}

#[test]
fn client_no_evict_no_touch_and_unblock() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        CLIENT NO-EVICT ON                  => +OK
        CLIENT INFO                         => g"* flags=e *"
        CLIENT NO-EVICT OFF                 => +OK
        CLIENT NO-EVICT MAYBE               => -ERR syntax error
        skein valkey | CLIENT NO-TOUCH ON   => +OK
        skein valkey | CLIENT INFO          => g"* flags=T *"
        skein valkey | CLIENT NO-TOUCH OFF  => +OK
        skein valkey | CLIENT NO-TOUCH MAYBE => -ERR syntax error
        CLIENT INFO                         => g"* flags=N *"
        CLIENT UNBLOCK 999999               => :0
        CLIENT UNBLOCK 999999 ERROR         => :0
        CLIENT UNBLOCK 999999 WHAT          => -ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR
        CLIENT UNBLOCK x                    => -ERR value is not an integer or out of range
    "#,
    );
}

#[test]
fn client_pause_holds_writes_or_everything() {
    let server = Server::start(&[]);
    let (mut admin, mut other) = (server.client(), server.client());
    admin.talk(
        r#"
        CLIENT PAUSE 100000 WRITE           => +OK
        GET k                               => (nil)
    "#,
    );
    other.check("GET k", "(nil)");
    other.send(b"SET k v\r\n");
    assert!(other.is_silent_for(Duration::from_millis(60)), "a write went through the pause");
    admin.check("CLIENT UNPAUSE", "+OK");
    assert_eq!(other.recv().to_string(), "+OK");

    let start = Instant::now();
    admin.check("CLIENT PAUSE 120", "+OK");
    other.check("GET k", "\"v\"");
    let held = start.elapsed();
    assert!(held >= Duration::from_millis(100), "GET came back after {held:?}");
    admin.talk(
        r#"
        CLIENT UNPAUSE                      => +OK
        CLIENT PAUSE x                      => -ERR timeout is not an integer or out of range
        CLIENT PAUSE -1                     => -ERR timeout is negative
        CLIENT PAUSE 10 WHAT                => -ERR CLIENT PAUSE mode must be WRITE or ALL
    "#,
    );
}

#[test]
fn a_client_that_leaves_is_forgotten() {
    let server = Server::start(&[]);
    let mut watcher = server.client();
    for _ in 0..50 {
        server.client().check("PING", "+PONG");
    }
    let mut left = || watcher.cmd(&["INFO", "clients"]).text();
    wait_until("connected_clients to fall to one", || left().contains("connected_clients:1\r\n"));
}

fn expect_closed(client: &mut Client, how: &str) {
    let _ = client.try_send(b"PING\r\n");
    assert!(client.try_recv().is_err(), "killed {how}, the client still gets replies");
}
