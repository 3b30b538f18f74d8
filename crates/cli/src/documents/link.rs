//! Links between documents.

use super::source::{path, text};

/// Returns where a link in the document `from` leads; none if it leads to a file that is not a page.
pub(super) fn resolve(from: &str, link: &str) -> Option<String> {
    if link.starts_with('#') || link.contains("://") {
        return Some(link.to_owned());
    }
    let (file, fragment) = match link.split_once('#') {
        Some((file, fragment)) => (file, format!("#{fragment}")),
        None => (link, String::new()),
    };
    let target = joined(from, file)?;
    text(&target)?;
    let up = "../".repeat(path(from).matches('/').count());
    Some(format!("{up}{}{fragment}", path(&target)))
}

/// The path in the repository that `link` has in the document `from`.
fn joined(from: &str, link: &str) -> Option<String> {
    let (directory, _) = from.rsplit_once('/').unwrap_or_default();
    let mut parts: Vec<_> = directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for part in link.split('/') {
        match part {
            ".." => drop(parts.pop()?),
            "." => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
