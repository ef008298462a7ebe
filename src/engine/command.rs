//! What a command is: one `const` entry with everything the server and its users need to
//! know about it. The handler stands directly below its entry in `commands/`.

use super::ctx::Ctx;
use super::keyspec::{self, KeySpec, access};
use crate::protocol::{Arg, Args, Reply, Result};
use crate::services::config::Id;
use crate::services::config::choices::ProtectedAction;
use crate::store::txn::Mode;
use smallvec::SmallVec;

/// A command's code. It parses all its arguments before it touches a key.
pub type Handler = fn(&mut Ctx<'_>, Args<'_>, &mut Reply<'_>) -> Result;

/// The database that a request chooses, if it is a number.
pub type Selects = fn(&[Arg<'_>]) -> Option<u16>;

/// What happens to the keys of a request: bits of [`access`].
pub type KeyAccess = fn(&[Arg<'_>]) -> u16;

/// Calls back with the places of arguments that nobody may see but the server.
pub type Secrets = fn(&[Arg<'_>], &mut dyn FnMut(usize));

/// Flags of a command, as COMMAND INFO shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags(pub u32);

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);
    /// May change keys.
    pub const WRITE: Flags = Flags(1);
    /// Only reads keys.
    pub const READONLY: Flags = Flags(1 << 1);
    /// Refused when memory is over `maxmemory`.
    pub const DENYOOM: Flags = Flags(1 << 2);
    /// For administrators.
    pub const ADMIN: Flags = Flags(1 << 3);
    /// Publishes messages.
    pub const PUBSUB: Flags = Flags(1 << 4);
    /// Not allowed in scripts.
    pub const NOSCRIPT: Flags = Flags(1 << 5);
    /// May block its client.
    pub const BLOCKING: Flags = Flags(1 << 6);
    /// Allowed while a data set is loaded.
    pub const LOADING: Flags = Flags(1 << 7);
    /// Allowed on a replica without its primary.
    pub const STALE: Flags = Flags(1 << 8);
    /// Not shown to MONITOR.
    pub const SKIP_MONITOR: Flags = Flags(1 << 9);
    /// Not kept in the slow log.
    pub const SKIP_SLOWLOG: Flags = Flags(1 << 10);
    /// O(1) or O(log N).
    pub const FAST: Flags = Flags(1 << 11);
    /// Allowed before authentication.
    pub const NO_AUTH: Flags = Flags(1 << 12);
    /// Not allowed in a transaction.
    pub const NO_MULTI: Flags = Flags(1 << 13);
    /// Its keys do not stand at fixed places.
    pub const MOVABLEKEYS: Flags = Flags(1 << 14);
    /// Refused on a replica that still serves its old data set while the new one is loaded.
    pub const NO_ASYNC_LOADING: Flags = Flags(1 << 15);
    /// Reaches replicas though it is no write: PUBLISH, EVAL. A pause of writes holds it too.
    /// Not shown.
    pub const MAY_REPLICATE: Flags = Flags(1 << 16);
    /// Allowed while a script has run for too long.
    pub const ALLOW_BUSY: Flags = Flags(1 << 17);
    /// Its key arguments may be left out altogether.
    pub const NO_MANDATORY_KEYS: Flags = Flags(1 << 18);
    /// May keep its client waiting: replies that are due are sent before. Not shown.
    pub const WAITS: Flags = Flags(1 << 19);
    /// Runs at once, within MULTI too. Not shown.
    pub const AT_ONCE: Flags = Flags(1 << 20);
    /// Allowed while its client, in RESP2, is subscribed to something. Not shown.
    pub const SUBSCRIBER: Flags = Flags(1 << 21);

    /// Only reads, but may keep with a key what it found out about it: it needs exclusive locks
    /// all the same. Not shown.
    pub const KEEPS: Flags = Flags(1 << 22);

    /// Names in COMMAND INFO, in its order.
    pub const NAMES: [(Flags, &'static str); 18] = [
        (Flags::WRITE, "write"),
        (Flags::READONLY, "readonly"),
        (Flags::DENYOOM, "denyoom"),
        (Flags::ADMIN, "admin"),
        (Flags::PUBSUB, "pubsub"),
        (Flags::NOSCRIPT, "noscript"),
        (Flags::BLOCKING, "blocking"),
        (Flags::LOADING, "loading"),
        (Flags::STALE, "stale"),
        (Flags::SKIP_MONITOR, "skip_monitor"),
        (Flags::SKIP_SLOWLOG, "skip_slowlog"),
        (Flags::FAST, "fast"),
        (Flags::NO_AUTH, "no_auth"),
        (Flags::NO_MANDATORY_KEYS, "no_mandatory_keys"),
        (Flags::NO_ASYNC_LOADING, "no_async_loading"),
        (Flags::NO_MULTI, "no_multi"),
        (Flags::MOVABLEKEYS, "movablekeys"),
        (Flags::ALLOW_BUSY, "allow_busy"),
    ];

    /// Both sets of flags: `|`, usable in constants.
    pub const fn or(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Whether all of `other`'s flags are set.
    pub const fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// How a command with these flags has to lock its shards.
    pub const fn mode(self) -> Mode {
        let changes = self.has(Flags::WRITE) || self.has(Flags::KEEPS);
        if changes { Mode::Write } else { Mode::Read }
    }
}

impl std::ops::BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        self.or(other)
    }
}

/// ACL categories, as bits; which of `@read`, `@write`, `@fast`, `@slow`, `@admin`,
/// `@dangerous`, `@pubsub` and `@blocking` a command is in follows from its flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Acl(pub u32);

impl Acl {
    /// No category beyond those that follow from flags.
    pub const NONE: Acl = Acl(0);
    /// `@keyspace`
    pub const KEYSPACE: Acl = Acl(1);
    /// `@read`
    pub const READ: Acl = Acl(1 << 1);
    /// `@write`
    pub const WRITE: Acl = Acl(1 << 2);
    /// `@set`
    pub const SET: Acl = Acl(1 << 3);
    /// `@sortedset`
    pub const SORTED_SET: Acl = Acl(1 << 4);
    /// `@list`
    pub const LIST: Acl = Acl(1 << 5);
    /// `@hash`
    pub const HASH: Acl = Acl(1 << 6);
    /// `@string`
    pub const STRING: Acl = Acl(1 << 7);
    /// `@bitmap`
    pub const BITMAP: Acl = Acl(1 << 8);
    /// `@hyperloglog`
    pub const HYPERLOGLOG: Acl = Acl(1 << 9);
    /// `@geo`
    pub const GEO: Acl = Acl(1 << 10);
    /// `@stream`
    pub const STREAM: Acl = Acl(1 << 11);
    /// `@pubsub`
    pub const PUBSUB: Acl = Acl(1 << 12);
    /// `@admin`
    pub const ADMIN: Acl = Acl(1 << 13);
    /// `@fast`
    pub const FAST: Acl = Acl(1 << 14);
    /// `@slow`
    pub const SLOW: Acl = Acl(1 << 15);
    /// `@blocking`
    pub const BLOCKING: Acl = Acl(1 << 16);
    /// `@dangerous`
    pub const DANGEROUS: Acl = Acl(1 << 17);
    /// `@connection`
    pub const CONNECTION: Acl = Acl(1 << 18);
    /// `@transaction`
    pub const TRANSACTION: Acl = Acl(1 << 19);
    /// `@scripting`
    pub const SCRIPTING: Acl = Acl(1 << 20);

    /// Names, in ACL CAT's order.
    pub const NAMES: [(Acl, &'static str); 21] = [
        (Acl::KEYSPACE, "keyspace"),
        (Acl::READ, "read"),
        (Acl::WRITE, "write"),
        (Acl::SET, "set"),
        (Acl::SORTED_SET, "sortedset"),
        (Acl::LIST, "list"),
        (Acl::HASH, "hash"),
        (Acl::STRING, "string"),
        (Acl::BITMAP, "bitmap"),
        (Acl::HYPERLOGLOG, "hyperloglog"),
        (Acl::GEO, "geo"),
        (Acl::STREAM, "stream"),
        (Acl::PUBSUB, "pubsub"),
        (Acl::ADMIN, "admin"),
        (Acl::FAST, "fast"),
        (Acl::SLOW, "slow"),
        (Acl::BLOCKING, "blocking"),
        (Acl::DANGEROUS, "dangerous"),
        (Acl::CONNECTION, "connection"),
        (Acl::TRANSACTION, "transaction"),
        (Acl::SCRIPTING, "scripting"),
    ];

    /// Both sets of categories.
    pub const fn or(self, other: Acl) -> Acl {
        Acl(self.0 | other.0)
    }

    /// Whether all of `other`'s categories are set.
    pub const fn has(self, other: Acl) -> bool {
        self.0 & other.0 == other.0
    }
}

impl std::ops::BitOr for Acl {
    type Output = Acl;

    fn bitor(self, other: Acl) -> Acl {
        self.or(other)
    }
}

/// What a command locks before it runs.
#[derive(Clone, Copy)]
pub enum Locks {
    /// The shards of its keys.
    Keys,
    /// The shards of its keys, in the client's database and in the one this names.
    KeysAlsoIn(fn(&[Arg<'_>]) -> Option<u16>),
    /// Every shard of the databases this names, if any, beside those of its keys; it is given
    /// the client's database and how many there are.
    Databases(fn(&[Arg<'_>], u16, u16) -> SmallVec<[u16; 2]>),
    /// Nothing: it walks these databases and locks one shard at a time. Within a transaction,
    /// which locks everything before it begins, as `Databases`.
    Walk(fn(&[Arg<'_>], u16, u16) -> SmallVec<[u16; 2]>),
    /// What the commands lock that its client has queued.
    Queue,
}

impl Locks {
    /// Walks the client's database.
    pub const WALK_ONE: Locks = Locks::Walk(|_, db, _| SmallVec::from_slice(&[db]));
    /// Walks all databases.
    pub const WALK_ALL: Locks = Locks::Walk(|_, _, databases| (0..databases).collect());
}

/// One command, or one subcommand.
pub struct Command {
    /// Its name in lower case; a subcommand's is without its container's.
    pub name: &'static str,
    /// Arguments with the name (and the container's); negative means at least so many.
    pub arity: i32,
    /// Its code. A container without one needs a subcommand.
    pub handler: Option<Handler>,
    /// Flags.
    pub flags: Flags,
    /// ACL categories.
    pub acl: Acl,
    /// Where its keys are.
    pub keys: &'static [KeySpec],
    /// What it does with the keys of specifications with [`access::VARIABLE_FLAGS`].
    pub key_access: Option<KeyAccess>,
    /// Which of its arguments MONITOR and the command log must not show.
    pub secrets: Option<Secrets>,
    /// What it locks.
    pub locks: Locks,
    /// Which database the commands after it work on, if it chooses one.
    pub selects: Option<Selects>,
    /// Subcommands.
    pub subcommands: &'static [&'static Command],
    /// The first Redis version that had it.
    pub since: &'static str,
    /// Its time complexity, as documentation shows it.
    pub complexity: &'static str,
    /// Its arguments, as documentation shows them.
    pub syntax: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Its group in the documentation.
    pub group: &'static str,
    /// Hints for clients and proxies (`request_policy:…`, `nondeterministic_output`).
    pub tips: &'static [&'static str],
    /// Since when it is deprecated, and what replaces it.
    pub deprecated: Option<(&'static str, &'static str)>,
    /// For the server's own use, or its developers': documentation marks it `syscmd`.
    pub internal: bool,
    /// The parameter that says who may use it: `enable-<name>-command`.
    pub protected_by: Option<Id<ProtectedAction>>,
}

impl Command {
    /// A command without flags, keys or documentation yet.
    pub const fn new(name: &'static str, arity: i32, handler: Handler) -> Command {
        Command { handler: Some(handler), ..Command::container(name, arity) }
    }

    /// A container of subcommands.
    pub const fn container(name: &'static str, arity: i32) -> Command {
        Command {
            name,
            arity,
            handler: None,
            flags: Flags::NONE,
            acl: Acl::NONE,
            keys: &[],
            key_access: None,
            secrets: None,
            locks: Locks::Keys,
            selects: None,
            subcommands: &[],
            since: "1.0.0",
            complexity: "",
            syntax: "",
            summary: "",
            group: "generic",
            tips: &[],
            deprecated: None,
            internal: false,
            protected_by: None,
        }
    }

    /// Sets the flags.
    pub const fn flags(self, flags: Flags) -> Command {
        Command { flags, ..self }
    }

    /// Sets the ACL categories beyond those that follow from flags.
    pub const fn acl(self, acl: Acl) -> Command {
        Command { acl, ..self }
    }

    /// Sets the key specifications.
    pub const fn keys(self, keys: &'static [KeySpec]) -> Command {
        Command { keys, ..self }
    }

    /// Sets how the arguments decide what happens to the keys.
    pub const fn key_access(self, key_access: KeyAccess) -> Command {
        Command { key_access: Some(key_access), ..self }
    }

    /// Sets which arguments are passwords and the like.
    pub const fn secrets(self, secrets: Secrets) -> Command {
        Command { secrets: Some(secrets), ..self }
    }

    /// Sets what is locked, where it is not just the keys' shards.
    pub const fn locks(self, locks: Locks) -> Command {
        Command { locks, ..self }
    }

    /// Says which database the commands after it work on.
    pub const fn selects(self, selects: Selects) -> Command {
        Command { selects: Some(selects), ..self }
    }

    /// Sets the subcommands.
    pub const fn subcommands(self, subcommands: &'static [&'static Command]) -> Command {
        Command { subcommands, ..self }
    }

    /// Sets the first version.
    pub const fn since(self, since: &'static str) -> Command {
        Command { since, ..self }
    }

    /// Sets the time complexity.
    pub const fn complexity(self, complexity: &'static str) -> Command {
        Command { complexity, ..self }
    }

    /// Sets the arguments' syntax.
    pub const fn syntax(self, syntax: &'static str) -> Command {
        Command { syntax, ..self }
    }

    /// Sets the summary.
    pub const fn summary(self, summary: &'static str) -> Command {
        Command { summary, ..self }
    }

    /// Sets the documentation group.
    pub const fn group(self, group: &'static str) -> Command {
        Command { group, ..self }
    }

    /// Sets the hints.
    pub const fn tips(self, tips: &'static [&'static str]) -> Command {
        Command { tips, ..self }
    }

    /// Marks it deprecated since a version, in favour of something.
    pub const fn deprecated(self, since: &'static str, replaced_by: &'static str) -> Command {
        Command { deprecated: Some((since, replaced_by)), ..self }
    }

    /// Marks it as one for the server's own use, or its developers'.
    pub const fn internal(self) -> Command {
        Command { internal: true, ..self }
    }

    /// Leaves it to the parameter `enable-<name>-command` who may use it.
    pub const fn protected_by(self, parameter: Id<ProtectedAction>) -> Command {
        Command { protected_by: Some(parameter), ..self }
    }

    /// What happens to the keys of one of its specifications in the request `argv`: bits of
    /// [`access`].
    pub fn access(&self, spec: &KeySpec, argv: &[Arg<'_>]) -> u16 {
        match self.key_access {
            Some(decide) if spec.flags & access::VARIABLE_FLAGS != 0 => decide(argv),
            _ => spec.flags,
        }
    }

    /// All flags: its own, and that its keys do not stand in one range.
    pub fn all_flags(&self) -> Flags {
        match keyspec::are_movable(self.keys) {
            true => self.flags | Flags::MOVABLEKEYS,
            false => self.flags,
        }
    }

    /// Whether this many arguments are right.
    pub fn accepts(&self, argc: usize) -> bool {
        let least = self.arity.unsigned_abs() as usize;
        if self.arity >= 0 { argc == least } else { argc >= least }
    }

    /// All ACL categories: its own, and those that follow from flags.
    pub fn categories(&self) -> Acl {
        let mut all = self.acl;
        let implied = [
            (Flags::WRITE, Acl::WRITE),
            (Flags::ADMIN, Acl::ADMIN.or(Acl::DANGEROUS)),
            (Flags::PUBSUB, Acl::PUBSUB),
            (Flags::FAST, Acl::FAST),
            (Flags::BLOCKING, Acl::BLOCKING),
        ];
        for (flag, category) in implied {
            if self.flags.has(flag) {
                all = all | category;
            }
        }
        if self.flags.has(Flags::READONLY) && !all.has(Acl::SCRIPTING) {
            all = all | Acl::READ;
        }
        if !all.has(Acl::FAST) {
            all = all | Acl::SLOW;
        }
        all
    }
}
