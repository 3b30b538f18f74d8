//! Development mode, and what may be served off it.

use airside_server::settings::Mode;
use airside_testkit::assert_contains;

use super::*;

const PUBLIC: &str = "issuer = \"https://id.example.com\"\n";

#[test]
fn loopback_without_proxies_is_development_mode() {
    for issuer in [
        "http://127.0.0.1:9",
        "http://localhost:9",
        "http://[::1]:9",
        "https://localhost",
    ] {
        let config = load(&format!("issuer = \"{issuer}\"\n")).unwrap();
        assert_eq!(config.settings.mode, Mode::Development, "{issuer}");
    }
    assert_eq!(
        load("listen = \"[::1]:80\"\n").unwrap().settings.mode,
        Mode::Development
    );
}

#[test]
fn a_public_issuer_is_never_development_mode() {
    let config = load(PRODUCTION).unwrap();
    assert_eq!(config.settings.mode, Mode::Production);
}

#[test]
fn a_loopback_issuer_with_another_listen_address_names_the_key_to_set() {
    let said = refused("issuer = \"http://127.0.0.1:8080\"\nlisten = \"0.0.0.0:8080\"\n");
    assert_contains(&said, "--> airside.toml:2:10");
    assert_contains(&said, "help: set `issuer` to the address that clients use");
}

#[test]
fn without_an_issuer_only_loopback_is_served() {
    assert!(refused("listen = \"0.0.0.0:8080\"\n").contains("set `issuer`"));
    assert!(refused("trusted_proxies = [\"10.0.0.1\"]\n").contains("set `issuer`"));
}

#[test]
fn a_public_issuer_must_be_https() {
    // RFC8414-2
    let said = refused("issuer = \"http://id.example.com\"\n");
    assert_contains(&said, "`issuer` must be an https address");
    let proxied = "issuer = \"http://127.0.0.1\"\ntrusted_proxies = [\"10.0.0.0/8\"]\n";
    assert!(refused(proxied).contains("`issuer` must be an https address"));
}

#[test]
fn plain_http_for_an_https_issuer_needs_a_trusted_proxy() {
    // T32: else all people have the proxy's address
    for (listen, said) in [
        ("0.0.0.0:80", "everyone could read plain http"),
        ("10.0.0.1:80", "everyone could read plain http"),
        ("127.0.0.1:80", "no proxy is named"),
        ("[::1]:80", "no proxy is named"),
    ] {
        let open = format!("{PUBLIC}listen = \"{listen}\"\n");
        let refused = refused(&open);
        assert_contains(&refused, said);
        let help = "`trusted_proxies = [\"127.0.0.1\"]`";
        assert_contains(&refused, help);
        assert_contains(&refused, "`[tls]`");
        let named = format!("{open}trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n");
        assert_eq!(load(&named).unwrap().trusted_proxies.len(), 2);
    }
    assert!(refused(PUBLIC).contains("no proxy is named"), "by default");
}

#[test]
fn metrics_have_a_listener_of_their_own_where_one_is_given() {
    assert_eq!(load("").unwrap().metrics_listen, None);
    let config = load("[metrics]\nlisten = \"0.0.0.0:9090\"\n").unwrap();
    assert_eq!(config.metrics_listen, "0.0.0.0:9090".parse().ok());
    let said = refused("listen = \"127.0.0.1:9090\"\n[metrics]\nlisten = \"127.0.0.1:9090\"\n");
    assert_contains(&said, "is the address of `listen`");
}

#[test]
fn tls_needs_both_files_and_an_https_issuer() {
    let text = format!("{PUBLIC}listen = \"0.0.0.0:443\"\n[tls]\ncertificate = \"c.pem\"\n");
    let said = refused(&text);
    assert_contains(&said, "`tls.private_key` is missing");
    assert_contains(
        &said,
        "`tls.certificate` cannot be read: there is no such file",
    );
    let whole = format!("{text}private_key = \"k.pem\"\n");
    let machine = |text: &str| {
        Machine::with(text)
            .file("/srv/c.pem", CERTIFICATE)
            .file("/srv/k.pem", PRIVATE_KEY)
    };
    assert!(machine(&whole).load().unwrap().tls.is_some());
    let local = "[tls]\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n";
    let unnamed = machine(local).load().unwrap();
    assert_eq!(unnamed.settings.profile.issuer, "https://127.0.0.1:8080");
    let http = format!("issuer = \"http://localhost:1\"\n{local}");
    let said = machine(&http).load().unwrap_err().to_string();
    assert_contains(&said, "`[tls]` makes the listener speak https");
}

#[test]
fn an_issuer_is_a_plain_address_in_its_usual_spelling() {
    // RFC8414-2
    for (issuer, said) in [
        ("id.example.com", "is not a URL"),
        ("ftp://id.example.com", "is not an https address"),
        ("https://me:pw@id.example.com", "has a user or a password"),
        ("https://id.example.com?a=b", "has a query or a fragment"),
        ("https://id.example.com#a", "has a query or a fragment"),
        ("https://id.example.com/", "ends in a slash"),
        ("https://id.example.com/a/", "ends in a slash"),
        ("https://ID.example.com", "is not in its usual spelling"),
        ("https://id.example.com:443", "is not in its usual spelling"),
    ] {
        let problems = refused(&format!("issuer = \"{issuer}\"\n"));
        assert_contains(&problems, said);
        assert_contains(&problems, "airside.toml:1:10");
        assert!(!problems.contains("me:pw"), "{problems}");
    }
    let below = "issuer = \"https://id.example.com/tenant\"\ntrusted_proxies = [\"127.0.0.1\"]\n";
    assert!(load(below).is_ok());
}

#[test]
fn without_an_issuer_it_follows_the_address_as_bound() {
    let bound = "127.0.0.1:4321".parse().unwrap();
    let config = load("listen = \"127.0.0.1:0\"\n")
        .unwrap()
        .with_listen_address(bound);
    assert_eq!(config.settings.profile.issuer, "http://127.0.0.1:4321");
    assert_eq!(config.listen, bound);
    let given = load("issuer = \"http://localhost:1\"\n")
        .unwrap()
        .with_listen_address(bound);
    assert_eq!(given.settings.profile.issuer, "http://localhost:1");
}

#[test]
fn a_proxy_is_an_address_or_a_network() {
    let text = format!("{PUBLIC}trusted_proxies = [\"10.0.0.0/8\", \"proxy.local\"]\n");
    let said = refused(&text);
    assert_contains(&said, "`proxy.local` is neither an address nor a network");
}

#[test]
fn a_database_whose_certificate_is_not_verified_is_warned_about_in_production() {
    let warned = |top: &str, url: &str| {
        let proxy = if top.is_empty() {
            ""
        } else {
            "trusted_proxies = [\"127.0.0.1\"]\n"
        };
        let text = format!(
            "{top}{proxy}[store]\nurl = {{ env = \"DB\" }}\n[keys]\nencryption_key = {{ env = \"KEK\" }}\n"
        );
        let machine = Machine::with(&text).variable("DB", url);
        let machine = machine.variable("KEK", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
        machine.load().unwrap().warnings
    };
    for url in [
        "postgres://a:pw@db/a",
        "postgres://a:pw@db/a?sslmode=require",
    ] {
        let said = warned(PUBLIC, url).join("");
        assert_contains(&said, "sslmode=verify-full");
        assert!(!said.contains("pw"), "{said}");
    }
    // controls: verified, on this machine, and a developer's
    let verified = "postgres://a:pw@db/a?sslmode=verify-full&sslrootcert=system";
    assert!(warned(PUBLIC, verified).is_empty());
    assert!(warned(PUBLIC, "postgres://a:pw@localhost/a").is_empty());
    assert!(warned("", "postgres://a:pw@db/a").is_empty());
}
