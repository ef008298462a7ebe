//! HyperLogLog commands.

use super::Family;

pub const HYPERLOGLOGS: Family = Family { templates: &[], words: &[], allowances: &[] };
