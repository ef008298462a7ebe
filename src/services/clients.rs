//! The clients that are connected: what CLIENT LIST shows and CLIENT KILL ends. A
//! connection's thread keeps its own figures up to date with plain stores; others read them.

use super::stream::Stream;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU16, AtomicU32, AtomicU64, Ordering};

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
            bytes_in: AtomicU64::new(0),
            bytes_out: AtomicU64::new(0),
            query_bytes: AtomicU64::new(0),
            query_allocated_bytes: AtomicU64::new(0),
            output_bytes: AtomicU64::new(0),
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
    }

    /// Bytes it costs: its buffers and what is known about it.
    pub fn memory_bytes(&self) -> u64 {
        let buffers = self.query_allocated_bytes.load(Ordering::Relaxed)
            + self.output_bytes.load(Ordering::Relaxed);
        buffers + size_of::<Client>() as u64
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
