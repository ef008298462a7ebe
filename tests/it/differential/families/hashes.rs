//! Hash commands.

use super::Family;

pub const HASHES: Family = Family { templates: &[], words: &[], allowances: &[] };
