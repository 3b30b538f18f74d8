//! The client that a request claims to come from, and the proof that it offers.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::assertion;
use crate::{
    client::AuthMethod,
    error::OAuthError,
    id::ClientId,
    key::secret::Secret,
    refusal::RefusalReason,
    request::form::{self, Params},
};

/// The client authentication of a request as it was sent: nothing of it is proved.
pub struct ClientCredential {
    client_id: ClientId,
    pub(super) credential: Credential,
    /// True if the request has an `Authorization` header.
    in_header: bool,
}

pub(super) enum Credential {
    None,
    Basic(Secret),
    Post(Secret),
    Assertion(Secret),
}

impl ClientCredential {
    /// Reads the client authentication out of every `Authorization` header and the body.
    ///
    /// # Errors
    ///
    /// `invalid_request` if two methods are used at once, or the header is repeated;
    /// `invalid_client` if there is no authentication, or it is not understood.
    pub fn parse(authorization: &[&[u8]], form: &Params) -> Result<Self, OAuthError> {
        let header = single_header(authorization)?;
        let post = form.present("client_secret");
        let assertion = form.present("client_assertion") || form.present("client_assertion_type");
        // RFC6749-2.3: a client must not use more than one method in a request
        match (header, post, assertion) {
            (Some(header), false, false) => Self::from_basic(header, form),
            (None, true, false) => Self::from_post(form),
            (None, false, true) => Self::from_assertion(form),
            (None, false, false) => Self::from_body(form),
            _ => Err(OAuthError::invalid_request(
                "the client authenticates in two ways at once: use an Authorization header, \
                 client_secret or client_assertion",
            )
            .because(RefusalReason::AuthMethodsSeveral)),
        }
    }

    /// The client assertion, not verified.
    pub fn assertion(&self) -> Option<&str> {
        match &self.credential {
            Credential::Assertion(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// The client that the request claims to come from.
    pub const fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Returns true if HTTP Basic was used: a refusal then carries `WWW-Authenticate` (RFC 6749 §5.2).
    pub const fn used_basic(&self) -> bool {
        self.in_header
    }

    /// Returns the method that was used.
    pub const fn method(&self) -> AuthMethod {
        match self.credential {
            Credential::None => AuthMethod::None,
            Credential::Basic(_) => AuthMethod::ClientSecretBasic,
            Credential::Post(_) => AuthMethod::ClientSecretPost,
            Credential::Assertion(_) => AuthMethod::PrivateKeyJwt,
        }
    }

    fn from_basic(header: &[u8], form: &Params) -> Result<Self, OAuthError> {
        let (id, secret) = basic_halves(header).ok_or_else(|| {
            let error = "the Authorization header is not Basic with the form-encoded client_id \
                         and client_secret";
            OAuthError::invalid_client(error).because(RefusalReason::AuthorizationHeaderMalformed)
        })?;
        if form.one("client_id").is_some_and(|other| other != id) {
            let error = "client_id in the body is not the client of the Authorization header";
            let error = OAuthError::invalid_request(error);
            return Err(error.because(RefusalReason::ClientIdContradictory));
        }
        // RFC6749-2.3.1: a client without a secret leaves it empty; it authenticates with nothing
        let credential = match secret.is_empty() {
            true => Credential::None,
            false => Credential::Basic(Secret::new(secret)),
        };
        Ok(Self {
            in_header: true,
            ..Self::of(&id, credential)?
        })
    }

    fn from_post(form: &Params) -> Result<Self, OAuthError> {
        let secret = form.one("client_secret").unwrap_or_default();
        Self::of(body_client_id(form)?, Credential::Post(Secret::new(secret)))
    }

    fn from_assertion(form: &Params) -> Result<Self, OAuthError> {
        let text = sent_assertion(form)?;
        let id = assertion::unverified_client_id(text)?;
        // RFC7521-4.2: client_id is optional, and must name the same client
        if form.one("client_id").is_some_and(|other| other != id) {
            return Err(OAuthError::invalid_client(
                "client_id in the body is not the sub of the assertion",
            )
            .because(RefusalReason::ClientIdContradictory));
        }
        Self::of(&id, Credential::Assertion(Secret::new(text)))
    }

    fn from_body(form: &Params) -> Result<Self, OAuthError> {
        Self::of(body_client_id(form)?, Credential::None)
    }

    fn of(client_id: &str, credential: Credential) -> Result<Self, OAuthError> {
        let client_id = client_id
            .parse()
            .map_err(|_| unknown_client().because(RefusalReason::ClientUnknown))?;
        Ok(Self {
            client_id,
            credential,
            in_header: false,
        })
    }
}

fn single_header<'a>(authorization: &[&'a [u8]]) -> Result<Option<&'a [u8]>, OAuthError> {
    match authorization {
        [] => Ok(None),
        [header] => Ok(Some(*header)),
        _ => {
            let error = OAuthError::invalid_request("there are two Authorization headers");
            Err(error.because(RefusalReason::AuthMethodsSeveral))
        }
    }
}

fn sent_assertion(form: &Params) -> Result<&str, OAuthError> {
    let kind = form.one("client_assertion_type");
    let text = form.one("client_assertion");
    match (kind, text) {
        (Some(ASSERTION_TYPE), Some(text)) => Ok(text),
        (Some(_), Some(_)) => Err(OAuthError::invalid_client(format!(
            "client_assertion_type must be {ASSERTION_TYPE}"
        ))
        .because(RefusalReason::AssertionMalformed)),
        _ => Err(OAuthError::invalid_request(
            "client_assertion and client_assertion_type belong together",
        )
        .because(RefusalReason::ParameterMissing)),
    }
}

impl fmt::Debug for ClientCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = match self.credential {
            Credential::None => "none",
            Credential::Basic(_) => "basic",
            Credential::Post(_) => "post",
            Credential::Assertion(_) => "assertion",
        };
        write!(f, "ClientCredential({} {method})", self.client_id)
    }
}

/// Returns the client that a refused request claimed to come from, as far as it can be read, for the log:
/// that of the header, the assertion or the body, in this order.
pub fn claimed_client_id(authorization: &[&[u8]], form: Option<&Params>) -> Option<String> {
    let mut halves = authorization.iter().filter_map(|line| basic_halves(line));
    let in_header = halves.next().map(|(id, _)| id);
    let in_assertion = || {
        let text = form?.one("client_assertion")?;
        assertion::unverified_client_id(text).ok()
    };
    let in_body = || Some(form?.one("client_id")?.to_owned());
    in_header.or_else(in_assertion).or_else(in_body)
}

/// The one refusal of an unknown client, a wrong secret and a wrong method.
pub fn unknown_client() -> OAuthError {
    OAuthError::invalid_client(
        "client authentication failed: the client is unknown, its secret is wrong, or it is \
         registered with another token_endpoint_auth_method than this request used",
    )
}

/// RFC7617-2: `Basic`, one space or more, then user-id and password joined by the first colon.
fn basic_halves(header: &[u8]) -> Option<(String, String)> {
    let text = str::from_utf8(header).ok()?;
    let (scheme, credentials) = text.split_once(' ')?;
    // RFC9110-11.1: the scheme is case-insensitive
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = zeroize::Zeroizing::new(STANDARD.decode(credentials.trim_matches(' ')).ok()?);
    let mut halves = plain.splitn(2, |byte| *byte == b':');
    let (id, secret) = (halves.next()?, halves.next()?);
    // RFC6749-2.3.1: both are form-encoded before they are joined
    Some((form::decode(id).ok()?, form::decode(secret).ok()?))
}

fn body_client_id(form: &Params) -> Result<&str, OAuthError> {
    // RFC6749-5.2: no client authentication included
    form.one("client_id").ok_or_else(|| {
        OAuthError::invalid_client("there is no client authentication and no client_id")
            .because(RefusalReason::ClientIdMissing)
    })
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
