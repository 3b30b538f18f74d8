//! The style sheet and the icon, inline in every page so that a page is one request.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

pub(super) const STYLE: &str = include_str!("../../templates/style.css");

/// The icon of the pages, as SVG.
pub const FAVICON: &[u8] = include_bytes!("../../templates/favicon.svg");

/// Returns the icon as a `data:` URL.
pub(super) fn icon() -> &'static str {
    static ICON: LazyLock<String> =
        LazyLock::new(|| format!("data:image/svg+xml;base64,{}", STANDARD.encode(FAVICON)));
    ICON.as_str()
}

/// The CSP source expression that allows the style sheet: `'sha256-…'`, single quotes included, to
/// be put after `style-src`.
pub fn style_hash() -> &'static str {
    static HASH: LazyLock<String> = LazyLock::new(|| {
        format!(
            "'sha256-{}'",
            STANDARD.encode(digest(&SHA256, STYLE.as_bytes()))
        )
    });
    HASH.as_str()
}

#[cfg(test)]
mod tests;
