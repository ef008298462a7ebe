//! SORT and SORT_RO.

use super::Family;

pub const SORT: Family = Family { templates: &[], words: &[], allowances: &[] };
