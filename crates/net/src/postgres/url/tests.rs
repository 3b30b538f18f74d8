use super::*;

#[test]
fn the_modes_are_those_of_libpq() {
    for (query, mode, check) in MODES {
        let url = format!("postgres://u:p@h/d?{query}&connect_timeout=1");
        let found = split(&url).unwrap();
        assert_eq!(
            (found.mode, found.parameters.check),
            (mode, check),
            "{query}"
        );
        assert_eq!(found.rest, "postgres://u:p@h/d?connect_timeout=1");
    }
}

#[test]
fn every_character_of_a_parameter_reaches_the_database() {
    let printable: String = (' '..='~').chain(['ä', '€']).collect();
    for text in printable
        .chars()
        .map(|c| format!("-c a={c}b"))
        .chain([printable.clone()])
    {
        let url = format!(
            "postgres://u:p@h/d?options={}&sslmode=require",
            encoded(&text)
        );
        let target = Target::parse(&url).unwrap();
        assert_eq!(target.config.get_options(), Some(text.as_str()), "{url}");
    }
    // as people write them; these three separate or encode
    let bare = printable.replace(['&', '%', '@'], "");
    let url = format!("postgres://u:p@h/d?application_name={bare}&options=-c a=b -c c=d");
    let target = Target::parse(&url).unwrap();
    assert_eq!(target.config.get_application_name(), Some(bare.as_str()));
    assert_eq!(target.config.get_options(), Some("-c a=b -c c=d"));
}

#[test]
fn what_cannot_be_kept_is_refused_and_no_password_is_quoted() {
    for query in [
        "sslmode=no",
        "sslmode=verify-full",
        "sslmode=verify-ca&sslrootcert=system",
        "sslcert=a",
        "sslkey=a",
        "sslmode=verify-full&sslrootcert=/nowhere/at/all",
        "unknown=1",
    ] {
        let url = format!("postgres://u:hunter2@h/d?{query}");
        let refused = Target::parse(&url).err().unwrap();
        assert!(
            !format!("{refused} {refused:?}").contains("hunter2"),
            "{query}"
        );
    }
}

#[test]
fn a_character_that_must_be_encoded_is_named_and_the_password_is_not() {
    for (password, encoded) in ENCODED {
        let url = format!("postgres://u:{password}@h/d");
        let refused = Target::parse(&url).err().unwrap().to_string();
        assert!(refused.contains(encoded), "{refused}");
        assert!(!refused.contains("ter2"), "{refused}");
    }
    // control: encoded, and where it separates nothing
    for url in [
        "postgres://u:hun%40ter2@h/d",
        "postgres://u:hunter2@h/d?application_name=a@b",
        "postgres://u@h/d",
        "postgres:///d?host=/run/postgresql&user=u",
    ] {
        assert!(Target::parse(url).is_ok(), "{url}");
    }
    let target = Target::parse("postgres://u:hun%40ter2@h/d").unwrap();
    assert_eq!(target.config.get_password(), Some(&b"hun@ter2"[..]));
}

#[test]
fn only_a_verified_certificate_or_this_machine_keeps_others_from_answering() {
    for (url, expected) in [
        ("postgres://u@h/d", true),
        ("postgres://u@h/d?sslmode=require", true),
        ("postgres://u@localhost,h/d", true),
        (
            "postgres://u@h/d?sslmode=verify-full&sslrootcert=system",
            false,
        ),
        ("postgres://u@localhost/d", false),
        ("postgres://u@127.0.0.1/d?sslmode=disable", false),
        ("postgres://u@[::1]/d", false),
        ("postgres://u@%2Frun/d", false),
    ] {
        let target = Target::parse(url).unwrap();
        assert_eq!(target.is_unverified(), expected, "{url}");
    }
}

const MODES: [(&str, SslMode, Check); 7] = [
    ("", SslMode::Prefer, Check::Nothing),
    ("sslmode=disable", SslMode::Disable, Check::Nothing),
    ("sslmode=allow", SslMode::Prefer, Check::Nothing),
    ("sslmode=require", SslMode::Require, Check::Nothing),
    (
        "sslmode=require&sslrootcert=r",
        SslMode::Require,
        Check::Chain,
    ),
    (
        "sslmode=verify-ca&sslrootcert=r",
        SslMode::Require,
        Check::Chain,
    ),
    (
        "sslmode=verify-full&sslrootcert=system",
        SslMode::Require,
        Check::ChainAndName,
    ),
];

const ENCODED: [(&str, &str); 5] = [
    ("hun@ter2", "%40"),
    ("@hunter2", "%40"),
    ("hun/ter2", "%2F"),
    ("1/hunter2", "%2F"),
    ("hun?ter2", "%3F"),
];
