//! The token, introspection and revocation endpoints, with forms that are wrong or huge.

use airside_client::{Answer, Request};

use crate::{
    forgery::claims,
    suite::{Suite, note, require},
    target::Target,
};

/// Tries each.
pub async fn run(suite: &mut Suite<'_>) {
    note("T20", grant_types(suite).await, suite);
    note("A11", duplicates(suite).await, suite);
    note("T16", targets(suite).await, suite);
    note("T17", introspection(suite).await, suite);
    note("T18", revocation(suite).await, suite);
    note("T30", huge(suite).await, suite);
}

async fn grant_types(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let options = suite.target.options.clone();
    let person = [
        ("username", options.username.as_str()),
        ("password", options.password.as_str()),
    ];
    for grant_type in ["password", "PASSWORD", "implicit", "nonsense", ""] {
        let fields = [&[("grant_type", grant_type)][..], &person].concat();
        let answer = suite.target.token(&fields).await?;
        suite.refused("T20", &format!("grant_type={grant_type}"), &answer);
    }
    Ok(())
}

async fn duplicates(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    for name in ["grant_type", "code", "code_verifier", "redirect_uri"] {
        // what one attempt used up would be refused to the next for that alone
        let code = suite.code().await?;
        let mut fields = suite.target.redemption(&code);
        let again = fields.iter().find(|(own, _)| *own == name).copied();
        fields.extend(again);
        let answer = suite.target.token(&fields).await?;
        suite.refused(
            "A11",
            &format!("{name} twice at the token endpoint"),
            &answer,
        );
    }
    Ok(())
}

/// RFC 8707: an API that was not asked for is not a target.
async fn targets(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    for resource in [
        "https://nowhere.example",
        "not a uri",
        "https://api.example#fragment",
    ] {
        let code = suite.code().await?;
        let mut fields = suite.target.redemption(&code);
        fields.push(("resource", resource));
        let answer = suite.target.token(&fields).await?;
        let token = answer.member("access_token").unwrap_or_default();
        let names = claims(&token).is_some_and(|claims| claims.to_string().contains(resource));
        // an issuer that does not know the parameter ignores it
        suite.report.tried(
            "T16",
            &format!("resource={resource}"),
            &answer.outcome(),
            !names,
        );
    }
    Ok(())
}

async fn introspection(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let target = suite.target;
    let Some(endpoint) = target.endpoint("introspection_endpoint") else {
        suite
            .report
            .not_applicable("T17", "there is no introspection");
        return Ok(());
    };
    let token = suite.tokens().await?.access;
    let request = Request::form(endpoint, [("token", &*token)]);
    let answer = target.send(&request).await?;
    silent(suite, "introspection without a client", &answer);
    let fields = [("token", "nonsense")];
    let answer = target
        .back_channel("introspection_endpoint", &fields)
        .await?;
    silent(suite, "introspection of nonsense", &answer);
    Ok(())
}

/// Records an answer that must not call a token active.
fn silent(suite: &mut Suite<'_>, tried: &str, answer: &Answer) {
    let json = answer.json().unwrap_or_default();
    let silent = json.get("active") != Some(&true.into());
    suite.report.tried("T17", tried, &answer.outcome(), silent);
}

async fn revocation(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let target = suite.target;
    let Some(endpoint) = target.endpoint("revocation_endpoint") else {
        suite.report.not_applicable("T18", "there is no revocation");
        return Ok(());
    };
    let tokens = suite.tokens().await?;
    let token = tokens.refresh.unwrap_or(tokens.access);
    for (tried, client) in [
        ("nobody", None),
        ("an unknown client", Some("nobody-is-named-this")),
    ] {
        let mut fields = vec![("token", token.as_str())];
        fields.extend(client.map(|client| ("client_id", client)));
        let answer = target.send(&Request::form(endpoint, &*fields)).await?;
        let refused = answer.status.as_u16() >= 400;
        suite.report.tried(
            "T18",
            &format!("a revocation by {tried}"),
            &answer.outcome(),
            refused,
        );
    }
    // the control: it goes on, until its owner ends it
    if suite.target.lists("grant_types_supported", "refresh_token") {
        require("the token after that", &alive(suite.target, &token).await?)?;
    }
    Ok(())
}

async fn alive(target: &Target, token: &str) -> anyhow::Result<Answer> {
    let refreshed = target.refresh(token).await?;
    match refreshed.status.is_success() {
        true => Ok(refreshed),
        false => Ok(target.userinfo(token).await?.unwrap_or(refreshed)),
    }
}

async fn huge(suite: &mut Suite<'_>) -> anyhow::Result<()> {
    let (scope, long) = ("a ".repeat(25_000), "x".repeat(1024 * 1024));
    let names: Vec<String> = (0..10_000).map(|number| format!("p{number}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
    for (tried, fields) in [
        (
            "a scope of 50 000 characters",
            vec![("scope", scope.as_str())],
        ),
        (
            "a verifier of 1 MiB",
            vec![("code_verifier", long.as_str())],
        ),
        ("10 000 parameters", many),
    ] {
        let token = suite.tokens().await?.refresh.unwrap_or_default();
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
        ];
        let all = [&refresh[..], &fields].concat();
        // one that closes the connection before it has read everything has refused, too
        let answer = suite.target.token(&all).await;
        let (answered, refused) = match &answer {
            Ok(answer) => (
                answer.outcome(),
                (400..500).contains(&answer.status.as_u16()),
            ),
            Err(_) => ("the connection ends".to_owned(), true),
        };
        suite.report.tried("T30", tried, &answered, refused);
    }
    Ok(())
}
