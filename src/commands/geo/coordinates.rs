//! Coordinates, distances and units: how the family reads and writes them.

use crate::commands::prelude::*;
use crate::types::geo::{Extent, Point};

/// Metres in one unit of length.
pub type UnitM = f64;

/// Reads a longitude and a latitude, in degrees.
pub fn point(args: &mut Args<'_>) -> Result<Point> {
    let (longitude, latitude) = (args.float()?, args.float()?);
    Point::new(longitude, latitude).ok_or_else(|| {
        Error::msg(format!("invalid longitude,latitude pair {longitude:.6},{latitude:.6}"))
    })
}

/// Reads a unit of length.
pub fn unit(args: &mut Args<'_>) -> Result<UnitM> {
    match args.keyword().as_str() {
        "m" => Ok(1.0),
        "km" => Ok(1000.0),
        "ft" => Ok(0.3048),
        "mi" => Ok(1609.34),
        _ => Err(Error::msg("unsupported unit provided. please use M, KM, FT, MI")),
    }
}

/// Reads a radius and its unit.
pub fn circle(args: &mut Args<'_>) -> Result<(Extent, UnitM)> {
    let radius = args.float().map_err(|_| Error::msg("need numeric radius"))?;
    if radius < 0.0 {
        return Err(Error::msg("radius cannot be negative"));
    }
    let unit_m = unit(args)?;
    Ok((Extent::Circle { radius_m: radius * unit_m }, unit_m))
}

/// Reads a width, a height and their unit.
pub fn rectangle(args: &mut Args<'_>) -> Result<(Extent, UnitM)> {
    let width = args.float().map_err(|_| Error::msg("need numeric width"))?;
    let height = args.float().map_err(|_| Error::msg("need numeric height"))?;
    if width < 0.0 || height < 0.0 {
        return Err(Error::msg("height or width cannot be negative"));
    }
    let unit_m = unit(args)?;
    let (width_m, height_m) = (width * unit_m, height * unit_m);
    Ok((Extent::Rectangle { width_m, height_m }, unit_m))
}

/// Reads the number of a polygon's corners, and the corners.
pub fn vertices(args: &mut Args<'_>) -> Result<Vec<Point>> {
    let count = args.int().ok().and_then(|count| i32::try_from(count).ok());
    let count = count.ok_or(Error::msg("invalid number of vertices"))?;
    let count = usize::try_from(count).unwrap_or(0);
    if count < 3 || count > args.remaining() / 2 {
        return Err(Error::msg("GEOSEARCH BYPOLYGON must have at least 3 vertices"));
    }
    (0..count).map(|_| point(args)).collect()
}

/// Answers with a distance in metres, in a unit: four digits behind the point, whatever the
/// unit. Rounded as Redis does since 7.2, by its integer number of ten-thousandths.
pub fn reply_distance(reply: &mut Reply<'_>, distance_m: f64, unit_m: UnitM) {
    const FRACTIONS: u64 = 10_000;
    let fractions = (distance_m / unit_m * FRACTIONS as f64).round_ties_even() as u64;
    reply.bulk(format!("{}.{:04}", fractions / FRACTIONS, fractions % FRACTIONS));
}

/// Answers with a pair of coordinates, up to 17 digits behind the point.
pub fn reply_point(reply: &mut Reply<'_>, point: Point) {
    reply.array(2);
    for degrees in [point.longitude, point.latitude] {
        let text = format!("{degrees:.17}");
        reply.double_text(text.trim_end_matches('0').trim_end_matches('.'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Reply<'_>)) -> String {
        let mut out = Vec::new();
        write(&mut Reply::new(&mut out, true));
        String::from_utf8(out).expect("only text in these tests")
    }

    #[test]
    fn distances_have_four_digits() {
        let distance = |distance_m, unit_m| written(|r| reply_distance(r, distance_m, unit_m));
        assert_eq!(distance(0.0, 1.0), "$6\r\n0.0000\r\n");
        assert_eq!(distance(166274.15156960033, 1.0), "$11\r\n166274.1516\r\n");
        assert_eq!(distance(166274.15156960033, 1000.0), "$8\r\n166.2742\r\n");
        assert_eq!(distance(0.00004, 1.0), "$6\r\n0.0000\r\n");
        assert_eq!(distance(0.99995, 1.0), "$6\r\n1.0000\r\n");
    }

    #[test]
    fn coordinates_lose_their_zeros() {
        let point =
            |longitude, latitude| written(|r| reply_point(r, Point { longitude, latitude }));
        assert_eq!(point(180.0, 85.05112878), "*2\r\n,180\r\n,85.0511287799999991\r\n");
        assert_eq!(point(-100.0, 0.5), "*2\r\n,-100\r\n,0.5\r\n");
    }
}
