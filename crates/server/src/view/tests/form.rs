//! The pages with forms: their ids, their errors and where they are posted.

use super::example::{setup, sign_in, sign_out, view};
use crate::view::*;

#[test]
fn a_posted_response_is_a_form_with_one_script() {
    // OIDC-FormPost-2
    let page = view().form_post(&FormPostPage {
        action: "https://app.example/cb?x=\"&y",
        client_name: "<b>Bank",
        fields: vec![FormPostField {
            name: "state",
            value: Hidden("\"><script>alert(1)</script>"),
        }],
    });
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(page.contains(&format!("<script>{SUBMIT_SCRIPT}</script>")));
    assert!(page.contains("action=\"https://app.example/cb?x=&quot;&amp;y\""));
    let field = "name=\"state\" value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\"";
    assert!(page.contains(field), "{page}");
    assert!(page.contains("<button id=\"continue\" type=\"submit\">"));
    assert!(!page.contains("<b>"));
}

#[test]
fn the_sign_in_form_has_its_stable_ids() {
    let page = view().sign_in(&sign_in());
    assert_eq!(page.matches("<form").count(), 1);
    assert_eq!(page.matches("<button").count(), 1);
    assert!(page.contains("<form method=\"post\" action=\"/base/sign-in\">"));
    assert!(page.contains("<input type=\"hidden\" name=\"interaction\" value=\"seal\">"));
    assert!(page.contains("<label for=\"username\">"));
    assert!(page.contains("<input id=\"username\" name=\"username\" type=\"text\" value=\"\" autocomplete=\"username\""));
    assert!(page.contains("<label for=\"password\">"));
    assert!(page.contains(
        "<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\""
    ));
    assert!(page.contains("<button id=\"sign-in\" type=\"submit\">"));
    assert!(!page.contains("role=\"alert\""));
}

#[test]
fn a_refused_sign_in_says_why_and_keeps_the_username() {
    let sentence = "This username and password do not belong together.";
    let page = view().sign_in(&SignInPage {
        username: "\"alice\"",
        error: Some(sentence),
        ..sign_in()
    });
    assert!(page.contains("<title>Error: sign in · Airside</title>"));
    assert!(!page.contains("role=\"alert\""), "it would be said twice");
    assert!(page.contains(&format!("<p id=\"problem-text\">{sentence}</p>")));
    assert!(page.contains("value=\"&quot;alice&quot;\""));
    assert_eq!(page.matches("aria-invalid=\"true\"").count(), 2);
    assert_eq!(page.matches("aria-describedby=\"problem-text\"").count(), 1);
    assert!(page.contains(
        "autocomplete=\"current-password\" required aria-invalid=\"true\" aria-describedby=\"problem-text\" autofocus>"
    ));
    assert_eq!(page.matches(" autofocus").count(), 1);
}

#[test]
fn a_wait_is_tied_to_the_field_that_has_the_focus() {
    for username in ["", "alice"] {
        let page = view().sign_in(&SignInPage {
            username,
            notice: Some("There were too many attempts. Try again in 1 minute."),
            ..sign_in()
        });
        assert!(page.contains("<title>Wait: sign in · Airside</title>"));
        assert!(page.contains("<p id=\"notice-text\">There were"));
        assert!(page.contains(
            "autocomplete=\"current-password\" required aria-describedby=\"notice-text\" autofocus>"
        ));
        assert_eq!(page.matches(" autofocus").count(), 1);
        assert!(!page.contains("aria-invalid=\"true\""));
    }
}

#[test]
fn sign_out_has_one_submit() {
    let page = view().sign_out(&sign_out());
    assert_eq!(page.matches("<button").count(), 1);
    assert!(page.contains("<button id=\"confirm-sign-out\" type=\"submit\">"));
    assert!(page.contains("name=\"interaction\" value=\"seal\""));
    assert!(page.contains(
        "<a id=\"stay-signed-in\" href=\"/base/\" class=\"button second\">Stay signed in</a>"
    ));
    assert!(page.contains("href=\"https://bank.example/\">Back to <bdi>Bank</bdi></a>"));
    let page = view().sign_out(&SignOutPage {
        client_home: None,
        ..sign_out()
    });
    assert!(!page.contains("Back to"));
}

#[test]
fn a_password_that_is_too_short_marks_only_the_password() {
    for (field, marked, other) in [
        (SetupField::Password, "id=\"password\"", "id=\"username\""),
        (SetupField::Username, "id=\"username\"", "id=\"password\""),
    ] {
        let text = "A password has at least 12 characters.";
        let page = view().setup(&SetupPage {
            problem: Some(SetupProblem { field, text }),
            ..setup()
        });
        let input = |id: &str| {
            let (_, rest) = page.split_once(&format!("<input {id}")).unwrap();
            rest.split_once('>').unwrap().0.to_owned()
        };
        assert!(input(marked).contains("aria-invalid=\"true\""));
        assert!(input(marked).contains("problem-text"));
        assert!(input(marked).contains(" autofocus"));
        assert!(!input(other).contains("aria-invalid") && !input(other).contains(" autofocus"));
    }
}

#[test]
fn setting_up_asks_for_a_new_password() {
    let page = view().setup(&setup());
    assert!(page.contains("autocomplete=\"new-password\""));
    assert!(page.contains("<input type=\"hidden\" name=\"token\" value=\"token\">"));
}

/// A form without an address of ours would be sent to wherever the page was opened, and one with GET would
/// put what was typed into an address.
#[test]
fn every_form_is_posted_to_an_address_that_the_caller_gives() {
    let mut forms = 0;
    for (name, source) in TEMPLATES {
        for (at, _) in source.match_indices("<form") {
            let form = "<form method=\"post\" action=\"{{ action }}\">";
            assert!(source[at..].starts_with(form), "{name}");
            forms += 1;
        }
        for forbidden in ["formaction", "formmethod", "formtarget", "<base"] {
            assert!(!source.contains(forbidden), "{name} has {forbidden}");
        }
    }
    assert_eq!(forms, 6);
}
