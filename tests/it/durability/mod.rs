//! Nothing is lost: what crashes leave, and what travels through files between us and the peers.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::harness::{Folder, Reply, env_number};

/// Everything a server holds, in words that can be compared.
pub mod contents;
/// Kills at random moments, some hundred of them in CI.
mod crash;
/// Throughput while every reply waits for the disk.
mod group_commit;
/// What one client wrote, and what must be there of it.
mod ledger;
/// Data of every type, in every encoding.
mod mixture;
/// Saves amid transactions: files of one moment.
mod moment;
/// Append-only files: replayed by ourselves, by Redis, and Redis's by us.
mod replay;
/// RDB files: through our hands, the peers' and back.
mod round_trips;
/// Files that end in the middle of a record.
mod tails;

/// A new one each time; `SKEIN_REPLAY_SEED` repeats one.
fn random_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    env_number("SKEIN_REPLAY_SEED", now.as_nanos() as u64)
}

/// The newest incremental file of the append-only file in a server's folder, as the manifest
/// names it; None before there is a manifest.
fn last_increment(folder: &Folder) -> Option<PathBuf> {
    let log = folder.path().join("appendonlydir");
    let manifest = fs::read_to_string(log.join("appendonly.aof.manifest")).ok()?;
    let line = manifest.lines().rfind(|line| line.ends_with(" type i"))?;
    Some(log.join(line.split(' ').nth(1)?))
}

/// A second folder with the same files in it.
fn copy_of(folder: &Folder) -> Folder {
    let copy = Folder::new();
    copy_files(folder.path(), copy.path());
    copy
}

fn copy_files(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a temporary folder");
    for entry in fs::read_dir(from).expect("a folder of ours") {
        let path = entry.expect("an entry of a folder of ours").path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        match path.is_dir() {
            true => copy_files(&path, &target),
            false => drop(fs::copy(&path, &target).expect("a file of ours")),
        }
    }
}

/// How many commands and transactions stand whole in a file of commands, its SELECTs not counted,
/// and whether it ends with the last of them.
fn units(mut file: &[u8]) -> (usize, bool) {
    let mut units = 0;
    let mut in_transaction = false;
    while !file.is_empty() {
        let Ok(record) = Reply::read(&mut file) else { return (units, false) };
        match record.items()[0].text().to_ascii_uppercase().as_str() {
            "SELECT" => {}
            "MULTI" => in_transaction = true,
            "EXEC" => {
                in_transaction = false;
                units += 1;
            }
            _ if in_transaction => {}
            _ => units += 1,
        }
    }
    (units, !in_transaction)
}
