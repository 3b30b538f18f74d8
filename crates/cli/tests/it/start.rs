//! Starting, and being refused to start.

mod check;
mod key;
mod permission;

use std::{fs, path::Path};

use airside_store_sql::postgres::{self, Postgres};
use airside_testkit::{Browser, assert_contains, postgres::Cluster};

use crate::server::{Place, Server, ended};

#[tokio::test]
async fn without_configuration_a_link_makes_the_first_administrator_once() {
    let place = Place::new("");
    fs::remove_file(place.at("airside.toml")).unwrap();
    let server = place.serve();
    let browser = Browser::new();
    let link = server
        .remarks
        .iter()
        .find(|line| line.contains("/setup?token="))
        .unwrap();
    let page = browser.get(link).await;
    let token = page.hidden("token");
    let fields = [
        ("token", token.as_str()),
        ("username", "root"),
        ("password", "long enough to be good"),
    ];
    assert_eq!(
        browser.post(&server.at("/setup"), &fields).await.status,
        200
    );
    // a second click, or Back: it says whom the link made, and makes nobody else
    let other = [fields[0], ("username", "evil"), fields[2]];
    for again in [
        browser.post(&server.at("/setup"), &other).await,
        browser.get(link).await,
    ] {
        assert_eq!(again.status, 200);
        assert!(
            again
                .text()
                .contains("Administrator <bdi>root</bdi> was created")
        );
    }
    let user = place.json("user show root");
    assert_eq!(user["administrator"], true);
}

#[test]
fn variables_of_others_keep_no_server_from_starting() {
    let mut place = Place::new("");
    // Kubernetes, for a service `airside`; an empty variable is not set
    for (name, value) in [
        ("AIRSIDE_PORT", "tcp://10.0.0.1:80"),
        ("AIRSIDE_SERVICE_HOST", "10.0.0.1"),
        ("AIRSIDE_CONFIG", ""),
        ("AIRSIDE_URL", ""),
        ("AIRSIDE_TOKEN", ""),
        ("AIRSIDE_ISSUER", ""),
    ] {
        place.set(name, value);
    }
    let quiet = place.run("config check");
    quiet.assert_code(0);
    assert!(!quiet.err.contains("warning"), "{}", quiet.err);
    place.set("AIRSIDE_VERSION", "1.2");
    let warned = place.run("config check");
    warned.assert_ended(0, "AIRSIDE_VERSION");
    let said = place.serve().last_words();
    assert_contains(&said, "AIRSIDE_VERSION");
}

#[test]
fn a_variable_that_is_almost_a_key_is_a_problem() {
    let mut place = Place::new("");
    place.set("AIRSIDE_LISTN", "127.0.0.1:0");
    place.run("config check").assert_code(7);
}

#[test]
fn an_https_issuer_without_its_proxys_name_does_not_start() {
    // T32
    let place = Place::new("issuer = \"https://id.example\"\n");
    let refused = place.run("serve --listen 127.0.0.1:0");
    assert_eq!(refused.code, 2);
    let said = "trusted_proxies = [\"127.0.0.1\"]";
    assert_contains(&refused.err, said);
    let checked = place.run("config check");
    checked.assert_ended(7, said);
    let place = Place::new(&format!("issuer = \"https://id.example\"\n{said}\n"));
    assert_eq!(place.serve().terminate(), 0);
}

#[tokio::test]
async fn metrics_are_scraped_at_an_address_of_their_own() {
    let mut place = Place::new("");
    let metrics = Place::new("").address();
    place.set("AIRSIDE_METRICS__LISTEN", &metrics);
    let server = place.serve();
    let browser = Browser::new();
    let scraped = browser.get(&format!("http://{metrics}/metrics")).await;
    assert_eq!(scraped.status, 200);
    let other = browser.get(&format!("http://{metrics}/jwks")).await;
    assert_eq!(other.status, 404);
    assert_eq!(browser.get(&server.at("/metrics")).await.status, 200);
    assert_eq!(server.terminate(), 0);
}

#[tokio::test]
async fn a_second_process_on_the_same_data_is_refused_and_the_first_goes_on() {
    let place = Place::new("");
    let server = place.serve();
    let second = place.run("serve --listen 127.0.0.1:0");
    second.assert_ended(1, "airside.db");
    assert_contains(&second.err, "another");
    assert_eq!(
        Browser::new().get(&server.at("/health/ready")).await.status,
        200
    );
    place.run("key list").assert_code(0);
}

#[tokio::test]
async fn a_killed_server_leaves_nothing_behind_that_stops_the_next_one() {
    let place = Place::new("");
    place.serve().kill();
    assert!(place.data().join("admin.sock").exists());
    let server = place.serve();
    place.run("key list").assert_code(0);
    assert_eq!(server.terminate(), 0);
}

#[test]
fn a_bad_configuration_is_told_at_once_with_places_and_advice() {
    let place = Place::new("isuer = \"x\"\n[tokens]\naccess_token_lifetime = \"soon\"\n");
    let checked = place.run("config check");
    assert_eq!(checked.code, 7);
    for part in [
        "airside.toml:1:1",
        "did you mean `issuer`",
        "airside.toml:3:",
    ] {
        assert!(checked.err.contains(part), "{part} in {}", checked.err);
    }
    place.run("serve").assert_code(2);
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let place = Place::new("listen = \"127.0.0.1:1111\"\n[sessions]\nidle_lifetime = \"1h\"\n");
    let show = |arguments: &[&str]| {
        let mut command = place.command();
        command
            .env("AIRSIDE_SESSIONS__IDLE_LIFETIME", "2h")
            .args(arguments);
        ended(&mut command).out
    };
    let shown = show(&["config", "show"]);
    assert!(
        shown
            .lines()
            .any(|l| l.contains("idle_lifetime") && l.contains("2h")),
        "{shown}"
    );
    let server = Server::start(place.command().args(["serve", "--listen", "127.0.0.1:0"]));
    assert!(!server.url.ends_with(":1111"));
}

#[test]
fn an_unreachable_server_is_exit_code_6() {
    let place = Place::new("");
    place.run("client list").assert_code(6);
}

#[test]
fn the_same_data_can_be_served_under_another_address() {
    let place = Place::new("");
    let first = Server::start(place.command().args(["serve", "--listen", "127.0.0.1:0"]));
    let url = first.url.clone();
    assert_eq!(first.terminate(), 0);
    let second = Server::start(place.command().args(["serve", "--listen", "127.0.0.1:0"]));
    assert_ne!(second.url, url);
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_leaves_no_core_and_may_open_what_it_is_allowed() {
    // T49
    let place = Place::new("");
    assert_limits(&place.serve());
    let guarded = Place::new("");
    let configuration = format!(
        "listen = \"{}\"\nupstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:1\"\n\
         audience = \"https://bank.example\"\n[[operation]]\nmatch = \"GET /\"\npublic = \"all\"\n",
        guarded.address()
    );
    guarded.write("guard.toml", configuration);
    assert_limits(&Server::start(guarded.command().arg("guard")));
}

#[cfg(target_os = "linux")]
fn assert_limits(server: &Server) {
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.pid())).unwrap();
    let soft_and_hard = |name| {
        let line = limits
            .lines()
            .find_map(|line: &str| line.strip_prefix(name));
        let columns = line.unwrap().split_whitespace().take(2);
        columns.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(soft_and_hard("Max core file size"), ["0", "0"]);
    let descriptors = soft_and_hard("Max open files");
    assert_eq!(descriptors[0], descriptors[1]);
}

#[test]
fn an_account_that_the_configuration_says_something_else_of_is_warned_about() {
    let user = |roles: &str| {
        format!(
            "[[user]]\nusername = \"bob\"\npassword = \"correct horse battery\"\nroles = [{roles}]\n"
        )
    };
    let place = Place::new(&user(""));
    assert_eq!(place.serve().terminate(), 0);
    place.write("airside.toml", user("\"admin\""));
    let server = place.serve();
    let warned = server
        .remarks
        .iter()
        .any(|line| line.contains("\"username\":\"bob\"") && line.contains("\"keys\":\"roles\""));
    assert!(warned, "{:?}", server.remarks);
}
