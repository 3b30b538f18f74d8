//! The log under a flood, and where nobody reads it.

mod request;
mod summary;
mod unread;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStderr, Command, Stdio},
    time::{Duration, Instant},
};

use airside_testkit::assert_contains;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::{
    server::{Place, Server},
    wire::{CONFIGURATION, FORM, ask, connect},
};

/// A guard before an upstream that is not there.
fn guard() -> Place {
    let place = Place::new("");
    let configuration = format!(
        "listen = \"{}\"\nupstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:1\"\n\
         audience = \"https://bank.example\"\n[[operation]]\nmatch = \"GET /\"\npublic = \"all\"\n",
        place.address()
    );
    place.write("guard.toml", configuration);
    place
}

/// 100 requests that are refused, or fail, without any credentials.
fn hundred(place: &Place, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n", place.address());
    let (request, last) = (
        request.clone() + "\r\n",
        request + "connection: close\r\n\r\n",
    );
    let answers = ask(&place.address(), (request.repeat(99) + &last).as_bytes());
    let refused = answers.matches("HTTP/1.1 4").count() + answers.matches("HTTP/1.1 50").count();
    assert_eq!(refused, 100, "{answers}");
}

fn get(place: &Place, path: &str) -> String {
    let address = place.address();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    ask(&address, request.as_bytes())
}

/// A server whose log is as by default, without a line for each request.
fn served(place: &mut Place) -> Server {
    place.set("RUST_LOG", "info,access=off");
    place.serve()
}

/// The access log is not limited: each request has its line, and no query is in it.
#[test]
fn each_request_to_a_guard_has_a_line_unless_that_is_switched_off() {
    for (filter, lines) in [("info", 2001), ("info,access=off", 0)] {
        let mut place = guard();
        place.set("RUST_LOG", filter);
        let guard = Server::start(place.command().arg("guard"));
        for _ in 0..20 {
            hundred(&place, "/?hunter2");
        }
        get(&place, "/elsewhere?hunter2");
        let log = guard.last_words();
        let logged = with_message(&log, "request\"");
        assert_eq!(logged.len(), lines, "{filter}");
        let parsed: Vec<Value> = logged
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let is_whole = |line: &Value| line["target"] == "access" && line["method"] == "GET";
        assert!(parsed.iter().all(is_whole));
        let of_operation = parsed.iter().filter(|line| {
            line["operation"] == "GET /" && line["status"] == 503 && line["reason"] == "no_upstream"
        });
        assert_eq!(of_operation.count(), lines.saturating_sub(1));
        if let Some(last) = parsed.last() {
            let shown = (last["path"].as_str(), last["status"].as_u64());
            assert_eq!(shown, (Some("/elsewhere"), Some(404)), "{last}");
        }
        assert!(!log.contains("hunter2"));
    }
}

/// The server has the same lines: no query, and who the client is once it has proved that.
#[test]
fn each_request_to_a_server_has_a_line_unless_that_is_switched_off() {
    for (filter, lines) in [("info", 102), ("info,access=off", 0)] {
        let mut place = Place::new(CONFIGURATION);
        place.set("RUST_LOG", filter);
        let server = place.serve();
        hundred(&place, "/authorize?client_id=stranger&state=hunter2");
        get(&place, "/elsewhere?hunter2");
        let address = place.address();
        let head = format!(
            "POST /token HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n",
            FORM.len()
        );
        let answer = ask(&address, format!("{head}\r\n{FORM}").as_bytes());
        let log = server.last_words();
        let logged = with_message(&log, "request\"");
        assert_eq!(logged.len(), lines, "{filter} {log}");
        for secret in ["hunter2", "secret of the test"] {
            assert!(!log.contains(secret), "{log}");
        }
        let parsed = logged
            .iter()
            .map(|line| serde_json::from_str(line).unwrap());
        let parsed: Vec<Value> = parsed.collect();
        for (line, (method, route)) in parsed
            .iter()
            .rev()
            .zip([("POST", "/token"), ("GET", "unknown")])
        {
            assert_eq!(line["target"], "access", "{line}");
            assert_eq!(
                (&line["method"], &line["route"]),
                (&method.into(), &route.into())
            );
            assert_eq!(line["client"], "127.0.0.1", "{line}");
            assert!(
                line["duration_us"].is_u64() && line["status"].is_u64(),
                "{line}"
            );
        }
        if let Some(last) = parsed.last() {
            let trace_id = last["trace_id"].as_str().unwrap();
            assert_eq!(last["client_id"], "robot", "{last}");
            assert_contains(&answer, &format!("x-request-id: {trace_id}"));
        }
    }
}

/// A start is a few lines, whatever `RUST_LOG` says beside the level.
#[test]
fn a_start_is_five_lines_with_the_one_that_says_that_it_is_ready() {
    for filter in ["info", "info,access=off"] {
        let mut place = Place::new(CONFIGURATION);
        place.set("RUST_LOG", filter);
        let server = place.serve();
        let lines = server.remarks.iter();
        let logged = lines.filter(|line| line.starts_with('{'));
        assert_eq!(logged.count(), 4, "{:?}", server.remarks);
    }
}

/// Of a whole log.
const MAX_BYTES: usize = 64 * 1024;

/// A guard with more in its configuration.
fn guard_with(more: &str) -> Place {
    let place = guard();
    let text = fs::read_to_string(place.at("guard.toml")).unwrap();
    place.write("guard.toml", format!("{text}{more}"));
    place
}

#[test]
fn the_guard_logs_as_its_configuration_says() {
    for (log, json, access) in [
        ("", true, true),
        ("[log]\nformat = \"text\"\n", false, true),
        ("[log]\nlevel = \"warn\"\n", true, false),
    ] {
        let place = guard_with(log);
        let guard = Server::start(place.command().arg("guard"));
        get(&place, "/elsewhere");
        let words = guard.last_words();
        let lines: Vec<_> = words
            .lines()
            .filter(|line| line.contains("undeclared"))
            .collect();
        assert_eq!(!lines.is_empty(), access, "{log}: {words}");
        let is_json = |line: &&str| serde_json::from_str::<Value>(line).is_ok();
        assert!(
            lines.iter().all(|line| is_json(line) == json),
            "{log}: {words}"
        );
    }
}

#[test]
fn a_level_of_the_guards_log_that_does_not_exist_is_refused() {
    let place = guard_with("[log]\nlevel = \"loud\"\n");
    let refused = place.run("guard");
    refused.assert_ended(2, "log.level");
}

/// The lines of a log with this message.
fn with_message<'a>(log: &'a str, message: &str) -> Vec<&'a str> {
    let quoted = format!("\"message\":\"{message}");
    log.lines().filter(|line| line.contains(&quoted)).collect()
}
