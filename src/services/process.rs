//! What the kernel says about this process and its machine: memory, processor time, open
//! files, the out-of-memory score. Figures come from `/proc`; where it cannot be read they
//! are zero.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::fs;
use std::io;

/// Open files the server needs beside its clients.
pub const RESERVED_FILES: u64 = 32;
/// `/proc` counts processor time in this part of a second, on every architecture that the
/// standard library supports.
const TICKS_PER_S: f64 = 100.0;

/// Bytes of this process in physical memory.
pub fn resident_bytes() -> u64 {
    kilobytes("/proc/self/status", "VmRSS:") * 1024
}

/// Bytes of physical memory of the machine.
pub fn machine_bytes() -> u64 {
    kilobytes("/proc/meminfo", "MemTotal:") * 1024
}

/// The number behind `label` in a file of lines like `VmRSS:      1234 kB`.
fn kilobytes(path: &str, label: &str) -> u64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let number = text.lines().find_map(|line| line.strip_prefix(label)?.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Processor time, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CpuTimes {
    /// In the kernel.
    pub system_s: f64,
    /// Outside of it.
    pub user_s: f64,
    /// Of ended child processes, in the kernel.
    pub children_system_s: f64,
    /// Of ended child processes, outside of it.
    pub children_user_s: f64,
}

/// The processor time of all threads together.
pub fn cpu_times() -> CpuTimes {
    parse_stat(&fs::read_to_string("/proc/self/stat").unwrap_or_default())
}

/// The processor time of the process's first thread.
pub fn main_thread_cpu_times() -> CpuTimes {
    let path = format!("/proc/self/task/{}/stat", std::process::id());
    parse_stat(&fs::read_to_string(path).unwrap_or_default())
}

/// Reads proc(5)'s `stat`: user, system and both children's times are its fields 14 to 17.
/// The second field is a name in parentheses, which may itself have blanks and parentheses.
fn parse_stat(stat: &str) -> CpuTimes {
    let after_name = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let seconds: Vec<f64> = after_name
        .split_whitespace()
        .skip(11)
        .take(4)
        .map(|ticks| ticks.parse().unwrap_or(0.0) / TICKS_PER_S)
        .collect();
    match seconds[..] {
        [user_s, system_s, children_user_s, children_system_s] => {
            CpuTimes { system_s, user_s, children_system_s, children_user_s }
        }
        _ => CpuTimes::default(),
    }
}

/// The kernel's name and release, and the machine's architecture: `Linux 6.1.0 x86_64`.
pub fn system_name() -> String {
    let kernel = |name: &str| {
        let text = fs::read_to_string(format!("/proc/sys/kernel/{name}")).unwrap_or_default();
        text.trim().to_owned()
    };
    format!("{} {} {}", kernel("ostype"), kernel("osrelease"), std::env::consts::ARCH)
}

/// How many files may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFiles {
    /// Before more were asked for.
    pub before: u64,
    /// Now.
    pub now: u64,
}

impl OpenFiles {
    /// How many clients that leaves room for: one at least.
    pub fn clients(self) -> u64 {
        self.now.saturating_sub(RESERVED_FILES).max(1)
    }
}

/// Asks the system for `wanted` open files, and takes as many as it grants.
pub fn raise_open_files(wanted: u64) -> OpenFiles {
    let limit = getrlimit(Resource::Nofile);
    let before = limit.current.unwrap_or(u64::MAX);
    if before >= wanted {
        return OpenFiles { before, now: before };
    }
    let granted = wanted.min(limit.maximum.unwrap_or(u64::MAX));
    let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(granted), ..limit });
    OpenFiles { before, now: if raised.is_ok() { granted } else { before } }
}

/// How readily the kernel ends this process when memory runs out, from -1000 to 1000.
pub fn oom_score() -> i32 {
    let text = fs::read_to_string(OOM_SCORE).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

/// Changes it. Lowering it takes privileges.
pub fn set_oom_score(score: i32) -> io::Result<()> {
    fs::write(OOM_SCORE, score.clamp(-1000, 1000).to_string())
}

const OOM_SCORE: &str = "/proc/self/oom_score_adj";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b 1 (c)) S 1 7 7 0 -1 4194560 100 0 0 0 1234 56 7 8 20 0 3 0";
        let expected = CpuTimes {
            user_s: 12.34,
            system_s: 0.56,
            children_user_s: 0.07,
            children_system_s: 0.08,
        };
        assert_eq!(parse_stat(stat), expected);
        assert_eq!(parse_stat("7 (a) S 1"), CpuTimes::default());
        assert_eq!(parse_stat(""), CpuTimes::default());
    }

    #[test]
    fn this_process_has_figures() {
        assert!(resident_bytes() > 100_000 && machine_bytes() > resident_bytes());
        assert!(system_name().starts_with("Linux "));
        let files = raise_open_files(1);
        assert_eq!(files.before, files.now);
        assert_eq!(OpenFiles { before: 10, now: 10 }.clients(), 1);
    }
}
