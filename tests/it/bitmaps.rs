//! Bitmaps: bits set, read, counted, looked for and combined; fields of integers.

use crate::harness::Server;

#[test]
fn setbit_and_getbit() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SETBIT k 7 1                        => :0
        SETBIT k 7 1                        => :1
        GET k                               => "\x01"
        SETBIT k 7 0                        => :1
        GET k                               => "\x00"
        SETBIT k 30 1                       => :0
        GET k                               => "\x00\x00\x00\x02"
        OBJECT ENCODING k                   => "raw"
        GETBIT k 30                         => :1
        GETBIT k 31                         => :0
        GETBIT k 32                         => :0
        GETBIT k 4294967295                 => :0
        GETBIT missing 5                    => :0
        EXISTS missing                      => :0
        # A clear bit behind the end makes the string longer.
        SETBIT new 20 0                     => :0
        STRLEN new                          => :3
        SET n 12345                         => +OK
        GETBIT n 2                          => :1
        SETBIT n 0 0                        => :0
        OBJECT ENCODING n                   => "raw"
        SETBIT n 0 1                        => :0
        GET n                               => "\xb12345"
        SET t v EX 100                      => +OK
        SETBIT t 0 1                        => :0
        TTL t                               => :99..100
        SETBIT k x 1                        => -ERR bit offset is not an integer or out of range
        SETBIT k -1 1                       => -ERR bit offset is not an integer or out of range
        SETBIT k 4294967296 1               => -ERR bit offset is not an integer or out of range
        SETBIT k 9223372036854775807 1      => -ERR bit offset is not an integer or out of range
        SETBIT k 0 2                        => -ERR bit is not an integer or out of range
        SETBIT k 0 -1                       => -ERR bit is not an integer or out of range
        SETBIT k 0 x                        => -ERR bit is not an integer or out of range
        SETBIT k x x                        => -ERR bit offset is not an integer or out of range
        SETBIT k 0                          => -ERR wrong number of arguments for 'setbit' command
        GETBIT k #1                         => -ERR bit offset is not an integer or out of range
        GETBIT missing x                    => -ERR bit offset is not an integer or out of range
        (list l)
        SETBIT l 0 x                        => -ERR bit is not an integer or out of range
        SETBIT l 0 1                        => -WRONGTYPE Operation against a key holding the wrong kind of value
        GETBIT l 0                          => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn bitcount_in_bytes_and_bits() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k foobar                        => +OK
        BITCOUNT k                          => :26
        BITCOUNT k 0 0                      => :4
        BITCOUNT k 1 1 BYTE                 => :6
        BITCOUNT k 0 -1                     => :26
        BITCOUNT k -2 -1                    => :7
        BITCOUNT k 5 30 BIT                 => :17
        BITCOUNT k 5 5 bit                  => :1
        BITCOUNT k -1 -1 BIT                => :0
        BITCOUNT k 3 1                      => :0
        BITCOUNT k -1 -3                    => :0
        BITCOUNT k -100 0                   => :4
        BITCOUNT k 100 200                  => :0
        BITCOUNT k -9223372036854775808 9223372036854775807 BIT => :26
        BITCOUNT missing                    => :0
        BITCOUNT missing 0 -1 BIT           => :0
        SET one x                           => +OK
        BITCOUNT one -1 -100                => :0
        SET n 12345                         => +OK
        BITCOUNT n                          => :17
        SET empty ""                        => +OK
        BITCOUNT empty 0 -1                 => :0
        BITCOUNT k 0 a                      => -ERR value is not an integer or out of range
        BITCOUNT k 0 1 FOO                  => -ERR syntax error
        BITCOUNT k 0 1 BIT 2                => -ERR syntax error
        skein redis | BITCOUNT k 0          => -ERR syntax error
        (list l)
        BITCOUNT l                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        BITCOUNT l 0 -1                     => -WRONGTYPE Operation against a key holding the wrong kind of value
        # Arguments are looked at before the key.
        skein valkey | BITCOUNT l a b       => -ERR value is not an integer or out of range
        skein valkey | BITCOUNT missing a b => -ERR value is not an integer or out of range
    "#,
    );
}

#[test]
fn bitpos_and_the_zeros_behind_the_end() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        SET k "\x00\xff\xf0"                => +OK
        BITPOS k 1                          => :8
        BITPOS k 0                          => :0
        BITPOS k 1 2                        => :16
        BITPOS k 0 1                        => :20
        BITPOS k 0 1 1                      => :-1
        BITPOS k 1 0 0                      => :-1
        BITPOS k 1 -1                       => :16
        BITPOS k 1 7 15 BIT                 => :8
        BITPOS k 1 7 15 BYTE                => :-1
        BITPOS k 0 8 19 bit                 => :-1
        BITPOS k 0 8 20 BIT                 => :20
        BITPOS k 1 9 -3 BIT                 => :9
        SET ones "\xff\xff\xff"             => +OK
        BITPOS ones 0                       => :24
        BITPOS ones 0 1                     => :24
        BITPOS ones 0 0 -1                  => :-1
        BITPOS ones 0 3                     => :-1
        BITPOS ones 0 0 -1 BIT              => :-1
        BITPOS missing 0                    => :0
        BITPOS missing 1                    => :-1
        BITPOS missing 0 5 10 BIT           => :0
        SET empty ""                        => +OK
        BITPOS empty 0                      => :-1
        BITPOS empty 1                      => :-1
        BITPOS empty 0 0                    => :-1
        SET one x                           => +OK
        BITPOS one 1 -1 -100                => :1
        SET n 12345                         => +OK
        BITPOS n 1                          => :2
        BITPOS k 2                          => -ERR The bit argument must be 1 or 0.
        BITPOS k x                          => -ERR value is not an integer or out of range
        BITPOS k 1 x 0 FOO                  => -ERR value is not an integer or out of range
        BITPOS k 1 0 x FOO                  => -ERR syntax error
        BITPOS k 1 0 x BIT                  => -ERR value is not an integer or out of range
        BITPOS k 1 a b BIT X                => -ERR syntax error
        (list l)
        BITPOS l 2                          => -ERR The bit argument must be 1 or 0.
        BITPOS l 1                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        skein valkey | BITPOS l 1 a         => -ERR value is not an integer or out of range
    "#,
    );
}

#[test]
fn bitop_combines_strings() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        MSET a "\x0f\xff" b "\x3c" c "\x01\x80\xaa" => +OK
        BITOP AND d a b                     => :2
        GET d                               => "\x0c\x00"
        BITOP or d a b                      => :2
        GET d                               => "\x3f\xff"
        BITOP XOR d a b c                   => :3
        GET d                               => "\x32\x7f\xaa"
        BITOP NOT d c                       => :3
        GET d                               => "\xfe\x7fU"
        BITOP AND d a missing               => :2
        GET d                               => "\x00\x00"
        BITOP OR d a                        => :2
        GET d                               => "\x0f\xff"
        BITOP XOR a a a                     => :2
        GET a                               => "\x00\x00"
        SET t v EX 100                      => +OK
        BITOP OR t b                        => :1
        TTL t                               => :-1
        BITOP OR t missing                  => :0
        EXISTS t                            => :0
        BITOP NOT t missing                 => :0
        MSET n 12345 m ""                   => +OK
        BITOP AND d n                       => :5
        GET d                               => "12345"
        OBJECT ENCODING d                   => "raw"
        INCR d                              => :12346
        BITOP OR d m                        => :0
        EXISTS d                            => :0
        BITOP NAND d a                      => -ERR syntax error
        BITOP NOT d a b                     => -ERR BITOP NOT must be called with a single source key.
        BITOP AND d                         => -ERR wrong number of arguments for 'bitop' command
        (list l)
        BITOP AND d a l                     => -WRONGTYPE Operation against a key holding the wrong kind of value
        BITOP OR l b                        => :1
        TYPE l                              => +string
    "#,
    );
}

/// What Redis 8.2 has beyond its older operations.
#[test]
fn bitop_as_on_sets() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        MSET x "\xf0\xff" y "\xcc" z "\xaa\x0f\x01" => +OK
        skein | BITOP DIFF d x y z          => :3
        skein | GET d                       => "\x10\xf0\x00"
        skein | BITOP DIFF1 d x y z         => :3
        skein | GET d                       => "\x0e\x00\x01"
        skein | BITOP ANDOR d x y z         => :3
        skein | GET d                       => "\xe0\x0f\x00"
        skein | BITOP ONE d x y z           => :3
        skein | GET d                       => "\x16\xf0\x01"
        skein | BITOP one d x               => :2
        skein | GET d                       => "\xf0\xff"
        skein | BITOP DIFF d x              => -ERR BITOP DIFF must be called with at least two source keys.
        skein | BITOP diff1 d x             => -ERR BITOP DIFF1 must be called with at least two source keys.
        skein | BITOP ANDOR d x             => -ERR BITOP ANDOR must be called with at least two source keys.
        skein | BITOP DIFF d missing other  => :0
        skein | EXISTS d                    => :0
    "#,
    );
}

#[test]
fn bitfield_gets_sets_and_adds() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        BITFIELD k SET i8 0 -1 GET u8 0 GET u4 0 GET i4 4 => [:0, :255, :15, :-1]
        BITFIELD k INCRBY u8 8 10 INCRBY u8 #1 10   => [:10, :20]
        GET k                               => "\xff\x14"
        BITFIELD k GET u16 0 GET u8 #1 GET u8 #2 GET i64 4 => [:65300, :20, :0, :-1062849512059437056]
        BITFIELD k                          => []
        BITFIELD missing GET u8 100 GET i5 3 => [:0, :0]
        EXISTS missing                      => :0
        # A field across the edges of bytes.
        BITFIELD w SET u63 3 9223372036854775807 => [:0]
        GET w                               => "\x1f\xff\xff\xff\xff\xff\xff\xff\xc0"
        BITFIELD w SET i64 1 -9223372036854775808 GET i64 1 => [:4611686018427387903, :-9223372036854775808]
        SET n 123                           => +OK
        BITFIELD n GET u8 #2                => [:51]
        OBJECT ENCODING n                   => "int"
        BITFIELD n SET u8 #2 52             => [:51]
        GET n                               => "124"
        (list l)
        BITFIELD l                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        BITFIELD l GET u8 0                 => -WRONGTYPE Operation against a key holding the wrong kind of value
        BITFIELD l SET u8 0 1               => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn bitfield_overflows_as_it_is_told() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        BITFIELD k SET u8 0 255             => [:0]
        BITFIELD k INCRBY u8 0 10           => [:9]
        BITFIELD k OVERFLOW SAT INCRBY u8 0 300 INCRBY u8 0 -1000 => [:255, :0]
        BITFIELD k OVERFLOW FAIL INCRBY u8 0 -1 INCRBY u8 0 5 => [(nil), :5]
        BITFIELD k overflow wrap SET i8 0 128 GET i8 0 => [:5, :-128]
        BITFIELD k OVERFLOW SAT SET i8 0 300 OVERFLOW WRAP INCRBY i8 0 1 => [:-128, :-128]
        BITFIELD k OVERFLOW FAIL SET i8 0 -129 GET i8 0 => [(nil), :-128]
        BITFIELD k SET u8 0 -1 GET u8 0     => [:128, :255]
        BITFIELD k OVERFLOW SAT SET u8 0 -1 SET u8 0 7 => [:255, :255]
        BITFIELD k OVERFLOW FAIL SET u8 0 -1 => [(nil)]
        BITFIELD b SET i64 0 9223372036854775807 INCRBY i64 0 1 => [:0, :-9223372036854775808]
        BITFIELD b OVERFLOW SAT INCRBY i64 0 -1 => [:-9223372036854775808]
        BITFIELD b OVERFLOW FAIL INCRBY i64 0 -1 => [(nil)]
        BITFIELD c OVERFLOW SAT INCRBY u63 0 9223372036854775807 INCRBY u63 0 1 => [:9223372036854775807, :9223372036854775807]
        # What fails still makes room.
        BITFIELD m OVERFLOW FAIL INCRBY u2 100 5 => [(nil)]
        STRLEN m                            => :13
    "#,
    );
    server.client3().check("BITFIELD k OVERFLOW FAIL INCRBY u8 0 250", "[(nil)]");
}

#[test]
fn bitfield_refuses_what_is_wrong() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        BITFIELD k GET u64 0                => -ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.
        BITFIELD k GET i65 0                => -ERR Invalid bitfield type.*
        BITFIELD k GET u0 0                 => -ERR Invalid bitfield type.*
        BITFIELD k GET U8 0                 => -ERR Invalid bitfield type.*
        BITFIELD k GET 8 0                  => -ERR Invalid bitfield type.*
        BITFIELD k GET "" 0                 => -ERR Invalid bitfield type.*
        BITFIELD k GET u8 -1                => -ERR bit offset is not an integer or out of range
        BITFIELD k GET u8 #-1               => -ERR bit offset is not an integer or out of range
        BITFIELD k GET u8 #                 => -ERR bit offset is not an integer or out of range
        BITFIELD k GET u8 4294967295        => [:0]
        BITFIELD k GET u8 4294967296        => -ERR bit offset is not an integer or out of range
        BITFIELD k GET i63 #9223372036854775807 => -ERR bit offset is not an integer or out of range
        BITFIELD k GET u8                   => -ERR syntax error
        BITFIELD k SET u8 0                 => -ERR syntax error
        BITFIELD k SET u8 0 x               => -ERR value is not an integer or out of range
        BITFIELD k DROP u8 0                => -ERR syntax error
        BITFIELD k OVERFLOW                 => -ERR syntax error
        BITFIELD k OVERFLOW BAR             => -ERR Invalid OVERFLOW type specified
        BITFIELD k SET u8 0 1 GET           => -ERR syntax error
        EXISTS k                            => :0
        SET s foobar                        => +OK
        BITFIELD_RO s GET u8 0 GET u8 #1    => [:102, :111]
        BITFIELD_RO s                       => []
        BITFIELD_RO missing GET i8 0        => [:0]
        BITFIELD_RO s OVERFLOW WRAP GET u8 0 => [:102]
        BITFIELD_RO s SET u8 0 1            => -ERR BITFIELD_RO only supports the GET subcommand
        BITFIELD_RO missing INCRBY u8 0 1   => -ERR BITFIELD_RO only supports the GET subcommand
        (list l)
        BITFIELD_RO l                       => -WRONGTYPE Operation against a key holding the wrong kind of value
        BITFIELD_RO l SET u8 0 1            => -ERR BITFIELD_RO only supports the GET subcommand
    "#,
    );
}

/// A command that only gets needs no right to write.
#[test]
fn what_bitfield_does_with_its_key_depends_on_its_operations() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 OVERFLOW SAT get u8 0 => [["k", ~[+RO, +access]]]
        COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 SET u8 0 1 => [["k", ~[+RW, +access, +update]]]
        COMMAND GETKEYSANDFLAGS BITFIELD k => [["k", ~[+RO, +access]]]
        COMMAND GETKEYS BITOP AND d a b     => ["d", "a", "b"]
    "#,
    );
}

/// Against a plain loop over the bytes, at sizes around every block that is worked on at once.
#[test]
fn bitmaps_of_every_size() {
    let server = Server::start(&[]);
    let mut client = server.client();
    for size in [0, 1, 7, 511, 513, 16_384, 32_768, 40_000, 3_000_001] {
        let a: Vec<u8> = (0..size).map(|i: usize| (i * 31 + i / 251) as u8).collect();
        let b: Vec<u8> = (0..size / 2).map(|i: usize| (i * 17 + 5) as u8).collect();
        client.cmd(&[b"SET".as_slice(), b"a", &a]);
        client.cmd(&[b"SET".as_slice(), b"b", &b]);
        let ones: u32 = a.iter().map(|byte| byte.count_ones()).sum();
        assert_eq!(client.cmd(&["BITCOUNT", "a"]).int(), i64::from(ones));
        assert_eq!(client.cmd(&["BITOP", "XOR", "d", "a", "b"]).int(), size as i64);
        let padded = b.iter().copied().chain(std::iter::repeat(0));
        let expected: Vec<u8> = a.iter().zip(padded).map(|(a, b)| a ^ b).collect();
        let got = client.cmd(&["GET", "d"]);
        assert!(got.bytes().unwrap_or_default() == expected, "XOR of {size} bytes");
        if size > 0 {
            client.cmd(&["BITOP", "XOR", "d", "a", "a"]);
            assert_eq!(client.cmd(&["BITPOS", "d", "1"]).int(), -1);
            let last = size as i64 * 8 - 1;
            client.cmd(&["SETBIT", "d", &last.to_string(), "1"]);
            assert_eq!(client.cmd(&["BITPOS", "d", "1"]).int(), last);
        }
    }
}
