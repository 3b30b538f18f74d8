//! The scanner against the holes: `docs/reference/scanner-recall.md` says how well it does, and an API that
//! is hard to scan is not called secure.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use airside_scan::report::model::Conclusion;
use airside_scan_testbed::{
    Clock, Conditions, Hole, Holes, Testbed, Variant,
    measure::{Scanned, measure, scan_testbed},
};

#[tokio::test]
async fn recall_and_precision_are_what_the_document_says() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let measured = measure(target, &mut |_| ()).await.unwrap();

    let (right, confirmed) = measured.single.precision();
    assert_eq!(right, confirmed, "{:?}", measured.single.false_findings);
    assert!(
        measured.none.false_findings.is_empty(),
        "{:?}",
        measured.none.false_findings
    );
    for score in [&measured.single, &measured.none] {
        let requests = score.requests_per_operation();
        assert!(requests <= 25.0, "{requests} requests an operation");
    }
    // all holes at once, with five callers; most of the operations have a hole, which is shown three times
    let requests = measured.all.requests_per_operation();
    assert!(requests <= 32.0, "{requests} requests an operation");
    let path = root("docs/reference/scanner-recall.md");
    let document = measured.document();
    require_written(&path, &document);
    for name in ["README.md", "docs/scan/README.md", "CHANGELOG.md"] {
        let path = root(name);
        let text = std::fs::read_to_string(&path).unwrap();
        require_written(&path, &measured.restated(&text).unwrap());
    }
}

fn root(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../..")
        .join(name)
}

/// Fails unless a file has this text; writes it if `UPDATE_REFERENCE` is set.
fn require_written(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(path, text).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap();
    let differences: Vec<_> = text
        .lines()
        .filter(|line| !written.contains(line))
        .collect();
    assert!(
        written == text,
        "run the tests with UPDATE_REFERENCE=1 and review the change: {differences:#?}"
    );
}

#[tokio::test]
async fn sessions_that_end_again_and_again_are_renewed() {
    let conditions = Conditions {
        ends_sessions_every: Some(150),
        ..Conditions::default()
    };
    let scanned = scan(Hole::OrderRead, conditions).await;
    assert!(is_confirmed(&scanned, "GET /orders/{id}"));
}

#[tokio::test]
async fn an_api_that_locks_the_callers_out_is_not_called_secure() {
    let conditions = Conditions {
        locks_out_after: Some(60),
        ..Conditions::default()
    };
    let scanned = scan(Hole::OrderRead, conditions).await;
    assert_is_honest(&scanned);
}

#[tokio::test]
async fn an_api_that_breaks_is_not_called_secure() {
    let conditions = Conditions {
        breaks_after: Some(120),
        ..Conditions::default()
    };
    let scanned = scan(Hole::OrderRead, conditions).await;
    assert_is_honest(&scanned);
}

/// Nothing is said to be refused that was not, and somewhere it says why.
fn assert_is_honest(scanned: &Scanned) {
    let report = &scanned.report;
    assert_ne!(
        report.conclusion,
        Conclusion::NoneProven,
        "{:?}",
        report.remarks
    );
    assert!(!report.remarks.is_empty());
}

fn is_confirmed(scanned: &Scanned, operation: &str) -> bool {
    let reported = scanned.reported();
    reported
        .iter()
        .any(|one| one.operation == operation && one.is_confirmed)
}

async fn scan(hole: Hole, conditions: Conditions) -> Scanned {
    let clock = Clock::stepped(Duration::from_millis(100));
    let testbed = Testbed::under(Holes::only(hole), clock, conditions).unwrap();
    scan_testbed(testbed, Variant::Yaml).await.unwrap()
}
