//! The look-ups, and the token inspector.

use airside_page::escape;
use serde_json::{Map, Value};

use super::{form::run_token, text};
use crate::theatre::{
    count,
    inspect::{self, Inspection, PATHS},
    state::{Shown, TheatreState},
};

/// Renders a stateful session beside a stateless token.
pub fn look_ups(state: &TheatreState, shown: &Shown) -> String {
    let form = format!(
        "<form method=\"post\" action=\"/count\" data-part=\"look-ups\" class=\"controls\">{}<button class=\"button second\" id=\"count\">Send {} requests each way, and count</button></form>",
        run_token(state),
        count::REQUESTS
    );
    section(shown, &form)
}

/// Renders them without the form.
pub fn recorded_look_ups(shown: &Shown) -> String {
    section(shown, "")
}

fn section(shown: &Shown, form: &str) -> String {
    let counted = shown.count.map(|count| {
        format!(
            "<tr><th scope=\"row\">{} requests, counted at the server</th><td><b>{}</b> asked it</td><td><b>{}</b> asked it</td></tr>",
            count::REQUESTS, count.stateful, count.stateless
        )
    });
    format!(
        r#"<section id="look-ups" aria-labelledby="look-ups-title">
<h2 id="look-ups-title">A session beside a token</h2>
<p class="muted">Both tell an API who is calling. They differ in what each request costs.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Comparison of costs"><table>
<thead><tr><td></td><th scope="col">A session: an id that means nothing by itself</th><th scope="col">A token: signed, and says it all</th></tr></thead>
<tbody>
<tr><th scope="row">at each request</th><td>1 call to the server, and 1 look-up in its database</td><td>0 calls, 0 look-ups</td></tr>
<tr><th scope="row">once</th><td>nothing</td><td>the server’s public keys are fetched</td></tr>
<tr><th scope="row">ended early</th><td>at once</td><td>within a second, if the API follows the server’s revocations; otherwise when it expires, 15 minutes at most</td></tr>
{}
</tbody></table></div>
{form}
</section>"#,
        counted.unwrap_or_default()
    )
}

/// Renders the token inspector.
pub fn inspector(state: &TheatreState, shown: &Shown) -> String {
    let inspection = shown.inspection.as_ref();
    let sample = shown.scene.messages.iter().find_map(|message| {
        let mut tokens = message.tokens.iter();
        tokens.find(|(name, _)| *name == "access token")
    });
    let token = match (inspection, sample) {
        (Some(inspection), _) => inspection.token.as_str(),
        (None, Some((_, token))) => token,
        (None, None) => "",
    };
    let chosen = inspection.map(|inspection| inspection.path.as_str());
    let options = PATHS.iter().map(|(request, what)| {
        let selected = if chosen == Some(request) {
            " selected"
        } else {
            ""
        };
        format!("<option value=\"{request}\"{selected}>{request}: {what}</option>")
    });
    format!(
        r#"<section id="inspector" aria-labelledby="inspector-title" tabindex="-1">
<h2 id="inspector-title">Token inspector</h2>
<p class="muted">Paste any token: it stays on this machine. The field begins with the token of step 6. Change a letter of it, and try again.</p>
<form method="post" action="/inspect" data-part="inspector" class="form">{run_token}
<label for="pasted">Token</label>
<textarea id="pasted" name="pasted" rows="5" spellcheck="false" autocomplete="off">{token}</textarea>
<label for="request">What it is used for</label>
<select id="request" name="request">{options}</select>
<button class="button" id="inspect">Inspect it</button>
</form>
{result}
</section>"#,
        run_token = run_token(state),
        token = escape(token),
        options = options.collect::<String>(),
        result = inspection.map(result).unwrap_or_default(),
    )
}

fn result(inspection: &Inspection) -> String {
    let exchange = &inspection.exchange;
    let passed = exchange.status.is_success();
    let (class, verdict) = match passed {
        true => ("legal", "The guard lets it through"),
        false => ("bad", "The guard does not let it through"),
    };
    let checks = inspection.checks.iter().map(|(check, outcome)| {
        let check = match check.is_empty() {
            true => "and",
            false => check,
        };
        format!(
            "<div><dt>{}</dt><dd>{}</dd></div>",
            escape(check),
            escape(outcome)
        )
    });
    let claims = match &inspection.decoded {
        Ok(decoded) => format!(
            "<p>{}</p>{}{}",
            text::token(&inspection.token, None),
            members("Header", "h", &decoded.header),
            members("Claims", "c", &decoded.claims)
        ),
        Err(_) => "<p class=\"note\">This is not a token that can be read: three parts of base64url, joined by dots, are one.</p>".to_owned(),
    };
    format!(
        r#"<div class="result"><p class="mark {class}" role="status">{verdict}: {outcome}</p>
<h3>Its checks, in order</h3>
<dl class="parameters">{checks}<div><dt>answer</dt><dd>{outcome}</dd></div></dl>
{claims}</div>"#,
        outcome = escape(&exchange.outcome()),
        checks = checks.collect::<String>(),
    )
}

fn members(title: &str, class: &str, members: &Map<String, Value>) -> String {
    let rows = members.iter().map(|(name, value)| {
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        format!(
            "<tr><th scope=\"row\"><code>{}</code></th><td><code>{}</code></td><td>{}</td></tr>",
            escape(name),
            escape(&value),
            text::linked(inspect::meaning(name))
        )
    });
    format!(
        "<h3 class=\"{class}\">{title}</h3><div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{title}\"><table><tbody>{}</tbody></table></div>",
        rows.collect::<String>()
    )
}
