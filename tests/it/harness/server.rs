//! Starts the server under test, or a peer, on a free loopback port in a folder of its own, and
//! stops it by its process id. `SKEIN_BIN` puts another binary under test: with a real
//! redis-server there, the conversations themselves are checked.

use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::client::Client;

/// How long a server may take to answer its first PING.
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// Whose program a binary is; conversations mark the lines that not every server knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Skein,
    Redis,
    Valkey,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Skein => "skein",
            Kind::Redis => "redis",
            Kind::Valkey => "valkey",
        }
    }
}

/// A running server. Dropped, it is killed and its folder removed.
pub struct Server {
    child: Child,
    port: u16,
    /// Working directory, `dir`, and the home of the log file.
    folder: Folder,
}

impl Server {
    /// Starts the server under test with these flags after the harness's own.
    #[track_caller]
    pub fn start(flags: &[&str]) -> Server {
        Server::start_binary(&binary_under_test(), flags)
    }

    /// Starts another program that takes flags as redis-server does.
    #[track_caller]
    pub fn start_binary(binary: &Path, flags: &[&str]) -> Server {
        Server::start_in(binary, Folder::new(), flags)
    }

    /// As [`Server::start`], with a file in place in the server's folder beforehand.
    #[track_caller]
    pub fn start_with_file(name: &str, content: &[u8], flags: &[&str]) -> Server {
        let folder = Folder::new();
        fs::write(folder.path().join(name), content).expect("a file in the temporary folder");
        Server::start_in(&binary_under_test(), folder, flags)
    }

    /// Starts a program on a folder that is there already: with what another server has left in
    /// it, say.
    #[track_caller]
    pub fn start_on(binary: &Path, folder: &Folder, flags: &[&str]) -> Server {
        Server::start_in(binary, folder.clone(), flags)
    }

    /// As [`Server::start_on`], but gives the process back as soon as it exists.
    pub fn launch_on(binary: &Path, folder: &Folder, flags: &[&str]) -> Server {
        let port = free_port();
        let child = spawn(binary, port, folder.path(), flags);
        Server { child, port, folder: folder.clone() }
    }

    #[track_caller]
    fn start_in(binary: &Path, folder: Folder, flags: &[&str]) -> Server {
        // Between the probe for a free port and the start another process may take it.
        for _ in 0..5 {
            let port = free_port();
            let child = spawn(binary, port, folder.path(), flags);
            let mut server = Server { child, port, folder: folder.clone() };
            if server.wait_for_pong() {
                return server;
            }
            let log = server.log();
            assert!(log.contains("in use"), "{} did not start:\n{log}", binary.display());
        }
        panic!("five times in a row no free port stayed free");
    }

    /// True when the server answers; false when it ended before it did.
    #[track_caller]
    fn wait_for_pong(&mut self) -> bool {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            if self.child.try_wait().expect("a child can be asked").is_some() {
                return false;
            }
            // Any reply but LOADING will do: with a password it is NOAUTH.
            let reply = Client::try_connect(self.port).and_then(|mut c| c.try_cmd(&["PING"]));
            if reply.is_ok_and(|reply| !reply.text().starts_with("LOADING")) {
                return true;
            }
            assert!(Instant::now() < deadline, "no answer to PING:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    #[track_caller]
    pub fn client(&self) -> Client {
        Client::connect(self.port)
    }

    /// A client that speaks RESP3.
    #[track_caller]
    pub fn client3(&self) -> Client {
        let mut client = self.client();
        client.check("HELLO 3", "{\"proto\": :3, ...}");
        client
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The server's working directory, which is also its `dir`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the server has logged so far.
    pub fn log(&self) -> String {
        read_log(self.folder.path())
    }

    /// Sends a signal by name (`TERM`, `INT`) to this process only.
    pub fn signal(&self, name: &str) {
        let signal = match name {
            "TERM" => Signal::TERM,
            "INT" => Signal::INT,
            other => panic!("no test sends {other}"),
        };
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).expect("a signal to our own child");
    }

    /// Ends it in the middle of whatever it does, as a crash would. Its folder stays.
    pub fn kill(mut self) -> Folder {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.folder.clone()
    }

    /// Ends it as an operator does, who expects it to end well. Its folder stays.
    #[track_caller]
    pub fn stop(mut self) -> Folder {
        self.signal("TERM");
        let code = self.wait_for_exit();
        assert_eq!(code, Some(0), "{}", self.log());
        self.folder.clone()
    }

    /// Waits for the process to end by itself.
    #[track_caller]
    pub fn wait_for_exit(&mut self) -> Option<i32> {
        wait_for_exit(&mut self.child, &self.folder)
    }

    /// A figure of /proc/PID/status, such as `VmRSS` in KiB or `Threads`.
    pub fn proc_status(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let figure = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        figure.unwrap_or_else(|| panic!("no {field} in /proc/{}/status", self.pid()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a process that ended by itself went.
pub struct Exit {
    /// None when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to stdout and stderr.
    pub log: String,
}

/// Runs the binary under test with exactly these arguments in a folder with these files, until
/// it ends; for starts that must be refused, and for `--version`.
#[track_caller]
pub fn run_to_exit(args: &[&str], files: &[(&str, &[u8])]) -> Exit {
    let folder = Folder::new();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("a file in the temporary folder");
    }
    let mut child = spawn_with(&binary_under_test(), folder.path(), args);
    let code = wait_for_exit(&mut child, &folder);
    Exit { code, log: read_log(folder.path()) }
}

/// A port of the loopback interface that nobody listens on at this moment. Below the range that
/// the kernel gives to outgoing connections, so that the tests' own clients cannot take it, and
/// never the same twice in one run.
pub fn free_port() -> u16 {
    const FIRST: u32 = 20_000;
    const COUNT: u32 = 12_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..COUNT {
        // Another run beside this one starts elsewhere.
        let turn =
            NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id().wrapping_mul(97));
        let port = (FIRST + turn % COUNT) as u16;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port from {FIRST} on");
}

/// Which server's ways the one under test has.
pub fn kind_under_test() -> Kind {
    static KIND: OnceLock<Kind> = OnceLock::new();
    *KIND.get_or_init(|| {
        let output = Command::new(binary_under_test()).arg("--version").output();
        let output = output.expect("the binary under test runs").stdout;
        match String::from_utf8_lossy(&output) {
            text if text.starts_with("Redis server") => Kind::Redis,
            text if text.starts_with("Valkey server") => Kind::Valkey,
            _ => Kind::Skein,
        }
    })
}

/// `SKEIN_BIN`, else the binary that cargo built for this test run.
pub fn binary_under_test() -> PathBuf {
    let path = std::env::var_os("SKEIN_BIN").map(PathBuf::from);
    path.or(option_env!("CARGO_BIN_EXE_skein").map(PathBuf::from))
        .expect("SKEIN_BIN names a server, or cargo built one")
}

fn spawn(binary: &Path, port: u16, folder: &Path, flags: &[&str]) -> Child {
    let port = port.to_string();
    let dir = folder.to_string_lossy();
    // A configuration file, if given, comes first on redis-server's command line.
    let (config, flags) = match flags.split_first() {
        Some((first, rest)) if !first.starts_with('-') => (Some(*first), rest),
        _ => (None, flags),
    };
    let own = ["--port", &port, "--bind", "127.0.0.1", "--dir", &dir, "--save", ""];
    let args: Vec<&str> = config.into_iter().chain(own).chain(flags.iter().copied()).collect();
    spawn_with(binary, folder, &args)
}

fn spawn_with(binary: &Path, folder: &Path, args: &[&str]) -> Child {
    let log = File::create(folder.join("log")).expect("a log file in the temporary folder");
    let child = Command::new(binary)
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(log.try_clone().expect("a file can be cloned"))
        .stdout(log)
        .spawn();
    child.unwrap_or_else(|error| panic!("cannot start {}: {error}", binary.display()))
}

#[track_caller]
fn wait_for_exit(child: &mut Child, folder: &Folder) -> Option<i32> {
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        if let Some(status) = child.try_wait().expect("a child can be asked") {
            return status.code();
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the server did not end by itself:\n{}", read_log(folder.path()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn read_log(folder: &Path) -> String {
    let bytes = fs::read(folder.join("log")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A temporary folder, removed when its last user is gone.
#[derive(Clone)]
pub struct Folder(std::sync::Arc<FolderPath>);

struct FolderPath(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("skein-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(std::sync::Arc::new(FolderPath(path)))
    }

    pub fn path(&self) -> &Path {
        &self.0.0
    }
}

impl Drop for FolderPath {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
