//! The true reasons of refusals: for the operator's log and the audit trail, never for the client.
//!
//! The rule that refuses chooses the [`RefusalReason`]; it travels in the error, beside the answer that
//! the client is told. So two refusals that must look the same to a caller are still two in the log.

use std::fmt;

macro_rules! reasons {
    ($($variant:ident = $text:literal => $remedy:literal,)*) => {
        /// The true reason of a refusal.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum RefusalReason {
            $(#[doc = concat!("In the log: ", $text, ".")] $variant,)*
        }

        impl RefusalReason {
            /// Every reason, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the words of the log and the audit trail, without anything that was sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Returns what the operator can do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy,)* }
            }
        }

        /// Calls a macro with the name of every [`RefusalReason`], so that each has a log line of its own.
        #[macro_export]
        macro_rules! for_each_refusal_reason {
            ($callback:ident) => { $callback! { $($variant)* } };
        }
    };
}

reasons! {
    ClientIdMissing = "no client_id" => "Have the client send its `client_id`, or authenticate.",
    ClientUnknown = "no such client" => "Compare the `client_id` with `airside client list`.",
    ClientDisabled = "the client is disabled" => "It is missing in the configuration: put its `[[client]]` back.",
    SecretWrong = "wrong client secret" => "Copy the secret again, or make a new one: `airside client rotate-secret ID`.",
    AuthMethodWrong = "another client authentication than the registered one" => "Set the client program to the registered `token_endpoint_auth_method`, or register the one that it uses.",
    AuthMethodsSeveral = "two client authentications at once" => "Have the client use one: the `Authorization` header, `client_secret` or `client_assertion`.",
    AuthorizationHeaderMalformed = "the Authorization header cannot be read" => "It must be `Basic` with the form-encoded id and secret.",
    ClientIdContradictory = "client_id is not the client that authenticates" => "Leave `client_id` out of the body, or send the same.",
    AssertionMalformed = "the client assertion cannot be read" => "It must be a signed JWT with `iss`, `sub`, `aud`, `exp` and `jti`.",
    AssertionKeyUnknown = "no key of the client fits the client assertion" => "Compare `kid` and `alg` with the client's `jwks` or `jwks_uri`; a line before this one says if that could not be fetched.",
    AssertionSignatureWrong = "the signature of the client assertion is wrong" => "Register the public half of the key that signs.",
    AssertionSubjectWrong = "iss or sub of the client assertion is not the client" => "Both must be the `client_id`.",
    AssertionAudienceWrong = "aud of the client assertion is not this issuer" => "It must be the issuer as one string; `assertion_audience = \"token_endpoint\"` accepts that address too.",
    AssertionExpired = "the client assertion has expired" => "Compare the clocks; make an assertion for each request.",
    AssertionTimeWrong = "the times of the client assertion are out of range" => "Compare the clocks; it may live 5 minutes.",
    AssertionReused = "the client assertion was used before" => "Make an assertion, with a new `jti`, for each request.",
    ClientNotAllowed = "this endpoint is not for this client" => "Give it a secret or keys; at `/revocations`, `resource_server_for` as well.",
    ParametersUnreadable = "the parameters cannot be read" => "They must be `application/x-www-form-urlencoded`, 64 KiB within 10 seconds.",
    ParameterRepeated = "a parameter is sent twice" => "Send it once.",
    ParameterMissing = "a parameter is missing" => "`error_description` names it.",
    ParameterMalformed = "a parameter is malformed" => "`error_description` names it.",
    ParameterUnsupported = "a parameter is not supported" => "`error_description` names it; switch it off in the client program.",
    GrantTypeUnsupported = "no such grant type" => "There are `authorization_code`, `refresh_token` and `client_credentials`.",
    GrantTypeNotRegistered = "the client is not registered for the grant type" => "Add it to the client's `grant_types`.",
    ResponseTypeUnsupported = "response_type is not code" => "Set the client program to the authorization code flow.",
    ResponseModeUnsupported = "the response_mode is not supported" => "Leave it out.",
    RedirectUriMissing = "no redirect_uri" => "Have the client send it: several or none are registered, or it does the work of PKCE.",
    RedirectUriNotRegistered = "the redirect_uri is not registered" => "Add exactly what was received to the client's `redirect_uris`.",
    RedirectUriDifferent = "redirect_uri is not the one of the authorization request" => "Have the client send the same at `/authorize` and `/token`.",
    CodeChallengeMissing = "no code_challenge" => "Switch PKCE with S256 on in the client program; for a confidential client that cannot, `require_pkce = false`.",
    CodeChallengeMalformed = "code_challenge is not of S256" => "Set the client program's PKCE method to `S256`.",
    CodeVerifierMissing = "no code_verifier" => "The program that redeems must be the one that asked, with its session.",
    CodeVerifierMalformed = "the code_verifier is malformed" => "It has 43 to 128 characters.",
    CodeVerifierWrong = "the code_verifier is wrong" => "The program that redeems must be the one that asked, with its session.",
    CodeVerifierUnexpected = "a code_verifier without a code_challenge" => "Have the client send `code_challenge` at `/authorize`.",
    CodeUnknown = "the code was not issued here" => "Compare the token endpoint with the issuer; codes may not be cut off.",
    CodeOfAnotherClient = "the code was issued to another client" => "Two programs are mixed up, or a code was stolen.",
    CodeExpired = "the code has expired" => "It is redeemed at once; compare the clocks.",
    CodeReused = "the code was redeemed before" => "The client sends it twice, or it was stolen: its tokens are revoked.",
    CodeOutdated = "the account or the client changed since the code was issued" => "Sign in again.",
    RefreshTokenUnknown = "the refresh token was not issued here" => "Sign in again; after a restore, earlier ones are void.",
    RefreshTokenUnissued = "the refresh token is authentic, and was never issued" => "The store was set back, or the key has leaked: see `refresh_token.unissued`.",
    RefreshTokenOfAnotherClient = "the refresh token was issued to another client" => "Two programs are mixed up, or a token was stolen.",
    RefreshTokenExpired = "the refresh token has expired" => "Sign in again; see `[tokens] refresh_token_lifetime` and `[tokens] refresh_token_idle_lifetime`.",
    RefreshTokenReused = "the refresh token was used before" => "The client keeps an old one, or it was stolen: the grant is revoked.",
    RefreshTokenRetried = "the refresh token was retried too often" => "The client loses its answers, or shares a token: the grant is revoked.",
    GrantRevoked = "the grant was revoked" => "Sign in again; the audit trail says who revoked it.",
    AccountDisabled = "the account is disabled" => "`airside user enable NAME`, if that is wanted.",
    AccountGone = "the account is gone" => "Sign in with another.",
    SessionEnded = "the session has ended" => "Sign in again; only `offline_access` outlives a sign-out.",
    SessionExpired = "the session has expired" => "Sign in again; only `offline_access` outlives a session.",
    ScopeMalformed = "the scope is malformed" => "Names, with single spaces between them.",
    ScopeMissing = "no scope, and none is registered" => "Add scopes of an API to the client's `scope`, or send `scope`.",
    ScopeUnknown = "no such scope" => "Compare with `scopes_supported`; add it to a `[[resource]]` or `[[scope]]`.",
    ScopeNotRegistered = "the client is not registered for the scope" => "Add it to the client's `scope`.",
    ScopeNotGranted = "the scope was not granted" => "Ask for it at `/authorize`.",
    ScopeOfPerson = "a scope about a person, for client credentials" => "Leave it out.",
    ScopeOfAnotherApi = "the scope does not belong to the resource" => "Ask for the scopes of the API that `resource` names.",
    ResourceUnknown = "no such resource" => "`airside resource list`: send an identifier exactly as it is there, or add the API.",
    ResourceNotRegistered = "the client is not registered for the resource" => "Add the API to the client's `resources`, or a scope of it to its `scope`.",
    ResourceNotGranted = "the resource was not granted" => "Ask for it at `/authorize`.",
    ResourceAmbiguous = "several resources, or none of them named" => "Have the client name one API by `resource`.",
    ClaimsTooLarge = "the claims of the account do not fit" => "Shorten them, or release fewer.",
    SigningKeyMissing = "no key for the registered algorithm" => "Add it to `[keys] algorithms`, then restart.",
    SignInRequired = "nobody is signed in, or not recently enough" => "Usual for `prompt=none`.",
    SignedInAsAnother = "another person is signed in" => "The client's `id_token_hint` is about somebody else.",
    HintInvalid = "id_token_hint is not an ID token of this client" => "Send one that this issuer made for this client.",
    ConsentRequired = "the person has not allowed it yet" => "Usual for `prompt=none`.",
    ConsentDenied = "the person did not allow it" => "Nothing.",
    AccessTokenMissing = "no access token" => "Send `Authorization: Bearer` with the access token.",
    AccessTokenRepeated = "two access tokens" => "Send one, in the header or in the form.",
    AccessTokenMalformed = "not an access token of this issuer" => "Send the access token, not the ID token or the refresh token.",
    AccessTokenUnknownKey = "no key of the issuer made the access token" => "Another issuer's, or its key was dropped.",
    AccessTokenSignatureWrong = "the signature of the access token is wrong" => "It was altered.",
    AccessTokenExpired = "the access token has expired" => "Have the client refresh it; compare the clocks.",
    AccessTokenRevoked = "the access token was revoked" => "Sign in again.",
    AccessTokenWithoutOpenid = "the access token lacks the scope openid" => "Ask for `openid` at `/authorize`.",
    AccessTokenWithoutPerson = "the access token is not about a person" => "Client credentials have no `/userinfo`.",
    Other = "see error_description" => "`error_description` says it.",
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use super::*;

    /// The document of the logs has a table of the reasons; `UPDATE_REFERENCE=1` writes it.
    #[test]
    fn the_document_lists_every_reason() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations/logs.md");
        let text = fs::read_to_string(&path).unwrap();
        let (begin, end) = ("<!-- reasons -->\n", "<!-- end of reasons -->");
        let (before, rest) = text.split_once(begin).unwrap();
        let (_, after) = rest.split_once(end).unwrap();
        let row = |reason: &RefusalReason| format!("| {reason} | {} |\n", reason.remedy());
        let rows: String = RefusalReason::ALL.iter().map(row).collect();
        let table = format!("| the log says | do this |\n|---|---|\n{rows}");
        let expected = format!("{before}{begin}{table}{end}{after}");
        if std::env::var_os("UPDATE_REFERENCE").is_some() {
            fs::write(&path, &expected).unwrap();
            return;
        }
        assert!(
            text == expected,
            "run this test with UPDATE_REFERENCE=1 and review the change"
        );
    }

    #[test]
    fn every_reason_has_words_of_its_own_and_a_remedy() {
        let words: BTreeSet<_> = RefusalReason::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(words.len(), RefusalReason::ALL.len());
        for reason in RefusalReason::ALL {
            assert!(reason.remedy().ends_with('.'), "{reason}");
        }
    }
}
