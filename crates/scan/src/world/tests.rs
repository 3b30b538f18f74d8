use serde_json::json;

use super::*;

fn slot(entities: &[&str], field: &str, name: &str) -> Slot {
    Slot {
        place: Place::Path,
        name: name.to_owned(),
        entities: entities.iter().map(|one| (*one).to_owned()).collect(),
        field: field.to_owned(),
        is_required: true,
        form: crate::document::Form::One,
    }
}

#[test]
fn a_new_object_is_known_by_its_answer_and_by_what_was_sent() {
    let sent = json!({"book_title": "zqa"});
    for (answer, name, value) in [
        (json!({"id": 5}), "id", "5"),
        (json!({"data": {"order": {"id": 5}}}), "id", "5"),
        (json!({"message": "ok", "order_id": 5}), "orderid", "5"),
        (json!({"status": "success"}), "booktitle", "zqa"),
    ] {
        let found = objects(&answer, Some("order"));
        let fields = fields_of_new("order", &found, &sent, &[]);
        assert_eq!(fields.get(name).unwrap(), value, "{answer}");
    }
}

#[test]
fn an_object_knows_what_is_around_it() {
    let project = Object {
        entity: "project".to_owned(),
        fields: BTreeMap::from([
            ("id".to_owned(), "5".to_owned()),
            ("orgid".to_owned(), "7".to_owned()),
        ]),
        ..Object::default()
    };
    assert!(project.knows_parent(&slot(&["org"], "id", "org")));
    // the controls: its own slot, and one of which it knows nothing
    assert!(!project.knows_parent(&slot(&["project"], "id", "key")));
    assert!(!project.knows_parent(&slot(&["team"], "id", "team")));
}

#[test]
fn an_object_fills_its_own_slot_and_those_of_its_parents() {
    let order = Object {
        entity: "order".to_owned(),
        fields: BTreeMap::from([
            ("id".to_owned(), "5".to_owned()),
            ("userid".to_owned(), "7".to_owned()),
        ]),
        ..Object::default()
    };
    assert_eq!(order.value_for(&slot(&["order"], "id", "id")).unwrap(), "5");
    assert_eq!(
        order.value_for(&slot(&["order"], "id", "orderId")).unwrap(),
        "5"
    );
    assert_eq!(
        order.value_for(&slot(&["user"], "id", "user_id")).unwrap(),
        "7"
    );
    assert_eq!(order.value_for(&slot(&["user"], "id", "id")).unwrap(), "7");
    assert_eq!(order.value_for(&slot(&["invoice"], "id", "id")), None);
}
