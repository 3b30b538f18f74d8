//! `/docs` of a server in development mode.

use airside_testkit::Browser;

use crate::server::Place;

#[tokio::test]
async fn a_server_in_development_mode_shows_the_documents() {
    let place = Place::new("");
    let server = place.serve();
    let browser = Browser::new();
    let index = browser.get(&server.at("/docs")).await;
    assert_eq!(index.status, 303, "{index:?}");
    let map = browser.get(index.header("location")).await;
    assert_eq!(map.status, 200, "{map:?}");
    let text = map.text();
    assert!(
        text.contains("<title>Map of the documents · Airside</title>"),
        "{text}"
    );
    assert!(text.contains("<a href=\"going-live.md\">"), "{text}");
    let page = browser.get(&server.at("/docs/operations/upgrade.md")).await;
    assert!(page.text().contains("<h2 id=\"the-rule\">"), "{page:?}");
    let absent = browser.get(&server.at("/docs/absent")).await;
    assert_eq!(absent.status, 404, "{absent:?}");
}

#[tokio::test]
async fn off_development_mode_there_are_no_documents() {
    let production = "issuer = \"https://id.example\"\ntrusted_proxies = [\"127.0.0.1\"]\n";
    let mut place = Place::new(production);
    let address = place.address();
    place.set("AIRSIDE_LISTEN", &address);
    let _server = place.serve();
    let browser = Browser::new();
    for path in ["/docs", "/docs/README.md"] {
        let answer = browser.get(&format!("http://{address}{path}")).await;
        assert!(answer.status.is_client_error(), "{path}: {answer:?}");
    }
}
