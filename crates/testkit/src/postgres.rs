//! A PostgreSQL server for tests.

use std::{path::Path, process::Command};

/// The address of a new, empty schema on the private server that all tests share; starts the server
/// if it does not run yet.
///
/// # Panics
///
/// If PostgreSQL is missing and cannot be installed, or does not start.
pub fn schema() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
    let done = Command::new(script).arg("schema").output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "scripts/postgres schema: {said}");
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}
