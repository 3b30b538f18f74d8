//! Texts with shell variables in them, quoted for a POSIX shell.

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A text that the shell leaves as it is.
    Text(String),
    /// A shell variable, without its `$`.
    Variable(String),
    /// A shell variable that is percent-encoded where it is put in.
    Encoded(String),
}

impl Piece {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// Writes pieces as one word for the shell.
pub(super) fn word(pieces: &[Piece]) -> String {
    let mut word = String::new();
    let mut text = String::new();
    for piece in pieces {
        let value = match piece {
            Piece::Text(more) => {
                text.push_str(more);
                continue;
            }
            Piece::Variable(name) => format!("\"${name}\""),
            Piece::Encoded(name) => format!("\"$(printf '%s' \"${name}\" | jq -sRr @uri)\""),
        };
        if !text.is_empty() {
            word.push_str(&quoted(&std::mem::take(&mut text)));
        }
        word.push_str(&value);
    }
    if !text.is_empty() || word.is_empty() {
        word.push_str(&quoted(&text));
    }
    word
}

/// Quotes a text for a POSIX shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Puts other pieces in the place of a text wherever it is.
pub(super) fn replaced(pieces: Vec<Piece>, text: &str, with: &[Piece]) -> Vec<Piece> {
    let mut done = Vec::new();
    for piece in pieces {
        let Piece::Text(whole) = &piece else {
            done.push(piece);
            continue;
        };
        for (at, part) in whole.split(text).enumerate() {
            if at > 0 {
                done.extend_from_slice(with);
            }
            if !part.is_empty() {
                done.push(Piece::text(part));
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_outside_of_single_quotes() {
        let pieces = [
            Piece::text(r#"{"a":"isn't","b":""#),
            Piece::Variable("ORDER_ID".to_owned()),
            Piece::text("\""),
            Piece::text("}"),
        ];
        assert_eq!(word(&pieces), r#"'{"a":"isn'\''t","b":"'"$ORDER_ID"'"}'"#);
        assert_eq!(word(&[]), "''");
    }

    #[test]
    fn a_text_is_replaced_wherever_it_is() {
        let with = [Piece::Variable("RUN".to_owned())];
        let pieces = replaced(vec![Piece::text("zq1-zq1x")], "zq1", &with);
        assert_eq!(word(&pieces), r#""$RUN"'-'"$RUN"'x'"#);
    }
}
