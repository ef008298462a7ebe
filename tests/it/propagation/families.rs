//! What the commands of each family leave in the log. Where lines for skein and for Redis follow
//! each other, the two differ, each to its own readers' benefit: both forms come to the same.

use super::logs;
use crate::harness::{Kind, kind_under_test};

#[test]
fn strings() {
    logs(
        r#"
        SET k v                              => SET k v
        GET k                                => (nothing)
        SET k v EX 100                       => SET k v PXAT @100000
        SET k v PX 100000 GET                => SET k v PXAT @100000
        SET k v EXAT 33177117420             => SET k v PXAT 33177117420000
        skein | SET k w XX KEEPTTL           => SET k w KEEPTTL
        redis | SET k w XX KEEPTTL           => SET k w XX KEEPTTL
        SET k w NX                           => (nothing)
        skein | SET k w GET                  => SET k w
        redis | SET k w GET                  => SET k w
        skein | SET n w NX                   => SET n w
        redis | SET n w NX                   => SET n w NX
        SET n w NX PX 100000                 => (nothing)
        SET m w NX PX 100000                 => SET m w PXAT @100000
        skein | SET n x IFEQ w               => SET n x
        skein | SET n x IFEQ w               => (nothing)
        skein | SET n x PXAT 1               => DEL n
        skein | SET n x PXAT 1               => (nothing)
        SETNX s 1                            => SETNX s 1
        SETNX s 1                            => (nothing)
        SETEX s 100 v                        => SET s v PXAT @100000
        PSETEX s 100000 v                    => SET s v PXAT @100000
        skein | GETSET s w                   => GETSET s w
        redis | GETSET s w                   => SET s w
        MSET a 1 b 2                         => MSET a 1 b 2
        MSETNX a 1 c 2                       => (nothing)
        skein | MSETEX 2 a 1 b 2 EX 100      => SET a 1 PXAT @100000 ; SET b 2 PXAT @100000
        skein | MSETEX 2 a 1 b 2 KEEPTTL     => MSETEX 2 a 1 b 2 KEEPTTL
        skein | MSETEX 1 a 1 NX EX 100       => (nothing)
        GETEX a EX 100                       => PEXPIREAT a @100000
        GETEX a                              => (nothing)
        GETEX a PERSIST                      => PERSIST a
        GETEX a PERSIST                      => (nothing)
        GETEX a PXAT 1                       => DEL a
        GETEX a EX 100                       => (nothing)
        GETDEL b                             => DEL b
        GETDEL b                             => (nothing)
        INCR i                               => INCR i
        DECRBY i 5                           => DECRBY i 5
        INCRBYFLOAT i 0.5                    => SET i -3.5 KEEPTTL
        APPEND i 5                           => APPEND i 5
        SETRANGE i 2 x                       => SETRANGE i 2 x
        SETRANGE i 2 ""                      => (nothing)
        SETBIT bits 7 1                      => SETBIT bits 7 1
        BITFIELD bits SET u8 0 255           => BITFIELD bits SET u8 0 255
        BITFIELD bits GET u8 0               => (nothing)
        BITOP NOT other bits                 => BITOP NOT other bits
        PFADD hll a b c                      => PFADD hll a b c
        PFADD hll a                          => (nothing)
        PFCOUNT hll                          => PFCOUNT hll
        PFCOUNT hll                          => (nothing)
        skein | SET d v                      => SET d v
        skein | DELEX d IFEQ x               => (nothing)
        skein | DELEX d IFEQ v               => DEL d
        skein | DELIFEQ k w                  => DEL k
        "#,
    );
}

#[test]
fn keys() {
    logs(
        r#"
        MSET a 1 b 2 c 3                     => MSET a 1 b 2 c 3
        DEL a missing                        => DEL a missing
        DEL missing                          => (nothing)
        UNLINK b                             => UNLINK b
        EXPIRE c 100                         => PEXPIREAT c @100000
        PEXPIRE c 100000                     => PEXPIREAT c @100000
        EXPIREAT c 33177117420               => PEXPIREAT c 33177117420000
        PEXPIREAT c 33177117420000           => PEXPIREAT c 33177117420000
        EXPIRE c 100 GT                      => (nothing)
        skein | EXPIRE c 100 LT              => PEXPIREAT c @100000
        redis | EXPIRE c 100 LT              => PEXPIREAT c @100000 LT
        EXPIRE missing 100                   => (nothing)
        PERSIST c                            => PERSIST c
        PERSIST c                            => (nothing)
        RENAME c d                           => RENAME c d
        RENAMENX d e                         => RENAMENX d e
        COPY e f                             => COPY e f
        COPY e f                             => (nothing)
        MOVE f 1                             => MOVE f 1
        EXPIRE e -1                          => DEL e
        EXPIRE e -1                          => (nothing)
        RESTORE l 0 "\x01\x01\x01a\x06\x00\x63\x5d\x3a\x13\x78\x95\xd8\xf1" => RESTORE l 0 *
        RESTORE l 100000 "\x01\x01\x01a\x06\x00\x63\x5d\x3a\x13\x78\x95\xd8\xf1" REPLACE => RESTORE l @100000 * REPLACE ABSTTL
        RESTORE l 33177117420000 "\x01\x01\x01a\x06\x00\x63\x5d\x3a\x13\x78\x95\xd8\xf1" REPLACE ABSTTL => RESTORE l 33177117420000 * REPLACE ABSTTL
        RESTORE l 1 "\x01\x01\x01a\x06\x00\x63\x5d\x3a\x13\x78\x95\xd8\xf1" REPLACE ABSTTL => DEL l
        TOUCH f                              => (nothing)
        SWAPDB 0 1                           => SWAPDB 0 1
        FLUSHDB                              => FLUSHDB
        SET k v                              => SET k v
        FLUSHALL                             => FLUSHALL
        "#,
    );
}

#[test]
fn what_expires() {
    logs(
        r#"
        SET k v PX 300                       => SET k v PXAT @0
        (wait 900 ms)                        => DEL k
        skein | HSET h f 1 g 2               => HSET h f 1 g 2
        skein | HPEXPIRE h 300 FIELDS 1 f    => HPEXPIREAT h @0 FIELDS 1 f
        skein | (wait 900 ms)                => HDEL h f
        skein | HPEXPIRE h 300 FIELDS 1 g    => HPEXPIREAT h @0 FIELDS 1 g
        skein | (wait 900 ms)                => DEL h
        "#,
    );
}

/// Nothing expires where a log is replayed: what a write finds missing must be gone there, too, also
/// where nobody else has come to delete it yet.
#[test]
fn what_has_expired_when_a_write_comes() {
    logs(
        r#"
        DEBUG SET-ACTIVE-EXPIRE 0            => (nothing)
        RPUSH l 1 2                          => RPUSH l 1 2
        MSET w_1 9 w_2 8 k v                 => MSET w_1 9 w_2 8 k v
        SADD a x                             => SADD a x
        SADD b y                             => SADD b y
        ZADD z 1 x                           => ZADD z 1 x
        skein | HSET h_1 f 9 g 1             => HSET h_1 f 9 g 1
        skein | HPEXPIRE h_1 20 FIELDS 1 f   => HPEXPIREAT h_1 @0 FIELDS 1 f
        PEXPIRE w_1 20                       => PEXPIREAT w_1 @0
        PEXPIRE a 20                         => PEXPIREAT a @0
        PEXPIRE z 20                         => PEXPIREAT z @0
        PEXPIRE k 20                         => PEXPIREAT k @0
        (wait 50 ms)                         => (nothing)
        SUNIONSTORE s a b                    => DEL a ; SUNIONSTORE s a b
        ZUNIONSTORE s 2 z b                  => DEL z ; ZUNIONSTORE s 2 z b
        SORT l BY w_* STORE s                => DEL w_1 ; SORT l BY w_* STORE s
        skein | SORT l BY h_*->f STORE s     => HDEL h_1 f ; SORT l BY h_*->f STORE s
        SET k w NX PX 20                     => DEL k ; SET k w PXAT @0
        (wait 50 ms)                         => (nothing)
        INCR k                               => DEL k ; INCR k
        "#,
    );
}

#[test]
fn hashes() {
    logs(
        r#"
        HSET h f 1 g 2                       => HSET h f 1 g 2
        HSETNX h f 1                         => (nothing)
        HINCRBY h f 5                        => HINCRBY h f 5
        HINCRBYFLOAT h f 0.5                 => HSET h f 6.5
        HDEL h g missing                     => HDEL h g missing
        HDEL h missing                       => (nothing)
        skein | HSET h a 1 b 2 c 3           => HSET h a 1 b 2 c 3
        skein | HEXPIRE h 100 FIELDS 3 a b x => HPEXPIREAT h @100000 FIELDS 2 a b
        skein | HEXPIRE h 100 NX FIELDS 2 a c => HPEXPIREAT h @100000 FIELDS 1 c
        skein | HEXPIRE h 100 NX FIELDS 1 a  => (nothing)
        skein | HPEXPIREAT h 33177117420000 FIELDS 1 a => HPEXPIREAT h 33177117420000 FIELDS 1 a
        skein | HINCRBYFLOAT h a 0.5         => HSETEX h KEEPTTL FIELDS 1 a 1.5
        skein | HPERSIST h FIELDS 2 a x      => HPERSIST h FIELDS 2 a x
        skein | HPERSIST h FIELDS 1 a        => (nothing)
        skein | HEXPIREAT h 1 FIELDS 2 a x   => HDEL h a
        skein | HGETEX h FIELDS 1 b          => (nothing)
        skein | HGETEX h EX 100 FIELDS 2 b x => HPEXPIREAT h @100000 FIELDS 1 b
        skein | HGETEX h PERSIST FIELDS 2 b x => HPERSIST h FIELDS 1 b
        skein | HGETEX h PXAT 1 FIELDS 2 b x => HDEL h b
        skein | HGETDEL h FIELDS 2 c x       => HDEL h c
        skein | HGETDEL h FIELDS 1 c         => (nothing)
        skein | HSETEX h FIELDS 1 a 1        => HSETEX h FIELDS 1 a 1
        skein | HSETEX h FNX EX 100 FIELDS 2 c 3 d 4 => HSETEX h PXAT @100000 FIELDS 2 c 3 d 4
        skein | HSETEX h FNX EX 100 FIELDS 1 c 3 => (nothing)
        skein | HSETEX h PXAT 1 FIELDS 2 c 3 d 4 => HDEL h c d
        "#,
    );
}

#[test]
fn lists() {
    logs(
        r#"
        RPUSH l a b c d e f                  => RPUSH l a b c d e f
        LPOP l                               => LPOP l
        LPOP l 2                             => LPOP l 2
        LMPOP 2 missing l RIGHT COUNT 2      => RPOP l 2
        BLPOP missing l 0                    => LPOP l
        BLPOP l 0.01                         => (nothing)
        RPUSH l a b                          => RPUSH l a b
        BLMPOP 0 1 l LEFT COUNT 9            => LPOP l 2
        RPUSH l a b                          => RPUSH l a b
        LMOVE l m LEFT RIGHT                 => LMOVE l m LEFT RIGHT
        BLMOVE l m LEFT RIGHT 0              => LMOVE l m LEFT RIGHT
        skein | BRPOPLPUSH m l 0             => LMOVE m l RIGHT LEFT
        redis | BRPOPLPUSH m l 0             => RPOPLPUSH m l
        RPOPLPUSH m m                        => RPOPLPUSH m m
        DEL l m                              => DEL l m
        (waits) BLPOP l 0                    => (nothing)
        RPUSH l a b                          => RPUSH l a b ; LPOP l
        BRPOP l 0                            => RPOP l
        (waits) BLMOVE l m LEFT LEFT 0       => (nothing)
        (waits) BLPOP m 0                    => (nothing)
        RPUSH l a                            => RPUSH l a ; LMOVE l m LEFT LEFT ; LPOP m
        (waits) BLMPOP 0 2 l m RIGHT COUNT 5 => (nothing)
        RPUSH m a b c                        => RPUSH m a b c ; RPOP m 3
        LPUSHX missing a                     => (nothing)
        "#,
    );
}

#[test]
fn sets() {
    logs(
        r#"
        SADD s a b c d                       => SADD s a b c d
        SADD s a                             => (nothing)
        SRANDMEMBER s                        => (nothing)
        SPOP s                               => SREM s *
        SPOP s 1                             => SREM s *
        SPOP s 5                             => DEL s
        SPOP s                               => (nothing)
        SADD s a                             => SADD s a
        SPOP s                               => SREM s a
        SADD s a b                           => SADD s a b
        SMOVE s t a                          => SMOVE s t a
        SMOVE s t x                          => (nothing)
        SUNIONSTORE u s t                    => SUNIONSTORE u s t
        "#,
    );
}

/// Where nearly all members go, those that stay are moved out: the log tells of those that went.
#[test]
fn many_members_go_in_several_commands() {
    let mut logged = super::Logged::start();
    let members: Vec<String> = (0..3000).map(|n| n.to_string()).collect();
    let mut sadd = vec!["SADD", "s"];
    sadd.extend(members.iter().map(String::as_str));
    for count in ["2990", "2000"] {
        logged.client.cmd(&sadd);
        logged.new_commands();
        logged.client.cmd(&["SPOP", "s", count]);
        let commands = logged.new_commands();
        assert!(commands.iter().all(|argv| argv[0].eq_ignore_ascii_case("SREM")), "{commands:?}");
        let gone: usize = commands.iter().map(|argv| argv.len() - 2).sum();
        assert_eq!(gone.to_string(), count);
        if kind_under_test() == Kind::Skein {
            assert_eq!(commands.len(), gone.div_ceil(1024));
        }
        logged.client.check("DEL s", ":1");
    }
}

#[test]
fn sorted_sets() {
    logs(
        r#"
        ZADD z 1 a 2 b 3 c 4 d 5 e           => ZADD z 1 a 2 b 3 c 4 d 5 e
        ZADD z 1 a                           => (nothing)
        ZADD z XX INCR 1 a                   => ZADD z XX INCR 1 a
        ZINCRBY z -1 a                       => ZINCRBY z -1 a
        ZPOPMIN z                            => ZPOPMIN z
        ZMPOP 2 missing z MAX COUNT 2        => ZPOPMAX z 2
        BZPOPMIN missing z 0                 => ZPOPMIN z
        BZMPOP 0 1 z MIN COUNT 5             => ZPOPMIN z 1
        BZPOPMAX z 0.01                      => (nothing)
        (waits) BZPOPMAX z 0                 => (nothing)
        ZADD z 1 a 2 b                       => ZADD z 1 a 2 b ; ZPOPMAX z
        (waits) BZMPOP 0 1 y MAX COUNT 2     => (nothing)
        ZADD y 1 a 2 b 3 c                   => ZADD y 1 a 2 b 3 c ; ZPOPMAX y 2
        ZUNIONSTORE u 2 z y                  => ZUNIONSTORE u 2 z y
        ZRANGESTORE v u 0 0                  => ZRANGESTORE v u 0 0
        skein | GEOADD g 13.361389 38.115556 p => GEOADD g 13.361389 38.115556 p
        redis | GEOADD g 13.361389 38.115556 p => ZADD g 3479099956230698 p
        GEORADIUS g 15 37 200 km STORE near  => GEORADIUS g 15 37 200 km STORE near
        GEORADIUS g 15 37 200 km             => (nothing)
        SORT v BY nosort STORE sorted        => SORT v BY nosort STORE sorted
        SORT v ALPHA                         => (nothing)
        "#,
    );
}

#[test]
fn streams() {
    logs(
        r#"
        XADD s 5-* f v                       => XADD s 5-0 f v
        XADD s 99999999999999-1 f v          => XADD s 99999999999999-1 f v
        XADD s 99999999999999-* f v          => XADD s 99999999999999-2 f v
        XADD s NOMKSTREAM * f v              => XADD s NOMKSTREAM 99999999999999-3 f v
        XADD s MAXLEN 3 * f v                => XADD s MAXLEN 3 99999999999999-4 f v
        XADD s MAXLEN = 3 99999999999999-5 f v => XADD s MAXLEN = 3 99999999999999-5 f v
        XADD s MAXLEN ~ 1 * f v              => XADD s MAXLEN = 4 99999999999999-6 f v
        skein | XADD s MINID ~ 5 LIMIT 7 * f v => XADD s MAXLEN = 5 99999999999999-7 f v
        redis | XADD s MINID ~ 5 LIMIT 7 * f v => XADD s MINID = * LIMIT 7 99999999999999-7 f v
        XADD missing NOMKSTREAM * f v        => (nothing)
        XTRIM s MAXLEN ~ 0 LIMIT 1           => (nothing)
        XTRIM s MAXLEN 4                     => XTRIM s MAXLEN 4
        XTRIM s MAXLEN 4                     => (nothing)
        skein | XTRIM s MAXLEN ~ 0 DELREF    => XTRIM s MAXLEN = 0 DELREF
        redis | XTRIM s MAXLEN ~ 0           => XTRIM s MAXLEN = 0
        XADD s 99999999999999-9 f v          => XADD s 99999999999999-9 f v
        XDEL s 99999999999999-9              => XDEL s 99999999999999-9
        XSETID s 99999999999999-9            => XSETID s 99999999999999-9
        XSETID s 99999999999999-10 ENTRIESADDED 20 => XSETID s 99999999999999-10 ENTRIESADDED 20
        "#,
    );
}

#[test]
fn groups() {
    logs(
        r#"
        XGROUP CREATE s g $ MKSTREAM         => XGROUP CREATE s g $ MKSTREAM
        XGROUP CREATECONSUMER s g c          => XGROUP CREATECONSUMER s g c
        XGROUP CREATECONSUMER s g c          => (nothing)
        XREADGROUP GROUP g c STREAMS s >     => (nothing)
        XADD s 1-0 f v                       => XADD s 1-0 f v
        # Redis 7.0 forgets the number of entries read, unless they need no acknowledgement.
        skein | XREADGROUP GROUP g c STREAMS s > => XCLAIM s g c 0 1-0 TIME @0 RETRYCOUNT 1 FORCE JUSTID LASTID 1-0 ; XGROUP SETID s g 1-0 ENTRIESREAD 1
        redis | XREADGROUP GROUP g c STREAMS s > => XCLAIM s g c 0 1-0 TIME @0 RETRYCOUNT 1 FORCE JUSTID LASTID 1-0
        skein | XREADGROUP GROUP g c STREAMS s 0 => XCLAIM s g c 0 1-0 TIME @0 RETRYCOUNT 2 FORCE JUSTID LASTID 1-0
        XADD s 2-0 f v                       => XADD s 2-0 f v
        XREADGROUP GROUP g c NOACK STREAMS s > => XGROUP SETID s g 2-0 ENTRIESREAD 2
        skein | XREADGROUP GROUP g new STREAMS s > => XGROUP CREATECONSUMER s g new
        redis | XGROUP CREATECONSUMER s g new => XGROUP CREATECONSUMER s g new
        XCLAIM s g new 0 1-0                 => XCLAIM s g new 0 1-0 TIME @0 RETRYCOUNT * FORCE JUSTID LASTID 2-0
        XCLAIM s g new 100000 1-0            => (nothing)
        XCLAIM s g new 0 1-0 IDLE 50000 RETRYCOUNT 7 JUSTID => XCLAIM s g new 0 1-0 TIME @-50000 RETRYCOUNT 7 FORCE JUSTID LASTID 2-0
        XAUTOCLAIM s g c 0 0                 => XCLAIM s g c 0 1-0 TIME @0 RETRYCOUNT 8 FORCE JUSTID LASTID 2-0
        XACK s g 1-0                         => XACK s g 1-0
        XACK s g 1-0                         => (nothing)
        XADD s 3-0 f v                       => XADD s 3-0 f v
        XADD s 4-0 f v                       => XADD s 4-0 f v
        skein | XREADGROUP GROUP g c STREAMS s > => XCLAIM s g c 0 3-0 4-0 TIME @0 RETRYCOUNT 1 FORCE JUSTID LASTID 4-0 ; XGROUP SETID s g 4-0 ENTRIESREAD 4
        redis | XREADGROUP GROUP g c STREAMS s > => XCLAIM s g c 0 3-0 TIME @0 RETRYCOUNT 1 FORCE JUSTID LASTID 3-0 ; XCLAIM s g c 0 4-0 TIME @0 RETRYCOUNT 1 FORCE JUSTID LASTID 4-0
        XDEL s 3-0                           => XDEL s 3-0
        skein | XAUTOCLAIM s g new 0 0       => XCLAIM s g new 0 4-0 TIME @0 RETRYCOUNT 2 FORCE JUSTID LASTID 4-0 ; XACK s g 3-0
        redis | XAUTOCLAIM s g new 0 0       => XCLAIM s g c 0 3-0 TIME @0 RETRYCOUNT 1 FORCE JUSTID LASTID 4-0 ; XCLAIM s g new 0 4-0 TIME @0 RETRYCOUNT 2 FORCE JUSTID LASTID 4-0
        skein | XCLAIM s g new 0 9-0         => (nothing)
        skein | XREADGROUP GROUP g c CLAIM 0 STREAMS s > => XCLAIM s g c 0 4-0 TIME @0 RETRYCOUNT 3 FORCE JUSTID LASTID 4-0
        (waits) XREADGROUP GROUP g c BLOCK 0 STREAMS s > => (nothing)
        skein | XADD s 5-0 f v               => XADD s 5-0 f v ; XCLAIM s g c 0 5-0 TIME @0 RETRYCOUNT 1 FORCE JUSTID LASTID 5-0 ; XGROUP SETID s g 5-0 ENTRIESREAD *
        redis | XADD s 5-0 f v               => XADD s 5-0 f v ; XCLAIM s g c 0 5-0 TIME @0 RETRYCOUNT 1 FORCE JUSTID LASTID 5-0
        skein | XDEL s 5-0                   => XDEL s 5-0
        skein | XREADGROUP GROUP g c CLAIM 0 COUNT 5 STREAMS s > => XCLAIM s g c 0 4-0 TIME @0 RETRYCOUNT 4 FORCE JUSTID LASTID 5-0 ; XACK s g 5-0
        skein | XCLAIM s g c 100000 4-0 LASTID 6-0 => XGROUP SETID s g 6-0 ENTRIESREAD *
        XGROUP SETID s g 0                   => XGROUP SETID s g 0
        XGROUP DELCONSUMER s g c             => XGROUP DELCONSUMER s g c
        XGROUP DESTROY s g                   => XGROUP DESTROY s g
        XREAD STREAMS s 0                    => (nothing)
        "#,
    );
}
