//! Events as JSON, one object a line.
//!
//! The text is that of the JSON format of `tracing_subscriber`, for a quarter of its work: every request
//! writes a line, and for a short answer that format took more than a third of the server's instructions.

use std::fmt;

use jiff::{Timestamp, fmt::temporal::DateTimePrinter};
use serde_json::Value;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields,
        format::{self, Writer},
    },
    registry::LookupSpan,
};

/// Writes an event as one JSON object.
pub(super) struct JsonLine {
    /// The format of events within a span: only libraries open some, for an operator who traces them.
    pub(super) in_spans: format::Format<format::Json>,
}

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if event.parent().is_some() || context.lookup_current().is_some() {
            return self.in_spans.format_event(context, writer, event);
        }
        let metadata = event.metadata();
        let mut line = Line::default();
        line.add_text("timestamp", &TIME.timestamp_to_string(&now()));
        line.add_text("level", metadata.level().as_str());
        event.record(&mut line);
        line.add_text("target", metadata.target());
        writer.write_str(&line.end())
    }
}

/// Returns the time of a line.
#[expect(
    clippy::disallowed_methods,
    reason = "the time of a line is shown, and decides nothing"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A line whose object is not closed yet.
struct Line(String);

impl Default for Line {
    fn default() -> Self {
        Self(String::with_capacity(LINE_BYTES))
    }
}

impl Line {
    /// Adds a member whose value is `json`.
    fn add(&mut self, name: &str, json: &str) {
        self.begin(name);
        self.0.push_str(json);
    }

    /// Adds a member whose value is a string.
    fn add_text(&mut self, name: &str, text: &str) {
        self.begin(name);
        // RFC8259-7: the other characters stand for themselves
        match text.bytes().any(|b| matches!(b, 0..=0x1f | b'"' | b'\\')) {
            true => self.0.push_str(&Value::from(text).to_string()),
            false => {
                self.0.push('"');
                self.0.push_str(text);
                self.0.push('"');
            }
        }
    }

    fn begin(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    fn end(mut self) -> String {
        self.0.push_str("}\n");
        self.0
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.add_text(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), if value { "true" } else { "false" });
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), &value.to_string());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), &value.to_string());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), &Value::from(value).to_string());
    }
}

/// RFC 3339 in UTC, with microseconds.
const TIME: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// More than a line of the access log has.
const LINE_BYTES: usize = 384;

#[cfg(test)]
mod tests {
    use tracing::{field, subscriber};
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::log::{format::Format, queue::Queue};

    /// Returns what is logged meanwhile, in this format and in that of `tracing_subscriber`, without the time.
    fn lines(log: impl FnOnce()) -> [String; 2] {
        let (own, other) = (Queue::default(), Queue::default());
        let queue = other.clone();
        let standard = tracing_subscriber::fmt::layer().json().flatten_event(true);
        let subscriber = tracing_subscriber::registry()
            .with(Format::Json.lines(own.clone()))
            .with(standard.with_writer(move || queue.clone()));
        subscriber::with_default(subscriber, log);
        [own, other].map(|queue| {
            let (lines, _) = queue.take(std::time::Duration::ZERO);
            let lines = String::from_utf8(lines.concat()).unwrap();
            lines.lines().map(without_time).collect()
        })
    }

    fn without_time(line: &str) -> String {
        let rest = line.strip_prefix("{\"timestamp\":\"").unwrap();
        let (time, rest) = rest.split_at("2026-01-01T00:00:00.000000Z".len());
        assert!(time.ends_with('Z') && time.parse::<Timestamp>().is_ok());
        format!("{rest}\n")
    }

    #[test]
    fn a_line_is_that_of_the_standard_format() {
        // RFC8259-7
        let [own, standard] = lines(|| {
            tracing::info!(
                target: "access",
                method = "GET",
                status = Some(200_u16),
                cause = None::<&str>,
                client = Some(field::display("::1")),
                duration_us = u64::MAX,
                "request"
            );
            let hostile = "quote \" backslash \\ break \n\r\t bell \u{7} delete \u{7f} é 🦀";
            tracing::warn!(hostile, debug = ?hostile, display = %hostile, "{hostile}");
            tracing::error!(
                negative = -1_i64,
                large = u128::MAX,
                yes = true,
                half = 0.5,
                whole = 2.0,
                nothing = f64::NAN,
                error = &std::fmt::Error as &dyn std::error::Error,
                bytes = &b"\x00\xff"[..],
                r#type = "keyword",
                dotted.name = "x"
            );
        });
        assert_eq!(own, standard);
        assert_eq!(own.lines().count(), 3);
    }

    #[test]
    fn an_event_within_a_span_names_it() {
        let [own, standard] = lines(|| {
            let span = tracing::info_span!("outer", id = 7).entered();
            tracing::info!("within");
            tracing::info!(parent: &span, "below");
            drop(span);
            tracing::info!("outside");
        });
        assert_eq!(own, standard);
        assert!(
            own.starts_with(r#"","level":"INFO","message":"within""#),
            "{own}"
        );
    }
}
