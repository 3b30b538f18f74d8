//! Templates of paths that are not understood.

use super::Template;
use crate::{
    Target,
    segment::{Parameter, ParameterKind, Segment},
    target::push_encoded,
};

impl Template {
    /// Reads a path of which a part is not understood, as frameworks could: they merge slashes, resolve
    /// dots and drop everything behind `;`. Another such segment could be anything, and one that is
    /// written as if it took several takes the rest.
    #[must_use]
    pub fn lenient(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let is_slash_at_end = path.len() > 1 && path.ends_with('/');
        let (mut segments, mut rest) = (Vec::new(), None);
        for (at, text) in path.split('/').enumerate() {
            let text = text.split(';').next().unwrap_or_default();
            match text {
                "" | "." => {}
                ".." => drop(segments.pop()),
                text if takes_several(text) => {
                    rest = Some(format!("segment{at}"));
                    break;
                }
                text => segments.push(lenient_segment(text, at)),
            }
        }
        if rest.is_none() && (segments.is_empty() || is_slash_at_end) {
            segments.push(Segment::Text(String::new()));
        }
        Self { segments, rest }
    }
}

fn lenient_segment(text: &str, at: usize) -> Segment {
    let is_sent = |segment: &Segment| match segment {
        Segment::Text(text) => {
            let mut written = String::from("/");
            push_encoded(&mut written, text);
            Target::parse(&written).is_ok()
        }
        Segment::Parameter(_) | Segment::Mixed(_) => true,
    };
    let read = Segment::parse(text).ok().filter(is_sent);
    read.unwrap_or_else(|| {
        Segment::Parameter(Parameter {
            name: format!("segment{at}"),
            kind: ParameterKind::Any,
        })
    })
}

/// Tells whether a segment is written like one that takes several segments elsewhere: `*`, `**`,
/// `{proxy+}`, `{+path}`, `{*path}`, `{path...}`.
fn takes_several(text: &str) -> bool {
    let inner = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    let is_sign = |text: &str| {
        text.starts_with(['*', '+']) || text.ends_with(['*', '+']) || text.ends_with("...")
    };
    matches!(text, "*" | "**") || inner.is_some_and(is_sign)
}
