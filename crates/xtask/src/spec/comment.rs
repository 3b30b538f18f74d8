//! The comments that carry ids of rules: `// RFC6749-4.1.2: a code is redeemed once`.

use crate::citation::{Citation, Comment, Heading, Id, MisspeltCitation};

/// The text of one comment about one or more ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Never empty.
    pub ids: Vec<Id>,
    /// Empty where the ids stand alone.
    pub text: String,
}

impl Rule {
    fn of(heading: Heading) -> Option<Self> {
        let ids = heading
            .citations
            .into_iter()
            .filter_map(|citation| match citation {
                Citation::Rule(id) => Some(id),
                Citation::Attack(_) | Citation::Decision(_) => None,
            });
        let ids: Vec<_> = ids.collect();
        (!ids.is_empty()).then_some(Self {
            ids,
            text: heading.text,
        })
    }
}

/// The citations of a file, each with the index of its line.
#[derive(Debug, Default)]
pub struct FileCitations {
    pub rules: Vec<(usize, Rule)>,
    /// Ids in another spelling.
    pub misspelt: Vec<(usize, MisspeltCitation)>,
}

impl FileCitations {
    /// Reads the comments of `lines`. A rule goes on over the comment lines that follow.
    pub fn by(lines: &[&str]) -> Self {
        let mut cited = Self::default();
        let mut goes_on = false;
        for (number, line) in lines.iter().enumerate() {
            let comment = Comment::of(line);
            goes_on = comment.is_some_and(|comment| cited.add(number, comment, goes_on));
        }
        cited
    }

    /// Adds a comment; returns true if the next line may go on with it.
    fn add(&mut self, number: usize, comment: Comment<'_>, goes_on: bool) -> bool {
        let headings = comment.headings().unwrap_or_else(|wrong| {
            self.misspelt.push((number, wrong));
            Vec::new()
        });
        let rules: Vec<_> = headings.into_iter().filter_map(Rule::of).collect();
        if !rules.is_empty() {
            let rules = rules.into_iter().map(|rule| (number, rule));
            self.rules.extend(rules);
            return comment.is_whole_line;
        }
        let goes_on = goes_on && comment.is_whole_line;
        if let Some((_, last)) = self.rules.last_mut().filter(|_| goes_on) {
            last.text.push(' ');
            last.text.push_str(comment.text.trim());
        }
        goes_on
    }
}
