//! Durations: an integer and `ms`, `s`, `m`, `h` or `d`.

use std::time::Duration;

/// Parses a duration such as `15m`.
pub fn parse(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    let seconds = match unit {
        "ms" => return Some(Duration::from_millis(number)),
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// Writes a duration as [`parse`] reads it, in its largest whole unit.
pub fn show(duration: Duration) -> String {
    let units = [
        ("d", 86_400_000),
        ("h", 3_600_000),
        ("m", 60_000),
        ("s", 1000),
    ];
    let milliseconds = duration.as_millis();
    let whole = units
        .iter()
        .find(|(_, length)| milliseconds.is_multiple_of(*length));
    match whole {
        _ if milliseconds == 0 => "0s".to_owned(),
        Some((unit, length)) => format!("{}{unit}", milliseconds / length),
        None => format!("{milliseconds}ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_an_integer_and_a_unit() {
        assert_eq!(parse("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse("15m"), Some(Duration::from_secs(900)));
        assert_eq!(parse("2d"), Some(Duration::from_secs(172_800)));
    }

    #[test]
    fn anything_else_is_no_duration() {
        for text in [
            "",
            "15",
            "m",
            "1.5h",
            "-1s",
            "+1s",
            "1 s",
            "1S",
            "1w",
            "99999999999999999d",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_duration_is_shown_as_it_is_read() {
        for text in ["0s", "1500ms", "30s", "15m", "12h", "30d"] {
            assert_eq!(parse(text).map(show).as_deref(), Some(text));
        }
    }
}
