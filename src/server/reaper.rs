//! The reaper: sleeps until the next deadline anywhere, then deletes what is due in short
//! bites, so that no command waits for more than one of them.

use crate::engine::Engine;
use crate::engine::blocking::conclude;
use crate::engine::observe;
use crate::engine::propagate::Propagation;
use crate::services::latency::event;
use crate::services::outbox::delivery::{self, Deliveries};
use crate::store::Txn;
use crate::util::clock;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Keys, and fields of hashes, deleted before a shard's lock is let go.
const BITE: usize = 64;
/// Without a deadline the reaper looks around this often.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);

/// Runs until the server ends.
pub fn run(engine: &Engine) {
    let _deliveries = Deliveries::begin();
    while !engine.shutdown.is_ending() {
        let alarm = &engine.keyspace.alarm;
        alarm.arm();
        if rests(engine) {
            std::thread::sleep(Duration::from_millis(10));
            continue;
        }
        if reap_due(engine) {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        alarm.sleep(engine.keyspace.next_deadline_ms(), LONGEST_SLEEP, clock::now_ms);
    }
}

/// Whether nothing is to be deleted now: a test turned the reaper off, the data set must not
/// change during a CLIENT PAUSE, or a log is being loaded, which says itself what expired. Keys
/// whose time has come are hidden all the same.
fn rests(engine: &Engine) -> bool {
    !engine.debug.reaper_on.load(Ordering::Relaxed)
        || engine.pause.is_on(clock::now_ms())
        || engine.persistence.loading.is_on()
}

/// Deletes every key, and every field of a hash, whose time has come by now. Returns whether some
/// have to be come back for.
fn reap_due(engine: &Engine) -> bool {
    let mut postponed = false;
    let began = Instant::now();
    let now_ms = clock::now_ms();
    for place in engine.keyspace.due_places(now_ms) {
        loop {
            let bite_began = Instant::now();
            let mut txn = Txn::lock_place(&engine.keyspace, place, clock::now_ms());
            if engine.persistence.loading.is_on() {
                return false;
            }
            let reaped = txn.reap(BITE);
            conclude(engine, 0, txn, Propagation::begin(engine));
            let took_us = bite_began.elapsed().as_micros() as u64;
            observe::latency(engine, event::EXPIRE_CYCLE, took_us);
            delivery::deliver();
            postponed |= reaped.postponed;
            engine.stats.expire_lag_ms.fetch_max(reaped.late_ms, Ordering::Relaxed);
            if !reaped.more {
                break;
            }
            engine.keyspace.shard(place).turnstile.give_way();
        }
    }
    engine.stats.reaping_us.fetch_add(began.elapsed().as_micros() as u64, Ordering::Relaxed);
    postponed
}
