use super::*;

fn rows(files: &[(&str, &str)]) -> Vec<String> {
    let mut coverage = Coverage::default();
    for (name, text) in files {
        coverage.read(name, text);
    }
    let document = coverage.render();
    document
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_rule_is_listed_with_its_file_and_its_tests() {
    let decision = "fn redeem() {\n    // RFC6749-4.1.2: a code is redeemed once\n    once();\n}\n";
    let test = "#[test]\nfn a_code_is_redeemed_once() { // RFC6749-4.1.2\n}\n";

    let rows = rows(&[
        ("crates/oauth/src/code.rs", decision),
        ("crates/oauth/src/code/tests.rs", test),
    ]);

    let row = "| RFC6749-4.1.2 | a code is redeemed once | `crates/oauth/src/code.rs` \
               | `oauth::a_code_is_redeemed_once` |";
    assert_eq!(rows, [row]);
}

#[test]
fn ids_that_share_a_comment_are_told_apart() {
    let text = "// RFC7517-4.2, RFC7517-4.3: an encryption key; RFC8252-7.3: any port; or none\n";

    let rows = rows(&[("crates/jose/src/a.rs", text)]);

    let expected = [
        "| RFC7517-4.2 | an encryption key | `crates/jose/src/a.rs` | – |",
        "| RFC7517-4.3 | an encryption key | `crates/jose/src/a.rs` | – |",
        "| RFC8252-7.3 | any port; or none | `crates/jose/src/a.rs` | – |",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_rule_goes_on_over_the_next_lines_of_its_comment() {
    let text =
        "// OIDC-Core-9: the method\n    // is the registered one\nlet x; // and this is not\n";

    let rows = rows(&[("crates/oauth/src/a.rs", text)]);

    assert_eq!(
        rows,
        ["| OIDC-Core-9 | the method is the registered one | `crates/oauth/src/a.rs` | – |"]
    );
}

#[test]
fn a_comment_in_a_test_names_the_function_around_or_below_it() {
    let text = "// RFC9700-2.1: exact\nfn compare() {}\n\n#[cfg(test)]\nmod tests {\n    \
                // RFC9700-2.1\n    #[test]\n    fn below() {\n        let x = 1;\n        \
                // OAuth2.1-10.1\n        assert!(x == 1);\n    }\n}\n";

    let rows = rows(&[("crates/oauth/src/uri.rs", text)]);

    let expected = [
        "| OAuth2.1-10.1 | – | – | `oauth::below` |",
        "| RFC9700-2.1 | exact | `crates/oauth/src/uri.rs` | `oauth::below` |",
    ];
    assert_eq!(rows, expected);
}

#[test]
fn a_draft_is_cited_with_its_number() {
    let text = "// draft-ietf-oauth-x-21-8.3: a rule\n";

    let rows = rows(&[("crates/oauth/src/a.rs", text)]);

    assert_eq!(
        rows,
        ["| draft-ietf-oauth-x-21-8.3 | a rule | `crates/oauth/src/a.rs` | – |"]
    );
}

#[test]
fn words_that_only_look_like_ids_are_left_alone() {
    let text = "// RFC 6749: a space\n// RFC6749: no section\n// OIDC-Core: no section\n// as in RFC6749-4\n";

    assert!(rows(&[("crates/oauth/src/a.rs", text)]).is_empty());
}

#[test]
fn another_spelling_is_told_with_its_line() {
    let mut coverage = Coverage::default();
    coverage.read(
        "crates/oauth/src/a.rs",
        "fn a() {}\n// RFC 6749 §3.1: once\n",
    );

    let told = "crates/oauth/src/a.rs:2: `RFC 6749 §3.1`: write `RFC6749-3.1`";
    assert_eq!(coverage.misspelt, [told]);
    assert!(coverage.rows.is_empty());
}

#[test]
fn a_rule_beside_an_attack_counts() {
    let text = "#[test]\nfn a() {\n    // T02, RFC6749-3.1\n}\n";

    let rows = rows(&[("crates/oauth/tests/a.rs", text)]);

    assert_eq!(rows, ["| RFC6749-3.1 | – | – | `oauth::a` |"]);
}

#[test]
fn a_rule_that_is_decided_and_not_tested_is_untested() {
    let decided = "// RFC6749-3.1: once\n\n// RFC6749-3.2: once\n";
    let mut coverage = Coverage::default();
    coverage.read("crates/oauth/src/a.rs", decided);
    coverage.read(
        "crates/oauth/tests/a.rs",
        "#[test]\nfn a() {} // RFC6749-3.2, RFC6749-3.3\n",
    );

    assert_eq!(coverage.untested(), [&Id("RFC6749-3.1".to_owned())]);
}

#[test]
fn sections_are_ordered_as_numbers() {
    let text =
        "// RFC6749-10.1: c\n\n// RFC6749-3.1: b\n\n// RFC6749-A.1: a\n\n// RFC800-1: first\n";

    let order: Vec<String> = rows(&[("crates/oauth/src/a.rs", text)])
        .iter()
        .filter_map(|row| row.split(' ').nth(1).map(str::to_owned))
        .collect();

    assert_eq!(
        order,
        ["RFC800-1", "RFC6749-3.1", "RFC6749-10.1", "RFC6749-A.1"]
    );
}
