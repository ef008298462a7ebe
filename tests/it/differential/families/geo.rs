//! Geospatial commands.

use super::Family;

pub const GEO: Family = Family { templates: &[], words: &[], allowances: &[] };
