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

#[test]
fn free_texts_get_canaries_and_the_rest_what_it_asks_for() {
    let mint = Mint::new(7);
    let body = schema(&[
        ("title", of("string")),
        (
            "color",
            Schema {
                values: vec![json!("red")],
                ..of("string")
            },
        ),
        (
            "status",
            Schema {
                example: Some(json!("open")),
                ..of("string")
            },
        ),
        (
            "zip",
            Schema {
                pattern: Some(r"^\d{5}$".to_owned()),
                ..of("string")
            },
        ),
        ("email", of("string")),
        ("owner_id", of("integer")),
        (
            "made",
            Schema {
                is_read_only: true,
                ..of("string")
            },
        ),
    ]);
    let known = KnownParts::from([("/owner_id".to_owned(), Some(json!("12")))]);

    let filled = fill(&body, &Tactic::default(), &known, &mint);

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
    let short = Schema {
        length: (None, Some(8)),
        ..of("string")
    };
    let long = Schema {
        length: (Some(20), None),
        ..of("string")
    };

    let filled = fill(
        &schema(&[("a", short), ("b", long)]),
        &Tactic::default(),
        &KnownParts::new(),
        &mint,
    );

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
    assert!(added.added.contains("due_on"), "{added:?}");
    assert_eq!(repaired(&Tactic::default(), &sent, "no"), None);
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
