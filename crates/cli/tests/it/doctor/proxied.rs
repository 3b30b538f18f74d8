//! A server behind nginx: with the configuration that is handed out, and with each line that matters gone.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{CLIENT, Report, examined, logged, write};
use crate::server::{Place, Server};

/// nginx before a server; both end with it.
struct Proxied {
    place: Place,
    _server: Server,
    nginx: Child,
}

impl Drop for Proxied {
    fn drop(&mut self) {
        drop(self.nginx.kill());
        drop(self.nginx.wait());
    }
}

impl Proxied {
    /// The configuration of `deploy/`, changed.
    fn with(trusted: &str, change: impl Fn(String) -> String) -> Self {
        let front = Place::new("").address();
        let mut place = Place::new(&format!(
            "issuer = \"https://{front}\"\ntrusted_proxies = [\"{trusted}\"]\n{CLIENT}"
        ));
        place.set("AIRSIDE_LISTEN", &place.address());
        let pair = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        write(&place, "cert.pem", &pair.cert.pem());
        write(&place, "key.pem", &pair.signing_key.serialize_pem());
        let server = logged(&place);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nginx.conf");
        let text = change(fs::read_to_string(file).unwrap())
            .replace("127.0.0.1:8081", &place.address())
            .replace(
                "        server 127.0.0.1:8082 max_fails=1 fail_timeout=2s;\n",
                "",
            )
            .replace("listen 443", &format!("listen {front}"))
            // the issuer of the test has a port
            .replace("Host $host;", "Host $http_host;")
            .replace(
                "/etc/airside",
                &place.directory.path().display().to_string(),
            );
        let file = write(&place, "nginx.conf", &text);
        let nginx = Command::new("nginx")
            .args([
                "-g",
                "daemon off; master_process off; pid nginx.pid; error_log nginx.log;",
                "-p",
            ])
            .arg(place.directory.path())
            .arg("-c")
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let begun = Instant::now();
        while TcpStream::connect(&front).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "nginx does not listen"
            );
        }
        Self {
            place,
            _server: server,
            nginx: nginx.unwrap(),
        }
    }

    fn examined(&self) -> Report {
        examined(&self.place, &["--ca", "cert.pem", "--log", "log"])
    }
}

#[test]
fn behind_nginx_as_it_is_handed_out_a_server_is_well() {
    let report = Proxied::with("127.0.0.1", |text| text).examined();
    report.assert_good();
    assert_eq!(report.fix("for this host and https alone"), "");
    assert_eq!(report.fix("comes from one of `trusted_proxies`"), "");
    assert_eq!(report.fix("the server saw a request of 127.0.0.1"), "");
}

#[test]
fn a_proxy_that_names_no_client_is_found() {
    let bare = |text: String| {
        text.replace("proxy_set_header X-Forwarded-For $remote_addr;", "")
            .replace("proxy_set_header Forwarded \"\";", "")
            .replace("return 404;", "proxy_pass http://airside;")
    };
    let report = Proxied::with("127.0.0.1", bare).examined();
    assert!(
        report
            .fix("everybody is taken for a caller on the server's machine")
            .contains("X-Forwarded-For")
    );
    assert!(report.fix("names no client").contains("X-Forwarded-For"));
}

#[test]
fn a_proxy_that_is_not_the_trusted_one_is_found() {
    let report = Proxied::with("10.9.9.9", |text| text).examined();
    let fix = report.fix("did not come from one of `trusted_proxies`");
    assert!(fix.contains("trusted_proxies"), "{fix}");
}

#[test]
fn a_proxy_that_changes_cookies_is_found() {
    for (line, said) in [
        (
            "proxy_hide_header Set-Cookie;",
            "arrives without its cookie",
        ),
        ("proxy_cookie_path / /id/;", "for another path than `/`"),
        ("proxy_cookie_flags ~ nosecure;", "without `Secure`"),
    ] {
        let added = |text: String| {
            text.replace(
                "proxy_http_version 1.1;",
                &format!("proxy_http_version 1.1; {line}"),
            )
        };
        let report = Proxied::with("127.0.0.1", added).examined();
        assert!(
            report.fix(said).contains("Set-Cookie"),
            "{line}: {:?}",
            report.open()
        );
    }
}

#[test]
fn a_proxy_that_changes_the_host_is_found() {
    let changed = |text: String| text.replace("Host $host;", "Host airside;");
    let report = Proxied::with("127.0.0.1", changed).examined();
    assert!(
        report.fix("answers 421").contains("`Host`"),
        "{:?}",
        report.open()
    );
}

#[test]
fn an_address_where_another_issuer_answers_is_found() {
    let renamed = |text: String| {
        text.replace(
            "proxy_pass http://airside;",
            "proxy_pass http://airside/id/;",
        )
    };
    let report = Proxied::with("127.0.0.1", renamed).examined();
    assert!(
        report.fix("answers 404").contains("path"),
        "{:?}",
        report.open()
    );
}
