//! An API of any objects with the habits that APIs have, each switched on alone, and one hole in it.

use axum::{body::to_bytes, http::Method};
use serde_json::Map;
use tokio::time::Instant;

use super::*;

/// The habits and holes of the API.
#[derive(Clone, Copy, Default)]
struct Habits {
    /// New objects are not shown before.
    lag: Duration,
    /// Changes need the version of the object in `If-Match`, and `*` is none.
    asks_for_version: bool,
    /// Objects are resources of JSON:API.
    has_resources: bool,
    /// Addresses end in a slash.
    ends_in_slash: bool,
    /// Each object has one of two drivers, in turns; those of one caller have the other one if this is 1.
    drivers: Option<u64>,
    /// Hole: the caller who makes an object says whose it is.
    takes_host: bool,
    /// Hole: reads are for all.
    is_read_by_all: bool,
    /// Hole: changes and deletions are for all.
    is_changed_by_all: bool,
}

struct Row {
    members: Map<String, Value>,
    version: u64,
    begin: Instant,
}

#[derive(Clone, Default)]
struct Shop {
    habits: Habits,
    rows: Arc<Mutex<BTreeMap<String, Row>>>,
    count: Arc<AtomicU64>,
    turns: Arc<AtomicU64>,
}

/// The number of a caller, which no answer to a request without an object shows.
fn number(caller: &str) -> u64 {
    match caller {
        "secret-alice" => 4711,
        _ => 4712,
    }
}

async fn answered(State(shop): State<Shop>, request: Request) -> Response {
    let Some(caller) = caller(request.headers()).map(|name| number(&name)) else {
        return refused(StatusCode::UNAUTHORIZED);
    };
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 100_000).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let path = parts.uri.path();
    if path.ends_with('/') != shop.habits.ends_in_slash {
        return refused(StatusCode::NOT_FOUND);
    }
    let sent = match shop.habits.has_resources {
        true => body["data"]["attributes"].clone(),
        false => body,
    };
    let version = parts.headers.get("if-match");
    let version = version.and_then(|version| version.to_str().ok());
    let segments: Vec<_> = path.trim_matches('/').split('/').collect();
    match (parts.method, segments.as_slice()) {
        (Method::POST, [_]) => {
            let id = 100 + shop.count.fetch_add(1, Ordering::Relaxed);
            shop.write(&id.to_string(), &sent, caller)
        }
        (Method::GET, [_]) => shop.list(caller),
        (Method::GET, [_, id]) => shop.read(id, caller),
        (Method::PUT, [_, id]) if !shop.rows.lock().contains_key(*id) => {
            shop.write(id, &sent, caller)
        }
        (method, [_, id]) => shop.change(id, caller, (method, sent, version)),
        _ => refused(StatusCode::NOT_FOUND),
    }
}

impl Shop {
    fn write(&self, id: &str, sent: &Value, caller: u64) -> Response {
        let Some(title) = sent["title"].as_str() else {
            return refused(StatusCode::UNPROCESSABLE_ENTITY);
        };
        let host = sent["hostId"].as_u64().filter(|_| self.habits.takes_host);
        let mut members = json!({"id": id, "title": title, "hostId": host.unwrap_or(caller)});
        if let Some(shift) = self.habits.drivers {
            let shift = shift * u64::from(caller == number("secret-alice"));
            let turn = shift + self.turns.fetch_add(1, Ordering::Relaxed);
            members["driverId"] = json!(31 + turn % 2);
        }
        let row = Row {
            members: members.as_object().unwrap().clone(),
            version: 1,
            begin: Instant::now(),
        };
        let answer = self.shown(&row);
        self.rows.lock().insert(id.to_owned(), row);
        (StatusCode::CREATED, axum::Json(answer)).into_response()
    }

    fn shown(&self, row: &Row) -> Value {
        if !self.habits.has_resources {
            return Value::Object(row.members.clone());
        }
        let mut attributes = row.members.clone();
        let id = attributes.remove("id");
        json!({"data": {"type": "jobs", "id": id, "attributes": attributes}})
    }

    fn list(&self, caller: u64) -> Response {
        let rows = self.rows.lock();
        let own = rows.values().filter(|row| row.members["hostId"] == caller);
        let own: Vec<_> = own.map(|row| row.members.clone()).collect();
        axum::Json(json!(own)).into_response()
    }

    fn read(&self, id: &str, caller: u64) -> Response {
        let rows = self.rows.lock();
        let row = rows.get(id).filter(|row| {
            let is_own = row.members["hostId"] == caller;
            (is_own || self.habits.is_read_by_all) && row.begin.elapsed() >= self.habits.lag
        });
        match row {
            Some(row) => {
                let tag = format!("\"v{}\"", row.version);
                ([("etag", tag)], axum::Json(self.shown(row))).into_response()
            }
            None => refused(StatusCode::NOT_FOUND),
        }
    }

    fn change(
        &self,
        id: &str,
        caller: u64,
        (method, sent, version): (Method, Value, Option<&str>),
    ) -> Response {
        let mut rows = self.rows.lock();
        let Some(row) = rows.get_mut(id) else {
            return refused(StatusCode::NOT_FOUND);
        };
        if self.habits.asks_for_version && version != Some(&format!("\"v{}\"", row.version)) {
            return refused(match version {
                Some(_) => StatusCode::PRECONDITION_FAILED,
                None => StatusCode::PRECONDITION_REQUIRED,
            });
        }
        if row.members["hostId"] != caller && !self.habits.is_changed_by_all {
            return refused(StatusCode::NOT_FOUND);
        }
        if method == Method::DELETE {
            rows.remove(id);
            return StatusCode::NO_CONTENT.into_response();
        }
        row.members["title"] = sent["title"].clone();
        row.version += 1;
        StatusCode::NO_CONTENT.into_response()
    }
}

/// The operations of a collection: `ends` is what its addresses end with.
fn paths(collection: &str, ends: &str, has_resources: bool) -> Value {
    let id = json!([{"in": "path", "name": "id", "required": true, "schema": {"type": "string"}}]);
    let text = json!({"type": "string"});
    let closed = |properties: Value| json!({"type": "object", "properties": properties, "additionalProperties": false});
    let number = json!({"type": "integer"});
    let members = json!({"id": text, "title": text, "hostId": number, "driverId": number});
    let (sent, shown) = match has_resources {
        true => {
            let resource = |attributes: Value| {
                closed(json!({"data": closed(json!({
                    "type": {"type": "string", "enum": ["jobs"]}, "attributes": closed(attributes)}))}))
            };
            (resource(json!({"title": text})), resource(members))
        }
        false => (closed(json!({"title": text})), closed(members)),
    };
    let content = |schema: &Value| json!({"content": {"application/json": {"schema": schema}}});
    let body = content(&sent);
    let answers = json!({"200": content(&shown)});
    json!({
        format!("/{collection}{ends}"): {
            "get": {},
            "post": {"requestBody": body, "responses": answers},
        },
        format!("/{collection}/{{id}}{ends}"): {
            "parameters": id,
            "get": {"responses": answers},
            "patch": {"requestBody": body},
            "delete": {},
        },
    })
}

/// The operations of jobs that only `PUT` makes and changes.
fn paths_with_put() -> Value {
    let mut paths = paths("jobs", "", false);
    let body = paths["/jobs"]["post"]["requestBody"].take();
    paths["/jobs"].as_object_mut().unwrap().remove("post");
    let of_one = paths["/jobs/{id}"].as_object_mut().unwrap();
    of_one.remove("patch");
    of_one.insert("put".to_owned(), json!({"requestBody": body}));
    paths
}

fn document_of(paths: &Value) -> Api {
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "shop", "version": "1"},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
        "paths": paths,
    });
    let files = Files::from([("a.json".to_owned(), Ok(document))]);
    document::read("a.json", &files).unwrap()
}

/// Scans an API with these habits, and requires that it leaves nothing behind.
async fn scanned(habits: Habits, paths: Value) -> Report {
    let shop = Shop {
        habits,
        ..Shop::default()
    };
    let router = Router::new().fallback(answered).with_state(shop.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let settings = Settings {
        api: document_of(&paths),
        ..settings(&url)
    };
    let report = run(settings).await.unwrap();
    assert_eq!(report.left_behind, Vec::<String>::new());
    assert!(shop.rows.lock().is_empty(), "an object is left");
    report
}

/// Requires that the hole is the one finding, and that without it there is none.
async fn require_hole(habits: Habits, hole: fn(&mut Habits), paths: Value, expected: &str) {
    let closed = scanned(habits, paths.clone()).await;
    assert_eq!(confirmed(&closed), Vec::<&str>::new(), "the control");
    let mut habits = habits;
    hole(&mut habits);
    let open = scanned(habits, paths).await;
    assert_eq!(confirmed(&open), [expected], "{:#?}", open.operations);
}

#[tokio::test]
async fn an_object_that_is_given_to_the_victim_is_seen_by_the_victim() {
    let paths = paths("jobs", "", false);
    let hole = |habits: &mut Habits| habits.takes_host = true;
    require_hole(Habits::default(), hole, paths, "property-write:POST:/jobs").await;
}

#[tokio::test]
async fn what_an_api_assigns_in_turns_is_not_set_by_callers() {
    for shift in [0, 1] {
        let habits = Habits {
            drivers: Some(shift),
            ..Habits::default()
        };
        let hole = |habits: &mut Habits| habits.takes_host = true;
        let paths = paths("jobs", "", false);
        require_hole(habits, hole, paths, "property-write:POST:/jobs").await;
    }
}

#[tokio::test]
async fn members_are_set_among_the_attributes_of_a_resource() {
    let habits = Habits {
        has_resources: true,
        ..Habits::default()
    };
    let hole = |habits: &mut Habits| habits.takes_host = true;
    let paths = paths("jobs", "", true);
    require_hole(habits, hole, paths, "property-write:POST:/jobs").await;
}

#[tokio::test]
async fn a_new_object_that_is_shown_later_is_waited_for() {
    let habits = Habits {
        lag: Duration::from_millis(120),
        ..Habits::default()
    };
    let hole = |habits: &mut Habits| habits.is_read_by_all = true;
    let paths = paths("jobs", "", false);
    require_hole(habits, hole, paths, "object-read:GET:/jobs/{id}").await;
}

#[tokio::test]
async fn a_change_says_which_version_it_is_about_where_the_api_asks_for_that() {
    let habits = Habits {
        asks_for_version: true,
        ..Habits::default()
    };
    let mut paths = paths("jobs", "", false);
    paths["/jobs/{id}"].as_object_mut().unwrap().remove("patch");
    let hole = |habits: &mut Habits| habits.is_changed_by_all = true;
    require_hole(habits, hole, paths, "object-delete:DELETE:/jobs/{id}").await;
}

#[tokio::test]
async fn addresses_may_end_in_a_slash() {
    let habits = Habits {
        ends_in_slash: true,
        ..Habits::default()
    };
    let hole = |habits: &mut Habits| habits.is_read_by_all = true;
    let paths = paths("jobs", "/", false);
    require_hole(habits, hole, paths, "object-read:GET:/jobs/{id}/").await;
}

#[tokio::test]
async fn an_object_is_made_under_an_identifier_of_the_callers_own() {
    let paths = paths_with_put();
    let hole = |habits: &mut Habits| habits.is_read_by_all = true;
    require_hole(Habits::default(), hole, paths, "object-read:GET:/jobs/{id}").await;
}

#[tokio::test]
async fn nothing_is_written_under_an_identifier_that_another_object_may_have() {
    let mut paths = paths_with_put();
    paths["/jobs/{id}"]["parameters"][0]["schema"] = json!({"type": "integer", "maximum": 9});
    let report = scanned(Habits::default(), paths).await;
    let mut checks = report.operations.iter().flat_map(|one| &one.checks);
    assert!(checks.all(|one| matches!(one.verdict, Verdict::NotTested(_))));
}

#[tokio::test]
async fn customers_that_are_made_like_other_objects_are_objects() {
    let mut paths = paths("customers", "", false);
    paths["/customers/{id}"]
        .as_object_mut()
        .unwrap()
        .remove("patch");
    let hole = |habits: &mut Habits| habits.is_changed_by_all = true;
    let expected = "object-delete:DELETE:/customers/{id}";
    require_hole(Habits::default(), hole, paths, expected).await;
}
