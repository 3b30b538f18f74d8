//! Tables and code that do not fit the policies are found at the start.

use airside_resource::{
    Authorized, BuildError, Listed, Record, Router, ThroughParent, actions,
    memory::Memory,
    policy::{RelationError, cedar::Cedar},
    rule,
    sqlite::Sqlite,
};

use super::{POLICIES, SCHEMA, TABLES, in_memory, in_sqlite, world};
use crate::bank::{State, World};

/// Also what the policies would not look at for the caller that the start asks as.
#[tokio::test]
async fn a_table_that_policies_look_at_and_that_does_not_fit_is_found_at_the_start() {
    for (from, to, said) in [
        ("owner text", "ownr text", "owner"),
        ("archived boolean", "archivd boolean", "archived"),
        ("deleted_at bigint", "deleted bigint", "deleted_at"),
        ("person text", "persn text", "person"),
        ("role text", "rol text", "role"),
        ("TABLE project_members", "TABLE members", "project_members"),
        ("locked boolean", "lockd boolean", "locked"),
    ] {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(&TABLES.replace(from, to)).unwrap();
        let (airside, records) = (world(POLICIES).airside.clone(), Sqlite::new(connection));
        let api = in_sqlite::routes()
            .build(State { airside, records })
            .unwrap();
        let problem = api.ready().await.unwrap_err().to_string();
        assert!(problem.contains(said), "{problem}");
    }
}

#[derive(Record)]
#[record(table = "tasks", records = Memory, type_name = "Task")]
struct Orphan {
    id: i64,
    project: i64,
}

#[derive(Record)]
#[record(table = "notes", records = Memory, parameter = "note")]
struct Note {
    id: i64,
    #[record(parent = in_memory::Project)]
    project: i64,
}

actions! {
    SeeTask reads Orphan = rule::any_token().policies();
    SeeNote reads Note = rule::any_token().through::<in_memory::Project, in_memory::SeeProject>();
}

#[test]
fn relations_of_policies_that_the_code_does_not_declare_are_refused() {
    async fn orphan(_: Authorized<Orphan, SeeTask>) {}
    let state = State {
        airside: world(POLICIES).airside.clone(),
        records: Memory::default(),
    };
    let refused = Router::new().get("/tasks/{id}", orphan).build(state);
    let refused = refused.unwrap_err();
    let reason = RelationError::NoParent {
        kind: "Task".to_owned(),
        attribute: "project".to_owned(),
        parent: "Project".to_owned(),
    };
    let action = "SeeTask";
    assert_eq!(refused, BuildError::Relation { action, reason });
    assert_eq!(
        refused.to_string(),
        "policies decide about `SeeTask`: they use the Project that `Task.project` names, and the \
         code does not declare it: `#[record(parent = Project)]` at the field `project`"
    );
}

/// Otherwise such a rule would allow nothing, without an error.
#[test]
fn a_parent_whose_rule_is_the_policies_needs_them_too() {
    async fn notes(_: Listed<Note, SeeNote>) {}
    let build = |world: World| {
        let (airside, records) = (world.airside.clone(), Memory::default());
        let routes = Router::new().get("/notes", notes);
        routes.build(State { airside, records })
    };
    assert!(build(world(POLICIES)).is_ok());
    assert_eq!(
        build(World::new()).unwrap_err(),
        BuildError::NoPolicies("SeeProject")
    );
    let schema = SCHEMA.replace("SeeProject", "LookAtProject");
    let policies = POLICIES.replace("SeeProject", "LookAtProject");
    let other = World::with(|api| api.policies(Cedar::parse(&schema, &policies).unwrap()));
    let unknown = BuildError::UnknownAction {
        action: "SeeProject",
        kind: "Project",
    };
    assert_eq!(build(other).unwrap_err(), unknown);
}
