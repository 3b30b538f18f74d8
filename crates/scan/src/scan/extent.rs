//! The extent of what was tested, and whether it is enough to conclude something.

use crate::{
    document::{Kind, Operation},
    report::model::{CheckOutcome, Class, OperationCoverage},
    session::Session,
    verdict::Verdict,
};

/// Returns the doubt of a scan that attacked no object although the document has operations that take the
/// identifier of one: without that, nothing is known about whose objects callers reach.
pub(super) fn doubt(operations: &[Operation], coverage: &[OperationCoverage]) -> Option<String> {
    let of_objects = operations.iter().zip(coverage);
    let of_objects = of_objects.filter(|(operation, _)| takes_object(operation));
    let checks: Vec<_> = of_objects.map(|(_, coverage)| &coverage.checks).collect();
    let is_tested = checks
        .iter()
        .any(|checks| checks.iter().any(is_object_check));
    let count = checks.len();
    (count > 0 && !is_tested).then(|| {
        format!("none of the {count} operations that take an identifier could be tested with another's object")
    })
}

/// Returns what was tried of an operation; `unpaired` is the reason why no caller attacks another.
pub(super) fn coverage(
    session: &Session,
    operation: &Operation,
    unpaired: Option<&str>,
) -> OperationCoverage {
    let mut checks = session.outcomes(operation.index);
    if checks.is_empty() {
        checks.push(CheckOutcome {
            class: match operation.administrative {
                Some(_) => Class::Function,
                None if operation.is_write() => Class::ObjectWrite,
                None => Class::ObjectRead,
            },
            verdict: Verdict::NotTested(untested(session, operation, unpaired)),
        });
    }
    OperationCoverage {
        method: operation.method.to_string(),
        path: operation.path.clone(),
        line: None,
        requests: session.requests(operation.index),
        checks,
        cells: session.cells(operation.index),
    }
}

fn untested(session: &Session, operation: &Operation, unpaired: Option<&str>) -> String {
    let why = match operation.kind {
        Kind::Reset => "it wipes or rebuilds everything, by its name, and is never called",
        Kind::SignOut => "it ends sessions: it is called for tokens of its own only",
        Kind::SignIn => "it signs callers in: there is no object of another",
        _ if unpaired.is_some() => unpaired.unwrap_or_default(),
        _ if operation.is_write() && !session.allow_writes => {
            "it writes: give --allow-writes against a copy of the API whose data does not matter"
        }
        _ if operation.slots.is_empty() => {
            "it takes no identifier of an object; nothing of another caller's was seen in its answers"
        }
        _ => {
            "the scan ended before: the remarks say why (--max-requests is the number of requests)"
        }
    };
    why.to_owned()
}

fn takes_object(operation: &Operation) -> bool {
    let is_called = !matches!(operation.kind, Kind::Reset | Kind::SignIn | Kind::SignOut);
    is_called && operation.path_slots().next().is_some()
}

fn is_object_check(check: &CheckOutcome) -> bool {
    let is_of_object = matches!(
        check.class,
        Class::ObjectRead
            | Class::ObjectWrite
            | Class::ObjectDelete
            | Class::Authentication
            | Class::Function
    );
    is_of_object && check.verdict.weight() > 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::tests::api_of;

    fn doubt_of(verdict: Verdict) -> Option<String> {
        let api = api_of(json!({"/notes": {"get": {}}, "/notes/{id}": {"get": {}}}));
        let coverage = api.operations.iter().map(|one| OperationCoverage {
            method: one.method.to_string(),
            path: one.path.clone(),
            line: None,
            requests: 1,
            checks: vec![CheckOutcome {
                class: Class::ObjectRead,
                verdict: match one.slots.is_empty() {
                    true => Verdict::Refuted("it is public".to_owned()),
                    false => verdict.clone(),
                },
            }],
            cells: Vec::new(),
        });
        let coverage: Vec<_> = coverage.collect();
        doubt(&api.operations, &coverage)
    }

    #[test]
    fn a_scan_that_attacked_no_object_concludes_nothing() {
        let untested = Verdict::NotTested("alice has no object".to_owned());
        let doubt = doubt_of(untested).unwrap();
        assert!(doubt.contains("none of the 1 operations"), "{doubt}");
        // the control
        assert_eq!(doubt_of(Verdict::of_refusal("bob", 404)), None);
    }
}
