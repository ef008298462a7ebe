//! What outlives the process: the RDB format of snapshots and of DUMP.

pub mod aof;
pub mod check;
pub mod disk;
pub mod rdb;
