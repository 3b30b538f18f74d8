//! The headers of pages, forms of other browsers and sites, and answers for scripts of other origins.

use airside_client::{Body, Landing, Page, Parameters, Request};
use http::Method;

use crate::{
    suite::{Suite, note},
    visitor::Visitor,
};

/// Tries the pages of a person who is not signed in.
pub async fn run(suite: &mut Suite<'_>) {
    let legal = suite.target.authorization(&suite.target.request());
    note("A15", sign_in(suite, &legal).await, suite);
    note("A17", error(suite).await, suite);
    note("A28", injected(suite).await, suite);
    note("A23", forwarded(suite, &legal).await, suite);
    note("A29", origins(suite, &legal).await, suite);
}

async fn sign_in(suite: &mut Suite<'_>, legal: &str) -> anyhow::Result<()> {
    let mut victim = Visitor::new(suite.target);
    match victim.open(legal).await?.landing {
        Landing::Page(page) if suite.target.options.cookies.is_empty() => {
            guarded(suite, "the sign-in page", &page);
            planted(suite, &victim, &page).await?;
        }
        _ => suite
            .report
            .not_applicable("A15", "the sign-in cannot be driven"),
    }
    Ok(())
}

async fn error(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let refused = suite
        .target
        .request()
        .with("redirect_uri", "https://evil.example/cb");
    let url = suite.target.authorization(&refused);
    if let Landing::Page(page) = Visitor::new(suite.target).open(&url).await?.landing {
        guarded(suite, "the page of an error", &page);
    }
    Ok(())
}

fn guarded(suite: &mut Suite<'_>, what: &str, page: &Page) {
    let policy = page
        .answer
        .header("content-security-policy")
        .unwrap_or_default();
    let options = page.answer.header("x-frame-options").unwrap_or_default();
    let unframed =
        policy.contains("frame-ancestors 'none'") || options.eq_ignore_ascii_case("deny");
    suite.report.tried(
        "A17",
        &format!("{what} in a frame"),
        &format!("{policy} {options}"),
        unframed,
    );
    let referrer = page.answer.header("referrer-policy").unwrap_or_default();
    let silent = ["no-referrer", "same-origin", "strict-origin", "origin"].contains(&referrer);
    suite.report.tried(
        "A24",
        &format!("the address of {what} in a referrer"),
        referrer,
        silent,
    );
}

/// The attacker's form, sent by the victim's browser: the victim would be signed in as the attacker.
async fn planted(suite: &mut Suite<'_>, owner: &Visitor<'_>, page: &Page) -> anyhow::Result<()> {
    let Some(form) = owner.fill_in(page) else {
        suite
            .report
            .not_applicable("A15", "there is no form to sign in with");
        return Ok(());
    };
    let cross_site = [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ];
    let stranger = Visitor::new(suite.target);
    for (tried, mut browser, headers) in [
        ("the form of another browser", stranger, &[][..]),
        (
            "a form that another site submits",
            owner.across_sites(),
            &cross_site,
        ),
    ] {
        let end = browser.send(form.clone().submit().headers(headers)).await?;
        let silent = suite.target.request().with("prompt", "none");
        let after = browser.open(&suite.target.authorization(&silent)).await?;
        // a known person is answered, or asked to consent
        let error = after.returned("error").unwrap_or_default();
        let is_known = after.returned("code").is_some() || KNOWN.contains(&error.as_str());
        suite.report.tried("A15", tried, &end.said(), !is_known);
    }
    Ok(())
}

/// RFC 9110 §5.5: a line break in a header would be another header.
async fn injected(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let state = "a\r\nx-injected: 1\r\n\r\n<p>";
    let request = suite
        .target
        .request()
        .with("state", state)
        .with("response_type", "token");
    let url = suite.target.authorization(&request);
    let answer = suite.target.send(&Request::get(url)).await?;
    let clean = !answer.headers.contains_key("x-injected");
    suite
        .report
        .tried("A28", "line breaks in state", &answer.outcome(), clean);
    Ok(())
}

async fn forwarded(suite: &mut Suite<'_>, legal: &str) -> anyhow::Result<()> {
    let (endpoint, query) = legal.split_once('?').unwrap_or((legal, ""));
    let request = Request::form(endpoint, Parameters::parse(query));
    let answer = suite.target.send(&request).await?;
    let repeats = matches!(answer.status.as_u16(), 307 | 308) || suite.visitor.repeats_forms();
    suite.report.tried(
        "A23",
        "a redirect that repeats the form",
        &answer.outcome(),
        !repeats,
    );
    Ok(())
}

/// A script of another origin may read nothing, and no script may use cookies.
async fn origins(suite: &mut Suite<'_>, legal: &str) -> anyhow::Result<()> {
    let endpoints = ["token_endpoint", "userinfo_endpoint", "revocation_endpoint"];
    let mut urls = vec![("authorization_endpoint", legal.to_owned())];
    let found = endpoints
        .iter()
        .filter_map(|name| Some((*name, suite.target.endpoint(name)?.to_owned())));
    urls.extend(found);
    for (name, url) in urls {
        for origin in ["https://evil.example", "null"] {
            let headers = [
                ("origin", origin),
                ("access-control-request-method", "POST"),
            ];
            for method in [Method::OPTIONS, Method::GET] {
                let tried = format!("{method} {name} from {origin}");
                let request = Request::new(method, &url, Body::Empty).headers(&headers);
                let answer = suite.target.send(&request).await?;
                let header = |name| answer.header(name).unwrap_or_default();
                let allowed = header("access-control-allow-origin");
                let with_cookies = header("access-control-allow-credentials") == "true";
                let is_page = name == "authorization_endpoint";
                let open = allowed == origin || (allowed == "*" && (with_cookies || is_page));
                suite
                    .report
                    .tried("A29", &tried, &format!("allows `{allowed}`"), !open);
            }
        }
    }
    Ok(())
}

/// The errors of a silent request that show that a person is signed in (OpenID Connect Core §3.1.2.6).
const KNOWN: [&str; 3] = [
    "consent_required",
    "interaction_required",
    "account_selection_required",
];
