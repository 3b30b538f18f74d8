use super::{watched::MAX_NAME, *};
use crate::name::MAX_NAMES;

fn watched() -> Vec<WatchedName> {
    let watch = |name: &str, value: Option<&str>| WatchedName {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    };
    vec![watch("from", None), watch("id", Some("7"))]
}

/// Whether a body passes: at once, and in pieces of one byte.
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

/// G06, G15
#[test]
fn a_form_has_no_name_that_it_must_not_have() {
    for body in [
        "from=b",
        "a=1&from=b",
        "FROM=b",
        "from[]=b",
        "from[x]=b",
        "f%72om=b",
        "%20from=b",
        "+from=b",
        "\nfrom=b",
        "?from=b",
        "\u{feff}from=b",
        "from.x=b",
        "from",
        "a=1;from=b",
        "from%00x=b",
        "_method=DELETE",
        "a&_METHOD=DELETE",
        ".method=DELETE",
        "%5fmethod=x",
        "_method[]=x",
        "a=1&amp;from=b",
    ] {
        assert!(!form(body), "{body}");
    }
    for body in ["a%zz=1", "a%=1", "a%FF=1"] {
        assert!(!form(body), "read differently: {body}");
    }
    // the controls
    for body in [
        "",
        "a=1",
        "a=from&b=_method",
        "a=x%26from=b",
        "a=1&&b=2&",
        "=x",
        "form=1",
        "method=card",
        "utf8=%E2%9C%93&a=%zz",
        "a=from=b",
        "x[from]=1",
        "a=1;b=2",
    ] {
        assert!(form(body), "{body}");
    }
}

/// G15
#[test]
fn a_form_repeats_a_parameter_of_the_path_with_its_value_only() {
    for body in ["id=7", "id=7&a=1", "a=1&id=%37", "i%64=7"] {
        assert!(form(body), "{body}");
    }
    for body in [
        "id=8",
        "id=7&id=8",
        "id",
        "id=",
        "id=77",
        "id=7;x",
        "id[]=8",
        "+id=8",
        "ID=7",
        "id[]=7",
        "id[$ne]=7",
        "id.x=7",
        "+id=7",
        "id%00=7",
    ] {
        assert!(!form(body), "{body}");
    }
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

/// G06, G15
#[test]
fn a_json_object_has_no_member_that_it_must_not_have() {
    for body in [
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
    ] {
        assert!(!json(body), "{body}");
    }
    // a text that begins for one parser and not for another
    for body in [
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
    ] {
        assert!(!json(body), "{body}");
    }
    // the controls
    for body in [
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
    ] {
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
    for body in [
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
    ] {
        assert!(!json(body), "{body}");
    }
}

/// G15
#[test]
fn parts_have_no_name_that_they_must_not_have() {
    for disposition in [
        r#"form-data; name="from""#,
        r#"form-data; name="FROM""#,
        "form-data; name=from",
        r#"form-data; NAME="from""#,
        r#"FORM-DATA; name="from""#,
        r#"form-data;name="from""#,
        r#"form-data; name="from[]""#,
        r#"form-data; name=" from ""#,
        "form-data; name='from'",
        "form-data; name*=utf-8''from",
        "form-data; name*=UTF-8''f%72om",
        r#"form-data; name="from"; filename="f.txt""#,
        r#"form-data; name="_method""#,
        r#"form-data; filename="f"; name="from""#,
        // for whoever searches, or ends a string at an escaped quote
        r#"form-data; filename="; name=from; y="; name="z""#,
        r#"form-data; filename="\"; name=\"from\"; y=\""; name="z""#,
        r#"form-data; filename="\"; name=from; y="; name="z""#,
        r#"form-data; filename="\"; name*=utf-8''%66rom; y="; name="z""#,
        r#"form-data; name="a"; filename="_method=x; name=_method""#,
        r#"form-data; name="a"; filename="x\\"; name="from""#,
        r#"form-data; filename="\"; x="; name="from""#,
        r#"form-data; name="a"; filename="; name=from x""#,
    ] {
        assert!(!part(disposition), "{disposition}");
    }
    // read differently, whatever the name is
    for disposition in [
        r#"form-data; name="x"; name*=utf-8''y"#,
        r#"form-data; name="x"; name="y""#,
        r#"attachment; name="x""#,
        r#"name="x""#,
        r#"form-data; name="a\"b""#,
        r#"form-data; name="a\b""#,
        "form-data; name*0=a; name*1=b",
        "form-data; name*=latin-1''x",
        "form-data; name=a b",
        r#"form-data; name = "x""#,
        "form-data;\r\n name=\"x\"",
        "form-data; name=\"x\0y\"",
        "form-data; name=\"x",
        "form-data; name=\"x\"\r\nContent-Disposition: form-data; name=\"y\"",
        "form-data; name=\"x\"\r\nContent-Transfer-Encoding: base64",
        "form-data; name=\"x\"\r\nContent-Transfer-Encoding: quoted-printable",
        "form-data; name=\"x\"\r\nX : y",
        "form-data; name=\"x\"\r\nnothing",
        "form-data; name=\"x\"\nX: y",
    ] {
        assert!(!part(disposition), "{disposition}");
    }
    // the controls: what clients send
    for disposition in [
        r#"form-data; name="a""#,
        r#"form-data; name="a"; filename="f.txt""#,
        "form-data; name=\"a\"; filename=\"C:\\dir\\f.txt\"",
        "form-data; name=\"é\"; filename=\"é \u{1f600}.txt\"",
        "form-data; name=a; filename=f.txt; filename*=utf-8''f%20.txt",
        "form-data; name=\"a%22b\"",
        "form-data; name=\"a\"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 1",
        "form-data; name=\"a\"\r\nContent-Transfer-Encoding: binary",
        "form-data; name=\"a\"; filename=\"\"",
        "form-data; name*=utf-8''%C3%A9",
        "attachment; filename=\"f\"",
        r#"form-data; name="a"; filename="my \"best\" photo.png""#,
        r#"form-data; name="a"; filename="username=alice.csv""#,
        r#"form-data; name="a"; filename="from.csv""#,
        r#"form-data; filename="; name=x; y="; name="z""#,
        "form-data; name=\"\"",
    ] {
        assert!(part(disposition), "{disposition}");
    }
}

#[test]
fn parts_are_taken_apart_in_one_way() {
    let plain = "Content-Disposition: form-data; name=\"a\"";
    for body in [
        "--B--".to_owned(),
        "--B--\r\n".to_owned(),
        parts(&[(plain, "b"), (plain, ""), (plain, "-\r\n--\r\n-B\r\n")]),
        parts(&[
            ("Content-Type: application/json", "{\"from\":1}"),
            ("X: y", &"z".repeat(100_000)),
        ]),
        "--B\r\n\r\nno headers\r\n--B--".to_owned(),
    ] {
        assert!(multipart(&body), "{body}");
    }
    let one = parts(&[(plain, "b")]);
    for body in [
        String::new(),
        format!("preamble\r\n{one}"),
        format!("{one}epilogue"),
        format!("\r\n{one}"),
        one.replace("\r\n", "\n"),
        one.replace("--B--", "--B"),
        one.trim_end_matches("--B--\r\n").to_owned(),
        one.replacen("--B", "--B ", 1),
        one.replacen("--B", "--Bx", 1),
        one.replace("--B--", "--B-x"),
        one.replace("\r\n--B--", "\n--B--"),
        one.replace("\r\n--B--", "\r--B--"),
        one.replace("b\r\n", "b --B x\r\n"),
        one.replace("\r\n\r\nb", "\r\n\r\n--B--\r\nb"),
        parts(&[(&format!("X: {}", "y".repeat(MAX_NAME)), "b")]),
    ] {
        assert!(!multipart(&body), "{body}");
    }
}

/// The same parts in one piece and in pieces of 4 KiB: were a piece's rest moved for each part in it, the
/// first would be a hundred times as much work.
#[test]
fn many_small_parts_pass_in_a_piece_of_any_size() {
    let small = "--B\r\n\r\n\r\n".repeat(400_000);
    let body = format!("{small}--B--\r\n");
    for size in [4 * 1024, body.len()] {
        let mut scanner = Scanner::new(Some(&BodyKind::Multipart("B".to_owned())), &[]);
        for piece in body.as_bytes().chunks(size) {
            scanner.push(piece).unwrap();
        }
        scanner.finish().unwrap();
    }
}

/// G15
#[test]
fn a_part_repeats_a_parameter_of_the_path_with_its_value_only() {
    let id = "Content-Disposition: form-data; name=\"id\"";
    assert!(multipart(&parts(&[(id, "7"), (id, "7")])));
    for (headers, content) in [
        (id, "8"),
        (id, "77"),
        (id, ""),
        (id, "7\r\n"),
        ("Content-Disposition: form-data; name=\"id[$ne]\"", "7"),
        ("Content-Disposition: form-data; name=\"ID\"", "7"),
        (
            "Content-Disposition: form-data; name=\"id\"; filename=\"x\"",
            "7",
        ),
        (
            "Content-Disposition: form-data; name=\"id\"\r\nContent-Type: text/plain; charset=utf-16",
            "7",
        ),
    ] {
        assert!(
            !multipart(&parts(&[(headers, content)])),
            "{headers} {content}"
        );
    }
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

/// G15: Bottle reads a body of any type as a form.
#[test]
fn json_is_searched_as_a_form_for_what_a_rule_reads_from_the_query() {
    for body in [
        r#"{"note":"&from=bob&"}"#,
        r#"{"note":"a&from=bob"}"#,
        r#"{"&from=":1}"#,
        r#"["&f%72om=b&"]"#,
        r#"{"a":1}&from=b"#,
    ] {
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

/// G15: Slim reads the elements of XML for parameters.
#[test]
fn xml_has_no_element_that_a_rule_reads_from_the_query() {
    let xml = |body: &[u8]| passes(Some(&BodyKind::Xml), &watched(), body);
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
    // the controls
    for body in [
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<x a=\"from\"><form>from</form><!-- from --></x>".as_slice(),
        b"<a b=\"c\">\xc3\xa9</a>",
        b"<x><id>8</id></x>",
    ] {
        assert!(xml(body), "{}", body.escape_ascii());
    }
    assert!(Scanner::new(Some(&BodyKind::Xml), &[]).is_idle());
}
