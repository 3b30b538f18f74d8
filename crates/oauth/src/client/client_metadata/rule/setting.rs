//! Airside's own settings.

use std::time::Duration;

use url::Url;

use super::{MAX_ENTRIES, Rules, shown};
use crate::{
    client::{ClientPages, ClientSettings, client_metadata::ClientMetadata},
    request::{nearest::nearest, redirect_uri::RedirectUri},
};

impl Rules<'_> {
    pub(super) fn settings(&mut self, redirect_uris: &[RedirectUri]) {
        let metadata = self.metadata;
        self.registered_apis("resources", &metadata.resources);
        let https = redirect_uris
            .iter()
            .all(|uri| uri.as_str().starts_with("https://"));
        if metadata.first_party && (self.is_public() || !https) {
            let message = "is only for clients that authenticate and have https redirect_uris";
            self.refuse("first_party", message);
        }
        self.allowed_origins();
        // RFC9700-2.1.1: public clients must use PKCE
        if !metadata.require_pkce && self.is_public() {
            self.refuse(
                "require_pkce",
                "cannot be false for a client that does not authenticate",
            );
        }
        // RFC9700-4.14.2: refresh tokens of public clients must rotate or be sender-constrained
        if metadata.refresh_token_rotation == Some(false) && self.is_public() {
            let message = "cannot be false for a client that does not authenticate";
            self.refuse("refresh_token_rotation", message);
        }
        self.resource_server_for();
        if (metadata.default_max_age).is_some_and(|seconds| seconds > MAX_AGE_SECONDS) {
            self.refuse("default_max_age", "is more than 315360000 seconds");
        }
    }

    fn allowed_origins(&mut self) {
        let origins = &self.metadata.allowed_origins;
        if origins.len() > MAX_ENTRIES {
            self.refuse("allowed_origins", "has more than 50 entries");
        }
        for origin in origins
            .iter()
            .filter(|origin| !is_origin(origin))
            .take(MAX_ENTRIES)
        {
            let expected = match origin.contains('*') {
                true => "has a `*`: there are no patterns; name each origin",
                false => "is not a bare origin as in https://app.example",
            };
            self.refuse("allowed_origins", format!("`{}` {expected}", shown(origin)));
        }
    }

    fn resource_server_for(&mut self) {
        let resources = &self.metadata.resource_server_for;
        if !resources.is_empty() && self.is_public() {
            self.refuse(
                "resource_server_for",
                "is only for clients that authenticate",
            );
        }
        self.registered_apis("resource_server_for", resources);
    }

    fn registered_apis(&mut self, field: &'static str, resources: &[String]) {
        if resources.len() > MAX_ENTRIES {
            self.refuse(field, "has more than 50 entries");
        }
        let profile = self.profile;
        let unknown = resources
            .iter()
            .filter(|resource| profile.resource(resource).is_none());
        for resource in unknown.take(MAX_ENTRIES) {
            let known = profile.resources.iter();
            let known = known.map(|resource| resource.identifier.as_str());
            let meant = nearest(resource, known);
            let meant = meant.map(|meant| format!("; the nearest is `{meant}`"));
            let message = format!(
                "names `{}`, which is not a registered API{}",
                shown(resource),
                meant.unwrap_or_default()
            );
            self.refuse(field, message);
        }
    }
}

impl From<&ClientMetadata> for ClientSettings {
    fn from(metadata: &ClientMetadata) -> Self {
        Self {
            resources: metadata.resources.clone(),
            first_party: metadata.first_party,
            allowed_origins: metadata.allowed_origins.clone(),
            require_pkce: metadata.require_pkce,
            refresh_token_rotation: metadata.refresh_token_rotation,
            refresh_token_retry_alarm: metadata.refresh_token_retry_alarm,
            assertion_audience: metadata.assertion_audience,
            resource_server_for: metadata.resource_server_for.clone(),
            any_secret_method: metadata.token_endpoint_auth_method.is_none(),
            id_token_claims: metadata.id_token_claims,
            authorization_response_iss: metadata.authorization_response_iss,
            default_max_age: metadata
                .default_max_age
                .map(|seconds| Duration::from_secs(seconds.into())),
            require_auth_time: metadata.require_auth_time,
            initiate_login_uri: url(metadata.initiate_login_uri.as_deref()),
            userinfo_signed_response_alg: metadata
                .userinfo_signed_response_alg
                .as_deref()
                .and_then(|name| name.parse().ok()),
            pages: ClientPages {
                policy_uri: url(metadata.policy_uri.as_deref()),
                tos_uri: url(metadata.tos_uri.as_deref()),
                logo_uri: url(metadata.logo_uri.as_deref()),
            },
        }
    }
}

fn url(text: Option<&str>) -> Option<Url> {
    text.and_then(|text| Url::parse(text).ok())
}

/// An origin is a redirect URI without a path, written as browsers write it (RFC 6454 §6.2).
fn is_origin(text: &str) -> bool {
    text.parse::<RedirectUri>()
        .is_ok_and(|uri| !uri.is_private_scheme() && uri.origin() == text)
}

/// Ten years.
const MAX_AGE_SECONDS: u32 = 315_360_000;
