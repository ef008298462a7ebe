//! GEOADD.

use super::coordinates;
use crate::commands::prelude::*;
use crate::types::Limits;
use crate::types::zset::SortedSet;

pub const GEOADD: Command = Command::new("geoadd", -5, geoadd)
    .flags(WRITE.or(DENYOOM))
    .acl(Acl::GEO)
    .keys(&[KeySpec::one(1, access::RW | access::UPDATE)])
    .group("geo")
    .since("3.2.0")
    .complexity(
        "O(log(N)) for each item added, where N is the number of elements in the sorted set.",
    )
    .syntax("key [NX|XX] [CH] longitude latitude member [longitude latitude member ...]")
    .summary(
        "Adds one or more members to a geospatial index. The key is created if it doesn't exist.",
    );

/// To the outside it is ZADD with scores made of coordinates, down to the event.
fn geoadd(ctx: &mut Ctx<'_>, mut args: Args<'_>, reply: &mut Reply<'_>) -> Result {
    let key = args.key()?;
    let options = Options::parse(&mut args)?;
    if args.is_empty() || !args.remaining().is_multiple_of(3) {
        return Err(Error::Syntax);
    }
    let mut places = Vec::new();
    while !args.is_empty() {
        let score = coordinates::point(&mut args)?.score();
        places.push((score, args.bytes()?));
    }
    let limits = ctx.limits();
    let create = !options.only_existing;
    let counted = ctx.txn.update(key, create, |zset: &mut SortedSet| {
        let (added, changed) = options.add(zset, &places, &limits);
        let counted = if options.count_changed { changed } else { added };
        (counted, (changed > 0).then_some(Event::zset("zadd")))
    })?;
    reply.count(counted.unwrap_or(0));
    Ok(())
}

/// What stands before the places.
#[derive(Default)]
struct Options {
    only_new: bool,
    only_existing: bool,
    count_changed: bool,
}

impl Options {
    fn parse(args: &mut Args<'_>) -> Result<Options> {
        let mut options = Options::default();
        loop {
            if args.word("NX") {
                options.only_new = true;
            } else if args.word("XX") {
                options.only_existing = true;
            } else if args.word("CH") {
                options.count_changed = true;
            } else if options.only_new && options.only_existing {
                return Err(Error::Syntax);
            } else {
                return Ok(options);
            }
        }
    }

    /// Adds or moves members; answers how many are new, and how many are new or have moved.
    fn add(
        &self,
        zset: &mut SortedSet,
        places: &[(f64, &[u8])],
        limits: &Limits,
    ) -> (usize, usize) {
        let (mut added, mut changed) = (0, 0);
        for &(score, member) in places {
            let update = zset.update(member, limits, |before| {
                let allowed = if before.is_some() { !self.only_new } else { !self.only_existing };
                Ok::<_, std::convert::Infallible>(allowed.then_some(score))
            });
            let Ok(update) = update;
            added += usize::from(update.added());
            changed += usize::from(update.changed());
        }
        (added, changed)
    }
}
