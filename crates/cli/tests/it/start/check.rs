//! Problems that `airside config check` finds before a start.

mod database;

use super::{permission::set_mode, *};

#[test]
fn a_certificate_that_cannot_be_used_is_found_by_a_check() {
    let text = "issuer = \"https://127.0.0.1:8080\"\n[tls]\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n";
    let place = Place::new(text);
    for name in ["c.pem", "k.pem"] {
        place.write(name, "-----BEGIN");
    }
    let checked = place.run("config check");
    checked.assert_ended(7, "c.pem");
    place.run("serve").assert_code(2);
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
    let checked = place.run("config check");
    assert_eq!(checked.code, 7, "{said}: {}", checked.err);
    assert!(checked.err.contains(said), "{said}: {}", checked.err);
    let problems = problems(place);
    assert!(problems[0]["message"].is_string(), "{said}: {problems}");
    assert!(before == everything(place.directory.path()), "{said}");
    let refused = place.run("serve --listen 127.0.0.1:0");
    assert!([1, 2].contains(&refused.code), "{said}: {}", refused.err);
    assert!(refused.err.contains(said), "{said}: {}", refused.err);
}

/// The list that a check prints for programs.
fn problems(place: &Place) -> serde_json::Value {
    let checked = place.run("-o json config check");
    serde_json::from_str(&checked.out).unwrap()
}

fn assert_good(place: &Place) {
    let before = everything(place.directory.path());
    place.run("config check").assert_code(0);
    assert!(before == everything(place.directory.path()));
}

#[test]
fn a_private_key_of_another_certificate_is_found_by_a_check() {
    let text = "issuer = \"https://127.0.0.1:8080\"\n[tls]\ncertificate = \"c.pem\"\nprivate_key = \"k.pem\"\n";
    let place = Place::new(text);
    let pair = || rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (one, other) = (pair(), pair());
    let write = |name: &str, pem: String| {
        place.write(name, pem);
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
    let at = |place: &Place, name: &str| place.at(name);
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
    place.run("config check --offline").assert_code(0);
    place.set("AIRSIDE_METRICS__LISTEN", "127.0.0.1:0");
    assert_good(&place);
}

#[test]
fn problems_of_the_file_and_of_the_machine_are_one_kind_of_list() {
    let place = Place::new("[tokens]\naccess_token_lifetime = \"soon\"\n");
    let of_file = problems(&place);
    assert_eq!(of_file[0]["file"], "airside.toml", "{of_file}");
    assert_eq!(of_file[0]["line"], 2, "{of_file}");
    place.write("airside.toml", "");
    assert_eq!(problems(&place), serde_json::json!([]));
}
