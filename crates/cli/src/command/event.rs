//! `airside events`.

use airside_config::duration;
use airside_oauth::time::{Time, Timestamp};
use airside_server::clock::{Clock, SystemClock};
use form_urlencoded::Serializer;

use crate::{
    args::Events,
    exit::CommandError,
    listing::{Listing, Printed},
    output::Output,
    socket::Admin,
};

pub async fn run(command: Events, admin: &Admin, output: &Output) -> Result<(), CommandError> {
    let Events::Search { query, limit } = command;
    let mut parameters = Serializer::new(String::new());
    for term in query.iter().flat_map(|text| text.split_whitespace()) {
        let (name, value) = parse(term, SystemClock.now())?;
        parameters.append_pair(name, &value);
    }
    let events = Listing {
        query: &parameters.finish(),
        limit: Some(limit),
        ..Listing::of("/events")
    };
    let printed = events.print(admin, *output, &COLUMNS).await?;
    if printed.has_more {
        output.remark(&older_events(&printed));
    }
    Ok(())
}

/// The columns of a list of events.
const COLUMNS: [(&str, &str); 9] = [
    ("WHEN", "at"),
    ("WHAT", "kind"),
    ("CLIENT", "client"),
    ("CLIENT NAME", "client_name"),
    ("USER", "username"),
    ("SUBJECT", "user"),
    ("GRANT", "grant"),
    ("FROM", "address"),
    ("DETAIL", "detail"),
];

/// Says how the search goes on behind the events that are shown.
fn older_events(printed: &Printed) -> String {
    let last = printed.last.as_ref();
    let last = last.and_then(|event| event["id"].as_str());
    format!(
        "There are older events than these {}: raise --limit, or go on with before:{}",
        printed.items,
        last.unwrap_or_default()
    )
}

fn parse(term: &str, now: Time) -> Result<(&'static str, String), CommandError> {
    let unknown = || {
        CommandError::usage(format!(
            "`{term}` is none of kind:NAME, client:ID, user:NAME, since:30m, since:2026-11-29T17:34:39Z, before:EVENT"
        ))
    };
    let (name, value) = term.split_once(':').ok_or_else(unknown)?;
    match name {
        "kind" => Ok(("kind", value.to_owned())),
        "client" => Ok(("client", value.to_owned())),
        "user" => Ok(("user", value.to_owned())),
        "before" => Ok(("before", value.to_owned())),
        "since" => {
            let ago = duration::parse(value).map(|ago| now.minus(ago).into());
            let time = ago.or_else(|| value.parse::<Timestamp>().ok());
            Ok(("since", time.ok_or_else(unknown)?.to_string()))
        }
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use airside_oauth::state::event::EventKind;

    use super::*;

    /// The document of the audit trail has a table of the kinds; `UPDATE_REFERENCE=1` writes it.
    #[test]
    fn the_document_lists_every_kind() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations/audit.md");
        let text = fs::read_to_string(&path).unwrap();
        let (begin, end) = ("<!-- kinds -->\n", "<!-- end of kinds -->");
        let (before, rest) = text.split_once(begin).unwrap();
        let (_, after) = rest.split_once(end).unwrap();
        let rows = EventKind::ALL.iter();
        let rows: String = rows
            .map(|kind| format!("| `{}` | {} |\n", kind.as_str(), kind.meaning()))
            .collect();
        let table = format!("| kind | meaning |\n|---|---|\n{rows}");
        let expected = format!("{before}{begin}{table}{end}{after}");
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            fs::write(&path, &expected).unwrap();
            return;
        }
        assert!(
            text == expected,
            "run this test with UPDATE_REFERENCE=1 and review the change"
        );
    }

    #[test]
    fn terms_become_conditions_and_nonsense_is_refused() {
        let now = Time::from_millis(3_600_000);
        assert_eq!(
            parse("kind:code.reused", now).unwrap(),
            ("kind", "code.reused".to_owned())
        );
        assert_eq!(
            parse("since:30m", now).unwrap(),
            ("since", "1970-01-01T00:30:00.000Z".to_owned())
        );
        assert_eq!(
            parse("since:1970-01-01T02:30:00+01:00", now).unwrap(),
            ("since", "1970-01-01T01:30:00.000Z".to_owned())
        );
        for term in [
            "since:x",
            "since:m",
            "since:2026-11-29",
            "colour:red",
            "code.reused",
        ] {
            assert!(parse(term, now).is_err(), "{term}");
        }
    }
}
