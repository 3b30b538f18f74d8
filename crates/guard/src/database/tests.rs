use std::path::Path;

use super::*;

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
    for url in REFUSED {
        let refused = parse(url).unwrap_err();
        assert!(
            !format!("{refused} {refused:?}").contains("hunter2"),
            "{refused}"
        );
    }
}

/// Texts that are not an address.
const REFUSED: [&str; 6] = [
    "",
    "sqlite:",
    "bank.db",
    "mysql://u:hunter2@h/d",
    "postgres://u:hunter2@h/d?sslmode=no",
    "postgres://u:hunter2@h/d?sslcert=/nowhere",
];
