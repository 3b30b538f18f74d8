//! A report for tests: a hole in a read, an open function, a suspect write, what holds and what is not tested.

use super::model::{
    Cell, CheckOutcome, Class, Conclusion, Finding, OperationCoverage, Part, Report,
    ReportExchange, ReportIdentity, Totals,
};
use crate::verdict::Verdict;

pub const READ: &str = "object-read:GET:/orders/{id}";
pub const FUNCTION: &str = "function:DELETE:/admin/users/{name}";

pub fn report() -> Report {
    let read = (Class::ObjectRead, "GET", "/orders/{id}");
    let function = (Class::Function, "DELETE", "/admin/users/{name}");
    let write = (Class::ObjectWrite, "PUT", "/orders/{id}");
    let confirmed = |text: &str| Verdict::Confirmed(text.to_owned());
    let suspect = Verdict::Suspect("the owner could not look again".to_owned());
    let refuted = Verdict::Refuted("bob is refused (403)".to_owned());
    let untested = Verdict::NotTested("it ends sessions, and is never called".to_owned());
    let mut report = Report {
        version: 1,
        api: "http://127.0.0.1:5000".to_owned(),
        document: Some("api/openapi.yaml".to_owned()),
        conclusion: Conclusion::Holes,
        identities: vec![identity("alice"), identity("bob")],
        findings: vec![
            finding(read, confirmed("bob reads alice's <canary> & more")),
            finding(function, confirmed("bob deletes a user")),
            finding(write, suspect.clone()),
        ],
        operations: vec![
            operation(read, confirmed("bob reads alice's <canary> & more")),
            operation(function, confirmed("bob deletes a user")),
            operation(write, suspect),
            operation((Class::ObjectRead, "GET", "/notes/{id}"), refuted),
            operation((Class::ObjectWrite, "POST", "/sign-out"), untested),
        ],
        totals: Totals {
            operations: 5,
            tested: 4,
            requests: 40,
            requests_per_operation: 8.0,
            duration_ms: 1_200,
            ..Totals::default()
        },
        doubts: Vec::new(),
        remarks: vec!["a remark".to_owned()],
        left_behind: vec!["order 7".to_owned()],
        exchanges: vec![
            exchange(1, Some("alice"), "POST /orders"),
            exchange(2, Some("bob"), "GET /orders/7?a=<b>"),
            exchange(3, None, "GET /orders/7"),
        ],
    };
    report.count();
    report
}

fn identity(name: &str) -> ReportIdentity {
    ReportIdentity {
        name: name.to_owned(),
        variable: format!("TOKEN_{}", name.to_uppercase()),
        role: None,
        tenant: None,
        is_made: false,
        lost: None,
    }
}

fn finding((class, method, path): (Class, &str, &str), verdict: Verdict) -> Finding {
    Finding {
        id: format!("{}:{method}:{path}", class.name()),
        class,
        cwe: class.cwe(),
        owasp: class.owasp(),
        method: method.to_owned(),
        path: path.to_owned(),
        parameters: vec!["id".to_owned()],
        attacker: Some("bob".to_owned()),
        victim: Some("alice".to_owned()),
        verdict,
        replays: 2,
        exchanges: vec![1, 2, 3],
        attack: Some(2),
        curl: vec![
            r#"curl -sS 'http://127.0.0.1:5000/orders/7' -H "Authorization: Bearer $TOKEN_BOB""#
                .to_owned(),
        ],
        guard_rule: Some(format!("[[route]]\nmatch = \"{method} {path}\"")),
        accepted: None,
    }
}

fn operation((class, method, path): (Class, &str, &str), verdict: Verdict) -> OperationCoverage {
    let cell = |caller: &str, part, status, exchange| Cell {
        caller: caller.to_owned(),
        part,
        status,
        exchange,
    };
    let cells = match &verdict {
        Verdict::NotTested(_) => Vec::new(),
        Verdict::Refuted(_) => vec![cell("bob", Part::Foreign, 403, 2)],
        _ => vec![
            cell("alice", Part::Own, 200, 1),
            cell("bob", Part::Foreign, 200, 2),
            cell("anonymous", Part::Anonymous, 401, 3),
        ],
    };
    OperationCoverage {
        method: method.to_owned(),
        path: path.to_owned(),
        line: Some(7),
        requests: 8,
        checks: vec![CheckOutcome { class, verdict }],
        cells,
    }
}

fn exchange(number: u64, caller: Option<&str>, request: &str) -> ReportExchange {
    ReportExchange {
        number,
        caller: caller.map(str::to_owned),
        request: request.to_owned(),
        body: (number == 1).then(|| r#"{"text":"canary"}"#.to_owned()),
        status: 200,
        answer: "</pre><script>alert(1)</script>\u{1}".to_owned(),
    }
}
