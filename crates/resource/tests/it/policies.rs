//! An API whose rules are Cedar policies.

use airside_resource::{
    Authorized, BuildError, Create, FromRow, Function, Listed, Record, Rejection, ResourceServer,
    Router, actions,
    policy::{Value, cedar::Cedar, rule},
    sqlite::Sqlite,
};
use axum::extract::FromRef;
use http::Method;

use crate::{bank::World, declared::send};

const SCHEMA: &str = r#"
    entity Document { owner: User, org: String, public: Bool, locked?: Bool };
    action ReadDocument, WriteDocument appliesTo { principal: [User, Client], resource: [Document] };
    action Audit appliesTo { principal: [User, Client], resource: [Api] };
"#;

const POLICIES: &str = r#"
    @id("own")
    permit (principal is User, action, resource is Document) when { resource.owner == principal };

    @id("public-in-org")
    permit (principal, action == Action::"ReadDocument", resource)
    when { resource.public && principal.hasTag("org") && resource.org == principal.getTag("org") };

    @id("locked")
    forbid (principal, action == Action::"WriteDocument", resource)
    when { resource has locked && resource.locked };

    @id("auditors")
    permit (principal, action == Action::"Audit", resource)
    when { principal.roles.contains("auditor") };
"#;

actions! {
    ReadDocument reads Document = rule::scope("documents").policies();
    WriteDocument writes Document = rule::scope("documents").policies();
    Audit = rule::any_token().policies();
}

struct Document {
    id: i64,
    owner: String,
    org: String,
    title: String,
    public: Option<bool>,
    locked: Option<bool>,
}

impl Record for Document {
    type Key = i64;
    type Records = Sqlite;
    const TYPE: &'static str = "Document";
    const TABLE: &'static str = "documents";
    const OWNER: Option<&'static str> = Some("owner");
    const TENANT: Option<&'static str> = Some("org");
    const WRITABLE: &'static [&'static str] = &["title", "public", "locked", "LOCKED"];

    fn column(&self, name: &str) -> Value {
        match name {
            "id" => self.id.into(),
            "owner" => self.owner.as_str().into(),
            "org" => self.org.as_str().into(),
            "public" => self.public.into(),
            "locked" => self.locked.into(),
            _ => Value::Null,
        }
    }
}

impl FromRow<Sqlite> for Document {
    fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            owner: row.get("owner")?,
            org: row.get("org")?,
            title: row.get("title")?,
            public: row.get("public")?,
            locked: row.get("locked")?,
        })
    }
}

#[derive(Clone)]
struct State {
    airside: ResourceServer,
    records: Sqlite,
}

impl FromRef<State> for ResourceServer {
    fn from_ref(state: &State) -> Self {
        state.airside.clone()
    }
}

impl FromRef<State> for Sqlite {
    fn from_ref(state: &State) -> Self {
        state.records.clone()
    }
}

async fn read(document: Authorized<Document, ReadDocument>) -> String {
    document.title.clone()
}

async fn list(documents: Listed<Document, ReadDocument>) -> Result<String, Rejection> {
    let page = documents.page(None, 10).await?;
    let titles = page.iter().map(|document| document.title.as_str());
    Ok(titles.collect::<Vec<_>>().join(","))
}

async fn rename(
    document: Authorized<Document, WriteDocument>,
    title: String,
) -> Result<String, Rejection> {
    Ok(document.update(vec![("title", title.into())]).await?.title)
}

async fn create(new: Create<Document, WriteDocument>, title: String) -> Result<String, Rejection> {
    let locked = title == "Locked";
    let made = new.insert(vec![
        ("id", 9.into()),
        ("title", title.into()),
        ("public", false.into()),
        ("locked", locked.into()),
    ]);
    let made = made.await?;
    Ok(format!("{} of {} in {}", made.title, made.owner, made.org))
}

async fn lock(
    document: Authorized<Document, WriteDocument>,
    column: String,
) -> Result<String, Rejection> {
    let column = if column == "LOCKED" {
        "LOCKED"
    } else {
        "locked"
    };
    Ok(document.update(vec![(column, true.into())]).await?.title)
}

async fn audit(_: Function<Audit>) {}

fn routes() -> Router<State> {
    Router::new()
        .get("/documents", list)
        .post("/documents", create)
        .get("/documents/{id}", read)
        .put("/documents/{id}", rename)
        .patch("/documents/{id}", lock)
        .get("/audit", audit)
}

fn state(airside: ResourceServer) -> State {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let filled = connection.execute_batch(
        "CREATE TABLE documents (id bigint PRIMARY KEY, owner text, org text, title text,
             public boolean, locked boolean);
         INSERT INTO documents VALUES
             (1, 'alice', 'acme', 'Alice''s', false, NULL), (2, 'bob', 'acme', 'Bob''s', false, false),
             (3, 'bob', 'acme', 'Open', true, NULL), (4, 'bob', 'other', 'Elsewhere', true, NULL),
             (5, 'alice', 'acme', 'Fixed', false, true), (6, 'alice', 'acme', 'Unclear', NULL, NULL);",
    );
    filled.unwrap();
    State {
        airside,
        records: Sqlite::new(connection),
    }
}

#[tokio::test]
async fn policies_rule_records_lists_writes_and_functions() {
    let world = World::with(|api| api.policies(Cedar::parse(SCHEMA, POLICIES).unwrap()));
    let router = routes().build(state(world.airside.clone())).unwrap();
    let alice = world.token("alice", "documents", &[]);
    let get = async |token: &str, path: &str| send(&router, token, Method::GET, path, "").await;
    let put = async |path: &str| send(&router, &alice, Method::PUT, path, "New").await;

    assert_eq!(get(&alice, "/documents/1").await, (200, "Alice's".into()));
    assert_eq!(get(&alice, "/documents/3").await, (200, "Open".into()));
    // somebody else's, another organisation's, one of which a fact is missing, none
    for id in [2, 4, 6, 99] {
        let answer = get(&alice, &format!("/documents/{id}")).await;
        assert_eq!(answer, (404, r#"{"error":"not_found"}"#.into()), "{id}");
    }
    let list = get(&alice, "/documents").await;
    assert_eq!(list, (200, "Alice's,Open,Fixed".into()));

    // a change is looked at as it will be: what its writer could not write afterwards is not written
    let lock = async |column: &str| {
        let locked = send(&router, &alice, Method::PATCH, "/documents/1", column);
        locked.await.0
    };
    assert_eq!(lock("locked").await, 403);
    assert_eq!(
        lock("LOCKED").await,
        500,
        "SQLite takes it for the column of the rule"
    );
    assert_eq!(put("/documents/1").await.0, 200);

    // what may be read may not be written for that
    assert_eq!(put("/documents/1").await, (200, "New".into()));
    for path in ["/documents/2", "/documents/3", "/documents/5"] {
        assert_eq!(put(path).await.0, 404, "{path}");
    }
}

/// The organisation of a new record is the one that every policy demands; here none does.
#[tokio::test]
async fn a_new_record_has_the_tenant_that_the_policies_demand() {
    let post = async |policies: &str, title: &str| {
        let world = World::with(|api| api.policies(Cedar::parse(SCHEMA, policies).unwrap()));
        let router = routes().build(state(world.airside.clone())).unwrap();
        let alice = world.token("alice", "documents", &[]);
        send(&router, &alice, Method::POST, "/documents", title).await
    };
    assert_eq!(post(POLICIES, "Mine").await.0, 403);
    let in_org = POLICIES.replace(
        "when { resource.owner == principal }",
        r#"when { resource.owner == principal && principal.hasTag("org")
                  && resource.org == principal.getTag("org") }"#,
    );
    let made = (200, "Mine of alice in acme".to_owned());
    assert_eq!(post(&in_org, "Mine").await, made);
    // what its maker could not write afterwards is not made
    assert_eq!(post(&in_org, "Locked").await.0, 403);
}

#[tokio::test]
async fn a_function_that_no_policy_allows_is_refused() {
    let world = World::with(|api| api.policies(Cedar::parse(SCHEMA, POLICIES).unwrap()));
    let router = routes().build(state(world.airside.clone())).unwrap();
    let auditor = world.token("carol", "", &["auditor"]);
    let other = world.token("carol", "", &["teller"]);
    let get = async |token: &str| send(&router, token, Method::GET, "/audit", "").await.0;
    assert_eq!(get(&auditor).await, 200);
    assert_eq!(get(&other).await, 403);
}

#[test]
fn a_router_without_its_policies_is_not_built() {
    let build = |world: World| routes().build(state(world.airside)).unwrap_err();
    assert_eq!(build(World::new()), BuildError::NoPolicies("ReadDocument"));
    let schema = SCHEMA.replace("action Audit", "action Watch");
    let policies = POLICIES.replace(r#"Action::"Audit""#, r#"Action::"Watch""#);
    let other = World::with(|api| api.policies(Cedar::parse(&schema, &policies).unwrap()));
    let unknown = BuildError::UnknownAction {
        action: "Audit",
        kind: "Api",
    };
    assert_eq!(build(other), unknown);
}
