//! The guard rules that close what is confirmed.

use super::model::Report;

/// Writes the rules for `guard.toml`, one for each operation.
#[must_use]
pub fn write(report: &Report) -> String {
    let mut rules: Vec<(String, Vec<String>)> = Vec::new();
    let findings = report.findings.iter();
    let confirmed = findings.filter(|one| one.verdict.is_confirmed() && one.accepted.is_none());
    for finding in confirmed {
        let name = finding.operation();
        let lines = finding.guard_rule.iter().flat_map(|rule| rule.lines());
        let lines = lines.map(str::to_owned);
        match rules.iter_mut().find(|(own, _)| *own == name) {
            Some((_, own)) => merge(own, lines),
            None => rules.push((name, lines.collect())),
        }
    }
    let texts = rules.into_iter();
    let texts = texts.map(|(name, lines)| format!("\n# {name}\n{}\n", lines.join("\n")));
    HEAD.to_owned() + &texts.collect::<String>()
}

/// Adds the lines of another rule for the same operation; a role is stricter than any token.
fn merge(own: &mut Vec<String>, lines: impl Iterator<Item = String>) {
    let key = |line: &str| line.split('=').next().unwrap_or_default().trim().to_owned();
    for line in lines {
        if !own.iter().any(|one| key(one) == key(&line)) {
            own.push(line);
        }
    }
    let has = |own: &[String], key: &str| own.iter().any(|line| line.starts_with(key));
    if has(own, "role") {
        own.retain(|line| !line.starts_with("any_token"));
    }
    // an owner is stricter than any object, also one who is to be named yet
    if has(own, "owner") || has(own, "# owner") {
        own.retain(|line| !line.starts_with("any_object"));
    }
}

const HEAD: &str = "# Rules that close what `airside scan` has proven: add them to guard.toml. Check each, and complete\n# those whose owner is not known.\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rules_for_one_operation_become_one() {
        let mut own = vec![
            "match = \"GET /a\"".to_owned(),
            "any_token = true".to_owned(),
        ];
        merge(
            &mut own,
            [
                "match = \"GET /a\"".to_owned(),
                "role = \"admin\"".to_owned(),
            ]
            .into_iter(),
        );
        assert_eq!(own, ["match = \"GET /a\"", "role = \"admin\""]);
        let lines = [
            "any_object = true",
            "owner = { path = \"id\" }",
            "show = []",
        ];
        merge(&mut own, lines.map(str::to_owned).into_iter());
        assert_eq!(own[2..], ["owner = { path = \"id\" }", "show = []"]);
    }
}
