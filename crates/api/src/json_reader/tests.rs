use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Copies a text without the members whose name begins with `a` and without the items that are numbers,
/// if `edits`.
fn copied(text: &[u8], edits: bool) -> Result<String, JsonReadError> {
    let mut reader = JsonReader::copying(text)?;
    match edits {
        true => edit(&mut reader)?,
        false => reader.skip()?,
    }
    reader.finish().map(Cow::into_owned)
}

fn edit(reader: &mut JsonReader<'_>) -> Result<(), JsonReadError> {
    match reader.kind() {
        JsonKind::Object => {
            let mut members = reader.object()?;
            while let Some(name) = reader.member(&mut members)? {
                edit(reader)?;
                if name.starts_with('a') {
                    reader.leave_out(&mut members);
                }
            }
        }
        JsonKind::List => {
            let mut items = reader.list()?;
            while reader.item(&mut items)? {
                match reader.kind() {
                    JsonKind::Scalar => {
                        let first = reader.scalar()?.bytes().next().unwrap();
                        if first == b'-' || first.is_ascii_digit() {
                            reader.leave_out(&mut items);
                        }
                    }
                    _ => edit(reader)?,
                }
            }
        }
        JsonKind::Scalar => {
            reader.scalar()?;
        }
    }
    Ok(())
}

fn whole(text: &str) -> String {
    copied(text.as_bytes(), false).unwrap_or_else(|_| panic!("{text}"))
}

#[test]
fn what_is_kept_is_written_as_it_was() {
    for number in NUMBERS {
        let text = format!(r#"{{"n":{number},"l":[{number}]}}"#);
        assert_eq!(whole(&text), text);
        assert_eq!(whole(number), *number);
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
        assert_eq!(whole(text), text);
    }
    let blanks = whole(" { \"a\" : [ 1 ,\r\n\t2 ] , \"b c\" : \" d \" } ");
    assert_eq!(blanks, r#"{"a":[1,2],"b c":" d "}"#);
}

#[test]
fn without_a_copy_nothing_is_copied() {
    let mut reader = JsonReader::new(b"[1, 2]").unwrap();
    reader.skip().unwrap();
    assert_eq!(reader.finish().as_deref(), Ok(""));
}

#[test]
fn a_text_of_which_nothing_is_left_out_is_its_own_copy() {
    for (text, is_copied) in [(r#"{"a":[1, 2]}"#, true), (r#"{"a":[1,2]}"#, false)] {
        let mut reader = JsonReader::copying(text.as_bytes()).unwrap();
        reader.skip().unwrap();
        let copy = reader.finish().unwrap();
        assert_eq!(matches!(copy, Cow::Owned(_)), is_copied, "{text}");
    }
}

#[test]
fn a_part_that_is_left_out_takes_its_comma_along() {
    for (drops, left) in [
        ([true, false, false], "[2,3.0]"),
        ([false, true, false], "[1,3.0]"),
        ([false, false, true], "[1,2]"),
        ([true, true, false], "[3.0]"),
        ([false, true, true], "[1]"),
        ([true, true, true], "[]"),
    ] {
        for text in ["[1,2,3.0]", " [ 1 , 2 , 3.0 ] "] {
            assert_eq!(left_of(text, drops).as_deref(), Ok(left), "{text}");
        }
    }
}

/// Copies a list without some of its items.
fn left_of(text: &str, drops: [bool; 3]) -> Result<String, JsonReadError> {
    let mut reader = JsonReader::copying(text.as_bytes()).unwrap();
    let mut items = reader.list().or_else(|_| {
        reader.kind();
        reader.list()
    });
    let items = items.as_mut().unwrap();
    for drops in drops {
        assert!(reader.item(items).unwrap());
        reader.skip().unwrap();
        if drops {
            reader.leave_out(items);
        }
    }
    assert!(!reader.item(items).unwrap());
    Ok(reader.finish()?.into_owned())
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
        assert_eq!(copied(text.as_bytes(), false), Err(JsonReadError));
    }
    for bytes in [&b"\"\xff\""[..], b"\"\xed\xa0\x80\""] {
        assert_eq!(copied(bytes, false), Err(JsonReadError));
    }
    // the controls
    whole(&nested(32));
    whole(r#"{"a":{"a":[{"a":1},{"a":1}]},"A":1}"#);
    whole(r#"[{"accounts_a":1,"accounts_b":2,"account":3,"accounts":4}]"#);
}

#[test]
fn names_of_any_number_and_length_come_once() {
    let names: Vec<_> = (0..100)
        .map(|number| format!("the same beginning {number}"))
        .collect();
    let object = |names: &[String]| format!("{{\"{}\":0}}", names.join("\":0,\""));
    whole(&object(&names));
    for name in &names {
        for again in [name.clone(), name.replace("the", r"\u0074he")] {
            let twice = [&names[..], &[again]].concat();
            assert_eq!(copied(object(&twice).as_bytes(), false), Err(JsonReadError));
        }
    }
}

#[test]
fn a_string_ends_at_its_quote_wherever_that_is() {
    for length in 0..20 {
        for special in ["\"", "\\n", "\u{1f}", "\u{7f}", "é", "\u{a0}"] {
            let before = "x".repeat(length);
            let text = format!("[\"{before}{special}y\"]");
            let expected = match special {
                "\"" | "\u{1f}" => Err(JsonReadError),
                _ => Ok(text.clone()),
            };
            assert_eq!(copied(text.as_bytes(), false), expected, "{text}");
        }
    }
}

#[test]
fn an_identifier_is_a_string_or_the_digits_of_an_integer() {
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
    for text in ["-0", "7.0", "7e0", "1e400", "true", "null", "", "-"] {
        assert_eq!(identifier(text), None, "{text}");
    }
}

#[test]
fn nothing_of_an_answer_is_printed_for_debugging() {
    let reader = JsonReader::copying(br#"{"ssn":1}"#).unwrap();
    assert_eq!(format!("{reader:?}"), "JsonReader");
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

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn every_value_is_read_as_serde_json_reads_it(value in value(), is_pretty: bool) {
        let text = written(&value, is_pretty);
        let copy = copied(text.as_bytes(), false).unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(&copy).unwrap(), value);
    }

    #[test]
    fn an_edited_text_is_the_edited_value(mut value in value(), is_pretty: bool) {
        let text = written(&value, is_pretty);
        let copy = copied(text.as_bytes(), true).unwrap();
        edit_model(&mut value);
        prop_assert_eq!(serde_json::from_str::<Value>(&copy).unwrap(), value);
        prop_assert_eq!(copied(copy.as_bytes(), false), Ok(copy));
    }

    /// The strings are near JSON, so that many are just not.
    #[test]
    fn what_is_read_is_json_and_json_is_read(text in NEAR_JSON) {
        let ours = copied(text.as_bytes(), false);
        if ours.is_ok() {
            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok());
        } else if let Ok(value) = serde_json::from_str::<Value>(&text) {
            // only a name that comes twice is refused here and taken there
            prop_assert!(text.matches(':').count() > count_members(&value));
        }
    }

    #[test]
    fn no_text_is_a_panic(text in ".{0,40}") {
        let _ = copied(text.as_bytes(), true);
    }
}

fn written(value: &Value, is_pretty: bool) -> String {
    match is_pretty {
        true => serde_json::to_string_pretty(value).unwrap(),
        false => value.to_string(),
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

/// A pattern of texts that are almost JSON.
const NEAR_JSON: &str = r#"([\[\]{},:]|"[ab]{0,1}"|"\\(u00e9|ud83d\\ude00|ud83d|n|x)"|-?[01]{1,2}(\.[01]?)?(e[+-]?[01]?)?|true|null| ){0,9}"#;
