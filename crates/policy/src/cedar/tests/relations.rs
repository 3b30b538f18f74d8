//! Tasks of projects of organisations, and the people of projects.

mod refused;
mod world;

use crate::{Relation, RelationError};

use self::world::{ORG, PROJECT, SCHEMA, TASK, World, editors, members, parent, value, world};
use super::*;

/// Of the tasks of projects 1 to 6, of one that is not there and of none: those that a caller may read, by
/// the numbers of their projects.
fn readable(policies: &str, principal: &Principal) -> Vec<i64> {
    readable_from(None, policies, principal)
}

fn readable_from(source: Option<i64>, policies: &str, principal: &Principal) -> Vec<i64> {
    let cedar = Cedar::parse(SCHEMA, policies).unwrap();
    cedar.check("Read", TASK).unwrap();
    let filter = cedar.filter(principal, "Read", TASK);
    let projects = (1..=7).chain([0]);
    let found = projects.filter(|project| {
        let column = |name: &str| match name {
            "id" => (100 + project).into(),
            "owner" => "dave".into(),
            "project" => (*project > 0).then_some(*project).into(),
            "source" => source.into(),
            _ => Value::Null,
        };
        filter.holds_among(&column, &world())
    });
    found.collect()
}

fn permit(condition: &str) -> String {
    format!(
        r#"@id("p") permit (principal is User, action, resource is Task) when {{ {condition} }};"#
    )
}

fn forbid(condition: &str) -> String {
    format!(r#"@id("f") forbid (principal, action, resource is Task) when {{ {condition} }};"#)
}

const NONE: &[i64] = &[];

const ALL: &str = r#"@id("all") permit (principal, action, resource);"#;

fn bob() -> Principal {
    Principal::user("bob", "spa")
}

#[test]
fn a_parent_s_attributes_decide() {
    let owner = permit("resource.project.owner == principal");
    assert_eq!(readable(&owner, &alice()), [1, 2, 5]);
    assert_eq!(readable(&owner, &bob()), [6]);
    // of several levels
    let org = permit(
        r#"principal.hasTag("org") && resource.project.org.name == principal.getTag("org")"#,
    );
    assert_eq!(readable(&org, &alice().with_claim("org", "acme")), [1, 2]);
    assert_eq!(readable(&org, &alice().with_claim("org", "ice")), [6]);
    assert_eq!(readable(&org, &alice()), NONE);
    // what may be missing is asked for first
    let open = permit("!(resource.project has archived && resource.project.archived)");
    assert_eq!(readable(&open, &alice()), [1, 5, 6]);
    let frozen = permit("resource has project.org.frozen && resource.project.org.frozen");
    assert_eq!(readable(&frozen, &alice()), [6]);
    // a parent is compared by its key, whatever record is behind it
    let named = permit(r#"resource.project == Project::"3""#);
    assert_eq!(readable(&named, &alice()), [3]);
}

fn ways_in() -> [(String, Vec<i64>); 11] {
    [
        (permit(r#"resource in Project::"1""#), vec![1]),
        (permit(r#"resource in Task::"101""#), vec![1]),
        (permit(r#"resource in Org::"acme""#), vec![1, 2]),
        (permit(r#"resource.project in Org::"ice""#), vec![6]),
        (
            permit(r#"resource in [Project::"2", Project::"6"]"#),
            vec![2, 6],
        ),
        (permit(r#"!(resource in Project::"1")"#), vec![2, 5, 6]),
        (permit(r#"!(resource in Org::"acme")"#), vec![6]),
        (permit(r#"resource is Task in Project::"1""#), vec![1]),
        (
            r#"@id("p") permit (principal, action, resource in Org::"ice");"#.to_owned(),
            vec![6],
        ),
        (
            r#"@id("p") permit (principal, action, resource is Task in Project::"2");"#.to_owned(),
            vec![2],
        ),
        (
            format!(r#"{ALL} @id("f") forbid (principal, action, resource in Org::"acme");"#),
            vec![6],
        ),
    ]
}

#[test]
fn what_a_record_is_in_decides_at_every_level() {
    for (policy, found) in ways_in() {
        assert_eq!(readable(&policy, &alice()), found, "{policy}");
    }
}

#[test]
fn members_of_a_record_and_of_its_parent_are_rows_of_another_table() {
    let seen = permit("principal in resource.project.members");
    let edited = permit("resource.project.editors.contains(principal)");
    for (person, sees, edits) in [
        ("bob", &[1][..], NONE),
        ("carol", &[1], &[1]),
        ("alice", NONE, NONE),
    ] {
        let person = Principal::user(person, "spa");
        assert_eq!(readable(&seen, &person), sees);
        assert_eq!(readable(&edited, &person), edits);
    }
    // a machine is never a member
    let any = r#"@id("p") permit (principal, action, resource is Task)
        when { principal is User && principal in resource.project.members };"#;
    assert_eq!(readable(any, &Principal::client("bob")), NONE);
    let named = permit(r#"resource.project.members.contains(User::"carol")"#);
    assert_eq!(readable(&named, &alice()), [1]);
    // a set of people is there, if it is empty too
    let has = permit("resource.project has members");
    assert_eq!(readable(&has, &alice()), [1, 2, 5, 6]);

    let own = r#"@id("p") permit (principal is User, action, resource is Project)
        when { principal in resource.members };"#;
    let cedar = Cedar::parse(SCHEMA, own).unwrap();
    let world = world();
    let found = |person: &str| {
        let filter = cedar.filter(&Principal::user(person, "spa"), "Read", PROJECT);
        let projects = world.0.iter().filter(|(table, _)| *table == "projects");
        let of = projects.filter(|(_, row)| filter.holds_among(&|name| value(row, name), &world));
        of.map(|(_, row)| value(row, "id")).collect::<Vec<_>>()
    };
    assert_eq!(found("bob"), [1.into()]);
    assert_eq!(found("alice"), []);
}

fn that_look_at_a_parent() -> [String; 9] {
    [
        format!("{ALL} {}", forbid("resource.project.secret")),
        format!(
            "{ALL} {}",
            forbid("resource.project has archived && resource.project.archived")
        ),
        format!(
            "{ALL} {}",
            forbid(r#"principal is User && principal in resource.project.members"#)
        ),
        format!("{ALL} {}", forbid(r#"resource in Project::"2""#)),
        permit("!resource.project.secret"),
        permit("!resource.project.members.contains(principal)"),
        permit(r#"!(resource in Project::"3")"#),
        permit("if resource.project.secret then false else true"),
        // an `||` is not a way around it
        permit(r#"resource.owner != principal || resource.project.secret"#),
    ]
}

/// Its absence is not an answer: neither a negation nor a `forbid` takes it for one.
#[test]
fn a_parent_that_is_missing_hidden_or_incomplete_denies() {
    for policies in that_look_at_a_parent() {
        let found = readable(&policies, &Principal::user("erin", "spa"));
        let without: Vec<_> = found.into_iter().filter(|id| *id != 2).collect();
        assert_eq!(without, [1, 5, 6], "{policies}");
    }
    // the same one level up, where project 5 has no organisation
    let frozen = format!(
        "{ALL} {}",
        forbid("resource.project.org has frozen && resource.project.org.frozen")
    );
    assert_eq!(readable(&frozen, &alice()), [1, 2]);
    // who is allowed anything is allowed nothing of an unknown project
    let admin = format!(
        "{} {}",
        permit(r#"principal.roles.contains("admin")"#),
        permit("resource.project.owner == principal").replace(r#"@id("p")"#, r#"@id("q")"#)
    );
    assert_eq!(readable(&admin, &alice().with_role("admin")), [1, 2, 5, 6]);
}

#[test]
fn a_parent_that_may_be_missing_is_asked_for_first() {
    let policies = format!(
        "{ALL} {}",
        forbid("resource has source && resource.source.secret")
    );
    let all: Vec<_> = (1..=7).collect();
    assert_eq!(readable_from(None, &policies, &alice()), all);
    assert_eq!(readable_from(Some(1), &policies, &alice()), all);
    for source in [3, 4, 7] {
        assert_eq!(readable_from(Some(source), &policies, &alice()), NONE);
    }
    let unguarded = forbid("resource.source.secret");
    let refused = Cedar::parse(SCHEMA, &unguarded).unwrap_err();
    assert!(matches!(refused, PolicyError::Invalid { .. }), "{refused}");
}

const ABOUT_OTHERS: [&str; 5] = [
    "resource.project has archived && resource.project.archived",
    "resource.project.owner == principal",
    r#"resource in Project::"2""#,
    r#"resource.project in Org::"acme""#,
    "principal is User && principal in resource.project.members",
];

/// Cedar alone would take a parent that it was not given for one that has nothing and is in nothing.
#[test]
fn a_record_alone_is_not_decided_by_policies_that_look_at_others() {
    let column = |name: &str| match name {
        "owner" => "alice".into(),
        "project" => "1".into(),
        _ => Value::Null,
    };
    let (kind, key) = ("Task", &1.into());
    let row = crate::Row {
        kind,
        key,
        column: &column,
    };
    let decide = |policies: &str| {
        let cedar = Cedar::parse(SCHEMA, policies).unwrap();
        cedar.decide(&alice(), "Read", &row).into_result()
    };
    assert_eq!(decide(ALL), Ok(()));
    let own = permit(r#"resource.project == Project::"1""#);
    assert_eq!(decide(&own), Ok(()));
    for condition in ABOUT_OTHERS {
        let policies = format!("{ALL} {}", forbid(condition));
        assert_eq!(decide(&policies), Err(Reason::OtherRecords), "{condition}");
    }
    let scope = format!(r#"{ALL} @id("f") forbid (principal, action, resource in Project::"2");"#);
    assert_eq!(decide(&scope), Err(Reason::OtherRecords));
}

/// The check names them for every caller: a query of the caller at the start would not.
#[test]
fn a_check_names_every_table_and_column_that_is_looked_at() {
    let policies = permit(LOOKS_AT_MUCH) + &forbid("resource has done && resource.done");
    let cedar = Cedar::parse(SCHEMA, &policies).unwrap();
    let probe = cedar.check("Read", TASK).unwrap();
    let mut sql = crate::Sql::new(crate::Dialect::Sqlite);
    sql.about("tasks", |sql| probe.write(sql));
    for name in NAMES {
        let quoted = format!("\"{name}\"");
        assert!(sql.text.contains(&quoted), "{name}: {}", sql.text);
    }
}

const NAMES: [&str; 12] = [
    "projects", "orgs", "members", "person", "role", "name", "owner", "secret", "deleted",
    "source", "done", "org",
];

const LOOKS_AT_MUCH: &str = r#"principal.roles.contains("admin") && (principal in resource.project.editors
    || resource.project.org.name == "acme" || resource.project.owner == principal
    || resource has source && resource.source == Project::"1")"#;
