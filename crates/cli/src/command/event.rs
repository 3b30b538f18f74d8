//! `airside events`.

use airside_config::duration;
use airside_oauth::time::Time;
use airside_server::clock::{Clock, SystemClock};
use form_urlencoded::Serializer;

use crate::{args::Events, exit::Failure, output::Output, socket::Admin};

pub async fn run(command: Events, admin: &Admin, output: &Output) -> Result<(), Failure> {
    let Events::Search { query, limit } = command;
    let mut parameters = Serializer::new(String::new());
    parameters.append_pair("limit", &limit.to_string());
    for term in query.iter().flat_map(|text| text.split_whitespace()) {
        let (name, value) = parse(term, SystemClock.now())?;
        parameters.append_pair(name, &value);
    }
    let events = admin
        .get(&format!("/events?{}", parameters.finish()))
        .await?;
    output.list(
        &events,
        &[
            ("WHEN", "at"),
            ("WHAT", "kind"),
            ("CLIENT", "client"),
            ("USER", "user"),
            ("GRANT", "grant"),
            ("FROM", "address"),
            ("DETAIL", "detail"),
        ],
    )
}

fn parse(term: &str, now: Time) -> Result<(&'static str, String), Failure> {
    let unknown = || {
        Failure::usage(format!(
            "`{term}` is none of kind:NAME, client:ID, user:NAME, since:30m"
        ))
    };
    let (name, value) = term.split_once(':').ok_or_else(unknown)?;
    match name {
        "kind" => Ok(("kind", value.to_owned())),
        "client" => Ok(("client", value.to_owned())),
        "user" => Ok(("user", value.to_owned())),
        "since" => {
            let ago = duration::parse(value).ok_or_else(unknown)?;
            Ok(("since", now.minus(ago).as_millis().to_string()))
        }
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_become_conditions_and_nonsense_is_refused() {
        let now = Time::from_millis(3_600_000);
        assert_eq!(
            parse("kind:code.reused", now).unwrap(),
            ("kind", "code.reused".to_owned())
        );
        assert_eq!(
            parse("since:30m", now).unwrap(),
            ("since", "1800000".to_owned())
        );
        for term in ["since:x", "since:m", "colour:red", "code.reused"] {
            assert!(parse(term, now).is_err(), "{term}");
        }
    }
}
