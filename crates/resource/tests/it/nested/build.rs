//! Rules and records that are refused when an API is built or started.

use super::*;

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

/// Staff of a folder are not staff of a note that has the folder's number.
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
    for (person, seen) in SEEN {
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

const SEEN: [(&str, &str); 4] = [
    ("alice", "Alpha"),
    ("Alice", ""),
    ("carol", "Alpha"),
    ("CAROL", ""),
];
