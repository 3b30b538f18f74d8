//! A state in a picture.

/// A state in a picture: a colour, a sign and a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) colour: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
}

impl Sign {
    /// Returns that of a word.
    pub(super) fn of(word: &'static str) -> Self {
        let (colour, sign) = match word {
            "confirmed" | "hole" => ("danger", "✕"),
            "suspect" | "accepted" | "broke" | "limited" => ("warn", "!"),
            "refuted" | "refused" | "held" => ("ok", "✓"),
            "own" | "public" => ("accent", "●"),
            _ => ("muted", "–"),
        };
        Self { colour, sign, word }
    }

    pub(super) fn text(self) -> String {
        format!(
            "<span aria-hidden=\"true\">{}</span> {}",
            self.sign, self.word
        )
    }

    pub(super) fn badge(self) -> String {
        format!(
            "<span class=\"badge {}\">{}</span>",
            self.colour,
            self.text()
        )
    }
}
