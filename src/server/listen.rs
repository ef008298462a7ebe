//! Listeners: each accepts on its own thread and starts a thread for every connection. A
//! client that cannot be served is told why before it is let go.

use super::connection;
use super::thread::spawn_connection;
use crate::engine::Engine;
use crate::services::clients::Client;
use crate::services::config::params;
use crate::services::stream::Stream;
use crate::util::clock;
use anyhow::{Context, Result, bail};
use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, TcpKeepalive, Type};
use std::fs;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::Scope;
use std::time::{Duration, Instant};

const DENIED: &str = "-DENIED Redis is running in protected mode because protected mode is enabled \
and no password is set for the default user. In this mode connections are only accepted from the \
loopback interface. If you want to connect from external computers to Redis you may adopt one of \
the following solutions: 1) Just disable protected mode sending the command 'CONFIG SET \
protected-mode no' from the loopback interface by connecting to Redis from the same host the server \
is running, however MAKE SURE Redis is not publicly accessible from internet if you do so. Use \
CONFIG REWRITE to make this change permanent. 2) Alternatively you can just disable the protected \
mode by editing the Redis configuration file, and setting the protected mode option to 'no', and \
then restarting the server. 3) If you started the server manually just for testing, restart it with \
the '--protected-mode no' option. 4) Set up an authentication password for the default user. NOTE: \
You only need to do one of the above things in order for the server to start accepting connections \
from the outside.\r\n";

/// A socket that clients come in by.
pub struct Listener {
    socket: Socket,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Tcp,
    Unix,
}

impl Listener {
    /// What "Ready to accept connections" calls it.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            Kind::Tcp => "tcp",
            Kind::Unix => "unix",
        }
    }

    /// What the thread that accepts is called.
    pub fn thread_name(&self) -> &'static str {
        match self.kind {
            Kind::Tcp => "listener-tcp",
            Kind::Unix => "listener-unix",
        }
    }

    /// Ends the accepting, waking the thread that does it.
    pub fn close(&self) {
        // A socket that is closed already is what was asked for.
        let _ = self.socket.shutdown(Shutdown::Both);
    }
}

/// Opens every listener the configuration asks for.
pub fn open(engine: &Engine) -> Result<Vec<Listener>> {
    let config = &engine.config;
    let port = u16::try_from(config.get(params::PORT)).unwrap_or(0);
    let mut listeners = Vec::new();
    if port != 0 {
        for word in &config.get(params::BIND).0 {
            match open_tcp(word.trim_start_matches('-'), port, config.get(params::TCP_BACKLOG)) {
                Ok(listener) => listeners.push(listener),
                Err(error) if word.starts_with('-') && is_unavailable(&error) => {}
                Err(error) => {
                    engine.log.warning(format!(
                        "Warning: Could not create server TCP listening socket {}:{port}: {error}",
                        word.trim_start_matches('-')
                    ));
                    bail!("Failed listening on port {port} (tcp), aborting.");
                }
            }
        }
    }
    let path = config.get(params::UNIXSOCKET);
    if !path.is_empty() {
        let path = String::from_utf8_lossy(&path).into_owned();
        let mode = u32::try_from(config.get(params::UNIXSOCKETPERM)).unwrap_or(0);
        let listener = open_unix(&path, mode, config.get(params::TCP_BACKLOG))
            .with_context(|| format!("Failed opening Unix socket: bind: {path}"))?;
        listeners.push(listener);
    }
    Ok(listeners)
}

/// Errors that an address marked optional (`-::1`) may have.
fn is_unavailable(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(
            libc::EADDRNOTAVAIL
                | libc::EAFNOSUPPORT
                | libc::EPROTONOSUPPORT
                | libc::ESOCKTNOSUPPORT
        )
    )
}

fn open_tcp(host: &str, port: u16, backlog: i64) -> io::Result<Listener> {
    let ip: IpAddr = match host {
        "*" => Ipv4Addr::UNSPECIFIED.into(),
        "::*" => Ipv6Addr::UNSPECIFIED.into(),
        name => match name.parse() {
            Ok(ip) => ip,
            Err(_) => resolve(name)?,
        },
    };
    let domain = if ip.is_ipv6() { Domain::IPV6 } else { Domain::IPV4 };
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    if ip.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::new(ip, port).into())?;
    socket.listen(i32::try_from(backlog).unwrap_or(511))?;
    Ok(Listener { socket, kind: Kind::Tcp })
}

fn resolve(name: &str) -> io::Result<IpAddr> {
    let mut found = std::net::ToSocketAddrs::to_socket_addrs(&(name, 0))?;
    found.next().map(|addr| addr.ip()).ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn open_unix(path: &str, mode: u32, backlog: i64) -> io::Result<Listener> {
    // A socket file left over by an earlier run is in the way.
    let _ = fs::remove_file(path);
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    if mode != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    socket.listen(i32::try_from(backlog).unwrap_or(511))?;
    Ok(Listener { socket, kind: Kind::Unix })
}

/// Who connects while a data set is loaded waits so long in the listener's queue. Only a longer load
/// is worth telling of: clients take `LOADING` for an error.
const PATIENCE: Duration = Duration::from_millis(300);

/// Accepts until the listener is closed.
pub fn accept_loop<'scope>(
    engine: &'scope Engine,
    listener: &Listener,
    scope: &'scope Scope<'scope, '_>,
    running: &'scope AtomicUsize,
) {
    let began = Instant::now();
    while engine.persistence.loading.is_on() && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(1));
    }
    while !engine.shutdown.is_ending() {
        match listener.socket.accept() {
            Ok((socket, _)) => admit(engine, listener.kind, socket, scope, running),
            Err(_) if engine.shutdown.is_ending() => return,
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return,
            // A client that left before it was let in keeps nobody waiting.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                engine.log.warning(format!("Accepting client connection: {error}"));
                // Out of descriptors or memory: trying again at once would only burn the CPU.
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

/// Starts the thread of a new connection, or tells the client why not.
fn admit<'scope>(
    engine: &'scope Engine,
    kind: Kind,
    socket: Socket,
    scope: &'scope Scope<'scope, '_>,
    running: &'scope AtomicUsize,
) {
    let config = &engine.config;
    let stream = match kind {
        Kind::Tcp => {
            configure_tcp(&socket, config.get(params::TCP_KEEPALIVE));
            Arc::new(Stream::Tcp(socket.into()))
        }
        Kind::Unix => Arc::new(Stream::Unix(OwnedFd::from(socket).into())),
    };
    let turn_away = |text: &str| {
        engine.stats.connections_rejected.fetch_add(1, Ordering::Relaxed);
        // Whoever does not read the reason does not get it.
        let _ = stream.set_write_timeout(Some(Duration::from_millis(100)));
        let _ = (&mut &*stream).write_all(text.as_bytes());
    };
    let open_to_all = config.get(params::REQUIREPASS).is_empty();
    if config.get(params::PROTECTED_MODE) && open_to_all && !stream.is_local() {
        return turn_away(DENIED);
    }
    let path = String::from_utf8_lossy(&config.get(params::UNIXSOCKET)).into_owned();
    let id = engine.clients.next_id();
    let client = Arc::new(Client::new(id, Arc::clone(&stream), &path, clock::now_ms()));
    client.limit_output(&config.get(params::CLIENT_OUTPUT_BUFFER_LIMIT));
    let most = usize::try_from(config.get(params::MAXCLIENTS)).unwrap_or(usize::MAX);
    if !engine.clients.add(&client, most) {
        return turn_away("-ERR max number of clients reached\r\n");
    }
    running.fetch_add(1, Ordering::AcqRel);
    let leave = Leave { engine, running, id };
    let started = spawn_connection(scope, id, move || {
        let _leave = leave;
        connection::serve(engine, client);
    });
    match started {
        Ok(()) => {
            engine.stats.connections.fetch_add(1, Ordering::Relaxed);
        }
        Err(error) => {
            engine.log.warning(format!("Can't start a thread for a client: {error}"));
            turn_away("-ERR can't start a thread for this connection\r\n");
        }
    }
}

/// Takes a client off the books when its thread ends, or never starts.
struct Leave<'a> {
    engine: &'a Engine,
    running: &'a AtomicUsize,
    id: u64,
}

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.engine.clients.remove(self.id);
        self.running.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Options of a client's socket. Where the system refuses one, the connection works without.
fn configure_tcp(socket: &Socket, keepalive_s: i64) {
    let socket = SockRef::from(socket);
    let _ = socket.set_tcp_nodelay(true);
    if let Some(seconds) = u64::try_from(keepalive_s).ok().filter(|seconds| *seconds > 0) {
        let keepalive = TcpKeepalive::new()
            .with_time(Duration::from_secs(seconds))
            .with_interval(Duration::from_secs((seconds / 3).max(1)))
            .with_retries(3);
        let _ = socket.set_tcp_keepalive(&keepalive);
    }
}
