//! Documents of this version, which an issuer in development mode shows.

/// A document as HTML.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its title, as plain text.
    pub title: String,
    /// Its text, as HTML in which everything foreign has been escaped.
    pub body: String,
}

/// Returns the document at a path below `/docs/`, if there is one.
pub type FindDocument = fn(path: &str) -> Option<Document>;
