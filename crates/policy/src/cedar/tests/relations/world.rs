//! Tasks of projects of organisations, and the people of projects.

use crate::{Columns, Membership, Predicate, RecordShape, Relation, Value, predicate};

use super::number;

pub(super) const SCHEMA: &str = r#"
    entity Org { name: String, frozen?: Bool };
    entity Project in [Org] {
        owner: User, org: Org, archived?: Bool, secret: Bool, members: Set<User>, editors: Set<User>
    };
    entity Task in [Project] { owner: User, project: Project, source?: Project, done?: Bool };
    action Read appliesTo { principal: [User, Client], resource: [Task, Project] };
"#;

pub(super) const ORG: RecordShape = RecordShape {
    kind: "Org",
    table: "orgs",
    key: "name",
    key_within: &[],
    parameter: "org",
    parse: |text| Some(text.into()),
    hidden: || None,
    relations: Vec::new,
};

pub(super) const PROJECT: RecordShape = RecordShape {
    kind: "Project",
    table: "projects",
    key: "id",
    key_within: &[],
    parameter: "project",
    parse: number,
    hidden: || Some(Predicate::Has("deleted".to_owned())),
    relations: || vec![parent("org", ORG), members("members"), editors()],
};

pub(super) const TASK: RecordShape = RecordShape {
    kind: "Task",
    table: "tasks",
    key: "id",
    key_within: &[],
    parameter: "task",
    parse: number,
    hidden: || None,
    relations: || vec![parent("project", PROJECT), parent("source", PROJECT)],
};

pub(super) fn parent(column: &'static str, shape: RecordShape) -> Relation {
    Relation::Parent { column, shape }
}

pub(super) fn membership(kind: &str) -> Membership {
    let membership = Membership::of(kind).in_table("members");
    membership.record_column("project")
}

pub(super) fn members(attribute: &'static str) -> Relation {
    Relation::Members {
        attribute,
        membership: membership("Project"),
    }
}

pub(super) fn editors() -> Relation {
    Relation::Members {
        attribute: "editors",
        membership: membership("Project").when(Predicate::equal("role", "editor")),
    }
}

pub(super) type Row = Vec<(&'static str, Value)>;

/// The rows of all tables.
pub(super) struct World(pub(super) Vec<(&'static str, Row)>);

impl predicate::TableRows for World {
    fn has_row(&self, table: &str, condition: &dyn Fn(&Columns<'_>) -> bool) -> bool {
        let mut rows = self.0.iter().filter(|(name, _)| *name == table);
        rows.any(|(_, row)| condition(&|name| value(row, name)))
    }
}

pub(super) fn value(row: &Row, name: &str) -> Value {
    let found = row.iter().find(|(column, _)| *column == name);
    found.map_or(Value::Null, |(_, value)| value.clone())
}

/// Project 1 is alice's, with the viewer bob and the editor carol; 2 is archived, 3 is deleted, of 4 it is
/// not known if it is secret, 5 is of no organisation that is there, and 6 is bob's and frozen.
pub(super) fn world() -> World {
    let project = |id: i64, owner: &str, org: &str| -> Row {
        let secret = (id != 4).then_some(false);
        vec![
            ("id", id.into()),
            ("owner", owner.into()),
            ("org", org.into()),
            ("secret", secret.into()),
            ("archived", (id == 2).then_some(true).into()),
            ("deleted", (id == 3).then_some(1).into()),
        ]
    };
    let member = |person: &str, role: &str| -> Row {
        let (person, role) = (person.into(), role.into());
        vec![("project", 1.into()), ("person", person), ("role", role)]
    };
    let org = |name: &str, frozen: Option<bool>| -> Row {
        vec![("name", name.into()), ("frozen", frozen.into())]
    };
    World(vec![
        ("orgs", org("acme", None)),
        ("orgs", org("ice", Some(true))),
        ("projects", project(1, "alice", "acme")),
        ("projects", project(2, "alice", "acme")),
        ("projects", project(3, "alice", "acme")),
        ("projects", project(4, "alice", "acme")),
        ("projects", project(5, "alice", "nowhere")),
        ("projects", project(6, "bob", "ice")),
        ("members", member("bob", "viewer")),
        ("members", member("carol", "editor")),
    ])
}
