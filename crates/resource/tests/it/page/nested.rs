// src/main.rs, with the dependencies of README.md
use airside_resource::{
    Authorized, Create, Listed, Record, Rejection, ResourceServer, Router, ThroughParent, actions,
    policy::{Membership, Predicate},
    rule,
    sqlite::{Sqlite, rusqlite::Connection},
};
use axum::extract::FromRef;
use tokio::net::TcpListener;

const TABLES: &str = "
    PRAGMA foreign_keys = ON;
    CREATE TABLE projects (id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, name TEXT NOT NULL);
    CREATE TABLE project_members (project INTEGER NOT NULL REFERENCES projects ON DELETE CASCADE,
        person TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (project, person));
    CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT,
        project INTEGER NOT NULL REFERENCES projects, name TEXT NOT NULL);
    CREATE INDEX tasks_project ON tasks (project);";

fn members() -> Membership {
    Membership::of(Project::TYPE)
        .in_table("project_members")
        .record_column("project") // holds the project's key
        .person_column("person")
}

actions! {
    /// The owner and every member.
    SeeProject reads Project = rule::scope("projects").owner_or(members());
    /// The owner and the editors.
    EditProject writes Project =
        rule::scope("projects").owner_or(members().when(Predicate::equal("role", "editor")));
    /// Those who may see the task's project.
    SeeTask reads Task = rule::any_token().through::<Project, SeeProject>();
    /// Those who may edit the task's project.
    EditTask writes Task = rule::scope("tasks").through::<Project, EditProject>();
}

#[derive(Record)]
#[record(table = "projects", records = Sqlite, parameter = "project")] // `/projects/{project}`
struct Project {
    id: i64,
    #[record(owner)]
    owner: String,
    #[record(writable)]
    name: String,
}

#[derive(Record)]
#[record(table = "tasks", records = Sqlite, parameter = "task")] // `/projects/{project}/tasks/{task}`
struct Task {
    id: i64,
    #[record(parent = Project)]
    project: i64,
    #[record(writable)]
    name: String,
}

async fn create_project(
    new: Create<Project, EditProject>,
    name: String,
) -> Result<String, Rejection> {
    Ok(new.insert(vec![("name", name.into())]).await?.name)
}

async fn project(project: Authorized<Project, SeeProject>) -> String {
    project.name.clone()
}

async fn rename_project(
    project: Authorized<Project, EditProject>,
    name: String,
) -> Result<String, Rejection> {
    Ok(project.update(vec![("name", name.into())]).await?.name)
}

async fn tasks(tasks: Listed<Task, SeeTask>) -> Result<String, Rejection> {
    let page = tasks.page(None, 100).await?;
    Ok(page.iter().map(|task| format!("{}\n", task.name)).collect())
}

async fn create_task(new: Create<Task, EditTask>, name: String) -> Result<String, Rejection> {
    // the project comes from the path: its column is not set here
    Ok(new.insert(vec![("name", name.into())]).await?.name)
}

async fn task(task: Authorized<Task, SeeTask>) -> String {
    format!("{} of project {}", task.name, task.project)
}

async fn delete_task(task: Authorized<Task, EditTask>) -> Result<String, Rejection> {
    Ok(task.delete().await?.name)
}

fn routes() -> Router<App> {
    let of_project = Router::new()
        .get("/", project)
        .put("/", rename_project)
        .get("/tasks", tasks)
        .post("/tasks", create_task)
        .get("/tasks/{task}", task)
        .delete("/tasks/{task}", delete_task);
    Router::new()
        .post("/projects", create_project)
        .nest("/projects/{project}", of_project)
        .get("/tasks/{task}", task) // without its project: the rule is the same
}

#[derive(Clone)]
struct App {
    airside: ResourceServer,
    records: Sqlite,
}

impl FromRef<App> for ResourceServer {
    fn from_ref(app: &App) -> Self {
        app.airside.clone()
    }
}

impl FromRef<App> for Sqlite {
    fn from_ref(app: &App) -> Self {
        app.records.clone()
    }
}
