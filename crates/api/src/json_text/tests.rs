use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn parse(text: &str) -> JsonText<'_> {
    JsonText::parse(text.as_bytes()).unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn what_is_kept_is_written_as_it_was() {
    for number in NUMBERS {
        let text = format!(r#"{{"n":{number},"l":[{number}]}}"#);
        assert_eq!(parse(&text).to_string(), text);
    }
    for text in [
        r#""\u00e9\n\/\ud83d\ude00é""#,
        r#"{"\u0061":{"b\"c":null}}"#,
        r#"{"z":1,"a":2}"#,
        "[]",
        "{}",
        "[[],{},[[true,false]]]",
        "0",
    ] {
        assert_eq!(parse(text).to_string(), text);
    }
    let blanks = parse(" { \"a\" : [ 1 ,\r\n\t2 ] } ").to_string();
    assert_eq!(blanks, r#"{"a":[1,2]}"#);
}

#[test]
fn a_part_that_is_left_out_takes_its_comma_along() {
    for (drops, left) in [
        ([true, false, false], "[2,3.0]"),
        ([false, true, false], "[1,3.0]"),
        ([false, false, true], "[1,2]"),
        ([true, true, true], "[]"),
    ] {
        let mut list = parse("[ 1, 2, 3.0 ]");
        let JsonText::List(items) = &mut list else {
            panic!("a list");
        };
        let mut drops = drops.into_iter();
        items.retain(|_| !drops.next().unwrap());
        assert_eq!(list.to_string(), left);
    }
}

/// J08, J19
#[test]
fn what_two_parsers_could_read_differently_is_refused() {
    let nested = |depth| format!("{}0{}", "[".repeat(depth), "]".repeat(depth));
    let deep = [nested(33), "[".repeat(1_000_000)];
    for text in READ_DIFFERENTLY
        .into_iter()
        .chain(deep.iter().map(String::as_str))
    {
        assert_eq!(JsonText::parse(text.as_bytes()), Err(JsonTextError));
    }
    for bytes in [&b"\"\xff\""[..], b"\"\xed\xa0\x80\""] {
        assert_eq!(JsonText::parse(bytes), Err(JsonTextError));
    }
    // the controls
    parse(&nested(32));
    parse(r#"{"a":{"a":[{"a":1},{"a":1}]},"A":1}"#);
}

#[test]
fn an_identifier_is_a_string_or_the_digits_of_an_integer() {
    let identifier = |text: &str| parse(text).identifier().map(Cow::into_owned);
    for (text, named) in [
        (r#""7""#, "7"),
        (r#""\u0061l\/ice""#, "al/ice"),
        (r#""""#, ""),
        ("7", "7"),
        ("-7", "-7"),
        ("0", "0"),
        ("9007199254740993", "9007199254740993"),
        ("100000000000000000001", "100000000000000000001"),
    ] {
        assert_eq!(identifier(text).as_deref(), Some(named), "{text}");
    }
    for text in [
        "-0", "7.0", "7e0", "1e400", "true", "null", "[]", "{}", "[7]",
    ] {
        assert_eq!(identifier(text), None, "{text}");
    }
}

#[test]
fn a_pointer_leads_where_serde_json_goes() {
    let text =
        r#"{"a":{"b/c":[10,{"d~":11}]},"":12,"0":13,"l":[1,2,3,4,5,6,7,8,9,10,{"\u0065":14}]}"#;
    let value: Value = serde_json::from_str(text).unwrap();
    let mut document = parse(text);
    for pointer in POINTERS {
        let expected = value.pointer(pointer).map(Value::to_string);
        let found = document.pointer(pointer).map(parsed);
        assert_eq!(found.map(|found| found.to_string()), expected, "{pointer}");
        let found = document.pointer_mut(pointer).map(|found| parsed(found));
        assert_eq!(found.map(|found| found.to_string()), expected, "{pointer}");
    }
}

#[test]
fn nothing_of_an_answer_is_printed_for_debugging() {
    assert_eq!(format!("{:?}", parse(r#"{"ssn":1}"#)), "JsonText");
}

fn parsed(text: &JsonText<'_>) -> Value {
    serde_json::from_str(&text.to_string()).unwrap()
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i32>().prop_map(|quarters| json!(f64::from(quarters) / 4.0)),
        ".{0,6}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-c\"\\\\é]{0,2}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Leaves out of the model what [`edit`] leaves out of the text.
fn edit_model(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !name.starts_with('a'));
            members.values_mut().for_each(edit_model);
        }
        Value::Array(items) => {
            items.retain(|item| !item.is_number());
            items.iter_mut().for_each(edit_model);
        }
        _ => {}
    }
}

fn edit(text: &mut JsonText<'_>) {
    match text {
        JsonText::Object(members) => {
            members.retain(|member| !member.name().starts_with('a'));
            for member in members {
                edit(&mut member.value);
            }
        }
        JsonText::List(items) => {
            items.retain(|item| !matches!(item, JsonText::Scalar(text) if is_number(text)));
            items.iter_mut().for_each(edit);
        }
        JsonText::Scalar(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn every_value_is_read_as_serde_json_reads_it(value in value(), is_pretty: bool) {
        let text = match is_pretty {
            true => serde_json::to_string_pretty(&value).unwrap(),
            false => value.to_string(),
        };
        prop_assert_eq!(parsed(&parse(&text)), value);
    }

    #[test]
    fn an_edited_text_is_the_edited_value(mut value in value()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        let mut document = parse(&text);
        edit(&mut document);
        edit_model(&mut value);
        prop_assert_eq!(parsed(&document), value);
    }

    /// The strings are near JSON, so that many are just not.
    #[test]
    fn what_is_read_is_json_and_json_is_read(text in r#"([\[\]{},:]|"[ab]{0,1}"|"\\(u00e9|ud83d\\ude00|ud83d|n|x)"|-?[01]{1,2}(\.[01]?)?(e[+-]?[01]?)?|true|null| ){0,9}"#) {
        let ours = JsonText::parse(text.as_bytes());
        if ours.is_ok() {
            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
        } else if let Ok(value) = serde_json::from_str::<Value>(&text) {
            // only a name that comes twice is refused here and taken there
            prop_assert!(text.matches(':').count() > count_members(&value));
        }
    }

    #[test]
    fn no_text_is_a_panic(text in ".{0,40}") {
        let _ = JsonText::parse(text.as_bytes());
    }
}

fn count_members(value: &Value) -> usize {
    match value {
        Value::Object(members) => {
            members.len() + members.values().map(count_members).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(count_members).sum(),
        _ => 0,
    }
}

/// Numbers that keep their spelling.
const NUMBERS: [&str; 9] = [
    "100000000000000000001",
    "1.0",
    "1e400",
    "-1E-0400",
    "-0",
    "9007199254740993",
    "0.1000000000000000055511151231257827",
    "18446744073709551616",
    "5.00",
];

/// Pointers to values, and to nothing.
const POINTERS: [&str; 16] = [
    "",
    "/a",
    "/a/b~1c/1/d~0",
    "/a/b~1c/0",
    "/a/b~1c/01",
    "/a/b~1c/+1",
    "/a/b~1c/-",
    "/",
    "/0",
    "/l/10/e",
    "/l/11",
    "a",
    "/a/x/y",
    "/l/0/0",
    "/a/b~1c/1/",
    "//",
];

/// Texts that two parsers could read differently.
const READ_DIFFERENTLY: [&str; 42] = [
    r#"{"a":1,"a":1}"#,
    r#"[[{"a":1,"\u0061":2}]]"#,
    r#"{"":1,"b":2,"":1}"#,
    "",
    " ",
    "{} {}",
    "{}\0",
    "{},",
    "\u{feff}{}",
    "{\"a\":1,}",
    "[1,]",
    "[,1]",
    "{'a':1}",
    "{a:1}",
    "{\"a\"}",
    "{1:1}",
    "NaN",
    "Infinity",
    "01",
    "-01",
    "1.",
    ".5",
    "1e",
    "1e+",
    "0x1",
    "-",
    "+1",
    "1_0",
    "\"\n\"",
    "\"\\\n\"",
    "\"\\x\"",
    "\"\\u12\"",
    "\"\\u+123\"",
    r#""\ud800""#,
    r#""\ud800\u0041""#,
    r#""\udc00\ud800""#,
    "\"",
    "\"\\\"",
    "/**/{}",
    "[1 2]",
    "tru",
    "\u{a0}1",
];
