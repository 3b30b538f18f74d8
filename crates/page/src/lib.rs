//! The frame of the pages that people see, of the authorization server and of the guard: one layout,
//! one style sheet, one icon, all in one answer and without a script.
//!
//! ```
//! use airside_page::Page;
//!
//! let page = Page { title: "You are not signed in", wide: false, body: "<h1>You are not signed in</h1>" };
//! assert!(page.render().contains("<title>You are not signed in · Airside</title>"));
//! ```

mod layout;

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub use layout::Layout;

/// A page of the common layout.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The title, as plain text; the product's name follows it.
    pub title: &'a str,
    /// True if the page shows text for developers, which needs wider lines.
    pub wide: bool,
    /// The contents of `<main>`, as HTML in which everything foreign has been escaped.
    pub body: &'a str,
}

impl Page<'_> {
    /// Returns the whole document.
    #[must_use]
    pub fn render(&self) -> String {
        let title = escape(self.title);
        let wide = if self.wide { " wide" } else { "" };
        let body = self.body.trim_end();
        let icon = icon();
        format!(
            r#"<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="{icon}">
<title>{title} · Airside</title>
<style>{STYLE}</style>
</head>
<body>
<div class="page{wide}">
<header>
<p class="brand"><svg viewBox="0 0 20 20" fill="currentColor" aria-hidden="true" focusable="false"><path d="M10 1.5 18 18l-8-3.6L2 18z"/></svg>Airside</p>
</header>
<main>
{body}
</main>
</div>
</body>
</html>
"#
        )
    }
}

/// Escapes text for HTML, also within quotes. Slashes stay, for scripts that read forms.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Returns the value of `Content-Security-Policy` that allows the style sheet by its hash, the icon,
/// and nothing else (CSP 3). Forms may be sent to the origins of `form_action`, a directive's value;
/// `None` sets no such directive.
#[must_use]
pub fn content_security_policy(form_action: Option<&str>) -> String {
    policy("", form_action)
}

/// Returns the value of `Content-Security-Policy` that allows one inline script too, by its hash, and
/// forms.
#[must_use]
pub fn content_security_policy_with_script(script: &str) -> String {
    let hash = sha256(script);
    policy(&format!(" script-src 'sha256-{hash}';"), None)
}

fn sha256(text: &str) -> String {
    STANDARD.encode(digest(&SHA256, text.as_bytes()))
}

fn policy(script: &str, form_action: Option<&str>) -> String {
    static HASH: LazyLock<String> = LazyLock::new(|| sha256(STYLE));
    let hash = HASH.as_str();
    let form_action = form_action.map(|value| format!("; form-action {value}"));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}';{script} img-src data:; base-uri 'none'; \
         frame-ancestors 'none'{}",
        form_action.unwrap_or_default()
    )
}

/// The icon of the pages, as SVG.
pub const FAVICON: &[u8] = include_bytes!("../assets/favicon.svg");

fn icon() -> &'static str {
    static ICON: LazyLock<String> =
        LazyLock::new(|| format!("data:image/svg+xml;base64,{}", STANDARD.encode(FAVICON)));
    ICON.as_str()
}

/// Inline in every page, so that a page is one request.
const STYLE: &str = concat!(
    include_str!("../assets/token.css"),
    include_str!("../assets/style.css")
);

#[cfg(test)]
mod tests;
