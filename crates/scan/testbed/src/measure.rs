//! Measures the scanner against the holes.
//!
//! | module | holds |
//! |---|---|
//! | `run` | one scan of one API |
//! | `score` | what was found of what is there |

mod run;
mod score;

use std::path::Path;

pub use run::{ScanError, scan_foreign, scan_testbed};
pub use score::{Expected, Reported, Score};

use crate::{Foreign, Hole, Holes, Variant};

/// Scans the testbed once for each hole, with that hole alone.
///
/// # Errors
///
/// Fails if a scan gives no report.
pub async fn single_holes(
    holes: &[Hole],
    progress: &mut dyn FnMut(&str),
) -> Result<Score, ScanError> {
    let mut score = Score::default();
    for hole in holes {
        progress(hole.name());
        let reported = scan_testbed(&Holes::only(*hole), Variant::Json).await?;
        reported.count_in(&mut score, hole.name(), &[Expected::from(*hole)]);
    }
    Ok(score)
}

/// Scans the testbed once with every hole open.
///
/// # Errors
///
/// Fails if the scan gives no report.
pub async fn all_holes() -> Result<Score, ScanError> {
    let mut score = Score::default();
    let holes: Vec<_> = Hole::ALL.iter().copied().map(Expected::from).collect();
    let reported = scan_testbed(&Holes::all(), Variant::Json).await?;
    reported.count_in(&mut score, "all holes", &holes);
    Ok(score)
}

/// Scans the testbed without holes, once for each document.
///
/// # Errors
///
/// Fails if a scan gives no report.
pub async fn no_holes() -> Result<Score, ScanError> {
    let mut score = Score::default();
    for variant in Variant::ALL {
        let reported = scan_testbed(&Holes::none(), variant).await?;
        reported.count_in(&mut score, variant.path(), &[]);
    }
    Ok(score)
}

/// Scans an API in another language with its holes and repaired; its libraries are in `target`.
///
/// # Errors
///
/// Fails if the API does not start or a scan gives no report.
pub async fn foreign(foreign: Foreign, target: &Path) -> anyhow::Result<Score> {
    let mut score = Score::default();
    let vulnerable = foreign.start(target, false)?;
    let reported = scan_foreign(foreign, &vulnerable.url()).await?;
    reported.count_in(&mut score, foreign.name(), &expected(foreign));
    let repaired = foreign.start(target, true)?;
    let reported = scan_foreign(foreign, &repaired.url()).await?;
    reported.count_in(&mut score, &format!("{}, repaired", foreign.name()), &[]);
    Ok(score)
}

fn expected(foreign: Foreign) -> Vec<Expected> {
    let truth = foreign.truth();
    let holes = truth.get("holes").and_then(serde_json::Value::as_array);
    let text = |hole: &serde_json::Value, name: &str| {
        hole.get(name)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let holes = holes.into_iter().flatten().map(|hole| Expected {
        name: text(hole, "name"),
        class: text(hole, "class"),
        operations: vec![text(hole, "operation")],
        is_unclaimed: false,
    });
    holes.collect()
}
