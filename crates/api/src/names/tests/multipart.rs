//! Multipart bodies.

use super::*;

/// G15
#[test]
fn parts_have_no_name_that_they_must_not_have() {
    for disposition in FORBIDDEN_PARTS {
        assert!(!part(disposition), "{disposition}");
    }
    // read differently, whatever the name is
    for disposition in UNREADABLE_PARTS {
        assert!(!part(disposition), "{disposition}");
    }
    // the controls: what clients send
    for disposition in ALLOWED_PARTS {
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
        (AS_FILE, "7"),
        (IN_UTF_16, "7"),
    ] {
        let passes = multipart(&parts(&[(headers, content)]));
        assert!(!passes, "{headers} {content}");
    }
}

const AS_FILE: &str = "Content-Disposition: form-data; name=\"id\"; filename=\"x\"";
const IN_UTF_16: &str =
    "Content-Disposition: form-data; name=\"id\"\r\nContent-Type: text/plain; charset=utf-16";

/// Dispositions with a name that must not be there.
const FORBIDDEN_PARTS: [&str; 22] = [
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
    // for a framework that searches, or ends a string at an escaped quote
    r#"form-data; filename="; name=from; y="; name="z""#,
    r#"form-data; filename="\"; name=\"from\"; y=\""; name="z""#,
    r#"form-data; filename="\"; name=from; y="; name="z""#,
    r#"form-data; filename="\"; name*=utf-8''%66rom; y="; name="z""#,
    r#"form-data; name="a"; filename="_method=x; name=_method""#,
    r#"form-data; name="a"; filename="x\\"; name="from""#,
    r#"form-data; filename="\"; x="; name="from""#,
    r#"form-data; name="a"; filename="; name=from x""#,
];

/// Dispositions that are read differently, whatever the name is.
const UNREADABLE_PARTS: [&str; 19] = [
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
];

/// Dispositions that clients send.
const ALLOWED_PARTS: [&str; 16] = [
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
];
