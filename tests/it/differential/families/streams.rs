//! Stream commands.

use super::Family;

pub const STREAMS: Family = Family { templates: &[], words: &[], allowances: &[] };
