//! Filtered answers, and the owners that are looked up.

mod api;

use airside_guard::check;
use serde_json::json;

use self::api::Api;

/// G15
#[tokio::test(flavor = "multi_thread")]
async fn the_items_that_are_left_keep_their_spelling() {
    let api = Api::new().await;
    let get = async |subject| {
        let token = api.world.token(subject, "read");
        api.world.get(&token, "/items").await
    };
    let list = get("alice").await;
    assert_eq!(list.body, ALICES_ITEMS);
    // what is said of the bytes is said of others now
    assert!(!list.head.contains("etag") && !list.head.contains("digest"));
    assert!(list.head.contains("x-request: kept"), "{}", list.head);
    // nor is it for others any more
    let private = "cache-control: private, max-age=60\r\n";
    assert!(list.head.contains(private), "{}", list.head);
    let varies = "vary: authorization\r\n";
    assert!(list.head.contains(varies), "{}", list.head);
    let none = r#"{"total":1e400,"items":[],"next":null}"#;
    assert_eq!(get("carol").await.body, none);
}

/// Large answers are judged by another thread.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_is_judged_as_a_small_one() {
    let api = Api::new().await;
    let alice = api.world.token("alice", "read");
    let list = api.world.get(&alice, "/items?large").await;
    let own = [r#"{"owner":"alice","id":1.0}"#; 1000].join(",");
    assert_eq!(list.body, format!(r#"{{"items":[{own}]}}"#));
    let large = api.world.get(&alice, "/shown/large").await;
    let small = api.world.get(&alice, "/shown/1").await;
    assert_eq!((large.status, large.body), (200, small.body));
    let others = api.world.get(&alice, "/shown/large-bob").await;
    assert_eq!(others.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_shows_what_is_named() {
    let api = Api::new().await;
    let world = &api.world;
    let alice = world.token("alice", "read");
    let trusted = world.token("alice", "read pii");
    let seen = world.get(&alice, "/shown/1?lang=de").await;
    let items = r#""items":[{"price":1E2},{}]"#;
    assert_eq!(
        seen.body,
        format!(r#"{{"id":9007199254740993,"balance":1.10,{items}}}"#)
    );
    let seen = world.get(&trusted, "/shown/1").await;
    assert_eq!(
        seen.body,
        format!(r#"{{"id":9007199254740993,"balance":1.10,"ssn":"078",{items}}}"#)
    );
    // the owner is judged although nobody sees it
    assert_eq!(world.get(&alice, "/shown/bob").await.status, 404);
    assert_eq!(world.get(&alice, "/shown/twice").await.status, 502);
    assert_eq!(world.get(&alice, "/list").await.body, r#"[{"id":1.0}]"#);
    assert_eq!(world.get(&alice, "/list?object").await.status, 502);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_compared_by_the_digits_that_the_api_wrote() {
    let api = Api::new().await;
    let world = &api.world;
    for (subject, path, status) in [
        ("100000000000000000001", "/shown/number", 200),
        ("100000000000000000002", "/shown/number", 404),
        ("100000000000000000000", "/shown/number", 404),
        ("1e+20", "/shown/number", 404),
        ("7", "/shown/float", 404),
        ("7.0", "/shown/float", 404),
    ] {
        let answer = world.get(&world.token(subject, "read"), path).await;
        assert_eq!(answer.status, status, "{subject} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_query_has_the_parameters_that_are_named() {
    let api = Api::new().await;
    let world = &api.world;
    let alice = world.token("alice", "read");
    for query in ["", "?lang=de", "?lang=de&lang=fr"] {
        let answer = world.get(&alice, &format!("/shown/1{query}")).await;
        assert_eq!(answer.status, 200, "{query}");
    }
    api.asked();
    for query in [
        "?as=bob",
        "?lang=de&x",
        "?LANG=de",
        "?lang[]=de",
        "?lang=de;x=1",
    ] {
        let refused = world.get(&alice, &format!("/shown/1{query}")).await;
        assert_eq!(refused.status, 400, "{query}");
    }
    assert_eq!(api.asked(), Vec::<String>::new());
    let refused = world.get(&alice, "/shown/1?as=bob").await.json();
    assert_eq!(
        refused,
        json!({
            "error": "invalid_request",
            "error_description": "the query may not have `as`",
        })
    );
    // the control: an open one has any, and an answer that is passed on is as the API has it, for its caller
    let open = world.get(&alice, "/open/1?as=bob").await;
    assert_eq!(open.status, 200);
    assert!(open.head.contains("cache-control: private, max-age=60"));
    assert!(open.head.contains("etag: \"1\""), "{}", open.head);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_any_query_chooses_is_judged_heuristically() {
    let api = Api::new().await;
    let lines = check::lines(api.world.running.guard().configuration());
    let classes: Vec<_> = lines
        .iter()
        .map(|line| format!("{} {} {}", line.method, line.path, line.class))
        .collect();
    assert_eq!(
        classes,
        [
            "POST /as-path race window",
            "GET /as-query race window",
            "POST /as-query race window",
            "GET /items heuristic",
            "GET /list heuristic",
            "GET /open/{id} heuristic",
            "GET /shown/{id} sound",
        ]
        .map(str::to_owned)
    );
    let rule = |path: &str| {
        let line = lines.iter().find(|line| line.path == path).unwrap();
        line.rule.clone()
    };
    assert_eq!(
        rule("/open/{id}"),
        "scope `read` and `/owner` of the answer = sub (any query reaches the API: name its parameters in `query_fields`)"
    );
    assert_eq!(
        rule("/shown/{id}"),
        "scope `read` and `/owner` of the answer = sub, of the query only `lang`, of the answer only `/id`, `/balance`, `/items/*/price`, with scope `pii` also `/ssn`"
    );
}

/// G15
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_asked_for_by_one_value() {
    let api = Api::new().await;
    let world = &api.world;
    let alice = world.token("alice", "read");
    let owned = world.get(&alice, "/as-query?id=7").await;
    assert_eq!(owned.status, 200);
    assert_eq!(
        api.asked(),
        ["/owner-of?id=7&kind=account", "/as-query?id=7"]
    );
    for (sent, asked) in [
        ("8%26id=7", "8%26id%3D7"),
        ("8%26id%3d7", "8%26id%3D7"),
        ("8%3bid%3d7", "8%3Bid%3D7"),
        ("8%23", "8%23"),
        ("8%2526id%253D7", "8%2526id%253D7"),
        ("8+7", "8%207"),
    ] {
        let refused = world.get(&alice, &format!("/as-query?id={sent}")).await;
        assert_eq!(refused.status, 404, "{sent}");
        let asked = format!("/owner-of?id={asked}&kind=account");
        assert_eq!(api.asked(), [asked], "{sent}");
    }
    // neither an empty value nor one that is not there asks
    for path in ["/as-query?id=", "/as-query?id", "/as-query"] {
        assert_eq!(world.get(&alice, path).await.status, 404, "{path}");
    }
    for id in ["\"\"", "\"7\\u0000\"", "null", "[7]"] {
        let body = format!(r#"{{"id":{id}}}"#);
        for line in ["POST /as-query", "POST /as-path"] {
            let refused = world.send(&alice, line, "", &body).await;
            assert_eq!(refused.status, 404, "{line} {id}");
        }
    }
    for id in ["..", "7/x", "../owner-of/7", "7?x", "7#x", "7%2fx", "7;x"] {
        let body = json!({ "id": id }).to_string();
        let refused = world.send(&alice, "POST /as-path", "", &body).await;
        assert_eq!(refused.status, 404, "{id}");
    }
    assert_eq!(api.asked(), Vec::<String>::new());
    // the controls
    for line in ["POST /as-query", "POST /as-path"] {
        for body in [r#"{"id":7}"#, r#"{"id":"7"}"#] {
            assert_eq!(world.send(&alice, line, "", body).await.status, 200);
        }
    }
}

const ALICES_ITEMS: &str = r#"{"total":1e400,"items":[{"owner":"alice","id":100000000000000000001,"price":1.0,"note":"\u00e9\/"},{"owner":"alice","id":-0,"price":5.00}],"next":null}"#;
