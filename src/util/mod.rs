//! Small, pure helpers with no knowledge of Redis's commands.

pub mod clock;
pub mod crc64;
pub mod glob;
pub mod long_double;
pub mod lzf;
pub mod number;
pub mod random;
pub mod thread;
