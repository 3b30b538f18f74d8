use super::*;

fn value(text: &str) -> Result<Value, JsonError> {
    parse(text.as_bytes())
}

#[test]
fn a_value_is_what_serde_json_reads() {
    for text in [
        r#"{"a":[1,-1,1.5,1e3,18446744073709551615,true,false,null,"\u00e9\n"],"b":{"a":{}}}"#,
        " [ ] ",
        r#""x""#,
        "0",
        r#"{"":{"":0}}"#,
    ] {
        assert_eq!(
            value(text).unwrap(),
            serde_json::from_str::<Value>(text).unwrap()
        );
    }
}

/// J08, RFC7515-4, RFC7519-4
#[test]
fn duplicate_members_are_refused_at_any_depth() {
    for text in [
        r#"{"a":1,"a":1}"#,
        r#"{"a":{"b":1,"c":2,"b":1}}"#,
        r#"[[{"a":1,"\u0061":2}]]"#,
        r#"{"":1,"":1}"#,
    ] {
        assert_eq!(value(text), Err(JsonError::Invalid), "{text}");
    }
    assert!(value(r#"{"a":{"a":[{"a":1},{"a":1}]},"A":1}"#).is_ok());
}

/// J19
#[test]
fn nesting_ends_at_32() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let nested = |depth| format!("{}0{}", open.repeat(depth), close.repeat(depth));
        assert!(value(&nested(32)).is_ok());
        for depth in [33, 128, 200, 100_000, 1_000_000] {
            assert_eq!(value(&nested(depth)), Err(JsonError::Invalid), "{depth}");
        }
        assert_eq!(value(&open.repeat(1_000_000)), Err(JsonError::Invalid));
    }
}

const NOT_ONE_VALUE: [&str; 22] = [
    "",
    " ",
    "{} {}",
    "{}\0",
    "{},",
    "\u{feff}{}",
    "{\"a\":1,}",
    "[1,]",
    "{'a':1}",
    "{a:1}",
    "NaN",
    "01",
    "1e999",
    "-",
    "+1",
    "\"\n\"",
    "\"\\x\"",
    r#""\ud800""#,
    r#""\ud800\u0041""#,
    "/**/{}",
    "[1 2]",
    "tru",
];

/// J19
#[test]
fn what_is_not_exactly_one_value_is_refused() {
    for text in NOT_ONE_VALUE {
        assert_eq!(value(text), Err(JsonError::Invalid), "{text}");
    }
    assert_eq!(parse::<Value>(b"\"\xff\""), Err(JsonError::Invalid));
    assert_eq!(parse::<Value>(b"\"\xed\xa0\x80\""), Err(JsonError::Invalid));
}

#[test]
fn another_shape_is_told_apart() {
    assert_eq!(parse::<Vec<u8>>(b"{}"), Err(JsonError::Shape));
    assert_eq!(parse::<Vec<u8>>(b"[256]"), Err(JsonError::Shape));
    assert_eq!(parse::<Vec<u8>>(b"[255]"), Ok(vec![255]));
}
