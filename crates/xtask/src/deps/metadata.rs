//! The packages of a workspace and their dependencies, as cargo knows them.

use std::path::Path;

use serde::Deserialize;

use crate::process::output;

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
}

impl Metadata {
    pub(super) fn of(root: &Path, manifest: &str) -> anyhow::Result<Self> {
        let arguments = ["metadata", "--format-version", "1", "--no-deps", "--locked"];
        let arguments = [&arguments[..], &["--manifest-path", manifest]].concat();
        Ok(serde_json::from_str(&output(root, "cargo", &arguments)?)?)
    }
}

#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) kind: Option<String>,
    pub(super) path: Option<String>,
}
