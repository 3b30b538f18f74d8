//! The live log.

use airside_oauth::time::Time;
use airside_page::escape;

use crate::theatre::live::{LineKind, LiveLine};

/// Renders the log with the lines that it has, which goes on.
pub fn log(lines: &[LiveLine]) -> String {
    let controls = r#"<p class="muted small">Alarms, revocations and refusals, as they happen.</p>
<output class="js" id="stopwatch" aria-live="off"></output>
<button type="button" class="link js" id="live-pause" aria-pressed="false">Pause</button>"#;
    section(lines, controls)
}

/// Renders the lines of a log that has ended.
pub fn recorded(lines: &[LiveLine]) -> String {
    let controls =
        "<p class=\"muted small\">Alarms, revocations and refusals, as they happened.</p>";
    section(lines, controls)
}

fn section(lines: &[LiveLine], controls: &str) -> String {
    let items: String = lines.iter().map(line).collect();
    format!(
        r#"<aside class="live" id="live" aria-labelledby="live-title">
<div class="controls"><h3 id="live-title">Live log</h3>
{controls}</div>
<div class="lines" role="log" tabindex="0" aria-label="Live log"><ol id="live-lines">{items}</ol></div>
</aside>"#
    )
}

/// Renders one line.
pub fn line(line: &LiveLine) -> String {
    // the script starts and stops the stopwatch by these
    let (class, stopwatch) = match (line.kind, line.after_ms) {
        (LineKind::Alarm, _) => ("bad", " data-starts=\"\"".to_owned()),
        (LineKind::Refused, Some(ms)) => ("ok", format!(" data-took=\"{ms}\"")),
        (LineKind::Refused, None) => ("ok", String::new()),
        (LineKind::Told | LineKind::Note, _) => ("muted", String::new()),
    };
    let after = line
        .after_ms
        .map(|after_ms| format!(" <b>{after_ms} ms after the alarm</b>"));
    format!(
        "<li class=\"{class}\"{stopwatch}><time>{}</time> {}{}</li>",
        clock(line.at),
        escape(&line.text),
        after.unwrap_or_default(),
    )
}

/// The time of the day to a millisecond, in UTC.
fn clock(at: Time) -> String {
    let ms = at.as_millis().rem_euclid(24 * 60 * 60 * 1000);
    let (seconds, ms) = (ms / 1000, ms % 1000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!(
        "{:02}:{:02}:{seconds:02}.{ms:03}",
        minutes / 60,
        minutes % 60
    )
}
