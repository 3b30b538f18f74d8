//! The setting that would let a refused request pass, and its place.

use airside_oauth::{
    client::{Client, ClientOrigin},
    refusal::RefusalReason,
};

use super::product::Product;

/// Returns what an operator sets, and where; none if no setting here is the cause.
pub(super) fn fix(
    reason: RefusalReason,
    detail: &str,
    client: Option<&Client>,
    product: Option<&Product>,
) -> Option<String> {
    let listed = |member: &str, flag: &str, value: &str| {
        let client = client?;
        Some(in_registration(client, member, &format!("{flag} {value}")))
    };
    match reason {
        RefusalReason::ResourceUnknown => Some(format!(
            "have the client send an identifier of `airside resource list`, or add the API: `[[resource]]` \
             in airside.toml, or `airside resource create {}`",
            pasteable(detail, "URI")
        )),
        RefusalReason::ResourceNotRegistered => {
            listed("resources", "--add-resource", pasteable(detail, "URI"))
        }
        RefusalReason::ResourceAmbiguous => Some(
            "have the client send `resource` with one API, or ask for the scopes of one".to_owned(),
        ),
        RefusalReason::ResourceNotGranted => {
            Some("have the client send the same `resource` at /authorize".to_owned())
        }
        RefusalReason::ScopeNotRegistered => {
            listed("scope", "--add-scope", pasteable(detail, "SCOPE"))
        }
        RefusalReason::GrantTypeNotRegistered => listed(
            "grant_types",
            "--add-grant-type",
            pasteable(detail, "GRANT"),
        ),
        RefusalReason::RedirectUriNotRegistered => {
            listed("redirect_uris", "--add-redirect-uri", "URI")
        }
        RefusalReason::AuthMethodWrong => {
            listed("token_endpoint_auth_method", "--auth-method", "METHOD")
        }
        RefusalReason::CodeChallengeMissing | RefusalReason::CodeChallengeMalformed => {
            Some(pkce(reason, client, product))
        }
        _ => None,
    }
}

fn pkce(reason: RefusalReason, client: Option<&Client>, product: Option<&Product>) -> String {
    let switch_on = match product {
        Some(product) => format!("set {} in {}", product.pkce, product.name),
        None => "switch PKCE with S256 on in the client program".to_owned(),
    };
    let is_missing = reason == RefusalReason::CodeChallengeMissing;
    // RFC9700-2.1.1: a public client cannot go without PKCE
    let exemptible = client.filter(|client| is_missing && !client.is_public());
    match exemptible {
        Some(client) => {
            let flag = "--metadata '{\"require_pkce\": false}'";
            let exempt = in_registration(client, "require_pkce = false", flag);
            format!("{switch_on}; if it cannot use PKCE, {exempt}")
        }
        None => switch_on,
    }
}

/// Returns where a member of a registration is set: in the file or by command, whichever owns it.
fn in_registration(client: &Client, member: &str, flags: &str) -> String {
    let id = client.client_id.as_str();
    match client.origin {
        ClientOrigin::Configuration => {
            format!("set `{member}` in the `[[client]]` {id} of airside.toml, then reload (SIGHUP)")
        }
        ClientOrigin::Administration => {
            let id = pasteable(id, "ID");
            format!("set `{member}`: `airside client edit {id} {flags}`")
        }
    }
}

/// Returns `text` if it is safe in a command that an operator copies from the log, else a placeholder.
fn pasteable<'a>(text: &'a str, placeholder: &'static str) -> &'a str {
    let is_plain =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '/' | '.' | '_' | '-' | '@');
    match !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        true => text,
        false => placeholder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_is_in_no_command_unless_it_is_plain() {
        for hostile in ["$(reboot)", "a;b", "`x`", "--force", "a b", ""] {
            assert_eq!(pasteable(hostile, "URI"), "URI", "{hostile}");
        }
        let plain = "https://bank.example/v1";
        assert_eq!(pasteable(plain, "URI"), plain);
        let fix = fix(RefusalReason::ResourceUnknown, "$(reboot)", None, None);
        assert!(fix.is_some_and(|fix| !fix.contains("reboot")));
    }
}
