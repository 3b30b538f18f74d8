//! The APIs in other languages: they have their holes, and without them they have not.

use std::path::Path;

use airside_scan_testbed::Foreign;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};

#[tokio::test]
async fn the_clinic_has_holes_unless_it_is_repaired() {
    for is_secure in [false, true] {
        let clinic = Foreign::Clinic.start(target(), is_secure).unwrap();
        let caller = Caller(clinic.url());
        let form = |name: &str| format!("username={name}&password={name}-secret");
        let paula = caller.form("/auth/token", form("paula")).await;
        let peter = caller.form("/auth/token", form("peter")).await;
        let (paula, peter) = (text(&paula["access_token"]), text(&peter["access_token"]));

        let read = caller
            .send("GET", "/patients/paula", &peter, Value::Null)
            .await;
        assert_eq!(read["history"] == "history of paula", !is_secure);
        caller
            .send("PATCH", "/auth/whoami", &peter, json!({ "role": "doctor" }))
            .await;
        let role = caller
            .send("GET", "/auth/whoami", &peter, Value::Null)
            .await;
        assert_eq!(role["role"] == "doctor", !is_secure);

        let made = caller
            .send(
                "POST",
                "/appointments",
                &paula,
                json!({ "reason": "cough" }),
            )
            .await;
        let path = format!("/appointments/{}", text(&made["slug"]));
        caller.send("DELETE", &path, &peter, Value::Null).await;
        let left = caller.send("GET", &path, &paula, Value::Null).await;
        assert_eq!(left["reason"] == "cough", is_secure);
    }
}

#[tokio::test]
async fn the_rental_has_holes_unless_it_is_repaired() {
    for is_secure in [false, true] {
        let rental = Foreign::Rental.start(target(), is_secure).unwrap();
        let caller = Caller(rental.url());
        let login = async |name: &str| {
            let body = json!({ "email": format!("{name}@bikes.example"), "password": format!("{name}-secret") });
            let answer = caller.send("POST", "/api/session", "", body).await;
            text(&answer["data"]["session"]["token"])
        };
        let (rita, ron) = (login("rita").await, login("ron").await);

        let body = json!({ "bike": "red-racer", "remark": "squeaks" });
        let made = caller.send("POST", "/api/rentals", &rita, body).await;
        let path = format!("/api/rentals/{}", text(&made["data"]["_id"]));
        let read = caller.send("GET", &path, &ron, Value::Null).await;
        assert_eq!(read["data"]["remark"] == "squeaks", !is_secure);
        let rentals = caller
            .send("GET", "/api/staff/rentals", &ron, Value::Null)
            .await;
        assert_eq!(rentals["data"].is_array(), !is_secure);
        // the secure look-alike is secure either way
        let notices = caller
            .send("GET", "/api/staff/notices", &ron, Value::Null)
            .await;
        assert!(notices["data"].is_null());
    }
}

#[test]
fn the_ground_truth_is_complete() {
    for foreign in Foreign::ALL {
        let truth = foreign.truth();
        assert!(truth["people"].as_array().unwrap().len() >= 3);
        for hole in truth["holes"].as_array().unwrap() {
            assert!(
                ["name", "class", "operation"]
                    .iter()
                    .all(|name| hole[name].is_string()),
                "{hole}"
            );
        }
    }
}

fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Sends requests to a base URL.
struct Caller(String);

impl Caller {
    async fn send(&self, method: &str, path: &str, token: &str, body: Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = http::Request::builder()
            .method(method)
            .header("content-type", "application/json");
        self.answer(
            request.header("authorization", format!("Bearer {token}")),
            path,
            body,
        )
        .await
    }

    async fn form(&self, path: &str, form: String) -> Value {
        let kind = "application/x-www-form-urlencoded";
        let request = http::Request::builder()
            .method("POST")
            .header("content-type", kind);
        self.answer(request, path, form).await
    }

    async fn answer(&self, request: http::request::Builder, path: &str, body: String) -> Value {
        let request = request
            .uri(format!("{}{path}", self.0))
            .body(Full::<Bytes>::from(body))
            .unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http();
        let answer = client.request(request).await.unwrap();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap_or(Value::Null)
    }
}
