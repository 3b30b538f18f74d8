//! The rules that are decided and named by no test: a list that may only shrink.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::ensure;

use crate::{citation::Id, process::refuse};

/// Takes from the list what has a test now, or is decided no longer.
///
/// # Errors
///
/// Fails if a rule has no test and is not in the list.
pub(super) fn shrink(root: &Path, untested: &[&Id]) -> anyhow::Result<()> {
    refuse(GROWN, &new(&read(root), untested))?;
    fs::write(root.join(LIST), render(untested))?;
    Ok(())
}

/// Fails if a rule has no test and is not in the list, or is in the list and has one.
pub(super) fn check(root: &Path, untested: &[&Id]) -> anyhow::Result<()> {
    let list = read(root);
    refuse(GROWN, &new(&list, untested))?;
    ensure!(
        list == render(untested),
        "{LIST} is out of date: run `cargo xtask spec`"
    );
    Ok(())
}

fn read(root: &Path) -> String {
    fs::read_to_string(root.join(LIST)).unwrap_or_default()
}

fn new(list: &str, untested: &[&Id]) -> Vec<String> {
    let listed: BTreeSet<&str> = list.lines().collect();
    let new = untested.iter().filter(|id| !listed.contains(id.0.as_str()));
    let beyond = untested.len().saturating_sub(MAX_UNTESTED);
    let grown = (beyond > 0).then(|| format!("{beyond} more than there may be"));
    new.map(|id| id.0.clone()).chain(grown).collect()
}

fn render(untested: &[&Id]) -> String {
    let ids = untested.iter().map(|id| format!("{}\n", id.0));
    ids.fold(HEAD.to_owned(), |text, id| text + &id)
}

/// As many as there were when the list was last made shorter: to be lowered with it.
const MAX_UNTESTED: usize = 25;

const LIST: &str = "docs/spec-untested.txt";

const GROWN: &str = "rules that are decided and named by no test (name one in a comment of the test: \
                     docs/spec-untested.txt may only shrink)";

const HEAD: &str = "\
# Rules that the code decides and no test names. `cargo xtask spec` takes out those that have a test;
# none may be added.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        Id(text.to_owned())
    }

    #[test]
    fn a_rule_that_is_not_listed_is_new() {
        let (old, new_one) = (id("RFC6749-3.1"), id("RFC6749-3.2"));
        let list = render(&[&old]);

        assert_eq!(new(&list, &[&old]), [""; 0]);
        assert_eq!(new(&list, &[&old, &new_one]), ["RFC6749-3.2"]);
        // one that was added by hand
        let many: Vec<Id> = (0..=MAX_UNTESTED)
            .map(|section| id(&format!("RFC1-{section}")))
            .collect();
        let many: Vec<&Id> = many.iter().collect();
        assert_eq!(new(&render(&many), &many), ["1 more than there may be"]);
        // one that is gone is not a problem: the list shrinks
        assert_eq!(new(&list, &[]), [""; 0]);
    }
}
