//! INFO server and INFO cpu: the process.

use super::page::Page;
use crate::commands::prelude::*;
use crate::services::config::{Config, REDIS_VERSION, params};
use crate::services::process;
use crate::util::{clock, crc64};

/// The seconds that `lru_clock` counts to before it starts anew: 24 bits of them.
const LRU_CLOCK_MAX: i64 = (1 << 24) - 1;

pub fn server(ctx: &Ctx<'_>, page: &mut Page) {
    let (config, identity) = (&ctx.engine.config, &ctx.engine.identity);
    let now_us = clock::now_us();
    let uptime_s = (now_us / 1000 - identity.started_ms).max(0) / 1000;
    let hz = config.get(params::HZ);
    page.field("redis_version", REDIS_VERSION);
    page.field("skein_version", env!("CARGO_PKG_VERSION"));
    page.field("redis_git_sha1", "00000000");
    page.field("redis_git_dirty", 0);
    page.field("redis_build_id", build_id());
    page.field("redis_mode", "standalone");
    page.field("os", process::system_name());
    page.field("arch_bits", usize::BITS);
    page.field("monotonic_clock", "POSIX clock_gettime");
    // No event loop: every connection's thread blocks in its own socket.
    page.field("multiplexing_api", "threads");
    page.field("atomicvar_api", "rust-std");
    // What Redis shows when another compiler built it.
    page.field("gcc_version", "0.0.0");
    page.field("process_id", std::process::id());
    page.field("process_supervised", "no");
    page.field("run_id", &identity.run_id);
    page.field("tcp_port", identity.port);
    page.field("server_time_usec", now_us);
    page.field("uptime_in_seconds", uptime_s);
    page.field("uptime_in_days", uptime_s / (24 * 60 * 60));
    page.field("hz", hz);
    page.field("configured_hz", hz);
    page.field("lru_clock", (now_us / 1_000_000) & LRU_CLOCK_MAX);
    page.field("executable", &identity.executable);
    page.field("config_file", &identity.config_file);
    page.field("io_threads_active", 0);
    listeners(config, identity.port, page);
}

/// A name for this build: the same for the same version on the same kind of machine.
fn build_id() -> String {
    let build = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));
    format!("{:016x}", crc64::checksum(format!("{build} {}", std::env::consts::ARCH).as_bytes()))
}

/// One line for each kind of socket that clients come in by.
fn listeners(config: &Config, port: u16, page: &mut Page) {
    let mut lines = Vec::new();
    let addresses = config.get(params::BIND).0;
    if port != 0 && !addresses.is_empty() {
        let bind: String = addresses.iter().map(|address| format!(",bind={address}")).collect();
        lines.push(format!("name=tcp{bind},port={port}"));
    }
    let path = config.string(params::UNIXSOCKET);
    if !path.is_empty() {
        lines.push(format!("name=unix,bind={path}"));
    }
    for (number, line) in lines.iter().enumerate() {
        page.line(format_args!("listener{number}:{line}"));
    }
}

pub fn cpu(_: &Ctx<'_>, page: &mut Page) {
    let (all, main) = (process::cpu_times(), process::main_thread_cpu_times());
    for (name, seconds) in [
        ("used_cpu_sys", all.system_s),
        ("used_cpu_user", all.user_s),
        ("used_cpu_sys_children", all.children_system_s),
        ("used_cpu_user_children", all.children_user_s),
        ("used_cpu_sys_main_thread", main.system_s),
        ("used_cpu_user_main_thread", main.user_s),
    ] {
        page.line(format_args!("{name}:{seconds:.6}"));
    }
}
