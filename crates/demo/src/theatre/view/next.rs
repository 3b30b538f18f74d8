//! The three ways on.

use airside_page::escape;

use super::{form::run_token, text};
use crate::theatre::{
    framework::Framework,
    state::{Shown, TheatreState},
};

/// Renders the ways on.
pub fn next(state: &TheatreState, shown: &Shown) -> String {
    let frameworks = state.company.frameworks.iter();
    let frameworks: String = frameworks.map(link).collect();
    let frameworks = match frameworks.is_empty() {
        true => frameworks,
        false => format!(
            r#"<article class="card" aria-labelledby="sign-in-title">
<h3 id="sign-in-title">Add sign-in to my app</h3>
<p>Code to copy, with this server and a client of its own that is registered here already:</p>
<ul class="frameworks">{frameworks}</ul>
</article>"#
        ),
    };
    format!(
        r##"<section id="next" aria-labelledby="next-title">
<h2 id="next-title">And now for real</h2>
<div class="cards">
{}
{frameworks}
<article class="card" aria-labelledby="serve-title">
<h3 id="serve-title">Run it</h3>
<p>The same server, with a store that stays. It needs no configuration on your machine and prints a link that makes the first administrator.</p>
{}
<p>Going live takes an <code>airside.toml</code> with an <code>https</code> issuer; <code>airside config check</code> says what is missing.</p>
</article>
</div>
</section>"##,
        protect(state, shown),
        text::raw(
            "airside serve\n# in another terminal\nairside client create my-app --public \\\n    --redirect-uri http://127.0.0.1/callback \\\n    --grant-type authorization_code \\\n    --scope openid\nairside token get --code --client my-app \\\n    --scope openid"
        ),
    )
}

fn protect(state: &TheatreState, shown: &Shown) -> String {
    let upstream = shown.protection.as_ref().map(|one| one.upstream.as_str());
    format!(
        r#"<article class="card" aria-labelledby="protect-title">
<h3 id="protect-title">Protect my API</h3>
<p>Paste your OpenAPI document or its address, and get a first <code>guard.toml</code>, as <code>airside guard init</code> writes it.</p>
<form method="post" action="/protect" data-part="protect" class="form">{run_token}
<label for="document">OpenAPI document, or its address</label>
<textarea id="document" name="document" rows="4" spellcheck="false" autocomplete="off"></textarea>
<label for="upstream">Address of your API</label>
<input id="upstream" name="upstream" inputmode="url" autocomplete="off" value="{upstream}" placeholder="http://127.0.0.1:9000">
<button class="button" id="write">Write it</button>
</form>
{result}
</article>"#,
        run_token = run_token(state),
        upstream = escape(upstream.unwrap_or_default()),
        result = protection(shown).unwrap_or_else(|| "<div id=\"protect\"></div>".to_owned()),
    )
}

/// Renders the configuration that was written.
pub fn protection(shown: &Shown) -> Option<String> {
    let written = shown.protection.as_ref()?;
    let result = match &written.text {
        Ok(written) => format!(
            "{}<p>Save it as <code>guard.toml</code> beside the document, fill in what it marks, then <code>airside guard check</code>.</p>",
            text::raw(written)
        ),
        Err(why) => format!("<p class=\"note bad\">{}</p>", escape(why)),
    };
    Some(format!(
        "<div id=\"protect\" role=\"status\">{result}</div>"
    ))
}

fn link(framework: &Framework) -> String {
    format!(
        "<li><a href=\"/framework/{}\">{}</a></li>",
        escape(framework.client_id()),
        escape(framework.title())
    )
}

/// Renders the code for one framework.
pub fn framework(state: &TheatreState, framework: &Framework) -> String {
    let world = &state.company.world;
    let files = framework.files(&world.issuer);
    let files = files.iter().map(|file| {
        format!(
            "<h2 class=\"file\">{}</h2>{}",
            escape(&file.name),
            text::raw(&file.text)
        )
    });
    format!(
        r##"<main id="main" class="narrow">
<p><a href="/#next">Back to the demonstration</a></p>
<h1>Sign-in with {title}</h1>
<p>The client <code>{client_id}</code> is registered at this server, for an app at <code>http://127.0.0.1:3000</code>. It works while the demonstration runs: sign in as <code>{username}</code> with the password <code>{password}</code>.</p>
{files}
<p class="muted small">At a server of your own, <code>airside client create --for {client_id} --at URL</code> registers the client and prints the same.</p>
</main>"##,
        title = escape(framework.title()),
        client_id = escape(framework.client_id()),
        username = world.alice.username,
        password = escape(world.alice.password.expose()),
        files = files.collect::<String>(),
    )
}
