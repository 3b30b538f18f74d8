//! Tests what packages are made of, as far as no package is needed: the configurations and manifests of `deploy/`,
//! manual pages, `airside health`. The packages themselves are for `scripts/package --test`.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _, path::Path};

use airside_testkit::assert_contains;
use serde_json::json;

use crate::{
    node::KEY,
    server::{Ended, Place},
};

fn read(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join(name)).unwrap()
}

/// Runs `config check` on a configuration whose paths are those of a place.
fn checked(toml: &str) -> Ended {
    let place = Place::new("");
    let at = |name: &str| place.at(name).display().to_string();
    let mut lines = Vec::new();
    for line in toml.lines() {
        let line = match line.split_once("{ file = \"") {
            Some((key, path)) if path.contains("database-url") => {
                format!("{key}{{ file = \"{}\" }}", at("url"))
            }
            Some((key, _)) => format!("{key}{{ file = \"{}\" }}", at("key")),
            None if line.starts_with("data = ") => format!("data = \"{}\"", at("airside-data")),
            None => line.to_owned(),
        };
        lines.push(line);
    }
    let url = "postgres://airside:secret@127.0.0.1/airside?sslmode=disable";
    for (name, text) in [
        ("url", url),
        ("key", KEY),
        ("airside.toml", &lines.join("\n")),
    ] {
        fs::write(at(name), text).unwrap();
        fs::set_permissions(at(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    place.run("config check --offline")
}

#[test]
fn the_configurations_that_are_handed_out_pass_the_check() {
    for name in ["debian", "container", "kubernetes"] {
        let ended = checked(&read(&format!("deploy/{name}/airside.toml")));
        assert_eq!(ended.code, 0, "{name}: {}", ended.err);
    }
    assert_eq!(
        checked("issuer = \"http://id.example\"\n").code,
        7,
        "the control"
    );
}

/// Also with all that the package leaves to be switched on, but for the certificate, which is not there.
#[test]
fn what_the_package_s_configuration_proposes_is_right() {
    let text = read("deploy/debian/airside.toml");
    let (before, rest) = text.split_once("# Or the server does it.").unwrap();
    let (_, after) = rest.split_once("#private_key = ").unwrap();
    let uncommented = |text: &str| {
        let lines = text.lines().map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => rest,
            _ => line,
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let (_, after) = after.split_once('\n').unwrap();
    let whole = format!("{}\n{}", uncommented(before), uncommented(after));
    assert_contains(&whole, "\nissuer = ");
    assert_contains(&whole, "\n[[client]]");
    let ended = checked(&whole);
    assert_eq!(ended.code, 0, "{}\n{whole}", ended.err);
}

#[test]
fn the_manifests_name_the_version_of_this_repository() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        (
            "deploy/kubernetes/airside.yaml",
            format!("image: airside:{version}\n"),
        ),
        (
            "deploy/container/compose.yaml",
            format!("airside:${{AIRSIDE_VERSION:-{version}}}\n"),
        ),
    ] {
        assert!(read(file).contains(&line), "{file}: {line}");
    }
}

/// Every command of the reference has its page, and no other is there.
#[test]
fn every_command_has_a_manual_page() {
    let place = Place::new("");
    place.run("man pages").assert_code(0);
    let pages = fs::read_dir(place.at("pages")).unwrap();
    let pages: BTreeSet<_> = pages
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .collect();
    let reference = read("docs/reference/cli.md");
    let commands = reference
        .lines()
        .filter_map(|line| line.strip_prefix("## "));
    for command in commands {
        let page = format!("{}.1", command.replace(' ', "-"));
        assert!(pages.contains(&page), "{page}: {pages:?}");
    }
    assert!(pages.contains("airside.1"));
    let page = fs::read_to_string(place.at("pages/airside-serve.1")).unwrap();
    assert_contains(&page, ".TH");
    assert_contains(&page, "\\-\\-listen");
}

#[test]
fn health_is_asked_for_by_the_binary_itself() {
    let place = Place::new("");
    let server = place.serve();
    assert_eq!(place.json("health"), json!({ "status": "ready" }));
    assert_eq!(server.terminate(), 0);
    place.run("health").assert_ended(6, "no server answers");
}

/// `scripts/package --test` follows them; here is compared that it follows each that the page has.
#[test]
fn the_journeys_of_going_live_are_run_by_their_script() {
    let script = read("scripts/package.d/test");
    let page = read("docs/going-live.md");
    let marked = "<!-- tested by the_journeys_of_going_live_are_run_by_their_script -->\n```sh\n# ";
    let names: Vec<_> = page
        .split(marked)
        .skip(1)
        .map(|rest| rest.lines().next().unwrap())
        .collect();
    assert_eq!(names, ["Debian", "binary", "container", "Kubernetes"]);
    for name in names {
        assert!(script.contains(&format!("    journey {name} ")), "{name}");
    }
    let image = format!(" airside:{}\n", env!("CARGO_PKG_VERSION"));
    assert!(page.contains(&image), "the version of the image");
}

/// Its commands are those of other pages, which are followed, and of the package.
#[test]
fn the_page_of_upgrades_says_what_the_tests_do() {
    let page = read("docs/operations/upgrade.md");
    let tests = read("crates/cli/tests/it/upgrade.rs");
    assert!(page.contains("cargo test -p airside-cli upgrade"));
    for name in ["an_upgrade_on_sqlite_", "an_upgrade_on_postgresql_"] {
        assert!(tests.contains(name), "{name}");
    }
    let unit = read("deploy/airside.service");
    let script = read("deploy/debian/postinst");
    assert!(unit.contains("TimeoutStopSec=15") && script.contains("try-restart airside.service"));
}
