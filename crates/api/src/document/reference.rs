//! `$ref`, within the document and to files below its directory.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
};

use serde_json::Value;

use super::file::Files;

/// A value, and the file that it is in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'a> {
    pub(super) file: &'a str,
    pub(super) value: &'a Value,
}

impl<'a> Node<'a> {
    pub(super) fn member(self, name: &str) -> Option<Self> {
        let value = self.value.get(name)?;
        Some(Self { value, ..self })
    }

    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str()
    }

    fn reference(self) -> Option<&'a Value> {
        self.value.as_object()?.get("$ref")
    }
}

/// The files of a document, and how many values may still be read.
pub(super) struct References<'a> {
    files: &'a Files,
    root: &'a str,
    missing: RefCell<BTreeSet<String>>,
    left: Cell<usize>,
}

impl<'a> References<'a> {
    pub(super) fn new(root: &'a str, files: &'a Files) -> Self {
        Self {
            files,
            root,
            missing: RefCell::default(),
            left: Cell::new(MAX_NODES),
        }
    }

    /// Counts nodes that are read; an item that is referred to twice counts twice.
    ///
    /// # Errors
    ///
    /// [`TOO_MUCH`] if there are too many.
    pub(super) fn charge(&self, nodes: usize) -> Result<(), String> {
        self.left.set(self.left.get().saturating_sub(nodes));
        match self.is_exhausted() {
            true => Err(TOO_MUCH.to_owned()),
            false => Ok(()),
        }
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// Returns the files that are missing.
    pub(super) fn missing(&self) -> BTreeSet<String> {
        self.missing.borrow().clone()
    }

    /// Returns the root of the file that a value is in.
    pub(super) fn root_of(&self, node: Node<'a>) -> Option<Node<'a>> {
        let value = self.files.get(node.file)?.as_ref().ok()?;
        Some(Node { value, ..node })
    }

    /// Returns true if the value is in another file than the document itself.
    pub(super) fn is_foreign(&self, node: Node<'a>) -> bool {
        node.file != self.root
    }

    /// Follows references until something else is there.
    pub(super) fn follow(&self, node: Node<'a>) -> Result<Node<'a>, String> {
        Ok(*self.chain(node)?.last().unwrap_or(&node))
    }

    /// Returns the value and the chain of its references; all but the last one are references.
    pub(super) fn chain(&self, node: Node<'a>) -> Result<Vec<Node<'a>>, String> {
        let mut chain = vec![node];
        let mut node = node;
        while let Some(reference) = node.reference() {
            self.charge(1)?;
            let named = |why: String| match reference.as_str() {
                Some(text) if !self.is_foreign(node) => format!("the reference `{text}` {why}"),
                _ => format!("a reference in `{}` {why}", node.file),
            };
            if chain.len() > MAX_REFERENCES {
                return Err(named("leads in a circle, or on too often".to_owned()));
            }
            node = self.target(node.file, reference).map_err(named)?;
            chain.push(node);
        }
        Ok(chain)
    }

    /// Returns the target of a reference; the error follows the name of the reference.
    fn target(&self, base: &str, reference: &Value) -> Result<Node<'a>, String> {
        let text = reference.as_str().ok_or("is not a text")?;
        let (file, fragment) = text.split_once('#').unwrap_or((text, ""));
        let file = match file {
            "" => base.to_owned(),
            file => below(base, file)?,
        };
        let Some((file, read)) = self.files.get_key_value(&file) else {
            self.missing.borrow_mut().insert(file);
            return Err("leads to a file that is not read".to_owned());
        };
        let value = read
            .as_ref()
            .map_err(|why| format!("leads to a file which {why}"))?;
        let pointer = decoded(fragment).ok_or("has a malformed escape")?;
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err("is not a place in the file, as in `#/components/…`".to_owned());
        }
        match value.pointer(&pointer) {
            Some(value) => Ok(Node { file, value }),
            None => Err("leads nowhere".to_owned()),
        }
    }
}

/// Returns the path of a file that another one refers to, both below the document's directory.
fn below(base: &str, reference: &str) -> Result<String, String> {
    let path = decoded(reference).ok_or("has a malformed escape")?;
    let first = path.split('/').next().unwrap_or_default();
    if first.contains(':') || path.starts_with("//") {
        return Err("is an address, and nothing is fetched: save what it is to a file".to_owned());
    }
    let is_odd = |sign: char| sign.is_control() || matches!(sign, '\\' | '?');
    if path.starts_with('/') || path.contains(is_odd) {
        return Err(OUT.to_owned());
    }
    joined(base, &path)
}

/// Joins a relative path to the directory of a file.
fn joined(base: &str, path: &str) -> Result<String, String> {
    let directory = base.rsplit_once('/').map(|(directory, _)| directory);
    let mut parts: Vec<&str> = directory.into_iter().flat_map(|it| it.split('/')).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(OUT)?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

const OUT: &str = "leads out of the document's directory: only files below it are read";

/// Decodes the escapes of a text (RFC 3986 §2.1); `None` if the result is not UTF-8.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The maximum number of values that are read, each as often as it is referred to.
pub const MAX_NODES: usize = 5_000_000;

const MAX_REFERENCES: usize = 32;

pub(super) const TOO_MUCH: &str =
    "with its references it has more than 5 000 000 values: refer to fewer from one place";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_below_the_documents_directory() {
        for (base, reference, path) in [
            ("a.yaml", "b.yaml", "b.yaml"),
            ("a.yaml", "./x//b%20c.yaml", "x/b c.yaml"),
            ("x/a.yaml", "b.yaml", "x/b.yaml"),
            ("x/y/a.yaml", "../../b.yaml", "b.yaml"),
        ] {
            assert_eq!(below(base, reference).as_deref(), Ok(path), "{reference}");
        }
        for reference in NOT_BELOW {
            assert!(below("a.yaml", reference).is_err(), "{reference}");
        }
        assert!(below("x/a.yaml", "../../b.yaml").is_err());
    }

    /// References that lead to no file below the directory.
    const NOT_BELOW: [&str; 14] = [
        "../b.yaml",
        "x/../../b.yaml",
        "%2e%2e/b.yaml",
        "/etc/passwd",
        "%2Fetc/passwd",
        "file:///etc/passwd",
        "https://example.com/a.yaml",
        "//example.com/a.yaml",
        "C:\\a.yaml",
        "..\\a.yaml",
        "a.yaml?b",
        "a%00.yaml",
        "a%0.yaml",
        "%ff",
    ];
}
