//! Sorted set commands.

use super::Family;

pub const ZSETS: Family = Family { templates: &[], words: &[], allowances: &[] };
