//! Bitmap commands.

use super::Family;

pub const BITMAPS: Family = Family { templates: &[], words: &[], allowances: &[] };
