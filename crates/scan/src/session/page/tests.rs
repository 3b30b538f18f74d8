use std::{sync::Arc, time::Duration};

use http::Method;
use serde_json::json;

use super::*;
use crate::{document::tests::api_of, exchange::Exchange};

fn next(parameters: &[&str], target: &str, answer: Answer) -> Option<String> {
    let parameters = parameters.iter();
    let parameters: Vec<_> = parameters
        .map(|name| json!({"in": "query", "name": name, "schema": {}}))
        .collect();
    let api = api_of(json!({"/posts": {"get": {"parameters": parameters}}}));
    let page = Exchange {
        number: 1,
        caller: None,
        request: RequestSpec {
            operation: 0,
            method: Method::GET,
            target: target.to_owned(),
            headers: Vec::new(),
            body: crate::exchange::RequestBody::None,
        },
        answer,
        duration: Duration::ZERO,
    };
    let query = next_query(&api.operations[0], &Arc::new(page.clone()))?;
    Some(with_query(&page.request, &query).target)
}

fn of_json(json: Value) -> Answer {
    Answer {
        status: 200,
        text: json.to_string(),
        json: Some(json),
        ..Answer::default()
    }
}

#[test]
fn the_next_page_is_asked_for_as_the_api_says() {
    let row = json!([{"id": 1}, {"id": 2}]);
    for (parameters, target, answer, expected) in [
        (&["page"][..], "/posts", row.clone(), Some("/posts?page=2")),
        (
            &["page"],
            "/posts?page=2",
            row.clone(),
            Some("/posts?page=3"),
        ),
        (
            &["limit", "offset"],
            "/posts?limit=2",
            row.clone(),
            Some("/posts?limit=2&offset=2"),
        ),
        (
            &["cursor"],
            "/posts",
            json!({"items": row, "next_cursor": "c2"}),
            Some("/posts?cursor=c2"),
        ),
        (
            &["offset"],
            "/posts",
            json!({"items": row, "next": 2}),
            Some("/posts?offset=2"),
        ),
        (
            &[],
            "/posts",
            json!({"data": row, "links": {"next": "https://other.example/x?p=2"}}),
            Some("/posts?p=2"),
        ),
        // the controls: the last page, and lists without pages
        (
            &["offset"],
            "/posts",
            json!({"items": row, "next": null}),
            None,
        ),
        (&["page"], "/posts?page=9", json!([]), None),
        (&["q"], "/posts", row.clone(), None),
    ] {
        let found = next(parameters, target, of_json(answer.clone()));
        assert_eq!(found.as_deref(), expected, "{target} {answer}");
    }
}

#[test]
fn a_header_may_tell_the_next_page() {
    let answer = Answer {
        link: Some("</posts?page=1>; rel=\"prev\", </posts?page=3>; rel=\"next\"".to_owned()),
        ..of_json(json!([{"id": 1}]))
    };
    assert_eq!(
        next(&[], "/posts", answer).as_deref(),
        Some("/posts?page=3")
    );
}
