use super::*;

/// G04
#[test]
fn an_escape_is_needless_where_the_octet_could_stand_itself() {
    for path in ["/items/%61ll", "/%7e", "/a/%2E%2e", "/a%2Db?x=1"] {
        assert!(has_needless_escapes(path), "{path}");
    }
    for path in [
        "/items/all",
        "/a%20b",
        "/caf%c3%a9",
        "/a?x=%61",
        "/%zz",
        "/%",
    ] {
        assert!(!has_needless_escapes(path), "{path}");
    }
}

#[test]
fn a_plain_target_is_forwarded_as_it_was_read() {
    for (sent, forwarded) in [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a/%62?x=1&y=%20+", "/a/b?x=1&y=%20+"),
        ("/%C3%A9/a%20b", "/%C3%A9/a%20b"),
        ("/a:b@c,d", "/a:b@c,d"),
        ("/a/?x=1", "/a/?x=1"),
        ("/a/..b/.c", "/a/..b/.c"),
        ("/a?q=a\\b&\\=%5c", "/a?q=a%5Cb&%5C=%5c"),
    ] {
        let target = Target::parse(sent).unwrap();
        assert_eq!(target.path_and_query(), forwarded);
        let again = Target::parse(forwarded).unwrap();
        assert_eq!(again.segments(), target.segments(), "{sent}");
    }
}

/// G04, G07
#[test]
fn a_query_that_cannot_be_decoded_is_forwarded_where_no_rule_looks() {
    for sent in ["/a?q=100%", "/a?q=%ff&x=1", "/a?%zz", "/a?q=50%25%"] {
        let target = Target::parse(sent).unwrap();
        assert_eq!(target.path_and_query(), sent);
        assert!(target.query("x").is_err(), "{sent}");
        assert!(target.surplus(&[]).is_err(), "{sent}");
        assert!(target.require_absent("id").is_err(), "{sent}");
    }
    // what it could hide is looked at all the same
    for sent in [
        "/a?q=%&_method=PUT",
        "/a?_method%=PUT",
        "/a?_%6d%65thod%zz=PUT",
        "/a?x=%ff;_method=PUT",
        "/a?q=%&x=%00",
    ] {
        assert!(Target::parse(sent).is_err(), "{sent}");
    }
}

/// G04
#[test]
fn what_two_upstreams_could_read_differently_is_refused() {
    for sent in [
        "/admin/..;/public",
        "/public/../admin",
        "/admin%2f",
        "/admin%252f",
        "//admin",
        "/./admin",
        "/admin/.",
        "/admin/..",
        "/admin;x=1",
        "/admin%3bx",
        "/admin%00",
        "/admin\\",
        "/admin%5c",
        "/admin//",
        "//",
        "/%2e%2e/admin",
        "/a/%2E",
        "/admin%0d%0aX:1",
        "/a%c0%af",
        "/a%ff",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%3f",
        "/a%23b",
        "admin",
        "",
        "*",
        "/a b",
        "/a\u{e9}",
        "/a?x=1#f",
        "/a?x=%00",
        "http://other/admin",
    ] {
        assert!(Target::parse(sent).is_err(), "{sent}");
    }
    // the control
    assert!(Target::parse("/admin").is_ok());
}

/// G15
#[test]
fn a_parameter_that_is_looked_at_has_one_value() {
    let value = |query: &str| {
        let target = Target::parse(&format!("/a?{query}")).unwrap();
        target.query("id").map(|value| value.map(str::to_owned))
    };
    assert_eq!(value("id=7&x=1"), Ok(Some("7".into())));
    assert_eq!(value("i%64=a%26b"), Ok(Some("a&b".into())));
    assert_eq!(value("x=1"), Ok(None));
    assert_eq!(value("id=a\\b"), Ok(Some("a\\b".into())));
    for twice in [
        "id=1&id=2",
        "id=1&id[]=2",
        "id[]=1",
        "id[$ne]=1",
        "ID=1",
        "id=1&Id=2",
        "id.x=1",
        "id=1&[id]=2",
        "id=1&%20id=2",
        "id=1;id=2",
        "id=1&x=1;id=2",
        "id=a]=b",
        "id]=1",
        "id=1&?id=2",
        "id=1&%EF%BB%BFid=2",
        "id=1&id.=2",
        &format!("{}id=1", "x&".repeat(1_000)),
    ] {
        assert!(value(twice).is_err(), "{twice}");
    }
    // the control: as many as are read
    let many = format!("{}id=1", "x&".repeat(999));
    assert_eq!(value(&many), Ok(Some("1".into())));
    // what no framework takes for it
    for other in ["x[id]=2", "xid=2", "id_x=2", "x=]="] {
        let query = format!("id=1&{other}");
        assert_eq!(value(&query), Ok(Some("1".into())), "{other}");
    }
}

/// G06
#[test]
fn a_query_overrides_no_method() {
    for query in [
        "_method=DELETE",
        "_METHOD=DELETE",
        "x=1&_Method=delete",
        "%5Fmethod=DELETE",
        "_%6Dethod=DELETE",
        ".method=DELETE",
        "%20method=DELETE",
        "+_method=DELETE",
        "[method=DELETE",
        "_method[]=DELETE",
        "[_method]=DELETE",
        "?_method=DELETE",
        "_method",
        "x=1;_method=DELETE",
        "x=1;+%5fmethod=DELETE",
    ] {
        assert!(Target::parse(&format!("/a?{query}")).is_err(), "{query}");
    }
    // the controls
    for query in [
        "method=card",
        "payment_method=card",
        "x=_method",
        "a=1;b=2",
        "x_method=1",
    ] {
        assert!(Target::parse(&format!("/a?{query}")).is_ok(), "{query}");
    }
}

/// G15
#[test]
fn a_name_that_a_rule_reads_elsewhere_is_not_in_the_query() {
    let absent = |query: &str| {
        let target = Target::parse(&format!("/a?{query}")).unwrap();
        target.require_absent("from").is_ok()
    };
    let many = format!("{}a=1", "x&".repeat(1_000));
    for query in [
        "from=1",
        "from[]=1",
        "FROM=1",
        "+from=1",
        "from.=1",
        "from.x=1",
        "[from]=1",
        "from]=1",
        "x=1;from=1",
        "x=1;+from=1",
        "f%72om=1",
        "from",
        "?from=1",
        &many,
    ] {
        assert!(!absent(query), "{query}");
    }
    for query in [
        "",
        "form=1",
        "x=from",
        "x[from]=1",
        "x=1;y=2",
        "q=a;b&x=from=1",
    ] {
        assert!(absent(query), "{query}");
    }
}

/// G17
#[test]
fn a_closed_query_has_only_the_names_that_it_may_have() {
    let surplus = |query: &str| {
        let target = Target::parse(&format!("/a?{query}")).unwrap();
        let allowed = ["page".to_owned(), "limit".to_owned()];
        target.surplus(&allowed).map(|one| one.map(str::to_owned))
    };
    for query in ["", "page=1", "limit=2&page=1", "page=1&page=2", "p%61ge=1"] {
        assert_eq!(surplus(query), Ok(None), "{query}");
    }
    for (query, name) in [
        ("role=admin", "role"),
        ("page=1&Page=2", "Page"),
        ("page[]=1", "page[]"),
    ] {
        assert_eq!(surplus(query), Ok(Some(name.into())), "{query}");
    }
    assert!(surplus("page=1;role=admin").is_err());
}
