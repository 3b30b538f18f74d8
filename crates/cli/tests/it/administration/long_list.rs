//! Lists that are longer than any page.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use serde_json::Value;

use super::*;

const MANY: usize = 2_500;

/// A server with 2 500 clients and as many accounts beside what it needs.
fn crowded() -> (Place, Server) {
    let place = Place::new("");
    let server = place.serve();
    let uri = ["--redirect-uri", "https://app.example/cb"];
    let create = [&["client", "create", "like", "--public"][..], &uri].concat();
    place.run(&create).assert_code(0);
    let password = ["--password", "correct horse battery"];
    let create = [&["user", "create", "like"][..], &password].concat();
    place.run(&create).assert_code(0);
    drop(server);
    let file = place.data().join("airside.db");
    let database = rusqlite::Connection::open(file).unwrap();
    let numbers = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) "
    );
    let clients = "INSERT INTO client (client_id, epoch, origin, secrets, metadata, disabled) \
        SELECT printf('c%05d', i), epoch, origin, secrets, \
        replace(metadata, '\"like\"', printf('\"c%05d\"', i)), disabled \
        FROM n, client WHERE client_id = 'like'";
    let users = "INSERT INTO \"user\" (id, username, roles, administrator, claims, epoch, disabled, \
        rights_reduced_at, created_at, name_rule) \
        SELECT randomblob(16), printf('u%05d', i), roles, administrator, claims, epoch, disabled, \
        rights_reduced_at, created_at, name_rule FROM n, \"user\" WHERE username = 'like'";
    for insert in [clients, users] {
        database.execute(&format!("{numbers}{insert}"), []).unwrap();
    }
    drop(database);
    let server = place.serve();
    (place, server)
}

fn names(list: &Value, member: &str, first: char) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    let mut names: Vec<_> = items
        .map(|item| item[member].as_str().unwrap().to_owned())
        .filter(|name| name.starts_with(first) && name != "like")
        .collect();
    names.sort();
    names
}

fn expected(first: char) -> Vec<String> {
    (1..=MANY).map(|i| format!("{first}{i:05}")).collect()
}

/// The number of rows of a table, whose second column begins everywhere where its name does.
fn rows_of(table: &str, second: &str) -> usize {
    let (head, rows) = table.split_once('\n').unwrap();
    let before = head.find(second).unwrap() - 1;
    for row in rows.lines() {
        let space = row.as_bytes().get(before).unwrap_or(&b' ');
        assert_eq!(space, &b' ', "{row}");
    }
    rows.lines().count()
}

#[test]
fn a_list_of_thousands_is_printed_to_its_end() {
    let (place, _server) = crowded();
    for (kind, member, first) in [("client", "client_id", 'c'), ("user", "username", 'u')] {
        // one document
        let list = place.json(&[kind, "list"]);
        assert_eq!(names(&list, member, first), expected(first), "{kind}");
        let table = place.run(&[kind, "list"]);
        assert_eq!((table.code, table.err.as_str()), (0, ""), "{kind}");
        let second = ["NAME", "SUBJECT"][usize::from(kind == "user")];
        let rows = rows_of(&table.out, second);
        assert_eq!(rows, list.as_array().unwrap().len(), "{kind}");
        // a number is kept, whether a page is longer or shorter
        for limit in [1, 999, 1_000, 1_001, 2_400] {
            let limited = place.json(&[kind, "list", "--limit", &limit.to_string()]);
            assert_eq!(limited.as_array().unwrap().len(), limit, "{kind}");
            assert_eq!(limited[0], list[0], "{kind}");
        }
        // the last one is found
        let last = format!("{first}02500");
        let found = place.json(&[kind, "list", &last]);
        assert_eq!(names(&found, member, first), [last]);
    }
}

#[test]
fn a_reader_that_has_enough_ends_a_long_list() {
    let (place, _server) = crowded();
    let mut command = place.command();
    command.args(["client", "list"]);
    let mut listing = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(listing.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("CLIENT"));
    drop(lines);
    assert!(listing.wait().unwrap().success());
}
