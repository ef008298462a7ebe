//! What outlives the process: the RDB format of snapshots and of DUMP.

pub mod rdb;
