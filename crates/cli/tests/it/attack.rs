//! The attacks that can be tried from outside, against the binary: `attack-suite`.

use airside_bench::attack::{self, Options};

use crate::server::Place;

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
password = "correct horse battery staple"
"#;

#[tokio::test]
async fn no_attack_from_outside_is_accepted_and_the_honest_client_passes() {
    // A01, A02, A03, A04, A05, A06, A07, A08, A10, A11, A12, A13, A14, A15, A17, A20, A22, A23, A24, A28, A29
    // T01, T02, T04, T05, T06, T08, T10, T11, T12, T13, T15, T16, T17, T18, T19, T20, T30
    // J01, J02, J05, J06, J11, J18
    let place = Place::new(CONFIGURATION);
    let server = place.serve();
    for (client_id, client_secret, redirect_uri) in [
        ("app", None, "http://127.0.0.1:9/callback"),
        (
            "web",
            Some("a-secret-of-the-suite-and-of-nothing-else"),
            "https://web.example/cb",
        ),
    ] {
        let options = Options {
            client_id: client_id.to_owned(),
            client_secret: client_secret.map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
            username: "alice".to_owned(),
            password: "correct horse battery staple".to_owned(),
            ..Options::new(server.url.parse().unwrap())
        };
        let report = attack::run(options).await.unwrap();
        assert_eq!(report.accepted(), 0, "{report}");
        // what was not tried was not refused
        assert!(report.refused() > 160, "{report}");
        for row in ["A01", "A29", "T01", "T10", "T11", "T30", "J01"] {
            assert!(report.rows().contains(&row), "{row}: {report}");
        }
    }
}
