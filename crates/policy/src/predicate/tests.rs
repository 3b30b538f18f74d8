use super::*;

fn record(name: &str) -> Value {
    match name {
        "owner" => "alice".into(),
        "balance" => 40.into(),
        "closed" => false.into(),
        _ => Value::Null,
    }
}

fn sql(predicate: &Predicate, dialect: Dialect) -> (String, Vec<Value>) {
    let mut sql = Sql::new(dialect);
    predicate.write(&mut sql);
    (sql.text, sql.values)
}

#[test]
fn an_unknown_value_is_false_and_its_negation_true() {
    for atom in [
        Predicate::equal("tenant", "acme"),
        Predicate::equal("owner", Value::Null),
        Predicate::Compare("tenant".into(), Comparison::Less, 5.into()),
        Predicate::Compare("owner".into(), Comparison::Less, 5.into()),
        Predicate::Is("tenant".into(), false),
        Predicate::Like("tenant".into(), vec![Wildcard::Any]),
        Predicate::In("tenant".into(), BTreeSet::from(["acme".to_owned()])),
        Predicate::In("owner".into(), BTreeSet::new()),
        Predicate::Has("tenant".into()),
        Predicate::Or(Vec::new()),
    ] {
        assert!(!atom.holds(&record), "{atom}");
        assert!(Predicate::Not(Box::new(atom)).holds(&record));
    }
    assert!(Predicate::And(Vec::new()).holds(&record));
}

#[test]
fn a_value_is_a_parameter_and_a_name_is_quoted() {
    let predicate = Predicate::equal("own\"er", "'; DROP TABLE accounts; --")
        .and(Predicate::Not(Box::new(Predicate::Has("balance".into()))));
    let (text, values) = sql(&predicate, Dialect::Sqlite);
    assert_eq!(
        text,
        "((\"own\"\"er\" IS NOT NULL AND \"own\"\"er\" = $1 COLLATE BINARY) AND (NOT (\"balance\" IS NOT NULL)))"
    );
    assert_eq!(values, ["'; DROP TABLE accounts; --".into()]);
}

#[test]
fn a_pattern_keeps_its_literal_letters() {
    let pattern = vec![Wildcard::Text("50%_*?[\\".into()), Wildcard::Any];
    let like = Predicate::Like("owner".into(), pattern);
    let (_, values) = sql(&like, Dialect::Sqlite);
    assert_eq!(values, ["50%_[*][?][[]\\*".into()]);
    let (_, values) = sql(&like, Dialect::Postgres);
    assert_eq!(values, ["50\\%\\_*?[\\\\%".into()]);
}

/// D04: a matcher that backtracks to every wildcard would not end.
#[test]
fn a_pattern_with_many_wildcards_takes_no_time() {
    let ending = |last: Wildcard| {
        let part = [Wildcard::Any, Wildcard::Text("a".to_owned())];
        let parts = std::iter::repeat_n(part, 500).flatten();
        parts.chain([Wildcard::Any, last]).collect::<Vec<_>>()
    };
    let (a, b) = (Wildcard::Text("a".into()), Wildcard::Text("b".into()));
    let text = "a".repeat(10_000);
    assert!(matches(&text, &ending(a)));
    assert!(!matches(&text, &ending(b)));
}

#[test]
fn patterns_match_as_written() {
    let any = Wildcard::Any;
    let text = |text: &str| Wildcard::Text(text.to_owned());
    for (pattern, matching, other) in [
        (vec![text("ab")], "ab", "abc"),
        (vec![text("a"), any.clone()], "abc", "ba"),
        (vec![any.clone(), text("c")], "abc", "cab"),
        (vec![any.clone(), text("b"), any.clone()], "abc", "ac"),
        (vec![text("a"), any.clone(), text("a")], "aba", "a"),
        (
            vec![any.clone(), text("ab"), any.clone(), text("ab")],
            "abxab",
            "xab",
        ),
        (vec![any.clone(), text("aab")], "aaab", "aabx"),
    ] {
        assert!(matches(matching, &pattern), "{matching} {pattern:?}");
        assert!(!matches(other, &pattern), "{other} {pattern:?}");
    }
    assert!(matches("", &[any]));
    assert!(!matches("a", &[]));
}

#[test]
fn conditions_on_assigned_columns_are_decided_and_others_stay() {
    let rule = Predicate::equal("owner", "alice")
        .and(Predicate::Not(Box::new(Predicate::Is(
            "closed".into(),
            true,
        ))))
        .and(Predicate::Or(vec![
            Predicate::Has("label".into()),
            Predicate::equal("tenant", "acme"),
        ]));
    let holds = |rule: &Predicate, owner: &str, closed: bool| {
        rule.holds(&|name| match name {
            "owner" => owner.into(),
            "closed" => closed.into(),
            "tenant" => "acme".into(),
            _ => Value::Null,
        })
    };
    let closing = rule.assigned(&[("closed", true.into())]);
    assert!(!holds(&closing, "alice", false));
    let opening = rule.assigned(&[("closed", false.into())]);
    assert!(
        holds(&opening, "alice", true),
        "the value that is there does not count"
    );
    assert!(!holds(&opening, "bob", true), "what is not assigned does");
    let given_away = rule.assigned(&[("owner", "bob".into()), ("tenant", "other".into())]);
    assert!(!holds(&given_away, "alice", false));
    assert_eq!(rule.assigned(&[]), rule);
}

fn shared(condition: Predicate) -> Predicate {
    Predicate::Related(Box::new(Related {
        table: "members".to_owned(),
        joined: vec![ColumnPair::new("record", "id")],
        condition,
    }))
}

#[test]
fn a_condition_on_another_table_is_a_database_s_to_decide() {
    let rule = shared(Predicate::equal("person", "alice"));
    assert!(!rule.holds(&record));
    assert!(
        !Predicate::Not(Box::new(rule.clone())).holds(&record),
        "nor is its opposite"
    );
    let owned = Predicate::equal("owner", "alice");
    let either = Predicate::Or(vec![owned.clone(), rule.clone()]);
    assert!(!either.holds(&record));
    // what is known decides, where it decides alone
    let known = either.assigned(&[("owner", "alice".into())]).simplified();
    assert_eq!(known, Predicate::Always(true));
    let unknown = either.assigned(&[("owner", "bob".into())]).simplified();
    assert!(unknown.has_related() && !unknown.is_about_others());
    let named = unknown.assigned(&[("id", 7.into())]);
    assert!(named.is_about_others());
}

#[test]
fn a_condition_on_another_table_names_each_column_s_table() {
    let inner = shared(Predicate::equal("person", "alice"));
    let rule = shared(inner);
    let written = |table: Option<&str>| {
        let mut sql = Sql::new(Dialect::Sqlite);
        match table {
            Some(table) => sql.about(table, |sql| rule.write(sql)),
            None => rule.write(&mut sql),
        }
        sql.text
    };
    assert_eq!(
        written(Some("notes")),
        "(EXISTS (SELECT 1 FROM \"members\" AS \"related_1\" WHERE \
         \"related_1\".\"record\" = \"notes\".\"id\" AND \
         (EXISTS (SELECT 1 FROM \"members\" AS \"related_2\" WHERE \
         \"related_2\".\"record\" = \"related_1\".\"id\" AND \
         (\"related_2\".\"person\" IS NOT NULL AND \"related_2\".\"person\" = $1 COLLATE BINARY)))))"
    );
    // without it, a column could be one of the other table
    assert_eq!(written(None), "(1 = 0)");
}
