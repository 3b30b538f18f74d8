//! The cost of a durable commit to SQLite, alone and with 64 in flight, beside writing the same
//! number of bytes to a file and waiting for the disk. Every figure is for one commit.
//!
//! ```sh
//! cargo bench -p airside-store-sql --bench commit
//! TMPDIR=/dev/shm cargo bench -p airside-store-sql --bench commit
//! ```
//!
//! The second line has no disk to wait for: what is left is the work.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a benchmark")]

mod lane;
mod world;

use std::{
    fs::File,
    os::unix::fs::FileExt,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group, criterion_main};
use lane::{Lane, Next};
use world::{Transaction, World};

fn commit(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let kinds: [(&str, Next); 2] = [("refresh", Lane::rotate), ("redemption", Lane::redeem)];
    for (name, next) in kinds {
        let mut group = criterion.benchmark_group(format!("commit {name}"));
        for at_once in [1, 64] {
            let mut world = World::new(&runtime, at_once);
            let transaction = world.measure(&runtime, next);
            group.bench_function(format!("{at_once} at once"), |bencher| {
                bencher.iter_custom(|commits| world.load(&runtime, commits, next));
            });
            let file = tempfile::tempfile().unwrap();
            group.bench_function(format!("{at_once} at once: bare write"), |bencher| {
                bencher.iter_custom(|commits| write(&file, transaction, commits));
            });
        }
        group.finish();
    }
}

/// Writes what `commits` commits write, at the beginning of a file that is long enough: as the log
/// of a database is written, between its checkpoints.
fn write(file: &File, transaction: Transaction, commits: u64) -> Duration {
    let bytes = vec![7; transaction.bytes.try_into().unwrap()];
    file.write_all_at(&bytes, 0).unwrap();
    file.sync_all().unwrap();
    let begun = Instant::now();
    let transactions = commits.div_ceil(transaction.commits);
    for _ in 0..transactions {
        file.write_all_at(&bytes, 0).unwrap();
        file.sync_all().unwrap();
    }
    scaled(begun.elapsed(), transactions * transaction.commits, commits)
}

/// The share of `made` that `wanted` commits take: whole transactions and lanes make a few
/// more.
fn scaled(elapsed: Duration, made: u64, wanted: u64) -> Duration {
    elapsed.mul_f64(wanted as f64 / made as f64)
}

criterion_group!(benches, commit);
criterion_main!(benches);
