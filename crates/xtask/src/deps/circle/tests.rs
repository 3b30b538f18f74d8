use super::*;

/// A crate of these files: the first is its root, the others are the modules that their paths name.
fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree {
        modules: Vec::new(),
    };
    let mut numbers = BTreeMap::new();
    for (file, text) in files {
        let name = file.trim_end_matches(".rs");
        let (above, own) = name.rsplit_once('/').unwrap_or(("", name));
        let parent = numbers.get(above).copied().unwrap_or(0);
        let number = tree.push(*file, Names::read(text), parent);
        if number > 0 {
            tree.adopt(parent, own.to_owned(), number);
        }
        let path = if number == 0 { "" } else { name };
        numbers.insert(path.to_owned(), number);
    }
    tree
}

fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
    let circles = tree(files).circles();
    circles.into_iter().map(|circle| circle.files).collect()
}

#[test]
fn files_that_import_each_other_are_a_circle() {
    for (one, two) in [
        ("use crate::b::B;", "use crate::a::A;"),
        ("use super::b::B;", "fn f() -> crate::a::A {}"),
        (
            "use crate::{b::{B, C}, x};",
            "use super::a; fn f() { a::go() }",
        ),
        ("use crate::b::B as Other;", "use std::io; use crate::a::*;"),
        (
            "use crate::b; fn f() -> b::B {}",
            "#[derive(Debug)] struct S(super::a::A);",
        ),
    ] {
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", one), ("b.rs", two)];
        assert_eq!(circles(&files), [["a.rs", "b.rs"]], "{one} {two}");
    }
}

#[test]
fn a_circle_of_three_names_its_arrows() {
    let tree = tree(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::{B, Other};"),
        ("b.rs", "use crate::c::C;"),
        ("c.rs", "use crate::a::A;"),
    ]);
    let problems = judge(&[tree]);
    let told = "3 files import each other in a circle:\n    a.rs -> b.rs: B, Other\n    \
        b.rs -> c.rs: C\n    c.rs -> a.rs: A";
    assert_eq!(problems, [told]);
}

#[test]
fn a_parent_and_its_child_are_a_circle_if_each_needs_the_other() {
    let child = ("a/b.rs", "use super::A;");
    let needing = ("a.rs", "mod b; use b::B; struct A(B);");
    assert_eq!(
        circles(&[("lib.rs", "mod a;"), needing, child]),
        [["a.rs", "a/b.rs"]]
    );
    for fine in ["mod b; struct A;", "mod b; pub use b::B; struct A;"] {
        assert_eq!(
            circles(&[("lib.rs", "mod a;"), ("a.rs", fine), child]),
            [[""; 0]; 0]
        );
    }
    let handed_on = ("a.rs", "mod b; pub use b::B; struct A(B);");
    assert_eq!(circles(&[("lib.rs", "mod a;"), handed_on, child]).len(), 1);
}

#[test]
fn an_item_is_where_it_is_defined_not_where_its_name_is_handed_on() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        (
            "a.rs",
            "pub mod deep; pub use deep::Deep; use crate::b::B; struct A;",
        ),
        ("a/deep.rs", "pub struct Deep;"),
        ("b.rs", "use crate::a::Deep; pub struct B;"),
    ];
    assert_eq!(circles(&files), [[""; 0]; 0]);
}

#[test]
fn tests_comments_and_texts_do_not_count() {
    for two in [
        "#[cfg(test)] mod tests { use crate::a::A; }",
        "#[cfg(test)] use crate::a::A; fn f() {}",
        "/// See [`crate::a::A`].\nfn f() {}",
        "/* crate::a::A */ fn f() { g(\"crate::a::A\", r#\"crate::a::A\"#, 'c') }",
        "fn f<'a>(x: &'a str) { '\\'' }",
    ] {
        let one = "use crate::b::B;";
        let files = [("lib.rs", "mod a; mod b;"), ("a.rs", one), ("b.rs", two)];
        assert_eq!(circles(&files), [[""; 0]; 0], "{two}");
    }
}
