//! The parameters whose value is one of some words, as enums.

use super::param::Choice;

macro_rules! choices {
    ($( $(#[$meta:meta])* $name:ident = $default:ident {
        $( $(#[doc = $doc:literal])+ $variant:ident: $($word:literal)|+ , )+
    } )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[doc = $doc])+ $variant ),+ }

        impl Choice for $name {
            const NAMES: &'static [(&'static str, i64)] =
                &[$( $( ($word, $name::$variant as i64) ),+ ),+];
            const DEFAULT: i64 = $name::$default as i64;

            fn from_number(number: i64) -> Self {
                const ALL: &[$name] = &[$( $name::$variant ),+];
                let variant = usize::try_from(number).ok().and_then(|index| ALL.get(index));
                variant.copied().unwrap_or($name::$default)
            }
        }
    )+ };
}

choices! {
    /// `maxmemory-policy`: which keys make room when memory is full.
    MaxmemoryPolicy = NoEviction {
        /// The least recently used of the keys that expire.
        VolatileLru: "volatile-lru",
        /// The least often used of the keys that expire.
        VolatileLfu: "volatile-lfu",
        /// Any of the keys that expire.
        VolatileRandom: "volatile-random",
        /// The key that expires soonest.
        VolatileTtl: "volatile-ttl",
        /// The least recently used key.
        AllkeysLru: "allkeys-lru",
        /// The least often used key.
        AllkeysLfu: "allkeys-lfu",
        /// Any key.
        AllkeysRandom: "allkeys-random",
        /// None: writes are refused.
        NoEviction: "noeviction",
    }

    /// `appendfsync`: when the append-only file reaches the disk.
    AppendFsync = EverySec {
        /// Once a second.
        EverySec: "everysec",
        /// Before a write is answered.
        Always: "always",
        /// When the kernel sees fit.
        No: "no",
    }

    /// `loglevel`, from the most to the least talkative.
    LogLevel = Notice {
        /// Everything.
        Debug: "debug",
        /// Rarely useful detail too.
        Verbose: "verbose",
        /// What production wants to know.
        Notice: "notice",
        /// What somebody must look at.
        Warning: "warning",
    }

    /// `syslog-facility`.
    SyslogFacility = Local0 {
        /// `LOG_USER`
        User: "user",
        /// `LOG_LOCAL0`
        Local0: "local0",
        /// `LOG_LOCAL1`
        Local1: "local1",
        /// `LOG_LOCAL2`
        Local2: "local2",
        /// `LOG_LOCAL3`
        Local3: "local3",
        /// `LOG_LOCAL4`
        Local4: "local4",
        /// `LOG_LOCAL5`
        Local5: "local5",
        /// `LOG_LOCAL6`
        Local6: "local6",
        /// `LOG_LOCAL7`
        Local7: "local7",
    }

    /// `supervised`: who started the server and wants to hear from it.
    Supervised = No {
        /// upstart, through SIGSTOP.
        Upstart: "upstart",
        /// systemd, through its notification socket.
        Systemd: "systemd",
        /// Whichever the environment shows.
        Auto: "auto",
        /// Nobody.
        No: "no",
    }

    /// `repl-diskless-load`: when a replica loads a snapshot straight from the socket.
    ReplDisklessLoad = Disabled {
        /// Never: the snapshot goes to a file first.
        Disabled: "disabled",
        /// When the replica holds no keys.
        OnEmptyDb: "on-empty-db",
        /// Always, serving the old data set until the new one is complete.
        SwapDb: "swapdb",
    }

    /// `propagation-error-behavior`: what to do about a command that fails on a replica or
    /// while an append-only file is read.
    PropagationErrorBehavior = Ignore {
        /// Log it and go on.
        Ignore: "ignore",
        /// Stop the server.
        Panic: "panic",
        /// Stop the server where it is a replica.
        PanicOnReplicas: "panic-on-replicas",
    }

    /// `sanitize-dump-payload`: whose RESTORE payloads are checked in depth.
    SanitizeDumpPayload = No {
        /// Nobody's.
        No: "no",
        /// Everybody's.
        Yes: "yes",
        /// Clients', but not those of a primary or of a file.
        Clients: "clients",
    }

    /// `enable-protected-configs` and its like: who may do what can harm the host.
    ProtectedAction = No {
        /// Nobody.
        No: "no",
        /// Every client.
        Yes: "yes",
        /// Clients of this host.
        Local: "local",
    }

    /// `acl-pubsub-default`: the channels a new user may reach.
    AclPubsubDefault = ResetChannels {
        /// All.
        AllChannels: "allchannels",
        /// None.
        ResetChannels: "resetchannels",
    }

    /// `oom-score-adj`: whether and how the kernel's out-of-memory score is set.
    OomScoreAdj = No {
        /// Not at all.
        No: "no",
        /// Relative to the score at startup.
        Relative: "yes" | "relative",
        /// As it stands.
        Absolute: "absolute",
    }

    /// `tls-auth-clients`: whether clients must bring a certificate.
    TlsAuthClients = Yes {
        /// No.
        No: "no",
        /// Yes.
        Yes: "yes",
        /// They may.
        Optional: "optional",
    }

    /// `tls-auth-clients-user`: which field of a client's certificate names its user.
    TlsAuthClientsUser = Off {
        /// The common name.
        CommonName: "CN",
        /// No field.
        Off: "off",
    }

    /// `cluster-preferred-endpoint-type`: how nodes are named to clients.
    EndpointType = Ip {
        /// By address.
        Ip: "ip",
        /// By host name.
        Hostname: "hostname",
        /// By nothing: clients use the address they reached this node under.
        Unknown: "unknown-endpoint",
    }
}

impl ProtectedAction {
    /// Whether a client may do it; `is_local` says that it is of this host.
    pub fn allows(self, is_local: bool) -> bool {
        match self {
            ProtectedAction::Yes => true,
            ProtectedAction::Local => is_local,
            ProtectedAction::No => false,
        }
    }
}
