use airside_net::client::UnixError;
use http::StatusCode;
use serde_json::json;

use super::*;

#[test]
fn a_problem_is_told_as_sentences() {
    // RFC9457-3
    let problem = json!({
        "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "both",
        "errors": [{ "pointer": "/a", "detail": "`a` is missing" }, { "detail": "`b` must be text" }],
    });
    let told = sentence(StatusCode::BAD_REQUEST, &problem);
    assert_eq!(told, "`a` is missing\n`b` must be text");
    let problem = json!({ "detail": "there is no user `x`" });
    assert_eq!(
        sentence(StatusCode::NOT_FOUND, &problem),
        "there is no user `x`"
    );
    let problem = json!({ "detail": "it lacks the scope", "error": "insufficient_scope" });
    assert!(sentence(StatusCode::FORBIDDEN, &problem).contains("airside:admin:write"));
    let none = sentence(StatusCode::BAD_GATEWAY, &Value::Null);
    assert_eq!(none, "the server answered 502 Bad Gateway without a reason");
}

#[test]
fn the_next_page_is_the_one_that_the_server_names() {
    let next = |link: &str| {
        let response = Response::builder().header(header::LINK, link);
        next_page(&response.body(Bytes::new()).unwrap())
    };
    let query = "?limit=1000&after=a".to_owned();
    assert_eq!(next("<?limit=1000&after=a>; rel=\"next\""), Some(query));
    assert_eq!(next("<https://elsewhere.example/?a>; rel=\"next\""), None);
    assert_eq!(next("<?a>; rel=\"last\""), None);
}

#[test]
fn a_socket_is_believed_to_be_the_operators_or_roots() {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join(NAME);
    let own = process::getuid().as_raw();
    assert!(is_operators(&socket, own) && is_operators(&socket, 0));
    assert!(!is_operators(&socket, own.wrapping_add(12_345)));
    let failure = unanswered(&socket, &UnixError::UntrustedPeer { uid: 12_345 });
    assert_eq!(failure.code, Code::Refused);
    assert!(failure.message.contains("user id 12345"), "{failure}");
    let locked = UnixError::Io(io::ErrorKind::PermissionDenied.into());
    let failure = unanswered(&socket, &locked);
    assert_eq!(failure.code, Code::Refused);
    assert!(
        failure
            .message
            .contains("as the owner of the data directory or root")
    );
}
