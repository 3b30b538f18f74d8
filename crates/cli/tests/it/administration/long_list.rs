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
    assert_eq!(place.run(&create).code, 0);
    let password = ["--password", "correct horse battery"];
    let create = [&["user", "create", "like"][..], &password].concat();
    assert_eq!(place.run(&create).code, 0);
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

#[test]
fn a_list_of_thousands_is_printed_to_its_end() {
    let (place, _server) = crowded();
    for (kind, member, first) in [("client", "client_id", 'c'), ("user", "username", 'u')] {
        // one document
        let list = place.json(&[kind, "list"]);
        assert_eq!(names(&list, member, first), expected(first), "{kind}");
        // and one table, whose columns do not move
        let table = place.run(&[kind, "list"]);
        assert_eq!((table.code, table.err.as_str()), (0, ""), "{kind}");
        let (head, rows) = table.out.split_once('\n').unwrap();
        let second = head
            .find(["NAME", "SUBJECT"][usize::from(kind == "user")])
            .unwrap();
        let rows: Vec<_> = rows.lines().collect();
        assert_eq!(rows.len(), list.as_array().unwrap().len(), "{kind}");
        for row in rows {
            assert_eq!(
                row.as_bytes().get(second - 1).unwrap_or(&b' '),
                &b' ',
                "{row}"
            );
        }
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
