//! The cards of the attacks.

use airside_page::escape;

use super::{form::run_token, live, matrix, text};
use crate::{
    theatre::{
        attack::{ATTACKS, Attack, Outcome, Sent, Side, Verdict},
        live::LiveLine,
        state::{Shown, TheatreState},
    },
    wire::shortened,
};

/// Renders all cards.
pub fn attacks(state: &TheatreState, shown: &Shown) -> String {
    let all = format!(
        "<form method=\"post\" action=\"/attacks\" data-part=\"attacks\" class=\"inline\">{}<button class=\"button\" id=\"try-all\">Try all of them</button></form>",
        run_token(state)
    );
    let cards = ATTACKS.iter().map(|one| attack(state, shown, one));
    let live = live::log(&state.company.live.lines());
    section(&all, &cards.collect::<String>(), shown, &live)
}

/// Renders all cards without forms.
pub fn recorded(shown: &Shown, lines: &[LiveLine]) -> String {
    let cards = ATTACKS.iter().map(|attack| {
        let outcome = shown.outcomes.get(attack.id);
        card(attack, "", outcome)
    });
    section(
        "",
        &cards.collect::<String>(),
        shown,
        &live::recorded(lines),
    )
}

fn section(all: &str, cards: &str, shown: &Shown, live: &str) -> String {
    let good = shown.outcomes.values().filter(|one| one.is_as_expected());
    let (good, tried) = (good.count(), shown.outcomes.len());
    let tally = match tried {
        0 => String::new(),
        _ => format!("<p role=\"status\"><b>{good} of {tried}</b> ended as they must.</p>"),
    };
    format!(
        r#"<section id="attacks" aria-labelledby="attacks-title" tabindex="-1">
<h2 id="attacks-title">Now as a thief</h2>
<p class="muted">Each attack is really sent, to the servers of this demonstration. Where it helps, the same request goes to the API without the guard as well: the difference is the point.</p>
<div class="controls">{all}</div>
{ICONS}
{tally}
<div class="cards">
{cards}</div>
{live}
</section>"#
    )
}

/// Renders one card.
pub fn attack(state: &TheatreState, shown: &Shown, attack: &Attack) -> String {
    let outcome = shown.outcomes.get(attack.id);
    let verb = match outcome {
        Some(_) => "Send it again",
        None => "Send it",
    };
    let form = format!(
        "<form method=\"post\" action=\"/attack/{id}\" data-part=\"attack-{id}\">{}<button class=\"button second\" id=\"send-{id}\">{verb}<span class=\"sr\">: {}</span></button></form>",
        run_token(state),
        escape(attack.title),
        id = attack.id,
    );
    card(attack, &form, outcome)
}

fn card(attack: &Attack, form: &str, outcome: Option<&Outcome>) -> String {
    let result = outcome.map(|outcome| result(attack, outcome));
    let wide = match outcome.is_some_and(|outcome| !outcome.scans.is_empty()) {
        true => " wide",
        false => "",
    };
    format!(
        r#"<article class="card{wide}" id="attack-{id}" aria-labelledby="attack-{id}-title" tabindex="-1">
<h3 id="attack-{id}-title">{title}</h3>
<p class="muted small">{references}</p>
<p><b class="label">What the thief has</b> {thief_has}</p>
{form}
{result}
</article>
"#,
        id = attack.id,
        title = escape(attack.title),
        references = text::linked(attack.references),
        thief_has = text::linked(attack.thief_has),
        result = result.unwrap_or_default(),
    )
}

fn result(attack: &Attack, outcome: &Outcome) -> String {
    let number = outcome.number.as_ref().map(|(number, what)| {
        format!(
            "<p class=\"number\"><b>{}</b> {}</p>",
            escape(number),
            escape(what)
        )
    });
    let twin = match attack.has_twin {
        true => twin(attack, outcome),
        false => messages(outcome, &[Side::Both]),
    };
    let facts = outcome.facts.iter().map(|(label, text)| {
        format!(
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escape(label),
            escape(text)
        )
    });
    let facts: String = facts.collect();
    let facts = match facts.is_empty() {
        true => facts,
        false => format!("<dl class=\"parameters\">{facts}</dl>"),
    };
    format!(
        "<div class=\"result\">{}{}{twin}{facts}<p><b class=\"label\">What stopped it</b> {}</p></div>",
        verdict(outcome),
        number.unwrap_or_default(),
        text::linked(attack.check)
    )
}

fn verdict(outcome: &Outcome) -> String {
    let is_good = outcome.is_as_expected();
    format!(
        "<p class=\"mark {}\" role=\"status\">{} {}</p>",
        if is_good { "ok" } else { "bad" },
        icon(is_good),
        escape(&outcome.verdict())
    )
}

/// The halves with and without the check, and a switch between them.
fn twin(attack: &Attack, outcome: &Outcome) -> String {
    let id = attack.id;
    let what = match id {
        "mix-up" => "iss",
        _ => "Guard",
    };
    let [on, off] = match id {
        "mix-up" => ["iss compared", "iss not compared"],
        _ => ["Guard on", "Guard off"],
    };
    format!(
        r#"{before}<div class="twin"><fieldset class="tabs"><legend class="sr">{what}</legend>
<label><input type="radio" name="guard-{id}" class="off" id="off-{id}"> {off}</label>
<label><input type="radio" name="guard-{id}" class="on" id="on-{id}" checked> {on}</label>
</fieldset>
<div class="without-guard">{without}</div>
<div class="with-guard">{with}</div></div>"#,
        before = messages(outcome, &[Side::Both]),
        without = messages(outcome, &[Side::Off]),
        with = messages(outcome, &[Side::On]),
    )
}

fn messages(outcome: &Outcome, sides: &[Side]) -> String {
    let shown = outcome.sent.iter().filter(|one| sides.contains(&one.side));
    let items: String = shown.map(message).collect();
    let scans = outcome.scans.iter();
    let scans = scans.filter(|one| sides.contains(&one.side));
    let scans: String = scans.map(matrix::matrix).collect();
    match items.is_empty() {
        true => scans,
        false => format!("<ol class=\"sent\">{items}</ol>{scans}"),
    }
}

fn message(sent: &Sent) -> String {
    let exchange = &sent.exchange;
    let (class, word) = match sent.verdict {
        Verdict::Legal => ("legal", "passed"),
        Verdict::Refused => ("ok", "refused"),
        Verdict::Succeeded => ("bad", "it worked"),
        Verdict::Failed => ("bad", "failed"),
    };
    let changed = sent.changed_at.and_then(|at| {
        let token = exchange.sent("authorization")?.strip_prefix("Bearer ")?;
        let bytes = text::token(token, Some(at));
        Some(format!(
            "<p class=\"small\">The first changed byte, number {at}:</p><p>{bytes}</p>"
        ))
    });
    let request = text::raw(&shortened(&exchange.raw_request()));
    let answer = text::raw(&shortened(&exchange.raw_answer()));
    format!(
        "<li class=\"{class}\"><details{open}><summary>{} <span class=\"outcome\">{}, {word}</span></summary>{}{request}{answer}</details></li>",
        escape(&sent.what),
        escape(&exchange.outcome()),
        changed.unwrap_or_default(),
        open = if sent.verdict == Verdict::Legal {
            ""
        } else {
            " open"
        },
    )
}

fn icon(is_good: bool) -> &'static str {
    match is_good {
        true => "<svg aria-hidden=\"true\" focusable=\"false\"><use href=\"#icon-good\"/></svg>",
        false => "<svg aria-hidden=\"true\" focusable=\"false\"><use href=\"#icon-bad\"/></svg>",
    }
}

/// The shapes of the icons.
const ICONS: &str = r#"<svg hidden fill="currentColor"><symbol id="icon-good" viewBox="0 0 20 20"><path d="M10 1 3 4v5c0 4.6 3 8.4 7 10 4-1.600 7-5.400 7-10V4zm-1 13-4-4 1.400-1.400L9 11.200l4.600-4.600L15 8z"/></symbol><symbol id="icon-bad" viewBox="0 0 20 20"><path d="M10 2 1 18h18zM9 8h2v5H9zm0 6h2v2H9z"/></symbol></svg>"#;
