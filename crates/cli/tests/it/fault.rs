//! A disk that fails at its first operation, its second, and so on until nothing fails any more.
//! Everything that was acknowledged is there afterwards, nothing is half there, and what could not be written
//! was answered 503.

mod shim;
mod story;

use shim::{Disk, Fault};
use story::{Memory, tell};

use crate::app::CONFIGURATION;

/// The event that the machine suffers after the story.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// The process is killed; the page cache lives.
    Kill,
    /// The power goes; only what was synchronised lives.
    Cut,
}

/// Tells the story with the fault at every operation in turn, or at some of them.
async fn at_every_operation(kind: &'static str, then: Then) {
    let (mut at, mut told) = (1, 0);
    let step = step(kind, &Disk::of_a_server(CONFIGURATION)).await;
    loop {
        let disk = Disk::of_a_server(CONFIGURATION);
        let fault = Fault { kind, at };
        let memory = tell_with(&disk, fault).await;
        let operations = disk.operations();
        if let Then::Cut = then {
            disk.cut_the_power();
        }
        let when = format!("{fault:?}, {then:?}");
        memory.assert_kept(&disk.place, &when).await;
        told += 1;
        if operations < at {
            assert!(memory.is_whole(), "nothing failed, and yet: {memory:?}");
            break;
        }
        at += step;
    }
    assert!(told > 5, "too little was tried: {told} stories");
}

async fn tell_with(disk: &Disk, fault: Fault) -> Memory {
    match disk.try_serve(fault) {
        Ok(server) => {
            let memory = tell(&server.url).await;
            server.kill();
            memory
        }
        Err(remarks) => {
            let said = remarks.iter().any(|line| line.starts_with("error: "));
            assert!(said || fault.kind == "cut", "{fault:?}: {remarks:?}");
            assert_ne!(fault.at, 0, "a sound disk: {remarks:?}");
            Memory::default()
        }
    }
}

/// From one operation that is tried to the next: one with the full count, else so that about
/// eight are tried.
async fn step(kind: &'static str, disk: &Disk) -> u64 {
    if scale() >= 10 {
        return 1;
    }
    let sound = tell_with(disk, Fault { kind, at: 0 }).await;
    assert!(sound.is_whole(), "the story itself: {sound:?}");
    // odd, so that every part of a commit gets its turn
    (disk.operations() / 8) | 1
}

fn scale() -> u64 {
    std::env::var("AIRSIDE_TEST_SCALE").map_or(1, |text| text.parse().unwrap())
}

#[tokio::test]
async fn a_write_that_fails_loses_nothing_that_was_acknowledged() {
    at_every_operation("write", Then::Kill).await;
}

#[tokio::test]
async fn a_write_that_is_half_done_loses_nothing_that_was_acknowledged() {
    at_every_operation("torn", Then::Cut).await;
}

#[tokio::test]
async fn a_read_that_fails_loses_nothing_that_was_acknowledged() {
    at_every_operation("read", Then::Kill).await;
}

#[tokio::test]
async fn what_a_failed_sync_was_for_is_never_believed() {
    at_every_operation("sync", Then::Cut).await;
}

#[tokio::test]
async fn when_no_sync_succeeds_any_more_nothing_is_acknowledged() {
    at_every_operation("syncs", Then::Cut).await;
}

#[tokio::test]
async fn a_disk_that_dies_takes_nothing_with_it_that_was_acknowledged() {
    at_every_operation("dead", Then::Cut).await;
}

/// D06
#[tokio::test]
async fn a_disk_that_gets_full_loses_nothing_that_was_acknowledged() {
    at_every_operation("full", Then::Kill).await;
}

#[tokio::test]
async fn a_disk_that_turns_read_only_loses_nothing_that_was_acknowledged() {
    at_every_operation("sealed", Then::Kill).await;
}

#[tokio::test]
async fn a_power_cut_loses_nothing_that_was_acknowledged() {
    at_every_operation("cut", Then::Cut).await;
}

/// Linux forgets what a failed sync was for: it is in the page cache and counts as written. A server that
/// reads it there after a restart, and goes on behind it, loses all of it with the power.
#[tokio::test]
async fn a_restart_after_a_failed_sync_builds_on_nothing_that_is_not_on_the_disk() {
    let mut at = 1;
    loop {
        let disk = Disk::of_a_server(CONFIGURATION);
        let before = tell_with(&disk, Fault { kind: "syncs", at }).await;
        let operations = disk.operations();
        let after = tell_with(&disk, Fault::NONE).await;
        assert!(after.is_whole(), "the disk was sound: {after:?}");
        disk.cut_the_power();
        let when = format!("syncs fail from {at} on, a restart, a power cut");
        before.assert_kept(&disk.place, &when).await;
        after.assert_kept(&disk.place, &when).await;
        if operations < at {
            break;
        }
        at += 1;
    }
}

/// `airside serve` in an empty directory makes a key, a database and its tables.
#[tokio::test]
async fn a_first_start_that_fails_anywhere_is_repeated() {
    for kind in ["write", "dead", "cut"] {
        let mut at = 1;
        loop {
            let disk = Disk::new(CONFIGURATION);
            tell_with(&disk, Fault { kind, at }).await;
            let operations = disk.operations();
            let memory = tell_with(&disk, Fault::NONE).await;
            assert!(memory.is_whole(), "{kind} at {at}: {memory:?}");
            memory.assert_kept(&disk.place, kind).await;
            if operations < at {
                break;
            }
            at += if scale() >= 10 { 1 } else { 41 };
        }
    }
}
