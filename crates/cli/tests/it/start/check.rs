//! Problems that `airside config check` finds before a start.

use super::{permission::set_mode, *};

#[test]
fn a_certificate_that_cannot_be_used_is_found_by_a_check() {
    let text = "issuer = \"https://127.0.0.1:8080\"\n[tls]\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n";
    let place = Place::new(text);
    for name in ["c.pem", "k.pem"] {
        fs::write(place.directory.path().join(name), "-----BEGIN").unwrap();
    }
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.code, 7, "{}", checked.err);
    assert!(checked.err.contains("c.pem"), "{}", checked.err);
    assert_eq!(place.run(&["serve"]).code, 2);
}

/// Everything below a directory, with what is in it.
fn everything(directory: &Path) -> Vec<(std::path::PathBuf, Option<Vec<u8>>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        }
        found.push((path.clone(), fs::read(path).ok()));
    }
    found.sort();
    found
}

/// A check and a start say the same, and a check changes nothing.
fn assert_refused(place: &Place, said: &str) {
    let before = everything(place.directory.path());
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.code, 7, "{said}: {}", checked.err);
    assert!(checked.err.contains(said), "{said}: {}", checked.err);
    let json = place.run(&["-o", "json", "config", "check"]);
    assert!(json.out.contains("\"message\""), "{}", json.out);
    assert!(before == everything(place.directory.path()), "{said}");
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!([1, 2].contains(&refused.code), "{said}: {}", refused.err);
    assert!(refused.err.contains(said), "{said}: {}", refused.err);
}

fn assert_good(place: &Place) {
    let before = everything(place.directory.path());
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.err);
    assert!(before == everything(place.directory.path()));
}

#[test]
fn a_private_key_of_another_certificate_is_found_by_a_check() {
    let text = "issuer = \"https://127.0.0.1:8080\"\n[tls]\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n";
    let place = Place::new(text);
    let pair = || rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (one, other) = (pair(), pair());
    let write = |name: &str, pem: String| {
        fs::write(place.directory.path().join(name), pem).unwrap();
    };
    write("c.pem", one.cert.pem());
    write("k.pem", other.signing_key.serialize_pem());
    assert_refused(&place, "cannot be used with the certificate");
    // a chain that does not begin with the server's own
    write("k.pem", one.signing_key.serialize_pem());
    write("c.pem", format!("{}{}", other.cert.pem(), one.cert.pem()));
    assert_refused(&place, "cannot be used with the certificate");
    write("c.pem", format!("{}{}", one.cert.pem(), other.cert.pem()));
    assert_good(&place);
    assert_eq!(place.serve().terminate(), 0);
}

#[test]
fn a_data_directory_that_a_start_cannot_use_is_found_by_a_check() {
    let mut place = Place::new("");
    let at = |place: &Place, name: &str| place.directory.path().join(name);
    let own = at(&place, "").as_os_str().len();
    // the socket `/admin.sock` below it takes 11 bytes, of 107
    for (length, is_good) in [(147, false), (97, false), (96, true)] {
        place.set("AIRSIDE_DATA", &"d".repeat(length - own));
        match is_good {
            false => assert_refused(&place, "the path of the socket"),
            true => assert_good(&place),
        }
    }
    assert_eq!(place.serve().terminate(), 0);

    fs::write(at(&place, "file"), "").unwrap();
    for data in ["file", "file/below"] {
        place.set("AIRSIDE_DATA", data);
        assert_refused(&place, "not a directory");
    }
    place.set("AIRSIDE_DATA", "data");
    assert_eq!(place.serve().terminate(), 0);
    let socket = at(&place, "data").join("admin.sock");
    drop(fs::remove_file(&socket));
    fs::write(&socket, "precious").unwrap();
    assert_refused(&place, "no socket");
    fs::remove_file(&socket).unwrap();
    assert_good(&place);
}

#[test]
fn a_database_file_that_a_start_cannot_use_is_found_by_a_check() {
    let mut place = Place::new("");
    assert_good(&place);
    assert!(!place.data().exists());
    let server = place.serve();
    assert_eq!(place.run(&["config", "check"]).code, 0, "a server runs");
    assert_eq!(server.terminate(), 0);
    assert_good(&place);
    // after a crash, its commits are in the log
    place.serve().kill();
    assert_eq!(place.run(&["config", "check"]).code, 0);

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

    let database = rusqlite::Connection::open(place.data().join("airside.db")).unwrap();
    let altered = "UPDATE \"key\" SET wrapped = substr(wrapped, 1, 40)";
    database
        .execute("CREATE TABLE kept AS SELECT * FROM \"key\"", [])
        .unwrap();
    database.execute(altered, []).unwrap();
    drop(database);
    assert_refused(&place, "a stored key cannot be opened");
    let back = "UPDATE \"key\" SET wrapped = (SELECT wrapped FROM kept WHERE kid = \"key\".kid)";
    let database = rusqlite::Connection::open(place.data().join("airside.db")).unwrap();
    database.execute(back, []).unwrap();
    database.execute("DROP TABLE kept", []).unwrap();
    drop(database);
    assert_good(&place);

    // as `airside db move` does while it copies
    let lock = fs::File::open(place.data().join("airside.db.lock")).unwrap();
    lock.try_lock().unwrap();
    assert_refused(&place, "is locked by another process");
    drop(lock);
    assert_good(&place);
    let database = rusqlite::Connection::open(place.data().join("airside.db")).unwrap();
    let newer = "INSERT INTO migration VALUES (9999, 'newer', x'00')";
    database.execute(newer, []).unwrap();
    drop(database);
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
    // what an address of a file would take for something else
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
    assert_eq!(place.run(&["config", "check", "--offline"]).code, 0);

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
    assert_eq!(place.run(&["config", "check"]).code, 0, "a server runs");
    assert_eq!(server.terminate(), 0);

    database.sql("CREATE ROLE reader LOGIN SUPERUSER");
    database.sql("ALTER ROLE reader SET default_transaction_read_only = on");
    let reader = database.url().replace("//airside@", "//reader@");
    place.set("AIRSIDE_STORE__URL", &reader);
    assert_refused(&place, "the database is read-only");
    place.set("AIRSIDE_STORE__URL", &database.url());
    place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", &key.replace("AAEC", "BBEC"));
    assert_refused(&place, "key-encryption key is not the one");
    assert_eq!(place.run(&["config", "check", "--offline"]).code, 0);
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

#[test]
fn a_seed_password_that_a_person_could_not_set_is_found_by_a_check() {
    let mut place = Place::new("[[user]]\nusername = \"alice\"\npassword = { env = \"ALICE\" }\n");
    for (password, said) in [
        ("short", "fewer than 12 characters"),
        (&"x".repeat(1025), "more than 1024 bytes"),
    ] {
        place.set("ALICE", password);
        assert_refused(&place, said);
    }
    place.set("ALICE", "correct horse battery");
    assert_good(&place);
}

#[test]
fn an_address_of_another_machine_is_found_by_a_check() {
    let mut place = Place::new("");
    place.set("AIRSIDE_METRICS__LISTEN", "192.0.2.1:9000");
    assert_refused(&place, "cannot listen on 192.0.2.1:9000");
    assert_eq!(place.run(&["config", "check", "--offline"]).code, 0);
    place.set("AIRSIDE_METRICS__LISTEN", "127.0.0.1:0");
    assert_good(&place);
}
