//! Every writing command of every family, and the events it leads to, in their order.

use super::events;
use crate::harness::{Kind, kind_under_test};

#[test]
fn strings_tell() {
    events(
        "EA",
        r#"
        SET k v                      => set(k)
        SET k v EX 100               => set(k) expire(k)
        SET k v KEEPTTL              => set(k)
        SET k v2 XX GET              => set(k)
        SET k v NX                   =>
        SET k v PXAT 99999999999999  => set(k) expire(k)
        SETNX k v                    =>
        SETNX k2 v                   => set(k2)
        SETEX k 100 v                => set(k) expire(k)
        PSETEX k 100000 v            => set(k) expire(k)
        GETSET k w                   => set(k)
        GET k                        =>
        GETEX k EX 100               => expire(k)
        GETEX k PERSIST              => persist(k)
        GETEX k PERSIST              =>
        GETEX k                      =>
        skein redis | GETEX k PXAT 1 => del(k)
        valkey | GETEX k PXAT 1      => expired(k)
        GETDEL k2                    => del(k2)
        GETDEL k2                    =>
        MSET a 1 b 2 a 3             => set(a) set(b) set(a)
        MSETNX a 1 c 2               =>
        MSETNX c 1 d 2               => set(c) set(d)
        APPEND c x                   => append(c)
        SETRANGE c 5 x               => setrange(c)
        SETRANGE nokey 0 ""          =>
        SUBSTR c 0 1                 =>
        INCR n                       => incrby(n)
        INCRBY n 2                   => incrby(n)
        DECR n                       => incrby(n)
        DECRBY n 2                   => incrby(n)
        INCRBYFLOAT n 1.5            => incrbyfloat(n)
        STRLEN n                     =>
        LCS a b                      =>
        SET k v PX 100000 NX         => set(k) expire(k)
        # Redis 7.0 leaves it to whoever comes by.
        skein | SET k v EXAT 1       => del(k)
        valkey | SET k v EXAT 1      => expired(k)
        SET k v                      => set(k)
        EXPIRE k 100 NX              => expire(k)
        EXPIRE k 100 NX              =>
        PEXPIRE k 100000             => expire(k)
        EXPIREAT k 99999999999       => expire(k)
        PEXPIREAT k 99999999999999   => expire(k)
        PERSIST k                    => persist(k)
        PERSIST k                    =>
        skein redis | EXPIRE k -1    => del(k)
        valkey | EXPIRE k -1         => expired(k)
        SET k v                      => set(k)
        skein redis | EXPIRE k 0     => del(k)
        valkey | EXPIRE k 0          => expired(k)
        SET k v                      => set(k)
        skein redis | PEXPIREAT k 1  => del(k)
        valkey | PEXPIREAT k 1       => expired(k)
        "#,
    );
}

#[test]
fn keys_tell() {
    events(
        "EA",
        r#"
        SET k v               => set(k)
        RENAME k l            => rename_from(k) rename_to(l)
        RENAME l l            =>
        SET m v               => set(m)
        RENAME l m            => rename_from(l) rename_to(m)
        RENAMENX m n1         => rename_from(m) rename_to(n1)
        SET o v               => set(o)
        RENAMENX n1 o         =>
        COPY n1 p             => copy_to(p)
        COPY n1 p REPLACE     => copy_to(p)
        COPY n1 p             =>
        COPY n1 p DB 1        => 1:copy_to(p)
        MOVE n1 1             => move_from(n1) 1:move_to(n1)
        MOVE nosuch 1         =>
        DEL o p nosuch        => del(o) del(p)
        SET u 1               => set(u)
        UNLINK u nosuch       => del(u)
        SET t 1               => set(t)
        TOUCH t               =>
        EXISTS t              =>
        OBJECT ENCODING t     =>
        DUMP t                =>
        RPUSH src 3 1 2       => rpush(src)
        SORT src STORE dst    => sortstore(dst)
        SORT nosuch STORE dst => del(dst)
        SORT nosuch STORE dst =>
        SORT src              =>
        SET t2 1              => set(t2)
        SET t2 1 EX 100       => set(t2) expire(t2)
        RENAME t2 t3          => rename_from(t2) rename_to(t3)
        DEL t3                => del(t3)
        FLUSHDB               =>
        SWAPDB 0 1            =>
        SWAPDB 0 1            =>
        "#,
    );
}

#[test]
fn lists_tell() {
    events(
        "EA",
        r#"
        LPUSH l a b               => lpush(l)
        RPUSH l c                 => rpush(l)
        LPUSHX l d                => lpush(l)
        RPUSHX nosuch d           =>
        LINSERT l BEFORE a x      => linsert(l)
        LINSERT l BEFORE nosuch x =>
        LSET l 0 y                => lset(l)
        LREM l 0 y                => lrem(l)
        LREM l 0 nosuch           =>
        LTRIM l 0 1               => ltrim(l)
        LTRIM l 0 -1              => ltrim(l)
        LPOP l                    => lpop(l)
        RPOP l                    => rpop(l) del(l)
        RPOP l                    =>
        RPUSH l a b c d e         => rpush(l)
        LPOP l 2                  => lpop(l)
        LPOP l 0                  =>
        RPOP l 10                 => rpop(l) del(l)
        RPUSH l a b c             => rpush(l)
        LMOVE l m LEFT RIGHT      => rpush(m) lpop(l)
        RPOPLPUSH l m             => lpush(m) rpop(l)
        LMOVE l m RIGHT RIGHT     => rpush(m) rpop(l) del(l)
        LMOVE m m LEFT RIGHT      => rpush(m) lpop(m)
        LMPOP 2 l m LEFT COUNT 2  => lpop(m)
        LMPOP 1 m LEFT COUNT 2    => lpop(m) del(m)
        RPUSH l a b c             => rpush(l)
        BLPOP l 0                 => lpop(l)
        BRPOP nosuch l 0          => rpop(l)
        BLMOVE l m LEFT LEFT 0    => lpush(m) lpop(l) del(l)
        BRPOPLPUSH m m 0          => lpush(m) rpop(m)
        BLMPOP 0 1 m LEFT         => lpop(m) del(m)
        RPUSH l a b               => rpush(l)
        LTRIM l 5 6               => ltrim(l) del(l)
        RPUSH l a                 => rpush(l)
        LREM l 0 a                => lrem(l) del(l)
        RPUSH l a b               => rpush(l)
        LRANGE l 0 -1             =>
        LPOS l a                  =>
        LLEN l                    =>
        LINDEX l 0                =>
        DEL l                     => del(l)
        "#,
    );
}

#[test]
fn sets_tell() {
    events(
        "EA",
        r#"
        SADD s a b c           => sadd(s)
        SADD s a               =>
        SREM s a nosuch        => srem(s)
        SREM s nosuch          =>
        SMOVE s t b            => srem(s) sadd(t)
        SMOVE s t nosuch       =>
        SMOVE s s c            =>
        SADD s x y z           => sadd(s)
        SMOVE t s b            => srem(t) del(t) sadd(s)
        SPOP s                 => spop(s)
        SPOP s 2               => spop(s)
        SPOP s 100             => spop(s) del(s)
        SPOP s                 =>
        SADD s a b             => sadd(s)
        SADD t b c             => sadd(t)
        SINTERSTORE d s t      => sinterstore(d)
        SUNIONSTORE d s t      => sunionstore(d)
        SDIFFSTORE d s t       => sdiffstore(d)
        SDIFFSTORE d s s       => del(d)
        SDIFFSTORE d s s       =>
        SINTERSTORE d s nosuch =>
        SUNIONSTORE d nosuch   =>
        SREM s a b             => srem(s) del(s)
        SADD s a               => sadd(s)
        SPOP s 1               => spop(s) del(s)
        SADD s a               => sadd(s)
        SPOP s 0               =>
        SMEMBERS s             =>
        SRANDMEMBER s          =>
        SISMEMBER s a          =>
        SSCAN s 0              =>
        SINTERCARD 1 s         =>
        "#,
    );
}

#[test]
fn hashes_tell() {
    events(
        "EA",
        r#"
        HSET h f v g w       => hset(h)
        HSET h f v           => hset(h)
        HMSET h f v          => hset(h)
        HSETNX h f v         =>
        HSETNX h i 1         => hset(h)
        HINCRBY h i 2        => hincrby(h)
        HINCRBYFLOAT h i 1.5 => hincrbyfloat(h)
        HDEL h nosuch        =>
        HDEL h i             => hdel(h)
        HGET h f             =>
        HGETALL h            =>
        HRANDFIELD h         =>
        HEXISTS h f          =>
        HDEL h f g           => hdel(h) del(h)
        "#,
    );
}

#[test]
fn sorted_sets_tell() {
    events(
        "EA",
        r#"
        ZADD z 1 a 2 b                 => zadd(z)
        ZADD z 1 a                     =>
        ZADD z 3 a                     => zadd(z)
        ZADD z XX 4 nosuch             =>
        ZADD z INCR 1 a                => zincr(z)
        ZADD z XX INCR 1 nosuch        =>
        ZADD z GT 1 a                  =>
        ZINCRBY z 1 a                  => zincr(z)
        ZREM z nosuch                  =>
        ZREM z a                       => zrem(z)
        ZADD z 1 a 2 b 3 c 4 d 5 e 6 f => zadd(z)
        ZPOPMIN z                      => zpopmin(z)
        ZPOPMAX z                      => zpopmax(z)
        ZPOPMIN z 2                    => zpopmin(z)
        ZPOPMIN z 0                    =>
        ZMPOP 1 z MIN                  => zpopmin(z)
        ZMPOP 1 nosuch MIN             =>
        ZMPOP 1 z MIN COUNT 10         => zpopmin(z) del(z)
        ZADD z 1 a 2 b 3 c 4 d 5 e 6 f => zadd(z)
        BZPOPMIN z 0                   => zpopmin(z)
        BZPOPMAX z 0                   => zpopmax(z)
        BZMPOP 0 1 z MIN COUNT 10      => zpopmin(z) del(z)
        ZADD z 0 a 0 b 0 c 0 d 0 e 0 f => zadd(z)
        ZREMRANGEBYSCORE z 5 6         =>
        ZREMRANGEBYRANK z 0 0          => zremrangebyrank(z)
        ZREMRANGEBYLEX z [b [b         => zremrangebylex(z)
        ZREMRANGEBYSCORE z 0 0         => zremrangebyscore(z) del(z)
        ZADD z 1 a 2 b                 => zadd(z)
        ZADD y 1 b 2 c                 => zadd(y)
        ZUNIONSTORE d 2 z y            => zunionstore(d)
        ZINTERSTORE d 2 z y            => zinterstore(d)
        ZDIFFSTORE d 2 z y             => zdiffstore(d)
        ZDIFFSTORE d 2 z z             => del(d)
        ZDIFFSTORE d 2 z z             =>
        ZRANGESTORE d z 0 -1           => zrangestore(d)
        ZRANGESTORE d z 5 6            => del(d)
        ZRANGESTORE d z 5 6            =>
        ZRANGE z 0 -1                  =>
        ZSCORE z a                     =>
        ZRANDMEMBER z                  =>
        ZSCAN z 0                      =>
        ZREM z a b                     => zrem(z) del(z)
        "#,
    );
}

#[test]
fn places_tell() {
    events(
        "EA",
        r#"
        GEOADD g 1 1 a 2 2 b                                         => zadd(g)
        GEOADD g 1 1 a                                               =>
        GEOADD g CH 1 1.5 a                                          => zadd(g)
        GEOSEARCHSTORE d g FROMLONLAT 1 1 BYRADIUS 1000 km ASC       => geosearchstore(d)
        GEOSEARCHSTORE d g FROMLONLAT 1 1 BYRADIUS 1000 km STOREDIST => geosearchstore(d)
        GEOSEARCHSTORE d g FROMLONLAT 50 50 BYRADIUS 1 km            => del(d)
        GEOSEARCHSTORE d g FROMLONLAT 50 50 BYRADIUS 1 km            =>
        GEORADIUS g 1 1 1000 km STORE d                              => georadiusstore(d)
        GEORADIUS g 50 50 1 km STORE d                               => del(d)
        GEORADIUSBYMEMBER g a 1000 km STOREDIST d                    => georadiusstore(d)
        GEOPOS g a                                                   =>
        GEODIST g a b                                                =>
        "#,
    );
}

#[test]
fn streams_tell() {
    events(
        "EA",
        r#"
        XADD x 1-1 f v                                   => xadd(x)
        XADD x NOMKSTREAM 1-2 f v                        => xadd(x)
        XADD x MAXLEN 1 1-3 f v                          => xadd(x) xtrim(x)
        XADD x MAXLEN 1 1-4 f v                          => xadd(x) xtrim(x)
        XADD x MAXLEN ~ 100 1-5 f v                      => xadd(x)
        XADD x MINID 1-5 1-6 f v                         => xadd(x) xtrim(x)
        XADD nosuch NOMKSTREAM 1-1 f v                   =>
        XTRIM x MAXLEN 100                               =>
        XTRIM x MAXLEN 1                                 => xtrim(x)
        XTRIM x MINID 9-9                                => xtrim(x)
        XADD x 2-1 f v                                   => xadd(x)
        XDEL x 2-1                                       => xdel(x)
        XDEL x 2-1                                       =>
        XSETID x 5-5                                     => xsetid(x)
        XGROUP CREATE x g $                              => xgroup-create(x)
        XGROUP CREATE new g $ MKSTREAM                   => xgroup-create(new)
        XGROUP SETID x g 0                               => xgroup-setid(x)
        XGROUP CREATECONSUMER x g c                      => xgroup-createconsumer(x)
        XGROUP CREATECONSUMER x g c                      =>
        XADD x 6-1 f v                                   => xadd(x)
        XADD x 6-2 f v                                   => xadd(x)
        XREADGROUP GROUP g c STREAMS x >                 =>
        skein valkey | XREADGROUP GROUP g c2 STREAMS x > => xgroup-createconsumer(x)
        redis | XREADGROUP GROUP g c2 STREAMS x >        =>
        XREADGROUP GROUP g c3 STREAMS x 0                => xgroup-createconsumer(x)
        XREADGROUP GROUP g c STREAMS x 0                 =>
        XREAD STREAMS x 0                                =>
        XPENDING x g                                     =>
        XACK x g 6-1                                     =>
        XACK x g 6-1                                     =>
        XCLAIM x g c4 0 6-2                              => xgroup-createconsumer(x)
        XCLAIM x g c4 0 6-2 JUSTID                       =>
        XCLAIM x g c4 0 9-9                              =>
        XAUTOCLAIM x g c5 0 0                            => xgroup-createconsumer(x)
        XAUTOCLAIM x g c5 0 0 JUSTID                     =>
        XDEL x 6-2                                       => xdel(x)
        XAUTOCLAIM x g c5 0 0                            =>
        skein valkey | XAUTOCLAIM x g c6 100000 0        => xgroup-createconsumer(x)
        redis | XAUTOCLAIM x g c6 100000 0               =>
        XGROUP DELCONSUMER x g c                         => xgroup-delconsumer(x)
        XGROUP DELCONSUMER x g c                         =>
        XGROUP DESTROY x g                               => xgroup-destroy(x)
        XGROUP DESTROY x g                               =>
        XINFO STREAM x                                   =>
        XLEN x                                           =>
        XRANGE x - +                                     =>
        DEL x                                            => del(x)
        "#,
    );
}

#[test]
fn bitmaps_and_hyperloglogs_tell() {
    events(
        "EA",
        r#"
        SETBIT b 1 1                           => setbit(b)
        SETBIT b 1 1                           =>
        GETBIT b 1                             =>
        BITFIELD b SET u8 0 255                => setbit(b)
        BITFIELD b SET u8 0 255                =>
        BITFIELD b GET u8 0                    =>
        BITFIELD b INCRBY u8 0 1 GET u8 0      => setbit(b)
        BITFIELD b OVERFLOW FAIL INCRBY u2 0 9 =>
        BITFIELD_RO b GET u8 0                 =>
        BITOP AND d b b                        => set(d)
        BITOP NOT d b                          => set(d)
        BITOP AND d nosuch                     => del(d)
        BITOP AND d nosuch                     =>
        BITCOUNT b                             =>
        BITPOS b 1                             =>
        PFADD p a                              => pfadd(p)
        PFADD p a                              =>
        PFADD p                                =>
        PFADD q                                => pfadd(q)
        PFADD q b                              => pfadd(q)
        PFMERGE r p q                          => pfadd(r)
        PFMERGE r                              => pfadd(r)
        PFCOUNT p q                            =>
        PFCOUNT p                              =>
        PFMERGE r p q                          => pfadd(r)
        "#,
    );
}

#[test]
fn a_transaction_tells() {
    events(
        "EA",
        r#"
        MULTI       =>
        SET a 1     =>
        LPUSH lll 1 =>
        LPOP lll    =>
        EXEC        => set(a) lpush(lll) lpop(lll) del(lll)
        "#,
    );
}

#[test]
fn fields_tell() {
    if kind_under_test() == Kind::Redis {
        // It has no such commands yet.
        return;
    }
    events(
        "EA",
        r#"
        HSET h a 1 b 2 c 3 d 4                  => hset(h)
        HEXPIRE h 100 FIELDS 2 a nosuch         => hexpire(h)
        HPEXPIRE h 100000 NX FIELDS 1 a         =>
        HPEXPIREAT h 4099999999999 FIELDS 1 a   => hexpire(h)
        HEXPIREAT h 4099999999 FIELDS 1 nosuch  =>
        HPERSIST h FIELDS 2 a b                 => hpersist(h)
        HPERSIST h FIELDS 1 b                   =>
        # Redis calls it a deletion, Valkey an expiration.
        skein | HEXPIRE h 0 FIELDS 1 a          => hdel(h)
        valkey | HEXPIRE h 0 FIELDS 1 a         => hexpired(h)
        HTTL h FIELDS 1 b                       =>
        HGETEX h EX 100 FIELDS 1 b              => hexpire(h)
        HGETEX h PERSIST FIELDS 1 b             => hpersist(h)
        HGETEX h FIELDS 1 b                     =>
        HSETEX h EX 100 FIELDS 1 b 5            => hset(h) hexpire(h)
        HSETEX h FNX EX 100 FIELDS 1 b 5        =>
        HSETEX h FIELDS 1 b 5                   => hset(h)
        HSETEX h KEEPTTL FIELDS 1 b 6           => hset(h)
        skein | HSETEX h PXAT 1 FIELDS 1 b 6    => hset(h) hdel(h)
        valkey | HSETEX h PXAT 1 FIELDS 1 b 6   => hset(h) hexpire(h) hexpired(h)
        HGETDEL h FIELDS 2 c nosuch             => hdel(h)
        HGETDEL h FIELDS 1 nosuch               =>
        HSETEX h PX 50 FIELDS 1 d 1             => hset(h) hexpire(h)
        (wait 300 ms)                           => hexpired(h) del(h)
        HSET h a 1 b 2                          => hset(h)
        HPEXPIRE h 50 FIELDS 1 a                => hexpire(h)
        (wait 300 ms)                           => hexpired(h)
        HGETDEL h FIELDS 1 b                    => hdel(h) del(h)
        HSET h a 1                              => hset(h)
        skein | HEXPIRE h 0 FIELDS 1 a          => hdel(h) del(h)
        valkey | HEXPIRE h 0 FIELDS 1 a         => hexpired(h) del(h)
        HSET h a 1                              => hset(h)
        skein | HGETEX h PXAT 1 FIELDS 1 a      => hdel(h) del(h)
        valkey | HGETEX h PXAT 1 FIELDS 1 a     => hexpired(h) del(h)
        "#,
    );
}

#[test]
fn conditional_writes_tell() {
    if kind_under_test() == Kind::Redis {
        return;
    }
    events(
        "EA",
        r#"
        DELIFEQ k v                  =>
        SET k v                      => set(k)
        SET k w IFEQ x               =>
        SET k w IFEQ v               => set(k)
        DELIFEQ k w                  => del(k)
        MSETEX 2 a 1 b 2 EX 100      => set(a) expire(a) set(b) expire(b)
        MSETEX 2 a 1 b 2             => set(a) set(b)
        MSETEX 2 a 1 b 2 NX          =>
        "#,
    );
}
