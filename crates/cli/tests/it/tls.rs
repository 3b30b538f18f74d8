//! HTTPS: the cookies that go with it, and certificates that are replaced while serving.

mod secured;

use airside_testkit::{Answer, assert_contains};
use http::header;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use self::secured::{Pair, Secured};

const NAME: &str = "id.example";

const CONFIGURATION: &str = r#"
issuer = "https://id.example"

[tls]
certificate = "cert.pem"
private_key = "key.pem"

[[client]]
client_id = "web"
token_endpoint_auth_method = "none"
redirect_uris = ["https://web.example/cb"]
scope = "openid"

[[user]]
username = "alice"
password = { file = "password" }
"#;

/// Every cookie that an answer sets belongs to this host and to https alone.
fn assert_cookies_are_safe(answer: &Answer) -> usize {
    let lines = answer.headers.get_all(header::SET_COOKIE);
    for line in &lines {
        let line = line.to_str().unwrap();
        assert!(line.starts_with("__Host-"), "{line}");
        let attributes: Vec<_> = line.split("; ").skip(1).collect();
        for wanted in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(&wanted), "no {wanted} in {line}");
        }
        // RFC6265bis-4.1.3.2: a __Host- cookie has no Domain
        assert!(!line.to_ascii_lowercase().contains("domain="), "{line}");
    }
    lines.iter().count()
}

#[tokio::test]
async fn over_https_alice_signs_in_and_every_cookie_is_for_this_host_and_https_only() {
    let mut secured = Secured::new(&Pair::new());
    assert_eq!(secured.server.url, "https://id.example");
    let metadata = secured.get("/.well-known/openid-configuration").await;
    assert_eq!(
        metadata.member("token_endpoint"),
        "https://id.example/token"
    );

    let authorize = "/authorize?response_type=code&client_id=web&scope=openid\
         &redirect_uri=https%3A%2F%2Fweb.example%2Fcb&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let begun = secured.get(authorize).await;
    let mut cookies = assert_cookies_are_safe(&begun);
    let path = begun.header("location").replace("https://id.example", "");
    let page = secured.get(&path).await;
    cookies += assert_cookies_are_safe(&page);
    let sealed = page.hidden("interaction");
    let fields = [
        ("interaction", sealed.as_str()),
        ("username", "alice"),
        ("password", "correct horse battery"),
    ];
    let signed_in = secured.post("/sign-in", &fields).await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.text());
    cookies += assert_cookies_are_safe(&signed_in);
    assert!(cookies >= 2, "a browser and a session cookie");
}

#[tokio::test]
async fn http2_is_offered_and_plain_http_is_not_answered() {
    let secured = Secured::new(&Pair::new());
    let stream = secured.connect(&["h2", "http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let mut plain = TcpStream::connect(secured.place.address()).await.unwrap();
    let request = b"GET /jwks HTTP/1.1\r\nhost: id.example\r\n\r\n";
    plain.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // a reset is as good an end as any
    drop(plain.read_to_end(&mut answer).await);
    assert!(!answer.starts_with(b"HTTP"));
}

#[tokio::test]
async fn replaced_certificates_are_served_and_unusable_ones_are_not() {
    let (first, second) = (Pair::new(), Pair::new());
    let mut secured = Secured::new(&first);
    secured.trust(&second);
    assert_eq!(secured.served().await, first.certificate);

    // half of a replacement: the certificate is there before its key
    secured.write("cert.pem", &second.certificate_pem);
    secured.server.hear("the new certificate is not used");
    assert_eq!(secured.served().await, first.certificate);
    secured.write("key.pem", &second.private_key_pem);
    secured.wait_for(&second).await;

    secured.write("cert.pem", "no certificate");
    secured.server.hear("the new certificate is not used");
    assert_eq!(secured.served().await, second.certificate);
    assert_eq!(secured.get("/health/ready").await.status, 200);
    assert_eq!(secured.server.terminate(), 0);
}

/// D11
#[tokio::test]
async fn handshakes_that_are_none_write_next_to_nothing() {
    let mut secured = Secured::new(&Pair::new());
    let hellos: [&[u8]; 3] = [
        b"GET /jwks HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
    ];
    for number in 0..2000 {
        let mut stream = TcpStream::connect(secured.place.address()).await.unwrap();
        let sent = stream.write_all(hellos[number % 3]).await;
        sent.and(stream.shutdown().await).unwrap();
        // a reset is as good an end as any
        drop(stream.read_to_end(&mut Vec::new()).await);
    }
    assert_eq!(secured.get("/health/ready").await.status, 200);
    let log = secured.server.last_words();
    assert!(log.len() < 64 * 1024, "{} bytes", log.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn other_files_of_a_certificate_are_taken_over_by_sighup_and_bad_ones_are_not() {
    let (first, second) = (Pair::new(), Pair::new());
    let mut secured = Secured::new(&first);
    secured.trust(&second);
    assert_eq!(secured.served().await, first.certificate);
    secured.write("new.pem", &second.certificate_pem);
    secured.write("new.key", &first.private_key_pem);
    let other = CONFIGURATION
        .replace("cert.pem", "new.pem")
        .replace("key.pem", "new.key");
    secured.write("airside.toml", &other);
    let said = secured.reloaded("the new configuration is not used");
    assert_contains(&said, "new.key");
    assert_eq!(secured.served().await, first.certificate);

    secured.write("new.key", &second.private_key_pem);
    secured.reloaded("the configuration was read again");
    assert_eq!(secured.served().await, second.certificate);
}

#[tokio::test(flavor = "multi_thread")]
async fn http_or_https_is_the_listeners_which_a_reload_does_not_touch() {
    let pair = Pair::new();
    let secured = Secured::new(&pair);
    let plain = CONFIGURATION.replace(
        "[tls]\ncertificate = \"cert.pem\"\nprivate_key = \"key.pem\"\n",
        "",
    );
    let plain = format!("trusted_proxies = [\"127.0.0.1\"]\n{plain}");
    secured.write("airside.toml", &plain);
    let said = secured.reloaded("until a restart");
    assert_contains(&said, "tls");
    assert_contains(&said, "trusted_proxies");
    assert_eq!(secured.served().await, pair.certificate);
}
