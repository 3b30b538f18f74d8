use std::path::Path;

use super::*;

#[test]
fn a_view_is_a_plain_name() {
    for (name, quoted) in [
        ("airside_account_owner", r#""airside_account_owner""#),
        ("bank.Owner2", r#""bank"."Owner2""#),
        // a keyword is a name as well
        ("user", r#""user""#),
    ] {
        assert_eq!(ViewName::parse(name).unwrap().quoted(), quoted);
    }
    let long = "x".repeat(LONGEST_NAME + 1);
    for name in [
        "",
        ".",
        "a.",
        ".a",
        "a.b.c",
        "1a",
        "a b",
        "a-b",
        "a\"b",
        "a;DROP TABLE account",
        "(SELECT 1)",
        "übersicht",
        "a\0",
        &long,
    ] {
        assert!(ViewName::parse(name).is_err(), "{name}");
    }
}

#[test]
fn an_address_that_is_none_is_refused_and_not_quoted() {
    let parse = |url: &str| Address::parse(url, Path::new("/etc/airside"));
    let file = parse("sqlite:bank.db").unwrap();
    assert!(matches!(file, Address::Sqlite(path) if path == Path::new("/etc/airside/bank.db")));
    let absolute = parse("sqlite:/var/lib/bank.db").unwrap();
    assert!(matches!(absolute, Address::Sqlite(path) if path == Path::new("/var/lib/bank.db")));
    let server = parse("postgres://u:hunter2@h/d").unwrap();
    let database = Database::new(&server).unwrap();
    assert!(!format!("{server:?} {database:?}").contains("hunter2"));
    for url in [
        "",
        "sqlite:",
        "bank.db",
        "mysql://u:hunter2@h/d",
        "postgres://u:hunter2@h/d?sslmode=no",
        "postgres://u:hunter2@h/d?sslcert=/nowhere",
    ] {
        let refused = parse(url).unwrap_err();
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}
