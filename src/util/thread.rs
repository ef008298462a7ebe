//! What the threads that serve clients have in common: how much stack they get, and how the
//! kernel schedules them.
#![allow(unsafe_code)]

use std::cell::Cell;

/// Bytes of their stack. Only pages that are touched cost memory.
pub const CLIENT_STACK_BYTES: usize = 256 * 1024;

thread_local! {
    /// Whether the thread is under `SCHED_BATCH`.
    static IS_BATCH: Cell<bool> = const { Cell::new(false) };
}

/// Puts the calling thread under `SCHED_BATCH`: once woken it does not preempt whoever runs,
/// so work gathers and one wake-up does more of it.
pub fn schedule_as_batch() {
    schedule(libc::SCHED_BATCH);
    IS_BATCH.set(true);
}

/// Waits for a device, with the calling thread out of `SCHED_BATCH`. When the device is done nobody
/// goes to sleep at that moment, as a client does that has sent its request: beside processes that
/// compute, a thread under `SCHED_BATCH` would wait for the end of their slices, milliseconds.
pub fn waiting_for_device<R>(wait: impl FnOnce() -> R) -> R {
    let is_batch = IS_BATCH.get();
    if is_batch {
        schedule(libc::SCHED_OTHER);
    }
    let result = wait();
    if is_batch {
        schedule(libc::SCHED_BATCH);
    }
    result
}

fn schedule(policy: i32) {
    let param = libc::sched_param { sched_priority: 0 };
    // SAFETY: `param` lives through the call; 0 is the calling thread. A refusal changes
    // nothing but speed, and every user is allowed this.
    unsafe {
        libc::sched_setscheduler(0, policy, &raw const param);
    }
}
