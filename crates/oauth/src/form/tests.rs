use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Params {
    Params::parse(text.as_bytes()).unwrap()
}

#[test]
fn values_are_decoded_once() {
    let params = parse("a=x+y%20z&b=%2541&c=1;d=2&&e");
    assert_eq!(params.one("a"), Ok(Some("x y z")));
    assert_eq!(params.one("b"), Ok(Some("%41")));
    assert_eq!(params.one("c"), Ok(Some("1;d=2")));
    assert_eq!(params.one("d"), Ok(None));
    assert!(params.present("e"));
}

#[test]
fn a_parameter_sent_twice_is_refused() {
    // RFC6749-3.1
    let params = parse("state=1&resource=a&state=1&resource=b&client_id%5B%5D=x");
    assert_eq!(
        params.one("state"),
        Err(Duplicate {
            name: "state".to_owned()
        })
    );
    assert_eq!(params.first_duplicate(&["resource"]), Some("state"));
    assert_eq!(params.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(params.one("client_id"), Ok(None));
    assert_eq!(parse("a=1&A=2").first_duplicate(&[]), None);
}

#[test]
fn a_duplicate_hidden_by_encoding_or_emptiness_is_refused() {
    // RFC6749-3.1
    assert!(parse("state=1&st%61te=2").one("state").is_err());
    assert!(parse("state=1&state=").one("state").is_err());
}

#[test]
fn an_empty_value_counts_as_omitted_but_can_be_seen() {
    // RFC6749-3.1
    let params = parse("client_secret=");
    assert_eq!(params.one("client_secret"), Ok(None));
    assert!(params.present("client_secret") && !params.present("client_id"));
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(Params::parse(b"a=%ff"), Err(FormError::Utf8));
    assert_eq!(Params::parse(b"a=\xff"), Err(FormError::Utf8));
    assert_eq!(Params::parse(b"a=%c0%80"), Err(FormError::Utf8));
    assert_eq!(Params::parse(b"a=%00"), Err(FormError::Nul));
    for broken in ["a=%", "a=%4", "a=%zz", "%g1=1", "a=%%41"] {
        assert_eq!(
            Params::parse(broken.as_bytes()),
            Err(FormError::Escape),
            "{broken}"
        );
    }
    assert_eq!(parse("a=%C3%A9").one("a"), Ok(Some("é")));
}

#[test]
fn a_flood_is_refused() {
    assert!(Params::parse("a=1&".repeat(100).as_bytes()).is_ok());
    assert_eq!(
        Params::parse("a=1&".repeat(101).as_bytes()),
        Err(FormError::TooMany)
    );
    assert!(Params::parse(&vec![b'a'; MOST_BYTES]).is_ok());
    assert_eq!(
        Params::parse(&vec![b'a'; MOST_BYTES + 1]),
        Err(FormError::TooLarge)
    );
}

#[test]
fn debug_prints_names_only() {
    assert_eq!(
        format!("{:?}", parse("client_secret=hunter2")),
        "Params[\"client_secret\"]"
    );
}

proptest! {
    #[test]
    fn what_is_rendered_is_read_as_the_same(
        pairs in proptest::collection::vec(("[^\0]{0,8}", "[^\0]{0,8}"), 0..10),
    ) {
        let params = Params(pairs);
        prop_assert_eq!(Params::parse(params.render().as_bytes()), Ok(params));
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes: Vec<u8>) {
        let _ = Params::parse(&bytes);
    }
}
