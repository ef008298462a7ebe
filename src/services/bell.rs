//! What wakes a connection's thread while it waits on behalf of its client: a descriptor, so
//! that it can listen to its socket at the same time and notice that the client has left.

use super::stream::Stream;
use crate::util::clock;
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// Rung by others, heard by one thread.
pub struct Bell {
    fd: OwnedFd,
}

impl Bell {
    /// A silent bell. Fails when the process has no descriptor left.
    pub fn new() -> io::Result<Bell> {
        Ok(Bell { fd: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)? })
    }

    /// Wakes whoever sleeps on it, or will.
    pub fn ring(&self) {
        // It fails only where it has rung 2^64 times unheard.
        let _ = rustix::io::write(&self.fd, &1u64.to_ne_bytes());
    }

    /// Sleeps until it rings, until `until_ms` (Unix time in milliseconds), or until the peer of
    /// `stream` ends its side of the connection. May wake up for no reason. Returns whether the
    /// peer is still there.
    pub fn sleep(&self, stream: &Stream, until_ms: Option<i64>) -> bool {
        let left = until_ms.map(|until_ms| {
            let left_us = until_ms.saturating_mul(1000).saturating_sub(clock::now_us());
            Duration::from_micros(u64::try_from(left_us).unwrap_or(0))
        });
        // A time too far away to be said is forever.
        let timeout = left.and_then(|left| Timespec::try_from(left).ok());
        let mut fds = [
            PollFd::new(&self.fd, PollFlags::IN),
            PollFd::from_borrowed_fd(stream.as_fd(), PollFlags::RDHUP),
        ];
        if poll(&mut fds, timeout.as_ref()).is_err() {
            return true;
        }
        if !fds[0].revents().is_empty() {
            let _ = rustix::io::read(&self.fd, &mut [0; 8]);
        }
        fds[1].revents().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;
    use std::time::Instant;

    #[test]
    fn it_wakes_by_ringing_by_time_and_by_a_leaving_peer() {
        let (peer, ours) = UnixStream::pair().expect("a pair of sockets");
        let stream = Stream::Unix(ours);
        let bell = Bell::new().expect("a descriptor");
        bell.ring();
        assert!(bell.sleep(&stream, None));
        let began = Instant::now();
        assert!(bell.sleep(&stream, Some(clock::now_ms() + 30)), "the ring was heard already");
        assert!(began.elapsed() >= Duration::from_millis(29));
        drop(peer);
        assert!(!bell.sleep(&stream, None));
    }
}
