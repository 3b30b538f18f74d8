//! The lines of a report, run by a shell at an API that has just begun and gives other identifiers.

use std::{collections::BTreeMap, process::Command, time::Duration};

use airside_scan::report::model::{Class, Finding, Report};
use airside_scan_testbed::{
    Clock, Conditions, Hole, HoleClass, Holes, PEOPLE, Testbed, Variant, measure::scan_testbed,
};
use tokio::{net::TcpListener, sync::oneshot};

use crate::stage::Stage;

/// Holes of each class, at numbers and UUIDs in paths, queries, headers and bodies, with what the last line shows
/// where they are open.
const SHOWN: [(Hole, Shown); 19] = [
    (Hole::AccountRead, Shown::Victims),
    (Hole::OrderRead, Shown::Victims),
    (Hole::OrderItemRead, Shown::Victims),
    (Hole::StatementQuery, Shown::Victims),
    (Hole::StatementHeader, Shown::Victims),
    (Hole::MessageBody, Shown::Victims),
    (Hole::TeamRead, Shown::Victims),
    (Hole::AccountUpdate, Shown::Attackers),
    (Hole::OrderUpdate, Shown::Attackers),
    (Hole::OrderItemUpdate, Shown::Attackers),
    (Hole::OrderCancel, Shown::Text(r#""status":"cancelled""#)),
    (Hole::AccountDelete, Shown::Text("HTTP/1.1 404")),
    (Hole::UserDelete, Shown::Text("HTTP/1.1 401")),
    (Hole::AdminCoupon, Shown::Attackers),
    (Hole::AdminUsers, Shown::Text("adam@mail.example")),
    (Hole::UserRole, Shown::Text(r#""role":"admin""#)),
    (Hole::AccountBalance, Shown::Text(r#""balance":7101"#)),
    (Hole::OrderPaid, Shown::Text(r#""is_paid":true"#)),
    (Hole::RegisterRole, Shown::Text(r#""role":"admin""#)),
];

/// The evidence of a hole.
#[derive(Clone, Copy)]
enum Shown {
    /// A text that the victim wrote.
    Victims,
    /// A text that the attacker wrote.
    Attackers,
    /// A text.
    Text(&'static str),
}

impl Shown {
    fn is_in(self, finding: &Finding, output: &str) -> bool {
        let writer = match self {
            Self::Text(text) => return output.contains(text),
            Self::Victims => &finding.victim,
            Self::Attackers => &finding.attacker,
        };
        let token = format!("$TOKEN_{}\"", writer.as_ref().unwrap().to_uppercase());
        let lines = finding.curl.iter().filter(|line| line.contains(&token));
        let texts = lines.flat_map(|line| line.split("'\"$RUN\""));
        let mut canaries = texts.filter_map(|before| before.get(before.len().checked_sub(7)?..));
        canaries.any(|own| own.starts_with("zq") && output.contains(&format!("{own}{RUN}")))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_show_a_hole_at_an_api_with_other_identifiers_unless_it_is_closed() {
    // not all: what a list of everybody shows proves nothing of a single object
    let names = SHOWN.map(|(hole, _)| hole.name()).join(",");
    let open: Holes = names.parse().unwrap();
    let report = scan(open.clone()).await;
    for (hole, shown) in SHOWN {
        let finding = finding(&report, hole);
        for holes in [open.clone(), Holes::none()] {
            let is_open = holes.contains(hole);
            let shop = Shop::open(holes, 7000).await;
            let output = shop.run(&report, finding, RUN);
            let is_shown = shown.is_in(finding, &output);
            assert_eq!(is_shown, is_open, "{hole}: {:#?} {output}", finding.curl);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_every_finding_run_to_their_end_and_run_again() {
    let report = scan(Holes::all()).await;
    let confirmed = report
        .findings
        .iter()
        .filter(|one| one.verdict.is_confirmed());
    let mut broken = Vec::new();
    for finding in confirmed {
        let shop = Shop::open(Holes::all(), 8000).await;
        for run in [RUN, "67890"] {
            let output = shop.run(&report, finding, run);
            if !is_complete(finding, &output) {
                broken.push(format!("{:#?} {output}", finding.curl));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Returns true if what the scan wrote is shown, if it wrote something; what is deleted or signs in shows none.
fn is_complete(finding: &Finding, output: &str) -> bool {
    let last = finding.curl.last().unwrap();
    let is_gone = finding.class == Class::ObjectDelete || finding.method == "DELETE";
    let writes = finding.curl.iter().any(|line| line.contains("zq"));
    match is_gone || last.contains("/login") {
        true => output.starts_with("HTTP/1.1 "),
        false => output.starts_with("HTTP/1.1 20") && (!writes || output.contains("zq")),
    }
}

#[tokio::test]
async fn the_web_request_of_sarif_is_that_of_the_attacker() {
    let report = scan(Holes::only(Hole::OrderUpdate)).await;
    let finding = finding(&report, Hole::OrderUpdate);
    let sarif = airside_scan::report::sarif::write(&report);
    let sarif: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let result = &sarif["runs"][0]["results"][0];

    assert_eq!(result["properties"]["id"], finding.id.as_str());
    let attack = report.exchange(finding.attack.unwrap()).unwrap();
    assert_eq!(attack.caller, finding.attacker);
    assert_eq!(result["webRequest"]["method"], "PUT");
    let target = result["webRequest"]["target"].as_str().unwrap();
    assert!(
        target.starts_with(&format!("{}/orders/", report.api)),
        "{target}"
    );
    let body = result["webRequest"]["body"]["text"].as_str().unwrap();
    assert!(body.contains("zq"), "{body}");
    assert_eq!(result["webResponse"]["statusCode"], 200);
}

/// Returns the finding at a hole.
fn finding(report: &Report, hole: Hole) -> &Finding {
    let is_at = |one: &&Finding| hole.operations().contains(&one.operation().as_str());
    let mut confirmed = report
        .findings
        .iter()
        .filter(|one| one.verdict.is_confirmed());
    let found = confirmed
        .by_ref()
        .filter(is_at)
        .find(|one| is_of(one.class, hole));
    found.unwrap_or_else(|| panic!("{hole} is not found"))
}

/// Returns true if a finding is of the kind of a hole: an operation may have several.
fn is_of(class: Class, hole: Hole) -> bool {
    let is_assignment = hole.class() == HoleClass::MassAssignment;
    is_assignment == (class == Class::PropertyWrite)
}

/// The testbed at another address, with other identifiers.
struct Shop {
    url: String,
    variables: BTreeMap<String, String>,
    _end: oneshot::Sender<()>,
}

impl Shop {
    async fn open(holes: Holes, ids_after: u32) -> Self {
        let conditions = Conditions {
            ids_after,
            ..Conditions::default()
        };
        // a request moves the time so far that a job is done before the next one
        let clock = Clock::stepped(Duration::from_millis(300));
        let stage = Stage::of(Testbed::under(holes, clock, conditions).unwrap()).await;
        let people = PEOPLE.iter().flat_map(|one| {
            let name = one.username.to_uppercase();
            let token = (format!("TOKEN_{name}"), stage.token(one.username));
            [token, (format!("PASSWORD_{name}"), one.password.to_owned())]
        });
        let variables = people.collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (end, ended) = oneshot::channel::<()>();
        let ended = async move { drop(ended.await) };
        let testbed = stage.testbed.clone();
        tokio::spawn(async move { testbed.serve(listener, ended).await });
        Self {
            url,
            variables,
            _end: end,
        }
    }

    /// Runs the lines of a finding, and returns what the last one shows.
    fn run(&self, report: &Report, finding: &Finding, run: &str) -> String {
        let (last, before) = finding.curl.split_last().unwrap();
        let before = before.join("\n");
        // the time of the shell is the argument
        let script = format!(
            "date() {{ echo 00000{run}; }}\nsleep() {{ :; }}\n{before}\necho '{MARK}'\n{last}\n"
        );
        let output = Command::new("/bin/sh")
            .args(["-euc", &script.replace(&report.api, &self.url)])
            .envs(&self.variables)
            .output()
            .unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.is_empty(), "{:#?} {errors}", finding.curl);
        let shown = String::from_utf8(output.stdout).unwrap();
        let (_, shown) = shown.split_once(MARK).unwrap();
        shown.trim_start().to_owned()
    }
}

async fn scan(holes: Holes) -> Report {
    let testbed = Testbed::open(holes).unwrap();
    scan_testbed(testbed, Variant::Json).await.unwrap().report
}

const MARK: &str = "[evidence]";
const RUN: &str = "12345";
