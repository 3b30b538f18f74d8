//! Parts of programs, completed and run.

use std::{fs, process::Command};

use airside_testkit::{Browser, postgres};
use http::Method;
use serde_json::json;

use super::{
    block,
    program::{Program, Role},
};
use crate::server::{Place, ended};

/// The text of the block of a page that begins so.
fn part(page: &str, first_line: &str) -> String {
    let blocks = block::of(page);
    let found = blocks
        .iter()
        .find(|block| block.first_line().starts_with(first_line));
    found.unwrap().text.clone()
}

/// Serves a part of an API of Express's, with what comes before it.
async fn express(place: &Place, before: &str, part: &str) -> (Program, String) {
    let address = place.address();
    let port = address.rsplit(':').next().unwrap();
    let program = format!(
        "const app = require(\"express\")();\nconst express = require(\"express\");\n{before}\n{}",
        part.replace("9000", port)
    );
    let directory = place.directory.path();
    fs::write(directory.join("api.js"), program).unwrap();
    let mut node = place.within(Command::new("node"));
    node.arg("api.js").env("NODE_PATH", "/usr/share/nodejs");
    let url = format!("http://{address}");
    let program = Program::start(Role::Api, &mut node, directory, &url).await;
    (program, url)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_api_in_express_keeps_people_apart() {
    let place = Place::new("");
    let part = part("docs/guard/start.md", "app.use(");
    let (_api, url) = express(&place, "const accounts = [];", &part).await;
    let ask = async |method: Method, subject: &str| {
        let own = ("airside-subject", subject);
        let headers = [("content-type", "application/json"), own];
        // without a person there is no header
        let headers = if subject.is_empty() {
            &headers[..1]
        } else {
            &headers
        };
        let body = if method == Method::POST {
            r#"{"name":"Savings"}"#
        } else {
            ""
        };
        let at = format!("{url}/accounts");
        Browser::new()
            .send(method, &at, headers, body.to_owned())
            .await
    };
    let made = ask(Method::POST, "alice").await;
    assert_eq!(made.status, 201, "{}", made.text());
    let account = json!({ "id": 1, "name": "Savings", "owner": "alice" });
    assert_eq!(made.json(), account);
    assert_eq!(ask(Method::GET, "alice").await.json(), json!([account]));
    assert_eq!(ask(Method::GET, "bob").await.json(), json!([]));
    assert_eq!(ask(Method::GET, "").await.json(), json!([]));
    assert_eq!(ask(Method::POST, "").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_route_in_express_reads_the_person_of_the_path() {
    let place = Place::new("");
    let part = part("docs/guard/frameworks.md", "app.get(");
    let (_api, url) = express(&place, "const ordersOf = (user) => [user];", &part).await;
    let orders = Browser::new()
        .get(&format!("{url}/users/alice/orders"))
        .await;
    assert_eq!(orders.json(), json!(["alice"]));
}

/// In a transaction that is taken back, because roles belong to all schemas.
#[test]
fn the_view_of_owners_is_one_that_postgresql_takes() {
    let script = block::root().join("scripts/postgres");
    let programs = ended(Command::new(script).arg("bin")).out;
    let part = part("docs/guard/README.md", "CREATE VIEW");
    let sql = format!(
        "BEGIN; DO $$ BEGIN CREATE ROLE guard; EXCEPTION WHEN duplicate_object THEN END $$; \
         CREATE TABLE account (id bigint, owner_id bigint); {part} \
         SELECT id, owner FROM airside_account_owner; ROLLBACK;"
    );
    let mut psql = Command::new(format!("{}/psql", programs.trim()));
    psql.args([
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        &postgres::schema(),
        "-c",
        &sql,
    ]);
    ended(&mut psql).assert_code(0);
}
