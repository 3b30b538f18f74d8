//! The attack suite against the binary.

use airside_attack_suite::{self as attack, Options, Report};
use airside_testkit::assert_contains;

use crate::server::{Place, Server};

const CONFIGURATION: &str = r#"
[[client]]
client_id = "app"
token_endpoint_auth_method = "none"
redirect_uris = ["http://127.0.0.1:9/callback"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid offline_access"

[[client]]
client_id = "web"
token_endpoint_auth_method = "client_secret_basic"
client_secret = "a-secret-of-the-suite-and-of-nothing-else"
redirect_uris = ["https://web.example/cb"]
grant_types = ["authorization_code", "refresh_token"]
scope = "openid offline_access"
refresh_token_rotation = true

[[user]]
username = "alice"
password = { file = "password" }
"#;

/// The public and the confidential client.
const CLIENTS: [(&str, Option<&str>, &str); 2] = [
    ("app", None, "http://127.0.0.1:9/callback"),
    (
        "web",
        Some("a-secret-of-the-suite-and-of-nothing-else"),
        "https://web.example/cb",
    ),
];

fn place(head: &str) -> Place {
    let place = Place::new(&format!("{head}{CONFIGURATION}"));
    write(&place, "password", PASSWORD);
    place
}

fn write(place: &Place, name: &str, text: &str) {
    place.write(name, text);
}

fn options(server: &Server, client: (&str, Option<&str>, &str)) -> Options {
    let (client_id, client_secret, redirect_uri) = client;
    Options {
        client_id: client_id.to_owned(),
        client_secret: client_secret.map(str::to_owned),
        redirect_uri: redirect_uri.to_owned(),
        username: "alice".to_owned(),
        password: PASSWORD.to_owned(),
        ..Options::new(server.url.parse().unwrap())
    }
}

fn assert_nothing_is_accepted(report: &Report) {
    assert_eq!(report.accepted() + report.not_tried(), 0, "{report}");
    // what does not apply was not refused
    assert!(report.refused() > 160, "{report}");
    for row in ["A01", "A29", "T01", "T10", "T11", "T30", "J01"] {
        assert!(report.rows().contains(&row), "{row}: {report}");
    }
}

#[tokio::test]
async fn no_attack_from_outside_is_accepted_and_the_honest_client_passes() {
    // A01, A02, A03, A04, A05, A06, A07, A08, A10, A11, A12, A13, A14, A15, A17, A20, A22, A23, A24, A28, A29
    // T01, T02, T04, T05, T06, T08, T10, T11, T12, T13, T15, T16, T17, T18, T19, T20, T30
    // J01, J02, J05, J06, J11, J18
    let place = place("");
    let server = place.serve();
    for client in CLIENTS {
        let report = attack::run(options(&server, client)).await.unwrap();
        assert_nothing_is_accepted(&report);
    }
}

#[tokio::test]
async fn an_issuer_on_https_is_tried_by_whoever_trusts_its_certificate_and_by_nobody_else() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut place = place(TLS);
    let issuer = place.address().replace("127.0.0.1", "https://localhost");
    place.set("AIRSIDE_ISSUER", &issuer);
    write(&place, "cert.pem", &made.cert.pem());
    write(&place, "key.pem", &made.signing_key.serialize_pem());
    let server = place.serve();
    assert_eq!(server.url, issuer);

    let [client, _] = CLIENTS;
    let mut options = options(&server, client);
    let error = attack::run(options.clone()).await.unwrap_err();
    let error = format!("{error:#}");
    assert_contains(&error, "invalid peer certificate");
    assert_contains(&error, "--ca");
    options.authorities = Some(place.at("cert.pem"));
    let report = attack::run(options).await.unwrap();
    assert_nothing_is_accepted(&report);
}

const TLS: &str = r#"
[tls]
certificate = "cert.pem"
private_key = "key.pem"
"#;

const PASSWORD: &str = "correct horse battery staple";
