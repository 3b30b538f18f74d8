use serde_json::{Value, json};

use super::*;

pub(crate) fn api_of(paths: Value) -> Api {
    let document =
        json!({"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": paths});
    let files = Files::from([("a.json".to_owned(), Ok(document))]);
    read("a.json", &files).unwrap()
}

fn body(properties: Value) -> Value {
    json!({"content": {"application/json": {"schema": {"type": "object", "properties": properties}}}})
}

#[test]
fn operations_are_told_apart_by_what_they_do() {
    let password = json!({"username": {"type": "string"}, "password": {"type": "string"}});
    let api = api_of(json!({
        "/createdb": {"get": {}},
        "/users/v1/login": {"post": {"requestBody": body(password.clone())}},
        "/users/v1/register": {"post": {"requestBody": body(password.clone())}},
        "/users/{username}/password": {"put": {"requestBody": body(json!({"password": {}}))}},
        "/auth/reset-password": {"post": {"requestBody": body(password)}},
        "/books": {"get": {}, "post": {}},
        "/books/{title}": {"get": {}, "delete": {}},
        "/orders/{id}/cancel": {"post": {}},
        "/orders/{id}/items": {"post": {}},
        "/order/create": {"post": {}},
        "/logout": {"post": {}},
    }));
    let found: Vec<_> = api
        .operations
        .iter()
        .map(|one| format!("{} {:?}", one.name(), one.kind))
        .collect();
    for expected in [
        "GET /createdb Reset",
        "POST /users/v1/login SignIn",
        "POST /users/v1/register Register",
        "PUT /users/{username}/password Update",
        "POST /auth/reset-password Act",
        "GET /books Read",
        "POST /books Create",
        "DELETE /books/{title} Delete",
        "POST /orders/{id}/cancel Act",
        "POST /orders/{id}/items Create",
        "POST /order/create Create",
        "POST /logout SignOut",
    ] {
        assert!(
            found.iter().any(|one| one == expected),
            "{expected} in {found:#?}"
        );
    }
}

#[test]
fn slots_name_the_kind_of_their_objects() {
    let api = api_of(json!({
        "/books/v1/{book_title}": {"get": {}},
        "/users/{username}": {"get": {}},
        "/accounts/{accountId}/cards/{id}": {"get": {}},
        "/order/view": {"get": {"parameters": [{"in": "query", "name": "order_id", "schema": {}}]}},
        "/transfers": {"post": {"requestBody": body(json!({"from_account": {}, "to_account_id": {}, "amount": {}}))}},
        "/profile": {"get": {"parameters": [{"in": "header", "name": "X-Tenant-Id", "schema": {}}]}},
        "/reports/{format}": {"get": {"parameters": [{"in": "path", "name": "format", "required": true, "schema": {"enum": ["pdf"]}}]}},
    }));
    let slots = |path: &str| {
        let found = api.operations.iter().find(|one| one.path == path).unwrap();
        let slots = found.slots.iter();
        slots
            .map(|slot| format!("{}:{}", slot.entities.join("|"), slot.field))
            .collect::<Vec<_>>()
    };
    assert_eq!(slots("/books/v1/{book_title}"), ["book:title"]);
    assert_eq!(slots("/users/{username}"), ["user:username"]);
    assert_eq!(
        slots("/accounts/{accountId}/cards/{id}"),
        ["account:id", "card:id"]
    );
    assert_eq!(slots("/order/view"), ["order:id"]);
    assert_eq!(
        slots("/transfers"),
        ["from|account:", "toaccount|account|transfer:id"][..1]
            .iter()
            .chain(&["toaccount|account:id"])
            .map(|one| (*one).to_owned())
            .collect::<Vec<_>>()
    );
    assert_eq!(slots("/profile"), ["tenant:id"]);
    assert!(slots("/reports/{format}").is_empty());
}

#[test]
fn an_address_of_one_object_ends_with_its_identifier() {
    let api = api_of(json!({
        "/orders/{id}": {"get": {}}, "/orders/{id}/": {"get": {}}, "/orders/{id}.json": {"get": {}},
        "/orders": {"get": {}}, "/orders/{id}/items": {"get": {}}, "/orders/{id}:cancel": {"post": {}},
    }));
    let ends: Vec<_> = api
        .operations
        .iter()
        .filter(|one| one.ends_with_id())
        .collect();
    let mut paths: Vec<_> = ends.iter().map(|one| one.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        ["/orders/{id}", "/orders/{id}.json", "/orders/{id}/"]
    );
}

#[test]
fn names_of_people_are_names_of_objects_where_such_are_made() {
    let orders = body(json!({"customer_id": {}, "seller_id": {}}));
    let kinds = |paths: Value| {
        let api = api_of(paths);
        let order = api
            .operations
            .iter()
            .find(|one| one.path == "/orders")
            .unwrap();
        let slots = order.slots.iter().map(|slot| slot.entities[0].clone());
        slots.collect::<Vec<_>>()
    };
    let customers = json!({"post": {"requestBody": body(json!({"name": {}}))}});
    let all = json!({"/orders": {"post": {"requestBody": orders}}, "/customers": customers});
    assert_eq!(kinds(all), ["customer", "user"]);
    let people = json!({"/orders": {"post": {"requestBody": orders}}});
    assert_eq!(kinds(people), ["user", "user"]);

    let customers = json!({"post": {}});
    let query = json!([{"in": "query", "name": "order_id", "schema": {}}]);
    let api = api_of(
        json!({"/customers": customers, "/customers/{id}": {"patch": {}, "get": {"parameters": query}}}),
    );
    let of = |method: &str| {
        let mut all = api.operations.iter();
        all.find(|one| one.method == method).unwrap()
    };
    let slots = |one: &Operation| {
        let slots = one.slots.iter();
        slots
            .map(|slot| slot.entities.join("|"))
            .collect::<Vec<_>>()
    };
    assert_eq!(slots(of("GET")), ["customer", "order|customer"]);
    assert_eq!(slots(of("PATCH")), ["customer"]);
    let learned = of("PATCH").with_body(Schema::default(), &api.things);
    assert_eq!(slots(&learned), ["customer"]);
}

#[test]
fn relationships_of_a_resource_are_slots() {
    let id = json!({"properties": {"id": {"type": "string"}, "type": {"type": "string"}}});
    let data = json!({"properties": {"data": id}});
    let relationships = json!({"properties": {"warehouse": data}});
    let resource =
        json!({"properties": {"id": {"type": "string"}, "relationships": relationships}});
    let slots = slots_of(json!({"properties": {"data": resource}}));
    assert_eq!(
        slots,
        [
            "/data/id entry.id",
            "/data/relationships/warehouse/data/id warehouse.id"
        ]
    );
}

#[test]
fn an_operation_is_administrative_by_its_path_scope_or_words() {
    let api = api_of(json!({
        "/admin/users": {"get": {}},
        "/users/{id}": {"delete": {"description": "Deletes a user (Only Admins)"}, "get": {}},
        "/stats": {"get": {"x-airside": {"role": "auditor"}}},
    }));
    let found: Vec<_> = api
        .operations
        .iter()
        .filter(|one| one.administrative.is_some())
        .map(Operation::name)
        .collect();
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_required_member_names_the_person_that_a_new_object_is_about() {
    let of = |member: Value, required: Value| {
        let schema =
            json!({"type": "object", "required": required, "properties": {"patient": member}});
        let body = json!({"content": {"application/json": {"schema": schema}}});
        let api = api_of(json!({"/prescriptions": {"post": {"requestBody": body}}}));
        api.operations[0].slots.iter().any(Slot::is_person)
    };
    assert!(of(json!({"type": "string"}), json!(["patient"])));
    assert!(!of(json!({"type": "string"}), json!([])));
    let named = json!({"type": "string", "default": "paula"});
    assert!(!of(named, json!(["patient"])));
}

#[test]
fn a_body_that_was_learned_has_slots() {
    let api = api_of(json!({"/transfers": {"post": {}}, "/register": {"post": {}}}));
    let at = |path: &str| {
        let mut all = api.operations.iter();
        all.find(|one| one.path == path).unwrap()
    };
    let (transfers, register) = (at("/transfers"), at("/register"));
    assert_eq!(register.kind, Kind::Register);
    let member = ("from_account".to_owned(), Schema::default());
    let schema = Schema {
        properties: vec![member],
        ..Schema::default()
    };
    let learned = transfers.with_body(schema, &api.things);
    assert!(learned.is_body_learned);
    assert_eq!(learned.slots[0].name, "/from_account");
}

fn slots_of(schema: Value) -> Vec<String> {
    let body = json!({"content": {"application/json": {"schema": schema}}});
    let api = api_of(json!({"/entries/bulk-edit": {"post": {"requestBody": body}}}));
    let operation = &api.operations[0];
    assert_eq!(operation.kind, Kind::Update);
    let slots = operation.slots.iter();
    slots
        .map(|slot| format!("{} {}.{}", slot.name, slot.entities.join("|"), slot.field))
        .collect()
}

#[test]
fn lists_take_the_identifiers_of_several_objects() {
    let uuid = json!({"type": "string", "format": "uuid"});
    let list = json!({"type": "array", "items": {"type": "string"}});
    let row = json!({"type": "object", "properties": {"entry_id": {"type": "integer"}, "set": {"type": "object"}}});
    let rows = json!({"type": "array", "items": row});
    for (schema, expected) in [
        (json!({"properties": {"ids": list}}), "/ids/0 entry.id"),
        (
            json!({"properties": {"entryIds": list}}),
            "/entryIds/0 entry.id",
        ),
        (
            json!({"properties": {"orders": {"type": "array", "items": uuid}}}),
            "/orders/0 order.",
        ),
        (list.clone(), "/0 entry."),
        (rows.clone(), "/0/entry_id entry.id"),
        (
            json!({"properties": {"operations": rows}}),
            "/operations/0/entry_id entry.id",
        ),
    ] {
        assert_eq!(slots_of(schema.clone()), [expected], "{schema}");
    }
    // the controls: texts, choices, and people who get something
    for properties in [
        json!({"tags": list}),
        json!({"ids": {"type": "array", "items": {"enum": ["a"]}}}),
        json!({"user_ids": list}),
    ] {
        let found = slots_of(json!({"properties": properties}));
        assert!(found.is_empty(), "{properties}: {found:?}");
    }
}

#[test]
fn operations_on_several_objects_are_about_their_collection() {
    let api = api_of(json!({
        "/entries/batch-get": {"post": {}},
        "/entries/batch": {"post": {}},
        "/entries/bulkDelete": {"post": {}},
        "/entries/bulk-create": {"post": {}},
        "/entries/{id}": {"get": {}},
    }));
    let found: Vec<_> = api
        .operations
        .iter()
        .map(|one| (one.path.as_str(), one.kind, one.entity.as_deref().unwrap()))
        .collect();
    for expected in [
        ("/entries/batch-get", Kind::Act, "entry"),
        ("/entries/batch", Kind::Act, "entry"),
        ("/entries/bulkDelete", Kind::Delete, "entry"),
        ("/entries/bulk-create", Kind::Create, "entry"),
    ] {
        assert!(found.contains(&expected), "{expected:?} in {found:?}");
    }
}

#[test]
fn headers_name_for_whom_a_caller_acts() {
    let header = |name: &str| json!({"in": "header", "name": name, "schema": {"type": "string"}});
    let names = [
        "X-Tenant-Id",
        "X-Org",
        "X-Account",
        "X-Request-Id",
        "X-Version",
    ];
    let parameters: Vec<_> = names.iter().map(|name| header(name)).collect();
    let api = api_of(json!({"/orders": {"get": {"parameters": parameters}}}));
    let slots = &api.operations[0].slots;
    let found: Vec<_> = slots
        .iter()
        .map(|slot| (slot.name.as_str(), slot.entities[0].as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("X-Tenant-Id", "tenant"),
            ("X-Org", "org"),
            ("X-Account", "account")
        ]
    );
    assert!(slots[0].field_names().contains(&"tenant".to_owned()));
    assert!(
        slots[1]
            .field_names()
            .contains(&"organizationid".to_owned())
    );
}
