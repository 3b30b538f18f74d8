//! Rights of others on the files of a server, and what is at the place of its socket.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use airside_testkit::assert_contains;

use crate::server::{Place, has_mode};

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

pub fn set_mode(path: &Path, mode: u32) {
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
        let refused = place.run("serve --listen 127.0.0.1:0");
        refused.assert_ended(2, &command);
        let checked = place.run("config check");
        checked.assert_ended(7, &command);
        set_mode(path, private);
    }
    set_mode(&data, 0o770);
    set_mode(&key, 0o640);
    let server = place.serve();
    let said = server.last_words();
    assert_contains(&said, "the group has rights");
    place.run("config check").assert_code(0);
}

#[test]
fn a_check_names_every_file_that_others_have_rights_on() {
    let user = "[[user]]\nusername = \"alice\"\npassword = { file = \"password\" }\n";
    let production = "issuer = \"https://id.example\"\ntrusted_proxies = [\"127.0.0.1\"]\n";
    let place = Place::new(&format!("{production}{user}"));
    place.write("password", "correct horse battery");
    assert_eq!(place.serve().terminate(), 0);
    set_mode(place.directory.path(), 0o755);
    let exposed = [
        place.data(),
        place.data().join("master.key"),
        place.at("password"),
    ];
    for (path, mode) in exposed.iter().zip([0o755, 0o644, 0o666]) {
        set_mode(path, mode);
    }
    let checked = place.run("config check");
    checked.assert_code(7);
    for path in &exposed {
        assert_contains(&checked.err, &format!(" {}`", path.display()));
    }
}

#[test]
fn a_secret_that_others_can_change_stops_a_start_off_development_mode() {
    let user = "[[user]]\nusername = \"alice\"\npassword = { file = \"password\" }\n";
    let production = "issuer = \"https://id.example\"\ntrusted_proxies = [\"127.0.0.1\"]\n";
    let place = Place::new(&format!("{production}{user}"));
    let password = place.at("password");
    fs::write(&password, "correct horse battery").unwrap();
    set_mode(place.directory.path(), 0o755);
    set_mode(&password, 0o646);
    let refused = place.run("serve --listen 127.0.0.1:0");
    refused.assert_code(2);
    let command = format!("chmod o-w {}", password.display());
    assert_contains(&refused.err, &command);
    // as containers mount it
    set_mode(&password, 0o444);
    place.run("config check").assert_code(0);
    let said = place.serve().last_words();
    assert_contains(&said, "other accounts can read a secret");
}

#[test]
fn a_developer_starts_with_a_secret_that_others_can_read() {
    let user = "[[user]]\nusername = \"alice\"\npassword = { file = \"password\" }\n";
    let place = Place::new(user);
    place.write("password", "correct horse");
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
    let refused = place.run("serve --listen 127.0.0.1:0");
    refused.assert_ended(1, "no socket");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}
