//! The configurations that are handed out for other proxies, run by the real programs.

mod asker;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use self::asker::Asker;
use super::{OPERATIONS, World, guard};
use crate::server::Place;

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
    /// It says itself from which address a request came.
    replaces_addresses: bool,
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
        replaces_addresses: true,
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
        replaces_addresses: true,
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
        replaces_addresses: true,
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
        replaces_addresses: true,
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
        let file = front.at(self.file);
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
        asker.tries_bodies();
        asker.tries_claims();
        asker.tries_preflights();
        asker.finds_the_metadata(&guard);
    }

    /// Returns the status with which it answers what the guard refuses with `status`.
    fn refusal(&self, status: &'static str) -> &'static str {
        match self.refuses_with_403 {
            true => "403",
            false => status,
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
