//! The commands that the differential test draws from, a file for each family: its templates,
//! what may stand in their angle brackets, and by what replies may differ from the peer's, each
//! with its reason. Words and tolerances that several families share are `generate`'s and
//! `compare`'s.

pub mod bitmaps;
pub mod geo;
pub mod hashes;
pub mod hyperloglogs;
pub mod keys;
pub mod lists;
pub mod sets;
pub mod sort;
pub mod streams;
pub mod strings;
pub mod zsets;

use super::compare::Allowance;

/// One family.
pub struct Family {
    /// Commands, repeated where they should come more often. What stands in angle brackets is
    /// filled in by `generate`.
    pub templates: &'static [&'static str],
    /// Words in angle brackets that this family brings along, and what each may become.
    pub words: &'static [(&'static str, &'static [&'static str])],
    /// By what replies may differ.
    pub allowances: &'static [Allowance],
}
