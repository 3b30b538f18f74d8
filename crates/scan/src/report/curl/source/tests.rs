use serde_json::json;

use super::*;

#[test]
fn a_pointer_is_a_filter_of_jq() {
    let json = json!({"a": {"b c": [{"id": 1}]}, "0": 2, "~/": 3});
    for (pointer, expected) in [
        ("/a/b c/0/id", r#".a["b c"][0].id"#),
        ("/0", r#".["0"]"#),
        ("/~0~1", r#".["~/"]"#),
        ("", "."),
    ] {
        assert_eq!(filter(&json, pointer), expected);
    }
}

#[test]
fn a_row_among_others_is_told_by_a_text_of_the_scan_only() {
    let rows = json!({"items": [{"id": 1}, {"id": 2, "text": "a zqabcdefghjk"}]});
    let row = source(&rows, "/items/1", "/items/1/id").unwrap();
    let expected = Source::Row {
        mark: "zqabcdefghjk".to_owned(),
        filter: ".id".to_owned(),
    };
    assert_eq!(row, expected);
    assert_eq!(source(&rows, "/items/0", "/items/0/id"), None);
    let one = json!([{"id": 1}]);
    assert_eq!(
        source(&one, "/0", "/0/id"),
        Some(Source::Member(".[0].id".to_owned()))
    );
}
