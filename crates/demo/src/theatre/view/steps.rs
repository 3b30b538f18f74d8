//! The drawing: four lifelines, and the messages between them.

use airside_page::escape;

use super::{form::run_token, lifeline::route, panel};
use crate::theatre::{
    scene::{Message, STEPS, Scene},
    state::{Shown, TheatreState},
};

/// Renders the seven steps.
pub fn steps(state: &TheatreState, shown: &Shown, own: Option<&Scene>) -> String {
    let replay = format!(
        "<form method=\"post\" action=\"/play\" data-part=\"steps\" class=\"inline\">{}<button class=\"button second\" id=\"replay\">Send it all again</button></form>",
        run_token(state)
    );
    let choice = match (own, state.company.own().is_some()) {
        (Some(own), _) => {
            let so_far = match own.is_whole() {
                true => "",
                false => " It is not finished yet.",
            };
            format!("<p class=\"note\">This is your own sign-in, from your browser.{so_far} <a href=\"/#steps\">Show that of the demonstration</a></p>")
        }
        (None, true) => "<p class=\"note\">You have signed in yourself. <a href=\"/?show=own#steps\">Show your own messages</a></p>".to_owned(),
        (None, false) => String::new(),
    };
    let panels = panel::panels(Some(state), shown, own.unwrap_or(&shown.scene));
    section(
        own.unwrap_or(&shown.scene),
        &format!("{choice}\n"),
        &replay,
        &panels,
    )
}

/// Renders the seven steps without forms.
pub fn recorded(shown: &Shown) -> String {
    let panels = panel::panels(None, shown, &shown.scene);
    section(&shown.scene, "", "", &panels)
}

fn section(scene: &Scene, note: &str, replay: &str, panels: &str) -> String {
    let last = scene.messages.len();
    let mut messages = String::new();
    let mut step = 0;
    for (number, message) in scene.messages.iter().enumerate() {
        messages.push_str(&item(number + 1, message, &mut step));
    }
    format!(
        r#"<section id="steps" aria-labelledby="steps-title">
<h2 id="steps-title">Seven steps, one sign-in</h2>
<p class="muted">Each arrow is a message that was sent a moment ago. Open one to read what it says.</p>
{note}<div class="controls transport" role="group" aria-label="Move through the messages">
<button type="button" class="button second js" id="back">← Back</button>
<button type="button" class="button js" id="play" aria-pressed="false">Play</button>
<button type="button" class="button second js" id="forward">Next →</button>
<label class="scrub js"><span class="sr">Message</span><input type="range" id="scrub" min="1" max="{last}" value="1"></label>
<span class="js muted small" id="position">1 of {last}</span>
{replay}
</div>
<div class="stage">
<div class="drawing">
<div class="lifelines" aria-hidden="true"><span>You</span><span>App</span><span>Server</span><span>API</span></div>
<ol class="messages">
{messages}</ol>
</div>
{panels}
</div>
</section>"#
    )
}

fn item(number: usize, message: &Message, step: &mut usize) -> String {
    let heading = match message.step != *step {
        true => format!(
            "<span class=\"step\"><b>{}</b> {}</span>",
            message.step,
            title(message.step)
        ),
        false => String::new(),
    };
    *step = message.step;
    let (from, to) = (message.from, message.to);
    let label = escape(&message.label);
    let kind = match message.raw.starts_with("HTTP/") {
        true => " answer",
        false => "",
    };
    format!(
        "<li>{heading}<a class=\"m{kind} f{}{}\" href=\"#message-{number}\" id=\"arrow-{number}\"><span class=\"sr\">{}: </span><span class=\"label\">{label}</span><span class=\"line\" aria-hidden=\"true\"></span></a></li>\n",
        from.position(),
        to.position(),
        route(from, to),
    )
}

fn title(step: usize) -> &'static str {
    let step = step.checked_sub(1).and_then(|at| STEPS.get(at));
    step.map_or("", |step| step.title)
}
