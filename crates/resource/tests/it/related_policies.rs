//! Projects and tasks whose rules are Cedar policies about parents and members.

use airside_resource::{
    Api, Authorized, BuildError, Create, Listed, Record, Rejection, Router, ThroughParent, actions,
    memory::Memory,
    policy::{Membership, Predicate, RelationError, Value, cedar::Cedar},
    rule,
    sqlite::Sqlite,
};
use http::Method;

use crate::{
    bank::{State, World},
    declared::send,
};

const SCHEMA: &str = r#"
    entity Project { owner: User, archived?: Bool, members: Set<User>, editors: Set<User> };
    entity Task in [Project] { project: Project, locked?: Bool };
    action SeeProject, EditProject appliesTo { principal: [User], resource: [Project] };
    action SeeTask, EditTask appliesTo { principal: [User], resource: [Task] };
"#;

const POLICIES: &str = r#"
    @id("owners") permit (principal, action, resource is Project)
    when { resource.owner == principal };
    @id("members") permit (principal, action == Action::"SeeProject", resource)
    when { principal in resource.members };
    @id("owners of its project") permit (principal, action, resource is Task)
    when { resource.project.owner == principal };
    @id("members of its project") permit (principal, action == Action::"SeeTask", resource)
    when { resource.project.members.contains(principal) };
    @id("editors of its project") permit (principal, action == Action::"EditTask", resource)
    when { principal in resource.project.editors };
    @id("archived") forbid (principal, action == Action::"EditTask", resource)
    when { resource.project has archived && resource.project.archived };
    @id("locked") forbid (principal, action == Action::"EditTask", resource)
    when { resource has locked && resource.locked };
    @id("embargo") forbid (principal, action, resource in Project::"5");
"#;

const TABLES: &str = "
    CREATE TABLE projects (id bigint PRIMARY KEY, owner text, archived boolean, deleted_at bigint);
    CREATE TABLE project_members (project bigint, person text, role text);
    CREATE TABLE tasks (id bigint PRIMARY KEY, project bigint, locked boolean, name text);";

/// Alice has five projects: 1 has the viewer bob and the editor carol, 2 is archived, 3 is deleted, 4 is
/// bob's, 5 is under an embargo. The task 10·n is of project n, and 90 of none that is there.
fn rows() -> Vec<(&'static str, Vec<(&'static str, Value)>)> {
    let mut rows = Vec::new();
    for id in 1..=5_i64 {
        let owner = if id == 4 { "bob" } else { "alice" };
        let project = vec![
            ("id", id.into()),
            ("owner", owner.into()),
            ("archived", (id == 2).then_some(true).into()),
            ("deleted_at", (id == 3).then_some(7).into()),
        ];
        rows.push(("projects", project));
        for (person, role) in [("bob", "viewer"), ("carol", "editor")] {
            let member = vec![
                ("project", id.into()),
                ("person", person.into()),
                ("role", role.into()),
            ];
            rows.push(("project_members", member));
        }
    }
    for project in [1, 2, 3, 4, 5, 9_i64] {
        let task = vec![
            ("id", (10 * project).into()),
            ("project", project.into()),
            ("name", format!("of {project}").into()),
        ];
        rows.push(("tasks", task));
    }
    rows
}

fn memory() -> Memory {
    let memory = Memory::default();
    for (table, row) in rows() {
        memory.unprotected().insert(table, row);
    }
    memory
}

fn sqlite() -> Sqlite {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(TABLES).unwrap();
    for (table, row) in rows() {
        let names: Vec<_> = row.iter().map(|(name, _)| *name).collect();
        let values = row.iter().map(|(_, value)| match value {
            Value::Text(text) => format!("'{text}'"),
            Value::Integer(number) => number.to_string(),
            Value::Bool(value) => value.to_string(),
            _ => "NULL".to_owned(),
        });
        let values: Vec<_> = values.collect();
        let (names, values) = (names.join(", "), values.join(", "));
        let sql = format!("INSERT INTO {table} ({names}) VALUES ({values})");
        connection.execute_batch(&sql).unwrap();
    }
    Sqlite::new(connection)
}

fn members() -> Membership {
    let members = Membership::of("Project").in_table("project_members");
    members.record_column("project")
}

fn editors() -> Membership {
    members().when(Predicate::equal("role", "editor"))
}

macro_rules! projects {
    ($module:ident, $records:ty) => {
        mod $module {
            use super::*;

            #[derive(Record)]
            #[record(
                                table = "projects", records = $records, parameter = "project",
                                members(members = members(), editors = editors())
                            )]
            pub struct Project {
                pub id: i64,
                #[record(owner)]
                pub owner: String,
                pub archived: Option<bool>,
                #[record(writable, hidden_when_set)]
                pub deleted_at: Option<i64>,
            }

            #[derive(Record)]
            #[record(table = "tasks", records = $records, parameter = "task")]
            pub struct Task {
                pub id: i64,
                #[record(parent = Project, writable)]
                pub project: i64,
                #[record(writable)]
                pub locked: Option<bool>,
                #[record(writable)]
                pub name: String,
            }

            actions! {
                SeeProject reads Project = rule::any_token().policies();
                EditProject writes Project = rule::any_token().policies();
                SeeTask reads Task = rule::any_token().policies();
                EditTask writes Task = rule::any_token().policies();
            }

            async fn projects(list: Listed<Project, SeeProject>) -> Result<String, Rejection> {
                let page = list.page(None, 100).await?;
                assert_eq!(list.count().await?, page.len() as u64);
                let ids = page.iter().map(|one| one.id.to_string());
                Ok(ids.collect::<Vec<_>>().join(","))
            }
            async fn project(one: Authorized<Project, SeeProject>) -> String {
                one.id.to_string()
            }
            async fn bury(one: Authorized<Project, EditProject>) -> Result<(), Rejection> {
                one.hide(vec![("deleted_at", 7.into())]).await.map(drop)
            }
            async fn tasks(list: Listed<Task, SeeTask>) -> Result<String, Rejection> {
                let page = list.page(None, 100).await?;
                let ids = page.iter().map(|one| one.id.to_string());
                Ok(ids.collect::<Vec<_>>().join(","))
            }
            async fn task(one: Authorized<Task, SeeTask>) -> String {
                one.name.clone()
            }
            async fn add(new: Create<Task, EditTask>, name: String) -> Result<String, Rejection> {
                let locked = (name == "Locked").then_some(true);
                let mut values = vec![("id", 70.into()), ("name", name.into())];
                if locked.is_some() {
                    values.push(("locked", locked.into()));
                }
                Ok(new.insert(values).await?.project.to_string())
            }
            /// A new task of which the body says the project.
            async fn post(
                new: Create<Task, EditTask>,
                project: String,
            ) -> Result<String, Rejection> {
                let project: i64 = project.parse().unwrap();
                let values = vec![
                    ("id", 71.into()),
                    ("name", "x".into()),
                    ("project", project.into()),
                ];
                Ok(new.insert(values).await?.project.to_string())
            }
            async fn rename(
                one: Authorized<Task, EditTask>,
                name: String,
            ) -> Result<String, Rejection> {
                Ok(one.update(vec![("name", name.into())]).await?.name)
            }
            async fn shift(
                one: Authorized<Task, EditTask>,
                project: String,
            ) -> Result<String, Rejection> {
                let project: i64 = project.parse().unwrap();
                Ok(one
                    .update(vec![("project", project.into())])
                    .await?
                    .project
                    .to_string())
            }
            async fn remove(one: Authorized<Task, EditTask>) -> Result<String, Rejection> {
                Ok(one.delete().await?.name)
            }

            pub fn routes() -> Router<State<$records>> {
                let of_project = Router::new()
                    .get("/", project)
                    .delete("/", bury)
                    .get("/tasks", tasks)
                    .post("/tasks", add)
                    .get("/tasks/{task}", task);
                Router::new()
                    .get("/projects", projects)
                    .nest("/projects/{project}", of_project)
                    .get("/tasks", tasks)
                    .post("/tasks", post)
                    .get("/tasks/{task}", task)
                    .put("/tasks/{task}", rename)
                    .patch("/tasks/{task}", shift)
                    .delete("/tasks/{task}", remove)
            }
        }
    };
}

projects!(in_sqlite, Sqlite);
projects!(in_memory, Memory);

fn world(policies: &str) -> World {
    World::with(|api| api.policies(Cedar::parse(SCHEMA, policies).unwrap()))
}

/// The behaviour of every adapter.
async fn behaves(world: &World, api: &Api) {
    let ask = async |person: &str, method: Method, path: &str, body: &str| {
        let token = world.token(person, "", &[]);
        send(api, &token, method, path, body).await
    };
    let get = async |person: &str, path: &str| ask(person, Method::GET, path, "").await;
    let found = |text: &str| (200, text.to_owned());
    let absent = (404, r#"{"error":"not_found"}"#.to_owned());

    // owner, members and strangers, in lists and one by one
    assert_eq!(get("alice", "/projects").await, found("1,2"));
    assert_eq!(get("bob", "/projects").await, found("1,2,4"));
    assert_eq!(get("mallory", "/projects").await, found(""));
    assert_eq!(get("bob", "/projects/1").await, found("1"));
    assert_eq!(get("alice", "/projects/4").await, absent);
    assert_eq!(get("mallory", "/projects/1").await, absent);

    // tasks are seen by those who see their project; one whose project is hidden, not there or under
    // an embargo without an owner
    assert_eq!(get("alice", "/tasks").await, found("10,20"));
    assert_eq!(get("bob", "/tasks").await, found("10,20,40"));
    assert_eq!(get("mallory", "/tasks").await, found(""));
    assert_eq!(get("carol", "/projects/2/tasks").await, found("20"));
    assert_eq!(get("carol", "/projects/x/tasks").await, found(""));
    assert_eq!(get("bob", "/tasks/10").await, found("of 1"));
    assert_eq!(get("bob", "/projects/1/tasks/10").await, found("of 1"));
    for (person, path) in [
        ("mallory", "/tasks/10"),
        ("alice", "/tasks/30"),
        ("alice", "/tasks/40"),
        ("alice", "/tasks/50"),
        ("alice", "/tasks/90"),
        // of another project than the path says
        ("bob", "/projects/2/tasks/10"),
        ("bob", "/projects/01/tasks/10"),
    ] {
        assert_eq!(get(person, path).await, absent, "{person} {path}");
    }

    // a task cannot be put into a project that the caller may not edit
    let post =
        async |person: &str, path: &str, body: &str| ask(person, Method::POST, path, body).await;
    for (person, path, body) in [
        ("mallory", "/projects/1/tasks", "New"),
        ("bob", "/projects/1/tasks", "New"),
        ("alice", "/projects/2/tasks", "New"),
        ("alice", "/projects/3/tasks", "New"),
        ("alice", "/projects/4/tasks", "New"),
        ("alice", "/projects/5/tasks", "New"),
        ("alice", "/projects/9/tasks", "New"),
        ("alice", "/projects/x/tasks", "New"),
        ("mallory", "/tasks", "1"),
        ("alice", "/tasks", "3"),
        ("alice", "/tasks", "9"),
    ] {
        let answer = post(person, path, body).await;
        assert!(
            [403, 404].contains(&answer.0),
            "{person} {path} {body}: {answer:?}"
        );
    }
    assert_eq!(post("alice", "/projects/1/tasks", "Locked").await.0, 403);
    assert_eq!(get("alice", "/projects/1/tasks").await, found("10"));
    assert_eq!(post("carol", "/projects/1/tasks", "New").await, found("1"));
    assert_eq!(post("alice", "/tasks", "1").await, found("1"));
    assert_eq!(get("alice", "/projects/1/tasks").await, found("10,70,71"));

    // nor moves one there, nor changes one that is not theirs to edit
    let put = async |person: &str, path: &str| ask(person, Method::PUT, path, "New").await;
    assert_eq!(put("carol", "/tasks/10").await, found("New"));
    for (person, path) in [
        ("bob", "/tasks/10"),
        ("mallory", "/tasks/10"),
        ("alice", "/tasks/20"),
        ("alice", "/tasks/30"),
        ("alice", "/tasks/50"),
        ("alice", "/tasks/90"),
    ] {
        assert_eq!(put(person, path).await, absent, "{person} {path}");
    }
    let patch = async |person: &str, to: &str| ask(person, Method::PATCH, "/tasks/10", to).await;
    for to in ["2", "3", "4", "9"] {
        assert_eq!(patch("alice", to).await, absent, "{to}");
    }
    assert_eq!(patch("alice", "5").await.0, 403, "its key alone decides");
    assert_eq!(patch("carol", "4").await, found("4"));
    assert_eq!(
        patch("bob", "1").await,
        absent,
        "his project, and not the other"
    );
    assert_eq!(get("bob", "/projects/4/tasks").await, found("10,40"));
    let delete = async |person: &str, path: &str| ask(person, Method::DELETE, path, "").await;
    assert_eq!(delete("mallory", "/tasks/70").await, absent);
    assert_eq!(delete("carol", "/tasks/70").await, found("New"));

    // a hidden project takes its tasks with it
    assert_eq!(delete("alice", "/projects/1").await.0, 200);
    assert_eq!(get("alice", "/tasks").await, found("20"));
    assert_eq!(put("carol", "/tasks/71").await, absent);
}

#[tokio::test]
async fn policies_about_parents_and_members_rule_in_sqlite() {
    let world = world(POLICIES);
    let (airside, records) = (world.airside.clone(), sqlite());
    let api = in_sqlite::routes()
        .build(State { airside, records })
        .unwrap();
    api.ready().await.unwrap();
    behaves(&world, &api).await;
}

#[tokio::test]
async fn policies_about_parents_and_members_rule_in_memory() {
    let world = world(POLICIES);
    let (airside, records) = (world.airside.clone(), memory());
    let api = in_memory::routes()
        .build(State { airside, records })
        .unwrap();
    api.ready().await.unwrap();
    behaves(&world, &api).await;
}

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
    let refused = Router::new()
        .get("/tasks/{id}", orphan)
        .build(state)
        .unwrap_err();
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
