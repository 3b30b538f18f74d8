use super::*;

fn read(line: &str) -> Result<Vec<Heading>, MisspeltCitation> {
    Comment::of(line).expect("a comment").headings()
}

fn advice(line: &str) -> String {
    read(line).expect_err(line).advice
}

#[test]
fn every_kind_of_citation_is_read_in_any_order() {
    let headings = read("let x; // T02, RFC7636-4.6, decision 12, OIDC-Core-9: why").unwrap();

    let rule = |id: &str| Citation::Rule(Id(id.to_owned()));
    let citations = vec![
        Citation::Attack("T02".to_owned()),
        rule("RFC7636-4.6"),
        Citation::Decision(12),
        rule("OIDC-Core-9"),
    ];
    let text = "why".to_owned();
    assert_eq!(headings, [Heading { citations, text }]);
}

#[test]
fn another_spelling_is_refused_with_the_right_one() {
    for (line, right) in [
        ("// RFC 6749 §4.1.2: once", "write `RFC6749-4.1.2`"),
        ("// RFC 6749, section 4.1.2: once", "write `RFC6749-4.1.2`"),
        ("// RFC7541, appendix B: once", "write `RFC7541-B`"),
        ("// rfc6749-4.1.2", "write `RFC6749-4.1.2`"),
        ("// RFC-6749-4.1.2", "write `RFC6749-4.1.2`"),
        ("// T02, RFC6749 4.1.2: once", "write `RFC6749-4.1.2`"),
        ("/// OIDC-CORE-11: once", "write `OIDC-Core-11`"),
        ("// OpenID Connect Core 11: once", "write `OIDC-Core-11`"),
        ("// OIDC RP-Initiated §3", "write `OIDC-RPInitiated-3`"),
        ("// OAuth 2.1 §7.5.2: once", "write `OAuth2.1-7.5.2`"),
        ("// RFC8252-7.3, 8.3: http", "write `RFC8252-8.3`"),
        ("// RFC8252-7.3, §8.3: http", "write `RFC8252-8.3`"),
    ] {
        assert_eq!(advice(line), right, "{line}");
    }
    assert!(advice("// OIDC-Session-2: once").starts_with("use one of"));
    assert!(advice("// draft-ietf-oauth-x-8.3: once").starts_with("use one of"));
}

#[test]
fn a_citation_ends_with_a_colon_or_the_line() {
    for line in ["// RFC6749-4.1.2 once", "// RFC6749-4.1.2, once: a code"] {
        assert!(advice(line).starts_with("write `RFC6749-4.1.2: …`"));
    }
}

#[test]
fn prose_cites_nothing() {
    for line in [
        "// RFC 6749: a space",
        "// RFC6749: no section",
        "// OIDC-Core: no section",
        "// as in RFC6749-4",
        "// RFC 9112 lets a recipient repair some",
        "// A13 is another",
        "// T1, T001",
        "// decision after decision",
        // where people read it, not where a rule is decided
        "/// RFC 6749 §4.1.2.",
        "/// OIDC Core §2.",
    ] {
        assert_eq!(read(line), Ok(Vec::new()), "{line}");
    }
    assert_eq!(Comment::of("//! RFC 6749 §4.1.2: a module"), None);
}
