//! GEORADIUS and its kin, which were there before GEOSEARCH.

use super::answer::{self, Scores};
use super::coordinates;
use super::query::{Options, Query, place_of};
use crate::commands::prelude::*;
use crate::types::geo::Region;
use crate::types::zset::SortedSet;

const COMPLEXITY: &str = "O(N+log(M)) where N is the number of elements inside the bounding box \
    of the circular area delimited by center and radius and M is the number of items inside the \
    index.";

pub const GEORADIUS: Command = Command::new("georadius", -6, georadius)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::GEO)
    .keys(&[
        KeySpec::one(1, access::RO | access::ACCESS),
        KeySpec::after("STORE", 6, access::OW | access::UPDATE),
        KeySpec::after("STOREDIST", 6, access::OW | access::UPDATE),
    ])
    .group("geo")
    .since("3.2.0")
    .complexity(COMPLEXITY)
    .syntax(
        "key longitude latitude radius <M|KM|FT|MI> [WITHCOORD] [WITHDIST] [WITHHASH] \
         [COUNT count [ANY]] [ASC|DESC] [STORE key|STOREDIST key]",
    )
    .summary(
        "Queries a geospatial index for members within a distance from a coordinate, optionally \
         stores the result.",
    )
    .deprecated("6.2.0", "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument");

fn georadius(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    around(ctx, args, Centre::Place, true, reply)
}

pub const GEORADIUS_RO: Command = Command::new("georadius_ro", -6, georadius_ro)
    .flags(READONLY)
    .acl(Acl::GEO)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("geo")
    .since("3.2.10")
    .complexity(COMPLEXITY)
    .syntax(
        "key longitude latitude radius <M|KM|FT|MI> [WITHCOORD] [WITHDIST] [WITHHASH] \
         [COUNT count [ANY]] [ASC|DESC]",
    )
    .summary(
        "Returns members from a geospatial index that are within a distance from a coordinate.",
    )
    .deprecated("6.2.0", "`GEOSEARCH` with the `BYRADIUS` argument");

fn georadius_ro(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    around(ctx, args, Centre::Place, false, reply)
}

pub const GEORADIUSBYMEMBER: Command = Command::new("georadiusbymember", -5, georadiusbymember)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::GEO)
    .keys(&[
        KeySpec::one(1, access::RO | access::ACCESS),
        KeySpec::after("STORE", 5, access::OW | access::UPDATE),
        KeySpec::after("STOREDIST", 5, access::OW | access::UPDATE),
    ])
    .group("geo")
    .since("3.2.0")
    .complexity(COMPLEXITY)
    .syntax(
        "key member radius <M|KM|FT|MI> [WITHCOORD] [WITHDIST] [WITHHASH] \
         [COUNT count [ANY]] [ASC|DESC] [STORE key|STOREDIST key]",
    )
    .summary(
        "Queries a geospatial index for members within a distance from a member, optionally \
         stores the result.",
    )
    .deprecated(
        "6.2.0",
        "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
    );

fn georadiusbymember(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    around(ctx, args, Centre::Member, true, reply)
}

pub const GEORADIUSBYMEMBER_RO: Command =
    Command::new("georadiusbymember_ro", -5, georadiusbymember_ro)
        .flags(READONLY)
        .acl(Acl::GEO)
        .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
        .group("geo")
        .since("3.2.10")
        .complexity(COMPLEXITY)
        .syntax(
            "key member radius <M|KM|FT|MI> [WITHCOORD] [WITHDIST] [WITHHASH] \
             [COUNT count [ANY]] [ASC|DESC]",
        )
        .summary(
            "Returns members from a geospatial index that are within a distance from a member.",
        )
        .deprecated("6.2.0", "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments");

fn georadiusbymember_ro(ctx: &mut Ctx<'_>, args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    around(ctx, args, Centre::Member, false, reply)
}

/// What the search is around.
#[derive(Clone, Copy, PartialEq)]
enum Centre {
    Place,
    Member,
}

fn around(
    ctx: &mut Ctx<'_>,
    mut args: Args<'_>,
    centre: Centre,
    may_store: bool,
    reply: &mut Reply<'_>,
) -> Result {
    let key = args.key()?;
    let limits = ctx.limits();
    let zset = ctx.txn.read::<SortedSet>(key)?;
    let (region, unit_m) = region(&mut args, centre, zset)?;
    let mut target = None;
    let options = Options::parse(&mut args, |word, args| {
        let scores = match word {
            "store" => Scores::Places,
            "storedist" => Scores::Distances,
            _ => return Ok(false),
        };
        // Redis takes the last of several targets. Its key specification finds the first.
        let fits = may_store && target.is_none() && !args.is_empty();
        if fits {
            target = Some((args.key()?, scores));
        }
        Ok(fits)
    })?;
    if target.is_some() {
        options.only_store("STORE option in GEORADIUS")?;
    }
    options.finish()?;
    let query = Query { region, unit_m, options };
    let found = query.run(zset);
    match target {
        None => answer::show(&found, &query, reply),
        Some((target, scores)) => {
            let result = answer::collect(&found, &query, scores, &limits);
            answer::store(ctx, target, result, Event::zset("georadiusstore"), reply);
        }
    }
    Ok(())
}

/// Reads the centre and the radius. Around a member of no key there is no region, and then, as
/// in Redis, the radius may be anything.
fn region(
    args: &mut Args<'_>,
    centre: Centre,
    zset: Option<&SortedSet>,
) -> Result<(Option<Region>, coordinates::UnitM)> {
    let centre = match centre {
        Centre::Place => Some(coordinates::point(args)?),
        Centre::Member => place_of(zset, args.bytes()?)?,
    };
    let Some(centre) = centre else {
        let (_radius, _unit) = (args.arg()?, args.arg()?);
        return Ok((None, 1.0));
    };
    let (extent, unit_m) = coordinates::circle(args)?;
    Ok((Some(Region::around(centre, extent)), unit_m))
}
