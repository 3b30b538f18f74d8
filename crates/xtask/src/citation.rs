//! The citations at the head of a comment: `// T02, RFC7636-4.6: why`, `// decision 12`.

mod id;

pub use id::Id;

/// A citation at the head of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Citation {
    /// A rule of a specification.
    Rule(Id),
    /// An attack of `docs/attack-coverage.md`: a letter and two digits.
    Attack(String),
    /// A file of `docs/decisions`, by its number.
    Decision(u32),
}

/// A comment that starts with citations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// Never empty.
    pub citations: Vec<Citation>,
    /// Empty where the citations stand alone.
    pub text: String,
}

/// A citation in another spelling than the one that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MisspeltCitation {
    pub found: String,
    /// The correction, as `write …`.
    pub advice: String,
}

/// The comment of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment<'a> {
    pub text: &'a str,
    /// A doc comment cites in prose: `RFC 6749 §4.1`.
    pub is_doc: bool,
    /// True if no code precedes it, so that it may continue in the next line.
    pub is_whole_line: bool,
}

impl<'a> Comment<'a> {
    /// Returns the comment of a line, that of a module excepted.
    pub fn of(line: &'a str) -> Option<Self> {
        if let Some(text) = line.trim_start().strip_prefix("/// ") {
            return Some(Self {
                text,
                is_doc: true,
                is_whole_line: false,
            });
        }
        let (code, text) = line.split_once("// ")?;
        Some(Self {
            text,
            is_doc: false,
            is_whole_line: code.trim().is_empty(),
        })
    }

    /// Reads `CITATION, CITATION: text; CITATION: text`; nothing if the comment starts with prose.
    ///
    /// # Errors
    ///
    /// [`MisspeltCitation`] if it starts with a citation in another spelling.
    pub fn headings(&self) -> Result<Vec<Heading>, MisspeltCitation> {
        let mut headings: Vec<Heading> = Vec::new();
        for piece in self.text.split("; ") {
            match (self.heading(piece.trim_start())?, headings.last_mut()) {
                (Some(heading), _) => headings.push(heading),
                (None, Some(last)) => last.text = format!("{}; {}", last.text, piece.trim_end()),
                (None, None) => return Ok(Vec::new()),
            }
        }
        Ok(headings)
    }

    fn heading(&self, piece: &str) -> Result<Option<Heading>, MisspeltCitation> {
        let (head, text) = piece.split_once(": ").unwrap_or((piece, ""));
        let mut heading = Heading {
            citations: Vec::new(),
            text: text.trim().to_owned(),
        };
        let mut rest = head.trim_end();
        while let Some((citation, after)) = Citation::split(rest) {
            heading.citations.push(citation);
            match after.strip_prefix(", ") {
                Some(after) => rest = after,
                None if after.is_empty() => return Ok(Some(heading)),
                None => return Err(unended(head, after)),
            }
        }
        self.check_spelling(rest, heading.citations.last())?;
        match heading.citations.is_empty() {
            true => Ok(None),
            false => Err(unended(head, rest)),
        }
    }

    /// Fails if `text` starts with an id that is written otherwise.
    fn check_spelling(&self, text: &str, last: Option<&Citation>) -> Result<(), MisspeltCitation> {
        let misspelt = |found: &str, advice: String| {
            Err(MisspeltCitation {
                found: found.to_owned(),
                advice,
            })
        };
        if let (Some(Citation::Rule(id)), Some(section)) = (last, id::bare_section(text)) {
            let advice = format!("write `{}`", id.with_section(section));
            return misspelt(section, advice);
        }
        match id::loose(text) {
            Some((found, right)) if !self.is_doc || !found.contains([' ', '§']) => {
                misspelt(found, right)
            }
            _ => Ok(()),
        }
    }
}

impl Citation {
    /// Splits a citation off the front of `text`.
    fn split(text: &str) -> Option<(Self, &str)> {
        if let Some((id, after)) = Id::split(text) {
            return Some((Self::Rule(id), after));
        }
        if let Some(number) = text.strip_prefix("decision ") {
            let end = number.find(|letter: char| !letter.is_ascii_digit());
            let (digits, after) = number.split_at(end.unwrap_or(number.len()));
            return Some((Self::Decision(digits.parse().ok()?), after));
        }
        let (id, after) = text.split_at_checked(ATTACK_ID_BYTES)?;
        let is_whole = !after.starts_with(|letter: char| letter.is_alphanumeric());
        // `A13 is …` is prose
        let is_cited = !after.starts_with(' ');
        (is_attack_id(id) && is_whole && is_cited).then(|| (Self::Attack(id.to_owned()), after))
    }
}

/// Tells a letter and two digits.
pub fn is_attack_id(word: &str) -> bool {
    let mut letters = word.chars();
    word.len() == ATTACK_ID_BYTES
        && letters
            .next()
            .is_some_and(|letter| letter.is_ascii_uppercase())
        && letters.all(|letter| letter.is_ascii_digit())
}

fn unended(head: &str, after: &str) -> MisspeltCitation {
    let cited = head.strip_suffix(after).unwrap_or(head);
    let cited = cited.trim_end_matches(", ");
    MisspeltCitation {
        found: head.to_owned(),
        advice: format!("write `{cited}: …`: a citation ends with a colon or the line"),
    }
}

const ATTACK_ID_BYTES: usize = 3;

#[cfg(test)]
mod tests;
