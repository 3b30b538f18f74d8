//! The grants of a client.

use super::Rules;
use crate::client::GrantType;

impl Rules<'_> {
    pub(super) fn grant_types(&mut self) -> Vec<GrantType> {
        let chosen = self.chosen_grant_types();
        let grants: Vec<_> = GrantType::ALL
            .into_iter()
            .filter(|grant| chosen.contains(grant))
            .collect();
        self.grants_fit(&grants);
        grants
    }

    fn grants_fit(&mut self, grants: &[GrantType]) {
        let metadata = self.metadata;
        let has = |grant| grants.contains(&grant);
        if has(GrantType::AuthorizationCode) && metadata.redirect_uris.is_empty() {
            let problem = "is empty: authorization_code needs at least one";
            self.refuse("redirect_uris", problem);
        }
        if has(GrantType::RefreshToken) && !has(GrantType::AuthorizationCode) {
            let problem = "has refresh_token without authorization_code";
            self.refuse("grant_types", problem);
        }
        // RFC6749-4.4: the client credentials grant is for confidential clients only
        if has(GrantType::ClientCredentials) && self.is_public() {
            let problem = "has client_credentials, but the client cannot authenticate";
            self.refuse("grant_types", problem);
        }
    }

    fn chosen_grant_types(&mut self) -> Vec<GrantType> {
        let metadata = self.metadata;
        match &metadata.grant_types {
            Some(grants) => grants.clone(),
            // RFC7591-2: if omitted, the default is authorization_code
            None if !metadata.redirect_uris.is_empty() => vec![GrantType::AuthorizationCode],
            // an API that introspects needs no token itself
            None if !metadata.resource_server_for.is_empty() => Vec::new(),
            None => {
                self.refuse("grant_types", "is missing, and there are no redirect_uris");
                Vec::new()
            }
        }
    }
}
