//! The signing keys and their next change.

use airside_jose::Algorithm;
use airside_oauth::{
    key::{self, Purpose, StoredKey},
    time::Time,
};
use airside_server::{
    clock::{Clock as _, SystemClock},
    settings::Settings,
};
use airside_store_sql::Inspection;

use super::finding::Finding;

pub fn examine(settings: &Settings, stored: Option<&Inspection>) -> Vec<Finding> {
    let keys = stored
        .map(|stored| stored.keys.as_slice())
        .unwrap_or_default();
    if keys.is_empty() {
        return vec![Finding::unknown(
            KEYS,
            "there are none yet, or they cannot be read from here: the first start makes them",
        )];
    }
    let now = SystemClock.now();
    let algorithms = settings.algorithms.iter();
    algorithms
        .map(|algorithm| of(*algorithm, keys, settings, now))
        .collect()
}

fn of(algorithm: Algorithm, keys: &[StoredKey], settings: &Settings, now: Time) -> Finding {
    let purpose = Purpose::Signing(algorithm);
    let name = algorithm.as_str();
    let Some(active) = key::active(purpose, keys, now) else {
        return Finding::problem(
            KEYS,
            format!("no {name} key signs"),
            "start the server, which makes one; `airside key list` shows the keys",
        );
    };
    let since = shown(active.active_from);
    let usable = keys.iter().filter(|key| {
        key.purpose == purpose && key.dropped_at.is_none() && key.retired_at.is_none()
    });
    let last = usable
        .map(|key| key.active_from)
        .max()
        .unwrap_or(active.active_from);
    let next = match last > now {
        true => last,
        false => last.plus(settings.rotation.interval),
    };
    match next < now {
        true => Finding::problem(
            KEYS,
            format!(
                "the {name} key that signs since {since} should have been followed on {}",
                shown(next)
            ),
            "look in the log why the server could not make the next one, or do it: `airside key rotate`",
        ),
        false => Finding::good(
            KEYS,
            format!(
                "{name} signs since {since}, the next key from {}",
                shown(next)
            ),
        ),
    }
}

fn shown(time: Time) -> String {
    let time = jiff::Timestamp::from_millisecond(time.as_millis());
    time.map_or_else(
        |_| "another age".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%MZ").to_string(),
    )
}

const KEYS: &str = "keys";
