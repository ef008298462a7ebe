//! List commands.

use super::Family;

pub const LISTS: Family = Family { templates: &[], words: &[], allowances: &[] };
