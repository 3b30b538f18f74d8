use std::collections::VecDeque;

use bytes::Bytes;

use super::*;

const ISSUER: &str = "http://127.0.0.1:8080";
const REDIRECT_URI: &str = "http://127.0.0.1:8080/callback";

/// Answers in order, and keeps what it was sent.
#[derive(Default)]
struct Script {
    answers: VecDeque<Answer>,
    sent: Vec<String>,
}

impl Script {
    fn page(self, body: &'static str) -> Self {
        self.answer(200, &[], body)
    }

    fn redirect(self, status: u16, location: &str) -> Self {
        self.answer(status, &[("location", location)], "")
    }

    fn answer(mut self, status: u16, headers: &[(&str, &str)], body: &'static str) -> Self {
        let mut response = http::Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let (head, ()) = response.body(()).unwrap().into_parts();
        let body = Bytes::from_static(body.as_bytes());
        self.answers.push_back(Answer::new(head, body));
        self
    }
}

impl Transport for Script {
    type Error = Error;

    async fn send(&mut self, request: &Request) -> Result<Answer, Error> {
        let path = request.url.replace(ISSUER, "");
        let headers = request.headers.iter();
        let cookies: String = headers.map(|(_, value)| format!(" {value}")).collect();
        self.sent
            .push(format!("{} {path}{cookies}", request.method));
        let answer = self.answers.pop_front();
        answer.ok_or_else(|| Error::no_answer("script", "the end"))
    }
}

async fn open(script: &mut Script) -> Result<Landing, Error> {
    let mut browser = Browser::new(REDIRECT_URI);
    browser
        .open(script, Request::get(format!("{ISSUER}/authorize")))
        .await
}

#[tokio::test]
async fn redirects_of_one_origin_are_followed_with_the_cookies_that_they_set() {
    let cookie = [("location", "/sign-in"), ("set-cookie", "b=1; Path=/")];
    let mut script = Script::default().answer(303, &cookie, "").page("<p>");
    let landing = open(&mut script).await.unwrap();
    let Landing::Page(page) = landing else {
        panic!("a page")
    };
    assert_eq!(page.url.path(), "/sign-in");
    assert_eq!(script.sent, ["GET /authorize", "GET /sign-in b=1"]);
}

#[tokio::test]
async fn another_origin_and_the_redirect_uri_are_not_opened() {
    for location in [
        "https://127.0.0.1:8080/",
        "http://localhost:8080/",
        "http://127.0.0.1:8081/",
        "//evil.example/",
        "http://127.0.0.1:8080/callback?code=c",
        "com.example.app:/done",
        "https://[nonsense",
    ] {
        let mut script = Script::default().redirect(302, location);
        let landing = open(&mut script).await.unwrap();
        assert!(
            matches!(&landing, Landing::Away(to) if to == location),
            "{location}"
        );
    }
}

#[tokio::test]
async fn redirects_without_an_end_are_an_error() {
    let mut script = (0..20).fold(Script::default(), |script, _| script.redirect(302, "/loop"));
    let error = open(&mut script).await.unwrap_err();
    assert!(matches!(error, Error::Endless(_)), "{error}");
    assert_eq!(script.sent.len(), 12);
}

#[tokio::test]
async fn a_person_signs_in_consents_and_comes_back_with_a_code() {
    let sign_in = r#"<form action="/sign-in"><input type="hidden" name="seal" value="s">
        <input name="username"><input name="password"></form>"#;
    let consent = r#"<form action="/consent"><button id="allow" name="d" value="y"></form>"#;
    let mut script = Script::default()
        .page(sign_in)
        .redirect(303, "/consent")
        .page(consent)
        .redirect(303, &format!("{REDIRECT_URI}?code=c0de&state=s"));
    let mut browser = Browser::new(REDIRECT_URI);
    let alice = Person::new("alice", "hunter2");
    let url = format!("{ISSUER}/authorize");
    let landing = browser.authorize(&mut script, &url, &alice).await.unwrap();
    assert_eq!(landing.returned("code").as_deref(), Some("c0de"));
    let sent = "GET /authorize, POST /sign-in, GET /consent, POST /consent";
    assert_eq!(script.sent.join(", "), sent);
    assert!(!browser.repeats_forms());
}

#[tokio::test]
async fn a_redirect_that_sends_a_form_again_is_noticed() {
    // RFC9700-4.12
    let mut browser = Browser::new(REDIRECT_URI);
    let form = Request::form(format!("{ISSUER}/sign-in"), [("password", "hunter2")]);
    let mut script = Script::default().redirect(307, "/next").page("<p>");
    browser.open(&mut script, form).await.unwrap();
    assert_eq!(script.sent, ["POST /sign-in", "GET /next"]);
    assert!(browser.repeats_forms());
}

#[test]
fn a_code_is_not_printed() {
    let landing = Landing::Away("https://app.example/cb?code=hunter2".to_owned());
    assert_eq!(format!("{landing:?}"), "redirect to https://app.example/cb");
}

#[test]
fn a_parameter_is_returned_in_the_query_or_in_the_fragment() {
    for location in ["cb?code=c", "cb#code=c", "cb?a=b#code=c"] {
        let landing = Landing::Away(location.to_owned());
        assert_eq!(landing.returned("code").as_deref(), Some("c"), "{location}");
    }
    assert_eq!(Landing::Away("cb".to_owned()).returned("code"), None);
}
