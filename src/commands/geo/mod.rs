//! Geospatial commands: places on earth, kept in sorted sets whose scores are geohashes.

use crate::engine::Command;

mod add;
mod answer;
mod coordinates;
mod position;
mod query;
mod radius;
mod search;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &add::GEOADD,
    &position::GEODIST,
    &position::GEOHASH,
    &position::GEOPOS,
    &radius::GEORADIUS,
    &radius::GEORADIUSBYMEMBER,
    &radius::GEORADIUSBYMEMBER_RO,
    &radius::GEORADIUS_RO,
    &search::GEOSEARCH,
    &search::GEOSEARCHSTORE,
];
