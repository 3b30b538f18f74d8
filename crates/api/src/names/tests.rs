use super::{watched::MAX_NAME, *};
mod form;
mod json;
mod multipart;

use crate::name::MAX_NAMES;

fn watched() -> Vec<WatchedName> {
    let watch = |name: &str, value: Option<&str>| WatchedName {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    };
    vec![watch("from", None), watch("id", Some("7"))]
}

/// Returns true if a body passes: at once, and in pieces of one byte.
fn passes(kind: Option<&BodyKind>, watched: &[WatchedName], body: &[u8]) -> bool {
    let read = |size: usize| {
        let mut scanner = Scanner::new(kind, watched);
        let mut pieces = body.chunks(size);
        pieces
            .try_for_each(|piece| scanner.push(piece))
            .and_then(|()| scanner.finish())
    };
    let (at_once, in_pieces) = (read(body.len().max(1)), read(1));
    assert_eq!(at_once, in_pieces, "{}", body.escape_ascii());
    at_once.is_ok()
}

fn form(body: &str) -> bool {
    passes(Some(&BodyKind::Form), &watched(), body.as_bytes())
}

fn json(body: &str) -> bool {
    passes(Some(&BodyKind::Json), &watched(), body.as_bytes())
}

fn multipart(body: &str) -> bool {
    let kind = BodyKind::Multipart("B".to_owned());
    passes(Some(&kind), &watched(), body.as_bytes())
}

fn parts(parts: &[(&str, &str)]) -> String {
    let parts = parts
        .iter()
        .map(|(headers, content)| format!("--B\r\n{headers}\r\n\r\n{content}\r\n"));
    format!("{}--B--\r\n", parts.collect::<String>())
}

fn part(disposition: &str) -> bool {
    multipart(&parts(&[(
        &format!("Content-Disposition: {disposition}"),
        "b",
    )]))
}

#[test]
fn a_long_name_is_judged_by_its_beginning() {
    let long = "x".repeat(3 * MAX_NAME);
    for body in [
        format!("from[{long}]=b"),
        format!("a=1&{}from=b", "+".repeat(MAX_NAME)),
        format!("{}_method=b", "%20".repeat(3 * MAX_NAME)),
        format!("id={long}"),
    ] {
        assert!(!form(&body));
    }
    assert!(form(&format!("{long}=1&{long}=from&a={long}")));
    assert!(!json(&format!(r#"{{"from[{long}":1}}"#)));
    assert!(!json(&format!(r#"{{"id":"{long}"}}"#)));
    assert!(json(&format!(r#"{{"{long}":"{long}"}}"#)));
}

/// G15
#[test]
fn more_names_than_frameworks_read_are_refused_where_one_counts() {
    let many = |count: usize| vec!["a=1"; count].join("&");
    assert!(form(&many(MAX_NAMES)) && !form(&many(MAX_NAMES + 1)));
    let unwatched = many(MAX_NAMES + 1);
    assert!(passes(Some(&BodyKind::Form), &[], unwatched.as_bytes()));
}

/// G06: a body that does not say what it is may be a form, or JSON.
#[test]
fn a_body_without_a_type_is_searched_as_a_form_and_as_json() {
    let untyped = |body: &[u8]| passes(None, &watched(), body);
    for body in [
        "_method=DELETE",
        "a=%zz&from=b",
        r#"{"from":1}"#,
        r#"{"_method":"DELETE"}"#,
    ] {
        assert!(!untyped(body.as_bytes()), "{body}");
    }
    for body in [
        b"\x89PNG\r\n\0&%zz=\xff".as_slice(),
        b"\0\x01\"form",
        b"plain text",
        b"{'from':1}",
    ] {
        assert!(untyped(body), "{}", body.escape_ascii());
    }
    let maybe = |body: &str| passes(Some(&BodyKind::MaybeJson), &[], body.as_bytes());
    assert!(!maybe(r#"{"_method":"DELETE"}"#) && maybe("\u{1e}{\"_method\":1}\n"));
}

/// G15: some frameworks read a form or JSON whatever the type is.
#[test]
fn a_body_of_another_type_is_searched_for_what_a_rule_reads_from_the_query() {
    let other = |body: &str| passes(Some(&BodyKind::Other), &watched(), body.as_bytes());
    for body in ["from=1", "a=%zz&from[]=1", r#"{"from":1}"#] {
        assert!(!other(body), "{body}");
    }
    // a parameter of the path is read from forms and JSON alone, and text has no number of names
    let text = format!(
        "let x = 1; from = 2;\n{}",
        "a && id = 5 & b; ".repeat(MAX_NAMES)
    );
    for body in ["id=8", r#"{"id":8}"#, &text, "a;from=1", r"{'from':1}"] {
        assert!(other(body), "{body}");
    }
    assert!(Scanner::new(Some(&BodyKind::Other), &[]).is_idle());
    let form = |body: &str| passes(Some(&BodyKind::Form), &watched(), body.as_bytes());
    assert!(!form(r#"{"from":"b=c"}"#) && form(r#"{"a":"b=c"}"#));
}

fn xml(body: &[u8]) -> bool {
    passes(Some(&BodyKind::Xml), &watched(), body)
}

/// G15: Slim reads the elements of XML for parameters.
#[test]
fn xml_has_no_element_that_a_rule_reads_from_the_query() {
    let wide: Vec<_> = "<x><from/></x>".encode_utf16().collect();
    let wide: Vec<_> = wide.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    for body in [
        b"<x><from>b</from></x>".as_slice(),
        b"<x><From a='1'/></x>",
        b"<x><n:from>b</n:from></x>",
        b"<x><from\n>b</from></x>",
        b"<!DOCTYPE x [<!ENTITY a '&#60;from>b&#60;/from>'>]><x>&a;</x>",
        b"<?xml version='1.0' encoding='utf-7'?><x/>",
        b"<?xml version='1.0' encoding=\"UTF-16\"?><x/>",
        br#"{"from":"b"}"#,
        b"from=b",
        &wide,
    ] {
        assert!(!xml(body), "{}", body.escape_ascii());
    }
}

#[test]
fn xml_without_such_an_element_passes() {
    for body in [
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x a=\"from\"><form>from</form><!-- from --></x>".as_slice(),
        b"<a b=\"c\">\xc3\xa9</a>",
        b"<x><id>8</id></x>",
    ] {
        assert!(xml(body), "{}", body.escape_ascii());
    }
    assert!(Scanner::new(Some(&BodyKind::Xml), &[]).is_idle());
}
