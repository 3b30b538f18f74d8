//! The page: served with its forms, or recorded as one file without them.

mod attacks;
mod next;
mod panel;
mod steps;
mod text;
mod tools;

use airside_page::{Layout, escape};

pub use self::{
    attacks::{attack, attacks},
    next::protection,
    panel::trial,
    steps::steps,
    tools::{inspector, look_ups},
};
use super::{House, Shown, scene::Scene};

/// A page and its Content-Security-Policy.
pub struct RenderedPage {
    pub html: String,
    pub policy: String,
}

/// Renders the page with its forms; `own` is the sign-in of the person at the browser, if it is asked for.
pub fn served(house: &House, shown: &Shown, own: Option<&Scene>) -> RenderedPage {
    let body = [
        top(true),
        "<main id=\"main\">".to_owned(),
        hero(house, true),
        steps(house, shown, own),
        look_ups(house, shown),
        attacks(house, shown),
        inspector(house, shown),
        next::next(house, shown),
        "</main>".to_owned(),
        END.to_owned(),
        HELP.to_owned(),
    ];
    let body = body.join("\n");
    let layout = layout(&body);
    RenderedPage {
        policy: layout.content_security_policy("connect-src 'self'; form-action 'self';"),
        html: layout.render(),
    }
}

/// Renders everything that was played and tried as one file.
pub fn recorded(house: &House, shown: &Shown) -> String {
    let body = [
        top(false),
        "<main id=\"main\">".to_owned(),
        hero(house, false),
        steps::recorded(house, shown),
        tools::recorded_look_ups(shown),
        attacks::recorded(shown),
        "</main>".to_owned(),
        END.to_owned(),
        HELP.to_owned(),
    ];
    layout(&body.join("\n")).render_file()
}

fn layout(body: &str) -> Layout<'_> {
    Layout {
        title: "How an app gets in, and a thief does not",
        style: include_str!("../../assets/theatre.css"),
        script: include_str!("../../assets/theatre.js"),
        attributes: "",
        body,
    }
}

fn top(is_served: bool) -> String {
    let more = match is_served {
        true => "<li><a href=\"#inspector\">Inspector</a></li><li><a href=\"#next\">Use it</a></li>",
        false => "",
    };
    format!(
        r##"<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<p class="brand"><svg viewBox="0 0 20 20" fill="currentColor" aria-hidden="true" focusable="false"><path d="M10 1.5 18 18l-8-3.6L2 18z"/></svg>Airside</p>
<nav aria-label="Parts of this page"><ul><li><a href="#steps">Steps</a></li><li><a href="#attacks">Attacks</a></li>{more}</ul></nav>
<button type="button" class="quiet js" id="help-open">Keys</button>
</header>"##
    )
}

fn hero(house: &House, is_served: bool) -> String {
    let company = &house.company;
    let servers = format!(
        "an authorization server at <code>{}</code>, a bank’s API at <code>{}</code>, and an app at <code>{}</code>",
        escape(&company.world.issuer),
        escape(&company.world.bank_url),
        escape(&company.world.app_url),
    );
    let (tense, own) = match is_served {
        true => (
            "Behind this page run",
            format!(
                "<p class=\"actions\"><a class=\"button\" href=\"#steps\">See the seven steps</a> <a class=\"button second\" href=\"{}/\" target=\"_blank\" rel=\"noopener\" id=\"own\">Be Alice yourself, in a new tab</a></p>",
                escape(&company.world.app_url)
            ),
        ),
        false => (
            "This is a recording. There ran",
            "<p>Run it yourself: <code>airside demo</code></p>".to_owned(),
        ),
    };
    format!(
        r#"<section class="hero">
<h1>See how an app gets in, and how a thief does not</h1>
<p class="lead">Alice wants to see her bank account in an app. The app must not learn her password, and nobody who listens on the way may get in. That is what OAuth is for. Every message on this page was really sent.</p>
{own}
<p class="muted small">{tense} {servers}. They end with it, and nothing is kept.</p>
</section>"#
    )
}

/// The hidden field that proves that a form is of this run.
fn ticket(house: &House) -> String {
    format!(
        "<input type=\"hidden\" name=\"token\" value=\"{}\">",
        escape(house.ticket.token())
    )
}

const END: &str = "<footer class=\"muted small\"><p>Airside secures APIs: it says who is calling and what that caller may do. Everything here is made for this run; nothing of it is kept.</p></footer>";

const HELP: &str = r#"<dialog id="help" aria-labelledby="help-title">
<h2 id="help-title">Keys</h2>
<dl class="keys">
<dt><kbd>→</kbd> <kbd>←</kbd></dt><dd>next message, message before</dd>
<dt><kbd>Space</kbd></dt><dd>play by itself, pause</dd>
<dt><kbd>a</kbd></dt><dd>to the attacks</dd>
<dt><kbd>?</kbd></dt><dd>this list</dd>
</dl>
<p><label class="check"><input type="checkbox" id="keys-on" checked> Keys are on</label></p>
<form method="dialog"><button class="button">Close</button></form>
</dialog>"#;
