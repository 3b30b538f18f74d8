//! The keys that a running server takes over from another file.

use airside_testkit::assert_contains;

use super::*;

fn reloaded(before: &str, after: &str) -> Result<Config, Problems> {
    let running = load(before).unwrap();
    Machine::with(after).inputs(|inputs| running.reload(inputs))
}

#[test]
fn what_a_reload_takes_over_needs_no_restart() {
    let before = "[sign_in]\naccount_failures = 3\n";
    let after = "[[resource]]\nidentifier = \"https://api.example\"\nscopes = [\"read\"]\n\
        [[client]]\nclient_id = \"spa\"\ntoken_endpoint_auth_method = \"none\"\n\
        redirect_uris = [\"http://127.0.0.1/cb\"]\nscope = \"openid read\"\n";
    let config = reloaded(before, after).unwrap();
    assert!(config.restart.is_empty(), "{:?}", config.restart);
    assert_eq!(config.settings.clients.len(), 1);
    assert_eq!(config.settings.sign_in.account_failures, 10);
}

/// A key before and after a reload, and its name.
const NEED_A_RESTART: [(&str, &str, &str); 11] = [
    ("", "listen = \"127.0.0.1:9\"", "listen"),
    ("", "issuer = \"http://localhost:8080\"", "issuer"),
    ("data = \"a\"", "data = \"b\"", "data"),
    ("", "admin_api = true", "admin_api"),
    ("", "[store]\nurl = \"sqlite:b.db\"", "store.url"),
    (
        "",
        "[tokens]\nid_token_lifetime = \"1m\"",
        "tokens.id_token_lifetime",
    ),
    ("", "[sessions]\nlifetime = \"1d\"", "sessions.lifetime"),
    ("", "[events]\nlifetime = \"30d\"", "events.lifetime"),
    ("", "[keys]\nalgorithms = [\"RS256\"]", "keys.algorithms"),
    ("", "[metrics]\nlisten = \"127.0.0.1:9\"", "metrics.listen"),
    (
        "",
        "[[user]]\nusername = \"eve\"\npassword = \"long enough to be good\"",
        "user",
    ),
];

#[test]
fn every_other_key_needs_a_restart_and_stays_as_it_was() {
    for (before, after, key) in NEED_A_RESTART {
        let config = reloaded(before, after).unwrap();
        assert_eq!(config.restart, [key], "{after}");
        let running = load(before).unwrap();
        assert_eq!(config.listen, running.listen);
        assert_eq!(config.data, running.data);
        let issuer = |config: &Config| config.settings.profile.issuer.clone();
        assert_eq!(issuer(&config), issuer(&running));
        let apis = |config: &Config| config.settings.profile.resources.len();
        assert_eq!(apis(&config), apis(&running), "no admin API appears");
    }
}

/// Off development mode a file is judged by the mode of the running server, not by its own.
#[test]
fn a_file_cannot_loosen_the_mode_of_a_running_server() {
    let client = "[[client]]\nclient_id = \"m2m\"\nclient_secret = \"literal and short\"\n\
        grant_types = [\"client_credentials\"]\n";
    // a file that a start would take, in development mode
    assert!(load(client).is_ok());
    let refused = reloaded(PRODUCTION, client).unwrap_err().to_string();
    assert_contains(&refused, "client_secret");
    // the control
    assert!(reloaded("", client).is_ok());
}
