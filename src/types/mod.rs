//! The data structures: pure data, no keys, no clock, no I/O.

pub mod bits;
pub mod compact;
pub mod digest;
pub mod duplicates;
pub mod geo;
pub mod hash;
pub mod hyperloglog;
pub mod intset;
pub mod limits;
pub mod list;
pub mod listpack;
pub mod set;
pub mod stream;
pub mod table;
pub mod value;
pub mod zset;

pub use limits::Limits;
pub use value::{Type, Value, ValueRef};
