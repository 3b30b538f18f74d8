use serde_json::json;

use super::*;

fn schema(properties: &[(&str, Schema)]) -> Schema {
    Schema {
        properties: properties
            .iter()
            .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
            .collect(),
        ..Schema::default()
    }
}

fn of(kind: &str) -> Schema {
    Schema {
        types: vec![kind.to_owned()],
        ..Schema::default()
    }
}

fn filled(body: &Schema, known: &KnownParts, mint: &Mint) -> FilledValue {
    let hints = Hints {
        tactic: &Tactic::default(),
        known,
        seen: &Schema::default(),
    };
    fill(body, hints, mint)
}

fn text(change: fn(&mut Schema)) -> Schema {
    let mut schema = of("string");
    change(&mut schema);
    schema
}

#[test]
fn free_texts_get_canaries_and_the_rest_what_it_asks_for() {
    let mint = Mint::new(7);
    let body = schema(&[
        ("title", of("string")),
        ("color", text(|one| one.values = vec![json!("red")])),
        ("status", text(|one| one.example = Some(json!("open")))),
        ("zip", text(|one| one.pattern = Some(r"^\d{5}$".to_owned()))),
        ("email", of("string")),
        ("owner_id", of("integer")),
        ("made", text(|one| one.is_read_only = true)),
    ]);
    let known = KnownParts::from([("/owner_id".to_owned(), Some(json!("12")))]);

    let filled = filled(&body, &known, &mint);

    let value = &filled.value;
    assert_eq!(filled.canaries.len(), 2, "{filled:?}");
    assert_eq!(value["title"], json!(filled.canaries[0].text));
    assert_eq!(value["color"], "red");
    assert_eq!(value["status"], "open");
    assert_eq!(value["owner_id"], 12);
    assert_eq!(value["zip"].as_str().map(str::len), Some(5));
    assert!(value["email"].as_str().unwrap().ends_with("@example.com"));
    assert!(value.get("made").is_none());
}

#[test]
fn a_canary_keeps_to_the_length_of_its_member() {
    let mint = Mint::new(7);
    let short = text(|one| one.length = (None, Some(8)));
    let long = text(|one| one.length = (Some(20), None));
    let body = schema(&[("a", short), ("b", long)]);

    let filled = filled(&body, &KnownParts::new(), &mint);

    assert_eq!(filled.value["a"].as_str().map(str::len), Some(8));
    assert!(
        filled.value["b"]
            .as_str()
            .is_some_and(|text| text.len() >= 20)
    );
}

#[test]
fn refusals_tell_what_to_send_otherwise() {
    let sent = json!({"color": "zqaaaaaaaaaa", "name": "x"});
    let first = repaired(
        &Tactic::default(),
        &sent,
        r#"{"detail":[{"loc":["body","color"],"msg":"bad"}]}"#,
    )
    .unwrap();
    assert!(first.plain.contains("color") && !first.plain.contains("name"));
    let again = repaired(
        &first,
        &sent,
        r#"{"detail":[{"loc":["body","color"],"msg":"bad"}]}"#,
    )
    .unwrap();
    assert!(again.dropped.contains("color"));
    let added = repaired(&Tactic::default(), &sent, "'due_on' is a required property").unwrap();
    assert_eq!(added.added["due_on"], Guess::Typed, "{added:?}");
    assert_eq!(repaired(&Tactic::default(), &sent, "no"), None);
}

#[test]
fn a_body_that_no_document_describes_is_learned_from_refusals() {
    let asked = r#"{"message":"`title` is missing or has the wrong type"}"#;
    let mut tactic = Tactic::default();
    let mut tried = Vec::new();
    let mut sent = vec![Value::Null];
    for _ in 0..6 {
        let last = sent.last().unwrap();
        tactic = tactic.after(last, asked, &tried).unwrap();
        tried.push(tactic.clone());
        let hints = Hints {
            tactic: &tactic,
            known: &KnownParts::new(),
            seen: &Schema::default(),
        };
        sent.push(fill(&of("object"), hints, &Mint::new(1)).value);
    }
    assert_eq!(sent[1], json!({}));
    assert!(sent[2]["title"].is_string(), "{sent:?}");
    assert_eq!(sent[3], json!({"title": 1}));
    assert_eq!(sent[5], json!({"title": true}));
    assert_eq!(sent[6], json!({}));
}

#[test]
fn texts_are_made_for_simple_patterns() {
    let mint = Mint::new(3);
    for pattern in [
        r"^\d{4}$",
        "^[A-Z]{3}-[0-9]+$",
        r"^\+?[1-9]\d{1,14}$",
        "[a-z0-9_-]{3,16}",
    ] {
        let made = pattern::text(pattern, &mint).unwrap();
        assert!(pattern::takes(pattern, &made), "{pattern}: {made}");
    }
    assert_eq!(pattern::text("^(a|b)$", &mint), None);
}

#[test]
fn a_mint_repeats_itself_with_the_same_seed_only() {
    assert_eq!(Mint::new(1).canary(), Mint::new(1).canary());
    assert_ne!(Mint::new(1).canary(), Mint::new(2).canary());
}
