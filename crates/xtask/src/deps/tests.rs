use super::*;

fn edges(package: &str, kind: &str, dependency: &str) -> Vec<String> {
    let text = format!(
        r#"{{"packages":[{{"name":"airside-{package}","dependencies":[
                {{"name":"airside-{dependency}","kind":{kind},"path":"x"}},
                {{"name":"serde","kind":null,"path":null}}]}}]}}"#
    );
    forbidden_edges(&serde_json::from_str(&text).expect("metadata"))
}

#[test]
fn an_edge_against_the_arrows_is_refused() {
    assert_eq!(
        edges("oauth", "null", "server"),
        ["`oauth` must not depend on `server`"]
    );
    assert_eq!(edges("server", "null", "oauth"), [""; 0]);
    assert_eq!(edges("sqlx", "null", "resource"), [""; 0]);
    assert_eq!(
        edges("resource", "null", "sqlx"),
        ["`resource` must not depend on `sqlx`"]
    );
    assert_eq!(
        edges("stranger", "null", "oauth"),
        ["`stranger` is not in the table"]
    );
}

#[test]
fn tests_may_use_the_testkit_and_the_server_a_real_store() {
    assert_eq!(edges("jose", r#""dev""#, "testkit"), [""; 0]);
    assert_eq!(edges("server", r#""dev""#, "store-sql"), [""; 0]);
    assert_eq!(edges("server", "null", "store-sql").len(), 1);
    assert_eq!(edges("jose", r#""dev""#, "server").len(), 1);
}

#[test]
fn a_second_cryptographic_library_is_refused() {
    let tree = "airside-cli v0.1.0 (/somewhere)\nring v0.17.14\nhyper-rustls v0.27.10 (*)\n";
    let packages: Vec<_> = tree.lines().filter_map(BuiltPackage::parse).collect();

    assert_eq!(packages.len(), 3);
    assert_eq!(
        forbidden_packages(&packages),
        ["`ring` must not be in the binary or beneath an integration"]
    );
}

#[test]
fn versions_are_compared_as_numbers() {
    let h2 = |version| {
        outdated(&[BuiltPackage {
            name: "h2",
            version,
        }])
    };

    assert_eq!(h2("0.4.9"), ["`h2` is 0.4.9, below 0.4.16"]);
    assert_eq!(h2("0.4.16"), [""; 0]);
    assert_eq!(h2("0.5.0-rc.1+meta"), [""; 0]);
    assert_eq!(
        outdated(&[BuiltPackage {
            name: "other",
            version: "0.0.1"
        }]),
        [""; 0]
    );
}
