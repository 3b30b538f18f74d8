//! The Rust files of the workspace, and the items that contain their lines.

mod place;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;

pub use place::Place;

/// One file of a crate's `src` or `tests`.
pub struct Source {
    /// From the root on, with `/`.
    pub name: String,
    pub text: String,
}

/// Every file of every crate of both workspaces but this one: it decides no rule, and its tests only look
/// as if.
pub fn all(root: &Path) -> anyhow::Result<Vec<Source>> {
    let mut found = Vec::new();
    let mut directories = sorted(&root.join("crates"))?;
    directories.extend(sorted(&root.join("integrations"))?);
    for directory in directories {
        if directory.ends_with("xtask") {
            continue;
        }
        for file in files(&directory)? {
            let name = file.strip_prefix(root)?.to_string_lossy();
            found.push(Source {
                name: name.replace('\\', "/"),
                text: fs::read_to_string(&file)?,
            });
        }
    }
    Ok(found)
}

fn files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.join("tests"), directory.join("src")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(sorted(&path)?.into_iter().rev());
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

fn sorted(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).with_context(|| directory.display().to_string())?;
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
