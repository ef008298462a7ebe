//! GEOSEARCH and GEOSEARCHSTORE.

use super::answer::{self, Scores};
use super::coordinates::{self, UnitM};
use super::query::{Options, Query, place_of};
use crate::commands::prelude::*;
use crate::types::geo::{Extent, Point, Region};
use crate::types::zset::SortedSet;

const COMPLEXITY: &str = "O(N+log(M)) where N is the number of elements in the grid-aligned \
    bounding box area around the shape provided as the filter and M is the number of items inside \
    the shape";

pub const GEOSEARCH: Command = Command::new("geosearch", -7, geosearch)
    .flags(READONLY)
    .acl(Acl::GEO)
    .keys(&[KeySpec::one(1, access::RO | access::ACCESS)])
    .group("geo")
    .since("6.2.0")
    .complexity(COMPLEXITY)
    .syntax(
        "key [FROMMEMBER member|FROMLONLAT longitude latitude] <BYRADIUS radius <M|KM|FT|MI>|\
         BYBOX width height <M|KM|FT|MI>|\
         BYPOLYGON num-vertices longitude latitude [longitude latitude ...]> \
         [ASC|DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST] [WITHHASH]",
    )
    .summary(
        "Queries a geospatial index for members inside an area of a box, circle, or a polygon.",
    );

fn geosearch(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let zset = ctx.txn.read::<SortedSet>(key)?;
    let mut area = Area::default();
    let options = Options::parse(&mut args, |word, args| area.read(word, args, zset))?;
    let query = area.query(options, args)?;
    answer::show(&query.run(zset), &query, reply);
    Ok(())
}

pub const GEOSEARCHSTORE: Command = Command::new("geosearchstore", -8, geosearchstore)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::GEO)
    .keys(&[
        KeySpec::one(1, access::OW | access::UPDATE),
        KeySpec::one(2, access::RO | access::ACCESS),
    ])
    .group("geo")
    .since("6.2.0")
    .complexity(COMPLEXITY)
    .syntax(
        "destination source [FROMMEMBER member|FROMLONLAT longitude latitude] \
         <BYRADIUS radius <M|KM|FT|MI>|BYBOX width height <M|KM|FT|MI>|\
         BYPOLYGON num-vertices longitude latitude [longitude latitude ...]> \
         [ASC|DESC] [COUNT count [ANY]] [STOREDIST]",
    )
    .summary(
        "Queries a geospatial index for members inside an area of a box, a circle, or a polygon, \
         optionally stores the result.",
    );

fn geosearchstore(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let (destination, source) = (args.key()?, args.key()?);
    let limits = ctx.limits();
    let zset = ctx.txn.read::<SortedSet>(source)?;
    let (mut area, mut scores) = (Area::default(), Scores::Places);
    let options = Options::parse(&mut args, |word, args| {
        if word == "storedist" {
            scores = Scores::Distances;
            return Ok(true);
        }
        area.read(word, args, zset)
    })?;
    options.only_store("GEOSEARCHSTORE")?;
    let query = area.query(options, args)?;
    let result = answer::collect(&query.run(zset), &query, scores, &limits);
    answer::store(ctx, destination, result, Event::zset("geosearchstore"), reply);
    Ok(())
}

/// Where to look, as far as it has been read. A centre may be named again, of the same kind, and
/// so may a shape: the last one counts.
#[derive(Default)]
struct Area {
    from: Option<From>,
    shape: Option<Shape>,
    unit_m: UnitM,
}

#[derive(Clone, Copy)]
enum From {
    /// None when there is no such key.
    Member(Option<Point>),
    Place(Point),
}

enum Shape {
    Around(Extent),
    Polygon(Vec<Point>),
}

impl Area {
    /// Reads what follows `word`, if that names a centre or a shape and is not at odds with what
    /// was read before. As in Redis a word that too little follows is no such word.
    fn read(&mut self, word: &str, args: &mut Args<'_>, zset: Option<&SortedSet>) -> Result<bool> {
        use Extent::{Circle, Rectangle};
        match (word, args.remaining(), &self.from, &self.shape) {
            ("frommember", 1.., None | Some(From::Member(_)), None | Some(Shape::Around(_))) => {
                self.from = Some(From::Member(place_of(zset, args.bytes()?)?));
            }
            ("fromlonlat", 2.., None | Some(From::Place(_)), None | Some(Shape::Around(_))) => {
                self.from = Some(From::Place(coordinates::point(args)?));
            }
            ("byradius", 2.., _, None | Some(Shape::Around(Circle { .. }))) => {
                let (extent, unit_m) = coordinates::circle(args)?;
                (self.shape, self.unit_m) = (Some(Shape::Around(extent)), unit_m);
            }
            ("bybox", 3.., _, None | Some(Shape::Around(Rectangle { .. }))) => {
                let (extent, unit_m) = coordinates::rectangle(args)?;
                (self.shape, self.unit_m) = (Some(Shape::Around(extent)), unit_m);
            }
            ("bypolygon", 2.., None, None | Some(Shape::Polygon(_))) => {
                let vertices = coordinates::vertices(args)?;
                (self.shape, self.unit_m) = (Some(Shape::Polygon(vertices)), 1.0);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The search, when all has been read; `args` knows what the client called the command.
    fn query(self, options: Options, args: Args<'_>) -> Result<Query> {
        let exactly_one_of = |what: &str| {
            let name = args.argv().first().map_or(&b""[..], |name| name.bytes());
            let name = String::from_utf8_lossy(name);
            Error::msg(format!("exactly one of {what} can be specified for {name}"))
        };
        if self.from.is_none() && !matches!(self.shape, Some(Shape::Polygon(_))) {
            return Err(exactly_one_of("FROMMEMBER or FROMLONLAT"));
        }
        // Redis has no polygons, and clients expect its text.
        let shape = self.shape.ok_or_else(|| exactly_one_of("BYRADIUS and BYBOX"))?;
        options.finish()?;
        let centre = self.from.and_then(|from| match from {
            From::Member(point) => point,
            From::Place(point) => Some(point),
        });
        let region = match shape {
            Shape::Around(extent) => centre.map(|centre| Region::around(centre, extent)),
            Shape::Polygon(vertices) => Some(Region::polygon(vertices)),
        };
        Ok(Query { region, unit_m: self.unit_m, options })
    }
}
