//! The comments that carry ids of rules: `// RFC6749-4.1.2: a code is redeemed once`.

use crate::citation::{Citation, Comment, Heading, Id, Misspelt};

/// What one comment says of one or more ids.
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

/// Finds every rule, and every id in another spelling, each with the index of its line. A rule goes on
/// over the comment lines that follow.
pub fn rules(lines: &[&str]) -> (Vec<(usize, Rule)>, Vec<(usize, Misspelt)>) {
    let mut found: Vec<(usize, Rule)> = Vec::new();
    let mut misspelt = Vec::new();
    let mut goes_on = false;
    for (number, line) in lines.iter().enumerate() {
        let Some(comment) = Comment::of(line) else {
            goes_on = false;
            continue;
        };
        let headings = comment.headings().unwrap_or_else(|wrong| {
            misspelt.push((number, wrong));
            Vec::new()
        });
        let rules: Vec<_> = headings.into_iter().filter_map(Rule::of).collect();
        if !rules.is_empty() {
            found.extend(rules.into_iter().map(|rule| (number, rule)));
            goes_on = comment.is_whole_line;
        } else if let Some((_, last)) = found
            .last_mut()
            .filter(|_| goes_on && comment.is_whole_line)
        {
            last.text.push(' ');
            last.text.push_str(comment.text.trim());
        } else {
            goes_on = false;
        }
    }
    (found, misspelt)
}
