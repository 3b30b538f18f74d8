//! Tests what pages of the documentation show of policies, and of records of records.

use airside_resource::{
    policy::cedar::Cedar,
    sqlite::{Sqlite, rusqlite::Connection},
};
use axum::body::Body;
use http::{Method, Request};
use tower::ServiceExt as _;

use crate::bank::World;

/// The program of the page, up to its `main`.
#[expect(unused_imports, reason = "what only its `main` uses")]
mod nested {
    include!("page/nested.rs");

    /// Builds what its `main` builds, of these records.
    pub fn api(airside: ResourceServer, records: Sqlite) -> airside_resource::Api {
        routes().build(App { airside, records }).unwrap()
    }

    pub fn table() -> String {
        routes().table().to_string()
    }

    pub const TABLES_OF_PAGE: &str = TABLES;
}

const NESTED: &str = include_str!("../../../../docs/library/nested.md");

const POLICIES: &str = include_str!("../../../../docs/policies.md");

/// Each schema with the policies behind it.
#[test]
fn the_policies_of_the_page_are_read() {
    let blocks = POLICIES.split("```cedar\n").skip(1);
    let blocks: Vec<_> = blocks
        .map(|rest| rest.split_once("```").unwrap().0)
        .collect();
    for pair in blocks.chunks(2) {
        let [schema, policies] = pair else {
            panic!("a schema without policies: {pair:?}");
        };
        if let Err(error) = Cedar::parse(schema, policies) {
            panic!("{error}: {policies}");
        }
    }
    assert_eq!(blocks.len(), 4);
}

/// The text of the page's blocks of output, in their order.
fn shown() -> Vec<&'static str> {
    let blocks = NESTED.split("```text\n").skip(1);
    blocks
        .map(|rest| rest.split_once("```").unwrap().0)
        .collect()
}

#[test]
fn the_page_about_parents_prints_its_routes() {
    assert!(
        NESTED.contains(include_str!("page/nested.rs")),
        "page/nested.rs is not the program of the page"
    );
    assert_eq!(nested::table(), shown()[0]);
}

/// Alice owns project 1, carol edits it, bob may see it and owns project 2.
const ROWS: &str = "
    INSERT INTO projects VALUES (1, 'alice', 'one'), (2, 'bob', 'two');
    INSERT INTO project_members VALUES (1, 'carol', 'editor'), (1, 'bob', 'viewer');
    INSERT INTO tasks VALUES (10, 1, 'ten'), (20, 2, 'twenty');";

#[tokio::test]
async fn the_page_about_parents_says_what_each_request_answers() {
    let world = World::new();
    let mut lines = shown()[1].lines();
    let people: Vec<_> = lines.next().unwrap().split_whitespace().collect();
    let mut tried = 0;
    for line in lines {
        let mut words = line.split_whitespace();
        let method: Method = words.next().unwrap().parse().unwrap();
        let path = words.next().unwrap();
        for (person, expected) in people.iter().zip(words) {
            let connection = Connection::open_in_memory().unwrap();
            let tables = nested::TABLES_OF_PAGE;
            connection
                .execute_batch(&format!("{tables}{ROWS}"))
                .unwrap();
            let api = nested::api(world.airside.clone(), Sqlite::new(connection));
            let mut request = Request::builder().method(method.clone()).uri(path);
            if *person != "anonymous" {
                let token = world.token(person, "projects tasks", &[]);
                request = request.header("authorization", format!("Bearer {token}"));
            }
            let request = request.body(Body::from("New")).unwrap();
            let status = api.oneshot(request).await.unwrap().status();
            assert_eq!(status.as_str(), expected, "{person}: {line}");
            tried += 1;
        }
    }
    assert_eq!(tried, 50);
}
