mod refused;
mod relations;

use super::*;
use cedar_policy::{Policy, PolicyId};

use crate::{Reason, Value, policies::API};

const SCHEMA: &str = r#"
    entity Team;
    entity Account { owner: User, team?: Team, balance: Long, label?: String, closed?: Bool };
    action Read, Close appliesTo { principal: [User, Client], resource: [Account] };
    action DeleteUser appliesTo { principal: [User, Client], resource: [Api] };
"#;

const ACCOUNT: RecordShape = RecordShape {
    kind: "Account",
    table: "accounts",
    key: "id",
    key_within: &[],
    parameter: "id",
    parse: number,
    hidden: || None,
    relations: Vec::new,
};

fn number(text: &str) -> Option<Value> {
    Some(text.parse::<i64>().ok()?.into())
}

const OWN: &str = r#"
    @id("own") permit (principal is User, action == Action::"Read", resource)
    when { resource.owner == principal };
"#;

fn read(policies: &str) -> Result<Cedar, PolicyError> {
    Cedar::parse(SCHEMA, policies)
}

fn refusal(policies: &str) -> String {
    read(policies).unwrap_err().to_string()
}

fn column(name: &str) -> Value {
    match name {
        "owner" => "alice".into(),
        "balance" => 7.into(),
        _ => Value::Null,
    }
}

fn row<'a>(column: &'a dyn Fn(&str) -> Value) -> Row<'a> {
    Row {
        kind: "Account",
        key: &Value::Integer(1),
        column,
    }
}

/// Decides, and looks whether the filter agrees.
fn decide(
    policies: &Cedar,
    principal: &Principal,
    column: &dyn Fn(&str) -> Value,
) -> Result<(), Reason> {
    let decided = policies.decide(principal, "Read", &row(column));
    let filter = policies.filter(principal, "Read", ACCOUNT);
    assert_eq!(filter.holds(column), decided.is_allowed(), "{filter}");
    decided.into_result()
}

fn alice() -> Principal {
    Principal::user("alice", "spa")
}

#[test]
fn what_no_policy_allows_is_denied() {
    let policies = read(OWN).unwrap();
    assert_eq!(decide(&policies, &alice(), &column), Ok(()));
    let bob = Principal::user("bob", "spa");
    assert_eq!(decide(&policies, &bob, &column), Err(Reason::NoPolicy));
    // a client that has a person's name
    let client = Principal::client("alice");
    assert_eq!(decide(&policies, &client, &column), Err(Reason::NoPolicy));
    // nobody
    let nobody = Principal::user("", "spa");
    assert_eq!(decide(&policies, &nobody, &column), Err(Reason::NoSubject));
    // a policy for one action says nothing of another, nor of an unknown one
    for action in ["Close", "read", ""] {
        let denied = policies.decide(&alice(), action, &row(&column));
        assert_eq!(denied.into_result(), Err(Reason::NoPolicy));
        let filter = policies.filter(&alice(), action, ACCOUNT);
        assert!(!filter.holds(&column));
    }
    assert!(policies.knows("Close", "Account"));
    assert!(!policies.knows("Close", API));
    assert!(!policies.knows("Nothing", "Account"));
}

#[test]
fn a_decision_names_its_policy() {
    let policies = read(OWN).unwrap();
    let allowed = policies.decide(&alice(), "Read", &row(&column));
    let policy = Some("own".to_owned());
    assert_eq!(allowed, Decision::Allowed { policy });
}

#[test]
fn a_forbid_wins() {
    let forbid = r#"@id("poor") forbid (principal, action, resource is Account)
        when { resource.balance < 5 };"#;
    let policies = read(&format!("{OWN}{forbid}")).unwrap();
    assert_eq!(decide(&policies, &alice(), &column), Ok(()));
    let poor = |name: &str| match name {
        "balance" => 4.into(),
        other => column(other),
    };
    let forbidden = Err(Reason::Forbidden("poor".into()));
    assert_eq!(decide(&policies, &alice(), &poor), forbidden);
}

#[test]
fn a_column_without_a_usable_value_denies() {
    let anything = r#"@id("all") permit (principal, action, resource);"#;
    let policies = read(anything).unwrap();
    assert_eq!(decide(&policies, &alice(), &column), Ok(()));
    let unknown = |name: &str| match name {
        "balance" => Value::Null,
        other => column(other),
    };
    let denied = decide(&policies, &alice(), &unknown).unwrap_err();
    assert_eq!(
        denied.to_string(),
        "the policies could not be evaluated: `balance` has no usable value"
    );
    let of_another_type = |name: &str| match name {
        "balance" => "7".into(),
        other => column(other),
    };
    let denied = policies.decide(&alice(), "Read", &row(&of_another_type));
    assert!(matches!(denied.into_result(), Err(Reason::PolicyFailed(_))));
}

#[test]
fn a_column_that_may_be_empty_is_asked_for_first() {
    let guarded = r#"@id("open") permit (principal, action, resource is Account)
        unless { resource has closed && resource.closed };"#;
    let policies = read(guarded).unwrap();
    assert_eq!(decide(&policies, &alice(), &column), Ok(()));
    for (closed, allowed) in [(true, false), (false, true)] {
        let row = |name: &str| match name {
            "closed" => closed.into(),
            other => column(other),
        };
        assert_eq!(decide(&policies, &alice(), &row).is_ok(), allowed);
    }
    let unguarded = guarded.replace("resource has closed && ", "");
    assert!(refusal(&unguarded).contains("`closed`"));
}

#[test]
fn scopes_roles_and_claims_are_the_tokens() {
    let policies = read(ABOUT_THE_TOKEN).unwrap();
    let all = alice()
        .with_scopes("read")
        .with_role("teller")
        .with_claim("org", "acme");
    assert_eq!(decide(&policies, &all, &column), Ok(()));
    let mut other_client = all.clone();
    other_client.client_id = "else".into();
    for lacking in [
        alice().with_role("teller").with_claim("org", "acme"),
        alice().with_scopes("read").with_claim("org", "acme"),
        alice().with_scopes("read").with_role("teller"),
        all.clone().with_claim("org", "other"),
        other_client,
    ] {
        assert_eq!(decide(&policies, &lacking, &column), Err(Reason::NoPolicy));
    }
}

#[test]
fn a_record_belongs_to_a_team_of_the_token() {
    let team = r#"@id("team") permit (principal, action, resource is Account)
        when { principal.hasTag("team") && resource has label
            && resource.label == principal.getTag("team") };"#;
    let policies = read(team).unwrap();
    let labelled = |name: &str| match name {
        "label" => "red".into(),
        other => column(other),
    };
    let red = alice().with_claim("team", "red");
    assert_eq!(decide(&policies, &red, &labelled), Ok(()));
    assert!(decide(&policies, &alice(), &labelled).is_err());
    assert!(decide(&policies, &red, &column).is_err());
}

#[test]
fn a_record_can_be_named() {
    let one = r#"@id("first") permit (principal, action, resource == Account::"1");"#;
    let policies = read(one).unwrap();
    let numbered = |id: i64| {
        move |name: &str| match name {
            "id" => id.into(),
            other => column(other),
        }
    };
    let (first, second) = (Value::Integer(1), Value::Integer(2));
    for (key, id, allowed) in [(&first, 1, true), (&second, 2, false)] {
        let column = numbered(id);
        let row = Row {
            key,
            ..row(&column)
        };
        let decided = policies.decide(&alice(), "Read", &row);
        assert_eq!(decided.is_allowed(), allowed);
        let filter = policies.filter(&alice(), "Read", ACCOUNT);
        assert_eq!(filter.holds(&column), allowed, "{filter}");
    }
}

#[test]
fn a_function_has_no_record() {
    let admin = r#"@id("admin") permit (principal, action == Action::"DeleteUser", resource)
        when { principal.roles.contains("admin") };"#;
    let policies = read(admin).unwrap();
    let decide = |principal: &Principal| policies.decide_function(principal, "DeleteUser");
    assert!(decide(&alice().with_role("admin")).is_allowed());
    assert_eq!(decide(&alice()).into_result(), Err(Reason::NoPolicy));
    let read = policies.decide_function(&alice().with_role("admin"), "Read");
    assert_eq!(read.into_result(), Err(Reason::NoPolicy));
}

/// Cedar alone would skip the `forbid` and allow.
#[test]
fn a_policy_that_fails_denies() {
    let mut policies = read(OWN).unwrap();
    let fails = r#"forbid (principal, action, resource) when { principal.nothing };"#;
    let fails = Policy::parse(Some(PolicyId::new("fails")), fails).unwrap();
    let key = PolicyKey {
        action: "Read".to_owned(),
        kind: "Account".to_owned(),
    };
    policies
        .relevant
        .get_mut(&key)
        .unwrap()
        .policies
        .add(fails)
        .unwrap();
    let denied = policies.decide(&alice(), "Read", &row(&column));
    assert!(matches!(denied.into_result(), Err(Reason::PolicyFailed(_))));
    let filter = policies.filter(&alice(), "Read", ACCOUNT);
    assert!(!filter.holds(&column), "{filter}");
}

const ABOUT_THE_TOKEN: &str = r#"@id("token") permit (principal, action, resource is Account)
    when {
        principal.scopes.contains("read") && principal.roles.contains("teller")
            && principal.hasTag("org") && principal.getTag("org") == "acme"
            && principal.client_id == "spa" && principal.sub == "alice"
    };"#;
