//! The rules of client metadata, one a member; all of them run, so that all errors show at once.

mod address;
mod grant;
mod key;
mod setting;

use super::{ClientMetadata, MetadataError, MetadataErrorCode};
use crate::{
    client::{AuthMethod, Client, ClientOrigin, ClientSettings},
    id::ClientId,
    key::secret::Digest,
    profile::IssuerProfile,
    request::{redirect_uri::RedirectUri, scope::Scope},
};

impl ClientMetadata {
    /// Checks everything and makes the client.
    ///
    /// `secrets` are the digests of its live secrets, at most two.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, in the order of the members.
    pub fn validate(
        self,
        profile: &IssuerProfile,
        secrets: Vec<Digest>,
        origin: ClientOrigin,
        epoch: u32,
    ) -> Result<Client, Vec<MetadataError>> {
        let metadata = self.without_repetitions();
        let mut rules = Rules {
            metadata: &metadata,
            profile,
            errors: Vec::new(),
        };
        let client_id = rules.client_id();
        rules.client_name();
        rules.secrets(&secrets);
        let redirect_uris = rules.redirect_uris();
        let post_logout_redirect_uris = rules.post_logout_redirect_uris();
        let backchannel_logout_uri = rules.backchannel_logout_uri();
        let grant_types = rules.grant_types();
        let scope = rules.scope();
        let jwks_uri = rules.keys();
        let algorithm = rules.id_token_algorithm();
        rules.userinfo_algorithm();
        rules.settings(&redirect_uris);
        rules.addresses();
        let errors = rules.errors;
        match (client_id, algorithm) {
            (Some(client_id), Some(id_token_signed_response_alg)) if errors.is_empty() => {
                Ok(Client {
                    client_id,
                    auth_method: metadata.auth_method(),
                    secrets,
                    jwks_uri,
                    redirect_uris,
                    post_logout_redirect_uris,
                    backchannel_logout_uri,
                    grant_types,
                    scope,
                    id_token_signed_response_alg,
                    epoch,
                    origin,
                    disabled: false,
                    settings: ClientSettings::from(&metadata),
                    client_name: metadata.client_name,
                    jwks: metadata.jwks,
                })
            }
            _ => Err(errors),
        }
    }

    /// Keeps one of each item that a list names twice.
    fn without_repetitions(mut self) -> Self {
        for list in [
            &mut self.redirect_uris,
            &mut self.post_logout_redirect_uris,
            &mut self.resources,
            &mut self.allowed_origins,
            &mut self.resource_server_for,
        ] {
            keep_first(list);
        }
        self.grant_types.iter_mut().for_each(keep_first);
        self
    }
}

fn keep_first<T: Clone + PartialEq>(list: &mut Vec<T>) {
    // what is too long is refused as it is
    if list.len() > MAX_ENTRIES {
        return;
    }
    let mut kept: Vec<T> = Vec::with_capacity(list.len());
    for item in list.drain(..) {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    *list = kept;
}

struct Rules<'a> {
    metadata: &'a ClientMetadata,
    profile: &'a IssuerProfile,
    errors: Vec<MetadataError>,
}

impl Rules<'_> {
    fn client_id(&mut self) -> Option<ClientId> {
        let Some(text) = &self.metadata.client_id else {
            self.refuse("client_id", "is missing");
            return None;
        };
        let parsed = text.parse().ok();
        if parsed.is_none() {
            let expected = "is not 1 to 255 visible ASCII characters, or looks like a user's id";
            self.refuse("client_id", expected);
        }
        parsed
    }

    fn client_name(&mut self) {
        let Some(name) = &self.metadata.client_name else {
            return;
        };
        if name.trim().is_empty() || name.chars().count() > MAX_NAME_CHARACTERS {
            self.refuse("client_name", "is blank or longer than 200 characters");
        }
        if name.chars().any(is_invisible) {
            self.refuse(
                "client_name",
                "contains a control or an invisible character",
            );
        }
    }

    fn secrets(&mut self, secrets: &[Digest]) {
        let method = self.metadata.auth_method();
        let wanted = matches!(
            method,
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost
        );
        if wanted && secrets.is_empty() {
            self.refuse("client_secret", format!("is missing: {method} needs one"));
        }
        if !wanted && !secrets.is_empty() {
            self.refuse(
                "client_secret",
                format!("is of no use: {method} takes none"),
            );
        }
        if secrets.len() > MAX_SECRETS {
            self.refuse("client_secret", "has more than two live values");
        }
    }

    fn redirect_uris(&mut self) -> Vec<RedirectUri> {
        self.uris("redirect_uris", &self.metadata.redirect_uris)
    }

    fn post_logout_redirect_uris(&mut self) -> Vec<RedirectUri> {
        self.uris(
            "post_logout_redirect_uris",
            &self.metadata.post_logout_redirect_uris,
        )
    }

    fn uris(&mut self, field: &'static str, texts: &[String]) -> Vec<RedirectUri> {
        let mut uris = Vec::new();
        if texts.len() > MAX_ENTRIES {
            self.refuse(field, "has more than 50 entries");
            return uris;
        }
        for text in texts {
            match text.parse::<RedirectUri>() {
                Ok(uri) => uris.push(uri),
                Err(error) => self.refuse(field, format!("`{}` {error}", shown(text))),
            }
        }
        uris
    }

    fn scope(&mut self) -> Scope {
        let scope = match self.metadata.scope.parse::<Scope>() {
            Ok(scope) => scope,
            Err(expected) => {
                self.refuse("scope", format!("is not {expected}"));
                return Scope::default();
            }
        };
        let profile = self.profile;
        for name in scope.iter().filter(|name| !profile.knows_scope(name)) {
            let name = shown(name);
            let nearest = nearest_scope(profile, &name);
            self.refuse(
                "scope",
                format!("names `{name}`, which no API has; the nearest is `{nearest}`"),
            );
        }
        scope
    }

    fn is_public(&self) -> bool {
        self.metadata.auth_method() == AuthMethod::None
    }

    fn refuse(&mut self, field: &'static str, message: impl Into<String>) {
        let code = match field {
            "redirect_uris" => MetadataErrorCode::InvalidRedirectUri,
            _ => MetadataErrorCode::InvalidClientMetadata,
        };
        self.errors.push(MetadataError {
            field,
            code,
            message: message.into(),
        });
    }
}

/// Characters that make a name on the consent page look like another (RFC 9700 §4.11).
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn nearest_scope<'a>(profile: &'a IssuerProfile, name: &str) -> &'a str {
    let api = profile
        .resources
        .iter()
        .flat_map(|resource| resource.scopes.iter());
    api.chain(profile.scopes.names())
        .min_by_key(|known| strsim::levenshtein(known, name))
        .unwrap_or_default()
}

/// Returns the part of a refused value that goes into a message.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(100).collect()
}

const MAX_ENTRIES: usize = 50;
const MAX_NAME_CHARACTERS: usize = 200;
const MAX_SECRETS: usize = 2;
