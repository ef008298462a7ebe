//! Looking through files that may be broken: what is in them, where they break, and how much of
//! them is good. Nothing is changed here. The lines are those of `redis-check-rdb` and
//! `redis-check-aof`, with more behind them.

pub mod aof;
pub mod rdb;
