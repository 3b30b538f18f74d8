//! Clients.

use airside_testkit::assert_contains;

use super::*;

#[test]
fn a_wrong_redirect_uri_is_pointed_at() {
    let said = refused(
        "[[client]]\nclient_id = \"a\"\ntoken_endpoint_auth_method = \"none\"\n\
         redirect_uris = [\"https://a.example/cb\", \"https://a.example/#x\"]\n",
    );
    assert_contains(&said, "client `a`: redirect_uris");
    assert_contains(&said, "--> airside.toml:4:43");
}

#[test]
fn what_a_client_lacks_is_pointed_at_its_header() {
    let said =
        refused("\n[[client]]\nclient_name = \"x\"\ntoken_endpoint_auth_method = \"none\"\n");
    assert_contains(&said, "client: client_id is missing\n --> airside.toml:2:1");
}

#[test]
fn a_malformed_client_is_blamed_once() {
    let said = refused("[[client]]\nclient_id = \"a\"\ntoken_endpoint_auth_method = \"nonne\"\n");
    assert_eq!(said.matches("error:").count(), 1, "{said}");
    assert_contains(&said, "help: did you mean `none`?");
}

#[test]
fn a_client_lists_registered_apis() {
    let client = |resources: &str| {
        format!(
            "{API}[[client]]\nclient_id = \"spa\"\ntoken_endpoint_auth_method = \"none\"\n\
             redirect_uris = [\"https://app.example/cb\"]\nscope = \"openid\"\nresources = {resources}\n"
        )
    };
    let config = load(&client("[\"https://api.example.com\"]")).unwrap();
    let resources = &config.settings.clients[0].settings.resources;
    assert_eq!(*resources, ["https://api.example.com"]);
    let said = refused(&client("[\"https://api.example\"]"));
    assert!(
        said.contains(
            "client `spa`: resources names `https://api.example`, which is not a registered API; the nearest is `https://api.example.com`"
        ),
        "{said}"
    );
}

#[test]
fn keys_of_a_client_are_a_jwk_set() {
    let client = |jwks: &str| {
        format!(
            "[[client]]\nclient_id = \"job\"\ntoken_endpoint_auth_method = \"private_key_jwt\"\n\
             grant_types = [\"client_credentials\"]\njwks = {jwks}\n"
        )
    };
    // RFC8037-A.2
    let key = "{ kty = \"OKP\", crv = \"Ed25519\", alg = \"EdDSA\", \
               x = \"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\" }";
    let config = load(&client(&format!("{{ keys = [{key}] }}"))).unwrap();
    assert!(config.settings.clients[0].jwks.is_some());
    assert!(refused(&client("{ keys = 1 }")).contains("`client.jwks` is not a JWK Set"));
    assert!(refused(&client("{ keys = [] }")).contains("--> airside.toml:5:8"));
}

#[test]
fn a_name_that_only_the_store_could_have_is_not_blamed_while_it_cannot_be_asked() {
    let names = "scope = \"openid orders:read\"\nresources = [\"https://orders.example\"]\n";
    let text = format!("{SPA}{names}");
    let unasked = |text: &str| {
        let machine = Machine {
            is_store_unknown: true,
            ..Machine::with(text)
        };
        machine.load()
    };
    assert!(unasked(&text).is_ok());
    let said = refused(&text);
    assert_contains(&said, "`orders:read`, which no API has");
    // whatever no API explains is blamed
    let wrong = text.replace("/callback", "/#callback");
    let said = unasked(&wrong).unwrap_err().to_string();
    assert_contains(&said, "client `spa`: redirect_uris");
    assert_eq!(said.matches("error:").count(), 1, "{said}");
}
