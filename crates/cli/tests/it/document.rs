//! The configurations of the documents are ones that a server takes.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use crate::server::Place;

/// 32 bytes in base64, which is a key and a long secret.
const SECRET: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

#[test]
fn each_configuration_of_the_documents_passes_a_check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tried = 0;
    for page in pages(&root.join("docs")) {
        let text = fs::read_to_string(&page).unwrap();
        for block in blocks(&text).filter(|block| is_of_the_server(block)) {
            check(block, &page);
            tried += 1;
        }
    }
    assert!(tried >= 6, "{tried}");
}

fn check(block: &str, page: &Path) {
    // what the page says is in a file of the machine is in one of the test
    let mut place = Place::new("");
    let secret = place.data().with_file_name("secret");
    fs::write(&secret, SECRET).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let mut toml = String::new();
    for line in block.lines() {
        match line.split_once("{ file = \"") {
            Some((before, rest)) => {
                let (_, after) = rest.split_once('"').unwrap();
                toml += &format!("{before}{{ file = \"{}\"{after}\n", secret.display());
            }
            None => toml += &format!("{line}\n"),
        }
        if let Some((_, rest)) = line.split_once("{ env = \"") {
            let (name, _) = rest.split_once('"').unwrap();
            let value = match name {
                "DATABASE_URL" => "postgres://airside:secret@db.internal/airside",
                _ => SECRET,
            };
            place.set(name, value);
        }
    }
    fs::write(secret.with_file_name("airside.toml"), &toml).unwrap();
    let checked = place.run(&["config", "check", "--offline"]);
    assert_eq!(
        checked.code,
        0,
        "{}:\n{toml}\n{}",
        page.display(),
        checked.err
    );
}

/// Not the guard's, and not Cargo's.
fn is_of_the_server(block: &str) -> bool {
    let of_the_guard = ["[[operation]]", "upstream", "[browser]", "forward_auth"];
    let of_the_server = [
        "# airside.toml",
        "[[resource]]",
        "[[client]]",
        "[[user]]",
        "[store]",
        "[log]",
    ];
    let has = |marks: &[&str]| marks.iter().any(|mark| block.contains(mark));
    has(&of_the_server) && !has(&of_the_guard)
}

fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let blocks = text.split("```toml\n").skip(1);
    blocks.filter_map(|rest| Some(rest.split_once("```")?.0))
}

fn pages(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut pages = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        match path.is_dir() {
            true => pages.extend(self::pages(&path)),
            false => pages.extend(
                path.extension()
                    .is_some_and(|md| md == "md")
                    .then_some(path),
            ),
        }
    }
    pages
}
