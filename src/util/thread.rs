//! What the threads that serve clients have in common: how much stack they get, and how the
//! kernel schedules them.
#![allow(unsafe_code)]

/// Bytes of their stack. Only pages that are touched cost memory.
pub const CLIENT_STACK_BYTES: usize = 256 * 1024;

/// Puts the calling thread under `SCHED_BATCH`: once woken it does not preempt whoever runs,
/// so work gathers and one wake-up does more of it.
pub fn schedule_as_batch() {
    let param = libc::sched_param { sched_priority: 0 };
    // SAFETY: `param` lives through the call; 0 is the calling thread. A refusal changes
    // nothing but speed, and every user is allowed this.
    unsafe {
        libc::sched_setscheduler(0, libc::SCHED_BATCH, &raw const param);
    }
}
