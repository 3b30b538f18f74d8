//! Mistakes in the form of a file are told where they are.

use airside_testkit::assert_contains;

use super::*;

/// The four problems of [`all_problems_are_told_at_once`].
const ALL_PROBLEMS: &str = "\
error: unknown key `isuer`
 --> airside.toml:1:1
  |
1 | isuer = \"http://127.0.0.1:8080\"
  | ^^^^^
  = help: did you mean `issuer`?

error: `listen` is `localhost`, which is no address with a port
 --> airside.toml:2:10
  |
2 | listen = \"localhost\"
  |          ^^^^^^^^^^^
  = help: write it as in `127.0.0.1:8080` or `[::1]:8080`

error: `tokens.access_token_lifetime` must be a duration in quotes, not an integer
 --> airside.toml:5:25
  |
5 | access_token_lifetime = 900
  |                         ^^^
  = help: write an integer and `ms`, `s`, `m`, `h` or `d`, as in `\"15m\"`

error: `tokens.id_token_lifetime` is `2d`, but must be 1s to 1d
 --> airside.toml:6:21
  |
6 | id_token_lifetime = \"2d\"
  |                     ^^^^";

#[test]
fn all_problems_are_told_at_once() {
    let text = "isuer = \"http://127.0.0.1:8080\"\nlisten = \"localhost\"\n\n[tokens]\n\
                access_token_lifetime = 900\nid_token_lifetime = \"2d\"\n";
    assert_eq!(refused(text), ALL_PROBLEMS);
}

#[test]
fn every_garbled_value_is_refused_where_it_is() {
    for section in REGISTRY.sections {
        for key in section.keys {
            for garbled in garbled(key.kind) {
                let text = format!(
                    "# first line\n{}{} = {garbled}\n",
                    header(section),
                    key.name
                );
                let problems = load(&text).expect_err(&text).to_json().to_string();
                let line = text.lines().count();
                assert!(
                    problems.contains(&format!("\"line\":{line}")),
                    "{text}{problems}"
                );
                assert!(problems.contains(key.name), "{text}{problems}");
            }
        }
    }
}

pub(super) fn header(section: &SectionInfo) -> String {
    match (section.name, section.repeated) {
        ("", _) => String::new(),
        (name, true) => format!("[[{name}]]\n"),
        (name, false) => format!("[{name}]\n"),
    }
}

fn garbled(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => &["7", "[]"],
        Kind::Path => &["7", "\"\""],
        Kind::Address => &["0", "\"\"", "\"127.0.0.1\"", "\"127.0.0.1:99999\""],
        Kind::Duration(..) => &["0", "\"\"", "\"15\"", "\"-1s\"", "\"99999d\"", "true"],
        Kind::Integer(0, _) => &["-1", "\"1\"", "1.5", "99999999999999999999999999"],
        Kind::Integer(..) => &["0", "-1", "\"1\"", "1.5", "99999999999999999999999999"],
        Kind::Boolean => &["0", "\"true\""],
        Kind::Texts => &["\"a\"", "[1]", "{}"],
        Kind::Choice(_) => &["0", "\"\"", "\"nonsense\""],
        Kind::Choices(_) => &["\"RS256\"", "[\"nonsense\"]", "[0]"],
        Kind::Secret => &[
            "0",
            "{}",
            "{ env = \"\" }",
            "{ env = \"A\", file = \"b\" }",
            "{ x = 1 }",
        ],
        Kind::Table => &["0", "\"a\"", "[]"],
        _ => panic!("no key of `airside.toml` takes {kind:?}"),
    }
}

#[test]
fn every_misspelt_key_is_refused_where_it_is() {
    for section in REGISTRY.sections {
        for key in section.keys {
            let misspelt = format!("{}x", key.name);
            let text = format!("{}{misspelt} = 1\n", header(section));
            let problems = refused(&text);
            assert_contains(&problems, &format!("unknown key `{misspelt}`"));
            assert_contains(&problems, &format!("did you mean `{}`?", key.name));
        }
    }
}

#[test]
fn a_key_in_the_wrong_table_is_sent_home() {
    let said = refused("publish_ahead = \"0s\"\n");
    assert_contains(&said, "help: `publish_ahead` belongs in `[keys]`");
    let said = refused("[tokens]\nlisten = \"127.0.0.1:1\"\n");
    assert_contains(&said, "help: `listen` belongs above the first table");
}

#[test]
fn a_repeated_table_needs_two_brackets() {
    let said = refused("[client]\nclient_id = \"spa\"\n");
    assert_contains(&said, "`client` must be written `[[client]]`");
    assert!(refused("[[tokens]]\n").contains("`tokens` must be written `[tokens]`"));
}

#[test]
fn a_line_that_is_not_toml_is_refused_where_it_is() {
    let problems = load("listen = \"127.0.0.1:1\"\nissuer = = 1\n").unwrap_err();
    assert!(
        problems.to_json().to_string().contains("\"line\":2"),
        "{problems}"
    );
    assert!(load("listen = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n").is_err());
}

#[test]
fn a_line_that_is_no_toml_is_blamed_once_beside_other_problems() {
    let expected = "\
error: string values must be quoted, expected literal string
 --> airside.toml:1:10
  |
1 | listen =
  |          ^

error: unknown key `isuer`
 --> airside.toml:2:1
  |
2 | isuer = 1
  | ^^^^^
  = help: did you mean `issuer`?";
    assert_eq!(refused("\u{feff}listen = \nisuer = 1\n"), expected);
}
