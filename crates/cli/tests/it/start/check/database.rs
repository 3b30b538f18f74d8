//! Databases that a start cannot use.

use super::*;

/// A place with a store that a server has made.
fn served() -> Place {
    let place = Place::new("");
    assert_eq!(place.serve().terminate(), 0);
    place
}

/// Changes the database of a place.
fn change(place: &Place, sql: &[&str]) {
    let database = rusqlite::Connection::open(place.data().join("airside.db")).unwrap();
    for sql in sql {
        database.execute(sql, []).unwrap();
    }
}

#[test]
fn a_check_passes_before_a_start_while_a_server_runs_and_after_a_crash() {
    let place = Place::new("");
    assert_good(&place);
    assert!(!place.data().exists());
    let server = place.serve();
    place.run("config check").assert_code(0);
    assert_eq!(server.terminate(), 0);
    assert_good(&place);
    // after a crash, its commits are in the log
    place.serve().kill();
    place.run("config check").assert_code(0);
}

#[test]
fn a_key_file_that_a_start_cannot_use_is_found_by_a_check() {
    let place = served();
    let key = place.data().join("master.key");
    let right = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    assert_refused(&place, "is gone");
    fs::write(&key, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    set_mode(&key, 0o600);
    assert_refused(&place, "key-encryption key is not the one");
    fs::write(&key, "AAAA\n").unwrap();
    assert_refused(&place, "not 32 bytes in base64");
    fs::remove_file(&key).unwrap();
    fs::create_dir(&key).unwrap();
    set_mode(&key, 0o700);
    assert_refused(&place, "cannot read");
    fs::remove_dir(&key).unwrap();
    fs::write(&key, right).unwrap();
    set_mode(&key, 0o600);
    assert_eq!(place.serve().terminate(), 0);
}

#[test]
fn a_stored_key_that_cannot_be_opened_is_found_by_a_check() {
    let place = served();
    let kept = "CREATE TABLE kept AS SELECT * FROM \"key\"";
    let altered = "UPDATE \"key\" SET wrapped = substr(wrapped, 1, 40)";
    change(&place, &[kept, altered]);
    assert_refused(&place, "a stored key cannot be opened");
    let back = "UPDATE \"key\" SET wrapped = (SELECT wrapped FROM kept WHERE kid = \"key\".kid)";
    change(&place, &[back, "DROP TABLE kept"]);
    assert_good(&place);
}

#[test]
fn a_database_file_that_a_start_cannot_use_is_found_by_a_check() {
    let mut place = served();
    // as `airside db move` does while it copies
    let lock = fs::File::open(place.data().join("airside.db.lock")).unwrap();
    lock.try_lock().unwrap();
    assert_refused(&place, "is locked by another process");
    drop(lock);
    assert_good(&place);
    let newer = "INSERT INTO migration VALUES (9999, 'newer', x'00')";
    change(&place, &[newer]);
    assert_refused(&place, "migration");
    fs::write(place.data().join("text.db"), "no database ".repeat(100)).unwrap();
    for (url, said) in [
        ("sqlite:text.db", "cannot be used as a database"),
        ("sqlite:nowhere/airside.db", "no directory"),
        ("sqlite:text.db/airside.db", "ot a directory"),
    ] {
        place.set("AIRSIDE_STORE__URL", url);
        assert_refused(&place, said);
    }
}

#[test]
fn a_database_file_may_have_a_name_that_an_address_would_quote() {
    let mut place = Place::new("");
    place.set("AIRSIDE_STORE__URL", "sqlite:a b#%41.db");
    assert_good(&place);
    assert_eq!(place.serve().terminate(), 0);
    assert_good(&place);
}

#[test]
fn a_postgresql_database_is_asked_by_a_check_unless_it_is_offline() {
    let key = crate::node::KEY;
    let mut place = Place::new("");
    place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", key);
    place.set("AIRSIDE_STORE__URL", "postgres://airside@127.0.0.1:1/none");
    assert_refused(&place, "cannot be reached");
    place.run("config check --offline").assert_code(0);

    let database = Cluster::start();
    place.set("AIRSIDE_STORE__URL", &database.url());
    assert_good(&place);
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(database.sql(tables), "0", "nothing was written");
    database.sql("CREATE ROLE guest LOGIN");
    let guest = database.url().replace("//airside@", "//guest@");
    place.set("AIRSIDE_STORE__URL", &guest);
    database.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    assert_refused(&place, "may not make tables in the schema `public`");
    place.set("AIRSIDE_STORE__URL", &database.url());
    let server = place.serve();
    assert_eq!(place.run("config check").code, 0, "a server runs");
    assert_eq!(server.terminate(), 0);

    database.sql("CREATE ROLE reader LOGIN SUPERUSER");
    database.sql("ALTER ROLE reader SET default_transaction_read_only = on");
    let reader = database.url().replace("//airside@", "//reader@");
    place.set("AIRSIDE_STORE__URL", &reader);
    assert_refused(&place, "the database is read-only");
    place.set("AIRSIDE_STORE__URL", &database.url());
    place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", &key.replace("AAEC", "BBEC"));
    assert_refused(&place, "key-encryption key is not the one");
    place.run("config check --offline").assert_code(0);
    place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", key);
    assert_good(&place);
    database.sql("CREATE TABLE kept AS SELECT * FROM \"key\"");
    database.sql("UPDATE \"key\" SET wrapped = substr(wrapped, 1, 40)");
    assert_refused(&place, "a stored key cannot be opened");
    let back = "UPDATE \"key\" SET wrapped = kept.wrapped FROM kept WHERE kept.kid = \"key\".kid";
    database.sql(back);
    // as `airside db move` does while it copies
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tool = runtime.block_on(async {
        let mut options = postgres::Options::default();
        (options.connections, options.serves) = (2, false);
        let tool = Postgres::open(&database.url(), &options).await.unwrap();
        assert!(!tool.is_served().await.unwrap());
        tool
    });
    assert_refused(&place, "works on this database");
    drop((tool, runtime));
    assert_good(&place);
    database.sql("INSERT INTO migration VALUES (9999, 'newer', '')");
    assert_refused(&place, "other tables");
}

/// A client of an API that only the store may have.
const CLIENT: &str = r#"
[[client]]
client_id = "new"
client_secret = "the secret of the new one"
grant_types = ["client_credentials"]
scope = "orders:read"
"#;

#[test]
fn a_store_that_cannot_be_asked_is_the_only_problem_of_a_client_of_its_api() {
    let mut place = Place::new(CLIENT);
    place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", crate::node::KEY);
    place.set("AIRSIDE_STORE__URL", "postgres://airside@127.0.0.1:1/none");
    assert_refused(&place, "cannot be reached");
    assert_eq!(problems(&place).as_array().unwrap().len(), 1);
    let started = place.run("serve --listen 127.0.0.1:0");
    assert!(!started.err.contains("orders:read"), "{}", started.err);
    // the control: a store that can be asked does not have it
    place.unset("AIRSIDE_STORE__URL");
    assert_refused(&place, "`orders:read`, which no API has");
}
