//! The three ways on.

use airside_page::escape;

use super::{text, ticket};
use crate::theatre::{House, Shown, framework::Framework};

/// Renders the ways on.
pub fn next(house: &House, shown: &Shown) -> String {
    let frameworks = house.company.frameworks.iter();
    let frameworks: String = frameworks.map(|one| framework(house, one)).collect();
    let frameworks = match frameworks.is_empty() {
        true => frameworks,
        false => format!(
            r#"<article class="card wide" aria-labelledby="sign-in-title">
<h3 id="sign-in-title">Add sign-in to my app</h3>
<p>Code to copy, with this server and a client of its own that is registered here already. It works while this demonstration runs: sign in as <code>alice</code> with the password <code class="secret">{}</code></p>
{frameworks}</article>"#,
            escape(house.company.world.alice.password.expose())
        ),
    };
    format!(
        r##"<section id="next" aria-labelledby="next-title">
<h2 id="next-title">And now for real</h2>
<div class="cards">
{}
<article class="card" aria-labelledby="serve-title">
<h3 id="serve-title">Run it</h3>
<p>The same server, with a store that stays. It needs no configuration on your machine and prints a link that makes the first administrator.</p>
{}
<p>Going live takes an <code>airside.toml</code> with an <code>https</code> issuer; <code>airside config check</code> says what is missing.</p>
</article>
{frameworks}
</div>
</section>"##,
        protect(house, shown),
        text::raw("Commands", "airside serve\nairside client create my-app --public \\\n    --redirect-uri http://127.0.0.1/callback \\\n    --grant-type authorization_code \\\n    --scope openid\nairside token get --code --client my-app \\\n    --scope openid"),
    )
}

fn protect(house: &House, shown: &Shown) -> String {
    let upstream = shown.protection.as_ref().map(|one| one.upstream.as_str());
    format!(
        r#"<article class="card" aria-labelledby="protect-title">
<h3 id="protect-title">Protect my API</h3>
<p>Paste your OpenAPI document or its address, and get a first <code>guard.toml</code>, as <code>airside guard init</code> writes it.</p>
<form method="post" action="/protect" data-part="protect" class="form">{ticket}
<label for="document">OpenAPI document, or its address</label>
<textarea id="document" name="document" rows="4" spellcheck="false" autocomplete="off"></textarea>
<label for="upstream">Address of your API</label>
<input id="upstream" name="upstream" inputmode="url" autocomplete="off" value="{upstream}" placeholder="http://127.0.0.1:9000">
<button class="button" id="write">Write it</button>
</form>
{result}
</article>"#,
        ticket = ticket(house),
        upstream = escape(upstream.unwrap_or_default()),
        result = protection(house, shown).unwrap_or_else(|| "<div id=\"protect\"></div>".to_owned()),
    )
}

/// Renders the configuration that was written.
pub fn protection(_house: &House, shown: &Shown) -> Option<String> {
    let written = shown.protection.as_ref()?;
    let result = match &written.text {
        Ok(written) => format!(
            "{}<p>Save it as <code>guard.toml</code> beside the document, fill in what it marks, then <code>airside guard check</code>.</p>",
            text::raw("guard.toml", written)
        ),
        Err(why) => format!("<p class=\"note bad\">{}</p>", escape(why)),
    };
    Some(format!("<div id=\"protect\" role=\"status\">{result}</div>"))
}

fn framework(house: &House, framework: &Framework) -> String {
    let files = framework.files(&house.company.world.issuer);
    let files = files.iter().map(|file| {
        format!(
            "<h4>{}</h4>{}",
            escape(&file.name),
            text::raw(&file.name, &file.text)
        )
    });
    format!(
        "<details><summary>{} <span class=\"muted small\">client <code>{}</code></span></summary>{}</details>\n",
        escape(framework.title()),
        escape(framework.client_id()),
        files.collect::<String>()
    )
}
