//! Programs that must not compile, and the compiler's errors: each file in `tests/compile` names in its
//! first lines what it must say; a file that names nothing must compile.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn what_is_undeclared_does_not_compile_and_the_compiler_says_what_to_do() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile");
    let library = library(&directory.join("declared.rs"));
    let mut tried = 0;
    for entry in fs::read_dir(&directory).unwrap() {
        let file = entry.unwrap().path();
        let source = fs::read_to_string(&file).unwrap();
        let said = compile(&file, &library);
        let expected: Vec<_> = source
            .lines()
            .map_while(|line| line.strip_prefix("// says: "))
            .collect();
        assert_eq!(said.is_none(), expected.is_empty(), "{file:?}: {said:?}");
        for text in expected {
            let said = said.as_deref().unwrap_or_default();
            let contains = said.contains(text);
            assert!(contains, "{file:?} does not say {text:?}:\n{said}");
        }
        tried += 1;
    }
    assert!(tried >= 6);
}

/// The library that this test was linked with: the one that the control compiles with.
fn library(control: &Path) -> PathBuf {
    let mut found: Vec<_> = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with("libairside_resource-") && name.ends_with(".rlib")
        })
        .collect();
    found.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
    let newest_first = found.into_iter().rev();
    let mut said = None;
    for library in newest_first {
        said = compile(control, &library);
        if said.is_none() {
            return library;
        }
    }
    panic!("the control does not compile: {said:?}");
}

/// Returns the compiler's errors for a file; `None` if it compiles.
fn compile(file: &Path, library: &Path) -> Option<String> {
    let place = tempfile::tempdir().unwrap();
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let done = Command::new(rustc)
        .args(["--edition=2024", "--crate-type=lib", "--emit=metadata"])
        .arg("--out-dir")
        .arg(place.path())
        .arg("-L")
        .arg(format!("dependency={}", directory().display()))
        .arg("--extern")
        .arg(format!("airside_resource={}", library.display()))
        .arg(file)
        .output()
        .unwrap();
    (!done.status.success()).then(|| String::from_utf8_lossy(&done.stderr).into_owned())
}

fn directory() -> PathBuf {
    env::current_exe().unwrap().parent().unwrap().to_owned()
}
