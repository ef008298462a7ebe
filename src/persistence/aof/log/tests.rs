//! The log on a disk that fails.

use super::*;
use crate::persistence::disk::faulty::{Crash, Fault, FaultyDisk};
use crate::persistence::disk::{Disk, Open};
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::thread;

/// A log that appends to the file `f`.
fn started(disk: &FaultyDisk, policy: AppendFsync) -> Log {
    let log = Log::default();
    log.set_policy(policy);
    disk.put("f", b"");
    log.start(disk.open(Path::new("f"), Open::Append).unwrap(), 0);
    log
}

fn quiet() -> ServerLog {
    let log = ServerLog::default();
    log.set_file("/dev/null").unwrap();
    log
}

fn unit(text: &str) -> Unit {
    let mut unit = Unit::default();
    unit.push(0, [text].iter());
    unit
}

/// The units in a file, a cut one at its end left out.
fn units(disk: &FaultyDisk) -> Vec<String> {
    let text = disk.text("f");
    let records = text.split_inclusive("\r\n").collect::<Vec<_>>();
    let word = |record: &[&str]| match record {
        ["*1\r\n", length, word] if word.ends_with("\r\n") => {
            assert_eq!(length.trim_start_matches('$').trim().parse(), Ok(word.len() - 2));
            Some(word.trim().to_owned())
        }
        _ => None,
    };
    // The first five lines select the database.
    records.get(5..).unwrap_or_default().chunks(3).map_while(word).collect()
}

/// Appends numbered units, settles each, and returns those that were acknowledged.
fn acknowledged(log: &Log, numbers: std::ops::Range<usize>) -> Vec<String> {
    let settled = numbers.filter(|i| log.settle(log.append(&unit(&format!("u{i}")))).is_ok());
    settled.map(|i| format!("u{i}")).collect()
}

#[test]
fn what_settled_is_in_the_file_or_on_the_disk() {
    let disk = FaultyDisk::default();
    let log = started(&disk, AppendFsync::No);
    let offset = log.append(&unit("a"));
    assert_eq!((log.written_offset(), log.appended_offset()), (0, offset));
    log.settle(offset).unwrap();
    assert_eq!((log.written_offset(), log.synced_offset(), disk.syncs()), (offset, 0, 0));
    assert!(!log.wait_synced(offset, Duration::from_millis(1)));
    log.set_policy(AppendFsync::Always);
    log.settle(offset).unwrap();
    assert_eq!((log.synced_offset(), disk.syncs()), (offset, 1));
    assert!(log.wait_synced(offset, Duration::ZERO));
    assert_eq!(log.append(&Unit::default()), 0);
    log.stop().unwrap();
    assert_eq!(log.append(&unit("b")), 0);
    log.settle(log.appended_offset()).unwrap();
    assert_eq!(units(&disk), ["a"]);
}

#[test]
fn everysec_syncs_what_nobody_waits_for() {
    let disk = FaultyDisk::default();
    let log = started(&disk, AppendFsync::EverySec);
    let server_log = quiet();
    let offset = log.append(&unit("a"));
    thread::scope(|scope| {
        let waiting = scope.spawn(|| log.wait_synced(offset, Duration::from_secs(60)));
        while log.synced_offset() < offset {
            log.tick(&server_log);
            thread::yield_now();
        }
        assert!(waiting.join().unwrap());
    });
    assert_eq!(disk.syncs(), 1);
    // The second that follows has no other.
    let offset = log.append(&unit("b"));
    log.tick(&server_log);
    assert_eq!((log.written_offset(), disk.syncs()), (offset, 1));
    log.flush().unwrap();
    assert_eq!((log.synced_offset(), disk.syncs()), (offset, 2));
}

#[test]
fn one_sync_serves_all_who_wait() {
    const THREADS: usize = 50;
    const EACH: usize = 20;
    let disk = FaultyDisk::default();
    let log = started(&disk, AppendFsync::Always);
    disk.slow_down(Duration::from_millis(2));
    let began = Instant::now();
    thread::scope(|scope| {
        for t in 0..THREADS {
            let log = &log;
            scope.spawn(move || {
                for i in 0..EACH {
                    let offset = log.append(&unit(&format!("t{t}-{i}")));
                    log.settle(offset).unwrap();
                    assert!(log.synced_offset() >= offset);
                }
            });
        }
    });
    let syncs = disk.syncs();
    assert!(syncs <= THREADS * EACH / 5, "{syncs} syncs, {:?}", began.elapsed());
    let survivors = units(&disk.after(Crash::Power { percent_kept: 0 }));
    assert_eq!(survivors.len(), THREADS * EACH);
    assert!(log.state.lock().waiting.is_empty() && !log.state.lock().led);
}

/// Whatever fails, at whichever call: after healing all is in the file in order, once; after
/// a crash all that was acknowledged under `always` is.
#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    let all: Vec<String> = (0..12).map(|i| format!("u{i}")).collect();
    for fault in [Fault::Broken, Fault::Full, Fault::Sync] {
        for calls in 0..16 {
            let disk = FaultyDisk::default();
            let log = started(&disk, AppendFsync::Always);
            disk.fail_after(calls, fault);
            let mut safe = acknowledged(&log, 0..6);
            for percent_kept in [0, 30, 100] {
                let left = units(&disk.after(Crash::Power { percent_kept }));
                assert!(safe.iter().all(|unit| left.contains(unit)), "{fault:?} {calls}");
                assert!(all.starts_with(&left), "{left:?}");
            }
            let has_failed = log.failure().is_some();
            assert_eq!(has_failed, safe.len() < 6);
            let needs_rewrite = log.needs_rewrite();
            assert!(has_failed || !needs_rewrite);
            disk.heal();
            log.tick(&quiet());
            assert_eq!(log.failure().is_some(), needs_rewrite, "{fault:?} {calls}");
            // A sync that succeeds now must not be believed.
            assert_eq!(log.settle(log.appended_offset()).is_err(), needs_rewrite);
            safe.extend(acknowledged(&log, 6..12));
            // After a failed sync nothing is acknowledged, and all gets to the file still.
            log.tick(&quiet());
            assert_eq!(units(&disk), all);
            let left = units(&disk.after(Crash::Power { percent_kept: 0 }));
            assert!(safe.iter().all(|unit| left.contains(unit)), "{fault:?} {calls}");
        }
    }
}

#[test]
fn everysec_answers_what_ran_and_refuses_what_is_new() {
    let disk = FaultyDisk::default();
    let log = started(&disk, AppendFsync::EverySec);
    disk.fail_after(0, Fault::Full);
    log.settle(log.append(&unit("a"))).unwrap();
    assert!(log.failure().is_some() && !log.needs_rewrite());
    log.settle(log.append(&unit("b"))).unwrap();
    disk.heal();
    log.tick(&quiet());
    assert_eq!(log.failure(), None);
    assert_eq!(units(&disk), ["a", "b"]);
    assert_eq!(log.figures().buffer_bytes, 0);
    assert_eq!(log.figures().file_bytes, disk.text("f").len() as u64);
}

#[test]
fn the_next_file_has_what_comes_after_the_cut() {
    let disk = FaultyDisk::default();
    let log = started(&disk, AppendFsync::Always);
    let appended = AtomicUsize::new(0);
    // Slow enough that there is something to write at every cut.
    disk.slow_down(Duration::from_micros(200));
    thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|t| {
                let (log, appended) = (&log, &appended);
                scope.spawn(move || {
                    for i in 0..200 {
                        log.settle(log.append(&unit(&format!("t{t}-{i}")))).unwrap();
                        appended.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for round in 0..4 {
            while appended.load(Ordering::Relaxed) < round * 150 {
                thread::yield_now();
            }
            let name = format!("g{round}");
            let next = disk.open(Path::new(&name), Open::Truncate).unwrap();
            log.cut();
            match round % 2 {
                0 => log.resume(),
                _ => log.switch(next, || Ok(())).unwrap(),
            }
        }
        for writer in writers {
            writer.join().unwrap();
        }
    });
    // Each unit is there once, and those of each thread are in order over all files.
    let texts: String = ["f", "g1", "g3"].iter().map(|name| disk.text(name)).collect();
    for t in 0..4 {
        let prefix = format!("t{t}-");
        let numbers: Vec<usize> = texts
            .split("\r\n")
            .filter_map(|line| line.strip_prefix(&prefix)?.parse().ok())
            .collect();
        assert_eq!(numbers, (0..200).collect::<Vec<_>>());
    }
    for name in ["f", "g1", "g3"] {
        let text = disk.text(name);
        assert!(text.is_empty() || text.starts_with("*2\r\n$6\r\nSELECT"), "{name}");
    }
    assert_eq!(log.figures().file_bytes, disk.text("g3").len() as u64);
}

#[test]
fn a_switch_that_fails_goes_on_in_the_file_there_was() {
    let disk = FaultyDisk::default();
    let log = started(&disk, AppendFsync::Always);
    log.append(&unit("a"));
    log.cut();
    log.append(&unit("b"));
    let next = disk.open(Path::new("g"), Open::Truncate).unwrap();
    let refused =
        |is_next| move || Err(CommitError { is_next, error: io::Error::other("no manifest") });
    assert!(log.switch(Arc::clone(&next), refused(false)).is_err());
    assert_eq!(log.failure(), None);
    log.settle(log.appended_offset()).unwrap();
    assert!(disk.text("f").contains("b") && disk.text("g").is_empty());
    // The manifest is there, and may not be after a loss of power: nothing can be promised.
    log.cut();
    assert!(log.switch(next, refused(true)).is_err());
    assert!(log.settle(log.append(&unit("c"))).is_err() && log.needs_rewrite());
    log.tick(&quiet());
    assert!(disk.text("g").contains("c"));
}

#[test]
fn a_rewrite_heals_what_a_failed_sync_broke() {
    let disk = FaultyDisk::default();
    let log = started(&disk, AppendFsync::Always);
    disk.fail_after(1, Fault::Sync);
    assert!(log.settle(log.append(&unit("a"))).is_err());
    disk.heal();
    log.heal();
    assert!(log.needs_rewrite(), "the file that is damaged is still the current one");
    let next = disk.open(Path::new("g"), Open::Truncate).unwrap();
    log.cut();
    log.switch(next, || Ok(())).unwrap();
    assert!(log.needs_rewrite() && log.settle(log.append(&unit("b"))).is_err());
    log.heal();
    assert_eq!((log.failure(), log.needs_rewrite()), (None, false));
    log.settle(log.append(&unit("c"))).unwrap();
    assert_eq!(log.synced_offset(), log.appended_offset());
}
