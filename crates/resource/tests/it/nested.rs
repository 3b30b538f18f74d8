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
    let ask = async |person: &str, method: Method, path: &str, body: &str| {
        let token = world.token(person, "projects tasks", &[]);
        send(api, &token, method, path, body).await
    };
    let get = async |person: &str, path: &str| ask(person, Method::GET, path, "").await;
    let found = |text: &str| (200, text.to_owned());
    let absent = (404, r#"{"error":"not_found"}"#.to_owned());

    // members see what is shared with them, in lists and one by one
    assert_eq!(get("alice", "/projects").await, found("Alpha"));
    assert_eq!(get("bob", "/projects").await, found("Alpha,Beta"));
    assert_eq!(get("carol", "/projects").await, found("Alpha"));
    assert_eq!(get("mallory", "/projects").await, found(""));
    assert_eq!(get("bob", "/projects/1").await, found("Alpha"));
    assert_eq!(get("mallory", "/projects/1").await, absent);

    // tasks are seen by those who see their project, and belong to the project that the path names
    assert_eq!(get("carol", "/projects/1/tasks").await, found("ten,eleven"));
    assert_eq!(get("mallory", "/projects/1/tasks").await, found(""));
    assert_eq!(get("bob", "/projects/2/tasks").await, found("twenty"));
    assert_eq!(get("bob", "/projects/1/tasks/10").await, found("ten"));
    assert_eq!(get("bob", "/tasks/10").await, found("ten"));
    for (person, path) in [
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
    ] {
        assert_eq!(get(person, path).await, absent, "{person} {path}");
    }
    // two levels deep
    let comments = "/projects/1/tasks/10/comments";
    assert_eq!(get("carol", comments).await, found("first"));
    assert_eq!(
        get("carol", &format!("{comments}/100")).await,
        found("first")
    );
    for path in [
        "/projects/1/tasks/11/comments/100",
        "/projects/2/tasks/10/comments/100",
        "/projects/1/tasks/10/comments/200",
    ] {
        assert_eq!(get("bob", path).await, absent, "{path}");
    }
    assert_eq!(get("bob", "/projects/2/tasks/10/comments").await, found(""));

    // a member who only sees changes nothing
    let put = async |person: &str, path: &str| ask(person, Method::PUT, path, "New").await;
    for path in ["/projects/1", "/projects/1/tasks/10"] {
        assert_eq!(put("bob", path).await, absent, "{path}");
        assert_eq!(put("mallory", path).await, absent, "{path}");
        assert_eq!(put("carol", path).await, found("New"), "{path}");
    }
    let delete = async |person: &str, path: &str| ask(person, Method::DELETE, path, "").await;
    assert_eq!(delete("bob", "/projects/1/tasks/11").await, absent);
    assert_eq!(delete("carol", "/projects/2/tasks/11").await, absent);
    assert_eq!(
        delete("carol", "/projects/1/tasks/11").await,
        found("eleven")
    );

    // nobody puts a task into a project of somebody else's
    let post = async |person: &str, path: &str| ask(person, Method::POST, path, "More").await;
    for (person, path) in [
        ("mallory", "/projects/1/tasks"),
        ("bob", "/projects/1/tasks"),
        ("alice", "/projects/2/tasks"),
        ("alice", "/projects/99/tasks"),
        ("alice", "/projects/x/tasks"),
    ] {
        assert_eq!(post(person, path).await, absent, "{person} {path}");
    }
    assert_eq!(get("alice", "/projects/1/tasks").await, found("New"));
    assert_eq!(post("carol", "/projects/1/tasks").await, found("1"));
    assert_eq!(get("alice", "/projects/1/tasks").await, found("New,More"));
    // whoever makes a project owns it
    assert_eq!(post("mallory", "/projects").await, found("mallory"));
    assert_eq!(get("mallory", "/projects").await, found("More"));

    // the parent's scope counts as well
    let token = world.token("alice", "tasks", &[]);
    let refused = send(api, &token, Method::GET, "/tasks/10", "").await;
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
        let expected = [
            "`EditProject` reads the whole table `project_members`: no index begins with `person` or `project` or `role`",
            "`EditTask` reads the whole table `project_members`: no index begins with `person` or `project` or `role`",
            "`SeeComment` reads the whole table `comments`: no index begins with `task`",
            "`SeeComment` reads the whole table `project_members`: no index begins with `person` or `project`",
            "`SeeProject` reads the whole table `project_members`: no index begins with `person` or `project`",
            "`SeeProject` reads the whole table `projects`: no index begins with `owner`",
            "`SeeTask` reads the whole table `project_members`: no index begins with `person` or `project`",
            "`SeeTask` reads the whole table `tasks`: no index begins with `project`",
        ];
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

#[tokio::test]
async fn a_new_record_without_its_parent_in_the_path_is_not_built() {
    let world = World::new();
    let expected = BuildError::NoParameter {
        path: "/tasks".to_owned(),
        record: "Task",
        parameter: "project",
    };
    let (airside, records) = (world.airside.clone(), sqlite());
    let refused = in_sqlite::orphans().build(State { airside, records });
    assert_eq!(refused.unwrap_err(), expected);
    let (airside, records) = (world.airside.clone(), memory());
    let refused = in_memory::orphans().build(State { airside, records });
    assert_eq!(refused.unwrap_err(), expected);
    let (airside, records) = (world.airside, postgres().await);
    let refused = in_postgres::orphans().build(State { airside, records });
    assert_eq!(refused.unwrap_err(), expected);
}

#[derive(Record)]
#[record(table = "projects", records = Memory)]
struct Folder {
    id: i64,
    #[record(owner)]
    owner: String,
}

#[derive(Record)]
#[record(table = "tasks", records = Memory)]
struct Note {
    id: i64,
    #[record(parent = Folder)]
    project: i64,
}

#[derive(Record)]
#[record(table = "comments", records = Memory, parameter = "comment")]
struct Reply {
    id: i64,
    #[record(parent = Self)]
    answers: i64,
}

actions! {
    SeeFolder reads Folder = rule::any_token().owner();
    OwnNote reads Note = rule::scope("notes").any_object();
    SeeNote reads Note = rule::any_token().through::<Folder, SeeFolder>();
    SeeReply reads Reply = rule::any_token().through::<Reply, SeeReply>();
    There reads Reply = rule::any_token().through::<Reply, Back>();
    Back reads Reply = rule::any_token().through::<Reply, There>();
}

#[test]
fn a_record_and_its_parent_have_two_parameters() {
    async fn note(_: Authorized<Note, SeeNote>) {}
    async fn notes(_: Listed<Note, SeeNote>) {}
    let world = World::new();
    let state = || State {
        airside: world.airside.clone(),
        records: Memory::default(),
    };
    let refused = Router::new().get("/notes/{id}", note).build(state());
    let expected = BuildError::SharedParameter {
        action: "SeeNote",
        record: "Note",
        parameter: "id",
    };
    assert_eq!(refused.unwrap_err(), expected);
    async fn both(_: (Authorized<Folder, SeeFolder>, Authorized<Note, OwnNote>)) {}
    let refused = Router::new().get("/notes/{id}", both).build(state());
    let expected = BuildError::SharedParameter {
        action: "OwnNote",
        record: "Note",
        parameter: "id",
    };
    assert_eq!(refused.unwrap_err(), expected);
    let listed = Router::new().get("/folders/{id}/notes", notes);
    assert!(listed.build(state()).is_ok());
}

#[derive(Record)]
#[record(table = "sheets", records = Memory, parameter = "sheet")]
struct Sheet {
    id: i64,
    #[record(parent = Folder)]
    folder: i64,
    #[record(writable, hidden_when_set)]
    deleted_at: Option<i64>,
}

actions! {
    AddSheet creates Sheet = rule::any_token().through::<Folder, SeeFolder>();
}

/// A column that is not set has no value: the new record is not hidden.
#[tokio::test]
async fn a_new_record_below_a_parent_may_leave_columns_unset() {
    async fn add(new: Create<Sheet, AddSheet>, body: String) -> Result<String, Rejection> {
        let mut values = vec![("id", 5.into())];
        if body == "hidden" {
            values.push(("deleted_at", 7.into()));
        }
        let made = new.insert(values).await?;
        Ok(format!(
            "{} in {} {:?}",
            made.id, made.folder, made.deleted_at
        ))
    }
    let world = World::new();
    let records = memory();
    let airside = world.airside.clone();
    let api = Router::new().post("/folders/{id}/sheets", add);
    let api = api.build(State { airside, records }).unwrap();
    let post = async |person: &str, body: &str| {
        let token = world.token(person, "", &[]);
        send(&api, &token, Method::POST, "/folders/1/sheets", body).await
    };
    assert_eq!(post("bob", "").await.0, 404);
    assert_eq!(post("alice", "hidden").await.0, 403);
    assert_eq!(post("alice", "").await, (200, "5 in 1 None".to_owned()));
}

actions! {
    WorkOnNote writes Note = rule::any_token().member(Membership::of(Folder::TYPE).in_table("staff"));
    SeeOfWorked reads Step = rule::any_token().through::<Note, WorkOnNote>();
}

#[derive(Record)]
#[record(table = "tasks", records = Memory, parameter = "task")]
struct Step {
    id: i64,
    #[record(parent = Note)]
    note: i64,
}

/// Staff of a folder are no staff of a note that has the folder's number.
#[test]
fn a_membership_of_another_kind_of_record_is_not_built() {
    async fn note(_: Authorized<Note, WorkOnNote>) {}
    async fn task(_: Listed<Step, SeeOfWorked>) {}
    let world = World::new();
    let state = || State {
        airside: world.airside.clone(),
        records: Memory::default(),
    };
    let expected = |action, record| BuildError::OtherMembership {
        action,
        record,
        other: "Folder".to_owned(),
    };
    let refused = Router::new().get("/notes/{id}", note).build(state());
    assert_eq!(refused.unwrap_err(), expected("WorkOnNote", "Note"));
    let refused = Router::new().get("/tasks", task).build(state());
    assert_eq!(refused.unwrap_err(), expected("SeeOfWorked", "Step"));
}

/// `Alice` is not `alice`, whatever collation the columns have.
#[tokio::test]
async fn a_collation_makes_no_two_people_one() {
    let world = World::new();
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let tables = TABLES
        .replace("owner text", "owner text COLLATE NOCASE")
        .replace("person text", "person text COLLATE NOCASE");
    connection.execute_batch(&tables).unwrap();
    let (airside, records) = (world.airside.clone(), Sqlite::new(connection));
    let api = in_sqlite::routes().build(State { airside, records });
    let api = api.unwrap();
    for (person, seen) in [
        ("alice", "Alpha"),
        ("Alice", ""),
        ("carol", "Alpha"),
        ("CAROL", ""),
    ] {
        let token = world.token(person, "projects tasks", &[]);
        let listed = send(&api, &token, Method::GET, "/projects", "").await;
        assert_eq!(listed, (200, seen.to_owned()), "{person}");
        let one = send(&api, &token, Method::GET, "/projects/1", "").await;
        assert_eq!(one.0, if seen.is_empty() { 404 } else { 200 }, "{person}");
    }
}

/// Before, the program stood still at its start.
#[test]
fn a_rule_that_leads_back_to_itself_is_not_built() {
    async fn own(_: Authorized<Reply, SeeReply>) {}
    async fn back(_: Listed<Reply, Back>) {}
    let world = World::new();
    let state = || State {
        airside: world.airside.clone(),
        records: Memory::default(),
    };
    let refused = Router::new().get("/{comment}", own).build(state());
    assert_eq!(
        refused.unwrap_err(),
        BuildError::Endless { action: "SeeReply" }
    );
    let refused = Router::new().get("/", back).build(state());
    assert_eq!(refused.unwrap_err(), BuildError::Endless { action: "Back" });
}

/// A misspelt column is found at the start, and later it is an error of the program and no 503.
#[tokio::test]
async fn a_table_that_does_not_fit_is_found_at_the_start() {
    let world = World::new();
    let good = |records: Sqlite| State {
        airside: world.airside.clone(),
        records,
    };
    let api = in_sqlite::routes().build(good(sqlite())).unwrap();
    api.ready().await.unwrap();
    let (airside, records) = (world.airside.clone(), postgres().await);
    let api = in_postgres::routes()
        .build(State { airside, records })
        .unwrap();
    api.ready().await.unwrap();

    let alice = world.token("alice", "projects tasks", &[]);
    for (from, to, said) in [
        (
            "owner text NOT NULL",
            "ownr text NOT NULL",
            "no such column: projects.owner",
        ),
        ("person text NOT NULL", "persn text NOT NULL", "person"),
        (
            "CREATE TABLE project_members",
            "CREATE TABLE members",
            "no such table: project_members",
        ),
        (
            "project bigint NOT NULL, name",
            "projct bigint NOT NULL, name",
            "project",
        ),
    ] {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        let (tables, _) = TABLES.split_once("INSERT").unwrap();
        let tables = tables.replace(from, to);
        connection.execute_batch(&tables).unwrap();
        let api = in_sqlite::routes()
            .build(good(Sqlite::new(connection)))
            .unwrap();
        let problem = api.ready().await.unwrap_err().to_string();
        assert!(problem.contains(said), "{problem}");
        let later = send(&api, &alice, Method::GET, "/projects/1/tasks", "").await;
        assert_eq!(later.0, 500, "{from}");
    }
}
