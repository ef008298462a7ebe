//! Sockets, clients and their buffers.

use super::super::param::*;
use super::super::special::{Addresses, OutputLimits};
use super::INT_MAX;

params! {
    after super::general::END;

    /// The addresses to listen on.
    BIND: Addresses = special::<Addresses>("bind").effect(Effect::Listen);

    /// The address from which connections to others are opened.
    BIND_SOURCE_ADDR: Text = optional_text("bind-source-addr");

    /// The TCP port to listen on; 0 listens on none.
    PORT: i64 = int("port", 6379, 0..=65535).effect(Effect::Listen);

    /// The path of a Unix socket to listen on.
    UNIXSOCKET: Text = optional_text("unixsocket").immutable();

    /// The file mode of the Unix socket; 0 leaves it to the umask.
    UNIXSOCKETPERM: i64 = number("unixsocketperm", 0, 0..=0o777, Unit::Octal).immutable();

    /// Serve only this host while the default user has no password.
    PROTECTED_MODE: bool = flag("protected-mode", true);

    /// Connections the kernel keeps waiting to be accepted.
    TCP_BACKLOG: i64 = int("tcp-backlog", 511, 0..=INT_MAX).immutable();

    /// Seconds without traffic after which the kernel checks that the peer lives; 0 never.
    TCP_KEEPALIVE: i64 = int("tcp-keepalive", 300, 0..=INT_MAX);

    /// The mark of listening sockets, for packet filters.
    SOCKET_MARK_ID: i64 = int("socket-mark-id", 0, 0..=u32::MAX as i64).immutable().ignored();

    /// Seconds after which an idle client is disconnected; 0 never.
    TIMEOUT: i64 = int("timeout", 0, 0..=INT_MAX);

    /// The most clients at one time.
    MAXCLIENTS: i64 = int("maxclients", 10000, 1..=u32::MAX as i64).effect(Effect::MaxClients);

    /// Connections accepted before clients are served again.
    MAX_NEW_CONNECTIONS_PER_CYCLE: i64 =
        int("max-new-connections-per-cycle", 10, 1..=1000).ignored();

    /// TLS connections accepted before clients are served again.
    MAX_NEW_TLS_CONNECTIONS_PER_CYCLE: i64 =
        int("max-new-tls-connections-per-cycle", 1, 1..=1000).ignored();

    /// When a client that reads too slowly is dropped, for each class of clients.
    CLIENT_OUTPUT_BUFFER_LIMIT: OutputLimits =
        special::<OutputLimits>("client-output-buffer-limit").effect(Effect::OutputLimits);

    /// The bytes a request may fill in its client's buffer before it is complete.
    CLIENT_QUERY_BUFFER_LIMIT: i64 =
        bytes("client-query-buffer-limit", 1 << 30, 1 << 20..=i64::MAX);

    /// The bytes of the longest string.
    PROTO_MAX_BULK_LEN: i64 = bytes("proto-max-bulk-len", 512 << 20, 1 << 20..=i64::MAX);
}
