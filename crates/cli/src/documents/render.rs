//! Markdown as HTML. What the content security policy of the pages forbids is left out: pictures, of which
//! the text stays, and HTML, of which line breaks and anchors stay.

use std::collections::HashMap;

use airside_server::document::Document;
use pulldown_cmark::{Alignment, CowStr, Event, Options, Parser, Tag, TagEnd, html};

use super::link;

/// Renders the document with this path in the repository.
pub(super) fn render(name: &str, text: &str) -> Document {
    let mut links = Links {
        name,
        open: Vec::new(),
    };
    let parser = Parser::new_ext(text, Options::ENABLE_TABLES);
    let mut events: Vec<_> = parser.filter_map(|event| links.kept(event)).collect();
    let title = name_headings(&mut events);
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    Document { title, body }
}

/// Leads links to pages, and takes away what has no place on one.
struct Links<'a> {
    name: &'a str,
    /// For each link that is not closed yet: true if it leads somewhere.
    open: Vec<bool>,
}

impl Links<'_> {
    fn kept<'e>(&mut self, event: Event<'e>) -> Option<Event<'e>> {
        match event {
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            }) => {
                let target = link::resolve(self.name, &dest_url);
                self.open.push(target.is_some());
                let dest_url = CowStr::from(target?);
                Some(Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title,
                    id,
                }))
            }
            Event::End(TagEnd::Link) => self.open.pop().unwrap_or_default().then_some(event),
            // a style attribute is what the policy forbids
            Event::Start(Tag::Table(columns)) => {
                let columns = columns.iter().map(|_| Alignment::None);
                Some(Event::Start(Tag::Table(columns.collect())))
            }
            Event::InlineHtml(tag) if tag.starts_with("<br") => Some(Event::HardBreak),
            Event::InlineHtml(ref tag) if is_anchor(tag) => Some(event),
            Event::Html(_) | Event::InlineHtml(_) => None,
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
            other => Some(other),
        }
    }
}

/// Returns true for the tags of `<a id="name"></a>`, the place that a link of another document names.
fn is_anchor(tag: &str) -> bool {
    let id = tag
        .strip_prefix("<a id=\"")
        .and_then(|rest| rest.strip_suffix("\">"));
    let is_name = |id: &str| {
        id.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    tag == "</a>" || id.is_some_and(is_name)
}

/// Gives each heading the id that links name, and returns the text of the first one.
fn name_headings(events: &mut [Event<'_>]) -> String {
    let mut first = None;
    let mut uses = HashMap::<String, u32>::new();
    for start in 0..events.len() {
        let (before, after) = events.split_at_mut(start + 1);
        let Some(Event::Start(Tag::Heading { id, .. })) = before.last_mut() else {
            continue;
        };
        let text = heading_text(after);
        let slug = slug(&text);
        let count = uses.entry(slug.clone()).and_modify(|count| *count += 1);
        *id = Some(match count.or_default() {
            0 => CowStr::from(slug),
            count => CowStr::from(format!("{slug}-{count}")),
        });
        first.get_or_insert(text);
    }
    first.unwrap_or_default()
}

/// The plain text of the heading whose contents these events begin with.
fn heading_text(events: &[Event<'_>]) -> String {
    let inside = events.iter();
    let inside = inside.take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    let texts = inside.filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(&**text),
        _ => None,
    });
    texts.collect()
}

/// The id of a heading: what GitHub makes of its text.
fn slug(text: &str) -> String {
    let kept = text.chars().filter_map(|character| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        character => character.is_alphanumeric().then_some(character),
    });
    kept.flat_map(char::to_lowercase).collect()
}
