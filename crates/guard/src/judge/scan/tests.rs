use airside_api::json_reader::identifier;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::field::Fields;

fn owner(answer: &str, pointer: &str) -> Option<String> {
    let place = pointer::tokens(pointer);
    let found = find(answer.as_bytes(), Wanted::Owner(&place)).unwrap();
    found.owner.map(Cow::into_owned)
}

/// Copies the items whose owner is `me`; `None` if the list is not there.
fn own_items(answer: &str, list: &str, field: &str, fields: &FieldTree) -> Option<String> {
    let (place, field) = (pointer::tokens(list), pointer::tokens(field));
    let items = Items {
        owner: &field,
        is_own: &|owner| owner == "me",
    };
    let scanned = copy(answer.as_bytes(), Wanted::List(&place, items), fields).unwrap();
    scanned.has_list.then(|| scanned.copy.into_owned())
}

#[test]
fn a_pointer_leads_where_serde_json_goes() {
    let text =
        r#"{"a":{"b/c":[10,{"d~":11}]},"":12,"0":13,"l":[1,2,3,4,5,6,7,8,9,10,{"\u0065":14}]}"#;
    let value: Value = serde_json::from_str(text).unwrap();
    for pointer in POINTERS {
        let expected = value.pointer(pointer).and_then(Value::as_i64);
        let expected = expected.map(|number| number.to_string());
        assert_eq!(owner(text, pointer), expected, "{pointer}");
    }
    assert_eq!(owner("7", "").as_deref(), Some("7"));
    assert_eq!(owner(r#"{"a":[7]}"#, "/a"), None);
    assert_eq!(owner(r#"{"a":7.0}"#, "/a"), None);
}

#[test]
fn the_callers_items_are_kept_wherever_their_owner_is_in_them() {
    for (answer, list, field, left) in LISTS {
        let found = own_items(answer, list, field, FieldTree::WHOLE);
        assert_eq!(found.as_deref(), left, "{answer}");
    }
}

#[test]
fn an_owner_that_is_not_shown_still_counts() {
    let fields = Fields::parse(&["/a/*/n".to_owned()]).unwrap();
    let answer = r#"{"a":[{"o":"me","n":1},{"o":"you","n":2},{"o":"me"}]}"#;
    let found = own_items(answer, "/a", "/o", fields.tree());
    assert_eq!(found.as_deref(), Some(r#"{"a":[{"n":1},{}]}"#));
}

/// A model of what the checks leave of a value, written over values.
struct Model<'f> {
    list: &'f str,
    field: &'f str,
    fields: &'f FieldTree,
}

impl Model<'_> {
    fn left(&self, mut value: Value) -> Option<Value> {
        let list = value.pointer_mut(self.list)?.as_array_mut()?;
        list.retain(|item| {
            let owner = item.pointer(self.field).map(Value::to_string);
            owner.is_some_and(|owner| identifier(&owner).as_deref() == Some("me"))
        });
        let is_shown = retain(self.fields, &mut value);
        match &mut value {
            Value::Object(members) if !is_shown => members.clear(),
            Value::Array(items) if !is_shown => items.clear(),
            _ => {}
        }
        Some(value)
    }
}

fn retain(fields: &FieldTree, value: &mut Value) -> bool {
    if fields.is_whole() {
        return true;
    }
    match value {
        Value::Object(members) if fields.allows(JsonKind::Object) => {
            let kept = std::mem::take(members).into_iter();
            let kept = kept.filter_map(|(name, mut value)| {
                let is_kept = retain(fields.member(&name)?, &mut value);
                is_kept.then_some((name, value))
            });
            *members = Map::from_iter(kept);
            true
        }
        Value::Array(items) if fields.allows(JsonKind::List) => {
            items.retain_mut(|item| fields.item().is_some_and(|tree| retain(tree, item)));
            true
        }
        _ => false,
    }
}

fn value() -> impl Strategy<Value = Value> {
    let owner = prop_oneof![Just(json!("me")), Just(json!("you")), Just(json!(7))];
    owner.prop_recursive(5, 60, 5, |inner| {
        let member = prop_oneof![Just("o"), Just("a"), Just("0"), Just("\"~/é")];
        let object = prop::collection::btree_map(member, inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::from),
            object.prop_map(|members| members
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect()),
        ]
    })
}

fn pointer() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("/o"),
        Just("/a"),
        Just("/0"),
        Just("/1"),
        Just("/\"~0~1é")
    ];
    prop::collection::vec(token, 0..4).prop_map(|tokens| tokens.concat())
}

fn fields() -> impl Strategy<Value = Vec<String>> {
    let token = prop_oneof![Just("/o"), Just("/a"), Just("/0"), Just("/*")];
    let field = prop::collection::vec(token, 1..4).prop_map(|tokens| tokens.concat());
    prop::collection::vec(field, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn an_owner_is_found_where_the_pointer_leads(value in value(), pointer in pointer(), is_pretty: bool) {
        let expected = value.pointer(&pointer).map(Value::to_string);
        let expected = expected.as_deref().and_then(identifier);
        prop_assert_eq!(owner(&written(&value, is_pretty), &pointer), expected.map(Cow::into_owned));
    }

    #[test]
    fn what_is_left_is_what_the_rule_leaves(
        value in value(), list in pointer(), field in pointer(), fields in fields(), shows: bool, is_pretty: bool,
    ) {
        let fields = Fields::parse(&fields).unwrap();
        let fields = if shows { fields.tree() } else { FieldTree::WHOLE };
        let text = written(&value, is_pretty);
        let found = own_items(&text, &list, &field, fields);
        let model = Model { list: &list, field: &field, fields };
        prop_assert_eq!(found, model.left(value).map(|left| left.to_string()));
    }
}

fn written(value: &Value, is_pretty: bool) -> String {
    match is_pretty {
        true => serde_json::to_string_pretty(value).unwrap(),
        false => value.to_string(),
    }
}

/// Pointers to values, and to nothing.
const POINTERS: [&str; 15] = [
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
    "/a/x/y",
    "/l/0/0",
    "/a/b~1c/1/",
    "//",
];

const LISTS: [(&str, &str, &str, Option<&str>); 7] = [
    (
        r#"{"a":[{"o":"me","n":1e400},{"n":2,"o":"you"},{"o":"me"}],"o":"you"}"#,
        "/a",
        "/o",
        Some(r#"{"a":[{"o":"me","n":1e400},{"o":"me"}],"o":"you"}"#),
    ),
    (r#"[ "you", "me" ,"you"]"#, "", "", Some(r#"["me"]"#)),
    (
        r#"[[0,["me"]],[0,["you"]]]"#,
        "",
        "/1/0",
        Some(r#"[[0,["me"]]]"#),
    ),
    (r#"[{"o":["me"]},{},7,null]"#, "", "/o", Some("[]")),
    (r#"[[["me"],["you"]]]"#, "/0", "/0", Some(r#"[[["me"]]]"#)),
    (r#"{"a":{"o":"me"}}"#, "/a", "/o", None),
    (r#"{"b":[]}"#, "/a", "/o", None),
];
