//! Strings: a conversation for each command that reads or writes one whole or in part.
//! Counters are in `numbers`, SET's conditions and the digest commands in `conditions`.

use crate::harness::Server;

#[test]
fn set_get_and_overwrite() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        GET k                               => (nil)
        SET k v                             => +OK
        GET k                               => "v"
        set k "binary \x00\r\n\xff \"safe\"" => +OK
        get k                               => "binary \x00\r\n\xff \"safe\""
        SET "" ""                           => +OK
        GET ""                              => ""
        STRLEN ""                           => :0
        (list l)
        GET l                               => -WRONGTYPE Operation against a key holding the wrong kind of value
        SET l now-a-string                  => +OK
        TYPE l                              => +string
        SET k                               => -ERR wrong number of arguments for 'set' command
        GET                                 => -ERR wrong number of arguments for 'get' command
        GET a b                             => -ERR wrong number of arguments for 'get' command
        SET k v WHAT                        => -ERR syntax error
        SET k v EX                          => -ERR syntax error
    "#,
    );
}

#[test]
fn set_with_expiry() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k v EX 100                      => +OK
        TTL k                               => :99..100
        SET k v2 KEEPTTL                    => +OK
        TTL k                               => :99..100
        GET k                               => "v2"
        SET k v                             => +OK
        TTL k                               => :-1
        SET k v px 100000                   => +OK
        PTTL k                              => :99000..100000
        SET k v EXAT 33177117420            => +OK
        EXPIRETIME k                        => :33177117420
        SET k v PXAT 33177117420000         => +OK
        PEXPIRETIME k                       => :33177117420000
        SET k v EXAT 1                      => +OK
        GET k                               => (nil)
        EXISTS k                            => :0
        SET k v PX 20                       => +OK
        GET k                               => "v"
        (wait 40 ms)
        GET k                               => (nil)
        SET k v EX 0                        => -ERR invalid expire time in 'set' command
        SET k v EX -1                       => -ERR invalid expire time in 'set' command
        SET k v PX 9223372036854775807      => -ERR invalid expire time in 'set' command
        SET k v EX 9223372036854775807      => -ERR invalid expire time in 'set' command
        SET k v EX ten                      => -ERR value is not an integer or out of range
        SET k v EX 10 PX 10                 => -ERR syntax error
        SET k v EX 10 KEEPTTL               => -ERR syntax error
        SET k v KEEPTTL EXAT 10             => -ERR syntax error
        EXISTS k                            => :0
    "#,
    );
}

#[test]
fn set_nx_xx_and_get() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k v XX                          => (nil)
        SET k v NX                          => +OK
        SET k w NX                          => (nil)
        SET k w XX                          => +OK
        SET k x GET                         => "w"
        SET new x GET                       => (nil)
        GET new                             => "x"
        SET k y NX GET                      => "x"
        GET k                               => "x"
        SET fresh y NX GET                  => (nil)
        GET fresh                           => "y"
        SET absent y XX GET                 => (nil)
        EXISTS absent                       => :0
        SET k z EX 100 GET XX               => "x"
        TTL k                               => :99..100
        SET k v NX XX                       => -ERR syntax error
        (list l)
        SET l v GET                         => -WRONGTYPE Operation against a key holding the wrong kind of value
        TYPE l                              => +list
    "#,
    );
}

#[test]
fn setnx_setex_psetex_and_getset() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SETNX k v                           => :1
        SETNX k w                           => :0
        GET k                               => "v"
        SETEX k 100 w                       => +OK
        TTL k                               => :99..100
        PSETEX k 100000 x                   => +OK
        PTTL k                              => :99000..100000
        GETSET k y                          => "x"
        TTL k                               => :-1
        GETSET new z                        => (nil)
        SETEX k 0 v                         => -ERR invalid expire time in 'setex' command
        SETEX k -5 v                        => -ERR invalid expire time in 'setex' command
        PSETEX k 0 v                        => -ERR invalid expire time in 'psetex' command
        SETEX k ten v                       => -ERR value is not an integer or out of range
        SETEX k 10                          => -ERR wrong number of arguments for 'setex' command
        (list l)
        SETNX l v                           => :0
        GETSET l v                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        SETEX l 100 v                       => +OK
        TYPE l                              => +string
    "#,
    );
}

#[test]
fn getex_and_getdel() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        GETEX k                             => (nil)
        GETEX k EX 10                       => (nil)
        EXISTS k                            => :0
        SET k v                             => +OK
        GETEX k                             => "v"
        TTL k                               => :-1
        GETEX k EX 100                      => "v"
        TTL k                               => :99..100
        GETEX k PX 50000                    => "v"
        PTTL k                              => :49000..50000
        GETEX k EXAT 33177117420            => "v"
        EXPIRETIME k                        => :33177117420
        GETEX k PXAT 33177117420000         => "v"
        GETEX k PERSIST                     => "v"
        TTL k                               => :-1
        GETEX k EX 0                        => -ERR invalid expire time in 'getex' command
        GETEX k EX ten                      => -ERR value is not an integer or out of range
        GETEX k EX 10 PERSIST               => -ERR syntax error
        GETEX k KEEPTTL                     => -ERR syntax error
        GETEX k EX                          => -ERR syntax error
        GETEX k EXAT 1                      => "v"
        EXISTS k                            => :0
        SET k v                             => +OK
        GETDEL k                            => "v"
        GETDEL k                            => (nil)
        (list l)
        GETDEL l                            => -WRONGTYPE Operation against a key holding the wrong kind of value
        GETEX l                             => -WRONGTYPE Operation against a key holding the wrong kind of value
        TYPE l                              => +list
    "#,
    );
}

#[test]
fn append_strlen_and_encodings() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        APPEND k hello                      => :5
        APPEND k " world"                   => :11
        GET k                               => "hello world"
        STRLEN k                            => :11
        STRLEN missing                      => :0
        APPEND k ""                         => :11
        OBJECT ENCODING k                   => "raw"
        SET n 10                            => +OK
        OBJECT ENCODING n                   => "int"
        APPEND n 5                          => :3
        GET n                               => "105"
        OBJECT ENCODING n                   => "raw"
        SET s short                         => +OK
        OBJECT ENCODING s                   => "embstr"
        SET s 12345678901234567890123456789012345678901234 => +OK
        OBJECT ENCODING s                   => "embstr"
        SET s 123456789012345678901234567890123456789012345 => +OK
        skein redis | OBJECT ENCODING s     => "raw"
        SET s 9223372036854775807           => +OK
        OBJECT ENCODING s                   => "int"
        SET s 9223372036854775808           => +OK
        OBJECT ENCODING s                   => "embstr"
        SET s -0                            => +OK
        OBJECT ENCODING s                   => "embstr"
        SET s " 1"                          => +OK
        OBJECT ENCODING s                   => "embstr"
        SET s 007                           => +OK
        OBJECT ENCODING s                   => "embstr"
        GET s                               => "007"
        (list l)
        APPEND l x                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        STRLEN l                            => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn getrange_substr_and_setrange() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k "This is a string"            => +OK
        GETRANGE k 0 3                      => "This"
        GETRANGE k -3 -1                    => "ing"
        GETRANGE k 0 -1                     => "This is a string"
        GETRANGE k 10 100                   => "string"
        GETRANGE k 5 3                      => ""
        GETRANGE k 100 200                  => ""
        GETRANGE k -100 3                   => "This"
        GETRANGE k -2 -5                    => ""
        GETRANGE k -9223372036854775808 9223372036854775807 => "This is a string"
        GETRANGE missing 0 -1               => ""
        GETRANGE k a 1                      => -ERR value is not an integer or out of range
        SUBSTR k 0 3                        => "This"
        SUBSTR k -3 -1                      => "ing"
        SET n 12345                         => +OK
        GETRANGE n 1 -2                     => "234"
        SETRANGE k 10 STRING                => :16
        GET k                               => "This is a STRING"
        SETRANGE new 5 x                    => :6
        GET new                             => "\x00\x00\x00\x00\x00x"
        SETRANGE new 0 ""                   => :6
        SETRANGE missing 5 ""               => :0
        EXISTS missing                      => :0
        SETRANGE n 1 9                      => :5
        GET n                               => "19345"
        SETRANGE k -1 x                     => -ERR offset is out of range
        SETRANGE k 536870912 x              => -ERR string exceeds maximum allowed size (proto-max-bulk-len)
        SETRANGE k 9223372036854775807 x    => -ERR string exceeds maximum allowed size (proto-max-bulk-len)
        SETRANGE k a x                      => -ERR value is not an integer or out of range
        (list l)
        GETRANGE l 0 1                      => -WRONGTYPE Operation against a key holding the wrong kind of value
        SETRANGE l 0 x                      => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn mget_mset_and_msetnx() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        MSET a 1 b 2 a 3                    => +OK
        MGET a b c a                        => ["3", "2", (nil), "3"]
        (list l)
        MGET l a                            => [(nil), "3"]
        MSETNX c 1 a 2                      => :0
        EXISTS c                            => :0
        MSETNX c 1 d 2                      => :1
        MGET c d                            => ["1", "2"]
        MSETNX e 1 e 2                      => :1
        GET e                               => "2"
        SET t v EX 100                      => +OK
        MSET t w l y                        => +OK
        TTL t                               => :-1
        TYPE l                              => +string
        MSET a                              => -ERR wrong number of arguments for 'mset' command
        MSET a 1 b                          => -ERR wrong number of arguments for 'mset' command
        MSETNX a 1 b                        => -ERR wrong number of arguments for 'msetnx' command
        MGET                                => -ERR wrong number of arguments for 'mget' command
    "#,
    );
}

#[test]
fn lcs_in_all_its_forms() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        MSET k1 ohmytext k2 mynewtext       => +OK
        LCS k1 k2                           => "mytext"
        LCS k1 k2 LEN                       => :6
        LCS k1 k2 IDX                       => ["matches", [[[:4, :7], [:5, :8]], [[:2, :3], [:0, :1]]], "len", :6]
        LCS k1 k2 IDX MINMATCHLEN 4         => {"matches": [[[:4, :7], [:5, :8]]], "len": :6}
        LCS k1 k2 IDX MINMATCHLEN 4 WITHMATCHLEN => {"matches": [[[:4, :7], [:5, :8], :4]], "len": :6}
        LCS k1 k2 IDX WITHMATCHLEN MINMATCHLEN -1 => {"matches": [[[:4, :7], [:5, :8], :4], [[:2, :3], [:0, :1], :2]], "len": :6}
        LCS k1 missing                      => ""
        LCS k1 missing LEN                  => :0
        LCS missing missing IDX             => {"matches": [], "len": :0}
        LCS k1 k2 LEN IDX                   => -ERR If you want both the length and indexes, please just use IDX.
        LCS k1 k2 MINMATCHLEN               => -ERR syntax error
        LCS k1 k2 MINMATCHLEN x             => -ERR value is not an integer or out of range
        LCS k1                              => -ERR wrong number of arguments for 'lcs' command
        (list l)
        LCS k1 l                            => -ERR The specified keys must contain string values
    "#,
    );
    server.client3().talk(
        r#"
        LCS k1 k2 IDX MINMATCHLEN 4         => {"matches": [[[:4, :7], [:5, :8]]], "len": :6}
    "#,
    );
}

#[test]
fn values_of_every_size_come_back_whole() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for size in [0, 1, 44, 45, 4096, 16_383, 16_384, 32_767, 32_768, 32_769, 65_536, 3_000_000] {
        let value: Vec<u8> = (0..size).map(|i: usize| (i * 31 + i / 251) as u8).collect();
        client.cmd(&[b"SET".as_slice(), b"k", &value]);
        let got = client.cmd(&["GET", "k"]);
        assert!(got.bytes() == Some(&value), "a value of {size} bytes came back changed");
        assert_eq!(client.cmd(&["STRLEN", "k"]).int(), size as i64);
        client.cmd(&[b"APPEND".as_slice(), b"k", &value]);
        assert_eq!(client.cmd(&["STRLEN", "k"]).int(), 2 * size as i64);
    }
}
