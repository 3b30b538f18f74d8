//! Headers that tell the upstream who calls.

use airside_config::Problem;
use http::HeaderName;

use super::registry::{TOP, TopKeys};
use crate::{header::IdentityHeaders, section::SectionReader};

impl SectionReader<'_> {
    pub(super) fn identity(&mut self) -> IdentityHeaders {
        let Some(mut given) = self.table::<TopKeys>().find(&TOP.identity_headers) else {
            return IdentityHeaders::default();
        };
        // the order in which the upstream sees them
        given.sort_by(|one, other| one.key.cmp(&other.key));
        let mut names = Vec::new();
        for entry in given {
            let name = &entry.key;
            let header = HeaderName::try_from(name.as_str()).ok();
            let Some(header) = header.filter(|_| IdentityHeaders::is_usable(name)) else {
                let what = "is not the name of a header that can carry a claim";
                let message = format!("`identity_headers.{name}` {what}");
                self.refuse(Problem::new(&entry.place, message).help(NAME_HELP));
                continue;
            };
            let fact = entry.node.as_text().unwrap_or_default();
            names.push((header, fact.to_owned()));
        }
        IdentityHeaders::new(names)
    }
}

const NAME_HELP: &str = "write a name of at most 64 letters, digits and `-` that has no other meaning; servers disagree about `_` and other signs";
