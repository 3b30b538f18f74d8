//! Programs that people sign in to: how they are registered, and the light ones among them with a person.
//!
//! `scripts/relying-parties` runs them all; `scripts/test` installs those that run here.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::server::{AIRSIDE, Ended, Place, ended};

#[test]
fn every_product_can_be_registered() {
    let place = Place::new("");
    let _server = place.serve();
    let listed = place.run(&["client", "create", "--for", "list", "-o", "json"]);
    let products = listed.json();
    for api in [
        "https://app.example.com",
        "https://app.example.com/mcp",
        "https://api.example.com",
    ] {
        let scope = if api.ends_with("/mcp") {
            "mcp:use"
        } else {
            "notes:read"
        };
        let made = place.run(&["resource", "create", api, "--scope", scope]);
        assert_eq!(made.code, 0, "{}", made.err);
    }
    for product in products.as_array().unwrap() {
        let name = product["name"].as_str().unwrap();
        let created = register(&place, name).json();
        assert_eq!(created["client_id"], name);
        let secret = created["client_secret"].as_str();
        let files = created["files"].to_string();
        assert!(!files.contains("{client"), "{files}");
        if let Some(secret) = secret {
            let is_told = files.contains(secret);
            assert!(is_told || !files.contains("secret"), "{name}: {files}");
        }
    }
    assert!(products.as_array().unwrap().len() > 25);
}

fn register(place: &Place, name: &str) -> Ended {
    let at = "https://app.example.com/";
    place.run(&["client", "create", "--for", name, "--at", at, "-o", "json"])
}

#[test]
fn a_product_gets_its_half_ready_to_paste() {
    let place = Place::new("");
    let server = place.serve();
    let at = "https://grafana.example.com/";

    let created = place.run(&[
        "client",
        "create",
        "dashboards",
        "--for",
        "grafana",
        "--at",
        at,
    ]);

    assert_eq!(created.code, 0, "{}", created.err);
    let out = &created.out;
    let shown = place
        .run(&["client", "show", "dashboards", "-o", "json"])
        .json();
    let redirect_uri = "https://grafana.example.com/login/generic_oauth";
    assert_eq!(shown["redirect_uris"], serde_json::json!([redirect_uri]));
    assert!(shown["scope"].as_str().unwrap().contains("groups"));
    for line in [
        "# grafana.ini".to_owned(),
        "root_url = https://grafana.example.com".to_owned(),
        "client_id = dashboards".to_owned(),
        format!("auth_url = {}/authorize", server.url),
    ] {
        assert!(out.lines().any(|one| one == line), "{line}: {out}");
    }
    let secret = out
        .lines()
        .find_map(|line| line.strip_prefix("client_secret = "));
    assert_eq!(out.matches(secret.unwrap()).count(), 1, "{out}");
    // what is saved to a file is the configuration alone
    assert!(out.starts_with("# grafana.ini\n"), "{out}");
    assert!(created.err.contains("client_id"), "{}", created.err);
    assert!(
        created.err.contains("docs/relying-parties/others.md"),
        "{}",
        created.err
    );
}

#[test]
fn flags_override_what_a_product_registers() {
    let place = Place::new("");
    let _server = place.serve();
    let at = "https://app.example.com";
    let mut command = vec!["client", "create", "--for", "oauth2-proxy", "--at", at];
    command.extend([
        "--scope",
        "openid email",
        "--name",
        "The shop",
        "-o",
        "json",
    ]);

    let created = place.run(&command).json();

    assert_eq!(created["scope"], "openid email");
    assert_eq!(created["client_name"], "The shop");
    assert_eq!(
        created["redirect_uris"][0],
        "https://app.example.com/oauth2/callback"
    );
}

/// A program that knows no S256 is registered without it, the others are not.
#[test]
fn pkce_is_given_up_only_where_the_product_has_none() {
    let place = Place::new("");
    let _server = place.serve();
    for (name, is_required) in [("passport-openidconnect", false), ("openid-client", true)] {
        let created = register(&place, name).json();
        assert_eq!(
            created["require_pkce"].as_bool().unwrap_or(true),
            is_required,
            "{name}"
        );
    }
}

#[test]
fn a_product_that_is_not_known_or_not_placed_is_not_registered() {
    let place = Place::new("");
    let _server = place.serve();
    for (arguments, code, said) in [
        (
            vec!["--for", "graffana", "--at", "https://a.example"],
            3,
            "did you mean `grafana`",
        ),
        (vec!["--for", "grafana"], 2, "--at is missing"),
        (
            vec!["--for", "grafana", "--at", "https://a.example/?b=c"],
            2,
            "host, port and path",
        ),
        (
            vec!["a'b", "--for", "grafana", "--at", "https://a.example"],
            2,
            "would have to quote",
        ),
        (vec!["--at", "https://a.example"], 2, "--for"),
    ] {
        let mut command = vec!["client", "create"];
        command.extend(arguments);
        let refused = place.run(&command);
        assert_eq!(refused.code, code, "{command:?}: {}", refused.err);
        assert!(refused.err.contains(said), "{command:?}: {}", refused.err);
    }
    let clients = place.run(&["client", "list", "-o", "json"]).json();
    assert_eq!(clients, Value::Array(Vec::new()));
}

/// Signs people in with a program that `scripts/test` installed, as `scripts/relying-parties` does.
fn run(name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let script = root.join("scripts/relying-parties");
    let ran = ended(Command::new(script).args(["--offline", "--airside", AIRSIDE, name]));
    assert_eq!(ran.code, 0, "{name}: {}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("1 passed, 0 failed, 0 not run"),
        "{}",
        ran.out
    );
}

#[test]
fn apache_signs_people_in_and_knows_its_administrators() {
    run("apache");
}

#[test]
fn apache_lets_tokens_in_by_keys_and_by_introspection() {
    run("apache-api");
}

#[test]
fn flask_oidc_signs_people_in_and_knows_its_administrators() {
    run("flask-oidc");
}

#[test]
fn express_openid_connect_signs_people_in_and_knows_its_administrators() {
    run("express-openid-connect");
}

#[test]
fn mozilla_django_oidc_signs_people_in_and_knows_its_administrators() {
    run("mozilla-django-oidc");
}

#[test]
fn oauth2_proxy_signs_people_in_and_knows_its_administrators() {
    run("oauth2-proxy");
}
