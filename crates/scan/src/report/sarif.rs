//! The report as SARIF 2.1.0 (OASIS), for code scanning: one run, one rule for each class of holes, one
//! result for each finding.

use serde_json::{Map, Value, json};

use super::model::{Class, Conclusion, Finding, Report, ReportExchange};

/// Writes a report.
#[must_use]
pub fn write(report: &Report) -> String {
    let text = serde_json::to_string_pretty(&log(report));
    text.unwrap_or_else(|error| format!("{{\"error\": \"{error}\"}}"))
}

fn log(report: &Report) -> Value {
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver() },
            "taxonomies": [weaknesses()],
            // an invocation that failed, so that no results are not read as no holes
            "invocations": [invocation(report)],
            "automationDetails": { "id": "airside-scan/" },
            "columnKind": "unicodeCodePoints",
            "results": report.findings.iter().map(|one| result(report, one)).collect::<Vec<_>>(),
            "properties": {
                "api": report.api,
                "conclusion": report.conclusion,
                "totals": report.totals,
                "coverage": coverage(report),
            },
        }],
    })
}

fn driver() -> Value {
    json!({
        "name": "airside scan",
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": Class::ALL.map(rule),
        "supportedTaxonomies": [{ "name": CWE, "index": 0 }],
    })
}

fn rule(class: Class) -> Value {
    json!({
        "id": class.name(),
        "shortDescription": { "text": class.title() },
        "fullDescription": { "text": format!("{}. CWE-{}, OWASP {}.", class.title(), class.cwe(), class.owasp()) },
        "help": { "text": "The message says what proves it; the curl lines of the result show it again, for a shell with curl and jq, and the guard rule closes it." },
        "defaultConfiguration": { "level": "error" },
        "relationships": [{
            "target": { "id": class.cwe().to_string(), "toolComponent": { "name": CWE, "index": 0 } },
            "kinds": ["superset"],
        }],
        "properties": {
            "tags": ["security", format!("external/cwe/cwe-{}", class.cwe()), class.owasp()],
            "security-severity": class.severity(),
            "precision": "very-high",
        },
    })
}

fn weaknesses() -> Value {
    let mut numbers: Vec<u32> = Class::ALL.map(Class::cwe).to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let taxa: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "id": number.to_string() }))
        .collect();
    json!({
        "name": CWE,
        "organization": "MITRE",
        "shortDescription": { "text": "The MITRE Common Weakness Enumeration" },
        "informationUri": "https://cwe.mitre.org/",
        "isComprehensive": false,
        "taxa": taxa,
    })
}

fn invocation(report: &Report) -> Value {
    let note = |level: &str, text: &str| json!({ "level": level, "message": { "text": text } });
    let doubts = report.doubts.iter().map(|text| note("error", text));
    let is_new = |text: &&String| !report.doubts.contains(text);
    let remarks = report
        .remarks
        .iter()
        .filter(is_new)
        .map(|text| note("note", text));
    let left = report
        .left_behind
        .iter()
        .map(|text| note("warning", &format!("left behind: {text}")));
    json!({
        "executionSuccessful": report.conclusion != Conclusion::Inconclusive,
        "toolExecutionNotifications": doubts.chain(remarks).chain(left).collect::<Vec<_>>(),
    })
}

fn result(report: &Report, finding: &Finding) -> Value {
    let rule = Class::ALL.iter().position(|one| *one == finding.class);
    let level = match finding.verdict.is_confirmed() {
        true => "error",
        false => "warning",
    };
    let mut result = json!({
        "ruleId": finding.class.name(),
        "ruleIndex": rule,
        "level": level,
        "message": { "text": message(finding) },
        "locations": [location(report, finding)],
        "partialFingerprints": { "airsideFinding/v1": finding.id },
        "suppressions": suppressions(finding),
        "properties": {
            "id": finding.id,
            "verdict": finding.verdict.word(),
            "attacker": finding.attacker,
            "victim": finding.victim,
            "parameters": finding.parameters,
            "replays": finding.replays,
            "curl": finding.curl,
            "guardRule": finding.guard_rule,
        },
    });
    let attack = finding.attack.or(finding.exchanges.last().copied());
    if let Some(exchange) = attack.and_then(|number| report.exchange(number)) {
        set(&mut result, "webRequest", request(report, exchange));
        set(&mut result, "webResponse", response(exchange));
    }
    result
}

fn message(finding: &Finding) -> String {
    format!(
        "{}: {} in {}. {}",
        finding.verdict.word(),
        finding.class.title(),
        finding.operation(),
        finding.verdict.reason()
    )
}

/// Returns where it is: the operation, and the document if its path is known.
fn location(report: &Report, finding: &Finding) -> Value {
    let mut location = json!({
        "logicalLocations": [{
            "name": finding.operation(),
            "fullyQualifiedName": finding.operation(),
            "kind": "resource",
        }],
    });
    if let Some(document) = &report.document {
        let physical = json!({
            "artifactLocation": { "uri": relative(document) },
            "region": { "startLine": report.line(finding).unwrap_or(1) },
        });
        set(&mut location, "physicalLocation", physical);
    }
    location
}

/// Returns a path as the reference of a URI.
fn relative(path: &str) -> String {
    let path = path.replace('\\', "/");
    let encoded = percent_encoding::utf8_percent_encode(&path, PATH);
    match encoded.to_string() {
        absolute if absolute.starts_with('/') => format!("file://{absolute}"),
        relative => relative.trim_start_matches("./").to_owned(),
    }
}

/// Returns the acceptance of a finding; an empty list says that it is not suppressed (SARIF §3.27.23).
fn suppressions(finding: &Finding) -> Vec<Value> {
    let accepted = finding.accepted.iter();
    accepted
        .map(|why| json!({ "kind": "external", "status": "accepted", "justification": why }))
        .collect()
}

fn request(report: &Report, exchange: &ReportExchange) -> Value {
    let (method, target) = exchange
        .request
        .split_once(' ')
        .unwrap_or(("GET", exchange.request.as_str()));
    let mut request = json!({
        "protocol": "HTTP",
        "version": "1.1",
        "method": method,
        "target": format!("{}{target}", report.api),
    });
    if let Some(body) = &exchange.body {
        set(&mut request, "body", json!({ "text": body }));
    }
    request
}

fn response(exchange: &ReportExchange) -> Value {
    json!({ "statusCode": exchange.status, "body": { "text": exchange.answer } })
}

/// Returns what was tried of each operation, and why it was not.
fn coverage(report: &Report) -> Value {
    let checks = report.operations.iter().map(|operation| {
        let checks = operation.checks.iter().map(|check| {
            let text = format!("{}: {}", check.verdict.word(), check.verdict.reason());
            (check.class.name().to_owned(), text.into())
        });
        (operation.name(), Value::Object(checks.collect()))
    });
    Value::Object(checks.collect::<Map<_, _>>())
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";
const CWE: &str = "CWE";
/// The ASCII characters that are encoded in the path of a URI; the other ones stand for themselves.
const PATH: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn each_finding_is_a_result_of_a_rule() {
        let log = log(&fixture::report());
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(
                run["tool"]["driver"]["rules"][index]["id"],
                result["ruleId"]
            );
        }
        assert_eq!(results[0]["level"], "error");
        assert_eq!(results[2]["level"], "warning");
        assert_eq!(
            results[0]["partialFingerprints"]["airsideFinding/v1"],
            fixture::READ
        );
        let location = &results[0]["locations"][0]["physicalLocation"];
        assert_eq!(location["artifactLocation"]["uri"], "api/openapi.yaml");
        assert_eq!(location["region"]["startLine"], 7);
        let request = &results[0]["webRequest"];
        assert_eq!(request["target"], "http://127.0.0.1:5000/orders/7?a=<b>");
    }

    #[test]
    fn an_accepted_finding_is_suppressed_with_its_reason() {
        let mut report = fixture::report();
        report.findings[0].accepted = Some("known".to_owned());
        let log = log(&report);
        let results = &log["runs"][0]["results"];
        assert_eq!(results[0]["suppressions"][0]["justification"], "known");
        assert_eq!(results[1]["suppressions"], json!([]));
    }

    #[test]
    fn a_scan_that_concludes_nothing_was_not_successful() {
        let mut report = fixture::report();
        let successful = |report: &Report| {
            log(report)["runs"][0]["invocations"][0]["executionSuccessful"].clone()
        };
        assert_eq!(successful(&report), true);
        report.findings.clear();
        report.doubts.push("the API broke".to_owned());
        report.count();
        assert_eq!(successful(&report), false);
    }

    #[test]
    fn paths_are_references() {
        assert_eq!(relative("./a b.yaml"), "a%20b.yaml");
        assert_eq!(relative("/srv/a.yaml"), "file:///srv/a.yaml");
    }
}
