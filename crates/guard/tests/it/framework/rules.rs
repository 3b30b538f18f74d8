//! Each rule about bodies, names and headers before real frameworks: a request that it forbids, which
//! some of them read otherwise than it was judged, and beside it the legal one.

use std::fmt::Write as _;

use super::{
    cases::{Case, cases},
    compare, heading, read, send,
    server::{FRAMEWORKS, Framework, OTHERS},
};
use crate::world::World;

const OPERATIONS: &str = r#"
[[operation]]
match = "POST /transfers"
owner = { body = "/from", equals = "sub" }

[[operation]]
match = "GET /transfers"
owner = { query = "from", equals = "sub" }

[[operation]]
match = "PUT /transfers"
any_token = true
body_fields = ["/from"]

[[operation]]
match = "POST /forms"
owner = { query = "from", equals = "sub" }
body = ["application/x-www-form-urlencoded", "multipart/form-data"]

[[operation]]
match = "GET /caller"
any_token = true
"#;

/// Rules that protect other frameworks than these.
const ELSEWHERE: [&str; 2] = [
    // Laravel
    "`_method` in JSON",
    // CGI
    "`Airside~Subject`",
];

/// G04, G05, G15, G17
#[tokio::test(flavor = "multi_thread")]
async fn each_rule_holds_before_every_framework() {
    let world = World::with("", OPERATIONS).await;
    let (cases, mut columns, mut faults) = (cases(), Vec::new(), Vec::new());
    for setup in FRAMEWORKS.into_iter().chain(OTHERS) {
        let framework = Framework::start(setup).await;
        framework.guarded_by(&world, OPERATIONS);
        let (mut guarded, mut direct) = (Vec::new(), Vec::new());
        for case in &cases {
            let outcome = framework.ask(&world, case).await;
            if !case.is_right(&outcome) {
                faults.push(format!("{}: {}, {outcome}", case.rule, framework.name));
            }
            guarded.push(outcome);
            direct.push(framework.ask_directly(case).await);
        }
        if columns.is_empty() {
            columns.push(("guard".to_owned(), guarded));
        }
        let name = format!("{} {}", framework.name, framework.version);
        columns.push((name, direct));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(without_effect(&cases, &columns[1..]), ELSEWHERE);
    compare("requests.md", &table(&cases, &columns));
}

/// A heading, and a cell for each case.
type Column = (String, Vec<String>);

/// Returns the forbidden requests that all of these frameworks read as alice's.
fn without_effect(cases: &[Case], frameworks: &[Column]) -> Vec<&'static str> {
    let alike = |index: usize, case: &Case| {
        let judged = case.read_directly();
        frameworks.iter().all(|(_, read)| read[index] == judged)
    };
    let forbidden = cases.iter().enumerate().filter(|(_, case)| !case.is_legal);
    let alike = forbidden.filter(|(index, case)| alike(*index, case));
    alike.map(|(_, case)| case.rule).collect()
}

fn table(cases: &[Case], columns: &[Column]) -> String {
    let names = columns.iter().map(|(name, _)| name.as_str());
    let mut table = heading(&["sent"].into_iter().chain(names).collect::<Vec<_>>());
    for (index, case) in cases.iter().enumerate() {
        let cells: Vec<_> = columns
            .iter()
            .map(|(_, read)| format!("`{}`", read[index]))
            .collect();
        writeln!(table, "| {} | {} |", case.rule, cells.join(" | ")).unwrap();
    }
    table
}

impl Framework {
    /// Returns the status of the guard's refusal, or what this framework reads behind the guard.
    async fn ask(&self, world: &World, case: &Case) -> String {
        let before = self.bytes();
        let token = world.token("alice", "");
        let answer = send(world.guard, &case.request(&token)).await;
        self.outcome(before, &answer)
    }

    /// Returns what this framework reads without a guard.
    async fn ask_directly(&self, case: &Case) -> String {
        read(&send(self.address, &case.request("none")).await)
    }
}
