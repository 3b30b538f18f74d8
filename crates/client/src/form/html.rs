//! The little of HTML that a form needs: elements and attributes.

/// Returns start tag and content of the elements with this name, in order.
pub(super) fn elements<'a>(html: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let (start, end) = (format!("<{name}"), format!("</{name}"));
    let found = html.split(&start).skip(1);
    let found = found.filter(|rest| rest.starts_with(['>', ' ', '\t', '\n', '\r']));
    found
        .filter_map(|rest| {
            let (head, content) = rest.split_once('>')?;
            Some((head, content.split(&end).next().unwrap_or(content)))
        })
        .collect()
}

/// Returns the value of an attribute in double quotes, with its character references decoded.
pub(super) fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = format!("{name}=\"");
    let mut found = tag.match_indices(&start).filter(|(position, _)| {
        let before = tag.get(..*position).unwrap_or_default();
        before.is_empty() || before.ends_with(|letter: char| letter.is_ascii_whitespace())
    });
    let (position, _) = found.next()?;
    let value = tag.get(position + start.len()..)?.split('"').next()?;
    Some(decode(value))
}

/// Decodes character references, each once.
fn decode(text: &str) -> String {
    let mut parts = text.split('&');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let reference = part.split_once(';');
        match reference.and_then(|(name, rest)| Some((character(name)?, rest))) {
            Some((letter, rest)) => {
                decoded.push(letter);
                decoded.push_str(rest);
            }
            None => {
                decoded.push('&');
                decoded.push_str(part);
            }
        }
    }
    decoded
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn character_references_are_decoded_once() {
        assert_eq!(decode("&#x2f;a&#61;&quot;&amp;lt;&#X27;"), "/a=\"&lt;'");
        assert_eq!(
            decode("a&b=c&nothing;&#xffffffff;&"),
            "a&b=c&nothing;&#xffffffff;&"
        );
    }

    #[test]
    fn an_attribute_is_found_by_its_whole_name() {
        let tag = "input data-name=\"no\"\n  name=\"seal\" value=\"\"";
        assert_eq!(attribute(tag, "name").as_deref(), Some("seal"));
        assert_eq!(attribute(tag, "value").as_deref(), Some(""));
        assert_eq!(attribute(tag, "id"), None);
    }

    #[test]
    fn an_element_is_found_by_its_whole_name() {
        let html = "<formula x><form a>1</form><form>2";
        assert_eq!(elements(html, "form"), [(" a", "1"), ("", "2")]);
    }
}
