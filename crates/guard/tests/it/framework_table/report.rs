//! The outcome of a table, and what it must be.

use std::collections::{BTreeMap, BTreeSet};

use super::exceptions::{CONTROLS, EXCEPTIONS, UNEXPLAINED};

#[derive(Default)]
pub(super) struct Report {
    pub(super) refused: BTreeMap<u16, usize>,
    pub(super) passed: Vec<String>,
    pub(super) by_table: usize,
    pub(super) by_model: usize,
    /// Requests that passed, and as what they arrived.
    pub(super) unexplained: BTreeMap<String, String>,
    pub(super) violations: Vec<Violation>,
}

#[expect(clippy::print_stdout, reason = "a summary for whoever reads the test")]
impl Report {
    pub(super) fn print(&self) {
        println!(
            "refused by status: {:?}; passed: {}, of which {} are read by the table, {} by the model, \
             and {} as nobody knows",
            self.refused,
            self.passed.len(),
            self.by_table,
            self.by_model,
            self.unexplained.len()
        );
        for (request, line) in &self.unexplained {
            println!("nobody knows: {request}: {line}");
        }
    }

    /// Violations are excepted with a reason, and what is excepted is violated.
    pub(super) fn judge(self) {
        for control in CONTROLS {
            let passed = self.passed.iter().any(|passed| passed == control);
            assert!(passed, "{control} is refused");
        }
        let excepted = EXCEPTIONS.iter();
        let mut unused: BTreeSet<_> = excepted
            .map(|(request, framework, _)| (*request, *framework))
            .collect();
        let new = self.new_violations(&mut unused);
        assert!(
            new.is_empty(),
            "{} violations\n{}",
            new.len(),
            new.join("\n")
        );
        assert!(unused.is_empty(), "are no violations any more: {unused:?}");
        self.require_explained();
    }

    /// Returns the violations that are not excepted, and marks the exceptions that are used.
    fn new_violations<'a>(&'a self, unused: &mut BTreeSet<(&'a str, &'a str)>) -> Vec<String> {
        let mut open = BTreeMap::<_, BTreeSet<&str>>::new();
        for one in &self.violations {
            let request = one.request.as_str();
            let is_excepted = EXCEPTIONS.iter().any(|(excepted, framework, _)| {
                *excepted == request && *framework == one.framework
            });
            unused.remove(&(request, one.framework.as_str()));
            if is_excepted {
                continue;
            }
            let frameworks = open.entry((request, one.what.as_str()));
            frameworks.or_default().insert(&one.framework);
        }
        open.into_iter()
            .map(|((request, what), frameworks)| {
                let frameworks: Vec<_> = frameworks.into_iter().collect();
                format!("{request} {what}: {}", frameworks.join(", "))
            })
            .collect()
    }

    /// Requires that what arrives and nobody knows is listed.
    fn require_explained(&self) {
        let listed: BTreeSet<_> = UNEXPLAINED.iter().map(|(request, _)| *request).collect();
        let found: BTreeSet<_> = self.unexplained.keys().map(String::as_str).collect();
        assert_eq!(
            found, listed,
            "what arrives and nobody knows is what is listed"
        );
    }
}

pub(super) struct Violation {
    pub(super) request: String,
    pub(super) framework: String,
    pub(super) what: String,
}
