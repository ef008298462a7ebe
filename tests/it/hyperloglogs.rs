//! HyperLogLogs: what is counted, how it is kept, and bytes that are none.

use crate::harness::{Kind, Peer, Server, kind_under_test, need};

#[test]
fn pfadd_pfcount_and_pfmerge() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        PFADD k a b c d e f g               => :1
        PFCOUNT k                           => :7
        PFADD k a b c                       => :0
        PFADD k h                           => :1
        PFCOUNT k                           => :8
        PFCOUNT missing                     => :0
        PFCOUNT missing k missing           => :8
        PFADD empty                         => :1
        PFADD empty                         => :0
        PFCOUNT empty                       => :0
        TYPE empty                          => +string
        OBJECT ENCODING empty               => "raw"
        STRLEN empty                        => :18
        PFADD l a b x y                     => :1
        PFCOUNT k l                         => :10
        PFMERGE m k l missing               => +OK
        PFCOUNT m                           => :10
        PFMERGE m                           => +OK
        PFCOUNT m                           => :10
        PFMERGE new                         => +OK
        PFCOUNT new                         => :0
        EXPIRE k 100                        => :1
        PFADD k another                     => :1
        PFMERGE k l                         => +OK
        TTL k                               => :99..100
        PFADD                               => -ERR wrong number of arguments for 'pfadd' command
        PFCOUNT                             => -ERR wrong number of arguments for 'pfcount' command
        PFMERGE                             => -ERR wrong number of arguments for 'pfmerge' command
    "#,
    );
}

/// The bytes are Redis's: a count is kept in them until it is stale.
#[test]
fn the_bytes_of_a_hyperloglog() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        PFADD k a b c d e f g               => :1
        GET k                               => "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80Fm\x80V\x0c\x80D<\x848\x80P\xb1\x84I\x8c\x80Bm\x80BZ"
        PFCOUNT k                           => :7
        GETRANGE k 8 15                     => "\x07\x00\x00\x00\x00\x00\x00\x00"
        PFADD k a                           => :0
        GETRANGE k 8 15                     => "\x07\x00\x00\x00\x00\x00\x00\x00"
        PFADD k new                         => :1
        GETRANGE k 8 15                     => "\x07\x00\x00\x00\x00\x00\x00\x80"
        # What is kept is believed.
        SETRANGE k 8 "\x2a\x00\x00\x00\x00\x00\x00\x00" => :*
        PFCOUNT k                           => :42
        PFCOUNT k missing                   => :8
    "#,
    );
}

#[test]
fn sparse_becomes_dense() {
    let server = Server::start(&["--hll-sparse-max-bytes", "30"]);
    server.client().talk(
        r#"
        PFADD k a b                         => :1
        PFDEBUG ENCODING k                  => +sparse
        PFADD k c d e                       => :1
        PFDEBUG ENCODING k                  => +dense
        STRLEN k                            => :12304
        PFCOUNT k                           => :5
        PFADD s x                           => :1
        PFDEBUG DECODE s                    => "Z:16374 v:2,1 z:9"
        PFDEBUG TODENSE s                   => :1
        PFDEBUG TODENSE s                   => :0
        PFDEBUG DECODE s                    => -ERR HLL encoding is not sparse
        PFCOUNT s                           => :1
        PFADD t y                           => :1
        PFMERGE t s                         => +OK
        PFDEBUG encoding t                  => +dense
        PFCOUNT t                           => :2
        PFADD u y                           => :1
        PFDEBUG GETREG u                    => [:0, :0, :0, ...]
        PFDEBUG ENCODING u                  => +dense
        CONFIG SET hll-sparse-max-bytes 3000 => +OK
        PFADD v a b c d e f g h i j         => :1
        PFDEBUG ENCODING v                  => +sparse
        PFDEBUG FOO v                       => -ERR Unknown PFDEBUG subcommand 'FOO'
        PFDEBUG ENCODING missing            => -ERR The specified key does not exist
        PFDEBUG ENCODING                    => -ERR wrong number of arguments for 'pfdebug' command
        PFSELFTEST                          => +OK
    "#,
    );
}

#[test]
fn other_values_are_refused() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        (list l)
        PFADD l a                           => -WRONGTYPE Operation against a key holding the wrong kind of value
        PFCOUNT l                           => -WRONGTYPE Operation against a key holding the wrong kind of value
        PFCOUNT missing l                   => -WRONGTYPE Operation against a key holding the wrong kind of value
        PFMERGE l                           => -WRONGTYPE Operation against a key holding the wrong kind of value
        PFMERGE d l                         => -WRONGTYPE Operation against a key holding the wrong kind of value
        SET s text                          => +OK
        PFADD s a                           => -WRONGTYPE Key is not a valid HyperLogLog string value.
        PFCOUNT s                           => -WRONGTYPE Key is not a valid HyperLogLog string value.
        PFCOUNT missing s                   => -WRONGTYPE Key is not a valid HyperLogLog string value.
        PFMERGE d s                         => -WRONGTYPE Key is not a valid HyperLogLog string value.
        PFDEBUG ENCODING s                  => -WRONGTYPE Key is not a valid HyperLogLog string value.
        EXISTS d                            => :0
        SET n 12345                         => +OK
        PFADD n a                           => -WRONGTYPE Key is not a valid HyperLogLog string value.
        SET e ""                            => +OK
        PFADD e                             => -WRONGTYPE Key is not a valid HyperLogLog string value.
        # Another magic, another encoding, a dense one that is too short.
        PFADD k a                           => :1
        SETRANGE k 0 J                      => :*
        PFCOUNT k                           => -WRONGTYPE Key is not a valid HyperLogLog string value.
        SETRANGE k 0 "HYLL\x02"             => :*
        PFCOUNT k                           => -WRONGTYPE Key is not a valid HyperLogLog string value.
        SETRANGE k 4 "\x00"                 => :*
        PFCOUNT k                           => -WRONGTYPE Key is not a valid HyperLogLog string value.
    "#,
    );
}

#[test]
fn corrupted_registers_are_found() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        # Runs beyond the last register.
        SET k "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x7f\xff\x80" => +OK
        PFCOUNT k                           => -INVALIDOBJ Corrupted HLL object detected
        PFCOUNT k missing                   => -INVALIDOBJ Corrupted HLL object detected
        PFMERGE d k                         => -INVALIDOBJ Corrupted HLL object detected
        PFDEBUG TODENSE k                   => -INVALIDOBJ Corrupted HLL object detected
        PFDEBUG GETREG k                    => -INVALIDOBJ Corrupted HLL object detected
        EXISTS d                            => :0
        # Not as many as there are registers.
        SET k "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80\x10" => +OK
        PFCOUNT k                           => -INVALIDOBJ Corrupted HLL object detected
        PFADD k a b c                       => -INVALIDOBJ Corrupted HLL object detected
        SET k "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80" => +OK
        PFADD k a                           => -INVALIDOBJ Corrupted HLL object detected
        PFMERGE k                           => -INVALIDOBJ Corrupted HLL object detected
        # The kept count is answered without a look at the registers.
        SETRANGE k 15 "\x00"                => :16
        PFCOUNT k                           => :0
        # The largest values that registers can have.
        PFADD full a                        => :1
        PFDEBUG TODENSE full                => :1
    "#,
    );
    let mut client = server.client();
    client.cmd(&[b"SETRANGE".as_slice(), b"full", b"16", &[0xff; 12_288]]);
    client.talk(
        r#"
        PFCOUNT full                        => :-9223372036854775808
        PFCOUNT full full                   => :-9223372036854775808
        PFADD full a b c                    => :0
    "#,
    );
}

/// Counts stay near the truth, whatever the encoding, and a peer counts the same.
#[test]
fn redis_counts_the_same() {
    if kind_under_test() != Kind::Skein {
        return;
    }
    let Some(redis) = need(Peer::RedisServer) else { return };
    let (ours, theirs) = (Server::start(&[]), Server::start_binary(&redis, &[]));
    let (mut ours, mut theirs) = (ours.client(), theirs.client());
    for round in 0..60 {
        let elements: Vec<String> =
            (0..500).map(|i| format!("element:{}", round * 400 + i)).collect();
        let mut pfadd = vec!["PFADD", "k"];
        pfadd.extend(elements.iter().map(String::as_str));
        assert_eq!(ours.cmd(&pfadd), theirs.cmd(&pfadd));
        assert!(ours.cmd(&["GET", "k"]) == theirs.cmd(&["GET", "k"]), "round {round}");
        let count = ours.cmd(&["PFCOUNT", "k"]);
        assert_eq!(count, theirs.cmd(&["PFCOUNT", "k"]));
        let truth = round * 400 + 500;
        assert!(count.int().abs_diff(truth) < truth as u64 / 20, "{truth} counted as {count}");
        assert!(ours.cmd(&["GET", "k"]) == theirs.cmd(&["GET", "k"]), "round {round}");
        let dump = ours.cmd(&["DUMP", "k"]);
        let dump = dump.bytes().unwrap_or_default();
        theirs.cmd(&[b"RESTORE".as_slice(), b"copy", b"0", dump, b"REPLACE"]);
        assert_eq!(theirs.cmd(&["PFCOUNT", "copy", "missing"]), count);
    }
}
