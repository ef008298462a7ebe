//! Set commands.

use super::Family;

pub const SETS: Family = Family { templates: &[], words: &[], allowances: &[] };
