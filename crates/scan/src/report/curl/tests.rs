use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};

use super::*;
use crate::{
    document::{Api, tests::api_of},
    exchange::{Answer, Exchange, RequestBody, RequestSpec},
};

fn api() -> Api {
    let body = |schema: Value| json!({"content": {"application/json": {"schema": schema}}});
    let order = body(json!({"properties": {"ship_to": {}, "quantity": {"type": "integer"}}}));
    let payment = body(json!({"properties": {"order_id": {}, "amount": {"type": "integer"}}}));
    let account = body(json!({"properties": {
        "username": {}, "password": {}, "code": {"pattern": "^[a-z]{12}$"}}}));
    api_of(json!({
        "/orders": {"post": {"requestBody": order}, "get": {}},
        "/orders/{id}": {"get": {}},
        "/payments": {"post": {"requestBody": payment}},
        "/register": {"post": {"requestBody": account}},
        "/login": {"post": {"requestBody": account}},
    }))
}

/// Makes a call as a caller: `POST /orders`.
fn call<'a>(api: &'a Api, who: &str, request: (&str, Value), answer: Answer) -> Call<'a> {
    let (method, target) = request.0.split_once(' ').unwrap();
    let mut operations = api.operations.iter();
    let operation = operations.find(|one| {
        let begin = one.path.split('{').next().unwrap();
        one.method == method
            && target.starts_with(begin)
            && one.path.len() >= begin.len()
            && one.path.matches('/').count() == target.matches('/').count()
    });
    let exchange = Exchange {
        number: 1,
        caller: None,
        request: RequestSpec {
            operation: operation.unwrap().index,
            method: method.parse().unwrap(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: match request.1 {
                Value::Null => RequestBody::None,
                body => RequestBody::Json(body),
            },
        },
        answer,
        duration: Duration::ZERO,
    };
    let caller = (!who.is_empty()).then(|| variable(who));
    Call::new(Arc::new(exchange), operation, caller)
}

fn answered(json: Value) -> Answer {
    Answer {
        status: 200,
        text: json.to_string(),
        json: Some(json),
        ..Answer::default()
    }
}

fn lines(calls: &[Call<'_>]) -> Vec<String> {
    let script = Script {
        base: "http://h",
        presentation: &Presentation::default(),
        secrets: &[("hidden".to_owned(), "$PASSWORD_BOB".to_owned())],
        calls,
        attacker: Some("TOKEN_BOB"),
        pause_seconds: None,
    };
    script.lines()
}

const JSON: &str = " -H 'Content-Type: application/json' --data-raw ";

#[test]
fn a_line_can_be_pasted_and_has_no_token() {
    let api = api();
    let body = json!({"ship_to": "isn't"});
    let calls = [call(
        &api,
        "alice",
        ("POST /orders", body),
        Answer::default(),
    )];
    let head = r#"curl -sS -i -X POST 'http://h/orders' -H "Authorization: Bearer $TOKEN_ALICE""#;
    assert_eq!(
        lines(&calls),
        [format!(r#"{head}{JSON}'{{"ship_to":"isn'\''t"}}'"#)]
    );
}

#[test]
fn a_short_identifier_is_replaced_in_its_slots_only() {
    let api = api();
    let made = json!({"data": {"id": 1, "quantity": 1, "user_id": 1}});
    let paid = json!({"amount": 1, "order_id": 1});
    let calls = [
        call(
            &api,
            "alice",
            ("POST /orders", json!({"quantity": 1})),
            answered(made),
        ),
        call(
            &api,
            "bob",
            ("POST /payments", paid),
            answered(json!({"id": 1})),
        ),
        call(
            &api,
            "alice",
            ("GET /orders/1", Value::Null),
            answered(json!({"id": 1})),
        ),
    ];
    let (alice, bob) = [
        r#" -H "Authorization: Bearer $TOKEN_ALICE""#,
        r#" -H "Authorization: Bearer $TOKEN_BOB""#,
    ]
    .into();
    let expected = [
        format!(
            r#"ORDER_ID=$(curl -sS -X POST 'http://h/orders'{alice}{JSON}'{{"quantity":1}}' | jq -r '.data.id')"#
        ),
        format!(
            r#"curl -sS -X POST 'http://h/payments'{bob}{JSON}'{{"amount":1,"order_id":'"$ORDER_ID"'}}'"#
        ),
        format!(r#"curl -sS -i 'http://h/orders/'"$ORDER_ID"{alice}"#),
    ];
    assert_eq!(lines(&calls), expected);
}

#[test]
fn an_identifier_that_no_answer_has_stays() {
    let api = api();
    let calls = [
        call(
            &api,
            "bob",
            ("POST /orders", json!({"quantity": 5})),
            answered(json!({"id": 4})),
        ),
        call(
            &api,
            "bob",
            ("GET /orders/5", Value::Null),
            answered(json!({"id": 5})),
        ),
    ];
    let lines = lines(&calls);
    assert!(lines[0].starts_with("curl -sS -X POST"), "{lines:?}");
    assert!(
        lines[1].starts_with("curl -sS -i 'http://h/orders/5' "),
        "{lines:?}"
    );
}

#[test]
fn an_identifier_comes_from_a_header_or_from_the_row_with_the_text_of_the_scan() {
    let api = api();
    let body = json!({"ship_to": "zqabcdefghjk"});
    let made = Answer {
        status: 201,
        location: Some("http://h/orders/o-7/".to_owned()),
        ..Answer::default()
    };
    let read = || {
        call(
            &api,
            "bob",
            ("GET /orders/o-7", Value::Null),
            answered(json!({})),
        )
    };
    let calls = [
        call(&api, "alice", ("POST /orders", body.clone()), made),
        read(),
    ];
    let by_header = lines(&calls);
    assert!(
        by_header[1].starts_with("ORDER_ID=$(curl -sS -o /dev/null -D - -X POST"),
        "{by_header:?}"
    );
    assert!(
        by_header[1].ends_with(&format!(" | {LOCATION})")),
        "{by_header:?}"
    );

    let rows = json!([{"id": "o-6"}, {"id": "o-7", "ship_to": "zqabcdefghjk"}]);
    let calls = [
        call(&api, "alice", ("POST /orders", body), Answer::default()),
        call(&api, "alice", ("GET /orders", Value::Null), answered(rows)),
        read(),
    ];
    let by_row = lines(&calls);
    let filter = r#" | jq -r --arg mark 'zqabcde'"$RUN" 'first(.. | objects | select(any(.[] | strings; contains($mark)))) | .id')"#;
    assert!(
        by_row[2].starts_with("ORDER_ID=$(") && by_row[2].ends_with(filter),
        "{by_row:?}"
    );
}

#[test]
fn what_must_be_unique_is_new_at_each_run_unless_its_pattern_forbids_it() {
    let api = api();
    let account =
        json!({"code": "zqbbbbbbbbbb", "password": "Aa1!zqaaaaaaaaaa", "username": "zqabcdefghjk"});
    let mut sign_in = call(
        &api,
        "",
        ("POST /login", account.clone()),
        answered(json!({"token": "t"})),
    );
    sign_in.signs_in = Some(SignIn {
        variable: "TOKEN_MADE1".to_owned(),
        pointer: "/token".to_owned(),
    });
    let calls = [
        call(
            &api,
            "",
            ("POST /register", account),
            answered(json!({"username": "zqabcdefghjk"})),
        ),
        sign_in,
        call(
            &api,
            "made1",
            ("GET /orders", Value::Null),
            answered(json!([])),
        ),
    ];
    let lines = lines(&calls);
    assert_eq!(lines[0], SET_RUN);
    let body = r#"'{"code":"zqbbbbbbbbbb","password":"Aa1!zqaaaaa'"$RUN"'","username":"zqabcde'"$RUN"'"}'"#;
    assert!(lines[1].ends_with(body), "{lines:?}");
    assert!(lines[2].starts_with("TOKEN_MADE1=$("), "{lines:?}");
    assert!(
        lines[2].ends_with(&format!("{body} | jq -r '.token')")),
        "{lines:?}"
    );
}

#[test]
fn a_secret_is_a_variable() {
    let api = api();
    let body = json!({"password": "hidden", "username": "bob"});
    let calls = [call(&api, "", ("POST /login", body), Answer::default())];
    assert!(lines(&calls)[0].ends_with(r#"'{"password":"'"$PASSWORD_BOB"'","username":"bob"}'"#));
}

#[test]
fn what_nothing_names_later_is_left_out() {
    let api = api();
    let other = json!({"ship_to": "zqcccccccccc"});
    let own = json!({"ship_to": "zqdddddddddd"});
    let shown = json!({"id": 7, "ship_to": "zqabcdefghjk"});
    let calls = [
        call(
            &api,
            "alice",
            ("POST /orders", other),
            answered(json!({"id": 6})),
        ),
        call(
            &api,
            "alice",
            ("POST /orders", json!({"ship_to": "zqabcdefghjk"})),
            answered(json!({"id": 7})),
        ),
        call(
            &api,
            "bob",
            ("POST /orders", own),
            answered(json!({"id": 8})),
        ),
        call(&api, "bob", ("GET /orders/7", Value::Null), answered(shown)),
    ];
    let lines = lines(&calls);
    // the time, the order that is read, that of the attacker, and the evidence
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[1].starts_with("ORDER_ID="), "{lines:?}");
}
