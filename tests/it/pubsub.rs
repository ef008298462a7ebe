//! Publish and subscribe: who gets what, in which order, and what becomes of those who do not
//! read. A message that comes without a request is `(more)`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::harness::{
    Client, Kind, Reply, Server, StopOnDrop, encode, kind_under_test, wait_until,
};

/// The value of a field in CLIENT LIST's line of the client with this name; empty if gone.
fn field(server: &Server, name: &str, field: &str) -> String {
    let list = server.client().cmd(&["CLIENT", "LIST"]).text();
    let name = format!(" name={name} ");
    let line = list.lines().find(|line| line.contains(&name)).unwrap_or_default();
    let field = format!("{field}=");
    let value = line.split(' ').find_map(|word| word.strip_prefix(&*field));
    value.unwrap_or_default().to_owned()
}

/// A figure of INFO.
fn info(client: &mut Client, name: &str) -> u64 {
    let info = client.cmd(&["INFO", "everything"]).text();
    let value = info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    value.and_then(|value| value.trim().parse().ok()).unwrap_or_else(|| panic!("no {name}"))
}

/// How many clients were dropped for their output. Redis 7.0 does not tell.
fn limit_disconnections(client: &mut Client) -> u64 {
    match kind_under_test() {
        Kind::Redis => 1,
        _ => info(client, "client_output_buffer_limit_disconnections"),
    }
}

/// Valkey does not count the large strings that its output refers to without a copy.
fn counts_all_output() -> bool {
    kind_under_test() != Kind::Valkey
}

#[test]
fn each_subscription_is_confirmed_with_the_count_so_far() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SUBSCRIBE a a b    => ["subscribe", "a", :1]
        (more)             => ["subscribe", "a", :1]
        (more)             => ["subscribe", "b", :2]
        PSUBSCRIBE p* p*   => ["psubscribe", "p*", :3]
        (more)             => ["psubscribe", "p*", :3]
        SSUBSCRIBE s s     => ["ssubscribe", "s", :1]
        (more)             => ["ssubscribe", "s", :1]
        UNSUBSCRIBE b x    => ["unsubscribe", "b", :2]
        (more)             => ["unsubscribe", "x", :2]
        UNSUBSCRIBE        => ["unsubscribe", "a", :1]
        UNSUBSCRIBE        => ["unsubscribe", (nil), :1]
        PUNSUBSCRIBE       => ["punsubscribe", "p*", :0]
        PUNSUBSCRIBE       => ["punsubscribe", (nil), :0]
        GET k              => -ERR Can't execute 'get': *
        SUNSUBSCRIBE       => ["sunsubscribe", "s", :0]
        GET k              => (nil)
        SUBSCRIBE          => -ERR wrong number of arguments for 'subscribe' command
        "#,
    );
    server.client3().talk(
        r#"
        SUBSCRIBE a        => >["subscribe", "a", :1]
        PSUBSCRIBE p*      => >["psubscribe", "p*", :2]
        SSUBSCRIBE s       => >["ssubscribe", "s", :1]
        UNSUBSCRIBE x      => >["unsubscribe", "x", :2]
        UNSUBSCRIBE        => >["unsubscribe", "a", :1]
        UNSUBSCRIBE        => >["unsubscribe", (nil), :1]
        SUNSUBSCRIBE       => >["sunsubscribe", "s", :0]
        "#,
    );
}

#[test]
fn a_subscriber_of_resp2_may_only_listen() {
    let server = Server::start(&[]);
    let only = "only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this \
                context";
    server.client().talk(&format!(
        r#"
        PING               => +PONG
        SUBSCRIBE a        => ["subscribe", "a", :1]
        PING               => ["pong", ""]
        PING x             => ["pong", "x"]
        PING x y           => -ERR wrong number of arguments for 'ping' command
        GET k              => -ERR Can't execute 'get': {only}
        GET                => -ERR wrong number of arguments for 'get' command
        CLIENT ID          => -ERR Can't execute 'client|id': {only}
        PUBLISH a b        => -ERR Can't execute 'publish': {only}
        HELLO 3            => -ERR Can't execute 'hello': {only}
        MULTI              => -ERR Can't execute 'multi': {only}
        NOSUCH             => -ERR unknown command *
        RESET              => +RESET
        PING               => +PONG
        PUBSUB CHANNELS    => []
        SUBSCRIBE a        => ["subscribe", "a", :1]
        QUIT               => +OK
        PING               => (closed)
        "#
    ));
}

#[test]
fn a_subscriber_of_resp3_goes_on_as_before() {
    let server = Server::start(&[]);
    server.client3().talk(
        r#"
        SUBSCRIBE a        => >["subscribe", "a", :1]
        PING               => +PONG
        SET k v            => +OK
        # Its own message comes behind the reply that says how many got it, as from Redis 7.2 on.
        skein valkey | PUBLISH a hi       => :1
        skein valkey | (more)             => >["message", "a", "hi"]
        GET k              => "v"
        HELLO 2            => {"proto": :2, ...}
        PUBLISH a hi       => -ERR Can't execute 'publish': *
        PING               => ["pong", ""]
        "#,
    );
}

#[test]
fn a_message_comes_once_for_each_subscription_that_matches() {
    let server = Server::start(&[]);
    let (mut channel, mut both, mut modern) = (server.client(), server.client(), server.client3());
    channel.check("SUBSCRIBE news", "[\"subscribe\", \"news\", :1]");
    both.check("SUBSCRIBE news", "[\"subscribe\", \"news\", :1]");
    both.check("PSUBSCRIBE n*", "[\"psubscribe\", \"n*\", :2]");
    both.check("PSUBSCRIBE ?ew[s-t]", "[\"psubscribe\", \"?ew[s-t]\", :3]");
    modern.check("PSUBSCRIBE n*", ">[\"psubscribe\", \"n*\", :1]");
    let mut publisher = server.client();
    publisher.talk(
        r#"
        PUBLISH news "a\x00b"    => :5
        PUBLISH nothing x        => :2
        PUBLISH other x          => :0
        PUBLISH news ""          => :5
        "#,
    );
    channel.talk(
        r#"
        (more)   => ["message", "news", "a\x00b"]
        (more)   => ["message", "news", ""]
        "#,
    );
    both.talk(
        r#"
        (more)   => ["message", "news", "a\x00b"]
        (more)   => ["pmessage", *, "news", "a\x00b"]
        (more)   => ["pmessage", *, "news", "a\x00b"]
        (more)   => ["pmessage", "n*", "nothing", "x"]
        (more)   => ["message", "news", ""]
        "#,
    );
    modern.talk(
        r#"
        (more)   => >["pmessage", "n*", "news", "a\x00b"]
        (more)   => >["pmessage", "n*", "nothing", "x"]
        (more)   => >["pmessage", "n*", "news", ""]
        "#,
    );
}

#[test]
fn shard_channels_are_a_world_of_their_own() {
    let server = Server::start(&[]);
    let mut subscriber = server.client();
    subscriber.check("SSUBSCRIBE a", "[\"ssubscribe\", \"a\", :1]");
    subscriber.check("PSUBSCRIBE *", "[\"psubscribe\", \"*\", :1]");
    server.client().talk(
        r#"
        SPUBLISH a one             => :1
        PUBLISH a two              => :1
        SPUBLISH b three           => :0
        COMMAND GETKEYS SPUBLISH a b  => -ERR The command has no key arguments
        "#,
    );
    subscriber.talk(
        r#"
        (more)   => ["smessage", "a", "one"]
        (more)   => ["pmessage", "*", "a", "two"]
        "#,
    );
}

#[test]
fn pubsub_tells_who_listens() {
    let server = Server::start(&[]);
    let (mut one, mut two) = (server.client3(), server.client3());
    for (client, commands) in [
        (&mut one, ["SUBSCRIBE news.art", "PSUBSCRIBE a*", "SSUBSCRIBE s1"]),
        (&mut two, ["SUBSCRIBE news.art", "PSUBSCRIBE a*", "PSUBSCRIBE b*"]),
    ] {
        commands.iter().for_each(|command| client.check(command, "*"));
    }
    two.check("SUBSCRIBE other", ">[\"subscribe\", \"other\", :4]");
    let mut client = server.client();
    client.talk(
        r#"
        PUBSUB CHANNELS              => ~["news.art", "other"]
        PUBSUB CHANNELS news.*       => ["news.art"]
        PUBSUB CHANNELS a b          => -ERR unknown subcommand or wrong number of arguments for 'CHANNELS'. Try PUBSUB HELP.
        PUBSUB NUMSUB                => []
        PUBSUB NUMSUB news.art x other   => ["news.art", :2, "x", :0, "other", :1]
        PUBSUB NUMPAT                => :2
        PUBSUB SHARDCHANNELS         => ["s1"]
        PUBSUB SHARDCHANNELS x*      => []
        PUBSUB SHARDNUMSUB s1 news.art   => ["s1", :1, "news.art", :0]
        PUBSUB NOPE                  => -ERR unknown subcommand 'NOPE'. Try PUBSUB HELP.
        PUBSUB                       => -ERR wrong number of arguments for 'pubsub' command
        "#,
    );
    for (name, figure) in
        [("pubsub_channels", 2), ("pubsub_patterns", 2), ("pubsubshard_channels", 1)]
    {
        assert_eq!(info(&mut client, name), figure, "{name}");
    }
    if kind_under_test() != Kind::Redis {
        assert_eq!(info(&mut client, "pubsub_clients"), 2);
    }
    drop((one, two));
    wait_until("those who left are forgotten", || {
        client.cmd(&["PUBSUB", "NUMPAT"]) == Reply::Int(0)
            && client.cmd(&["PUBSUB", "CHANNELS"]).items().is_empty()
            && client.cmd(&["PUBSUB", "SHARDCHANNELS"]).items().is_empty()
    });
}

#[test]
fn client_list_and_client_kill_know_subscribers() {
    let server = Server::start(&[]);
    let mut subscriber = server.client();
    subscriber.talk(
        r#"
        CLIENT SETNAME sub  => +OK
        SUBSCRIBE a b       => ["subscribe", "a", :1]
        (more)              => ["subscribe", "b", :2]
        PSUBSCRIBE p*       => ["psubscribe", "p*", :3]
        SSUBSCRIBE s        => ["ssubscribe", "s", :1]
        "#,
    );
    for (name, value) in [("flags", "P"), ("sub", "2"), ("psub", "1"), ("ssub", "1")] {
        assert_eq!(field(&server, "sub", name), value, "{name}");
    }
    let mut client = server.client();
    client.talk(
        r#"
        CLIENT LIST TYPE pubsub         => g"id=* name=sub *"
        CLIENT KILL TYPE pubsub         => :1
        CLIENT KILL TYPE pubsub         => :0
        "#,
    );
    assert!(subscriber.recv_to_end().is_empty());
    wait_until("it is gone", || client.cmd(&["PUBSUB", "NUMPAT"]) == Reply::Int(0));
}

#[test]
fn client_reply_off_silences_replies_but_not_pushes() {
    let server = Server::start(&[]);
    server.client3().talk(
        r#"
        CLIENT REPLY OFF     => (none)
        SUBSCRIBE a          => >["subscribe", "a", :1]
        PUBLISH a hi         => >["message", "a", "hi"]
        UNSUBSCRIBE a        => >["unsubscribe", "a", :0]
        CLIENT REPLY ON      => +OK
        CLIENT REPLY SKIP    => (none)
        SUBSCRIBE a          => >["subscribe", "a", :1]
        PING                 => +PONG
        "#,
    );
}

#[test]
fn subscriptions_in_a_transaction() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        MULTI               => +OK
        SUBSCRIBE a         => +QUEUED
        UNSUBSCRIBE b       => +QUEUED
        SUBSCRIBE c         => +QUEUED
        EXEC                => [["subscribe", "a", :1], ["unsubscribe", "b", :1], ["subscribe", "c", :2]]
        GET k               => -ERR Can't execute 'get': *
        RESET               => +RESET
        # A message for who listens no more is no reply to anything.
        MULTI               => +OK
        SUBSCRIBE a         => +QUEUED
        skein valkey | PUBLISH a hi        => +QUEUED
        UNSUBSCRIBE a       => +QUEUED
        skein | EXEC        => [["subscribe", "a", :1], :1, ["unsubscribe", "a", :0]]
        redis valkey | DISCARD   => +OK
        PING                => +PONG
        "#,
    );
    let mut client = server.client3();
    client.talk(
        r#"
        SUBSCRIBE a         => >["subscribe", "a", :1]
        MULTI               => +OK
        PUBLISH a hi        => +QUEUED
        UNSUBSCRIBE a       => +QUEUED
        # What was published belongs before the end of the subscription, and not into the array.
        skein | EXEC        => >["message", "a", "hi"]
        skein | (more)      => [:1, >["unsubscribe", "a", :0]]
        redis valkey | DISCARD   => +OK
        PING                => +PONG
        "#,
    );
}

#[test]
fn what_is_asked_for_together_is_answered_in_order() {
    let server = Server::start(&[]);
    let mut client = server.client3();
    let batch = [
        &["SUBSCRIBE", "a"][..],
        &["PUBLISH", "a", "1"],
        &["UNSUBSCRIBE", "a"],
        &["PING"],
        &["SUBSCRIBE", "a"],
        &["PUBLISH", "a", "2"],
        &["RESET"],
        &["PING"],
    ];
    client.send(&batch.map(encode).concat());
    client.talk(
        r#"
        (more)    => >["subscribe", "a", :1]
        redis     | (more)    => >["message", "a", "1"]
        (more)    => :1
        skein valkey | (more)    => >["message", "a", "1"]
        (more)    => >["unsubscribe", "a", :0]
        (more)    => +PONG
        (more)    => >["subscribe", "a", :1]
        redis     | (more)    => >["message", "a", "2"]
        (more)    => :1
        skein valkey | (more)    => >["message", "a", "2"]
        (more)    => +RESET
        (more)    => +PONG
        "#,
    );
}

#[test]
fn a_message_reaches_a_subscriber_that_waits_for_something_else() {
    let server = Server::start(&[]);
    let mut waiting = server.client3();
    waiting.check("SUBSCRIBE a", ">[\"subscribe\", \"a\", :1]");
    let mut client = server.client();
    client.check("CLIENT PAUSE 10000 WRITE", "+OK");
    waiting.send(&encode(&["SET", "k", "v"]));
    wait_until("the client is held", || info(&mut client, "blocked_clients") == 1);
    // PUBLISH is held by such a pause as well, so another thread has to end it.
    client.check("CLIENT UNPAUSE", "+OK");
    waiting.check("(more)", "+OK");
    waiting.send(&encode(&["BLPOP", "list", "0"]));
    wait_until("the client waits", || info(&mut client, "blocked_clients") == 1);
    client.check("PUBLISH a hi", ":1");
    waiting.check("(more)", ">[\"message\", \"a\", \"hi\"]");
    client.check("RPUSH list x", ":1");
    waiting.check("(more)", "[\"list\", \"x\"]");
}

#[test]
fn subscribers_are_never_idle() {
    let server = Server::start(&["--timeout", "1"]);
    let (mut subscriber, mut other) = (server.client(), server.client());
    subscriber.check("SUBSCRIBE a", "[\"subscribe\", \"a\", :1]");
    other.check("PING", "+PONG");
    assert!(other.recv_to_end().is_empty());
    subscriber.check("PING", "[\"pong\", \"\"]");
}

/// A subscriber that never reads: its name.
fn stalled(server: &Server) -> Client {
    let mut client = server.client();
    client.check("CLIENT SETNAME stalled", "+OK");
    client.check("SUBSCRIBE c", "[\"subscribe\", \"c\", :1]");
    client
}

#[test]
fn a_subscriber_that_does_not_read_is_dropped_and_delays_nobody() {
    if !counts_all_output() {
        return;
    }
    const LIMIT: &str = "pubsub 4mb 0 0";
    let server = Server::start(&["--client-output-buffer-limit", LIMIT]);
    let mut reader = server.client();
    reader.check("SUBSCRIBE c", "[\"subscribe\", \"c\", :1]");
    let stalled = stalled(&server);
    let mut publisher = server.client();
    let message = vec![b'x'; 16 * 1024];
    let (mut sent, mut longest) = (0, Duration::ZERO);
    loop {
        let began = Instant::now();
        let receivers = publisher.cmd(&[b"PUBLISH", &b"c"[..], &message]);
        longest = longest.max(began.elapsed());
        sent += 1;
        assert!(reader.recv().items()[2].bytes() == Some(&message), "message {sent}");
        if receivers == Reply::Int(1) {
            break;
        }
        assert!(sent < 10_000, "160 MB were published and the stalled client is still there");
    }
    assert!(longest < Duration::from_secs(1), "one PUBLISH took {longest:?}");
    // Beyond what the sockets hold, four megabytes were kept.
    assert!(sent > 4 * 1024 * 1024 / (17 * 1024), "dropped after {sent} messages");
    const LINE: &str = "overcoming of output buffer limits";
    // Its own thread tells, a moment after it is gone for publishers.
    wait_until("it is told", || server.log().contains(LINE));
    let log = server.log();
    let line = log.lines().find(|line| line.contains(LINE)).expect("it was there");
    assert!(line.contains("Client id=") && line.contains(" name=stalled "), "{line}");
    assert!(line.contains("scheduled to be closed ASAP"), "{line}");
    wait_until("it is counted", || limit_disconnections(&mut publisher) == 1);
    drop(stalled);
}

#[test]
fn what_waits_is_shown_and_the_soft_limit_needs_time() {
    if !counts_all_output() {
        return;
    }
    let server = Server::start(&[]);
    let _stalled = stalled(&server);
    let mut publisher = server.client();
    let message = vec![b'x'; 64 * 1024];
    wait_until("messages wait", || {
        publisher.cmd(&[b"PUBLISH", &b"c"[..], &message]);
        field(&server, "stalled", "oll").parse::<u64>().is_ok_and(|count| count > 20)
    });
    let waiting: u64 = field(&server, "stalled", "omem").parse().expect("a number");
    assert!(waiting > 20 * 64 * 1024, "{waiting}");
    let total: u64 = field(&server, "stalled", "tot-mem").parse().expect("a number");
    assert!(total > waiting, "{total}");
    publisher.check("CONFIG SET client-output-buffer-limit \"pubsub 0 1mb 1\"", "+OK");
    assert_eq!(field(&server, "stalled", "sub"), "1", "not yet");
    wait_until("it is dropped", || field(&server, "stalled", "sub").is_empty());
    wait_until("it is counted", || limit_disconnections(&mut publisher) == 1);
}

#[test]
fn a_reply_beyond_the_limit_of_ordinary_clients_ends_their_connection() {
    if !counts_all_output() {
        return;
    }
    let server = Server::start(&["--client-output-buffer-limit", "normal 1mb 0 0"]);
    let mut client = server.client();
    client.check("SETRANGE small 500000 x", ":500001");
    client.check("SETRANGE large 2000000 x", ":2000001");
    assert_eq!(client.cmd(&["GET", "small"]).bytes().map(<[u8]>::len), Some(500_001));
    client.send(&encode(&["GET", "large"]));
    assert!(client.recv_to_end().is_empty());
    let mut client = server.client();
    wait_until("it is counted", || limit_disconnections(&mut client) == 1);
}

#[test]
fn no_message_follows_the_confirmation_of_unsubscribe() {
    let server = Server::start(&[]);
    let stop = AtomicBool::new(false);
    let received = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = server.client();
                while !stop.load(Ordering::Relaxed) {
                    let commands = vec![vec!["PUBLISH", "c", "m"]; 16];
                    client.pipeline(&commands);
                }
            });
        }
        let _stop = StopOnDrop(&stop);
        let subscribers: Vec<_> = (0..4)
            .map(|index| {
                let (server, received) = (&server, &received);
                scope.spawn(move || come_and_go(server, index % 2 == 0, received))
            })
            .collect();
        subscribers.into_iter().for_each(|thread| thread.join().expect("all in order"));
    });
    assert!(received.load(Ordering::Relaxed) > 1000, "hardly any message came: {received:?}");
}

/// Subscribes and unsubscribes under fire: between the confirmations there are only messages,
/// outside of them there is none.
fn come_and_go(server: &Server, resp3: bool, received: &AtomicU64) {
    let mut client = if resp3 { server.client3() } else { server.client() };
    let of = |reply: &Reply| match reply {
        Reply::Push(items) | Reply::Array(items) => items[0].text(),
        other => panic!("not a message: {other}"),
    };
    for round in 0..200 {
        let pattern = round % 3 == 0;
        let (subscribe, unsubscribe, what) = match pattern {
            true => ("PSUBSCRIBE", "PUNSUBSCRIBE", "?"),
            false => ("SUBSCRIBE", "UNSUBSCRIBE", "c"),
        };
        let confirmation = client.cmd(&[subscribe, what]);
        assert_eq!(of(&confirmation), subscribe.to_lowercase());
        for _ in 0..20 {
            assert!(of(&client.recv()).ends_with("message"));
            received.fetch_add(1, Ordering::Relaxed);
        }
        client.send(&encode(&[unsubscribe, what]));
        client.send(&encode(&["PING"]));
        while of(&client.recv()) != unsubscribe.to_lowercase() {}
        assert_eq!(client.recv().to_string(), "+PONG", "a message after the confirmation");
    }
}

#[test]
fn all_subscribers_see_the_same_order() {
    const MESSAGES: usize = 500;
    let server = Server::start(&[]);
    let mut subscribers: Vec<Client> = (0..4).map(|_| server.client()).collect();
    for client in &mut subscribers {
        client.check("SUBSCRIBE c", "[\"subscribe\", \"c\", :1]");
    }
    std::thread::scope(|scope| {
        for publisher in 0..4 {
            let server = &server;
            scope.spawn(move || {
                let mut client = server.client();
                for number in 0..MESSAGES {
                    client.cmd(&["PUBLISH", "c", &format!("{publisher} {number}")]);
                }
            });
        }
        let mut seen = subscribers.into_iter().map(|mut client| {
            let texts = (0..4 * MESSAGES).map(|_| client.recv().items()[2].text());
            texts.collect::<Vec<String>>()
        });
        let first = seen.next().expect("four subscribers");
        assert!(seen.all(|other| other == first));
    });
}
