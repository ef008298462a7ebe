//! Places on earth: adding them, asking where they are, searching around them.

use crate::harness::{Client, Server};

/// Sicily, with two cities and a place between them.
fn sicily(server: &Server) -> Client {
    let mut client = server.client();
    client.talk(
        r#"
        GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania => :2
        GEOADD Sicily 14.0 37.9 Lercara     => :1
    "#,
    );
    client
}

#[test]
fn geoadd() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        GEOADD k 13.361389 38.115556 Palermo 15.087269 37.502669 Catania => :2
        ZRANGE k 0 -1 WITHSCORES            => ["Palermo", "3479099956230698", "Catania", "3479447370796909"]
        TYPE k                              => +zset
        GEOADD k 13.361389 38.115556 Palermo => :0
        GEOADD k 1 1 Palermo                => :0
        GEOADD k CH 2 2 Palermo 2 2 new     => :2
        GEOADD k CH 2 2 Palermo             => :0
        GEOADD k NX 3 3 Palermo 3 3 newer   => :1
        GEOADD k nx ch 3 3 Palermo          => :0
        GEOADD k XX 4 4 Palermo 4 4 newest  => :0
        GEOADD k XX CH 5 5 Palermo          => :1
        ZCARD k                             => :4
        GEOADD absent XX 1 1 a              => :0
        EXISTS absent                       => :0
        GEOADD edges -180 -85.05112878 sw 180 85.05112878 ne => :2
        ZRANGE edges 0 -1 WITHSCORES        => ["sw", "0", "ne", "13510798882111488"]
        GEOADD k 180.1 0 a                  => -ERR invalid longitude,latitude pair 180.100000,0.000000
        GEOADD k 0 85.06 a                  => -ERR invalid longitude,latitude pair 0.000000,85.060000
        GEOADD k inf -1e20 a                => -ERR invalid longitude,latitude pair inf,-100000000000000000000.000000
        GEOADD k 1 1 good 200 0 bad         => -ERR invalid longitude,latitude pair 200.000000,0.000000
        ZSCORE k good                       => (nil)
        GEOADD k one 1 a                    => -ERR value is not a valid float
        GEOADD k nan 1 a                    => -ERR value is not a valid float
        GEOADD k INCR 1 a                   => -ERR value is not a valid float
        GEOADD k NX XX 1 1 a                => -ERR syntax error
        GEOADD k NX CH CH                   => -ERR syntax error
        GEOADD k 1 1 a 2                    => -ERR syntax error
        GEOADD k 1 1                        => -ERR wrong number of arguments for 'geoadd' command
        (list l)
        GEOADD l 1 1 a                      => -WRONGTYPE Operation against a key holding the wrong kind of value
        GEOADD l 200 1 a                    => -ERR invalid longitude,latitude pair 200.000000,1.000000
    "#,
    );
}

#[test]
fn geopos_geohash_and_geodist() {
    let server = Server::start(&[]);
    let mut client = sicily(&server);
    client.talk(
        r#"
        GEOPOS Sicily Palermo nobody Catania => [["13.36138933897018433", "38.11555639549629859"], (nil array), ["15.08726745843887329", "37.50266842333162032"]]
        GEOPOS Sicily                       => []
        GEOPOS absent a b                   => [(nil array), (nil array)]
        GEOPOS absent                       => []
        GEOHASH Sicily Palermo nobody Catania => ["sqc8b49rny0", (nil), "sqdtr74hyu0"]
        GEOHASH absent a                    => [(nil)]
        GEODIST Sicily Palermo Catania      => "166274.1516"
        GEODIST Sicily Palermo Catania m    => "166274.1516"
        GEODIST Sicily Palermo Catania KM   => "166.2742"
        GEODIST Sicily Palermo Catania mi   => "103.3182"
        GEODIST Sicily Palermo Catania fT   => "545518.8700"
        GEODIST Sicily Palermo Palermo      => "0.0000"
        GEODIST Sicily Palermo nobody       => (nil)
        GEODIST absent a b                  => (nil)
        GEODIST Sicily Palermo Catania ly   => -ERR unsupported unit provided. please use M, KM, FT, MI
        GEODIST Sicily Palermo Catania m m  => -ERR syntax error
        GEODIST Sicily Palermo              => -ERR wrong number of arguments for 'geodist' command
        (list l)
        GEOPOS l a                          => -WRONGTYPE Operation against a key holding the wrong kind of value
        GEOHASH l a                         => -WRONGTYPE Operation against a key holding the wrong kind of value
        GEODIST l a b                       => -WRONGTYPE Operation against a key holding the wrong kind of value
        GEODIST l a b ly                    => -ERR unsupported unit provided. please use M, KM, FT, MI
    "#,
    );
}

/// A sorted set may have any scores: each is taken for a place.
#[test]
fn scores_that_geoadd_did_not_make() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        ZADD k -1 a -inf b inf c 0.5 d 1e300 e => :5
        GEOPOS k a b => [["180", "85.0511287799999991"], ["180", "-85.05112751263942528"]]
        GEOPOS k c d => [["-179.99999731779098511", "-85.05112751263942528"], ["-179.99999731779098511", "-85.05112751263942528"]]
        GEOHASH k a b c                     => ["bp05b5048p0", "00bh0hbj200", "00bh0hbj200"]
        GEODIST k a c                       => "18919844.5891"
        GEOSEARCH k FROMLONLAT -179 -85 BYRADIUS 1e9 km WITHHASH => [["d", :0]]
    "#,
    );
}

#[test]
fn geosearch_around_a_place_and_a_member() {
    let server = Server::start(&[]);
    let mut client = sicily(&server);
    client.talk(
        r#"
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC => ["Catania", "Lercara", "Palermo"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km DESC => ["Palermo", "Lercara", "Catania"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 100 KM => ["Catania"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 10 mi => []
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 0 m => ["Palermo"]
        GEOSEARCH Sicily BYRADIUS 100 km FROMMEMBER Palermo WITHDIST ASC => [["Palermo", "0.0000"], ["Lercara", "60.8859"]]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km WITHDIST WITHCOORD WITHHASH COUNT 1 => [["Catania", "56.4413", :3479447370796909, ["15.08726745843887329", "37.50266842333162032"]]]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km COUNT 2 => ["Catania", "Lercara"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 DESC => ["Palermo"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km COUNT 1 ANY WITHDIST => [[*, *]]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ANY COUNT 100 ASC => ["Catania", "Lercara", "Palermo"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km COUNT 9223372036854775807 => ["Catania", "Lercara", "Palermo"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1e308 km ASC => ["Catania", "Lercara", "Palermo"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS inf km ASC => ["Catania", "Lercara", "Palermo"]
        GEOSEARCH Sicily FROMMEMBER Palermo FROMMEMBER Catania BYRADIUS 1 km BYRADIUS 2 m => ["Catania"]
        GEOSEARCH absent FROMMEMBER a BYRADIUS 1 km => []
        GEOSEARCH absent FROMLONLAT 1 1 BYRADIUS 1 km => []
    "#,
    );
}

#[test]
fn geosearch_in_a_box() {
    let server = Server::start(&[]);
    let mut client = sicily(&server);
    client.talk(
        r#"
        GEOADD Sicily 12.758489 38.788135 edge1 17.24151 38.788135 edge2 => :2
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHDIST => [["Catania", "56.4413"], ["Lercara", "133.4813"], ["Palermo", "190.4424"], ["edge2", "279.7403"], ["edge1", "279.7405"]]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 300 300 km ASC => ["Catania", "Lercara", "Palermo"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 100 200000 m ASC => []
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 0 0 mi => []
        GEOSEARCH Sicily FROMMEMBER Catania BYBOX 0 0 ft => ["Catania"]
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX x 1 km => -ERR need numeric width
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX -1 x km => -ERR need numeric height
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX -1 1 km => -ERR height or width cannot be negative
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 1 ly => -ERR unsupported unit provided. please use M, KM, FT, MI
        GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 1 1 => -ERR syntax error
    "#,
    );
}

#[test]
fn geosearch_in_a_polygon() {
    let server = Server::start(&[]);
    let mut client = sicily(&server);
    client.talk(
        r#"
        skein valkey | GEOSEARCH Sicily BYPOLYGON 4 12 37 16 37 16 39 12 39 ASC WITHDIST => [["Lercara", "13006.6222"], ["Palermo", "56987.4933"], ["Catania", "111411.0839"]]
        skein valkey | GEOSEARCH Sicily BYPOLYGON 3 13 37 15 39 13 39 ASC COUNT 5 => ["Palermo"]
        skein valkey | GEOSEARCH Sicily BYPOLYGON 3 1 1 2 1 1 2 => []
        skein valkey | GEOSEARCH absent BYPOLYGON 3 1 1 2 1 1 2 => []
        skein valkey | GEOSEARCH Sicily BYPOLYGON 2 12 37 16 37 => -ERR GEOSEARCH BYPOLYGON must have at least 3 vertices
        skein valkey | GEOSEARCH Sicily BYPOLYGON 3 12 37 16 37 16 => -ERR GEOSEARCH BYPOLYGON must have at least 3 vertices
        skein valkey | GEOSEARCH Sicily BYPOLYGON 2147483647 12 37 16 37 16 39 => -ERR GEOSEARCH BYPOLYGON must have at least 3 vertices
        skein valkey | GEOSEARCH Sicily BYPOLYGON -3 12 37 16 37 16 39 => -ERR GEOSEARCH BYPOLYGON must have at least 3 vertices
        skein valkey | GEOSEARCH Sicily BYPOLYGON 2147483648 12 37 16 37 16 39 => -ERR invalid number of vertices
        skein valkey | GEOSEARCH Sicily BYPOLYGON x 12 37 16 37 16 39 => -ERR invalid number of vertices
        skein valkey | GEOSEARCH Sicily BYPOLYGON 3 12 37 16 37 16 99 => -ERR invalid longitude,latitude pair 16.000000,99.000000
        skein valkey | GEOSEARCH Sicily BYPOLYGON 3 12 37 16 37 16 39 FROMMEMBER Palermo => -ERR syntax error
        skein valkey | GEOSEARCH Sicily FROMLONLAT 1 1 BYPOLYGON 3 12 37 16 37 16 39 => -ERR syntax error
        skein valkey | GEOSEARCH Sicily BYPOLYGON 3 12 37 16 37 16 39 BYRADIUS 1 km => -ERR syntax error
        skein valkey | GEOSEARCHSTORE d Sicily BYPOLYGON 4 12 37 16 37 16 39 12 39 => :3
    "#,
    );
}

#[test]
fn geosearch_refuses() {
    let server = Server::start(&[]);
    let mut client = sicily(&server);
    client.talk(
        r#"
        skein redis | GEOSEARCH Sicily FROMMEMBER nobody BYRADIUS x km => -ERR could not decode requested zset member
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS x km => -ERR need numeric radius
        GEOSEARCH absent FROMMEMBER Palermo BYRADIUS x km => -ERR need numeric radius
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS -1 km => -ERR radius cannot be negative
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 ly => -ERR unsupported unit provided. please use M, KM, FT, MI
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km COUNT 0 => -ERR COUNT must be > 0
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km COUNT -9223372036854775808 => -ERR COUNT must be > 0
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km COUNT x => -ERR value is not an integer or out of range
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km COUNT => -ERR syntax error
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km ANY => -ERR the ANY argument requires COUNT argument
        GEOSEARCH Sicily FROMLONLAT 200 1 BYRADIUS 1 km => -ERR invalid longitude,latitude pair 200.000000,1.000000
        GEOSEARCH Sicily FROMMEMBER Palermo FROMLONLAT 1 1 BYRADIUS 1 km => -ERR syntax error
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km BYBOX 1 1 km => -ERR syntax error
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km STOREDIST => -ERR syntax error
        GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 km STORE d => -ERR syntax error
        GEOSEARCH Sicily BYRADIUS 1 km COUNT 3 => -ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for GEOSEARCH
        skein redis | geoSearch Sicily FROMLONLAT 1 1 COUNT 3 => -ERR exactly one of BYRADIUS and BYBOX can be specified for geoSearch
        GEOSEARCH Sicily FROMLONLAT 1 1     => -ERR wrong number of arguments for 'geosearch' command
        GEOSEARCHSTORE d Sicily FROMMEMBER Palermo BYRADIUS 1 km WITHDIST => -ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options
        (list l)
        GEOSEARCH l FROMMEMBER Palermo BYRADIUS x km => -WRONGTYPE Operation against a key holding the wrong kind of value
        GEOSEARCHSTORE d l FROMMEMBER Palermo BYRADIUS x km => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn geosearchstore() {
    let server = Server::start(&[]);
    let mut client = sicily(&server);
    client.talk(
        r#"
        SET d old EX 1000                   => +OK
        GEOSEARCHSTORE d Sicily FROMLONLAT 15 37 BYRADIUS 200 km => :3
        TTL d                               => :-1
        ZRANGE d 0 -1 WITHSCORES            => ["Palermo", "3479099956230698", "Lercara", "3479106685332215", "Catania", "3479447370796909"]
        OBJECT ENCODING d                   => "listpack"
        GEOSEARCHSTORE d Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC COUNT 2 STOREDIST => :2
        ZRANGE d 0 -1                       => ["Catania", "Lercara"]
        skein redis | ZSCORE d Catania      => g"56.441257870158*"
        GEOSEARCHSTORE Sicily Sicily FROMMEMBER Palermo BYRADIUS 100 km => :2
        ZRANGE Sicily 0 -1                  => ["Palermo", "Lercara"]
        GEOSEARCHSTORE d Sicily FROMLONLAT 1 1 BYRADIUS 1 km => :0
        EXISTS d                            => :0
        SET d old                           => +OK
        GEOSEARCHSTORE d absent FROMMEMBER a BYRADIUS 1 km => :0
        EXISTS d                            => :0
        CONFIG SET zset-max-listpack-entries 1 => +OK
        GEOSEARCHSTORE d Sicily FROMMEMBER Palermo BYRADIUS 100 km => :2
        OBJECT ENCODING d                   => "skiplist"
    "#,
    );
}

#[test]
fn georadius_and_its_kin() {
    let server = Server::start(&[]);
    let mut client = sicily(&server);
    client.talk(
        r#"
        GEORADIUS Sicily 15 37 200 km WITHDIST WITHCOORD ASC COUNT 1 => [["Catania", "56.4413", ["15.08726745843887329", "37.50266842333162032"]]]
        GEORADIUS_RO Sicily 15 37 200 km WITHHASH DESC => [["Palermo", :3479099956230698], ["Lercara", :3479106685332215], ["Catania", :3479447370796909]]
        GEORADIUSBYMEMBER Sicily Palermo 100 km ASC => ["Palermo", "Lercara"]
        GEORADIUSBYMEMBER_RO Sicily Palermo 100 km DESC => ["Lercara", "Palermo"]
        GEORADIUS absent 15 37 200 km       => []
        GEORADIUSBYMEMBER absent a x y      => []
        GEORADIUSBYMEMBER absent a x y WHAT => -ERR syntax error
        GEORADIUS Sicily 15 37 200 km STORE d => :3
        ZRANGE d 0 -1                       => ["Palermo", "Lercara", "Catania"]
        GEORADIUSBYMEMBER Sicily Palermo 100 km STOREDIST d => :2
        ZRANGE d 0 0 WITHSCORES             => ["Palermo", "0"]
        GEORADIUS Sicily 1 1 1 km STORE d   => :0
        EXISTS d                            => :0
        SET d old                           => +OK
        GEORADIUSBYMEMBER absent a 1 km STORE d => :0
        EXISTS d                            => :0
        skein | GEORADIUS Sicily 15 37 200 km STORE d STORE e => -ERR syntax error
        GEORADIUS Sicily 15 37 200 km WITHDIST STORE d => -ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options
        GEORADIUS Sicily 15 37 200 km STORE => -ERR syntax error
        GEORADIUS_RO Sicily 15 37 200 km STORE d => -ERR syntax error
        GEORADIUSBYMEMBER_RO Sicily Palermo 200 km STOREDIST d => -ERR syntax error
        GEORADIUS Sicily 200 37 200 km      => -ERR invalid longitude,latitude pair 200.000000,37.000000
        GEORADIUS Sicily 15 37 -1 km        => -ERR radius cannot be negative
        GEORADIUS Sicily 15 37 x km         => -ERR need numeric radius
        skein redis | GEORADIUSBYMEMBER Sicily nobody x km => -ERR could not decode requested zset member
        GEORADIUS Sicily 15 37 200 km FROMMEMBER Palermo => -ERR syntax error
        GEORADIUS Sicily 15 37 200 km ANY   => -ERR the ANY argument requires COUNT argument
        (list l)
        GEORADIUS l 15 37 200 ly            => -WRONGTYPE Operation against a key holding the wrong kind of value
    "#,
    );
}

#[test]
fn across_the_antimeridian() {
    let server = Server::start(&[]);
    server.client().talk(
        r#"
        GEOADD k 179.9 10 west -179.9 10 east 180 10 edge -180 10 same 0 10 far => :5
        GEOSEARCH k FROMLONLAT 179.95 10 BYRADIUS 30 km ASC => ["west", "same", "east"]
        GEOSEARCH k FROMLONLAT -179.95 10 BYRADIUS 30 km ASC => ["same", "east", "west"]
        GEOSEARCH k FROMLONLAT -179.99 10 BYBOX 40 1 km ASC => ["same", "east", "west"]
        GEODIST k west east km              => "21.9075"
    "#,
    );
}

#[test]
fn replies_in_resp3() {
    let server = Server::start(&[]);
    let mut client = sicily(&server);
    client.talk(
        r#"
        HELLO 3                             => *
        GEOPOS Sicily Palermo nobody        => [[,13.36138933897018433, ,38.11555639549629859], (nil)]
        GEOHASH Sicily nobody               => [(nil)]
        GEODIST Sicily Palermo Catania      => "166274.1516"
        GEODIST Sicily Palermo nobody       => (nil)
        GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 100 km WITHDIST WITHCOORD WITHHASH => [["Catania", "56.4413", :3479447370796909, [,15.08726745843887329, ,37.50266842333162032]]]
        GEOSEARCH absent FROMLONLAT 15 37 BYRADIUS 100 km => []
    "#,
    );
}

/// A search looks at the cells around its centre, however many places there are elsewhere.
#[test]
fn many_places() {
    let server = Server::start(&[]);
    let mut client = server.client();
    let mut args = vec!["GEOADD".to_owned(), "grid".to_owned()];
    for (x, y) in (0..200).flat_map(|x| (0..100).map(move |y| (x, y))) {
        args.extend([format!("{}.5", x - 100), format!("{}.25", y - 50), format!("{x}:{y}")]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    assert_eq!(client.cmd(&args).to_string(), ":20000");
    client.talk(
        r#"
        OBJECT ENCODING grid                => "skiplist"
        GEOSEARCH grid FROMLONLAT 0.4 0.2 BYRADIUS 120 km ASC => ["100:50", "100:51"]
        GEOSEARCHSTORE near grid FROMLONLAT 0.4 0.2 BYRADIUS 1000 km => :226
        OBJECT ENCODING near                => "skiplist"
        GEOSEARCHSTORE all grid FROMLONLAT 0 0 BYRADIUS 40000 km => :20000
        GEOSEARCH grid FROMLONLAT 0.4 0.2 BYRADIUS 40000 km COUNT 2 => ["100:50", "100:51"]
    "#,
    );
    let some = "GEOSEARCH grid FROMLONLAT 0 0 BYRADIUS 40000 km COUNT 777 ANY";
    let some: Vec<&str> = some.split(' ').collect();
    assert_eq!(client.cmd(&some).items().len(), 777);
}
