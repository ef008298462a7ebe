//! Whether a listpack from a file is a node of a stream, so that whatever walks it later
//! finds what it expects. Checks all that Redis's `streamValidateListpackIntegrity` checks,
//! and that the IDs of live entries ascend.

use super::StreamId;
use super::node::{DELETED, SAME_FIELDS};
use crate::types::listpack::{Corrupt, Element, Iter, Listpack};

/// Elements an entry has beside its content and their number: flags and two distances.
const HEAD: i64 = 3;

/// Accepts a node with this master ID.
pub(super) fn validate(master_id: StreamId, listpack: &Listpack) -> Result<(), Corrupt> {
    let mut elements = listpack.iter();
    let counts = (count(elements.next())?, count(elements.next())?);
    let master_fields = count(elements.next())?;
    skip(&mut elements, master_fields)?;
    if int(elements.next())? != 0 {
        return Err(Corrupt("stream node whose master entry does not end"));
    }

    let (mut live_seen, mut deleted_seen) = (0, 0);
    let mut previous: Option<StreamId> = None;
    while let Some(flags) = elements.next() {
        let flags = int(Some(flags))?;
        if flags & !(DELETED | SAME_FIELDS) != 0 {
            return Err(Corrupt("stream entry with unknown flags"));
        }
        let id = master_id.at_distance(int(elements.next())?, int(elements.next())?);
        let live = flags & DELETED == 0;
        if live {
            if id < master_id || previous.is_some_and(|previous| id <= previous) {
                return Err(Corrupt("stream entries out of order"));
            }
            previous = Some(id);
        }
        let expected = if flags & SAME_FIELDS != 0 {
            skip(&mut elements, master_fields)?;
            HEAD + master_fields
        } else {
            let fields = count(elements.next())?;
            skip(&mut elements, fields)?;
            skip(&mut elements, fields)?;
            // No overflow: there were that many elements.
            HEAD + 1 + 2 * fields
        };
        if int(elements.next())? != expected {
            return Err(Corrupt("stream entry with a wrong number of elements"));
        }
        if live { live_seen += 1 } else { deleted_seen += 1 }
    }
    if counts != (live_seen, deleted_seen) {
        return Err(Corrupt("stream node with a wrong number of entries"));
    }
    Ok(())
}

fn int(element: Option<Element<'_>>) -> Result<i64, Corrupt> {
    match element {
        Some(element) => element.as_int().ok_or(Corrupt("stream node with text for a number")),
        None => Err(Corrupt("stream node cut short")),
    }
}

/// An integer that is not negative.
fn count(element: Option<Element<'_>>) -> Result<i64, Corrupt> {
    match int(element)? {
        count @ 0.. => Ok(count),
        _ => Err(Corrupt("stream node with a negative count")),
    }
}

/// Steps over elements that must be there.
fn skip(elements: &mut Iter<'_>, count: i64) -> Result<(), Corrupt> {
    for _ in 0..count {
        elements.next().ok_or(Corrupt("stream node cut short"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict on a node of these elements, separated by spaces.
    fn check(elements: &str) -> Result<(), &'static str> {
        let mut listpack = Listpack::new();
        elements.split(' ').for_each(|element| listpack.push_back(element.as_bytes()));
        validate(StreamId::new(10, 5), &listpack).map_err(|corrupt| corrupt.0)
    }

    #[test]
    fn accepts_nodes() {
        assert_eq!(check("0 0 0 0"), Ok(()));
        assert_eq!(check("1 0 1 f 0 2 0 0 v 4"), Ok(()));
        assert_eq!(check("1 1 2 f g 0 3 0 0 v w 5 0 1 -5 1 h 1 6"), Ok(()));
        assert_eq!(check("1 0 0 0 2 0 0 3"), Ok(()));
    }

    #[test]
    fn refuses_all_else() {
        let hostile = [
            "0",
            "x 0 0 0",
            "0 0 0",
            "0 0 0 1",
            "-1 0 0 0",
            "0 -1 0 0",
            "0 0 -1 0",
            "0 0 1 0",
            "0 0 9223372036854775807 0",
            "2 0 1 f 0 2 0 0 v 4",
            "0 1 1 f 0 2 0 0 v 4",
            "1 0 1 f 0 4 0 0 v 4",
            "1 0 1 f 0 2 0 0 v 5",
            "1 0 1 f 0 2 0 0 v",
            "1 0 1 f 0 2 0 0",
            "1 0 1 f 0 2 0 x v 4",
            "1 0 1 f 0 2 -1 0 v 4",
            "1 0 1 f 0 0 0 0 -1 4",
            "1 0 1 f 0 0 0 0 9223372036854775807 a b 4",
            "2 0 1 f 0 2 0 1 v 4 2 0 1 v 4",
            "2 0 1 f 0 2 1 0 v 4 2 0 9 v 4",
        ];
        for elements in hostile {
            assert!(check(elements).is_err(), "{elements}");
        }
    }
}
