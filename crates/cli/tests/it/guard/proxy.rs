//! The configurations that are handed out for other proxies, run by the real programs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::{OPERATIONS, World, curl, guard};
use crate::server::{Place, Server};

const SECRET: &str = "a secret of the proxy, long enough";

const POST: &str = r#"
[[operation]]
match = "POST /reports"
scope = "accounts:read"
"#;

const ORIGIN: &str = "Origin: https://app.example";

/// A proxy, and how it answers what differs from one to another.
struct Asking {
    proxy: &'static str,
    /// The configuration in `deploy/`.
    file: &'static str,
    /// It asks by the guard's Unix socket; otherwise it shows a secret.
    by_socket: bool,
    /// `auth_request` knows 401 and 403 only.
    refuses_with_403: bool,
    /// It resolves these paths before it asks.
    resolves: &'static [&'static str],
    /// It removes other spellings of the guard's headers; otherwise the guard refuses them.
    removes_spellings: bool,
    /// It passes a WebSocket on.
    upgrades: bool,
}

#[test]
fn nginx_asks_the_guard() {
    let nginx = Asking {
        proxy: "nginx",
        file: "guard-nginx.conf",
        by_socket: true,
        refuses_with_403: true,
        resolves: &[],
        removes_spellings: true,
        upgrades: false,
    };
    nginx.asks(|file, _| {
        let mut nginx = Command::new("nginx");
        nginx.args([
            "-g",
            "daemon off; master_process off; pid nginx.pid; error_log nginx.log;",
            "-p",
        ]);
        nginx.arg(file.parent().unwrap()).arg("-c").arg(file);
        nginx
    });
}

#[test]
fn caddy_asks_the_guard() {
    let caddy = Asking {
        proxy: "caddy",
        file: "guard.Caddyfile",
        by_socket: true,
        refuses_with_403: false,
        resolves: &[],
        removes_spellings: true,
        upgrades: true,
    };
    caddy.asks(|file, _| {
        let mut caddy = Command::new("caddy");
        let own = file.parent().unwrap();
        caddy.args(["run", "--adapter", "caddyfile", "--config"]);
        caddy.arg(file).env("HOME", own);
        caddy
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME");
        caddy
    });
}

#[test]
fn traefik_asks_the_guard() {
    let traefik = Asking {
        proxy: "traefik",
        file: "guard-traefik.yaml",
        by_socket: false,
        refuses_with_403: false,
        resolves: &["/health/%2e%2e/reports", "//reports", "/%72eports"],
        removes_spellings: false,
        upgrades: true,
    };
    traefik.asks(|file, address| {
        let mut traefik = Command::new(installed("bin/traefik"));
        traefik.args([
            &format!("--entryPoints.web.address={address}"),
            &format!("--providers.file.filename={}", file.display()),
            "--global.checkNewVersion=false",
            "--global.sendAnonymousUsage=false",
        ]);
        traefik
    });
}

#[test]
fn envoy_asks_the_guard() {
    let envoy = Asking {
        proxy: "envoy",
        file: "guard-envoy.yaml",
        by_socket: false,
        refuses_with_403: false,
        resolves: &[
            "/health/..;/reports",
            "/health/%2e%2e/reports",
            "//reports",
            "/%72eports",
        ],
        removes_spellings: true,
        upgrades: true,
    };
    envoy.asks(|file, _| {
        let mut envoy = Command::new(installed("envoy/_bin/envoy"));
        // other Envoys on this machine are none of its business
        envoy.args(["--disable-hot-restart", "--concurrency", "1", "-c"]);
        envoy.arg(file);
        envoy
    });
}

/// Returns a program that scripts/test installs.
fn installed(program: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("proxies")
        .join(program);
    assert!(
        path.exists(),
        "{} is missing, scripts/test installs it",
        path.display()
    );
    path
}

impl Asking {
    /// The proxy, with the configuration that is handed out, asks about each request.
    fn asks(&self, command: impl Fn(&Path, &str) -> Command) {
        let world = World::new();
        let (front, asked) = (Place::new(""), Place::new(""));
        let socket = world.directory.path().join("guard.sock");
        let listen = match self.by_socket {
            true => format!("listen = \"unix:{}\"", socket.display()),
            false => format!(
                "listen = \"{}\", secret = {{ env = \"PROXY_SECRET\" }}",
                asked.address()
            ),
        };
        let keys = format!("forward_auth = {{ {listen}, proxy = \"{}\" }}", self.proxy);
        let mut place = world.configure(&keys, &format!("{OPERATIONS}{POST}"));
        place.set("PROXY_SECRET", SECRET);
        let guard = guard(&place);
        let file = front.directory.path().join(self.file);
        let addresses = [
            ("8000", front.address()),
            ("8090", place.address()),
            ("9000", world.api.url.replace("http://", "")),
            ("9091", asked.address()),
        ];
        let text = handed_out(self.file, &addresses);
        let text = text.replace("/run/airside/guard.sock", &socket.display().to_string());
        fs::write(&file, text).unwrap();
        let mut command = command(&file, &front.address());
        command
            .current_dir(front.directory.path())
            .env("PROXY_SECRET", SECRET)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let _proxy = Proxy(command.spawn().unwrap());
        let asker = Asker {
            is: self,
            url: format!("http://{}", front.address()),
            token: world.token(),
        };
        asker.waits_for_the_proxy();
        asker.tries_callers_who_say_who_they_are();
        asker.tries_objects_and_odd_requests();
        asker.tries_preflights();
        asker.finds_the_metadata(&guard);
    }

    /// How it answers what the guard refuses with this status.
    fn refusal(&self, status: &'static str) -> &'static str {
        match self.refuses_with_403 {
            true => "403",
            false => status,
        }
    }
}

/// Who asks through the proxy.
struct Asker<'a> {
    is: &'a Asking,
    url: String,
    token: String,
}

impl Asker<'_> {
    fn ask(&self, path: &str, token: Option<&str>, lines: &[&str]) -> (String, String) {
        let lines: Vec<_> = lines.iter().flat_map(|line| ["--header", line]).collect();
        curl(&format!("{}{path}", self.url), token, &lines)
    }

    /// With the token, and other lines of the header.
    fn get(&self, path: &str, lines: &[&str]) -> (String, String) {
        self.ask(path, Some(&self.token), lines)
    }

    fn post(&self, lines: &[&str]) -> String {
        let lines = lines.iter().flat_map(|line| ["--header", line]);
        let more: Vec<_> = ["--data", "{}"].into_iter().chain(lines).collect();
        let url = format!("{}/reports", self.url);
        curl(&url, Some(&self.token), &more).0
    }

    fn preflight(&self, method: &str, more: &str) -> (String, String) {
        let method = format!("Access-Control-Request-Method: {method}");
        let names = "Access-Control-Request-Headers: authorization";
        let lines = ["--header", ORIGIN, "--header", &method, "--header", names];
        let more = ["--request", "OPTIONS", "--header", more];
        let url = format!("{}/reports", self.url);
        curl(&url, None, &[lines.as_slice(), more.as_slice()].concat())
    }

    /// Traefik answers 404 until it has read its configuration.
    fn waits_for_the_proxy(&self) {
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

    fn tries_callers_who_say_who_they_are(&self) {
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

    fn tries_objects_and_odd_requests(&self) {
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
        assert_eq!(self.get("/clients/other/reports", &said).0, not_yours);
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

    /// The API answers them.
    fn tries_preflights(&self) {
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
    fn finds_the_metadata(&self, guard: &Server) {
        let url = format!("{}/reports", self.url);
        let (status, head) = curl(&url, None, &["--include"]);
        assert_eq!(status, "401");
        let named = head
            .split("resource_metadata=\"https://bank.example")
            .nth(1);
        let path = named.and_then(|rest| rest.split('"').next());
        let path = path.unwrap_or_else(|| panic!("{head}"));
        assert_eq!(path, "/.well-known/oauth-protected-resource");
        let (status, body) = self.ask(path, None, &[ORIGIN]);
        assert_eq!(status, "200", "{body}");
        assert!(
            body.contains(r#""resource":"https://bank.example""#),
            "{body}"
        );
        assert_eq!(body, curl(&guard.at(path), None, &[]).1);
        // the guard judges what else is there
        assert_eq!(self.ask(&format!("{path}/other"), None, &[]).0, "404");
        for odd in ["/../reports", "/..%2f..%2freports", "/../../reports"] {
            let status = self.ask(&format!("{path}{odd}"), None, &[]).0;
            assert!(status.starts_with('4'), "{odd}: {status}");
        }
    }
}

/// The configuration as it is handed out, with the addresses of the test instead of the ports of
/// 127.0.0.1 that it names.
fn handed_out(name: &str, addresses: &[(&str, String)]) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(name);
    let mut text = fs::read_to_string(file).unwrap();
    for (port, address) in addresses {
        let (_, own) = address.rsplit_once(':').unwrap();
        text = text.replace(&format!("127.0.0.1:{port}"), address).replace(
            &format!("port_value: {port}"),
            &format!("port_value: {own}"),
        );
    }
    text
}

/// A proxy that is killed when dropped.
struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
