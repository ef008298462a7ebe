//! String commands.

mod condition;
mod delete;
mod digest;
mod expiry;
mod get;
mod getex;
mod incr;
mod lcs;
mod multiple;
mod older;
mod options;
mod range;
mod set;
mod subsequence;

use crate::engine::Command;

/// The family.
pub const COMMANDS: &[&Command] = &[
    &delete::DELEX,
    &delete::DELIFEQ,
    &digest::DIGEST,
    &get::GET,
    &get::STRLEN,
    &getex::GETDEL,
    &getex::GETEX,
    &incr::DECR,
    &incr::DECRBY,
    &incr::INCR,
    &incr::INCRBY,
    &incr::INCRBYFLOAT,
    &lcs::LCS,
    &multiple::MGET,
    &multiple::MSET,
    &multiple::MSETEX,
    &multiple::MSETNX,
    &older::GETSET,
    &older::PSETEX,
    &older::SETEX,
    &older::SETNX,
    &range::APPEND,
    &range::GETRANGE,
    &range::SETRANGE,
    &range::SUBSTR,
    &set::SET,
];
