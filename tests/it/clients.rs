//! Client libraries as their users run them, one test for each: the scripts in `tests/clients`
//! check what the library gave them. `tests/clients/install` fetches the libraries.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{Kind, Peer, Server, clients_folder, env_number, kind_under_test, need, say};

/// How long a script may take; each is done in seconds.
const DEADLINE: Duration = Duration::from_secs(120);

#[test]
fn redis_py_in_many_threads() {
    let Some(python) = need(Peer::RedisPy) else { return };
    let server = Server::start(&[]);
    for protocol in ["2", "3"] {
        let mut command = script(&python, "python/redis_py.py", &server);
        Script::start(command.arg(protocol), &server).finish();
    }
}

#[test]
fn redis_py_keeps_a_cache() {
    let Some(python) = need(Peer::RedisPy) else { return };
    if kind_under_test() != Kind::Skein {
        return say(
            "left out: redis-py keeps a cache only where the server says Redis 7.4 or later",
        );
    }
    let server = Server::start(&[]);
    Script::start(&mut script(&python, "python/redis_py_cache.py", &server), &server).finish();
}

#[test]
fn ioredis() {
    let Some(node) = need(Peer::IoRedis) else { return };
    run_in_node(&node, "node/ioredis.js");
}

#[test]
fn node_redis() {
    let Some(node) = need(Peer::NodeRedis) else { return };
    run_in_node(&node, "node/node_redis.js");
}

#[test]
fn the_redis_crate() {
    let Some(cargo) = need(Peer::RedisCrate) else { return };
    let server = Server::start(&[]);
    // Through cargo, which builds again what was edited since.
    let mut command = Command::new(cargo);
    command.args(["run", "--quiet", "--locked", "--manifest-path"]).arg(file("rust/Cargo.toml"));
    command.arg("--target-dir").arg(clients_folder().join("rust"));
    Script::start(command.args(["--", &server.port().to_string()]), &server).finish();
}

/// An application whose workers claim jobs from each other with WATCH and MULTI. It says how long
/// it took beside Redis; most of that is Python's own.
#[test]
fn arq_does_every_job_once() {
    let Some(python) = need(Peer::Arq) else { return };
    let jobs = env_number("SKEIN_JOBS", 2_000);
    let ours = seconds_for_jobs(&python, &Server::start(&[]), jobs);
    let Some(redis) = Peer::RedisServer.path() else {
        return say(&format!("arq did {jobs} jobs in {ours} s"));
    };
    let theirs = seconds_for_jobs(&python, &Server::start_binary(&redis, &[]), jobs);
    say(&format!(
        "arq did {jobs} jobs in {ours} s, with Redis in {theirs} s: ratio {:.2}",
        ours / theirs
    ));
}

/// What the driver measured, with two worker processes.
fn seconds_for_jobs(python: &Path, server: &Server, jobs: u64) -> f64 {
    let in_arq = |args: &[&str]| {
        let mut command = Command::new(python);
        let path = std::env::join_paths([clients_folder().join("arq"), file("python")]);
        command.env("PYTHONPATH", path.expect("folders without a colon"));
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("SKEIN_PORT", server.port().to_string());
        command.args(args);
        command
    };
    let _workers = [(); 2].map(|()| {
        let mut worker = in_arq(&["-m", "arq", "arq_jobs.Worker"]);
        Script::start(&mut worker, server)
    });
    let mut driver = in_arq(&["-m", "arq_jobs", &jobs.to_string()]);
    let told = Script::start(&mut driver, server).finish();
    told.trim().parse().unwrap_or_else(|_| panic!("the seconds it took, not {told:?}"))
}

#[track_caller]
fn run_in_node(node: &Path, name: &str) {
    let server = Server::start(&[]);
    let mut command = script(node, name, &server);
    command.env("NODE_PATH", clients_folder().join("node_modules"));
    Script::start(&mut command, &server).finish();
}

/// A script of `tests/clients`, with the server's port as its first argument.
fn script(interpreter: &Path, name: &str, server: &Server) -> Command {
    let mut command = Command::new(interpreter);
    command.arg(file(name)).arg(server.port().to_string());
    command
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(name)
}

/// A script at work. Dropped, it is killed.
struct Script {
    child: Child,
    /// What it prints, in the server's folder.
    output: PathBuf,
}

impl Script {
    #[track_caller]
    fn start(command: &mut Command, server: &Server) -> Script {
        let program = Path::new(command.get_program()).file_name().unwrap_or(OsStr::new("script"));
        let output = (0..).map(|n| server.folder().join(program).with_extension(n.to_string()));
        let output = output.into_iter().find(|path| !path.exists()).expect("a name not yet taken");
        let file = File::create(&output).expect("a file in the temporary folder");
        let child = command
            .stdin(Stdio::null())
            .stderr(file.try_clone().expect("a file can be cloned"))
            .stdout(file)
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        Script { child, output }
    }

    /// What it printed, once it has ended well.
    #[track_caller]
    fn finish(mut self) -> String {
        let status = self.wait();
        let told =
            String::from_utf8_lossy(&fs::read(&self.output).unwrap_or_default()).into_owned();
        match status {
            Some(status) => assert!(status.success(), "{status}:\n{told}"),
            None => panic!("not done after {DEADLINE:?}:\n{told}"),
        }
        told
    }

    /// None when the deadline came first.
    fn wait(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + DEADLINE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().expect("a child can be asked") {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
