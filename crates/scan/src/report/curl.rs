//! The requests that show a finding, as lines for a POSIX shell with `curl` and `jq`.
//!
//! They can be run again at an API that gives new identifiers: what the answer to a line is asked for later is
//! kept in a shell variable, and what must be unique is made up again at each run.
//!
//! | module | holds |
//! |---|---|
//! | `call` | a request that a line repeats |
//! | `capture` | the variables that lines set and use |
//! | `fresh` | values that the scan made up, made new at each run |
//! | `line` | a request as a command |
//! | `name` | names of shell variables |
//! | `needed` | the requests without which the last one shows nothing |
//! | `piece` | texts with shell variables in them |
//! | `source` | the part of an answer that an identifier comes from |

mod call;
mod capture;
mod fresh;
mod line;
mod name;
mod needed;
mod piece;
mod source;

pub use call::{Call, SignIn};
pub use name::variable;
pub use source::tells;

use self::{
    capture::{Capture, Captured, captured},
    fresh::{Fresh, SET_RUN},
    line::Writer,
    needed::needed,
    piece::{Piece, quoted},
    source::Source,
};
use crate::document::Presentation;

/// The requests that show a finding.
#[derive(Debug)]
pub struct Script<'a> {
    /// The address of the API.
    pub base: &'a str,
    /// The way in which tokens are presented.
    pub presentation: &'a Presentation,
    /// Secrets, and what is written in their place.
    pub secrets: &'a [(String, String)],
    /// The requests in their order.
    pub calls: &'a [Call<'a>],
    /// The variable for the token of the attacker, whose requests are all needed.
    pub attacker: Option<&'a str>,
    /// The time to wait before the last one.
    pub pause_seconds: Option<u64>,
}

impl Script<'_> {
    /// Writes the lines. The last one shows its answer with the status.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let calls = needed(self.calls, self.attacker);
        let fresh = Fresh::of(&calls);
        let captured = captured(&calls, &fresh);
        let writer = Writer {
            base: self.base,
            presentation: self.presentation,
            secrets: self.secrets,
            fresh,
        };
        let mut lines: Vec<String> = Vec::new();
        for (at, (call, captured)) in calls.iter().zip(&captured).enumerate() {
            let is_last = at + 1 == calls.len();
            let pause = self.pause_seconds.filter(|_| is_last);
            lines.extend(pause.map(|seconds| format!("sleep {seconds}")));
            lines.extend(commands(&writer, (call, captured), is_last));
            // the API works on it later
            let is_accepted = call.exchange.answer.status == 202 && !is_last;
            lines.extend(is_accepted.then(|| format!("sleep {LATER_SECONDS}")));
        }
        if lines.iter().any(|line| line.contains(USES_RUN)) {
            lines.insert(0, SET_RUN.to_owned());
        }
        lines
    }
}

/// Writes the commands for one request.
fn commands(
    writer: &Writer<'_>,
    (call, captured): (&Call<'_>, &Captured),
    is_last: bool,
) -> Vec<String> {
    let command = |options: &str| writer.command(options, call, &captured.filled);
    match captured.captures.as_slice() {
        [] if is_last => vec![command(" -i")],
        [] => vec![command("")],
        [one] if one.source == Source::Location => {
            vec![set(&one.variable, &command(" -o /dev/null -D -"), LOCATION)]
        }
        [one] => vec![set(&one.variable, &command(""), &jq(writer, one))],
        all => {
            let answer = format!("{ANSWER}=$({})", command(""));
            let each = all.iter().map(|one| {
                let shown = format!("printf '%s' \"${ANSWER}\"");
                set(&one.variable, &shown, &jq(writer, one))
            });
            [answer].into_iter().chain(each).collect()
        }
    }
}

fn set(variable: &str, command: &str, filter: &str) -> String {
    format!("{variable}=$({command} | {filter})")
}

/// Writes the command that takes a value out of JSON.
fn jq(writer: &Writer<'_>, capture: &Capture) -> String {
    match &capture.source {
        Source::Row { mark, filter } => {
            let mark = writer.word(vec![Piece::text(mark)]);
            let row = "first(.. | objects | select(any(.[] | strings; contains($mark))))";
            format!(
                "jq -r --arg mark {mark} {}",
                quoted(&format!("{row} | {filter}"))
            )
        }
        Source::Member(filter) => format!("jq -r {}", quoted(filter)),
        Source::Location => LOCATION.to_owned(),
    }
}

/// The use of the variable that [`SET_RUN`] sets.
const USES_RUN: &str = "\"$RUN\"";

/// The time after which an API has done what it answers 202 to, in seconds.
const LATER_SECONDS: u64 = 2;

/// The variable for an answer from which more than one value is taken.
const ANSWER: &str = "ANSWER";

/// Takes the last segment out of a `Location` header.
const LOCATION: &str = r"sed -n 's/[?#].*//; s/[/[:space:]]*$//; s|^[Ll]ocation:.*/||p'";

#[cfg(test)]
mod tests;
