//! The media type of a body.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_has_one_type_in_one_charset() {
    let world = world().await;
    let own = r#"{"from":"alice"}"#;
    for kind in [
        "application/json;charset=utf-7",
        "application/json; charset=utf-16",
        "application/json, text/plain",
        "application/json;charset",
        "text/plain",
        "text/json",
        "json",
        "application/x-www-form-urlencoded",
        "application/json\r\nContent-Encoding: gzip",
        "application/json\r\nContent-Encoding: identity, gzip",
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        is_refused(&world, ("POST /transfers", &headers, own), 415).await;
    }
    is_refused(&world, ("POST /transfers", "", own), 415).await;
    let twice = format!("{JSON}{JSON}");
    is_refused(&world, ("POST /transfers", &twice, own), 400).await;
    is_refused(&world, ("POST /json", &twice, own), 400).await;
    for kind in [
        "application/json;charset=utf-7",
        "application/json, text/plain",
        "text/plain, application/json",
        "json",
        "multipart/form-data",
        // not declared here
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=B",
        "multipart/mixed; boundary=B",
        "application/x-www-form-urlencoded-x",
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        is_refused(&world, ("POST /json", &headers, own), 415).await;
    }
    is_refused(&world, ("POST /json", "", own), 415).await;
    let encoded = format!("{FORM}Content-Encoding: gzip\r\n");
    is_refused(&world, ("POST /forms", &encoded, "a=1"), 415).await;
    let encoded = format!("{JSON}Content-Encoding: gzip\r\n");
    is_refused(&world, ("POST /orders?user=alice", &encoded, "{}"), 415).await;
    // the controls
    for kind in [
        "application/json; charset=UTF-8",
        "application/json;charset=\"utf-8\";",
        "application/a+json",
    ] {
        let headers = format!("Content-Type: {kind}\r\n");
        passes(&world, ("POST /transfers", &headers, own)).await;
        passes(&world, ("POST /json", &headers, own)).await;
    }
    passes(
        &world,
        (
            "POST /json",
            "Content-Type: text/plain; charset=iso-8859-1\r\n",
            "a",
        ),
    )
    .await;
    let identity = format!("{JSON}Content-Encoding: Identity\r\n");
    for line in ["POST /transfers", "POST /orders?user=alice", "POST /json"] {
        let answer = send(&world, line, &identity, own).await;
        assert_eq!(answer.status, 200, "{line}: {answer:?}");
        let lines = answer.json()["headers"].to_string();
        assert!(!lines.contains("content-encoding"), "{lines}");
        world.reached();
    }
    let identity = format!("{FORM}Content-Encoding: identity\r\n");
    passes(&world, ("POST /forms", &identity, "a=1")).await;
    passes(
        &world,
        (
            "POST /forms",
            "Content-Type: application/x-www-form-urlencoded;charset=utf-8\r\n",
            "a=1",
        ),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_comes_only_where_one_is_declared() {
    let world = world().await;
    for line in [
        "GET /orders?user=alice",
        "HEAD /orders?user=alice",
        "DELETE /json",
    ] {
        is_refused(&world, (line, JSON, r#"{"a":1}"#), 400).await;
    }
    let chunked = |headers: &str| format!("{headers}Transfer-Encoding: chunked\r\n");
    is_refused(
        &world,
        ("DELETE /json", &chunked(JSON), "1\r\n7\r\n0\r\n\r\n"),
        400,
    )
    .await;
    is_refused(
        &world,
        ("POST /json", &chunked(""), "1\r\n7\r\n0\r\n\r\n"),
        415,
    )
    .await;
    // the controls: no body, an empty one, a declared one
    passes(&world, ("GET /orders?user=alice", JSON, "")).await;
    passes(&world, ("POST /json", "", "")).await;
    for line in ["DELETE /json", "POST /json"] {
        let answer = send(&world, line, &chunked(""), "0\r\n\r\n").await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    world.reached();
    passes(&world, ("DELETE /bulk", JSON, r#"{"ids":[1]}"#)).await;
    passes(&world, ("PUT /any", "", "bytes")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_goes_on_under_a_type_and_length_of_the_guard() {
    let world = world().await;
    let chunked = "10\r\n{\"from\":\"alice\"}\r\n0\r\n\r\n";
    for (sent, passed) in [
        ("APPLICATION/JSON; charset=utf-8", "application/json"),
        ("application/vnd.x+json", "application/json"),
    ] {
        let headers = format!("Content-Type: {sent}\r\nTransfer-Encoding: chunked\r\n");
        let seen = send(&world, "POST /transfers", &headers, chunked)
            .await
            .json();
        let lines = seen["headers"].to_string();
        assert!(
            lines.contains(&format!("\"content-type: {passed}\"")),
            "{lines}"
        );
        assert!(
            lines.contains("\"content-length: 16\"") && !lines.contains("chunked"),
            "{lines}"
        );
    }
    // a type that is declared stays
    let patch = "Content-Type: application/merge-patch+json\r\n";
    let seen = send(&world, "PATCH /profile", patch, "{}").await.json();
    let lines = seen["headers"].to_string();
    assert!(
        lines.contains("\"content-type: application/merge-patch+json\""),
        "{lines}"
    );
    let upper = "Content-Type: Application/X-WWW-form-urlencoded; charset=UTF-8\r\n";
    let seen = send(&world, "POST /forms", upper, "a=1").await.json();
    let lines = seen["headers"].to_string();
    assert!(
        lines.contains("\"content-type: application/x-www-form-urlencoded; charset=UTF-8\""),
        "{lines}"
    );
}

/// G06, G15: PHP takes the first `boundary` anywhere for the boundary, and Laravel `/json` anywhere for JSON.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_goes_on_without_what_names_another_kind_or_boundary() {
    let world = world().await;
    let inner =
        "--C\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\nDELETE\r\n--C--\r\n";
    let parts = part("a").replace("\r\n\r\nb", &format!("\r\n\r\n{inner}"));
    let form = "{\"_method\":\"DELETE\",\"user\":\"bob\"}";
    for (line, sent, body, written) in [
        (
            "POST /forms",
            "multipart/form-data; xboundary=C; boundary=B",
            parts.as_str(),
            "multipart/form-data; boundary=B",
        ),
        (
            "POST /forms",
            "multipart/form-data; boundary=B; x=\"boundary=C\"",
            &parts,
            "multipart/form-data; boundary=B",
        ),
        (
            "POST /forms",
            "application/x-www-form-urlencoded; x=\"/json\"",
            form,
            "application/x-www-form-urlencoded",
        ),
        (
            "POST /json",
            "application/json; x=\"multipart/form-data; boundary=B\"",
            "{\"a\":1}",
            "application/json",
        ),
        // the controls: what means something goes on
        (
            "POST /forms",
            "multipart/form-data; boundary=B",
            &parts,
            "multipart/form-data; boundary=B",
        ),
        (
            "POST /json",
            "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
            "{\"a\":1}",
            "application/vnd.api+json; ext=\"https://jsonapi.org/ext/atomic\"",
        ),
    ] {
        let headers = format!("Content-Type: {sent}\r\n");
        let answer = send(&world, line, &headers, body).await;
        assert_eq!(answer.status, 200, "{sent}: {answer:?}");
        let lines = answer.json()["headers"].clone();
        let of_type: Vec<_> = lines.as_array().unwrap().iter().collect();
        let of_type: Vec<_> = of_type
            .into_iter()
            .filter_map(|line| line.as_str()?.strip_prefix("content-type: "))
            .collect();
        assert_eq!(of_type, [written], "{sent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_media_types_of_the_document_hold_where_the_rule_is_written_elsewhere() {
    let document = "openapi: 3.1.0\npaths:\n  /a:\n    post: { requestBody: { content: { \
        application/x-www-form-urlencoded: {} } } }\n    put: { requestBody: { content: { '*/*': {} } } }\n";
    let world = world().await;
    std::fs::write(world.directory.path().join("openapi.yaml"), document).unwrap();
    let rules = "[[operation]]\nmatch = \"POST /a\"\nany_token = true\n\
        [[operation]]\nmatch = \"PUT /a\"\nany_token = true\nbody = \"application/json\"\n";
    world.write("openapi = \"openapi.yaml\"", rules);
    world.reload();
    passes(&world, ("POST /a", FORM, "a=1")).await;
    is_refused(&world, ("POST /a", PARTS, &part("a")), 415).await;
    is_refused(&world, ("PUT /a", FORM, "a=1"), 415).await;
    passes(&world, ("PUT /a", JSON, "{}")).await;
}
