//! Checks that `docs/dependencies.md` names the dependencies of the crates, and nothing else.

use std::collections::BTreeSet;

use super::metadata::{Dependency, Metadata};

pub(super) const PATH: &str = "docs/dependencies.md";

/// Returns the dependencies that a table lacks, and the names in it that are not dependencies.
pub(super) fn unnamed(metadata: &Metadata, document: &str) -> Vec<String> {
    let dependencies = || metadata.packages.iter().flat_map(|it| &it.dependencies);
    let names = |for_tests| {
        let foreign = dependencies().filter(|it| it.path.is_none());
        let of_kind = foreign.filter(move |it| is_for_tests(it) == for_tests);
        of_kind.map(|it| it.name.as_str()).collect::<BTreeSet<_>>()
    };
    let built = names(false);
    let only_tested = names(true).difference(&built).copied().collect();
    let mut problems = compared(&built, document, BUILT);
    problems.extend(compared(&only_tested, document, TESTED));
    problems
}

/// The same for the table of the integrations, which leaves out what the other two have.
pub(super) fn unnamed_integrated(metadata: &Metadata, document: &str) -> Vec<String> {
    let dependencies = metadata.packages.iter().flat_map(|it| &it.dependencies);
    let foreign = dependencies.filter(|it| it.path.is_none());
    let known = &named(document, BUILT) | &named(document, TESTED);
    let used = foreign.map(|it| it.name.as_str());
    let used = used.filter(|name| !known.contains(name)).collect();
    compared(&used, document, INTEGRATED)
}

fn is_for_tests(dependency: &Dependency) -> bool {
    dependency.kind.as_deref() == Some("dev")
}

fn compared(used: &BTreeSet<&str>, document: &str, heading: &str) -> Vec<String> {
    let named = named(document, heading);
    let missing = used.difference(&named);
    let vain = named.difference(used);
    missing
        .map(|name| format!("`{name}` is missing below `{heading}` in {PATH}"))
        .chain(vain.map(|name| format!("`{name}` is named below `{heading}` in {PATH} in vain")))
        .collect()
}

/// The first cell of each row of the table below `heading`.
fn named<'a>(document: &'a str, heading: &str) -> BTreeSet<&'a str> {
    let lines = document.lines().skip_while(|line| *line != heading);
    let lines = lines.skip(1).take_while(|line| !line.starts_with("## "));
    lines
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect()
}

const BUILT: &str = "## What the crates use";
const TESTED: &str = "## What only tests use";
const INTEGRATED: &str = "## What the integrations use";

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{"packages":[
        {"name":"airside-net","dependencies":[
            {"name":"hyper","kind":null,"path":null},
            {"name":"airside-jose","kind":null,"path":"x"},
            {"name":"rcgen","kind":"dev","path":null}]},
        {"name":"airside-cli","dependencies":[{"name":"hyper","kind":"dev","path":null}]}]}"#;

    fn problems(document: &str) -> Vec<String> {
        unnamed(&serde_json::from_str(METADATA).expect("metadata"), document)
    }

    #[test]
    fn each_dependency_is_named_where_it_belongs() {
        let tables = "| `before` | |\n## What the crates use\n| crate | for |\n|---|---|\n\
            | `hyper` | HTTP, with `rcgen` |\n## What only tests use\n| `rcgen` | keys |\n## More\n| `x` |";
        assert_eq!(problems(tables), [""; 0]);
    }

    #[test]
    fn what_is_missing_and_what_is_named_in_vain_is_told() {
        let tables = "## What the crates use\n| `rcgen` | keys |\n";
        assert_eq!(
            problems(tables),
            [
                "`hyper` is missing below `## What the crates use` in docs/dependencies.md",
                "`rcgen` is named below `## What the crates use` in docs/dependencies.md in vain",
                "`rcgen` is missing below `## What only tests use` in docs/dependencies.md",
            ]
        );
    }

    #[test]
    fn the_integrations_name_what_the_other_tables_lack() {
        let metadata = serde_json::from_str(METADATA).expect("metadata");
        let others = "## What the crates use\n| `hyper` | |\n## What only tests use\n";
        let missing =
            "`rcgen` is missing below `## What the integrations use` in docs/dependencies.md";
        assert_eq!(unnamed_integrated(&metadata, others), [missing]);
        let named = format!("{others}## What the integrations use\n| `rcgen` | |\n");
        assert_eq!(unnamed_integrated(&metadata, &named), [""; 0]);
    }
}
