//! Measures the scanner against the holes.
//!
//! | module | holds |
//! |---|---|
//! | `run` | one scan of one API |
//! | `score` | what was found of what is there |
//! | `source` | what an API is known by |
//! | `table` | the tables in Markdown |

mod run;
mod score;
mod source;
mod table;

use std::{io, num::NonZero, path::Path, thread};

use serde_json::Value;
use tokio::{runtime::Builder, task};

pub use run::{ScanError, Scanned, scan_foreign, scan_session, scan_testbed};
pub use score::{Expected, HoleOutcome, Reported, Score};

use crate::{Foreign, Hole, Holes, Testbed, Variant};

/// The scores of every measurement.
#[derive(Clone, Debug)]
pub struct Measured {
    /// The testbed once for each hole, with that hole alone.
    pub single: Score,
    /// The testbed with every hole open.
    pub all: Score,
    /// The same by the document that says nothing about bodies.
    pub bare: Score,
    /// The testbed without holes, once for each document.
    pub none: Score,
    /// The APIs in other languages, with their holes and repaired.
    pub foreign: Vec<(Foreign, Score)>,
}

/// Measures everything; the libraries of the APIs in other languages are in `target`.
///
/// # Errors
///
/// Fails if an API does not start or a scan gives no report.
pub async fn measure(target: &Path, progress: &mut dyn FnMut(&str)) -> anyhow::Result<Measured> {
    let mut others = Vec::new();
    for one in Foreign::ALL {
        progress(one.name());
        others.push((one, foreign(one, target).await?));
    }
    Ok(Measured {
        single: single_holes(Hole::ALL, progress).await?,
        all: all_holes(Variant::Json).await?,
        bare: all_holes(Variant::Bare).await?,
        none: no_holes().await?,
        foreign: others,
    })
}

/// Scans the testbed once for each hole, with that hole alone, as many at a time as there are cores.
///
/// # Errors
///
/// Fails if a scan gives no report.
pub async fn single_holes(
    holes: &[Hole],
    progress: &mut dyn FnMut(&str),
) -> Result<Score, ScanError> {
    let mut score = Score::default();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    for some in holes.chunks(cores) {
        let scans = some.iter().map(|hole| {
            progress(hole.name());
            let hole = *hole;
            task::spawn_blocking(move || single_hole(hole))
        });
        let scans: Vec<_> = scans.collect();
        for (hole, scan) in some.iter().zip(scans) {
            let scanned = scan.await.map_err(io::Error::other)??;
            score.add(hole.name(), &[Expected::from(*hole)], &scanned);
        }
    }
    Ok(score)
}

/// Scans the testbed with one hole, on this thread.
fn single_hole(hole: Hole) -> Result<Scanned, ScanError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let testbed = Testbed::open(Holes::only(hole))?;
    runtime.block_on(scan_testbed(testbed, Variant::Json))
}

async fn all_holes(variant: Variant) -> Result<Score, ScanError> {
    let mut score = Score::default();
    let holes: Vec<_> = Hole::ALL.iter().copied().map(Expected::from).collect();
    let scanned = scan_testbed(Testbed::open(Holes::all())?, variant).await?;
    score.add("all holes", &holes, &scanned);
    Ok(score)
}

async fn no_holes() -> Result<Score, ScanError> {
    let mut score = Score::default();
    for variant in Variant::ALL {
        let scanned = scan_testbed(Testbed::open(Holes::none())?, variant).await?;
        score.add(variant.path(), &[], &scanned);
    }
    Ok(score)
}

async fn foreign(foreign: Foreign, target: &Path) -> anyhow::Result<Score> {
    let mut score = Score::default();
    let vulnerable = foreign.start(target, false)?;
    let scanned = scan_foreign(foreign, &vulnerable.url()).await?;
    score.add("with holes", &expected(foreign), &scanned);
    let repaired = foreign.start(target, true)?;
    let scanned = scan_foreign(foreign, &repaired.url()).await?;
    score.add("repaired", &[], &scanned);
    Ok(score)
}

fn expected(foreign: Foreign) -> Vec<Expected> {
    let truth = foreign.truth();
    let holes = truth.get("holes").and_then(Value::as_array);
    let text = |hole: &Value, name: &str| {
        let text = hole.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let holes = holes.into_iter().flatten().map(|hole| Expected {
        name: text(hole, "name"),
        class: text(hole, "class"),
        operations: vec![text(hole, "operation")],
    });
    holes.collect()
}
