//! A page with a layout of its own, in the common colours.

use crate::{escape, icon, sha256};

/// A page with a layout, a style sheet and a script of its own; both are inline, and allowed by their hashes.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'a> {
    /// The title, as plain text; the product's name follows it.
    pub title: &'a str,
    /// The style sheet, which follows the definitions of the common colours.
    pub style: &'a str,
    /// The script, which runs in the head.
    pub script: &'a str,
    /// Attributes of `<body>` for the script, escaped, each with a blank before it.
    pub attributes: &'a str,
    /// The contents of `<body>`, as HTML in which everything foreign has been escaped.
    pub body: &'a str,
}

impl Layout<'_> {
    /// Returns the whole document, for an answer with [`Self::content_security_policy`].
    #[must_use]
    pub fn render(&self) -> String {
        self.document("")
    }

    /// Returns the whole document with its policy inside, for a file.
    #[must_use]
    pub fn render_file(&self) -> String {
        // directives that a document cannot set for itself are left out
        let policy = format!("default-src 'none'; {}", self.sources());
        self.document(&format!(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n",
            escape(&policy)
        ))
    }

    /// Returns the value of `Content-Security-Policy` (CSP 3): the style sheet, the script and the icon, and
    /// `more` directives, each of which ends with a semicolon.
    #[must_use]
    pub fn content_security_policy(&self, more: &str) -> String {
        format!(
            "default-src 'none'; {} {more} frame-ancestors 'none'",
            self.sources()
        )
    }

    fn sources(&self) -> String {
        let (style, script) = (sha256(&self.whole_style()), sha256(self.script));
        format!(
            "style-src 'sha256-{style}'; script-src 'sha256-{script}'; img-src data:; base-uri 'none';"
        )
    }

    fn whole_style(&self) -> String {
        format!("{TOKENS}{}", self.style)
    }

    fn document(&self, policy: &str) -> String {
        let title = escape(self.title);
        let (icon, style) = (icon(), self.whole_style());
        let Self {
            script,
            attributes,
            body,
            ..
        } = self;
        format!(
            r#"<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
{policy}<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="{icon}">
<title>{title} · Airside</title>
<style>{style}</style>
<script>{script}</script>
</head>
<body{attributes}>
{body}
</body>
</html>
"#
        )
    }
}

/// The definitions of the common colours.
const TOKENS: &str = include_str!("../assets/token.css");
