//! The clients that are connected: what CLIENT LIST shows and CLIENT KILL ends. A
//! connection's thread keeps its own figures up to date with plain stores; others read them.

use super::config::special::{OutputLimit, OutputLimits};
use super::outbox::{Message, Outbox, delivery};
use super::stats::Stats;
use super::stream::Stream;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::net::Shutdown;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// Bits of [`Client::flags`].
pub mod flags {
    /// Speaks RESP3.
    pub const RESP3: u32 = 1;
    /// CLIENT NO-EVICT ON.
    pub const NO_EVICT: u32 = 1 << 1;
    /// CLIENT NO-TOUCH ON.
    pub const NO_TOUCH: u32 = 1 << 2;
    /// The connection ends once its replies are written.
    pub const CLOSING: u32 = 1 << 3;
    /// Came in through the Unix socket.
    pub const UNIX_SOCKET: u32 = 1 << 4;
    /// Waits for something: a key, or the end of a pause.
    pub const BLOCKED: u32 = 1 << 5;
    /// In MULTI.
    pub const MULTI: u32 = 1 << 6;
    /// Subscribed to something.
    pub const PUBSUB: u32 = 1 << 7;
    /// Killed since it took its output too slowly.
    pub const OVERFLOWED: u32 = 1 << 8;
    /// MONITOR: watches every command.
    pub const MONITOR: u32 = 1 << 9;

    /// CLIENT TRACKING ON: it is told of changes to keys that it has read.
    pub const TRACKING: u32 = 1 << 16;
    /// BCAST: of changes to all keys with its prefixes instead.
    pub const TRACKING_BCAST: u32 = 1 << 17;
    /// OPTIN: only of those that it reads right after CLIENT CACHING YES.
    pub const TRACKING_OPTIN: u32 = 1 << 18;
    /// OPTOUT: not of those that it reads right after CLIENT CACHING NO.
    pub const TRACKING_OPTOUT: u32 = 1 << 19;
    /// NOLOOP: not of its own changes.
    pub const TRACKING_NOLOOP: u32 = 1 << 20;
    /// The client that it wanted to be told has left.
    pub const TRACKING_BROKEN: u32 = 1 << 21;
    /// What CLIENT CACHING said holds for the request that is served, or else the next.
    pub const CACHING: u32 = 1 << 22;
    /// That request has come.
    pub const CACHING_USED: u32 = 1 << 23;

    /// What CLIENT TRACKING ON can ask for.
    pub const TRACKING_MODES: u32 =
        TRACKING_BCAST | TRACKING_OPTIN | TRACKING_OPTOUT | TRACKING_NOLOOP;
    /// All that CLIENT TRACKING OFF takes away.
    pub const TRACKING_ALL: u32 =
        TRACKING | TRACKING_MODES | TRACKING_BROKEN | CACHING | CACHING_USED;
}

/// One connected client, as every thread sees it.
pub struct Client {
    /// Unique, ascending, never used again.
    pub id: u64,
    /// The peer's address.
    pub addr: String,
    /// Our address.
    pub laddr: String,
    /// When it connected, Unix time in milliseconds.
    pub connected_ms: i64,
    /// The socket.
    pub stream: Arc<Stream>,
    /// What the client and its library call themselves.
    pub labels: Mutex<Labels>,
    /// The selected database.
    pub db: AtomicU16,
    /// Bits of [`flags`].
    pub flags: AtomicU32,
    /// The number of its last command in the command table, plus one; 0 before the first.
    pub last_command: AtomicU32,
    /// When its last command came, Unix time in milliseconds.
    pub last_active_ms: AtomicI64,
    /// Commands served.
    pub commands: AtomicU64,
    /// Commands queued since MULTI.
    pub queued: AtomicU32,
    /// Bytes they take.
    pub queued_bytes: AtomicU64,
    /// Keys it watches.
    pub watched: AtomicU32,
    /// Bytes read.
    pub bytes_in: AtomicU64,
    /// Bytes written.
    pub bytes_out: AtomicU64,
    /// Bytes of requests not complete yet.
    pub query_bytes: AtomicU64,
    /// Bytes allocated for input.
    pub query_allocated_bytes: AtomicU64,
    /// Bytes of replies not written yet.
    pub output_bytes: AtomicU64,
    /// What it is subscribed to: channels, patterns, shard channels.
    pub subscriptions: [AtomicU32; 3],
    /// The client that its invalidations go to; 0 is itself.
    pub redirect: AtomicU64,
    /// Bytes of output at which it is killed; 0 is no limit.
    most_output_bytes: AtomicU64,
    /// Since when it has more output than the soft limit allows, Unix time in milliseconds; 0 is
    /// not now.
    over_soft_limit_since_ms: AtomicI64,
    outbox: OnceLock<Box<Outbox>>,
    killed: AtomicBool,
}

/// Names and what follows from authentication.
#[derive(Clone, Default)]
pub struct Labels {
    /// CLIENT SETNAME.
    pub name: Vec<u8>,
    /// CLIENT SETINFO LIB-NAME.
    pub lib_name: Vec<u8>,
    /// CLIENT SETINFO LIB-VER.
    pub lib_ver: Vec<u8>,
    /// The user it is authenticated as.
    pub user: Vec<u8>,
}

impl Client {
    /// A client that has just connected.
    pub fn new(id: u64, stream: Arc<Stream>, unix_path: &str, now_ms: i64) -> Client {
        let unix = matches!(&*stream, Stream::Unix(_));
        Client {
            id,
            addr: stream.peer(unix_path),
            laddr: stream.local(unix_path),
            connected_ms: now_ms,
            stream,
            labels: Mutex::new(Labels { user: b"default".to_vec(), ..Labels::default() }),
            db: AtomicU16::new(0),
            flags: AtomicU32::new(if unix { flags::UNIX_SOCKET } else { 0 }),
            last_command: AtomicU32::new(0),
            last_active_ms: AtomicI64::new(now_ms),
            commands: AtomicU64::new(0),
            queued: AtomicU32::new(0),
            queued_bytes: AtomicU64::new(0),
            watched: AtomicU32::new(0),
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            query_bytes: AtomicU64::new(0),
            query_allocated_bytes: AtomicU64::new(0),
            output_bytes: AtomicU64::new(0),
            subscriptions: Default::default(),
            redirect: AtomicU64::new(0),
            most_output_bytes: AtomicU64::new(0),
            over_soft_limit_since_ms: AtomicI64::new(0),
            outbox: OnceLock::new(),
            killed: AtomicBool::new(false),
        }
    }

    /// Whether all bits of `bits` are set.
    pub fn has(&self, bits: u32) -> bool {
        self.flags.load(Ordering::Relaxed) & bits == bits
    }

    /// Sets or clears bits.
    pub fn set(&self, bits: u32, on: bool) {
        if on {
            self.flags.fetch_or(bits, Ordering::Relaxed);
        } else {
            self.flags.fetch_and(!bits, Ordering::Relaxed);
        }
    }

    /// Ends the connection from outside; its thread wakes up and cleans up.
    pub fn kill(&self) {
        self.killed.store(true, Ordering::Release);
        self.stream.shutdown(Shutdown::Both);
        if let Some(outbox) = self.outbox() {
            outbox.close();
        }
    }

    /// Bytes it costs: its buffers, what it has queued, and what is known about it.
    pub fn memory_bytes(&self) -> u64 {
        let buffers = self.query_allocated_bytes.load(Ordering::Relaxed) + self.all_output_bytes();
        let in_multi = self.has(flags::MULTI).then(|| self.queued_bytes.load(Ordering::Relaxed));
        buffers + in_multi.unwrap_or(0) + size_of::<Client>() as u64
    }

    /// Bytes that wait to be written, replies and messages.
    pub fn all_output_bytes(&self) -> u64 {
        let messages = self.outbox().map_or(0, |outbox| outbox.waiting().1);
        self.output_bytes.load(Ordering::Relaxed) + messages
    }

    /// Its outbox, if it ever needed one.
    pub fn outbox(&self) -> Option<&Outbox> {
        self.outbox.get().map(|outbox| &**outbox)
    }

    /// Gives it an outbox, corked, unless it has one. For the client's own thread.
    pub fn open_outbox(&self, stats: &Arc<Stats>) {
        let open = || Box::new(Outbox::new(self.has(flags::RESP3), Arc::clone(stats)));
        self.outbox.get_or_init(open);
    }

    /// Sends it a message, whose form is asked for in RESP3 or not. Never waits, and writes
    /// nothing yet: a client that does not take its messages is killed. One without an outbox
    /// gets none.
    pub fn push(self: &Arc<Self>, form: impl FnOnce(bool) -> Message) {
        self.push_if(|resp3| Some(form(resp3)));
    }

    /// As [`Client::push`], for a message that may have no form in the version it speaks.
    pub fn push_if(self: &Arc<Self>, form: impl FnOnce(bool) -> Option<Message>) {
        let Some(outbox) = self.outbox() else { return };
        let added = outbox.add(form);
        if self.is_too_much(added.waiting_bytes) {
            self.overflow();
        } else if added.is_due {
            delivery::note(self);
        }
    }

    /// Lets messages go that its outbox kept behind replies, which are written now.
    pub fn uncork(self: &Arc<Self>) {
        if self.outbox().is_some_and(Outbox::uncork) {
            delivery::note(self);
        }
        delivery::deliver();
    }

    /// Whether it is killed for so many bytes of output.
    pub fn is_too_much(&self, bytes: u64) -> bool {
        let most = self.most_output_bytes.load(Ordering::Relaxed);
        most > 0 && bytes >= most
    }

    /// Ends the connection since it took its output too slowly.
    pub fn overflow(&self) {
        self.set(flags::OVERFLOWED, true);
        self.kill();
    }

    /// Takes the limits of its class from `limits`. To be called when either changes.
    pub fn limit_output(&self, limits: &OutputLimits) {
        let hard_bytes = self.output_limit(limits).hard_bytes;
        self.most_output_bytes.store(hard_bytes, Ordering::Relaxed);
    }

    /// Ends the connection if it has had more output than its soft limit allows for too long.
    /// To be called about once a second.
    pub fn check_soft_output_limit(&self, limits: &OutputLimits, now_ms: i64) {
        let limit = self.output_limit(limits);
        if limit.soft_bytes == 0 || self.all_output_bytes() < limit.soft_bytes {
            return self.over_soft_limit_since_ms.store(0, Ordering::Relaxed);
        }
        match self.over_soft_limit_since_ms.load(Ordering::Relaxed) {
            0 => self.over_soft_limit_since_ms.store(now_ms, Ordering::Relaxed),
            since_ms if now_ms - since_ms > i64::from(limit.soft_seconds) * 1000 => self.overflow(),
            _ => {}
        }
    }

    fn output_limit(&self, limits: &OutputLimits) -> OutputLimit {
        if self.has(flags::PUBSUB) { limits.pubsub } else { limits.normal }
    }

    /// Its thread begins to wait for something in the midst of a request. Messages go out all
    /// the same, but not ahead of replies that are not sent yet. The thread has to deliver next.
    pub fn begin_wait(self: &Arc<Self>, replies_are_sent: bool) {
        self.set(flags::BLOCKED, true);
        if replies_are_sent && self.outbox().is_some_and(Outbox::uncork) {
            delivery::note(self);
        }
    }

    /// Its thread goes on with the request.
    pub fn end_wait(&self) {
        self.set(flags::BLOCKED, false);
        if let Some(outbox) = self.outbox() {
            outbox.cork();
        }
    }

    /// Whether somebody ended it.
    pub fn is_killed(&self) -> bool {
        self.killed.load(Ordering::Acquire)
    }
}

/// Adds to a figure that only its own thread writes: no locked instruction is needed.
pub fn add(figure: &AtomicU64, amount: u64) {
    figure.store(figure.load(Ordering::Relaxed) + amount, Ordering::Relaxed);
}

/// All connected clients by id.
#[derive(Default)]
pub struct Clients {
    connected: Mutex<BTreeMap<u64, Arc<Client>>>,
    last_id: AtomicU64,
    peaks: Mutex<[Peak; PEAK_SECONDS]>,
}

/// For how many seconds the largest buffers are remembered.
const PEAK_SECONDS: usize = 8;

/// The largest buffers that any client had in one second.
#[derive(Clone, Copy, Default)]
struct Peak {
    /// Unix time in seconds.
    second: i64,
    input_bytes: u64,
    output_bytes: u64,
}

impl Clients {
    /// The id of the next client.
    pub fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Adds a client unless `most` are connected already.
    pub fn add(&self, client: &Arc<Client>, most: usize) -> bool {
        let mut connected = self.connected.lock();
        if connected.len() >= most {
            return false;
        }
        connected.insert(client.id, Arc::clone(client));
        true
    }

    /// Takes out a client whose connection has ended.
    pub fn remove(&self, id: u64) {
        self.connected.lock().remove(&id);
    }

    /// A client by its id.
    pub fn get(&self, id: u64) -> Option<Arc<Client>> {
        self.connected.lock().get(&id).cloned()
    }

    /// All clients, the oldest first.
    pub fn all(&self) -> Vec<Arc<Client>> {
        self.connected.lock().values().cloned().collect()
    }

    /// How many are connected.
    pub fn len(&self) -> usize {
        self.connected.lock().len()
    }

    /// Takes note of how large the clients' buffers are now.
    pub fn note_buffers(&self, now_ms: i64) {
        let clients = self.all();
        let most = |figure: fn(&Client) -> &AtomicU64| {
            clients.iter().map(|client| figure(client).load(Ordering::Relaxed)).max().unwrap_or(0)
        };
        let input_bytes = most(|client| &client.query_allocated_bytes);
        let output_bytes = most(|client| &client.output_bytes);
        let second = now_ms.div_euclid(1000);
        let mut peaks = self.peaks.lock();
        let peak = &mut peaks[second.rem_euclid(PEAK_SECONDS as i64) as usize];
        if peak.second != second {
            *peak = Peak { second, ..Peak::default() };
        }
        peak.input_bytes = peak.input_bytes.max(input_bytes);
        peak.output_bytes = peak.output_bytes.max(output_bytes);
    }

    /// The largest input and output buffers noted in the last seconds, in bytes.
    pub fn recent_buffers(&self, now_ms: i64) -> (u64, u64) {
        let oldest = now_ms.div_euclid(1000) - PEAK_SECONDS as i64;
        let peaks = self.peaks.lock();
        let recent = peaks.iter().filter(|peak| peak.second > oldest);
        recent.fold((0, 0), |(input, output), peak| {
            (input.max(peak.input_bytes), output.max(peak.output_bytes))
        })
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
