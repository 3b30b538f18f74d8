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
        .filter(|&character| !is_invisible(character))
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

/// Control characters, and those that reorder or hide text (Unicode UAX #9, explicit formatting).
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

const NAME_CHARS: usize = 200;
const EXACT_CHARS: usize = 500;
const COMMAND_CHARS: usize = 2_000;
