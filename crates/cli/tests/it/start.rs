//! Starting, and being refused to start.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use airside_store_sql::postgres::{self, Postgres};
use airside_testkit::{Browser, postgres::Cluster};

use crate::server::{Place, Server, ended, has_mode};

#[tokio::test]
async fn without_configuration_a_link_makes_the_first_administrator_once() {
    let place = Place::new("");
    fs::remove_file(place.directory.path().join("airside.toml")).unwrap();
    let server = place.serve();
    let browser = Browser::new();
    let link = server
        .remarks
        .iter()
        .find(|line| line.contains("/setup?token="))
        .unwrap();
    let page = browser.get(link).await;
    let token = page.hidden("token");
    let fields = [
        ("token", token.as_str()),
        ("username", "root"),
        ("password", "long enough to be good"),
    ];
    assert_eq!(
        browser.post(&server.at("/setup"), &fields).await.status,
        200
    );
    // a second click, or Back: it says whom the link made, and makes nobody else
    let other = [fields[0], ("username", "evil"), fields[2]];
    for again in [
        browser.post(&server.at("/setup"), &other).await,
        browser.get(link).await,
    ] {
        assert_eq!(again.status, 200);
        assert!(
            again
                .text()
                .contains("Administrator <bdi>root</bdi> was created")
        );
    }
    let user = place.run(&["-o", "json", "user", "show", "root"]).json();
    assert_eq!(user["administrator"], true);
}

#[tokio::test]
async fn the_data_directory_and_its_socket_are_for_their_owner_only() {
    let place = Place::new("");
    let _server = place.serve();
    assert!(has_mode(&place.data(), 0o700));
    assert!(has_mode(&place.data().join("admin.sock"), 0o700));
    for name in ["master.key", "airside.db"] {
        assert!(has_mode(&place.data().join(name), 0o600), "{name}");
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn rights_of_others_on_the_data_directory_or_the_key_stop_the_start_and_those_of_the_group_do_not()
{
    let place = Place::new("");
    assert_eq!(place.serve().terminate(), 0);
    let (data, key) = (place.data(), place.data().join("master.key"));
    for (path, open, private) in [(&data, 0o705, 0o700), (&key, 0o644, 0o600)] {
        set_mode(path, open);
        let command = format!("chmod o-rwx {}", path.display());
        let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
        assert_eq!(refused.code, 2, "{}", refused.err);
        assert!(refused.err.contains(&command), "{}", refused.err);
        let checked = place.run(&["config", "check"]);
        assert_eq!(checked.code, 7, "{}", checked.err);
        assert!(checked.err.contains(&command), "{}", checked.err);
        set_mode(path, private);
    }
    set_mode(&data, 0o770);
    set_mode(&key, 0o640);
    let server = place.serve();
    let said = server.last_words();
    assert!(said.contains("the group has rights"), "{said}");
    assert_eq!(place.run(&["config", "check"]).code, 0);
}

#[test]
fn a_secret_that_others_can_change_stops_a_start_off_development_mode() {
    let user = "[[user]]\nusername = \"alice\"\npassword = { file = \"password\" }\n";
    let production = "issuer = \"https://id.example\"\ntrusted_proxies = [\"127.0.0.1\"]\n";
    let place = Place::new(&format!("{production}{user}"));
    let password = place.directory.path().join("password");
    fs::write(&password, "correct horse battery").unwrap();
    set_mode(place.directory.path(), 0o755);
    set_mode(&password, 0o646);
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    let command = format!("chmod o-w {}", password.display());
    assert!(refused.err.contains(&command), "{}", refused.err);
    // as containers mount it
    set_mode(&password, 0o444);
    assert_eq!(place.run(&["config", "check"]).code, 0);
    let said = place.serve().last_words();
    assert!(said.contains("other accounts can read a secret"), "{said}");
    // the control: a developer's machine
    let place = Place::new(user);
    fs::write(place.directory.path().join("password"), "correct horse").unwrap();
    set_mode(place.directory.path(), 0o755);
    assert_eq!(place.serve().terminate(), 0);
}

#[test]
fn what_is_at_the_sockets_path_and_no_socket_is_never_removed() {
    let place = Place::new("");
    let server = place.serve();
    // the socket is left behind
    server.kill();
    assert_eq!(place.serve().terminate(), 0);
    let path = place.data().join("admin.sock");
    fs::remove_file(&path).unwrap();
    fs::write(&path, "precious").unwrap();
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(refused.err.contains("no socket"), "{}", refused.err);
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}

#[test]
fn variables_of_others_keep_no_server_from_starting() {
    let mut place = Place::new("");
    // Kubernetes, for a service `airside`; an empty variable is not set
    for (name, value) in [
        ("AIRSIDE_PORT", "tcp://10.0.0.1:80"),
        ("AIRSIDE_SERVICE_HOST", "10.0.0.1"),
        ("AIRSIDE_CONFIG", ""),
        ("AIRSIDE_URL", ""),
        ("AIRSIDE_TOKEN", ""),
        ("AIRSIDE_ISSUER", ""),
    ] {
        place.set(name, value);
    }
    let quiet = place.run(&["config", "check"]);
    assert_eq!(quiet.code, 0, "{}", quiet.err);
    assert!(!quiet.err.contains("warning"), "{}", quiet.err);
    place.set("AIRSIDE_VERSION", "1.2");
    let warned = place.run(&["config", "check"]);
    assert_eq!(warned.code, 0, "{}", warned.err);
    assert!(warned.err.contains("AIRSIDE_VERSION"), "{}", warned.err);
    let said = place.serve().last_words();
    assert!(said.contains("AIRSIDE_VERSION"), "{said}");
    // the control
    place.set("AIRSIDE_LISTN", "127.0.0.1:0");
    assert_eq!(place.run(&["config", "check"]).code, 7);
}

#[test]
fn an_https_issuer_without_its_proxys_name_does_not_start() {
    // T32
    let place = Place::new("issuer = \"https://id.example\"\n");
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, 2);
    let said = "trusted_proxies = [\"127.0.0.1\"]";
    assert!(refused.err.contains(said), "{}", refused.err);
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.code, 7);
    assert!(checked.err.contains(said), "{}", checked.err);
    let place = Place::new(&format!("issuer = \"https://id.example\"\n{said}\n"));
    assert_eq!(place.serve().terminate(), 0);
}

#[tokio::test]
async fn metrics_are_scraped_at_an_address_of_their_own() {
    let mut place = Place::new("");
    let metrics = Place::new("").address();
    place.set("AIRSIDE_METRICS__LISTEN", &metrics);
    let server = place.serve();
    let browser = Browser::new();
    let scraped = browser.get(&format!("http://{metrics}/metrics")).await;
    assert_eq!(scraped.status, 200);
    let other = browser.get(&format!("http://{metrics}/jwks")).await;
    assert_eq!(other.status, 404);
    assert_eq!(browser.get(&server.at("/metrics")).await.status, 200);
    assert_eq!(server.terminate(), 0);
}

#[tokio::test]
async fn a_second_process_on_the_same_data_is_refused_and_the_first_goes_on() {
    let place = Place::new("");
    let server = place.serve();
    let second = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains("airside.db"), "{}", second.err);
    assert!(second.err.contains("another"), "{}", second.err);
    assert_eq!(
        Browser::new().get(&server.at("/health/ready")).await.status,
        200
    );
    assert_eq!(place.run(&["key", "list"]).code, 0);
}

#[test]
fn another_key_encryption_key_stops_the_start() {
    let place = Place::new("");
    assert_eq!(place.serve().terminate(), 0);
    let path = place.data().join("master.key");
    let right = fs::read(&path).unwrap();
    fs::write(&path, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.err.contains("key-encryption key is not the one"),
        "{}",
        refused.err
    );
    fs::write(&path, right).unwrap();
    assert_eq!(place.serve().terminate(), 0);
}

#[test]
fn a_lost_key_encryption_key_stops_the_start_and_no_new_one_is_made() {
    let place = Place::new("");
    assert_eq!(place.serve().terminate(), 0);
    fs::remove_file(place.data().join("master.key")).unwrap();
    let refused = place.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("is gone"), "{}", refused.err);
    assert!(!place.data().join("master.key").exists());
}

#[tokio::test]
async fn a_killed_server_leaves_nothing_behind_that_stops_the_next_one() {
    let place = Place::new("");
    place.serve().kill();
    assert!(place.data().join("admin.sock").exists());
    let server = place.serve();
    assert_eq!(place.run(&["key", "list"]).code, 0);
    assert_eq!(server.terminate(), 0);
}

#[test]
fn a_bad_configuration_is_told_at_once_with_places_and_advice() {
    let place = Place::new("isuer = \"x\"\n[tokens]\naccess_token_lifetime = \"soon\"\n");
    let checked = place.run(&["config", "check"]);
    assert_eq!(checked.code, 7);
    for part in [
        "airside.toml:1:1",
        "did you mean `issuer`",
        "airside.toml:3:",
    ] {
        assert!(checked.err.contains(part), "{part} in {}", checked.err);
    }
    assert_eq!(place.run(&["serve"]).code, 2);
}

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

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let place = Place::new("listen = \"127.0.0.1:1111\"\n[sessions]\nidle_lifetime = \"1h\"\n");
    let show = |arguments: &[&str]| {
        let mut command = place.command();
        command
            .env("AIRSIDE_SESSIONS__IDLE_LIFETIME", "2h")
            .args(arguments);
        ended(&mut command).out
    };
    let shown = show(&["config", "show"]);
    assert!(
        shown
            .lines()
            .any(|l| l.contains("idle_lifetime") && l.contains("2h")),
        "{shown}"
    );
    let server = Server::start(place.command().args(["serve", "--listen", "127.0.0.1:0"]));
    assert!(!server.url.ends_with(":1111"));
}

#[test]
fn an_unreachable_server_is_exit_code_6() {
    let place = Place::new("");
    assert_eq!(place.run(&["client", "list"]).code, 6);
}

#[test]
fn the_same_data_can_be_served_under_another_address() {
    let place = Place::new("");
    let first = Server::start(place.command().args(["serve", "--listen", "127.0.0.1:0"]));
    let url = first.url.clone();
    assert_eq!(first.terminate(), 0);
    let second = Server::start(place.command().args(["serve", "--listen", "127.0.0.1:0"]));
    assert_ne!(second.url, url);
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_leaves_no_core_and_may_open_what_it_is_allowed() {
    // T49
    let place = Place::new("");
    assert_limits(&place.serve());
    let guarded = Place::new("");
    let configuration = format!(
        "listen = \"{}\"\nupstream = \"http://127.0.0.1:1\"\nissuer = \"http://127.0.0.1:1\"\n\
         audience = \"https://bank.example\"\n[[operation]]\nmatch = \"GET /\"\npublic = \"all\"\n",
        guarded.address()
    );
    fs::write(guarded.directory.path().join("guard.toml"), configuration).unwrap();
    assert_limits(&Server::start(guarded.command().arg("guard")));
}

#[cfg(target_os = "linux")]
fn assert_limits(server: &Server) {
    let limits = fs::read_to_string(format!("/proc/{}/limits", server.pid())).unwrap();
    let soft_and_hard = |name| {
        let line = limits
            .lines()
            .find_map(|line: &str| line.strip_prefix(name));
        let columns = line.unwrap().split_whitespace().take(2);
        columns.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(soft_and_hard("Max core file size"), ["0", "0"]);
    let descriptors = soft_and_hard("Max open files");
    assert_eq!(descriptors[0], descriptors[1]);
}

#[test]
fn an_account_that_the_configuration_says_something_else_of_is_warned_about() {
    let user = |roles: &str| {
        format!(
            "[[user]]\nusername = \"bob\"\npassword = \"correct horse battery\"\nroles = [{roles}]\n"
        )
    };
    let place = Place::new(&user(""));
    assert_eq!(place.serve().terminate(), 0);
    fs::write(
        place.directory.path().join("airside.toml"),
        user("\"admin\""),
    )
    .unwrap();
    let server = place.serve();
    let warned = server
        .remarks
        .iter()
        .any(|line| line.contains("\"username\":\"bob\"") && line.contains("\"keys\":\"roles\""));
    assert!(warned, "{:?}", server.remarks);
}
