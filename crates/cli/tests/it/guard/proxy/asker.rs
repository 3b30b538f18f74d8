//! Requests that go through a proxy, and their answers.

use airside_testkit::assert_contains;

use super::super::curl;
use super::{Asking, ORIGIN, SECRET};
use crate::server::Server;

/// Who asks through the proxy.
pub struct Asker<'a> {
    pub is: &'a Asking,
    pub url: String,
    pub token: String,
}

impl Asker<'_> {
    pub fn ask(&self, path: &str, token: Option<&str>, lines: &[&str]) -> (String, String) {
        let lines: Vec<_> = lines.iter().flat_map(|line| ["--header", line]).collect();
        curl(&format!("{}{path}", self.url), token, &lines)
    }

    /// With the token, and other lines of the header.
    pub fn get(&self, path: &str, lines: &[&str]) -> (String, String) {
        self.ask(path, Some(&self.token), lines)
    }

    pub fn post(&self, lines: &[&str]) -> String {
        let lines = lines.iter().flat_map(|line| ["--header", line]);
        let more: Vec<_> = ["--data", "{}"].into_iter().chain(lines).collect();
        let url = format!("{}/reports", self.url);
        curl(&url, Some(&self.token), &more).0
    }

    pub fn preflight(&self, method: &str, more: &str) -> (String, String) {
        let method = format!("Access-Control-Request-Method: {method}");
        let names = "Access-Control-Request-Headers: authorization";
        let lines = ["--header", ORIGIN, "--header", &method, "--header", names];
        let more = ["--request", "OPTIONS", "--header", more];
        let url = format!("{}/reports", self.url);
        curl(&url, None, &[lines.as_slice(), more.as_slice()].concat())
    }

    /// Traefik answers 404 until it has read its configuration.
    pub fn waits_for_the_proxy(&self) {
        let url = format!("{}/health", self.url);
        let retried = [
            "--fail",
            "--retry",
            "20",
            "--retry-delay",
            "1",
            "--retry-all-errors",
            "--max-time",
            "20",
        ];
        assert_eq!(curl(&url, None, &retried).0, "200");
    }

    pub fn tries_callers_who_say_who_they_are(&self) {
        // nor by a public operation
        for (path, token) in [("/reports", Some(self.token.as_str())), ("/health", None)] {
            let lines = ["Airside-Subject: root", "Airside-Proxy-Secret: root"];
            let (status, body) = self.ask(path, token, &lines);
            assert!(status == "200" && !body.contains("root"), "{body}");
            // the API has no use for the token, nor for the proxy's secret
            assert!(
                !body.contains(&self.token) && !body.contains(SECRET),
                "{body}"
            );
            for line in [
                "airside_roles: root",
                "AIRSIDE.SCOPE: root",
                "Airside_Subject: root",
            ] {
                let (status, body) = self.ask(path, token, &[line]);
                let expected = match self.is.removes_spellings {
                    true => "200",
                    false => "400",
                };
                assert_eq!(status, expected, "{line}: {body}");
                assert!(!body.contains("root"), "{body}");
            }
        }
        // what `Connection` names is removed on the way, but not what the guard said
        for line in [
            "Connection: Airside-Client, Airside-Subject",
            "Connection: close, airside-client",
            "Connection: Airside-Proxy-Secret",
        ] {
            let (status, body) = self.get("/reports", &[line]);
            assert_eq!(status, "200", "{line}: {body}");
            let told = r#""client": "robot""#;
            assert!(body.contains(told), "{line}: {body}");
        }
    }

    pub fn tries_objects_and_odd_requests(&self) {
        assert_eq!(self.get("/clients/robot/reports", &[]).0, "200");
        let not_yours = self.is.refusal("404");
        // the proxy says what it was asked, and nobody else does
        let said = [
            "X-Forwarded-Uri: /health",
            "X-Original-URI: /health",
            "X-Forwarded-Method: GET",
            "X-Original-Method: GET",
        ];
        assert_eq!(self.get("/clients/other/reports", &[]).0, not_yours);
        assert_ne!(self.get("/clients/other/reports", &said).0, "200");
        assert_eq!(self.get("/nothing", &[]).0, not_yours);
        for path in [
            "/health/..;/reports",
            "/health/%2e%2e/reports",
            "//reports",
            "/%72eports",
            "/health/..%2freports",
            "/reports;x=1",
        ] {
            let (status, body) = self.get(path, &[]);
            if self.is.resolves.contains(&path) {
                assert_eq!(status, "200", "{path}");
                assert!(body.contains(r#""path": "/reports""#), "{path}: {body}");
            } else {
                assert_eq!(status, self.is.refusal("400"), "{path}: {body}");
            }
            assert_ne!(self.ask(path, None, &[]).0, "200", "{path}");
        }
        let json = "Content-Type: application/json";
        assert_eq!(self.post(&[json]), "200");
        let form = "Content-Type: application/x-www-form-urlencoded";
        assert_eq!(self.post(&[form]), self.is.refusal("415"));
        let overriding = [json, "X-HTTP-Method-Override: DELETE"];
        assert_eq!(self.post(&overriding), self.is.refusal("400"));
        if self.is.upgrades {
            let socket = [
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            ];
            let lines = socket.iter().flat_map(|line| ["--header", line]);
            let more: Vec<_> = ["--include"].into_iter().chain(lines).collect();
            let url = format!("{}/reports", self.url);
            let (status, head) = curl(&url, Some(&self.token), &more);
            let head = head.to_ascii_lowercase();
            assert!(
                status == "101" && head.contains("seen-client: robot"),
                "{head}"
            );
            assert_eq!(curl(&url, None, &more).0, "401");
        }
    }

    /// Tries bodies: what the guard does not see is not read in two ways.
    pub fn tries_bodies(&self) {
        let url = format!("{}/reports", self.url);
        let send = |more: &[&str]| curl(&url, Some(&self.token), more);
        let (lengths, untyped) = (
            ["Content-Length: 3", "Transfer-Encoding: chunked"],
            "Content-Type:",
        );
        for length in lengths {
            let form = ["--data", "a=b", "--header", untyped, "--header", length];
            for more in [
                ["--request", "POST"].as_slice(),
                &["--request", "POST", "--header", "Connection: Content-Type"],
            ] {
                let (status, body) = send(&[form.as_slice(), more].concat());
                assert_eq!(status, "200", "{body}");
                assert_contains(&body, "application/octet-stream");
            }
            let typed = [
                "--data",
                "{}",
                "--header",
                "Content-Type: application/json",
                "--header",
                "Connection: content-type",
            ];
            let (status, body) = send(&typed);
            // a type that is removed on the way is removed before the guard is asked
            let types = ["application/json", "application/octet-stream"];
            assert_eq!(status, "200", "{body}");
            assert!(types.iter().any(|one| body.contains(one)), "{body}");
        }
        for method in ["GET", "OPTIONS"] {
            let form = ["--request", method, "--data", "a=b", "--header", untyped];
            assert_ne!(send(&form).0, "200", "{method}");
        }
        // the control: an empty body is not a body
        let (status, body) = send(&["--request", "POST", "--header", "Content-Length: 0"]);
        assert!(status == "200" && !body.contains("octet-stream"), "{body}");
    }

    /// A header by which proxies say who calls is refused, and one that says whence is replaced.
    pub fn tries_claims(&self) {
        for line in [
            "X-User: admin",
            "X-Forwarded-User: admin",
            "Remote-User: admin",
            "X-Original-URL: /admin",
            "X-Middleware-Subrequest: a",
            "Script-Name: /admin",
        ] {
            assert_eq!(
                self.get("/reports", &[line]).0,
                self.is.refusal("400"),
                "{line}"
            );
        }
        let (status, body) = self.get(
            "/reports",
            &["Forwarded: for=192.0.2.7", "X-Forwarded-Prefix: /evil"],
        );
        assert_eq!(status, "200", "{body}");
        if self.is.replaces_addresses {
            assert!(
                !body.contains("192.0.2.7") && !body.contains("/evil"),
                "{body}"
            );
        }
    }

    /// The API answers them.
    pub fn tries_preflights(&self) {
        let (status, body) = self.preflight("GET", "Accept: */*");
        assert_eq!(status, "200", "{body}");
        let told = body.to_ascii_lowercase();
        for part in [
            r#""method": "options""#,
            r#"["origin", "https://app.example"]"#,
            r#"["access-control-request-method", "get"]"#,
            r#"["access-control-request-headers", "authorization"]"#,
        ] {
            assert!(told.contains(part), "{part}: {body}");
        }
        assert_eq!(
            self.preflight("DELETE", "Accept: */*").0,
            self.is.refusal("405")
        );
        assert_eq!(
            self.preflight("GET", "Cookie: s=1").0,
            self.is.refusal("400")
        );
    }

    /// RFC 9728 §5.1: a refusal names the address, and there is the metadata.
    pub fn finds_the_metadata(&self, guard: &Server) {
        let url = format!("{}/reports", self.url);
        let (status, head) = curl(&url, None, &["--include"]);
        assert_eq!(status, "401");
        let mut named = head.split("resource_metadata=\"https://bank.example");
        let named = named.nth(1);
        let path = named.and_then(|rest| rest.split('"').next());
        let path = path.unwrap_or_else(|| panic!("{head}"));
        assert_eq!(path, "/.well-known/oauth-protected-resource");
        let (status, body) = self.ask(path, None, &[ORIGIN]);
        assert_eq!(status, "200", "{body}");
        assert_contains(&body, r#""resource":"https://bank.example""#);
        assert_eq!(body, curl(&guard.at(path), None, &[]).1);
        // the guard judges what else is there
        assert_eq!(self.ask(&format!("{path}/other"), None, &[]).0, "404");
        for odd in ["/../reports", "/..%2f..%2freports", "/../../reports"] {
            let status = self.ask(&format!("{path}{odd}"), None, &[]).0;
            assert!(status.starts_with('4'), "{odd}: {status}");
        }
    }
}
