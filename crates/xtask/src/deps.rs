//! Which crate may depend on which, what must not be in the binary, under which licences it may, that
//! each dependency is accounted for, and that no files of a crate import each other in a circle.

mod circle;
mod document;
mod metadata;

use std::path::Path;

use self::metadata::Metadata;
use crate::{
    license,
    process::{output, refuse},
};

/// Checks every edge of both workspaces, and every package that ends up in the binary or beneath the
/// integrations.
pub fn check(root: &Path) -> anyhow::Result<String> {
    let own = Metadata::of(root, "Cargo.toml")?;
    let integrations = Metadata::of(root, INTEGRATIONS)?;
    let document = std::fs::read_to_string(root.join(document::PATH))?;
    let mut problems = forbidden_edges(&own);
    problems.extend(forbidden_edges(&integrations));
    problems.extend(circle::problems(root)?);
    problems.extend(document::unnamed(&own, &document));
    problems.extend(document::unnamed_integrated(&integrations, &document));
    for of in [
        &["--package", "airside-cli"][..],
        &["--workspace", "--manifest-path", INTEGRATIONS],
    ] {
        problems.extend(problems_of_build(root, of)?);
    }
    refuse("dependencies that must not be", &problems)?;
    Ok(format!(
        "{} crates keep to the table of dependencies",
        own.packages.len() + integrations.packages.len()
    ))
}

/// Checks the packages of a build.
fn problems_of_build(root: &Path, of: &[&str]) -> anyhow::Result<Vec<String>> {
    // `cargo metadata` resolves features without regard to target and kind and so names `ring`,
    // which nothing builds; `cargo tree` resolves them as the build does
    let tree: Vec<_> = TREE.iter().chain(of).copied().collect();
    let packages = output(root, "cargo", &tree)?;
    let packages: Vec<BuiltPackage<'_>> =
        packages.lines().filter_map(BuiltPackage::parse).collect();
    let mut problems = forbidden_packages(&packages);
    problems.extend(outdated(&packages));
    problems.extend(unlicensed(root, &tree)?);
    Ok(problems)
}

/// A package of the binary, as `cargo tree` prints it: `anyhow v1.0.104`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct BuiltPackage<'a> {
    name: &'a str,
    version: &'a str,
}

impl<'a> BuiltPackage<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        Some(Self {
            name,
            version: words.next()?.strip_prefix('v')?,
        })
    }
}

fn forbidden_edges(metadata: &Metadata) -> Vec<String> {
    let mut problems = Vec::new();
    for package in &metadata.packages {
        let from = short(&package.name);
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == from) else {
            problems.push(format!("`{from}` is not in the table"));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|it| it.path.is_some()) {
            let to = short(&dependency.name);
            let for_tests = dependency.kind.as_deref() == Some("dev");
            let is_fine = allowed.contains(&to) || (for_tests && is_fine_in_tests(from, to));
            if !is_fine {
                problems.push(format!("`{from}` must not depend on `{to}`"));
            }
        }
    }
    problems
}

fn is_fine_in_tests(from: &str, to: &str) -> bool {
    let edges = [
        ("server", "store-sql"),
        ("cli", "attack-suite"),
        ("scan-testbed", "guard"),
        ("scan-testbed", "jose"),
    ];
    ["testkit", "client", from].contains(&to) || edges.contains(&(from, to))
}

fn forbidden_packages(packages: &[BuiltPackage<'_>]) -> Vec<String> {
    let is_built = |name: &&&str| packages.iter().any(|package| package.name == **name);
    let found = FORBIDDEN.iter().filter(is_built);
    found
        .map(|name| format!("`{name}` must not be in the binary or beneath an integration"))
        .collect()
}

fn outdated(packages: &[BuiltPackage<'_>]) -> Vec<String> {
    let mut problems = Vec::new();
    for package in packages {
        let Some((_, least)) = MIN_VERSIONS.iter().find(|(name, _)| *name == package.name) else {
            continue;
        };
        let problem = format!("`{}` is {}, below {least}", package.name, package.version);
        if version(package.version) < version(least) && !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

/// The packages of a tree whose licence `deny.toml` does not allow.
fn unlicensed(root: &Path, tree: &[&str]) -> anyhow::Result<Vec<String>> {
    let deny = std::fs::read_to_string(root.join("deny.toml"))?;
    let allowed = license::allowed(&deny);
    let arguments = [tree, &["--format", "{p}|{l}"]].concat();
    let tree = output(root, "cargo", &arguments)?;
    let mut problems = Vec::new();
    for (package, license) in tree.lines().filter_map(|line| line.split_once('|')) {
        // a name that occurs a second time is marked
        let license = license.trim_end_matches("(*)").trim();
        let problem = format!("`{package}` is under `{license}`, which `deny.toml` does not allow");
        if !license::is_met(license, &allowed) && !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    Ok(problems)
}

fn version(text: &str) -> Vec<u64> {
    let release = text.split(['-', '+']).next().unwrap_or_default();
    release
        .split('.')
        .map(|part| part.parse().unwrap_or(0))
        .collect()
}

fn short(name: &str) -> &str {
    name.strip_prefix("airside-").unwrap_or(name)
}

/// Who may depend on whom: pure crates below, I/O above.
const ALLOWED: [(&str, &[&str]); 26] = [
    ("jose", &[]),
    ("policy", &[]),
    ("api", &[]),
    ("scan", &["api", "net"]),
    ("config", &[]),
    ("oauth", &["jose"]),
    ("store", &["oauth"]),
    ("store-sql", &["store", "oauth", "net"]),
    ("net", &[]),
    ("client", &[]),
    ("page", &[]),
    ("refresh", &[]),
    ("derive", &[]),
    ("resource", &["jose", "policy", "net", "refresh", "derive"]),
    (
        "server",
        &[
            "oauth", "store", "jose", "policy", "net", "page", "refresh", "resource",
        ],
    ),
    (
        "guard",
        &[
            "resource", "policy", "api", "config", "jose", "net", "page", "refresh",
        ],
    ),
    (
        "demo",
        &[
            "server",
            "store",
            "store-sql",
            "oauth",
            "jose",
            "resource",
            "policy",
            "guard",
            "net",
            "page",
            "client",
            "scan",
        ],
    ),
    (
        "cli",
        &[
            "jose",
            "policy",
            "api",
            "config",
            "oauth",
            "store",
            "store-sql",
            "net",
            "resource",
            "server",
            "guard",
            "scan",
            "demo",
            "client",
        ],
    ),
    ("testkit", &["client"]),
    ("scan-testbed", &["scan", "net"]),
    ("bench", &["jose", "client"]),
    ("attack-suite", &["jose", "net", "client"]),
    ("xtask", &[]),
    ("sqlx", &["resource"]),
    ("sea-orm", &["resource", "sqlx"]),
    ("examples", &["resource"]),
];

/// One cryptographic library is enough; `rsa` carries RUSTSEC-2023-0071.
const FORBIDDEN: [&str; 4] = ["ring", "openssl-sys", "native-tls", "rsa"];

/// The first versions without a known advisory.
const MIN_VERSIONS: [(&str, &str); 5] = [
    ("h2", "0.4.16"),
    ("tracing-subscriber", "0.3.20"),
    ("rustls-webpki", "0.103.13"),
    ("tokio-postgres", "0.7.18"),
    ("anyhow", "1.0.103"),
];

/// A workspace of its own, because `sqlx` links an SQLite of its own.
const INTEGRATIONS: &str = "integrations/Cargo.toml";

const TREE: [&str; 9] = [
    "tree",
    "--locked",
    "--edges",
    "normal,build",
    "--target",
    "x86_64-unknown-linux-gnu",
    "--prefix",
    "none",
    "--quiet",
];

#[cfg(test)]
mod tests;
