//! The panel beside the drawing: one message, explained, as it was sent, and taken apart.

use airside_page::escape;
use serde_json::Value;

use super::{form::run_token, lifeline::route, text};
use crate::{
    theatre::{
        scene::{Endpoint, Extra, Message, Parameter, Scene, hex_of},
        state::{Shown, TheatreState},
        trial::Trial,
        twin::Twin,
    },
    token::Decoded,
    wire::shortened,
};

/// Renders the panels of all messages; without a state, without forms.
pub fn panels(state: Option<&TheatreState>, shown: &Shown, scene: &Scene) -> String {
    let mut html = String::from(
        r#"<div class="panels">
<fieldset class="tabs"><legend class="sr">Show the message</legend>
<label><input type="radio" name="show" id="show-explained" checked> Explained</label>
<label><input type="radio" name="show" id="show-raw"> Raw</label>
<label><input type="radio" name="show" id="show-decoded"> Decoded</label>
</fieldset>
"#,
    );
    for (number, message) in scene.messages.iter().enumerate() {
        html.push_str(&panel(state, shown, number + 1, message));
    }
    html.push_str("</div>");
    html
}

fn panel(state: Option<&TheatreState>, shown: &Shown, number: usize, message: &Message) -> String {
    let label = escape(&message.label);
    let explained = message.explained.iter();
    let explained: String = explained
        .map(|text| format!("<p>{}</p>", text::linked(text)))
        .collect();
    format!(
        r#"<section class="panel" id="message-{number}" aria-labelledby="message-{number}-title" tabindex="-1">
<p class="muted small">Step {} · {}</p>
<h3 id="message-{number}-title">{label}</h3>
<div class="explained">{explained}{}{}</div>
<div class="raw">{}</div>
<div class="decoded">{}</div>
</section>
"#,
        message.step,
        route(message.from, message.to),
        extra(&message.extra),
        parameters(state, shown, message),
        text::raw(&message.raw),
        decoded(message, &shown.twin),
    )
}

fn extra(extra: &Extra) -> String {
    match extra {
        Extra::None => String::new(),
        Extra::Secret {
            verifier,
            challenge,
        } => hash(verifier, challenge, "What travels in step 2"),
        Extra::Compared {
            verifier,
            challenge,
        } => hash(verifier, challenge, "Equal to the code_challenge of step 2"),
        Extra::Code { issued_ms, used_ms } => countdown(*issued_ms, *used_ms),
        Extra::Returned { state, iss } => format!(
            "<ul class=\"checks\"><li>state <code>{}</code> is that of step 1</li><li>iss <code>{}</code> is the server that was asked</li></ul>",
            escape(state),
            escape(iss)
        ),
        Extra::LookUps => "<ul class=\"checks\"><li>0 database look-ups and 0 calls to find out who is calling</li><li>the keys of the server were fetched once, before</li><li>owner of 1001 = sub of the token</li></ul>".to_owned(),
    }
}

/// The secret becomes its hash: the script does it once more, before the reader's eyes.
fn hash(verifier: &str, challenge: &str, result: &str) -> String {
    format!(
        r#"<div class="hash" data-verifier="{verifier}">
<p><span class="muted small">The secret: code_verifier</span><code class="secret">{verifier}</code></p>
<p><span class="muted small">↓ SHA-256</span><code class="hex">{hex}</code></p>
<p><span class="muted small">↓ base64url: code_challenge. {result}</span><code class="challenge">{challenge}</code></p>
<p class="js try"><label>Change a letter of the secret: <input class="guess" value="{verifier}" spellcheck="false" autocomplete="off"></label> <output class="said" role="status"></output></p>
</div>"#,
        verifier = escape(verifier),
        challenge = escape(challenge),
        hex = hex_of(challenge),
    )
}

fn countdown(issued_ms: i64, used_ms: Option<i64>) -> String {
    let used = match used_ms {
        Some(used) => {
            let took = used.saturating_sub(issued_ms);
            format!("This one was used after {took} ms: from then on it is worth nothing.")
        }
        None => "This one was not used.".to_owned(),
    };
    format!(
        "<div class=\"life\"><p><b>60 s</b> is the whole life of a code. {used}</p><p class=\"js small muted\">Unused, it would have <span class=\"left\" data-until=\"{}\">60 s</span> left.</p><progress class=\"js\" max=\"60\" value=\"60\" aria-label=\"Life of the code in seconds\"></progress></div>",
        issued_ms.saturating_add(60_000)
    )
}

fn parameters(state: Option<&TheatreState>, shown: &Shown, message: &Message) -> String {
    let with_meaning: Vec<_> = message
        .parameters
        .iter()
        .filter(|one| !one.meaning.is_empty())
        .collect();
    if with_meaning.is_empty() {
        return String::new();
    }
    let rows = with_meaning.into_iter();
    let rows: String = rows.map(|one| row(state, one)).collect();
    let table = format!("<dl class=\"parameters\">{rows}</dl>");
    let endpoint = message.parameters.iter().find_map(|one| one.removable_from);
    let (Some(state), Some(endpoint)) = (state, endpoint) else {
        return table;
    };
    let tried = shown.trial.as_ref();
    let tried = tried.filter(|trial| trial.endpoint == endpoint);
    format!(
        "<form method=\"post\" data-part=\"trial-{}\">{}{table}</form>{}",
        endpoint.name(),
        run_token(state),
        trial(endpoint, tried)
    )
}

fn row(state: Option<&TheatreState>, parameter: &Parameter) -> String {
    let name = escape(&parameter.name);
    let removable = parameter.removable_from.filter(|_| state.is_some());
    let remove = removable.map(|endpoint| {
        format!(
            "<button class=\"link\" formaction=\"/without/{}/{name}\">Send it without<span class=\"sr\"> {name}</span></button>",
            endpoint.name(),
        )
    });
    format!(
        "<div><dt><code>{name}</code></dt><dd>{} {}</dd></div>",
        text::linked(parameter.meaning),
        remove.unwrap_or_default()
    )
}

/// Renders the answer to a request without one of its parameters.
pub fn trial(endpoint: Endpoint, trial: Option<&Trial>) -> String {
    let at = endpoint.name();
    let said = match trial {
        None => String::new(),
        Some(trial) => format!(
            "<h4>Without {}: <b>{}</b></h4><p>{}</p>{}{}",
            escape(&trial.name),
            escape(&trial_outcome(trial)),
            text::linked(trial.why),
            text::raw(&trial.exchange.raw_request()),
            text::raw(&trial.exchange.raw_answer()),
        ),
    };
    format!("<div class=\"trial\" id=\"trial-{at}\" role=\"status\">{said}</div>")
}

fn trial_outcome(trial: &Trial) -> String {
    let location = trial.exchange.got("location").unwrap_or_default();
    let error = location.split_once("error=").map(|(_, error)| error);
    let error = error.and_then(|error| error.split('&').next());
    match error {
        Some(error) => format!("{} {error}", trial.exchange.status.as_u16()),
        None if trial.has_code => "a code comes back".to_owned(),
        None => trial.exchange.outcome(),
    }
}

fn decoded(message: &Message, twin: &Twin) -> String {
    let mut html = String::new();
    for (name, token) in &message.tokens {
        html.push_str(&taken_apart(name, token));
    }
    if message
        .tokens
        .iter()
        .any(|(name, _)| *name == "access token")
        && message.step == 6
    {
        html.push_str(&beside(twin));
    }
    if message.tokens.is_empty() && !message.parameters.is_empty() {
        let rows = message.parameters.iter();
        let rows = rows.map(|one| {
            let value = match one.value.chars().count() > MAX_VALUE {
                true => crate::redact::shorten(&one.value),
                false => one.value.clone(),
            };
            format!(
                "<div><dt><code>{}</code></dt><dd><code>{}</code></dd></div>",
                escape(&one.name),
                escape(&value)
            )
        });
        html.push_str(&format!(
            "<dl class=\"parameters\">{}</dl>",
            rows.collect::<String>()
        ));
    }
    if html.is_empty() {
        html.push_str("<p>Nothing in this message is encoded.</p>");
    }
    html
}

/// A token: its bytes in colours, header, claims and signature.
pub fn taken_apart(name: &str, token: &str) -> String {
    let Ok(decoded) = Decoded::read(token) else {
        return String::new();
    };
    let parts: Vec<_> = token.splitn(3, '.').map(str::len).collect();
    let [header, claims, signature] = parts.as_slice() else {
        return String::new();
    };
    let alg = decoded.header.get("alg").and_then(Value::as_str);
    let alg = escape(alg.unwrap_or("?"));
    format!(
        r#"<h4>The {name}</h4>
<p>{bytes}</p>
<dl class="parts">
<div><dt class="h">Header, bytes 0–{h}</dt><dd>{header_json}</dd></div>
<div><dt class="c">Claims, bytes {c0}–{c}</dt><dd>{claims_json}</dd></div>
<div><dt class="s">Signature, bytes {s0}–{s}</dt><dd>{signature} characters of base64url, by {alg} over the bytes 0–{c}. Change one of them, and it does not match any more.</dd></div>
</dl>"#,
        name = escape(name),
        bytes = text::token(token, None),
        h = header.saturating_sub(1),
        c0 = header + 1,
        c = header + claims,
        s0 = header + claims + 2,
        s = token.len().saturating_sub(1),
        header_json = json(&decoded.header.into()),
        claims_json = json(&decoded.claims.into()),
    )
}

fn json(value: &Value) -> String {
    text::raw(&serde_json::to_string_pretty(value).unwrap_or_default())
}

/// RS256 beside HS256: who can verify, and who can forge.
fn beside(twin: &Twin) -> String {
    format!(
        r#"<h4>RS256 beside HS256</h4>
<div class="scroll" tabindex="0" role="group" aria-label="Comparison of algorithms"><table>
<thead><tr><td></td><th scope="col">RS256, as here</th><th scope="col">HS256</th></tr></thead>
<tbody>
<tr><th scope="row">signed with</th><td>a private key, in the server alone</td><td>a shared secret</td></tr>
<tr><th scope="row">verified with</th><td>the public key, from <code>/jwks</code></td><td>the same secret</td></tr>
<tr><th scope="row">who can verify</th><td>anyone</td><td>those who have the secret</td></tr>
<tr><th scope="row">who can forge</th><td>the server</td><td class="bad">each of those who can verify</td></tr>
</tbody></table></div>
<p>The same claims by HS256, with a secret that was made for this page:</p><p>{}</p>
<p>And what an API that can verify it can make of it: the same with Bob’s sub, and a valid signature.</p><p>{}</p>"#,
        text::token(&shortened(&twin.honest), None),
        text::token(&shortened(&twin.forged), None),
    )
}

/// Characters of a value that are shown whole.
const MAX_VALUE: usize = 100;
