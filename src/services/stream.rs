//! A client's socket, whatever its kind. Writing works on `&Stream`, so that one thread may
//! read, another write and a third end the connection.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::SockRef;
use std::io::{self, IoSlice, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A connected socket.
pub enum Stream {
    /// TCP.
    Tcp(TcpStream),
    /// A Unix domain socket.
    Unix(UnixStream),
}

impl Stream {
    /// The peer's address as CLIENT LIST shows it.
    pub fn peer(&self, unix_path: &str) -> String {
        match self {
            Stream::Tcp(tcp) => tcp.peer_addr().map_or_else(|_| "?:0".into(), |a| a.to_string()),
            Stream::Unix(_) => format!("{unix_path}:0"),
        }
    }

    /// Our own address on this connection.
    pub fn local(&self, unix_path: &str) -> String {
        match self {
            Stream::Tcp(tcp) => tcp.local_addr().map_or_else(|_| "?:0".into(), |a| a.to_string()),
            Stream::Unix(_) => format!("{unix_path}:0"),
        }
    }

    /// Whether the peer is on this machine.
    pub fn is_local(&self) -> bool {
        match self {
            Stream::Tcp(tcp) => {
                tcp.peer_addr().is_ok_and(|addr| addr.ip().to_canonical().is_loopback())
            }
            Stream::Unix(_) => true,
        }
    }

    /// The descriptor's number, for CLIENT LIST.
    pub fn fd(&self) -> RawFd {
        match self {
            Stream::Tcp(tcp) => tcp.as_raw_fd(),
            Stream::Unix(unix) => unix.as_raw_fd(),
        }
    }

    /// Ends reading, writing or both; a thread blocked in them wakes up.
    pub fn shutdown(&self, how: Shutdown) {
        // A peer that is already gone is what was asked for.
        let _ = match self {
            Stream::Tcp(tcp) => tcp.shutdown(how),
            Stream::Unix(unix) => unix.shutdown(how),
        };
    }

    /// Whether something can be read, waiting for it up to `longest`.
    pub fn is_readable_within(&self, longest: Duration) -> bool {
        // An error counts as readable: the read that follows reports it.
        self.poll(PollFlags::IN, longest).unwrap_or(true)
    }

    /// Whether the peer has ended its side of the connection, or all of it.
    pub fn peer_has_left(&self) -> bool {
        self.poll(PollFlags::RDHUP, Duration::ZERO).unwrap_or(false)
    }

    /// The descriptor, to wait on.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Stream::Tcp(tcp) => tcp.as_fd(),
            Stream::Unix(unix) => unix.as_fd(),
        }
    }

    /// Waits up to `longest` for one of `events`, or for the connection's end.
    fn poll(&self, events: PollFlags, longest: Duration) -> io::Result<bool> {
        let timeout = Timespec::try_from(longest).ok();
        let mut fds = [PollFd::from_borrowed_fd(self.as_fd(), events)];
        let ready = poll(&mut fds, timeout.as_ref())?;
        Ok(ready > 0)
    }

    /// Writes some of the bytes. Where none can be written now it waits, or fails as one that
    /// would block.
    pub fn send_vectored(&self, bufs: &[IoSlice<'_>], waits: bool) -> io::Result<usize> {
        let flags = if waits { 0 } else { libc::MSG_DONTWAIT };
        let socket = match self {
            Stream::Tcp(tcp) => SockRef::from(tcp),
            Stream::Unix(unix) => SockRef::from(unix),
        };
        socket.send_vectored_with_flags(bufs, flags | libc::MSG_NOSIGNAL)
    }

    /// How long one write may block.
    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Stream::Tcp(tcp) => tcp.set_write_timeout(timeout),
            Stream::Unix(unix) => unix.set_write_timeout(timeout),
        }
    }
}

impl Write for &Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(tcp) => (&*tcp).write(buf),
            Stream::Unix(unix) => (&*unix).write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
