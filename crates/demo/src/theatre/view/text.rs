//! Text as HTML.

use airside_page::escape;

/// Escapes text, makes links of the specifications that it names, such as `RFC 6749 §4.1.2`, and code of
/// the names with an underscore, such as `code_verifier`.
pub fn linked(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("RFC ") {
        let (before, from) = rest.split_at(at);
        html.push_str(&with_names(before));
        let digits = from.get(4..).unwrap_or_default();
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = digits.split_at(length);
        let (section, after) = section(after);
        html.push_str(&link(number, section));
        rest = after;
    }
    html.push_str(&with_names(rest));
    html
}

/// Escapes text, and makes code of what is in backticks.
pub fn with_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(number, part)| match number % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    });
    parts.collect()
}

fn with_names(text: &str) -> String {
    let is_of_name = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let mut html = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_of_name) {
        let (before, from) = rest.split_at(at);
        let end = from
            .find(|letter| !is_of_name(letter))
            .unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        html.push_str(&escape(before));
        match word.contains('_') {
            true => html.push_str(&format!("<code>{word}</code>")),
            false => html.push_str(word),
        }
        rest = after;
    }
    html.push_str(&escape(rest));
    html
}

/// The section behind a number, if there is one, and the rest.
fn section(text: &str) -> (&str, &str) {
    let Some(from) = text.strip_prefix(" §") else {
        return ("", text);
    };
    let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let length = from.bytes().take_while(is_part).count();
    let section = from.get(..length).unwrap_or_default().trim_end_matches('.');
    (section, from.get(section.len()..).unwrap_or_default())
}

fn link(number: &str, section: &str) -> String {
    let page = format!("https://www.rfc-editor.org/rfc/rfc{number}");
    match section {
        "" => format!("<a href=\"{page}\">RFC {number}</a>"),
        section => format!("<a href=\"{page}#section-{section}\">RFC {number} §{section}</a>"),
    }
}

/// A block of a message as it was sent. Quotes need no escape outside of attributes.
pub fn raw(text: &str) -> String {
    let text = escape(text).replace("&quot;", "\"");
    format!("<pre><code>{text}</code></pre>")
}

/// A token in its three coloured parts; `changed_at` is the first byte that was changed.
pub fn token(token: &str, changed_at: Option<usize>) -> String {
    let mut html = String::from("<code class=\"token\">");
    let mut from = 0;
    for (part, class) in token.splitn(3, '.').zip(["h", "c", "s"]) {
        if from > 0 {
            html.push('.');
        }
        let marked = changed_at.and_then(|at| at.checked_sub(from));
        let part_html = match marked.filter(|at| *at < part.len()) {
            Some(at) => marked_byte(part, at),
            None => escape(part),
        };
        html.push_str(&format!("<span class=\"{class}\">{part_html}</span>"));
        from += part.len() + 1;
    }
    html.push_str("</code>");
    html
}

fn marked_byte(part: &str, at: usize) -> String {
    let before = part.get(..at).unwrap_or_default();
    let byte = part.get(at..=at).unwrap_or_default();
    let after = part.get(at + 1..).unwrap_or_default();
    format!(
        "{}<mark>{}</mark>{}",
        escape(before),
        escape(byte),
        escape(after)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_specification_is_a_link_and_the_rest_is_text() {
        let html = linked("once <only> (RFC 6749 §4.1.2). And RFC 9207");
        assert_eq!(
            html,
            "once &lt;only&gt; (<a href=\"https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2\">RFC 6749 §4.1.2</a>). \
             And <a href=\"https://www.rfc-editor.org/rfc/rfc9207\">RFC 9207</a>"
        );
    }

    #[test]
    fn a_name_with_an_underscore_is_code() {
        let html = linked("the code_verifier & Alice’s <code>");
        let expected = "the <code>code_verifier</code> &amp; Alice’s &lt;code&gt;";
        assert_eq!(html, expected);
    }

    #[test]
    fn a_raw_message_cannot_end_its_block() {
        let html = raw(r#"{"a":"</code>"}"#);
        assert_eq!(html, "<pre><code>{\"a\":\"&lt;/code&gt;\"}</code></pre>");
    }

    #[test]
    fn what_is_in_backticks_is_code() {
        assert_eq!(with_code("sets `<a>`."), "sets <code>&lt;a&gt;</code>.");
    }

    #[test]
    fn the_changed_byte_of_a_token_is_marked() {
        let html = token("abc.def.ghi", Some(5));
        assert!(
            html.contains("<span class=\"c\">d<mark>e</mark>f</span>"),
            "{html}"
        );
        assert!(!token("abc.def.ghi", None).contains("mark"));
    }
}
