//! Projects with members, their tasks, and the comments on these: records of records, on three adapters.

use airside_resource::{
    Api, Authorized, BuildError, Create, Listed, Record, Rejection, Router, ThroughParent, actions,
    memory::Memory,
    policy::{Membership, Predicate, Value},
    postgres::Postgres,
    rule,
    sqlite::Sqlite,
};
use http::Method;

use crate::{
    asking::{Asking, absent, found},
    bank::{State, World},
    declared::send,
};

const TABLES: &str = "
    CREATE TABLE projects (id bigint PRIMARY KEY, owner text NOT NULL, name text NOT NULL);
    CREATE TABLE project_members (project bigint NOT NULL, person text NOT NULL, role text NOT NULL);
    CREATE TABLE tasks (id bigint PRIMARY KEY, project bigint NOT NULL, name text NOT NULL);
    CREATE TABLE comments (id bigint PRIMARY KEY, task bigint NOT NULL, name text NOT NULL);
    INSERT INTO projects VALUES (1, 'alice', 'Alpha'), (2, 'bob', 'Beta'), (10, 'dave', 'Ten');
    INSERT INTO project_members VALUES (1, 'bob', 'viewer'), (1, 'carol', 'editor'), (2, 'eve', 'viewer');
    INSERT INTO tasks VALUES (10, 1, 'ten'), (11, 1, 'eleven'), (20, 2, 'twenty');
    INSERT INTO comments VALUES (100, 10, 'first'), (200, 20, 'second');";

macro_rules! projects {
    ($module:ident, $records:ty) => {
        mod $module {
            use super::*;

            #[derive(Record)]
            #[record(table = "projects", records = $records, parameter = "project")]
            pub struct Project {
                pub id: i64,
                #[record(owner)]
                pub owner: String,
                #[record(writable)]
                pub name: String,
            }

            #[derive(Record)]
            #[record(table = "tasks", records = $records, parameter = "task")]
            pub struct Task {
                pub id: i64,
                #[record(parent = Project)]
                pub project: i64,
                #[record(writable)]
                pub name: String,
            }

            #[derive(Record)]
            #[record(table = "comments", records = $records, parameter = "comment")]
            pub struct Comment {
                pub id: i64,
                #[record(parent = Task)]
                pub task: i64,
                #[record(writable)]
                pub name: String,
            }

            fn members() -> Membership {
                Membership::of(Project::TYPE).in_table("project_members").record_column("project")
            }

            actions! {
                SeeProject reads Project = rule::scope("projects").owner_or(members());
                EditProject writes Project =
                    rule::scope("projects").owner_or(members().when(Predicate::equal("role", "editor")));
                SeeTask reads Task = rule::any_token().through::<Project, SeeProject>();
                EditTask writes Task = rule::scope("tasks").through::<Project, EditProject>();
                SeeComment reads Comment = rule::any_token().through::<Task, SeeTask>();
            }

            macro_rules! names {
                ($list:expr) => {{
                    let page = $list.page(None, 100).await?;
                    assert_eq!($list.count().await?, page.len() as u64);
                    Ok(page.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(","))
                }};
            }

            async fn projects(list: Listed<Project, SeeProject>) -> Result<String, Rejection> {
                names!(list)
            }
            async fn project(one: Authorized<Project, SeeProject>) -> String {
                one.name.clone()
            }
            async fn rename(
                one: Authorized<Project, EditProject>,
                name: String,
            ) -> Result<String, Rejection> {
                Ok(one.update(vec![("name", name.into())]).await?.name)
            }
            async fn begin(
                new: Create<Project, EditProject>,
                name: String,
            ) -> Result<String, Rejection> {
                let made = new.insert(vec![("id", 3.into()), ("name", name.into())]).await?;
                Ok(made.owner)
            }
            async fn tasks(list: Listed<Task, SeeTask>) -> Result<String, Rejection> {
                names!(list)
            }
            async fn task(one: Authorized<Task, SeeTask>) -> String {
                one.name.clone()
            }
            async fn add(new: Create<Task, EditTask>, name: String) -> Result<String, Rejection> {
                let made = new.insert(vec![("id", 30.into()), ("name", name.into())]).await?;
                Ok(made.project.to_string())
            }
            async fn retitle(
                one: Authorized<Task, EditTask>,
                name: String,
            ) -> Result<String, Rejection> {
                Ok(one.update(vec![("name", name.into())]).await?.name)
            }
            async fn remove(one: Authorized<Task, EditTask>) -> Result<String, Rejection> {
                Ok(one.delete().await?.name)
            }
            async fn comments(list: Listed<Comment, SeeComment>) -> Result<String, Rejection> {
                names!(list)
            }
            async fn comment(one: Authorized<Comment, SeeComment>) -> String {
                one.name.clone()
            }

            pub fn routes() -> Router<State<$records>> {
                let of_project = Router::new()
                    .get("/", project)
                    .put("/", rename)
                    .get("/tasks", tasks)
                    .post("/tasks", add)
                    .get("/tasks/{task}", task)
                    .put("/tasks/{task}", retitle)
                    .delete("/tasks/{task}", remove)
                    .get("/tasks/{task}/comments", comments)
                    .get("/tasks/{task}/comments/{comment}", comment);
                Router::new()
                    .get("/projects", projects)
                    .post("/projects", begin)
                    .nest("/projects/{project}", of_project)
                    .get("/tasks/{task}", task)
            }

            /// A new task whose path does not say of which project.
            pub fn orphans() -> Router<State<$records>> {
                Router::new().post("/tasks", add)
            }
        }
    };
}

projects!(in_sqlite, Sqlite);
projects!(in_postgres, Postgres);

projects!(in_memory, Memory);

/// The rows of `TABLES`.
fn memory() -> Memory {
    let memory = Memory::default();
    let mut tables = memory.unprotected();
    let mut insert = |table: &str, columns: [&str; 3], values: [Value; 3]| {
        tables.insert(table, columns.into_iter().zip(values));
    };
    for (id, owner, name) in [
        (1, "alice", "Alpha"),
        (2, "bob", "Beta"),
        (10, "dave", "Ten"),
    ] {
        let values = [id.into(), owner.into(), name.into()];
        insert("projects", ["id", "owner", "name"], values);
    }
    for (project, person, role) in [
        (1, "bob", "viewer"),
        (1, "carol", "editor"),
        (2, "eve", "viewer"),
    ] {
        let values = [project.into(), person.into(), role.into()];
        insert("project_members", ["project", "person", "role"], values);
    }
    for (id, project, name) in [(10, 1, "ten"), (11, 1, "eleven"), (20, 2, "twenty")] {
        let values = [id.into(), project.into(), name.into()];
        insert("tasks", ["id", "project", "name"], values);
    }
    for (id, task, name) in [(100, 10, "first"), (200, 20, "second")] {
        let values = [id.into(), task.into(), name.into()];
        insert("comments", ["id", "task", "name"], values);
    }
    drop(tables);
    memory
}

fn sqlite() -> Sqlite {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(TABLES).unwrap();
    Sqlite::new(connection)
}

async fn postgres() -> Postgres {
    let config: tokio_postgres::Config = airside_testkit::postgres::schema().parse().unwrap();
    let manager = deadpool_postgres::Manager::new(config, tokio_postgres::NoTls);
    let pool = deadpool_postgres::Pool::builder(manager).build().unwrap();
    let client = pool.get().await.unwrap();
    client.batch_execute(TABLES).await.unwrap();
    Postgres::new(pool)
}

/// The behaviour of every adapter.
async fn behaves(world: &World, api: &Api) {
    let asking = Asking {
        world,
        api,
        scope: "projects tasks",
    };
    shows_projects_to_their_members(&asking).await;
    shows_tasks_below_the_project_of_the_path(&asking).await;
    shows_records_two_levels_deep(&asking).await;
    changes_only_what_a_member_may_edit(&asking).await;
    adds_tasks_only_to_projects_that_the_caller_may_edit(&asking).await;
    demands_the_scope_of_the_parent(&asking).await;
}

async fn shows_projects_to_their_members(asking: &Asking<'_>) {
    for (person, listed) in [
        ("alice", "Alpha"),
        ("bob", "Alpha,Beta"),
        ("carol", "Alpha"),
        ("mallory", ""),
    ] {
        assert_eq!(asking.get(person, "/projects").await, found(listed));
    }
    assert_eq!(asking.get("bob", "/projects/1").await, found("Alpha"));
    assert_eq!(asking.get("mallory", "/projects/1").await, absent());
}

/// Tasks are seen by those who see their project, and belong to the project that the path names.
async fn shows_tasks_below_the_project_of_the_path(asking: &Asking<'_>) {
    for (person, path, shown) in SHOWN_BELOW_PROJECTS {
        assert_eq!(asking.get(person, path).await, found(shown), "{path}");
    }
    for (person, path) in HIDDEN_BELOW_PROJECTS {
        let answer = asking.get(person, path).await;
        assert_eq!(answer, absent(), "{person} {path}");
    }
}

async fn shows_records_two_levels_deep(asking: &Asking<'_>) {
    for (person, path, shown) in [
        ("carol", "/projects/1/tasks/10/comments", "first"),
        ("carol", "/projects/1/tasks/10/comments/100", "first"),
        ("bob", "/projects/2/tasks/10/comments", ""),
    ] {
        assert_eq!(asking.get(person, path).await, found(shown), "{path}");
    }
    for path in [
        "/projects/1/tasks/11/comments/100",
        "/projects/2/tasks/10/comments/100",
        "/projects/1/tasks/10/comments/200",
    ] {
        assert_eq!(asking.get("bob", path).await, absent(), "{path}");
    }
}

async fn changes_only_what_a_member_may_edit(asking: &Asking<'_>) {
    for path in ["/projects/1", "/projects/1/tasks/10"] {
        for (person, answer) in [
            ("bob", absent()),
            ("mallory", absent()),
            ("carol", found("New")),
        ] {
            assert_eq!(
                asking.put(person, path, "New").await,
                answer,
                "{person} {path}"
            );
        }
    }
    for (person, path, answer) in [
        ("bob", "/projects/1/tasks/11", absent()),
        ("carol", "/projects/2/tasks/11", absent()),
        ("carol", "/projects/1/tasks/11", found("eleven")),
    ] {
        assert_eq!(asking.delete(person, path).await, answer, "{person} {path}");
    }
}

async fn adds_tasks_only_to_projects_that_the_caller_may_edit(asking: &Asking<'_>) {
    for (person, path) in [
        ("mallory", "/projects/1/tasks"),
        ("bob", "/projects/1/tasks"),
        ("alice", "/projects/2/tasks"),
        ("alice", "/projects/99/tasks"),
        ("alice", "/projects/x/tasks"),
    ] {
        let answer = asking.post(person, path, "More").await;
        assert_eq!(answer, absent(), "{person} {path}");
    }
    let tasks = "/projects/1/tasks";
    assert_eq!(asking.get("alice", tasks).await, found("New"));
    assert_eq!(asking.post("carol", tasks, "More").await, found("1"));
    assert_eq!(asking.get("alice", tasks).await, found("New,More"));
    // the caller who makes a project owns it
    let made = asking.post("mallory", "/projects", "More").await;
    assert_eq!(made, found("mallory"));
    assert_eq!(asking.get("mallory", "/projects").await, found("More"));
}

async fn demands_the_scope_of_the_parent(asking: &Asking<'_>) {
    let token = asking.world.token("alice", "tasks", &[]);
    let refused = send(asking.api, &token, Method::GET, "/tasks/10", "").await;
    assert_eq!(refused.0, 403);
}

#[tokio::test]
async fn records_of_records_are_reached_through_their_parents_in_sqlite() {
    let world = World::new();
    let (airside, records) = (world.airside.clone(), sqlite());
    let api = in_sqlite::routes().build(State { airside, records });
    behaves(&world, &api.unwrap()).await;
}

#[tokio::test]
async fn records_of_records_are_reached_through_their_parents_in_postgresql() {
    let world = World::new();
    let (airside, records) = (world.airside.clone(), postgres().await);
    let api = in_postgres::routes().build(State { airside, records });
    behaves(&world, &api.unwrap()).await;
}

#[tokio::test]
async fn records_of_records_are_reached_through_their_parents_in_memory() {
    let world = World::new();
    let (airside, records) = (world.airside.clone(), memory());
    let api = in_memory::routes().build(State { airside, records });
    let api = api.unwrap();
    api.ready().await.unwrap();
    behaves(&world, &api).await;
}

/// Without an index, each request would read all memberships.
#[tokio::test]
async fn the_start_finds_indexes_that_are_missing() {
    let world = World::new();
    let airside = world.airside.clone();
    let records = sqlite();
    let in_sqlite = in_sqlite::routes().build(State { airside, records });
    let airside = world.airside.clone();
    let records = postgres().await;
    let in_postgres = in_postgres::routes().build(State { airside, records });
    for api in [in_sqlite.unwrap(), in_postgres.unwrap()] {
        let missing = api.missing_indexes().await.unwrap();
        let said: Vec<_> = missing.iter().map(ToString::to_string).collect();
        let expected = MISSING_INDEXES;
        assert_eq!(said, expected);
    }
}

#[test]
fn a_table_shows_through_what_a_record_is_reached() {
    let table = in_sqlite::routes().table();
    for line in [
        "SeeProject   scope `projects` and (owner = sub or member in `project_members`)\n",
        "EditProject  scope `projects` and (owner = sub or member in `project_members` where `role` is `editor`)\n",
        "SeeTask      scope `projects` and SeeProject of its Project\n",
        "EditTask     scope `tasks` and scope `projects` and EditProject of its Project\n",
    ] {
        assert!(table.contains(line), "{table}");
    }
}

// after the macro, which it uses
mod build;

const MISSING_INDEXES: [&str; 8] = [
    "`EditProject` reads the whole table `project_members`: no index begins with `person` or `project` or `role`",
    "`EditTask` reads the whole table `project_members`: no index begins with `person` or `project` or `role`",
    "`SeeComment` reads the whole table `comments`: no index begins with `task`",
    "`SeeComment` reads the whole table `project_members`: no index begins with `person` or `project`",
    "`SeeProject` reads the whole table `project_members`: no index begins with `person` or `project`",
    "`SeeProject` reads the whole table `projects`: no index begins with `owner`",
    "`SeeTask` reads the whole table `project_members`: no index begins with `person` or `project`",
    "`SeeTask` reads the whole table `tasks`: no index begins with `project`",
];

const SHOWN_BELOW_PROJECTS: [(&str, &str, &str); 5] = [
    ("carol", "/projects/1/tasks", "ten,eleven"),
    ("mallory", "/projects/1/tasks", ""),
    ("bob", "/projects/2/tasks", "twenty"),
    ("bob", "/projects/1/tasks/10", "ten"),
    ("bob", "/tasks/10", "ten"),
];

const HIDDEN_BELOW_PROJECTS: [(&str, &str); 8] = [
    ("mallory", "/projects/1/tasks/10"),
    ("mallory", "/tasks/10"),
    // both are bob's, and the task is not in that project
    ("bob", "/projects/2/tasks/10"),
    ("bob", "/projects/1/tasks/20"),
    // a project with the number of the task
    ("dave", "/projects/10/tasks/10"),
    ("dave", "/tasks/10"),
    ("bob", "/projects/x/tasks/10"),
    ("bob", "/projects/01/tasks/10"),
];
