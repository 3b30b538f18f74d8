use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> SentParams {
    SentParams::parse(text.as_bytes()).unwrap()
}

fn single(text: &str) -> Params {
    parse(text).single(&["resource"]).unwrap()
}

#[test]
fn values_are_decoded_once() {
    let params = single("a=x+y%20z&b=%2541&c=1;d=2&&e");
    assert_eq!(params.one("a"), Some("x y z"));
    assert_eq!(params.one("b"), Some("%41"));
    assert_eq!(params.one("c"), Some("1;d=2"));
    assert_eq!(params.one("d"), None);
    assert_eq!(params.one("e"), None);
}

#[test]
fn a_parameter_sent_twice_is_refused() {
    // RFC6749-3.1
    let params = parse("state=1&resource=a&state=1&resource=b&client_id%5B%5D=x");
    assert_eq!(
        params.one("state"),
        Err(RepeatedParamError {
            name: "state".to_owned()
        })
    );
    assert_eq!(params.one("client_id"), Ok(None));
    assert_eq!(params.repeated().collect::<Vec<_>>(), ["resource", "state"]);
    let twice = params.single(&["resource"]).unwrap_err();
    assert_eq!(twice.name, "state");
    let allowed = single("resource=a&state=1&resource=b");
    assert_eq!(allowed.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(allowed.one("state"), Some("1"));
    assert!(parse("a=1&A=2").single(&[]).is_ok());
}

#[test]
fn a_duplicate_hidden_by_encoding_or_emptiness_is_refused() {
    // RFC6749-3.1
    for text in [
        "state=1&st%61te=2",
        "state=1&state=",
        "state=&state=1",
        "state=&state",
    ] {
        let params = parse(text);
        assert!(params.one("state").is_err(), "{text}");
        assert!(params.single(&["resource"]).is_err(), "{text}");
    }
    assert!(parse("state=1&nonce=").single(&[]).is_ok());
}

#[test]
fn a_parameter_without_a_value_is_left_out() {
    // RFC6749-3.1, RFC6749-3.2
    for text in ["client_secret=", "client_secret", "&client_secret=&", ""] {
        let params = single(text);
        assert_eq!(params, single(""), "{text}");
        assert!(!params.present("client_secret"), "{text}");
        assert_eq!(params.all("client_secret").count(), 0, "{text}");
    }
    assert!(single("client_secret=+").present("client_secret"));
}

#[test]
fn what_is_no_text_is_refused() {
    assert_eq!(SentParams::parse(b"a=%ff"), Err(FormError::Utf8));
    assert_eq!(SentParams::parse(b"a=\xff"), Err(FormError::Utf8));
    assert_eq!(SentParams::parse(b"a=%c0%80"), Err(FormError::Utf8));
    assert_eq!(SentParams::parse(b"a=%00"), Err(FormError::Nul));
    assert_eq!(SentParams::parse(b"a=\0"), Err(FormError::Nul));
    assert_eq!(SentParams::parse(b"a=\0%20"), Err(FormError::Nul));
    for broken in ["a=%", "a=%4", "a=%zz", "%g1=1", "a=%%41"] {
        assert_eq!(
            SentParams::parse(broken.as_bytes()),
            Err(FormError::Escape),
            "{broken}"
        );
    }
    assert_eq!(parse("a=%C3%A9").one("a"), Ok(Some("é")));
}

#[test]
fn a_flood_is_refused() {
    assert!(SentParams::parse("a=1&".repeat(100).as_bytes()).is_ok());
    assert_eq!(
        SentParams::parse("a=1&".repeat(101).as_bytes()),
        Err(FormError::TooMany)
    );
    assert!(SentParams::parse(&vec![b'a'; MAX_BYTES]).is_ok());
    assert_eq!(
        SentParams::parse(&vec![b'a'; MAX_BYTES + 1]),
        Err(FormError::TooLarge)
    );
}

#[test]
fn debug_prints_names_only() {
    let sent = parse("client_secret=hunter2");
    assert_eq!(format!("{sent:?}"), "SentParams[\"client_secret\"]");
    let params = single("client_secret=hunter2");
    assert_eq!(format!("{params:?}"), "Params[\"client_secret\"]");
}

proptest! {
    #[test]
    fn what_is_rendered_is_read_as_the_same(
        pairs in proptest::collection::vec(("[ab]|[^\0]{0,8}", "[^\0]{0,8}"), 0..10),
    ) {
        let sent = parse(&encoded(&pairs));
        let params = sent.single(&["a", "b"]);
        prop_assume!(params.is_ok());
        let params = params.unwrap();
        let again = parse(&params.render());
        prop_assert_eq!(SentParams::from(params.clone()), again.clone());
        prop_assert_eq!(again.single(&["a", "b"]), Ok(params));
    }

    #[test]
    fn a_parameter_without_a_value_changes_nothing_but_is_sent(
        pairs in proptest::collection::vec(("[a-c]", "[^\0]{0,4}"), 0..6),
        name in "[a-e]",
        place in 0..7_usize,
    ) {
        // RFC6749-3.1, RFC6749-3.2
        let without = parse(&encoded(&pairs));
        let sent = pairs.iter().filter(|(own, _)| *own == name).count();
        let mut more = pairs.clone();
        more.insert(place.min(pairs.len()), (name.clone(), String::new()));
        let with = parse(&encoded(&more));
        prop_assert_eq!(&with.pairs, &without.pairs);
        prop_assert_eq!(with.one(&name).is_err(), sent > 0);
        prop_assert_eq!(with == without, sent != 1);
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes: Vec<u8>) {
        let _ = SentParams::parse(&bytes);
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}
