use std::time::Duration;

use super::*;
use crate::{
    Section, Table,
    key::{
        Within, address, boolean, duration, free, free_texts, integer, path, secret,
        secret_reference, size, table, tables, text, text_or_texts, texts, texts_or_tables, top,
        url, within, word, words,
    },
    section,
    value::Hidden,
};

section! {
    TOP: Top = top(), "All kinds." {
        name: Optional<String> = text().required(), "A text.";
        home: Optional<url::Url> = url(), "An address.";
        listen: Optional<std::net::SocketAddr> = address(), "An address and a port.";
        file: Optional<String> = path(), "A path.";
        lifetime: Key<Duration> = duration(1, 60).or(Duration::from_secs(5)), "A duration.";
        count: Key<u32> = integer(1, 9).or(3), "An integer.";
        bytes: Key<u64> = size().or(1024), "A size.";
        on: Key<bool> = boolean().or(true), "A switch.";
        items: Key<Vec<String>> = texts().or(&["a"]), "Texts.";
        either: Optional<Vec<String>> = text_or_texts(), "A text or texts.";
        mixed: Optional<Vec<Within<Part>>> = texts_or_tables(), "Texts or tables.";
        part: Optional<Within<Part>> = within(), "A table.";
        flavour: Key<String> = word(&["sweet", "sour"]).or("sour"), "A word.";
        flavours: Optional<Vec<String>> = words(&["sweet", "sour"]), "Words.";
        password: Optional<Hidden> = secret(), "A secret.";
        elsewhere: Optional<Hidden> = secret_reference(), "Where a secret is.";
        members: Key<Vec<Entry>> = free().or_empty(), "Anything.";
        labels: Optional<Vec<Entry>> = free_texts(), "Texts by name.";
    }
}

section! {
    PART: Part = table("part"), "A table within." {
        id: Optional<u32> = integer(0, 9).required(), "A number.";
    }
}

section! {
    ROW: Row = tables("row"), "Rows." {
        id: Optional<String> = text().required(), "A name.";
    }
}

static REGISTRY: Registry = Registry {
    retired: &[("", "colour", "write `flavour`")],
    ..Registry::new("test.toml", &[Top::INFO, Row::INFO])
};

fn given(text: &str) -> RawConfig {
    let read = |_: &Path| Ok(text.to_owned());
    let inputs = Inputs {
        file: None,
        flags: Vec::new(),
        variables: &BTreeMap::new(),
        working_directory: PathBuf::new(),
        read: &read,
    };
    RawConfig::read(&REGISTRY, &inputs).unwrap()
}

fn problems(text: &str) -> Problems {
    let given = given(text);
    Problems::new(given.source, given.problems)
}

/// The messages about a file that has a name too.
fn said(text: &str) -> String {
    problems(&format!("name = \"n\"\n{text}")).to_string()
}

#[test]
fn a_value_of_another_kind_is_refused_where_it_is() {
    for (key, value) in [
        ("home", "\"nowhere\""),
        ("listen", "\"127.0.0.1\""),
        ("file", "\"\""),
        ("lifetime", "\"61s\""),
        ("lifetime", "5"),
        ("count", "10"),
        ("bytes", "-1"),
        ("on", "\"true\""),
        ("items", "\"a\""),
        ("items", "[1]"),
        ("either", "1"),
        ("either", "[1]"),
        ("mixed", "[1]"),
        ("mixed", "[{ id = \"a\" }]"),
        ("mixed", "[{}]"),
        ("part", "\"a\""),
        ("part", "{ ids = 1 }"),
        ("flavour", "\"swet\""),
        ("flavours", "[\"sweet\", \"salty\"]"),
        ("password", "{ env = \"\" }"),
        ("elsewhere", "\"hunter2\""),
        ("elsewhere", "{ file = 1 }"),
        ("members", "[]"),
        ("labels", "{ a = 1 }"),
    ] {
        let said = said(&format!("{key} = {value}\n"));
        assert!(said.contains("--> test.toml:2:"), "{key} = {value}: {said}");
        assert!(said.contains(key), "{key} = {value}: {said}");
    }
}

#[test]
fn what_is_given_is_read_and_what_is_not_is_the_default() {
    let empty = given("");
    let top = Table::<Top>::of(&empty.root);
    assert_eq!(top.get(&TOP.lifetime), Duration::from_secs(5));
    assert_eq!((top.get(&TOP.count), top.get(&TOP.bytes)), (3, 1024));
    assert!(top.get(&TOP.on) && top.get(&TOP.items) == ["a"]);
    assert!(top.find(&TOP.either).is_none() && top.get(&TOP.flavour) == "sour");
    let full = given(
        "lifetime = \"1500ms\"\neither = \"x\"\non = false\npart = { id = 7 }\n\
         [[row]]\nid = \"one\"\n[[row]]\nid = \"two\"\n",
    );
    let top = Table::<Top>::of(&full.root);
    assert_eq!(top.get(&TOP.lifetime), Duration::from_millis(1500));
    assert_eq!(top.find(&TOP.either).unwrap(), ["x"]);
    assert!(!top.get(&TOP.on));
    assert_eq!(top.within(&TOP.part).unwrap().find(&PART.id), Some(7));
    let rows = Table::<Row>::each(&full.root);
    let rows: Vec<_> = rows.iter().filter_map(|row| row.find(&ROW.id)).collect();
    assert_eq!(rows, ["one", "two"]);
}

#[test]
fn what_is_malformed_reads_as_the_default() {
    let given = given("count = 99\nlifetime = \"soon\"\n");
    let top = Table::<Top>::of(&given.root);
    assert!(top.get(&TOP.count) == 3 && top.is_malformed(&TOP.count));
    assert_eq!(top.get(&TOP.lifetime), Duration::from_secs(5));
}

#[test]
fn a_key_that_must_be_given_is_missing_unless_it_is_misspelt() {
    let is_missing = |text| problems(text).to_string().contains("is missing");
    assert!(is_missing("") && is_missing("name = \"n\"\n[[row]]\n"));
    assert!(!is_missing("name = 1\n") && !is_missing("nam = \"n\"\n"));
    // what is not understood could have been it
    assert!(!is_missing("name = = 1\n"));
}

#[test]
fn an_unknown_key_is_told_where_it_belongs() {
    assert!(said("lifetme = 1\n").contains("did you mean `lifetime`?"));
    let below = said("[[row]]\nid = \"a\"\nlifetime = 1\n");
    assert!(
        below.contains("`lifetime` belongs above the first table"),
        "{below}"
    );
    let within = said("part = { id = 1, idd = 1 }\n");
    assert!(within.contains("unknown key `idd` in `part`"), "{within}");
    assert!(said("colour = 1\n").contains("= help: write `flavour`"));
}

#[test]
fn no_secret_is_shown_wherever_it_is_written() {
    for text in [
        "password = { value = \"hunter2\" }",
        "elsewhere = \"hunter2\"",
        "elsewhere = [\"hunter2\"]",
        "passwort = \"hunter2\"",
        "access_token = \"hunter2\"",
        "zzz = \"hunter2\"",
        "zzz = { a = [\"hunter2\"] }",
        "zzz = \"hunter2",
        "zzz = \"hunter2\" hunter2",
        "zzz =\nhunter2",
        "password = \"hunter2",
        "password =\n\"hunter2\"",
        "password = [\n\"hunter2\"\nhunter2",
        "password = \"\"\"\nhunter2=\n",
        "password = '''\nhunter2 = 1\n",
        "[zzz]\npassword = \"hunter2\"",
        "[row]\npassword = \"hunter2\"",
        "home = \"hunter2:hunter2@y\"\nlisten = \"x:hunter2@y\"",
        "flavour = \"https://me:hunter2/a@b\"",
        "password = { env = \"hunter2 hunter2\" }\ncount = \"a\"",
        "flavour = \"a:hunter2\\\"@b\"",
    ] {
        let problems = problems(text);
        let said = format!("{problems} {problems:?} {}", problems.to_json());
        assert!(said.contains("error: "), "{text}");
        assert!(!said.contains("hunter2"), "{text}: {said}");
    }
    // the controls: what is not a secret is shown
    assert!(said("lifetme = \"soon\"\n").contains("2 | lifetme = \"soon\""));
    assert!(said("lifetime = = 1\n").contains("2 | lifetime = = 1"));
    assert!(said("flavour = \"swet\"\n").contains("is `swet`"));
}

#[test]
fn null_is_a_value_that_no_key_takes() {
    let json = serde_json::json!({ "id": null });
    let node = crate::Node::from_json(&json, &Span::Default);
    let table = Table::<Part>::of_node(&node).unwrap().called("x-part");
    let problems = shape::check_table(&REGISTRY, &table);
    assert_eq!(
        problems[0].sentence(),
        "`x-part.id` must be an integer, not `null`"
    );
}
