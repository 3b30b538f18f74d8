//! Policies and schemas that are refused.

use super::*;

#[test]
fn a_policy_without_a_name_is_refused() {
    assert!(refusal("permit (principal, action, resource);").starts_with("a policy has no `@id"));
    let empty = r#"@id("") permit (principal, action, resource);"#;
    assert!(refusal(empty).starts_with("a policy has no `@id"));
    let twice = refusal(&format!("{OWN}{OWN}"));
    assert!(twice.starts_with("the policy `own` is refused"), "{twice}");
}

#[test]
fn what_is_no_policy_of_this_schema_is_refused() {
    assert!(refusal("permit").starts_with("the policies are refused: "));
    let template = r#"@id("t") permit (principal == ?principal, action, resource);"#;
    assert!(refusal(template).contains("templates are not supported"));
    for wrong in [
        // an action, an attribute and a type that are not there
        r#"@id("p") permit (principal, action == Action::"Raed", resource);"#,
        r#"@id("p") permit (principal, action, resource is Account) when { resource.ownr == principal };"#,
        r#"@id("p") permit (principal, action, resource is Acount);"#,
        r#"@id("p") permit (principal, action, resource is Account) when { resource.balance == "7" };"#,
        // a warning: it can never hold
        r#"@id("p") permit (principal, action, resource is Account) when { false };"#,
    ] {
        let why = refusal(wrong);
        assert!(
            why.starts_with("the policy `p` does not fit the schema"),
            "{why}"
        );
    }
}

const NOT_A_QUERY: [&str; 8] = [
    "resource.balance + 1 == 2",
    "resource.balance - 1 < 2",
    "-resource.balance < 2",
    "Team::\"1\" in Team::\"2\"",
    "resource.owner.sub == \"alice\"",
    "resource.owner.scopes.contains(\"x\")",
    "resource has label && resource.label == principal.sub && resource.balance * 2 == 4",
    "principal.scopes.contains(\"x\") || 9223372036854775807 + 1 > resource.balance",
];

#[test]
fn what_a_query_cannot_ask_is_refused() {
    for condition in NOT_A_QUERY {
        let policy = format!(
            r#"@id("p") permit (principal is User, action, resource is Account) when {{ {condition} }};"#
        );
        let why = refusal(&policy);
        assert!(
            why.starts_with("the policy `p` cannot become a condition of a query"),
            "{condition}: {why}"
        );
    }
    let two_columns = r#"@id("p") permit (principal, action, resource is Account)
        when { resource.balance == resource.balance };"#;
    assert!(refusal(two_columns).contains("two columns"));
}

#[test]
fn a_schema_of_what_no_column_holds_is_refused() {
    for (attribute, named) in [
        ("tags: Set<String>", "`Account.tags`"),
        ("machines: Set<Client>", "`Account.machines`"),
        ("all: Set<Set<User>>", "`Account.all`"),
        ("at: { x: Long }", "`Account.at`"),
        ("price: decimal", "`Account.price`"),
        ("from: ipaddr", "`Account.from`"),
    ] {
        let schema = format!("entity Account {{ {attribute} }};");
        let why = Cedar::parse(&schema, "").unwrap_err().to_string();
        assert!(why.contains(named), "{why}");
    }
    for wrong in [
        "entity",
        "entity User;",
        "namespace Bank { entity Account; }",
    ] {
        let why = Cedar::parse(wrong, "").unwrap_err().to_string();
        assert!(why.starts_with("the schema is refused"), "{why}");
    }
}
