//! Embeds the documents of the repository in a release binary. A debug binary reads them from the disk, so
//! that a changed document is not a reason to build it again.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..");
    let root = root.canonicalize()?;
    let mut pages = String::new();
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("PROFILE")? == "release" {
        for file in documents(&root)? {
            println!("cargo::rerun-if-changed={}", file.display());
            let name = file.strip_prefix(&root)?.display().to_string();
            writeln!(pages, "({name:?}, include_str!({:?})),", file.display())?;
        }
    }
    let generated = format!(
        "/// Each document with its path in the repository, in the order of the paths.\n\
         const EMBEDDED: &[(&str, &str)] = &[{pages}];\n"
    );
    let target = PathBuf::from(env::var("OUT_DIR")?).join("documents.rs");
    fs::write(target, generated)?;
    Ok(())
}

/// The documents at the root, and all below `docs`.
fn documents(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut directories = vec![root.join("docs")];
    found.extend(entries(root)?.into_iter().filter(|path| is_document(path)));
    while let Some(directory) = directories.pop() {
        for path in entries(&directory)? {
            match path.is_dir() {
                true => directories.push(path),
                false if is_document(&path) => found.push(path),
                false => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)?;
    entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect()
}

fn is_document(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}
