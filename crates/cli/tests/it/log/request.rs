//! Lines about single requests.

use std::io::{Read, Write};

use airside_testkit::Browser;
use serde_json::Value;

use crate::{
    app::{self, App},
    server::Place,
    wire::{CONFIGURATION, ask, connect},
};

#[tokio::test]
async fn the_log_says_which_scopes_were_left_out() {
    let place = Place::new(app::CONFIGURATION);
    let server = place.serve();
    let app = App::sign_in(&server.url).await;
    // the control: a client that gets what it asked for has no such line
    for scope in ["openid read", "openid read colour of:birds"] {
        let answer = app.try_authorize_for(scope).await.unwrap();
        assert!(answer.returned("code").is_some(), "{}", answer.text());
    }
    let heard = server.hear_up_to("scopes left out of the answer");
    let said: Vec<Value> = heard
        .iter()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line["message"] == "scopes left out of the answer")
        .collect();
    assert_eq!(said.len(), 1, "{heard:?}");
    assert_eq!(
        (&said[0]["client"], &said[0]["scope"]),
        (&"web".into(), &"colour of:birds".into())
    );
    assert_eq!(said[0]["trace_id"].as_str().map(str::len), Some(32));
}

#[tokio::test]
async fn a_caller_that_hangs_up_before_the_answer_has_a_line() {
    let place = Place::new(&format!(
        "[[client]]\nclient_id = \"guard\"\nclient_secret = \"a secret of the test\"\n\
         grant_types = []\nresource_server_for = [\"https://api.example\"]\n\
         token_endpoint_auth_method = \"client_secret_post\"\n{CONFIGURATION}"
    ));
    let server = place.serve();
    let own = [
        ("client_id", "guard"),
        ("client_secret", "a secret of the test"),
    ];
    let first = Browser::new().post(&server.at("/revocations"), &own).await;
    let known = first.json();
    let form = format!(
        "client_id=guard&client_secret=a+secret+of+the+test&wait=30&epoch={}&position={}",
        known["epoch"], known["position"]
    );
    let head = format!(
        "POST /revocations HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\
         content-type: application/x-www-form-urlencoded\r\nexpect: 100-continue\r\n\r\n",
        form.len()
    );
    let mut stream = connect(&place.address());
    stream.write_all(head.as_bytes()).unwrap();
    // the endpoint reads the body by now: who is gone before that has asked nothing
    let mut interim = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut interim).unwrap();
    assert!(interim.starts_with(b"HTTP/1.1 100 "));
    // the answer comes when there is news: there is none
    stream.write_all(form.as_bytes()).unwrap();
    drop(stream);
    let line: Value = serde_json::from_str(&server.hear("abandoned")).unwrap();
    assert_eq!(
        (&line["route"], &line["method"], line.get("status")),
        (&"/revocations".into(), &"POST".into(), None)
    );
    assert_eq!(line["reason"], "abandoned");
    assert_eq!(line["target"], "access");
}

#[test]
fn a_request_that_cannot_be_read_has_the_address_of_its_connection() {
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    let answer = ask(&place.address(), b"G@T / HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let line: Value = serde_json::from_str(&server.hear("the request is malformed")).unwrap();
    assert_eq!(
        (&line["target"], &line["client"]),
        (&"access".into(), &"127.0.0.1".into())
    );
}
