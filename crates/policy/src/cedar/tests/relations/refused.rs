//! Relations that a policy may not use.

use super::{world::Row, *};

fn unfit(policies: &str, record: RecordShape) -> RelationError {
    let cedar = Cedar::parse(SCHEMA, policies).unwrap();
    let filter = cedar.filter(&alice(), "Read", record);
    assert_eq!(filter, Predicate::Always(false), "it fails closed");
    cedar.check("Read", record).unwrap_err()
}

fn one_level_up() -> [(String, &'static str); 3] {
    [
        (
            permit(r#"resource.project.org.name == "acme""#),
            "`Project.org` names",
        ),
        (permit(r#"resource in Org::"acme""#), "belongs to a Org"),
        (
            permit("principal in resource.project.members"),
            "people of `Project.members`",
        ),
    ]
}

#[test]
fn what_the_code_does_not_declare_is_refused() {
    let alone = RecordShape {
        relations: Vec::new,
        ..TASK
    };
    let unfit_alone = |policies: &str| unfit(policies, alone).to_string();
    let owner = permit("resource.project.owner == principal");
    assert!(unfit_alone(&owner).contains("`Task.project` names"));
    let within = permit(r#"resource in Project::"1""#);
    assert!(unfit_alone(&within).contains("belongs to a Project"));
    let forbidden = format!("{ALL} {}", forbid(r#"resource in Org::"acme""#));
    assert!(unfit_alone(&forbidden).contains("belongs to a Project"));
    // one level up
    let below = RecordShape {
        relations: || {
            let alone = RecordShape {
                relations: Vec::new,
                ..PROJECT
            };
            vec![parent("project", alone), parent("source", alone)]
        },
        ..TASK
    };
    for (policies, said) in one_level_up() {
        let why = unfit(&policies, below).to_string();
        assert!(why.contains(said), "{why}");
    }
    // a key that there cannot be
    for condition in [
        r#"resource.project == Project::"three""#,
        r#"resource in Project::"three""#,
        r#"resource == Task::"three""#,
    ] {
        let why = unfit(&permit(condition), TASK).to_string();
        assert!(why.contains("::\"three\"`, which is not a key"), "{why}");
    }
    // what is not looked at need not be declared
    let own = Cedar::parse(SCHEMA, &permit("resource.owner == principal")).unwrap();
    own.check("Read", alone).unwrap();
}

#[test]
fn a_relation_that_is_something_else_in_the_schema_is_refused() {
    let own = Cedar::parse(SCHEMA, ALL).unwrap();
    let check = |relations: fn() -> Vec<Relation>, record: RecordShape| {
        let record = RecordShape {
            relations,
            ..record
        };
        own.check("Read", record).unwrap_err().to_string()
    };
    for (why, said) in [
        (
            check(|| vec![parent("project", ORG)], TASK),
            "`Task.project` is the key of a Org",
        ),
        (
            check(|| vec![parent("owner", ORG)], TASK),
            "`Task.owner` is the key of a Org",
        ),
        (
            check(|| vec![parent("members", ORG)], PROJECT),
            "`Project.members` is the key",
        ),
        (
            check(|| vec![members("owner")], PROJECT),
            "`Project.owner` is a set of people",
        ),
        (
            check(|| vec![members("members")], TASK),
            "has the members of a Project",
        ),
        (
            check(
                || vec![members("members"), editors(), members("members")],
                PROJECT,
            ),
            "declared twice",
        ),
    ] {
        assert!(why.contains(said), "{why}");
    }
    own.check("Read", TASK).unwrap();
    own.check("Read", PROJECT).unwrap();
}

const NOT_A_QUERY: [(&str, &str); 12] = [
    (
        "resource.project.members == resource.project.editors",
        "set of people",
    ),
    ("resource.project.members.isEmpty()", "more than a query"),
    (
        "resource.project.members.containsAny([principal])",
        "more than a query",
    ),
    (
        "resource.project.members.containsAll([User::\"a\"])",
        "more than a query",
    ),
    ("[User::\"a\"] == resource.project.members", "set of people"),
    (
        "resource.project.owner.sub == \"alice\"",
        "`owner` is not another record",
    ),
    ("resource.project.owner == resource.owner", "two columns"),
    ("resource in resource.project", "more than a query"),
    ("Project::\"1\".owner == principal", "more than a query"),
    ("Project::\"1\" in Org::\"acme\"", "more than a query"),
    ("Project::\"1\" has archived", "more than a query"),
    (
        "resource.project in [resource.project.org]",
        "more than a query",
    ),
];

#[test]
fn what_a_query_cannot_ask_of_relations_is_refused() {
    for (condition, said) in NOT_A_QUERY {
        let why = Cedar::parse(SCHEMA, &permit(condition)).unwrap_err();
        let why = why.to_string();
        assert!(
            why.starts_with("the policy `p` cannot become a condition"),
            "{why}"
        );
        assert!(why.contains(said), "{condition}: {why}");
    }
}

/// A folder of folders has parents without end. Attributes lead as far as the policy says.
#[test]
fn what_is_in_its_own_kind_is_refused() {
    const FOLDER: RecordShape = RecordShape {
        kind: "Folder",
        table: "folders",
        relations: || vec![parent("above", FOLDER)],
        ..TASK
    };
    let schema = r#"
        entity Folder in [Folder] { owner: User, above?: Folder };
        entity File in [Folder] { folder: Folder };
        action Read appliesTo { principal: [User], resource: [Folder, File] };
    "#;
    for kind in ["Folder", "File"] {
        let within = format!(
            r#"@id("p") permit (principal, action, resource is {kind}) when {{ resource in Folder::"1" }};"#
        );
        let why = Cedar::parse(schema, &within).unwrap_err().to_string();
        assert!(why.contains("without end"), "{why}");
    }
    let above = r#"@id("p") permit (principal, action, resource is Folder)
        when { resource has above && resource.above has above && resource.above.above.owner == principal };"#;
    let cedar = Cedar::parse(schema, above).unwrap();
    cedar.check("Read", FOLDER).unwrap();
    let folder = |id: i64, owner: &str, above: Option<i64>| -> (&'static str, Row) {
        let row = vec![
            ("id", id.into()),
            ("owner", owner.into()),
            ("above", above.into()),
        ];
        ("folders", row)
    };
    let world = World(vec![
        folder(1, "alice", None),
        folder(2, "bob", Some(1)),
        folder(3, "bob", Some(2)),
    ]);
    let filter = cedar.filter(&alice(), "Read", FOLDER);
    let found = world
        .0
        .iter()
        .map(|(_, row)| filter.holds_among(&|name| value(row, name), &world));
    assert_eq!(found.collect::<Vec<_>>(), [false, false, true]);
}
