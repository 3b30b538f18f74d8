//! Projects and tasks whose rules are Cedar policies about parents and members.

mod refused;

use airside_resource::{
    Api, Authorized, Create, Listed, Record, Rejection, Router, actions,
    memory::Memory,
    policy::{Membership, Predicate, Value, cedar::Cedar},
    rule,
    sqlite::Sqlite,
};

use crate::{
    asking::{Asking, absent, found},
    bank::{State, World},
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
    let asking = Asking {
        world,
        api,
        scope: "",
    };
    shows_projects_to_owners_and_members(&asking).await;
    shows_tasks_to_those_who_see_their_project(&asking).await;
    adds_tasks_only_to_projects_that_the_caller_may_edit(&asking).await;
    changes_only_what_the_caller_may_edit(&asking).await;
    moves_tasks_only_between_projects_that_the_caller_may_edit(&asking).await;
    hides_the_tasks_of_a_hidden_project(&asking).await;
}

async fn shows_projects_to_owners_and_members(asking: &Asking<'_>) {
    for (person, path, answer) in [
        ("alice", "/projects", found("1,2")),
        ("bob", "/projects", found("1,2,4")),
        ("mallory", "/projects", found("")),
        ("bob", "/projects/1", found("1")),
        ("alice", "/projects/4", absent()),
        ("mallory", "/projects/1", absent()),
    ] {
        assert_eq!(asking.get(person, path).await, answer, "{person} {path}");
    }
}

/// One whose project is hidden, not there or under an embargo is seen without an owner.
async fn shows_tasks_to_those_who_see_their_project(asking: &Asking<'_>) {
    for (person, path, shown) in SHOWN_TASKS {
        let answer = asking.get(person, path).await;
        assert_eq!(answer, found(shown), "{person} {path}");
    }
    for (person, path) in HIDDEN_TASKS {
        let answer = asking.get(person, path).await;
        assert_eq!(answer, absent(), "{person} {path}");
    }
}

async fn adds_tasks_only_to_projects_that_the_caller_may_edit(asking: &Asking<'_>) {
    for (person, path, body) in REFUSED_TASKS {
        let answer = asking.post(person, path, body).await;
        assert!(
            [403, 404].contains(&answer.0),
            "{person} {path} {body}: {answer:?}"
        );
    }
    let tasks = "/projects/1/tasks";
    assert_eq!(asking.post("alice", tasks, "Locked").await.0, 403);
    assert_eq!(asking.get("alice", tasks).await, found("10"));
    assert_eq!(asking.post("carol", tasks, "New").await, found("1"));
    assert_eq!(asking.post("alice", "/tasks", "1").await, found("1"));
    assert_eq!(asking.get("alice", tasks).await, found("10,70,71"));
}

async fn changes_only_what_the_caller_may_edit(asking: &Asking<'_>) {
    let changed = asking.put("carol", "/tasks/10", "New").await;
    assert_eq!(changed, found("New"));
    for (person, path) in [
        ("bob", "/tasks/10"),
        ("mallory", "/tasks/10"),
        ("alice", "/tasks/20"),
        ("alice", "/tasks/30"),
        ("alice", "/tasks/50"),
        ("alice", "/tasks/90"),
    ] {
        let answer = asking.put(person, path, "New").await;
        assert_eq!(answer, absent(), "{person} {path}");
    }
}

async fn moves_tasks_only_between_projects_that_the_caller_may_edit(asking: &Asking<'_>) {
    let task = "/tasks/10";
    for to in ["2", "3", "4", "9"] {
        assert_eq!(asking.patch("alice", task, to).await, absent(), "{to}");
    }
    let embargoed = asking.patch("alice", task, "5").await;
    assert_eq!(embargoed.0, 403, "its key alone decides");
    assert_eq!(asking.patch("carol", task, "4").await, found("4"));
    assert_eq!(
        asking.patch("bob", task, "1").await,
        absent(),
        "his project, and not the other"
    );
    let listed = asking.get("bob", "/projects/4/tasks").await;
    assert_eq!(listed, found("10,40"));
    assert_eq!(asking.delete("mallory", "/tasks/70").await, absent());
    assert_eq!(asking.delete("carol", "/tasks/70").await, found("New"));
}

async fn hides_the_tasks_of_a_hidden_project(asking: &Asking<'_>) {
    assert_eq!(asking.delete("alice", "/projects/1").await.0, 200);
    assert_eq!(asking.get("alice", "/tasks").await, found("20"));
    let changed = asking.put("carol", "/tasks/71", "New").await;
    assert_eq!(changed, absent());
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

const SHOWN_TASKS: [(&str, &str, &str); 7] = [
    ("alice", "/tasks", "10,20"),
    ("bob", "/tasks", "10,20,40"),
    ("mallory", "/tasks", ""),
    ("carol", "/projects/2/tasks", "20"),
    ("carol", "/projects/x/tasks", ""),
    ("bob", "/tasks/10", "of 1"),
    ("bob", "/projects/1/tasks/10", "of 1"),
];

const HIDDEN_TASKS: [(&str, &str); 7] = [
    ("mallory", "/tasks/10"),
    ("alice", "/tasks/30"),
    ("alice", "/tasks/40"),
    ("alice", "/tasks/50"),
    ("alice", "/tasks/90"),
    // of another project than the path says
    ("bob", "/projects/2/tasks/10"),
    ("bob", "/projects/01/tasks/10"),
];

const REFUSED_TASKS: [(&str, &str, &str); 11] = [
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
];
