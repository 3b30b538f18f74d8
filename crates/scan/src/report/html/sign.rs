//! A state in a picture.

/// A state in a picture: a colour, to which the style adds a sign, and a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) colour: &'static str,
    pub(super) word: &'static str,
}

impl Sign {
    /// Returns that of a word.
    pub(super) fn of(word: &'static str) -> Self {
        let colour = match word {
            "confirmed" | "hole" => "danger",
            "suspect" | "accepted" | "broke" | "limited" => "warn",
            "refuted" | "refused" | "held" => "ok",
            "own" | "public" => "accent",
            _ => "muted",
        };
        Self { colour, word }
    }

    /// Writes it with its colour and its sign, which the style adds.
    pub(super) fn badge(self) -> String {
        format!("<b class={}>{}</b>", self.colour, self.word)
    }
}
