//! Products that can be told by their requests, and where each is told to use PKCE.

/// A program that many people run.
#[derive(Debug)]
pub(super) struct Product {
    /// Its name.
    pub(super) name: &'static str,
    /// A part of its `User-Agent` at back-channel endpoints; empty if that says nothing.
    user_agent: &'static str,
    /// A part of the path of its redirect URI; empty if that says nothing.
    redirect_path: &'static str,
    /// The setting that makes it use PKCE with S256.
    pub(super) pkce: &'static str,
}

impl Product {
    /// Returns the product that a request probably comes from. The browser's `User-Agent` at `/authorize`
    /// says nothing about the client, but its redirect URI does.
    pub(super) fn of(
        redirect_uri: Option<&str>,
        user_agent: Option<&str>,
    ) -> Option<&'static Self> {
        let has = |text: Option<&str>, part: &str| {
            !part.is_empty() && text.is_some_and(|text| text.contains(part))
        };
        let by_path = PRODUCTS
            .iter()
            .filter(|product| has(redirect_uri, product.redirect_path));
        let mut by_agent = PRODUCTS
            .iter()
            .filter(|product| has(user_agent, product.user_agent));
        // `/auth/callback` is a part of `/api/auth/callback/`
        by_path
            .max_by_key(|product| product.redirect_path.len())
            .or_else(|| by_agent.next())
    }
}

const PRODUCTS: [Product; 11] = [
    Product {
        name: "oauth2-proxy",
        user_agent: "oauth2-proxy/",
        redirect_path: "/oauth2/callback",
        pkce: "`code_challenge_method = \"S256\"`",
    },
    Product {
        name: "mod_auth_openidc",
        user_agent: "mod_auth_openidc",
        redirect_path: "",
        pkce: "`OIDCPKCEMethod S256`",
    },
    Product {
        name: "JupyterHub",
        user_agent: "JupyterHub",
        redirect_path: "/hub/oauth_callback",
        pkce: "`c.OAuthenticator.enable_pkce = True`",
    },
    Product {
        name: "Grafana",
        user_agent: "",
        redirect_path: "/login/generic_oauth",
        pkce: "`use_pkce = true` in `[auth.generic_oauth]`",
    },
    Product {
        name: "Argo CD",
        user_agent: "",
        redirect_path: "/auth/callback",
        pkce: "`enablePKCEAuthentication: true` in `oidc.config`",
    },
    Product {
        name: "Keycloak",
        user_agent: "",
        redirect_path: "/broker/",
        pkce: "\"Use PKCE\" with the method S256 at the identity provider",
    },
    Product {
        name: "Spring Security",
        user_agent: "",
        redirect_path: "/login/oauth2/code/",
        pkce: "`OAuth2AuthorizationRequestCustomizers.withPkce()`",
    },
    Product {
        name: "GitLab",
        user_agent: "",
        redirect_path: "/users/auth/openid_connect/callback",
        pkce: "`pkce: true` in the provider's `args`",
    },
    Product {
        name: "Auth.js",
        user_agent: "",
        redirect_path: "/api/auth/callback/",
        pkce: "`checks: [\"pkce\", \"state\"]` of the provider",
    },
    Product {
        name: "django-allauth",
        user_agent: "",
        redirect_path: "/accounts/oidc/",
        pkce: "`\"OAUTH_PKCE_ENABLED\": True` of the provider",
    },
    Product {
        name: "mozilla-django-oidc",
        user_agent: "",
        redirect_path: "/oidc/callback/",
        pkce: "`OIDC_USE_PKCE = True`",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_told_by_its_redirect_uri_or_its_user_agent() {
        let name = |uri, agent| Product::of(uri, agent).map(|product| product.name);
        let agent = Some("oauth2-proxy/v7.6.0");
        assert_eq!(name(None, agent), Some("oauth2-proxy"));
        let grafana = Some("https://grafana.example/login/generic_oauth");
        assert_eq!(name(grafana, Some("Mozilla/5.0")), Some("Grafana"));
        let nextauth = Some("https://app.example/api/auth/callback/airside");
        assert_eq!(name(nextauth, None), Some("Auth.js"));
        assert_eq!(name(Some("https://app.example/cb"), Some("curl/8")), None);
        assert_eq!(name(None, None), None);
    }
}
