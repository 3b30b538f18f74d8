//! The page: served with its forms, or recorded as one file without them.

mod attacks;
mod form;
mod lifeline;
mod live;
mod matrix;
mod next;
mod panel;
mod steps;
mod text;
mod tools;

use airside_page::{Layout, escape};

pub use self::{
    attacks::{attack, attacks},
    live::line as live_line,
    next::protection,
    panel::trial,
    steps::steps,
    tools::{inspector, look_ups},
};
use super::{
    framework::Framework,
    scene::Scene,
    state::{Shown, TheatreState},
};

/// A page and its Content-Security-Policy.
pub struct RenderedPage {
    pub html: String,
    pub policy: String,
}

/// Renders the page with its forms; `own` is the sign-in of the person at the browser, if it is asked for.
pub fn served(state: &TheatreState, shown: &Shown, own: Option<&Scene>) -> RenderedPage {
    let body = [
        top(true),
        "<main id=\"main\">".to_owned(),
        hero(state, true),
        steps(state, shown, own),
        look_ups(state, shown),
        attacks(state, shown),
        inspector(state, shown),
        next::next(state, shown),
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

/// Renders the page with the code for one framework.
pub fn framework(state: &TheatreState, framework: &Framework) -> RenderedPage {
    let body = [
        top(true).replace("href=\"#", "href=\"/#"),
        next::framework(state, framework),
    ];
    let body = body.join("\n");
    let layout = layout(&body);
    RenderedPage {
        policy: layout.content_security_policy("form-action 'none';"),
        html: layout.render(),
    }
}

/// Renders everything that was played and tried as one file.
pub fn recorded(state: &TheatreState, shown: &Shown) -> String {
    let body = [
        top(false),
        "<main id=\"main\">".to_owned(),
        hero(state, false),
        steps::recorded(shown),
        tools::recorded_look_ups(shown),
        attacks::recorded(shown, &state.company.live.lines()),
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
        true => {
            "<li><a href=\"#inspector\">Inspector</a></li><li><a href=\"#next\">Use it</a></li>"
        }
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

fn hero(state: &TheatreState, is_served: bool) -> String {
    let world = &state.company.world;
    let actions = match is_served {
        true => format!(
            "<p class=\"actions\"><a class=\"button\" href=\"#steps\">See it happen, in seven steps</a> <a class=\"button second\" href=\"{}/\" target=\"_blank\" rel=\"noopener\" id=\"own\">Be Alice yourself, in a new tab</a></p>",
            escape(&world.app_url)
        ),
        false => {
            "<p class=\"muted\">This is a recording. Run it yourself: <code>airside demo</code></p>"
                .to_owned()
        }
    };
    let [app, issuer, api] =
        [&world.app_url, &world.issuer, &world.bank_url].map(|url| escape(url));
    HERO.replace("ACTIONS", &actions)
        .replace("APP", &app)
        .replace("ISSUER", &issuer)
        .replace("BANK", &api)
}

/// The first screen: the whole idea, for a reader who has never heard of it.
const HERO: &str = r#"<section class="hero">
<div>
<h1>See how an app gets in, and how a thief does not</h1>
<p>Alice wants to see her bank account in an app. She must not have to give the app her password, and a thief who reads along must not get in. This is how apps do it today; the rules are called OAuth.</p>
<ol class="idea">
<li>The app makes up a <b>secret</b>, and tells no one. It shows the server only the secret’s <b>fingerprint</b>, a short text computed from it. No one can compute the secret back from the fingerprint.</li>
<li>Alice signs in at the server and agrees. The server sends her browser back to the app with a <b>code</b>. A thief may well see that code on its way.</li>
<li>The app hands in the code, and with it the secret itself. The server computes the fingerprint again: it fits, so this must be the app that asked, and it gets a <b>token</b>: a signed pass to Alice’s account, for 15 minutes. The thief has the code but not the secret, and gets nothing.</li>
</ol>
<p>So the secret proves that the one who comes back is the one who asked. In the messages below it is called <code>code_verifier</code>, and its fingerprint <code>code_challenge</code>.</p>
ACTIONS
</div>
<div>
<dl class="cast">
<div><dt>You</dt><dd>Alice, with her browser.</dd></div>
<div><dt>App</dt><dd>Shows Alice her account. Never sees her password. <code>APP</code></dd></div>
<div><dt>Server</dt><dd>The authorization server: knows Alice’s password, asks her, and gives out codes and tokens. <code>ISSUER</code></dd></div>
<div><dt>API</dt><dd>The bank’s accounts, with Airside’s guard in front, which lets in only good tokens. <code>BANK</code></dd></div>
</dl>
<p class="small muted">Everything on this page was really sent between these four. They run inside this demonstration, end with it, and keep nothing.</p>
</div>
</section>"#;

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
