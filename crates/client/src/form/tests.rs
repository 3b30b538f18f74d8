use super::*;
use crate::Body;

const PAGE: &str = r#"<p><form method="post" action="/login?a=1&amp;b=2"><input type="hidden" name="seal" value="x&amp;y">
    <input id="username" name="user" value=""><input id="password" name="pass" type="password">
    <button id="allow" name="decision" value="yes">Allow</button></form>"#;

fn form(html: &str) -> Form {
    let url = "http://127.0.0.1:1/sign-in?x=y".parse().unwrap();
    Form::all(&url, html).swap_remove(0)
}

fn submitted(form: Form) -> (String, String) {
    let request = form.submit();
    let Body::Form(fields) = request.body else {
        panic!("a form")
    };
    (request.url, fields.encode())
}

#[test]
fn a_form_is_filled_in_by_id_and_sent_by_name() {
    let form = form(PAGE)
        .fill("username", "alice")
        .fill("pass", "p")
        .press("allow");
    let (url, fields) = submitted(form);
    assert_eq!(url, "http://127.0.0.1:1/login?a=1&b=2");
    assert_eq!(fields, "seal=x%26y&user=alice&pass=p&decision=yes");
}

#[test]
fn a_button_that_is_not_pressed_is_not_sent() {
    assert_eq!(submitted(form(PAGE)).1, "seal=x%26y&user=&pass=");
}

#[test]
fn a_field_that_the_form_does_not_have_is_not_added() {
    let filled = form(PAGE).fill("nothing", "value").press("nothing");
    assert_eq!(submitted(filled), submitted(form(PAGE)));
}

#[test]
fn a_hidden_field_serves_as_a_button_without_a_name_and_is_sent_once() {
    let page = r#"<form><input type="hidden" name="prompt" value="consent"><button>Yes</button>"#;
    let pressed = form(page).press("prompt");
    assert!(pressed.has("prompt"));
    assert_eq!(submitted(pressed).1, "prompt=consent");
}

#[test]
fn a_form_without_an_action_is_submitted_to_its_own_page() {
    let (url, _) = submitted(form("<form><input name=\"a\" value=\"b\">"));
    assert_eq!(url, "http://127.0.0.1:1/sign-in?x=y");
}

#[test]
fn fields_and_buttons_are_listed_by_id_or_else_by_name() {
    let labels: Vec<_> = form(PAGE).labels().map(str::to_owned).collect();
    assert_eq!(labels, ["seal", "username", "password", "allow"]);
}

#[test]
fn a_hidden_value_is_found_in_whichever_form_holds_it() {
    let page = format!("<form><input name=\"other\" value=\"1\"></form>{PAGE}");
    assert_eq!(value(&page, "seal").as_deref(), Some("x&y"));
    assert_eq!(value(&page, "decision"), None);
    assert_eq!(value("<p>no form", "seal"), None);
}
