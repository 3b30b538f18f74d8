//! Clients and APIs that the administrator owns.

use airside_testkit::assert_contains;

use super::*;

#[test]
fn a_client_lives_from_create_to_delete() {
    let (place, _server) = start();
    machine(&place);
    let edit = "client edit m2m --name Billing";
    assert_eq!(place.json(edit)["client_name"], "Billing");
    let again = "client create m2m --grant-type client_credentials";
    place.run(again).assert_code(5);
    place.run("client delete m2m").assert_code(0);
    place.run("client show m2m").assert_code(3);
    let nonsense = "client create x --public --grant-type client_credentials";
    place.run(nonsense).assert_code(2);
}

#[test]
fn a_configured_client_is_read_only() {
    let (place, _server) = start();
    let refused = place.run("client delete configured");
    refused.assert_ended(5, "configuration file");
}

#[test]
fn a_redirect_uri_can_be_added() {
    let (place, _server) = start();
    let create = "client create spa --public --redirect-uri https://a.example/cb";
    place.run(create).assert_code(0);
    let add = "client edit spa --add-redirect-uri https://b.example/cb";
    let uris = place.json(add)["redirect_uris"].clone();
    assert_eq!(
        uris,
        json!(["https://a.example/cb", "https://b.example/cb"])
    );
}

#[test]
fn an_api_without_scopes_is_named_by_the_clients_that_list_it() {
    // T16
    let (place, _server) = start();
    let secret = machine(&place);
    let api = "https://plain.example";
    let token = || {
        place.run(&format!(
            "-o json token get --client m2m --secret {secret} --resource {api}"
        ))
    };
    let refused = token();
    refused.assert_ended(4, "invalid_target");
    let edit = |api: &str| place.run(&["-o", "json", "client", "edit", "m2m", "--resource", api]);
    assert_eq!(edit("https://nowhere.example").code, 2);
    assert_eq!(edit(api).json()["resources"], json!([api]));
    let shown = place.run("-o json client show m2m");
    assert_eq!(shown.json()["resources"], json!([api]));
    assert!(token().json()["access_token"].is_string());
}

#[test]
fn a_rotated_secret_goes_on_working_until_the_next_rotation() {
    let (place, _server) = start();
    let first = machine(&place);
    let rotate = || {
        let rotated = place.json("client rotate-secret m2m");
        rotated["client_secret"].as_str().unwrap().to_owned()
    };
    let second = rotate();
    assert_eq!(
        (get(&place, &first).code, get(&place, &second).code),
        (0, 0)
    );
    rotate();
    assert_eq!(
        (get(&place, &first).code, get(&place, &second).code),
        (4, 0)
    );
}

#[test]
fn a_secret_can_come_from_a_file_or_the_environment() {
    let (place, _server) = start();
    let secret = machine(&place);
    place.write("secret", format!("{secret}\n"));
    assert_eq!(get(&place, "@secret").code, 0);
    let mut command = place.command();
    command
        .env("M2M", &secret)
        .args(["token", "get", "--client", "m2m", "--secret", "env:M2M"]);
    assert_eq!(crate::server::ended(&mut command).code, 0);
    assert_eq!(get(&place, "env:NOT_SET").code, 2);
    assert_eq!(get(&place, "wrong").code, 4);
}

#[test]
fn clients_and_apis_whose_algorithm_left_are_named_with_the_command_that_mends_them() {
    let place = Place::new("");
    let server = place.serve();
    let api = "https://orders.example";
    let public = ["--public", "--redirect-uri", "https://shop.example/cb"];
    let machine = ["--grant-type", "client_credentials"];
    let of = ["--id-token-alg", "EdDSA"];
    for arguments in [
        ["resource", "create", api, "--signing-alg", "EdDSA"].to_vec(),
        [&["client", "create", "shop"], &public[..], &of].concat(),
        // it gets no ID tokens
        [&["client", "create", "robot"], &machine[..], &of].concat(),
    ] {
        place.run(&arguments).assert_code(0);
    }
    let mends = |text: &str| text.contains("airside client edit");
    assert!(!mends(&place.run("config check").err));
    assert_eq!(server.terminate(), 0);
    let file = place.at("airside.toml");
    std::fs::write(file, "[keys]\nalgorithms = [\"RS256\", \"ES256\"]\n").unwrap();
    let checked = place.run("config check");
    checked.assert_code(0);
    assert!(!checked.err.contains("robot"), "{}", checked.err);
    let server = place.serve();
    let started = server.remarks.join("\n");
    for command in [
        "airside client edit shop --id-token-alg RS256",
        "airside resource edit https://orders.example --signing-alg RS256",
    ] {
        assert_contains(&checked.err, command);
        assert_contains(&started, command);
        let arguments: Vec<_> = command.split(' ').skip(1).collect();
        assert_eq!(place.run(&arguments).code, 0, "{command}");
    }
    assert!(!mends(&place.run("config check").err));
}
