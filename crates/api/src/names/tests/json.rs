//! JSON.

use super::*;

/// G06, G15
#[test]
fn a_json_object_has_no_member_that_it_must_not_have() {
    for body in FORBIDDEN_OBJECTS {
        assert!(!json(body), "{body}");
    }
    // a text that begins for one parser and not for another
    for body in UNREADABLE_OBJECTS {
        assert!(!json(body), "{body}");
    }
    // the controls
    for body in ALLOWED_OBJECTS {
        assert!(json(body), "{body}");
    }
}

/// G15
#[test]
fn json_repeats_a_parameter_of_the_path_with_its_value_only() {
    for body in [
        r#"{"id":7}"#,
        r#"{"id":"7"}"#,
        r#"{"id": 7 , "a":1}"#,
        r#"{"a":{"id":8},"id":"\u0037"}"#,
        r#"{"\u0069d":7}"#,
    ] {
        assert!(json(body), "{body}");
    }
    for body in OTHER_MEMBERS {
        assert!(!json(body), "{body}");
    }
}

/// G15: Bottle reads a body of any type as a form.
#[test]
fn json_is_searched_as_a_form_for_what_a_rule_reads_from_the_query() {
    for body in FORMS {
        assert!(!json(body), "{body}");
    }
    let maybe = |body: &str| passes(Some(&BodyKind::MaybeJson), &watched(), body.as_bytes());
    assert!(!maybe(r#"{"note":"&from=bob&"}"#));
    // the controls: what no form has, and what no rule reads from the query
    for body in [
        r#"{"note":"from = bob & so on; form=1&x=from"}"#,
        r#"{"url":"https://a.example/?a=1&form=b"}"#,
        r#"{"note":"&id=8&"}"#,
    ] {
        assert!(json(body), "{body}");
    }
    let own = r#"{"note":"&from=bob&"}"#;
    assert!(passes(Some(&BodyKind::Json), &[], own.as_bytes()));
}

/// G15: readers of JSON that are more lenient than others, or read other encodings.
#[test]
fn what_begins_as_json_is_read_in_one_way_whatever_it_says_it_is() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let units = text.encode_utf16();
        units
            .flat_map(|unit| match big {
                true => unit.to_be_bytes(),
                false => unit.to_le_bytes(),
            })
            .collect()
    };
    let own = r#"{"from":"b"}"#;
    let marked = format!("\u{feff}{own}");
    for kind in [BodyKind::Other, BodyKind::MaybeJson] {
        let read = |body: &[u8]| passes(Some(&kind), &watched(), body);
        for body in [
            br#"{"\ud800":1,"from":"b"}"#.as_slice(),
            b"{\"\xff\":1,\"from\":\"b\"}",
            br#"{"\x61":1,"from":"b"}"#,
            br#"/**/{"from":"b"}"#,
            b"//\n{\"from\":1}",
            br#" {/**/"from":"b"}"#,
            br#"{"a":1,/**/"from":"b"}"#,
            b"{\"a\":1,\0\"from\":1}",
            &utf16(own, true),
            &utf16(own, false),
            &utf16(&marked, true),
            &utf16(&marked, false),
            b"{\0\0\0\"\0\0\0f\0\0\0",
        ] {
            assert!(!read(body), "{}", body.escape_ascii());
        }
        // the controls: files
        for body in [
            b"\x89PNG\r\n\0\"{\"from".as_slice(),
            br"{\rtf1 x}",
            b"/usr/bin {\"from\"",
            b"a text {\"a\":1} (so)",
            b"\"a\" {\"from\" so",
            b"\0\0\0 ftypmp42",
            b"%PDF-1.7",
            b"a,b\n\"from\",2\n",
            &utf16("\u{feff}a,b", false),
            b"{'from':1}",
        ] {
            assert!(read(body), "{}", body.escape_ascii());
        }
        assert!(read(br#"{"a":{"from":1}}"#));
    }
}

/// Objects with a member that must not be there.
const FORBIDDEN_OBJECTS: [&str; 14] = [
    r#"{"from":"b"}"#,
    r#"{"a":1,"from":"b"}"#,
    r#"{"FROM":1}"#,
    r#"{"f\u0072om":1}"#,
    r#"{ "a" : {"b":[1,{"c":"}"}]} , "from" : 1 }"#,
    "\u{feff}{\"from\":1}",
    r#"{"from\u0000":1}"#,
    r#"{"a":"\\","from":1}"#,
    r#"{"a":"\"","from":1}"#,
    r#"{"a":1}{"from":1}"#,
    r#"{"_method":"DELETE"}"#,
    r#"{"_METHOD":"DELETE"}"#,
    r#"{"\u005fmethod":1}"#,
    r#"{"from":"#,
];

/// Texts that begin for one parser and not for another.
const UNREADABLE_OBJECTS: [&str; 10] = [
    r#"{"a":1,/*"*/"b":1}"#,
    r"{'a':1}",
    r"{a:1}",
    r#"{"\x61":1}"#,
    r#"{"\ud800":1}"#,
    "{\"a\nb\":1}",
    r#"{"a":1]"#,
    "}",
    "{\0\"\0",
    "# x",
];

/// JSON that clients send.
const ALLOWED_OBJECTS: [&str; 15] = [
    "",
    "{}",
    "[]",
    "7",
    r#""form""#,
    r#"{"a":"from","b":["from"]}"#,
    r#"{"a":{"from":1}}"#,
    r#"[{"from":1,"_method":2}]"#,
    r#"{"a":NaN,"b":-Infinity,"c":1.5e+7,"d":null,}"#,
    "{\"a\":\"\u{e9}\",\"\u{1f600}\":\"\\ud83d\\ude00\"}",
    "{\"index\":{}}\n{\"a\":1}\n",
    r#"{"\ud83d\ude00":1}"#,
    r#"{"a":"/* from */"}"#,
    r#"{"payment_method":"card"}"#,
    r#"{"jsonrpc":"2.0","method":"x","params":{"from":1},"x":1}"#,
];

/// Objects with another value for a parameter of the path.
const OTHER_MEMBERS: [&str; 13] = [
    r#"{"id":8}"#,
    r#"{"id":7.0}"#,
    r#"{"id":"07"}"#,
    r#"{"id":null}"#,
    r#"{"id":[7]}"#,
    r#"{"id":{"x":7}}"#,
    r#"{"id":7,"id":8}"#,
    r#"{"id":"7x"}"#,
    r#"{"ID":7}"#,
    r#"{"id[$ne]":"7"}"#,
    r#"{"id.":7}"#,
    r#"{"id":7,"Id":7}"#,
    r#"{"id":"#,
];

/// JSON that is a form for some frameworks.
const FORMS: [&str; 5] = [
    r#"{"note":"&from=bob&"}"#,
    r#"{"note":"a&from=bob"}"#,
    r#"{"&from=":1}"#,
    r#"["&f%72om=b&"]"#,
    r#"{"a":1}&from=b"#,
];
