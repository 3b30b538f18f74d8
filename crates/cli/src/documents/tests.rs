//! Every document is a page, and every link between them leads somewhere.

use std::{collections::BTreeMap, fs, path::Path};

use super::{
    source::{name, path},
    *,
};

/// The names of all documents, and their pages.
fn all() -> BTreeMap<String, Document> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut names = Vec::new();
    let mut directories = vec!["docs/".to_owned(), String::new()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(root.join(&directory)).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{directory}{}", entry.file_name().to_str().unwrap());
            match entry.file_type().unwrap().is_dir() {
                true if directory.starts_with("docs/") => directories.push(format!("{name}/")),
                false if name.ends_with(".md") => names.push(name),
                _ => {}
            }
        }
    }
    let pages = names.into_iter().map(|name| {
        let page = find(&path(&name)).unwrap_or_else(|| panic!("{name}"));
        (name, page)
    });
    pages.collect()
}

/// The values of an attribute in a page.
fn values<'a>(page: &'a Document, attribute: &'a str) -> Vec<&'a str> {
    let parts = page.body.split(attribute).skip(1);
    parts.map(|part| part.split('"').next().unwrap()).collect()
}

#[test]
fn every_link_between_documents_leads_to_a_page_and_to_a_heading_that_it_has() {
    let pages = all();
    assert!(pages.len() > 50, "{}", pages.len());
    let mut followed = 0;
    for (from, page) in &pages {
        for link in values(page, "<a href=\"")
            .iter()
            .filter(|link| !link.contains("://"))
        {
            let (file, fragment) = link.split_once('#').unwrap_or((link, ""));
            let up = file.matches("../").count();
            assert!(
                file.is_empty() || up == path(from).matches('/').count(),
                "{from}: {link}"
            );
            let target = match file {
                "" => from.clone(),
                file => name(file.trim_start_matches("../")),
            };
            let target = pages
                .get(&target)
                .unwrap_or_else(|| panic!("{from}: {link}"));
            let has_heading = fragment.is_empty() || values(target, " id=\"").contains(&fragment);
            assert!(
                has_heading,
                "{from}: {link}: {:?}",
                values(target, " id=\"")
            );
            followed += 1;
        }
    }
    assert!(followed > 300, "{followed}");
}

#[test]
fn no_page_has_what_its_policy_forbids() {
    for (name, page) in all() {
        assert!(!page.title.is_empty(), "{name}");
        for forbidden in ["<script", "<img", "<style", "<!--", " style="] {
            assert!(!page.body.contains(forbidden), "{name}: {forbidden}");
        }
    }
}

#[test]
fn a_path_that_leads_out_of_the_documents_is_no_page() {
    for path in [
        "../Cargo.toml",
        "../README.md",
        "project/../Cargo.toml",
        "absent",
        "",
        "README",
        "/etc/passwd",
    ] {
        assert!(find(path).is_none(), "{path}");
    }
    assert!(find("README.md").is_some_and(|page| page.title == "Map of the documents"));
    assert!(find(&path("README.md")).is_some());
}
