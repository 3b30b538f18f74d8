//! Texts for HTML.

/// Writes a text for the content of an element, not for an attribute; control characters, which HTML cannot
/// have, are shown as unknown.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\t' | '\n' => escaped.push(sign),
            '\r' => {}
            sign if sign.is_control() => escaped.push('\u{fffd}'),
            sign => escaped.push(sign),
        }
    }
    escaped
}

/// Writes a text as a string of CSS, in a style element.
pub(super) fn css_string(text: &str) -> String {
    let signs = text.chars().map(|sign| match sign.is_ascii_alphanumeric() {
        true => sign.to_string(),
        false => format!("\\{:x} ", u32::from(sign)),
    });
    format!("\"{}\"", signs.collect::<String>())
}
