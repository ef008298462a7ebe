//! The table: every parameter, grouped by subject, one row each. A row is its typed id, its
//! names, its values and what a change does; reading, CONFIG GET and SET, files, flags and
//! REWRITE all follow from it. A forgotten effect is `NextUse`: the value is read afresh
//! wherever it matters.

mod cluster;
mod encodings;
mod general;
mod memory;
mod network;
mod observability;
mod persistence;
mod replication;
mod security;
mod tls;

pub use cluster::*;
pub use encodings::*;
pub use general::*;
pub use memory::*;
pub use network::*;
pub use observability::*;
pub use persistence::*;
pub use replication::*;
pub use security::*;
pub use tls::*;

use super::param::Param;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The largest value of C's `int`, the bound of many of Redis's parameters.
const INT_MAX: i64 = i32::MAX as i64;
/// The smallest value of C's `int`.
const INT_MIN: i64 = i32::MIN as i64;

/// The groups, in the order of their ids.
const GROUPS: [&[Param]; 10] = [
    general::ROWS,
    network::ROWS,
    tls::ROWS,
    memory::ROWS,
    persistence::ROWS,
    replication::ROWS,
    security::ROWS,
    encodings::ROWS,
    observability::ROWS,
    cluster::ROWS,
];

// The last group's ids end where the table does, or a group is missing above.
const _: () = {
    let (mut rows, mut group) = (0, 0);
    while group < GROUPS.len() {
        rows += GROUPS[group].len();
        group += 1;
    }
    assert!(rows == cluster::END as usize);
};

/// Every row, in the order of the ids.
pub static TABLE: LazyLock<Vec<Param>> = LazyLock::new(|| GROUPS.concat());

/// The place of each row by its name and by its alias.
static PLACES: LazyLock<HashMap<&'static str, usize>> = LazyLock::new(|| {
    let names = |(place, row): (usize, &Param)| {
        [Some(row.name), row.alias].into_iter().flatten().map(move |name| (name, place))
    };
    TABLE.iter().enumerate().flat_map(names).collect()
});

/// A row found by name.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// The row's place in the table.
    pub index: usize,
    /// The name or the alias it was found by.
    pub name: &'static str,
    /// The row.
    pub row: &'static Param,
}

/// The row called `name`, in any case, by its name or its alias.
pub(super) fn find(name: &[u8]) -> Option<Found> {
    let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
    let (name, index) = PLACES.get_key_value(name.as_str())?;
    Some(Found { index: *index, name, row: TABLE.get(*index)? })
}

/// Directives that older files have and nothing reads any more; each takes one argument.
pub(super) const RETIRED: [&str; 3] =
    ["list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands"];

#[cfg(test)]
mod tests {
    use super::super::param::{Effect, Kind};
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_lead_to_their_rows() {
        assert_eq!(TABLE[PORT.index()].name, "port");
        assert_eq!(TABLE[general::DAEMONIZE.index()].name, "daemonize");
        assert_eq!(TABLE[TLS_PORT.index()].name, "tls-port");
        assert_eq!(TABLE[MAXMEMORY.index()].name, "maxmemory");
        assert_eq!(TABLE[SAVE.index()].name, "save");
        assert_eq!(TABLE[REPLICAOF.index()].name, "replicaof");
        assert_eq!(TABLE[REQUIREPASS.index()].name, "requirepass");
        assert_eq!(TABLE[HASH_MAX_LISTPACK_ENTRIES.index()].name, "hash-max-listpack-entries");
        assert_eq!(TABLE[SLOWLOG_MAX_LEN.index()].name, "slowlog-max-len");
        assert_eq!(TABLE[CLUSTER_ENABLED.index()].name, "cluster-enabled");
    }

    #[test]
    fn names_are_unique_and_lower_case() {
        let mut seen = HashSet::new();
        for row in TABLE.iter() {
            for name in [Some(row.name), row.alias].into_iter().flatten() {
                assert!(seen.insert(name), "{name} twice");
                assert_eq!(name, name.to_ascii_lowercase());
                assert!(!RETIRED.contains(&name));
            }
        }
    }

    #[test]
    fn every_row_says_what_it_means() {
        for row in TABLE.iter() {
            assert!(row.doc.len() > 10 && row.doc.ends_with('.'), "{}: {}", row.name, row.doc);
        }
    }

    #[test]
    fn defaults_are_values_of_their_rows() {
        for row in TABLE.iter() {
            let default = row.default_value();
            let text = row.print(&default);
            if let Kind::Text { check: Some(check), .. } = row.kind {
                assert_eq!(check(&text), Ok(()), "{}", row.name);
            }
            if let Kind::Int { default, min, max, clamp, .. } = row.kind {
                assert!((min..=max).contains(&default), "{}", row.name);
                assert_eq!(default.clamp(clamp.0, clamp.1), default, "{}", row.name);
            }
        }
    }

    #[test]
    fn what_cannot_change_needs_no_effect() {
        for row in TABLE.iter().filter(|row| row.is_immutable()) {
            let idle = matches!(row.effect, Effect::NextUse | Effect::Ignored);
            assert!(idle, "{}", row.name);
        }
    }
}
