//! The authentication of a client that gets tokens (RFC 6749 §2.3, OIDC Core §9).

use airside_jose::{Algorithm, SigningKey, base64url};
use airside_oauth::{
    client::{AuthMethod, client_auth::ASSERTION_ALGORITHMS},
    key::secret::Secret,
};
use airside_server::clock::{Clock, SystemClock};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::registration::Registration;
use crate::{args::TokenGet, exit::CommandError, secret};

/// The credential of a client.
pub(super) enum Credential {
    /// Nothing: a public client.
    None,
    /// A secret in HTTP Basic.
    Basic(Secret),
    /// A secret in the body.
    Post(Secret),
    /// A private key.
    Key(Box<NamedKey>),
}

/// A private key, and the name that it is registered with, if that is known.
pub(super) struct NamedKey {
    key: SigningKey,
    kid: Option<String>,
}

impl Credential {
    /// Chooses the method: the one of the command line, else the registered one, else that of what was
    /// given.
    ///
    /// # Errors
    ///
    /// The method needs a flag that is missing, or does not use one that is given.
    pub(super) fn of(
        get: &TokenGet,
        registered: Option<&Registration>,
    ) -> Result<Self, CommandError> {
        let method = get
            .auth_method
            .or(registered.and_then(|it| it.token_endpoint_auth_method))
            .unwrap_or(default_method(get));
        check_flags(get, method)?;
        let secret = || secret::read(get.secret.as_deref().unwrap_or_default());
        Ok(match method {
            AuthMethod::None => Self::None,
            AuthMethod::ClientSecretBasic => Self::Basic(secret()?),
            AuthMethod::ClientSecretPost => Self::Post(secret()?),
            AuthMethod::PrivateKeyJwt => {
                let key = get.key.as_deref().unwrap_or_default();
                Self::Key(Box::new(NamedKey::load(key, registered)?))
            }
        })
    }

    /// Returns the `Authorization` header, if the method has one.
    pub(super) fn authorization(&self, client: &str) -> Option<String> {
        let Self::Basic(secret) = self else {
            return None;
        };
        // RFC6749-2.3.1: both halves are form-encoded first
        let encode =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encode(client), encode(secret.expose()));
        Some(format!("Basic {}", STANDARD.encode(pair)))
    }

    /// Returns the parameters of the body by which the client authenticates.
    ///
    /// # Errors
    ///
    /// The key does not sign.
    pub(super) fn parameters(
        &self,
        client: &str,
        issuer: &str,
    ) -> Result<Vec<(&'static str, String)>, CommandError> {
        Ok(match self {
            Self::Basic(_) => Vec::new(),
            Self::None => vec![("client_id", client.to_owned())],
            Self::Post(secret) => vec![
                ("client_id", client.to_owned()),
                ("client_secret", secret.expose().to_owned()),
            ],
            Self::Key(key) => vec![
                ("client_assertion_type", ASSERTION_TYPE.to_owned()),
                ("client_assertion", key.assertion(client, issuer)?),
            ],
        })
    }
}

fn default_method(get: &TokenGet) -> AuthMethod {
    match (&get.key, &get.secret) {
        (Some(_), _) => AuthMethod::PrivateKeyJwt,
        (None, Some(_)) => AuthMethod::ClientSecretBasic,
        (None, None) => AuthMethod::None,
    }
}

/// Checks that what the method needs was given, and nothing else.
fn check_flags(get: &TokenGet, method: AuthMethod) -> Result<(), CommandError> {
    let (secret, key) = (get.secret.is_some(), get.key.is_some());
    let help = match (method, secret, key) {
        (AuthMethod::None, false, false)
        | (AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost, true, false)
        | (AuthMethod::PrivateKeyJwt, false, true) => return Ok(()),
        (AuthMethod::None, ..) => "leave out --secret and --key",
        (AuthMethod::PrivateKeyJwt, ..) => "give its private key with --key, and no --secret",
        _ => "give its secret with --secret, and no --key",
    };
    let client = &get.client;
    Err(CommandError::usage(format!(
        "the client `{client}` authenticates by {method}: {help}"
    )))
}

impl NamedKey {
    /// Loads a key, under the name and for the algorithm that it is registered with.
    fn load(argument: &str, registered: Option<&Registration>) -> Result<Self, CommandError> {
        let pkcs8 = pkcs8(read_key(argument)?.expose()).ok_or_else(unusable)?;
        let load = |algorithm: Algorithm| SigningKey::from_pkcs8(algorithm, &pkcs8).ok();
        let mut fitting = ASSERTION_ALGORITHMS.into_iter().filter_map(load);
        let key = fitting.next().ok_or_else(unusable)?;
        let public = key.public_jwk("");
        let Some(registered) = registered.and_then(|it| it.key(&public)) else {
            return Ok(Self { key, kid: None });
        };
        // an RSA key signs by two algorithms
        let named = registered.algorithm().unwrap_or(key.algorithm());
        Ok(Self {
            key: load(named).ok_or_else(unusable)?,
            kid: registered.kid().map(str::to_owned),
        })
    }

    /// Makes a client assertion that works once, for a minute (RFC 7523 §3).
    fn assertion(&self, client: &str, issuer: &str) -> Result<String, CommandError> {
        let now = SystemClock.now().as_seconds();
        let mut header = json!({ "alg": self.key.algorithm().as_str(), "typ": "JWT" });
        if let (Some(kid), Some(members)) = (&self.kid, header.as_object_mut()) {
            members.insert("kid".to_owned(), kid.as_str().into());
        }
        let claims = json!({
            "iss": client,
            "sub": client,
            // RFC7523-3: one string, the issuer
            "aud": issuer,
            "jti": secret::random(),
            "iat": now,
            "exp": now.saturating_add(LIFETIME_SECONDS),
        });
        let encode = |part: &Value| base64url::encode(part.to_string());
        let input = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.key.sign(input.as_bytes());
        let signature = signature.map_err(|error| CommandError::failed(error.to_string()))?;
        Ok(format!("{input}.{}", base64url::encode(signature)))
    }
}

fn unusable() -> CommandError {
    CommandError::usage(
        "--key is not an unencrypted private key of PKCS#8 in PEM\nhelp: make one with `openssl pkcs8 -topk8 -nocrypt -in FILE`",
    )
}

/// Reads the key: a file, or as every secret argument.
fn read_key(argument: &str) -> Result<Secret, CommandError> {
    let as_secret = argument == "-"
        || ["@", "env:", "-----BEGIN"]
            .iter()
            .any(|start| argument.starts_with(start));
    match as_secret {
        true => secret::read(argument),
        false => secret::read(&format!("@{argument}")),
    }
}

/// Decodes PEM (RFC 7468 §10).
fn pkcs8(pem: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, rest) = pem.split_once("-----BEGIN PRIVATE KEY-----")?;
    let (body, _) = rest.split_once("-----END PRIVATE KEY-----")?;
    let encoded: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    STANDARD.decode(encoded.as_bytes()).ok().map(Zeroizing::new)
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LIFETIME_SECONDS: i64 = 60;
