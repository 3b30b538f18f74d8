//! The report as data. Its JSON form is the contract that [`super::json`] documents; texts, SARIF, JUnit
//! and HTML are made of it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::verdict::Verdict;

/// The outcome of a scan.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The version of this form: 1.
    pub version: u32,
    /// The base URL of the API.
    pub api: String,
    /// The path of the OpenAPI document, as it was given.
    pub document: Option<String>,
    /// The conclusion in one word.
    pub conclusion: Conclusion,
    /// The callers, in the order in which they were named.
    pub identities: Vec<ReportIdentity>,
    /// What was found: confirmed before suspect.
    pub findings: Vec<Finding>,
    /// Every operation, with what was tried and what could not be.
    pub operations: Vec<OperationCoverage>,
    /// The totals.
    pub totals: Totals,
    /// The reasons why the answers of the API prove little, in sentences: it broke, it limited the rate, or it
    /// signed callers out. With one of them nothing is called free of holes.
    pub doubts: Vec<String>,
    /// Remarks about the API and the scan, in sentences.
    pub remarks: Vec<String>,
    /// What the scan made and could not undo.
    pub left_behind: Vec<String>,
    /// The requests that findings and coverage refer to.
    pub exchanges: Vec<ReportExchange>,
}

/// The conclusion of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Holes are proven that no baseline accepts.
    Holes,
    /// What could be tested has no proven hole; the coverage says what that is.
    NoneProven,
    /// Too little could be tested to conclude anything.
    Inconclusive,
}

impl Conclusion {
    /// Returns the conclusion of totals and doubts.
    #[must_use]
    pub fn of(totals: &Totals, doubts: &[String]) -> Self {
        match (totals.confirmed, totals.tested) {
            (1.., _) => Self::Holes,
            (0, 1..) if doubts.is_empty() => Self::NoneProven,
            _ => Self::Inconclusive,
        }
    }
}

impl Report {
    /// Counts the findings again, and concludes again.
    pub fn count(&mut self) {
        let count = |is: fn(&Finding) -> bool| self.findings.iter().filter(|one| is(one)).count();
        self.totals.accepted = count(|one| one.accepted.is_some());
        self.totals.confirmed = count(|one| one.accepted.is_none() && one.verdict.is_confirmed());
        self.totals.suspect = count(|one| one.accepted.is_none() && !one.verdict.is_confirmed());
        self.conclusion = Conclusion::of(&self.totals, &self.doubts);
    }

    /// Finds the lines of the operations in the text of the document.
    pub fn locate(&mut self, document: &str) {
        for operation in &mut self.operations {
            operation.line = line_of(document, &operation.method, &operation.path);
        }
    }

    /// Returns the line of a finding's operation in the document.
    #[must_use]
    pub fn line(&self, finding: &Finding) -> Option<usize> {
        let name = finding.operation();
        let mut operations = self.operations.iter();
        operations.find(|one| one.name() == name)?.line
    }

    /// Returns an exchange by its number.
    #[must_use]
    pub fn exchange(&self, number: u64) -> Option<&ReportExchange> {
        self.exchanges.iter().find(|one| one.number == number)
    }
}

/// Finds the line of an operation in a document in YAML or JSON: that of its method below that of its path.
fn line_of(document: &str, method: &str, path: &str) -> Option<usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = document.lines().enumerate();
    let (at, own) = lines.find(|(_, line)| key(line) == Some(path))?;
    let is_below = |line: &str| line.trim().is_empty() || indent(line) > indent(own);
    let mut below = lines.take_while(|(_, line)| is_below(line));
    let is_method = |line: &str| key(line).is_some_and(|key| key.eq_ignore_ascii_case(method));
    let method = below.find(|(_, line)| is_method(line));
    Some(method.map_or(at, |(at, _)| at) + 1)
}

/// Returns the key at the beginning of a line of YAML or JSON.
fn key(line: &str) -> Option<&str> {
    let line = line.trim();
    let quoted = |quote: char| {
        let (key, behind) = line.strip_prefix(quote)?.split_once(quote)?;
        behind.trim_start().starts_with(':').then_some(key)
    };
    let plain = || line.split_once(": ").map(|(key, _)| key);
    quoted('"')
        .or_else(|| quoted('\''))
        .or_else(plain)
        .or_else(|| line.strip_suffix(':'))
}

/// A caller in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportIdentity {
    /// Its name.
    pub name: String,
    /// The shell variable that stands for its token.
    pub variable: String,
    /// Its role, if it is known.
    pub role: Option<String>,
    /// Its tenant, if it is named.
    pub tenant: Option<String>,
    /// True if the scan made it.
    pub is_made: bool,
    /// The reason why it could not be used until the end.
    pub lost: Option<String>,
}

/// A class of holes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Another's object is read.
    ObjectRead,
    /// Another's object is changed, or something is done in another's name.
    ObjectWrite,
    /// Another's object is deleted.
    ObjectDelete,
    /// A function of administrators is open to others.
    Function,
    /// A property is set that the caller may not set.
    PropertyWrite,
    /// A property is shown that the caller may not see.
    PropertyRead,
    /// What needs a token answers without one.
    Authentication,
    /// A token works after its end.
    Session,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::ObjectRead,
        Self::ObjectWrite,
        Self::ObjectDelete,
        Self::Function,
        Self::PropertyWrite,
        Self::PropertyRead,
        Self::Authentication,
        Self::Session,
    ];

    /// Returns its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ObjectRead => "object-read",
            Self::ObjectWrite => "object-write",
            Self::ObjectDelete => "object-delete",
            Self::Function => "function",
            Self::PropertyWrite => "property-write",
            Self::PropertyRead => "property-read",
            Self::Authentication => "authentication",
            Self::Session => "session",
        }
    }

    /// Returns how severe it is, from 0 to 10, for programs that sort by it.
    #[must_use]
    pub fn severity(self) -> &'static str {
        match self {
            Self::Authentication => "9.1",
            Self::Function | Self::ObjectDelete | Self::ObjectWrite => "8.1",
            Self::ObjectRead | Self::PropertyWrite => "7.5",
            Self::Session => "6.5",
            Self::PropertyRead => "5.3",
        }
    }

    /// Returns its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ObjectRead => "Another caller's object can be read",
            Self::ObjectWrite => "Another caller's object can be changed",
            Self::ObjectDelete => "Another caller's object can be deleted",
            Self::Function => "A function of administrators is open to others",
            Self::PropertyWrite => {
                "A property can be set that callers may not set (mass assignment)"
            }
            Self::PropertyRead => "A property is shown that the caller may not see",
            Self::Authentication => "An operation that requires a token answers without one",
            Self::Session => "A token works after its end",
        }
    }

    /// Returns its number in the Common Weakness Enumeration.
    #[must_use]
    pub fn cwe(self) -> u32 {
        match self {
            Self::ObjectRead | Self::ObjectWrite | Self::ObjectDelete => 639,
            Self::Function => 285,
            Self::PropertyWrite => 915,
            Self::PropertyRead => 213,
            Self::Authentication => 306,
            Self::Session => 613,
        }
    }

    /// Returns its place in the OWASP API Security Top 10 of 2023.
    #[must_use]
    pub fn owasp(self) -> &'static str {
        match self {
            Self::ObjectRead | Self::ObjectWrite | Self::ObjectDelete => "API1:2023",
            Self::Function => "API5:2023",
            Self::PropertyWrite | Self::PropertyRead => "API3:2023",
            Self::Authentication | Self::Session => "API2:2023",
        }
    }
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// A stable name of it: the class, the method and the path.
    pub id: String,
    /// Its class.
    pub class: Class,
    /// Its number in the Common Weakness Enumeration.
    pub cwe: u32,
    /// Its place in the OWASP API Security Top 10.
    pub owasp: &'static str,
    /// The method of its operation.
    pub method: String,
    /// The path of its operation, as the document writes it.
    pub path: String,
    /// The parameters that take the victim's identifier, or the properties that are set.
    pub parameters: Vec<String>,
    /// The caller that attacks; `None` without a token.
    pub attacker: Option<String>,
    /// The caller whose object it is.
    pub victim: Option<String>,
    /// The verdict: confirmed or suspect.
    pub verdict: Verdict,
    /// How often the attack was repeated with the same outcome, from a clean state.
    pub replays: u32,
    /// The numbers of the exchanges that show it, in order.
    pub exchanges: Vec<u64>,
    /// The number of the attacker's request among them.
    pub attack: Option<u64>,
    /// The shortest sequence of lines for a POSIX shell with `curl` and `jq` that shows it again: the last one
    /// prints the evidence. Tokens and passwords of callers that are named are variables to be set before;
    /// identifiers that the API gives, and values that must be unique, are variables that the lines set.
    pub curl: Vec<String>,
    /// The guard rule that closes it, in `guard.toml`.
    pub guard_rule: Option<String>,
    /// The reason why a baseline accepts it, if one does.
    pub accepted: Option<String>,
}

impl Finding {
    /// Returns its operation: the method and the path.
    #[must_use]
    pub fn operation(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Returns the word for it in reports.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self.accepted {
            Some(_) => "accepted",
            None => self.verdict.word(),
        }
    }
}

/// What was tried of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OperationCoverage {
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The line of the document at which it begins, from 1, if it is found there.
    pub line: Option<usize>,
    /// The number of requests to it.
    pub requests: u64,
    /// The checks and their outcomes.
    pub checks: Vec<CheckOutcome>,
    /// How each caller was answered; the matrix of pictures.
    pub cells: Vec<Cell>,
}

impl OperationCoverage {
    /// Returns its name: the method and the path.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// The outcome of a check of one operation.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckOutcome {
    /// The class of holes that it looked for.
    pub class: Class,
    /// The verdict with its reason.
    pub verdict: Verdict,
}

impl ReportExchange {
    /// Returns the name of its caller, or `anonymous`.
    #[must_use]
    pub fn caller(&self) -> &str {
        self.caller.as_deref().unwrap_or(ANONYMOUS)
    }
}

/// The name of requests without a token.
pub const ANONYMOUS: &str = "anonymous";

/// How a caller was answered by an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Cell {
    /// The caller, or `anonymous`.
    pub caller: String,
    /// The part that the caller played.
    pub part: Part,
    /// The status.
    pub status: u16,
    /// The number of the exchange.
    pub exchange: u64,
}

/// The part of a caller in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// With its own identifiers.
    Own,
    /// With another's.
    Foreign,
    /// With an identifier that does not exist.
    Nonsense,
    /// Without a token.
    Anonymous,
}

/// The totals of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Totals {
    /// The operations of the document.
    pub operations: usize,
    /// The operations of which at least one check came to a verdict.
    pub tested: usize,
    /// The confirmed findings that no baseline accepts.
    pub confirmed: usize,
    /// The suspect findings.
    pub suspect: usize,
    /// The findings that the baseline accepts.
    pub accepted: usize,
    /// The requests that were sent.
    pub requests: u64,
    /// The requests for each operation, on average.
    pub requests_per_operation: f64,
    /// The time of the scan in milliseconds.
    pub duration_ms: u64,
}

/// A request in a report: no token, no other header than those of parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReportExchange {
    /// Its number.
    pub number: u64,
    /// The caller.
    pub caller: Option<String>,
    /// The request line.
    pub request: String,
    /// The body as it was sent, without passwords.
    pub body: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// The beginning of the answer, without tokens.
    pub answer: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_has_a_line_in_its_document() {
        let yaml = "paths:\n  /a:\n    get:\n      x: 1\n  /a/{id}:\n    parameters: []\n    get: {}\n    put: {}\n";
        let json = "{\n \"paths\": {\n  \"/a\": {\n   \"get\": {}\n  },\n  \"/a/{id}\": {\n   \"put\": {}\n  }\n }\n}\n";
        for (document, method, path, line) in [
            (yaml, "GET", "/a", Some(3)),
            (yaml, "PUT", "/a/{id}", Some(8)),
            // the path of a reference
            (yaml, "DELETE", "/a", Some(2)),
            (yaml, "GET", "/b", None),
            (json, "GET", "/a", Some(4)),
            (json, "PUT", "/a/{id}", Some(7)),
        ] {
            assert_eq!(line_of(document, method, path), line, "{method} {path}");
        }
    }
}
