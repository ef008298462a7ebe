//! GEOPOS, GEOHASH, GEODIST: where members are, and how far from each other.

use super::coordinates::{self, reply_distance, reply_point};
use crate::commands::prelude::*;
use crate::types::geo::Point;
use crate::types::zset::SortedSet;

pub const GEOPOS: Command = Command::new("geopos", -2, geopos)
    .flags(READONLY)
    .acl(Acl::GEO)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("geo")
    .since("3.2.0")
    .complexity("O(1) for each member requested.")
    .syntax("key [member [member ...]]")
    .summary("Returns the longitude and latitude of members from a geospatial index.");

fn geopos(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let zset = ctx.txn.read::<SortedSet>(key)?;
    reply.array(args.remaining());
    for member in args {
        match place(zset, &member) {
            Some(point) => reply_point(reply, point),
            None => reply.null_array(),
        }
    }
    Ok(())
}

pub const GEOHASH: Command = Command::new("geohash", -2, geohash)
    .flags(READONLY)
    .acl(Acl::GEO)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("geo")
    .since("3.2.0")
    .complexity("O(1) for each member requested.")
    .syntax("key [member [member ...]]")
    .summary("Returns members from a geospatial index as geohash strings.");

fn geohash(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let zset = ctx.txn.read::<SortedSet>(key)?;
    reply.array(args.remaining());
    for member in args {
        reply.bulk_or_null(place(zset, &member).map(Point::geohash));
    }
    Ok(())
}

pub const GEODIST: Command = Command::new("geodist", -4, geodist)
    .flags(READONLY)
    .acl(Acl::GEO)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("geo")
    .since("3.2.0")
    .complexity("O(1)")
    .syntax("key member1 member2 [M|KM|FT|MI]")
    .summary("Returns the distance between two members of a geospatial index.");

fn geodist(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let (from, to) = (args.bytes()?, args.bytes()?);
    let unit_m = match args.remaining() {
        0 => 1.0,
        1 => coordinates::unit(&mut args)?,
        _ => return Err(Error::Syntax),
    };
    let zset = ctx.txn.read::<SortedSet>(key)?;
    match (place(zset, from), place(zset, to)) {
        (Some(from), Some(to)) => reply_distance(reply, from.distance_m(to), unit_m),
        _ => reply.null(),
    }
    Ok(())
}

/// Where a member is.
fn place(zset: Option<&SortedSet>, member: &[u8]) -> Option<Point> {
    zset?.score(member).map(Point::from_score)
}
