use serde_json::Map;

use super::*;

fn read(text: &str, format: Format) -> Result<Value, String> {
    parse(text, format, &mut RemainingValues::default()).map_err(|error| error.message)
}

#[test]
fn both_readers_read_the_same() {
    let json = r#"{"a":[1,-1,1.5,true,null,"x"],"200":{"b":18446744073709551616}}"#;
    let yaml = "a: [1, -1, 1.5, true, null, x]\n200: {b: 18446744073709551616}\n";
    let value = read(json, Format::Json).unwrap();
    assert_eq!(read(json, Format::Any).unwrap(), value);
    assert_eq!(read(yaml, Format::Any).unwrap(), value);
    assert_eq!(read("{a: b}", Format::Any).unwrap()["a"], "b");
    assert_eq!(
        read("\u{feff}{}", Format::Json).unwrap(),
        Value::Object(Map::new())
    );
    assert_eq!(read("a: .inf", Format::Any).unwrap()["a"], ".inf");
    for format in [Format::Json, Format::Any] {
        assert!(read(r#"{"a":1e400,"b":[]}"#, format).is_ok());
    }
    let keys = read("{null: 1, 2: 3, true: x, 1.5: y}", Format::Any).unwrap();
    let keys: Vec<_> = keys.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["null", "2", "true", "1.5"]);
}

#[test]
fn what_is_repeated_by_aliases_counts_each_time() {
    let often = format!(
        "e: &e {{a: b}}
all: [{}]
",
        "*e, ".repeat(60_000)
    );
    assert!(read(&often, Format::Any).is_ok());
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let laughs = names.windows(2).map(|pair| {
        let ten = vec![format!("*{}", pair[0]); 10].join(", ");
        format!("{}: &{} [{ten}]\n", pair[1], pair[1])
    });
    let laughs: String = laughs.collect();
    let text = format!("a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n{laughs}").replace("\\n", "\n");
    let why = read(&text, Format::Any).unwrap_err();
    assert!(why.starts_with("it repeats more by aliases"), "{why}");
}

#[test]
fn what_is_wrong_is_a_sentence_with_its_place() {
    for (text, format, why) in WRONG {
        let said = read(text, format).unwrap_err();
        assert!(
            said.starts_with(why) && !said.contains('\n'),
            "{text}: {said}"
        );
    }
}

#[test]
fn what_is_nested_deep_is_read_up_to_a_limit() {
    let deep = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    for format in [Format::Json, Format::Any] {
        assert!(read(&deep(MAX_DEPTH - 1), format).is_ok());
        let why = read(&deep(MAX_DEPTH + 2), format).unwrap_err();
        assert!(why.contains("deeper than 500"), "{why}");
    }
    let deep = |levels: usize| {
        (0..levels).fold(String::new(), |text, level| {
            format!("{text}{}a:\n", " ".repeat(level))
        })
    };
    assert!(read(&deep(MAX_DEPTH - 10), Format::Any).is_ok());
    let why = read(&deep(MAX_DEPTH + 10), Format::Any).unwrap_err();
    assert!(why.contains("deeper than 500"), "{why}");
}

#[test]
fn a_key_twice_and_a_value_too_much_are_refused() {
    for text in ["{\"a\":1,\"a\":1}", "a: 1\na: 1"] {
        assert!(read(text, Format::Any).is_err(), "{text}");
    }
    let mut remaining = RemainingValues { nodes: 3 };
    assert!(parse("[1,2]", Format::Json, &mut remaining).is_ok());
    let mut remaining = RemainingValues { nodes: 3 };
    assert!(parse("[1,2,3]", Format::Any, &mut remaining).is_err());
}

/// Texts that are not understood, and the beginning of the message.
const WRONG: [(&str, Format, &str); 7] = [
    (
        "a: 1\na: 2",
        Format::Any,
        "a key is there twice (line 2, column 1)",
    ),
    (
        "{\"a\":1,\"a\":2}",
        Format::Json,
        "a key is there twice (line 1, column 13)",
    ),
    (
        "a: 1\n---\nb: 2",
        Format::Any,
        "it has several YAML documents: keep one (line 3, column 1)",
    ),
    (
        "a:\n\tb: 1",
        Format::Any,
        "it is not YAML (line 2, column 2): ",
    ),
    (
        "{\"a\":}",
        Format::Json,
        "it is not JSON (line 1, column 6): expected value",
    ),
    (
        "a: 1",
        Format::Json,
        "it is not JSON (line 1, column 1): expected value: name the file `.yaml`",
    ),
    (
        "? [a, b]\n: 1",
        Format::Any,
        "it has a key that is a list or a map",
    ),
];
