//! Names and hosts that strangers chose stay text.

use super::example::{consent, error, pages, sign_in, view};
use crate::view::*;

#[test]
fn a_name_of_1_mib_is_cut_to_200_characters() {
    let long = "é".repeat(512 * 1024);
    for (name, page) in pages(&long, &long) {
        assert!(page.len() <= 20_000, "{name}: {} bytes", page.len());
    }
    assert_eq!(text::clip(&long).chars().count(), 200);
    assert_eq!(text::clip(&"é".repeat(200)), "é".repeat(200));
}

#[test]
fn markup_in_a_name_stays_text() {
    for (name, page) in pages("\"><svg/onload=alert(1)>", "'></form><svg/onload=alert(2)>") {
        assert!(!page.contains("<svg/onload"), "{name}");
        assert!(!page.contains("></form><svg"), "{name}");
    }
}

#[test]
fn template_syntax_in_a_name_stays_text() {
    for (name, page) in pages("{{7*7}}{% raw %}${7*7}", "{{7*7}}") {
        assert!(!page.contains(">49"), "{name}");
    }
    let page = view().sign_in(&SignInPage {
        client_name: "{{7*7}}",
        ..sign_in()
    });
    assert!(page.contains("<bdi>{{7*7}}</bdi>"));
}

#[test]
fn a_name_cannot_reorder_what_surrounds_it() {
    let page = view().consent(&ConsentPage {
        client_name: "knaB\u{202e}\u{2066}\0",
        ..consent()
    });
    assert!(page.contains("<h1>Let <bdi>knaB</bdi> use your account?</h1>"));
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn a_developer_sees_the_invisible() {
    let details = Details {
        received: Some("https://a.example/\u{202e}<\n"),
        ..Details::default()
    };
    let page = view().error(&ErrorPage {
        details: Some(details),
        ..error()
    });
    assert!(page.contains("<code><bdi>https://a.example/\\u{202e}&lt;\\u{a}</bdi></code>"));
}
