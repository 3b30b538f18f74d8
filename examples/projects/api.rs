//! The API: what its callers may do, its records, its handlers, its routes. It is the same on every adapter.

use airside_resource::{
    Authorized, Create, Listed, Order, Public, Record, Rejection, ResourceServer, Router,
    ThroughParent, Transactional, actions, clock, members,
    policy::{Membership, Predicate, Timestamp, Value},
    record::Json as JsonColumn,
    rule,
};
use axum::{
    Json,
    body::Bytes,
    extract::{FromRef, State},
    http::header::ETAG,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::Db;

actions! {
    /// See a project: its owner and its members, within their organisation.
    SeeProject reads Project = rule::scope("projects:read").owner_or(members::<Project, Member>()).and_tenant("org");
    /// Change a project and what is in it: its owner and its editors.
    EditProject writes Project = rule::scope("projects:write").owner_or(editors()).and_tenant("org");
    /// Share a project, and delete it: its owner.
    OwnProject writes Project = rule::scope("projects:write").owner().and_tenant("org");
    /// See every project of the organisation: its administrators.
    AuditProject reads Project = rule::role("admin").tenant("org");

    SeeTask reads Task = rule::any_token().through::<Project, SeeProject>();
    EditTask writes Task = rule::any_token().through::<Project, EditProject>();
    SeeMember reads Member = rule::any_token().through::<Project, SeeProject>();
    ShareProject writes Member = rule::any_token().through::<Project, OwnProject>();
    SeeFile reads File = rule::any_token().through::<Project, SeeProject>();
    AddFile creates File = rule::any_token().through::<Project, EditProject>();

    Health public = "load balancer probe";
}

#[derive(Record, Serialize)]
#[record(table = "projects", records = Db, parameter = "project")]
pub struct Project {
    pub id: i64,
    #[record(owner)]
    pub owner: String,
    #[record(tenant)]
    pub org: String,
    #[record(writable)]
    pub name: String,
    #[record(version)]
    pub version: i64,
    #[record(writable, hidden_when_set)]
    pub deleted_at: Option<Timestamp>,
}

/// Tasks of each project are numbered from 1.
#[derive(Record, Serialize)]
#[record(table = "tasks", records = Db, parameter = "task")]
pub struct Task {
    #[record(key, parent = Project)]
    pub project: i64,
    #[record(key)]
    pub number: i64,
    #[record(writable)]
    pub title: String,
    #[record(writable)]
    pub done: bool,
    #[record(writable)]
    pub hours: Option<f64>,
    #[record(writable)]
    pub due_at: Option<Timestamp>,
    #[record(writable)]
    pub labels: JsonColumn<Vec<String>>,
}

#[derive(Record, Serialize)]
#[record(table = "members", records = Db, parameter = "person")]
pub struct Member {
    #[record(key, parent = Project)]
    pub project: i64,
    #[record(key)]
    pub person: String,
    #[record(writable)]
    pub role: String,
}

#[derive(Record, Serialize)]
#[record(table = "files", records = Db, parameter = "file")]
pub struct File {
    pub id: i64,
    #[record(parent = Project)]
    pub project: i64,
    #[record(writable)]
    #[serde(skip)]
    pub content: Vec<u8>,
}

fn editors() -> Membership {
    members::<Project, Member>().when(Predicate::equal("role", "editor"))
}

#[derive(Deserialize)]
struct ProjectBody {
    name: String,
}

#[derive(Deserialize)]
struct TaskBody {
    title: String,
    #[serde(default)]
    done: bool,
    hours: Option<f64>,
    due_at: Option<Timestamp>,
    #[serde(default)]
    labels: Vec<String>,
}

#[derive(Deserialize)]
struct MemberBody {
    role: String,
}

/// A record with its version, for `If-Match`.
fn tagged<T: Record + Serialize>(record: T) -> Response {
    let etag = record.etag();
    let mut response = Json(record).into_response();
    response.headers_mut().extend(etag.map(|etag| (ETAG, etag)));
    response
}

async fn list_projects(
    projects: Listed<Project, SeeProject>,
) -> Result<Json<Vec<Project>>, Rejection> {
    Ok(Json(projects.page(None, 100).await?))
}

async fn audit(projects: Listed<Project, AuditProject>) -> Result<Json<Vec<Project>>, Rejection> {
    Ok(Json(projects.page(None, 100).await?))
}

async fn create_project(
    new: Create<Project, OwnProject>,
    Json(body): Json<ProjectBody>,
) -> Result<Response, Rejection> {
    // owner and organisation come from the token
    Ok(tagged(new.insert(vec![("name", body.name.into())]).await?))
}

async fn show_project(project: Authorized<Project, SeeProject>) -> Response {
    tagged(project.into_inner())
}

/// With `If-Match`, only the version that the caller has seen is changed.
async fn rename_project(
    project: Authorized<Project, EditProject>,
    Json(body): Json<ProjectBody>,
) -> Result<Response, Rejection> {
    let changed = project.update(vec![("name", body.name.into())]).await?;
    Ok(tagged(changed))
}

async fn delete_project(project: Authorized<Project, OwnProject>) -> Result<(), Rejection> {
    project
        .hide(vec![("deleted_at", clock::now().into())])
        .await?;
    Ok(())
}

/// Marks all tasks as done and says so in the name: all of it, or nothing.
async fn close_project(
    (mut project, tasks): (Authorized<Project, EditProject>, Listed<Task, EditTask>),
    State(records): State<Db>,
) -> Result<Response, Rejection> {
    let closed = records.transaction(async |_| {
        project.reload().await?;
        let open = Predicate::Is("done".to_owned(), false);
        for task in tasks.page_where(open, None, 1000).await? {
            let task = tasks.find(&task.number).await?;
            task.update(vec![("done", true.into())]).await?;
        }
        let name = format!("{} (closed)", project.name);
        project.update(vec![("name", name.into())]).await
    });
    Ok(tagged(closed.await?))
}

async fn list_tasks(tasks: Listed<Task, SeeTask>) -> Result<Json<Vec<Task>>, Rejection> {
    let tasks = tasks.sorted(Order::Ascending("due_at"));
    Ok(Json(tasks.page(None, 100).await?))
}

/// The number is the next one of the project: it is read and used in one transaction.
async fn create_task(
    (new, tasks): (Create<Task, EditTask>, Listed<Task, SeeTask>),
    State(records): State<Db>,
    Json(body): Json<TaskBody>,
) -> Result<Json<Task>, Rejection> {
    let made = records.transaction(async |_| {
        let last = tasks
            .sorted(Order::Descending("number"))
            .page(None, 1)
            .await?;
        let number = last.first().map_or(1, |task| task.number + 1);
        let mut values = body.columns();
        values.push(("number", number.into()));
        new.insert(values).await
    });
    made.await.map(Json)
}

async fn show_task(task: Authorized<Task, SeeTask>) -> Json<Task> {
    Json(task.into_inner())
}

async fn change_task(
    task: Authorized<Task, EditTask>,
    Json(body): Json<TaskBody>,
) -> Result<Json<Task>, Rejection> {
    task.update(body.columns()).await.map(Json)
}

async fn delete_task(task: Authorized<Task, EditTask>) -> Result<(), Rejection> {
    task.delete().await.map(drop)
}

impl TaskBody {
    fn columns(self) -> Vec<(&'static str, Value)> {
        vec![
            ("title", self.title.into()),
            ("done", self.done.into()),
            ("hours", self.hours.into()),
            ("due_at", self.due_at.into()),
            ("labels", JsonColumn(self.labels).into()),
        ]
    }
}

async fn list_members(members: Listed<Member, SeeMember>) -> Result<Json<Vec<Member>>, Rejection> {
    Ok(Json(members.page(None, 100).await?))
}

async fn share(
    new: Create<Member, ShareProject>,
    Json(member): Json<Share>,
) -> Result<Json<Member>, Rejection> {
    let values = vec![
        ("person", member.person.into()),
        ("role", member.role.into()),
    ];
    new.insert(values).await.map(Json)
}

#[derive(Deserialize)]
struct Share {
    person: String,
    role: String,
}

async fn change_role(
    member: Authorized<Member, ShareProject>,
    Json(body): Json<MemberBody>,
) -> Result<Json<Member>, Rejection> {
    member
        .update(vec![("role", body.role.into())])
        .await
        .map(Json)
}

async fn unshare(member: Authorized<Member, ShareProject>) -> Result<(), Rejection> {
    member.delete().await.map(drop)
}

async fn upload(new: Create<File, AddFile>, content: Bytes) -> Result<Json<File>, Rejection> {
    new.insert(vec![("content", content.to_vec().into())])
        .await
        .map(Json)
}

async fn download(file: Authorized<File, SeeFile>) -> Vec<u8> {
    file.into_inner().content
}

async fn health(_: Public<Health>) -> &'static str {
    "alive\n"
}

#[derive(Clone, Debug)]
pub struct App {
    pub airside: ResourceServer,
    pub records: Db,
}

impl FromRef<App> for ResourceServer {
    fn from_ref(app: &App) -> Self {
        app.airside.clone()
    }
}

impl FromRef<App> for Db {
    fn from_ref(app: &App) -> Self {
        app.records.clone()
    }
}

/// The answer of the API.
pub fn routes() -> Router<App> {
    let project = Router::new()
        .get("/", show_project)
        .patch("/", rename_project)
        .delete("/", delete_project)
        .post("/close", close_project)
        .get("/tasks", list_tasks)
        .post("/tasks", create_task)
        .get("/tasks/{task}", show_task)
        .put("/tasks/{task}", change_task)
        .delete("/tasks/{task}", delete_task)
        .get("/members", list_members)
        .post("/members", share)
        .put("/members/{person}", change_role)
        .delete("/members/{person}", unshare)
        .post("/files", upload)
        .get("/files/{file}", download);
    Router::new()
        .get("/health", health)
        .get("/admin/projects", audit)
        .get("/projects", list_projects)
        .post("/projects", create_project)
        .nest("/projects/{project}", project)
}
