use super::*;

const FILES: [&str; 5] = [
    "CONTRIBUTING.md",
    "docs/README.md",
    "docs/guard/paths.md",
    "docs/decisions/0012-turns.md",
    "crates/oauth/src/claim.rs",
];

fn problems(name: &str, text: &str) -> Vec<String> {
    Repository::of(FILES.into_iter()).problems(name, text)
}

#[test]
fn a_document_outside_the_repository_is_not_cited() {
    for name in OUTSIDE {
        for cited in ["", " ", ", §", " §"] {
            let text = format!("// {name}{cited}5.1\n");
            let expected = usize::from(!cited.is_empty());
            assert_eq!(problems("a.rs", &text).len(), expected, "{text}");
        }
        assert!(!problems("a.rs", &format!("// see {name}{}", concat!(".", "md"))).is_empty());
        // the control: a constant
        assert!(problems("a.rs", &format!("const {name}: &str = X{name} 1")).is_empty());
    }
}

#[test]
fn a_comment_cites_documents_and_decisions_that_are_there() {
    assert!(
        problems(
            "a.rs",
            "// decision 12, `docs/guard/paths.md`, ../paths.md\n"
        )
        .is_empty()
    );
    assert!(problems("a.rs", "// https://example.com/other.md\n").is_empty());
    let there_is_none = ["a.rs:1: there is no decision 13"];
    assert_eq!(
        problems("a.rs", concat!("// T02, decision", " 13: why")),
        there_is_none
    );
    let other = format!("// docs/other.{}", "md");
    assert_eq!(problems("scripts/a", &other).len(), 1);
}

#[test]
fn a_link_leads_somewhere() {
    let text = "[a](paths.md#one) [b](../decisions/0012-turns.md) [c](../) [d](https://x.example)";
    assert!(problems("docs/guard/README.md", text).is_empty());
    let wrong = problems("docs/guard/README.md", "[a](../paths.md)");
    assert_eq!(
        wrong,
        ["docs/guard/README.md:1: `../paths.md` leads nowhere"]
    );
}

#[test]
fn the_manual_names_files_that_are_there_and_stays_short() {
    let there = "`crates/oauth/src/claim.rs`, `crates/oauth`, `scripts/dev one NAME`, `a/b`";
    assert!(problems(MANUAL, there).is_empty());
    assert_eq!(problems(MANUAL, "`crates/oauth/src/gone.rs`").len(), 1);
    assert_eq!(problems(MANUAL, &"a line\n".repeat(151)).len(), 1);
}

#[test]
fn a_module_is_named_by_its_path() {
    let there =
        "`oauth::claim`, `oauth::claim::RESERVED`, `oauth::claim::of`, `http::Uri`, `oauth`";
    assert!(problems("docs/architecture.md", there).is_empty());
    for moved in [
        "oauth::form",
        "oauth::form::Params",
        "oauth::claim::format::date",
    ] {
        let found = problems("docs/decisions/0012-turns.md", &format!("see `{moved}`"));
        assert_eq!(found.len(), 1, "{moved}");
    }
}

#[test]
fn the_map_has_every_document() {
    let repository = Repository::of(FILES.into_iter());
    let map = "[a](guard/paths.md) [b](decisions/0012-turns.md)";
    assert!(repository.unmapped(map).is_empty());
    let missing = ["docs/README.md: `docs/guard/paths.md` is not in the map"];
    assert_eq!(repository.unmapped("[b](decisions/0012-turns.md)"), missing);
}
