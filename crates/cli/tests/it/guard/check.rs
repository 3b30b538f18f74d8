//! `airside guard check`.

use airside_testkit::assert_contains;

use super::*;

#[test]
fn check_shows_every_operation_and_fails_on_undeclared_ones() {
    let world = World::new();
    let place = world.configure("", OPERATIONS);
    let checked = place.run("guard check");
    checked.assert_code(0);
    assert_eq!(
        checked.out,
        "GET  /clients/{client}/reports  sound   scope `accounts:read` and `client` in the path = client_id\n\
         GET  /health                    public  public: load balancer probe\n\
         GET  /reports                   sound   scope `accounts:read`\n"
    );
    let document = "openapi: 3.1.0\npaths: { /reports: { delete: {} } }";
    place.write("openapi.yaml", document);
    let place = world.configure("openapi = \"openapi.yaml\"", OPERATIONS);
    place.write("openapi.yaml", document);
    let checked = place.run("-o json guard check");
    checked.assert_code(7);
    let report: serde_json::Value = serde_json::from_str(&checked.out).unwrap();
    let lines = &report["operations"];
    assert_eq!(lines[2]["class"], "undeclared", "{lines}");
    assert_eq!(report["totals"]["undeclared"], 1, "{report}");
    assert!(
        lines[2]["rule"].as_str().unwrap().contains("no scope"),
        "{lines}"
    );
    let only = place.run("guard check --only undeclared");
    only.assert_code(7);
    assert!(
        only.out
            .starts_with("DELETE  /reports  undeclared  no scope"),
        "{}",
        only.out
    );
    assert_eq!(only.out.lines().count(), 1, "{}", only.out);
    let totals = "4 operations: 1 public, 2 sound, 1 undeclared";
    assert_contains(&only.err, "method, path, class");
    assert_contains(&only.err, totals);
    let public = place.run("-o json guard check --only public");
    public.assert_code(7);
    let public: serde_json::Value = serde_json::from_str(&public.out).unwrap();
    assert_eq!(
        public["operations"].as_array().unwrap().len(),
        1,
        "{public}"
    );
    assert_eq!(public["totals"], report["totals"]);
    let none = Place::new("").run("guard check");
    none.assert_ended(2, "guard.toml");
}

#[test]
fn check_says_who_does_not_answer_and_does_not_fail() {
    let place = Place::new("");
    let text = "upstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:2\"\naudience = \"a\"\n\
                [[operation]]\nmatch = \"GET /health\"\npublic = \"probe\"\n";
    place.write("guard.toml", text);
    let checked = place.run("guard check");
    checked.assert_code(0);
    for said in [
        "the keys of the issuer `http://127.0.0.1:2` could not be fetched",
        "the upstream `http://127.0.0.1:1/` does not answer now",
    ] {
        assert_contains(&checked.err, said);
    }
}

#[test]
fn check_says_what_is_wrong_to_programs_too() {
    let place = Place::new("");
    let file = place.at("guard.toml");
    fs::write(
        &file,
        "upstream = \"http://127.0.0.1:1\"\nfeed = { client_secret = \"hunter2\" }\n",
    )
    .unwrap();
    let refused = place.run("-o json guard check");
    refused.assert_code(2);
    let problems: serde_json::Value = serde_json::from_str(&refused.out).unwrap();
    let first = &problems["problems"][0];
    assert_eq!(
        (&first["line"], &first["file"]),
        (&2.into(), &"guard.toml".into())
    );
    assert!(!format!("{}{}", refused.out, refused.err).contains("hunter2"));
}

#[test]
fn check_looks_whether_owners_can_be_looked_up_in_the_database() {
    let world = World::new();
    let operation = r#"
[[operation]]
match = "DELETE /accounts/{id}"
scope = "accounts:write"
owner = { view = "airside_account_owner", key = "{path:id}", equals = "sub" }
"#;
    let key = "database = { url = { env = \"GUARD_DATABASE\" } }";
    let mut place = world.configure(key, operation);
    let rule = "DELETE  /accounts/{id}  race window  scope `accounts:write` and the owner in \
         `airside_account_owner` of `id` in the path = sub \
         (the owner may change between the look and the use)";

    let unset = place.run("guard check");
    unset.assert_ended(2, "GUARD_DATABASE");

    place.set("GUARD_DATABASE", "sqlite:bank.db");
    let gone = place.run("guard check");
    gone.assert_code(7);
    let why = format!("{rule}, but answers 503: the database does not answer: ");
    assert!(gone.out.starts_with(&why), "{}", gone.out);

    let file = place.at("bank.db");
    let make = |sql: &str| {
        let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])";
        let mut python = Command::new("python3");
        ended(python.args(["-c", script]).arg(&file).arg(sql)).assert_code(0);
    };
    make("CREATE VIEW airside_account_owner AS SELECT 1 AS id");
    let lacking = place.run("-o json guard check");
    lacking.assert_code(7);
    let report: serde_json::Value = serde_json::from_str(&lacking.out).unwrap();
    let lines = &report["operations"];
    assert_eq!(lines[0]["class"], "race-window", "{lines}");
    assert_eq!(lines[0]["problem"], "no such column: owner", "{lines}");

    make("DROP VIEW airside_account_owner; CREATE TABLE airside_account_owner (id, owner)");
    let well = place.run("guard check");
    well.assert_code(0);
    assert_eq!(well.out, format!("{rule}\n"));

    let server = "postgres://bank:hunter2@127.0.0.1:1/bank";
    place.set("GUARD_DATABASE", server);
    let refused = place.run("guard check");
    refused.assert_code(7);
    assert_contains(&refused.out, "the database does not answer");
    assert!(!format!("{}{}", refused.out, refused.err).contains("hunter2"));
}
