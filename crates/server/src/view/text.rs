//! Text of strangers as HTML: escaped, cut to a length, and kept to its own direction.

use airside_page::escape;
use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, Output, State};

/// Writes a value of a template, escaped unless a filter here made it.
///
/// Only what HTML needs is escaped: paths keep their slashes, for scripts that read the forms.
pub(super) fn write_escaped(
    output: &mut Output<'_>,
    _: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if value.is_safe() => output.write_str(text)?,
        Some(text) => output.write_str(&escape(text))?,
        None if value.kind() == ValueKind::None => {}
        None => {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                "only text can be shown",
            ));
        }
    }
    Ok(())
}

/// Shows a name: a direction override in it is removed, and the rest cannot reorder what surrounds it.
pub(super) fn name(text: &str) -> Value {
    let plain: String = text
        .chars()
        .filter(|&character| !is_invisible(character) || shapes_text(character))
        .take(NAME_CHARS + 1)
        .collect();
    isolate(&clip(&plain))
}

/// Shows a value exactly, for a developer: what cannot be seen is spelt `\u{…}`.
pub(super) fn exact(text: &str) -> Value {
    spell(text, EXACT_CHARS)
}

/// Shows a line to copy, as exactly: a line that was cut would be wrong, so its limit is far away.
pub(super) fn command(text: &str) -> Value {
    spell(text, COMMAND_CHARS)
}

fn spell(text: &str, limit: usize) -> Value {
    let mut spelt = String::new();
    for character in cut(text, limit).chars() {
        if is_invisible(character) {
            spelt.extend(character.escape_unicode());
        } else {
            spelt.push(character);
        }
    }
    isolate(&spelt)
}

/// Cuts a text to what a name may be long, and changes nothing else.
pub(super) fn clip(text: &str) -> String {
    cut(text, NAME_CHARS)
}

fn cut(text: &str, limit: usize) -> String {
    if text.char_indices().nth(limit).is_none() {
        return text.to_owned();
    }
    text.chars()
        .take(limit.saturating_sub(1))
        .chain(['…'])
        .collect()
}

fn isolate(text: &str) -> Value {
    Value::from_safe_string(format!("<bdi>{}</bdi>", escape(text)))
}

/// Returns true for control characters, line and paragraph separators, and what Unicode lists as
/// `Default_Ignorable_Code_Point`: two texts that differ by it alone look equal.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        )
        || matches!(character, '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}')
        || matches!(character, '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}')
        || matches!(character, '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}')
        || matches!(character, '\u{e0000}'..='\u{e0fff}')
}

/// Returns true for the joiners and variation selectors without which letters and emoji of a name lose
/// their shape.
const fn shapes_text(character: char) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

const NAME_CHARS: usize = 200;
const EXACT_CHARS: usize = 500;
const COMMAND_CHARS: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_cannot_be_seen_is_spelt_for_developers() {
        for hidden in HIDDEN {
            let shown = exact(&format!("https://a{hidden}b.example/cb")).to_string();
            let spelt = format!("a{}b", hidden.escape_unicode());
            assert!(shown.contains(&spelt), "{shown}");
        }
        let visible = "https://bücher.example/α\u{a0}語\u{1f600}";
        assert_eq!(exact(visible).to_string(), format!("<bdi>{visible}</bdi>"));
    }

    #[test]
    fn a_name_loses_what_cannot_be_seen_and_keeps_its_shape() {
        for hidden in HIDDEN {
            let expected = match shapes_text(hidden) {
                true => format!("<bdi>a{hidden}b</bdi>"),
                false => "<bdi>ab</bdi>".to_owned(),
            };
            let shown = name(&format!("a{hidden}b")).to_string();
            assert_eq!(shown, expected, "{}", hidden.escape_unicode());
        }
    }

    const HIDDEN: [char; 24] = [
        '\0',
        '\n',
        '\u{7f}',
        '\u{ad}',
        '\u{34f}',
        '\u{61c}',
        '\u{1160}',
        '\u{17b4}',
        '\u{180e}',
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{2028}',
        '\u{202e}',
        '\u{2060}',
        '\u{2064}',
        '\u{2069}',
        '\u{3164}',
        '\u{fe0f}',
        '\u{feff}',
        '\u{ffa0}',
        '\u{e0041}',
        '\u{e0100}',
    ];
}
