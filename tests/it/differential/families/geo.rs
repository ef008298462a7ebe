//! Geospatial commands.
//!
//! Each member has longitudes of its own, so that hardly two are equally far from a centre: Redis
//! sorts those in no certain order. Spoilt commands and stored distances bring them about all the
//! same, so where a COUNT chooses among them nothing is stored.

use super::Family;
use crate::differential::compare::{Allowance, Tolerance};

const WORDS: &[(&str, &[&str])] = &[
    ("<a>", &["13.361389", "-122.27652", "179.99", "0", "-0.0001"]),
    ("<b>", &["15.087269", "-122.2674626", "-179.98", "0.0002", "90"]),
    ("<c>", &["13.583333", "2.2944692", "180", "-180", "45.1"]),
    ("<d>", &["14.5", "-73.9", "179.5", "-45", "-90.001"]),
    ("<e>", &["14.51", "-73.91", "179.51", "-45.01", "-135.3"]),
    (
        "<latitude>",
        &["38.115556", "37.502669", "0", "-0.3", "60.5", "-70", "82", "-85", "85.05112878"],
    ),
    ("<near>", &["15", "-22.27", "45.2", "60", "14.1", "0.1", "100.5"]),
    ("<north>", &["30", "45.5", "60.1", "70"]),
    ("<middle>", &["-10.2", "0", "20", "38.1"]),
    ("<south>", &["37.5", "-1", "-30", "-65"]),
    ("<longitude>", &["15", "-122.27", "180", "-180", "179.95", "0.1", "-45.2", "100", "14.1"]),
    ("<member>", &["a", "b", "c", "d", "e", "nobody"]),
    (
        "<radius>",
        &["0", "1", "10.5", "100", "200", "1000", "5000", "12000", "30000", "1e30", "inf"],
    ),
    ("<unit>", &["m", "km", "ft", "mi", "KM", "M"]),
    ("<far>", &["km", "mi", "km", "MI"]),
    ("<condition>", &["NX", "XX", "CH", "nx", "ch"]),
    ("<with>", &["WITHDIST", "WITHCOORD", "WITHHASH", "withdist"]),
    ("<order>", &["ASC", "DESC", "asc"]),
    ("<count>", &["1", "2", "3", "100", "9223372036854775807"]),
];

pub const GEO: Family = Family {
    templates: &[
        "GEOADD <key> <a> <latitude> a",
        "GEOADD <key> <b> <latitude> b",
        "GEOADD <key> <c> <latitude> c <d> <latitude> d",
        "GEOADD <key> <a> <latitude> a <b> <latitude> b <c> <latitude> c",
        "GEOADD <key> <d> <latitude> d <e> <latitude> e",
        "GEOADD <key> <condition> <d> <latitude> d <e> <latitude> e",
        "GEOADD <key> <condition> <condition> <a> <latitude> a <b> <latitude> b",
        "GEOPOS <key> <member> <member>",
        "GEOPOS <key>",
        "GEOHASH <key> <member> <member>",
        "GEODIST <key> <member> <member>",
        "GEODIST <key> <member> <member> <unit>",
        "GEOSEARCH <key> FROMMEMBER <member> BYRADIUS <radius> <unit>",
        "GEOSEARCH <key> FROMMEMBER <member> BYRADIUS <radius> <far> <with>",
        "GEOSEARCH <key> FROMMEMBER <member> BYRADIUS <radius> <far> <with> <with> <order>",
        "GEOSEARCH <key> FROMMEMBER <member> BYBOX <radius> <radius> <far> <with>",
        "GEOSEARCH <key> FROMLONLAT <longitude> <latitude> BYRADIUS <radius> <far> <with>",
        "GEOSEARCH <key> FROMLONLAT <longitude> <latitude> BYRADIUS <radius> <far> COUNT <count>",
        "GEOSEARCH <key> FROMLONLAT <longitude> <latitude> BYBOX <radius> <radius> <far>",
        "GEOSEARCH <key> BYBOX <radius> <radius> <far> <order> FROMLONLAT <longitude> <latitude>",
        "GEOSEARCH <key> FROMLONLAT <longitude> <latitude> BYRADIUS <radius> <far> COUNT <count> ANY",
        "GEOSEARCH <key> FROMMEMBER <member> BYRADIUS <radius> <far> ANY COUNT <count> <order>",
        "GEOSEARCHSTORE <key> <key> FROMMEMBER <member> BYRADIUS <radius> <far>",
        "GEOSEARCHSTORE <key> <key> FROMLONLAT <longitude> <latitude> BYBOX <radius> <radius> <far>",
        "GEOSEARCHSTORE <key> <key> FROMMEMBER <member> BYRADIUS <radius> <far> COUNT 100",
        "GEOSEARCHSTORE key:0 <key> FROMMEMBER <member> BYRADIUS <radius> <far> STOREDIST",
        "GEORADIUS <key> <longitude> <latitude> <radius> <far>",
        "GEORADIUS <key> <longitude> <latitude> <radius> <far> <with> <order> COUNT <count>",
        "GEORADIUS <key> <longitude> <latitude> <radius> <far> STORE <key>",
        "GEORADIUS <key> <longitude> <latitude> <radius> <far> <order> STOREDIST key:0",
        "GEORADIUS_RO <key> <longitude> <latitude> <radius> <far> <with> <with>",
        "GEORADIUSBYMEMBER <key> <member> <radius> <far> <with>",
        "GEORADIUSBYMEMBER <key> <member> <radius> <far> STORE <key>",
        "GEORADIUSBYMEMBER <key> <member> <radius> <far> STOREDIST key:0 COUNT 100",
        "GEORADIUSBYMEMBER_RO <key> <member> <radius> <far> <order> COUNT <count> ANY",
    ],
    words: WORDS,
    allowances: TIES,
};

/// Members at one place, or at one distance, come in no certain order.
const TIES: &[Allowance] = &[
    ("geosearch", "", Tolerance::Ties),
    ("georadius", "", Tolerance::Ties),
    ("georadius_ro", "", Tolerance::Ties),
    ("georadiusbymember", "", Tolerance::Ties),
    ("georadiusbymember_ro", "", Tolerance::Ties),
];

/// What Valkey 9.1 has beyond Redis 7.0. No distances are stored: Valkey writes such scores in a
/// layout of its own. No polygon lies around a pole: Valkey finds nothing in one whose centre
/// is off the map.
pub const POLYGONS: Family = Family {
    templates: &[
        "GEOADD <key> <a> <latitude> a <b> <latitude> b <c> <latitude> c",
        "GEOADD <key> <d> <latitude> d <e> <latitude> e",
        "GEOSEARCH <key> BYPOLYGON 3 <near> <north> <near> <middle> <near> <south>",
        "GEOSEARCH <key> BYPOLYGON 4 12 37 16 37 16 39 12 39 <with>",
        "GEOSEARCH <key> BYPOLYGON 4 -179 -80 179 -80 179 80 -179 80 <with> <order>",
        "GEOSEARCH <key> BYPOLYGON 5 -120 30 -20 40 60 60 100 50 30 -20 <with> COUNT <count>",
        "GEOSEARCH <key> <order> BYPOLYGON 3 -1 -1 200 -1 0 85 WITHDIST",
        "GEOSEARCHSTORE <key> <key> BYPOLYGON 4 10 30 16 37 16 39 -12 39",
        "DEL <key>",
    ],
    words: WORDS,
    allowances: TIES,
};
