use proptest::prelude::*;

use super::*;

fn name(text: &str) -> String {
    Username::parse(text).unwrap().into()
}

fn refused(text: &str) -> UsernameError {
    Username::parse(text).unwrap_err()
}

#[test]
fn names_are_what_the_examples_of_rfc_8265_say() {
    // RFC8265-3.3.3, RFC8265-3.5: table 1, and table 2 below
    for (typed, stored) in [
        ("juliet@example.com", "juliet@example.com"),
        ("fussball", "fussball"),
        ("fu\u{df}ball", "fu\u{df}ball"),
        ("\u{3c0}", "\u{3c0}"),
        ("\u{3a3}", "\u{3c3}"),
        ("\u{3c3}", "\u{3c3}"),
        ("\u{3c2}", "\u{3c2}"),
    ] {
        assert_eq!(name(typed), stored);
    }
    assert_eq!(refused("foo bar"), UsernameError::Forbidden(' '));
    assert_eq!(refused(""), UsernameError::Length);
    assert_eq!(
        refused("henry\u{2163}"),
        UsernameError::Forbidden('\u{2163}')
    );
    assert_eq!(refused("\u{221e}"), UsernameError::Forbidden('\u{221e}'));
}

#[test]
fn one_person_has_one_name_in_every_spelling() {
    // T32
    for (spelling, one) in [
        (" Alice ", "alice"),
        ("ＡＬＩＣＥ", "alice"),
        ("ａlice", "alice"),
        ("RENÉ", "rené"),
        ("rene\u{301}", "rené"),
        ("RENE\u{301}", "rené"),
        ("ｶﾞ", "ガ"),
        ("ΠΈΤΡΟΣ", "πέτροσ"),
        ("Йван", "\u{438}\u{306}ван"),
    ] {
        assert_eq!(name(spelling), name(one), "{spelling}");
    }
    assert_ne!(name("fussball"), name("fußball"));
}

const REFUSALS: [(&str, &str); 7] = [
    ("  \n", "a username has 1 to 128 characters"),
    ("foo bar", "a username cannot contain a space"),
    ("a∞", "a username cannot contain `∞` (U+221E)"),
    ("a\u{0}b", "a username cannot contain `\\0` (U+0000)"),
    (
        "a\u{202e}b",
        "a username cannot contain `\\u{202e}` (U+202E)",
    ),
    (
        "a\u{200d}b",
        "a username cannot contain `\\u{200d}` (U+200D)",
    ),
    ("a☺", "a username cannot contain `☺` (U+263A)"),
];

#[test]
fn a_refusal_says_which_character_it_is_about() {
    for (typed, message) in REFUSALS {
        assert_eq!(refused(typed).to_string(), message);
    }
    assert_eq!(refused("אבa"), UsernameError::Direction);
    assert_eq!(name("אבג"), "אבג");
    assert_eq!(refused("\u{37e}a"), UsernameError::Forbidden('\u{37e}'));
    // its small letters are younger than the tables of RFC 8264
    assert!(matches!(refused("\u{13a0}"), UsernameError::Forbidden(_)));
}

#[test]
fn a_name_is_measured_in_the_form_that_is_stored() {
    assert_eq!(name(&"E\u{301}".repeat(128)), "é".repeat(128));
    assert_eq!(refused(&"é".repeat(129)), UsernameError::Length);
    assert_eq!(refused(&"a".repeat(100_000)), UsernameError::Length);
    assert!(TypedName::parse(&"a".repeat(129)).is_err());
}

const OF_SEVERAL_SCRIPTS: [&str; 5] = [
    "p\u{430}ypal",
    "аdmin",
    "ορеn",
    "alice太郎",
    "ｐ\u{430}ypal",
];

const OF_ONE_SCRIPT: [&str; 7] = [
    "иван",
    "иван-1990",
    "山田たろうタロウ",
    "김철수金",
    "ㄅ陳",
    "josé.1_x@y",
    "محمد1",
];

#[test]
fn letters_of_several_scripts_are_refused_unless_an_administrator_lets_them() {
    // UTS39-5.1
    for typed in OF_SEVERAL_SCRIPTS {
        assert!(
            matches!(refused(typed), UsernameError::MixedScripts(_)),
            "{typed}"
        );
        assert!(Username::parse_any_scripts(typed).is_ok(), "{typed}");
    }
    for typed in OF_ONE_SCRIPT {
        assert!(Username::parse(typed).is_ok(), "{typed}");
    }
    assert_eq!(
        refused("p\u{430}ypal").to_string(),
        "a username has letters of one script, so that it cannot be mistaken for another: `а` (U+0430) is Cyrillic, unlike the letters before it"
    );
}

const STORED_EARLIER: [&str; 7] = [
    "alice smith",
    "ａlice",
    "i\u{307}",
    "∞",
    "ας",
    "a\u{303}",
    "p\u{430}ypal",
];

#[test]
fn names_that_earlier_versions_stored_are_read_and_found() {
    for stored in STORED_EARLIER {
        let read = Username::stored(stored).unwrap();
        assert_eq!(read.as_str(), stored);
        assert_eq!(TypedName::parse(stored).unwrap().earlier(), Some(stored));
        assert_eq!(TypedName::from(&read), TypedName::parse(stored).unwrap());
    }
    for never in ["Alice", " alice", "", "a\tb"] {
        assert_eq!(Username::stored(never), None, "{never:?}");
    }
    let precis = |stored: &str| Username::stored(stored).unwrap().precis().map(String::from);
    assert_eq!(precis("ａlice").as_deref(), Some("alice"));
    assert_eq!(precis("alice smith"), None);
    let typed = TypedName::parse("Alice Smith").unwrap();
    assert_eq!(
        (typed.earlier(), typed.precis()),
        (Some("alice smith"), None)
    );
    assert!(TypedName::parse("a\u{0}b").is_err());
}

/// Returns true if every account that `text` can find counts attempts where `text` does.
fn shares_attempts(text: &str) -> bool {
    let key = attempts_key(text);
    let forms = [earlier_form(text), enforce(text).ok()];
    forms.iter().flatten().all(|form| attempts_key(form) == key)
}

#[test]
fn every_character_counts_attempts_in_both_forms_alike() {
    // T32
    let lower = |c: char| !c.to_lowercase().eq([c]);
    let composed = |c: char| ![c].into_iter().nfkc().eq([c]);
    let changed = ('\u{0}'..=char::MAX).filter(|c| lower(*c) || composed(*c));
    for character in changed {
        for text in [
            String::from(character),
            format!("a{character}"),
            format!("{character}\u{301}"),
            format!("{character}\u{3b1}{character}"),
        ] {
            assert!(shares_attempts(&text), "{text:?}");
        }
    }
    let key = |text| TypedName::parse(text).unwrap().attempts_key().to_owned();
    assert_eq!(key("ΟΔΟΣ"), key("οδος"));
    assert_eq!(key("ΟΔΟΣ"), key("οδοσ"));
    assert_ne!(key("fussball"), key("fußball"));
}

proptest! {
    #[test]
    fn a_name_of_rfc_8265_stays_the_same_and_is_one_that_any_version_reads(text in "\\PC{0,8}|[A-zÀ-ỹΑ-ωА-я０-ｚ\u{300}-\u{345}]{1,12}") {
        if let Ok(name) = Username::parse_any_scripts(&text) {
            prop_assert_eq!(name.precis(), Some(name.clone()));
            prop_assert_eq!(Username::stored(name.as_str()), Some(name.clone()));
        }
        prop_assert!(shares_attempts(&text), "{:?}", text);
    }
}
