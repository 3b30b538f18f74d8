//! The destination of the answer to an authorization request.

use std::sync::Arc;

use url::{Origin, Url};

use super::{
    request_object::RefusedRequestObject,
    response::{AuthorizationResponse, ResponseMode},
};

use crate::{
    client::Client,
    error::OAuthError,
    id::ClientId,
    refusal::RefusalReason,
    request::{
        form::SentParams,
        redirect_uri::{Difference, RedirectUri, nearest},
    },
};

/// A client and a redirect URI that it registered: answers may go there.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The client as it is registered now.
    pub client: Arc<Client>,
    /// The redirect URI as it was sent, or the only one registered.
    pub redirect_uri: String,
    /// The registered URI that it matches.
    pub registered: RedirectUri,
    /// Returned as it was sent (RFC 6749 §4.1.2).
    pub state: Option<String>,
    /// The way in which the answer is sent.
    pub response_mode: ResponseMode,
}

/// The reason why no answer may be sent: the person is told instead (RFC 6749 §4.1.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DestinationError {
    /// `client_id` is missing.
    ClientIdMissing,
    /// A parameter that decides where the answer goes was sent twice.
    Repeated(&'static str),
    /// No such client.
    ClientUnknown {
        /// The value that was sent.
        received: String,
    },
    /// `redirect_uri` is missing, and the client registered none or several.
    RedirectUriMissing,
    /// The client has not registered this redirect URI.
    RedirectUriNotRegistered {
        /// The value that was sent.
        received: String,
        /// The registered one that is most like it, and how they differ.
        nearest: Option<(String, Difference)>,
    },
}

impl DestinationError {
    /// Returns the error as the log and the audit trail name it; no client is told.
    pub fn to_oauth_error(&self) -> OAuthError {
        let error = OAuthError::invalid_request("the answer goes nowhere");
        match self {
            Self::ClientIdMissing => error.because(RefusalReason::ClientIdMissing),
            Self::Repeated(name) => error.because_of(RefusalReason::ParameterRepeated, *name),
            Self::ClientUnknown { .. } => error.because(RefusalReason::ClientUnknown),
            Self::RedirectUriMissing => error.because(RefusalReason::RedirectUriMissing),
            Self::RedirectUriNotRegistered { received, nearest } => {
                let received = origin_of(received);
                let detail = match nearest {
                    Some((uri, difference)) => {
                        format!("received one of {received}, registered is {uri}: {difference}")
                    }
                    None => format!("received one of {received}, none is registered"),
                };
                error.because_of(RefusalReason::RedirectUriNotRegistered, detail)
            }
        }
    }
}

/// Returns the origin of an address that somebody sent: the rest may carry what no log should have.
fn origin_of(uri: &str) -> String {
    let url = Url::parse(uri).ok();
    url.map_or("no address".to_owned(), |url| match url.origin() {
        Origin::Opaque(_) => format!("{}:", url.scheme()),
        origin => origin.ascii_serialization(),
    })
}

/// The client that a request names.
///
/// # Errors
///
/// [`DestinationError`] if it names none, two, or one that cannot exist.
pub fn client_id(params: &SentParams) -> Result<ClientId, DestinationError> {
    let id = params
        .one("client_id")
        .map_err(|_| DestinationError::Repeated("client_id"))?;
    let id = id.ok_or(DestinationError::ClientIdMissing)?;
    id.parse().map_err(|_| DestinationError::ClientUnknown {
        received: id.to_owned(),
    })
}

impl Destination {
    /// Decides where the answer for `client` goes.
    ///
    /// # Errors
    ///
    /// [`DestinationError`] if the redirect URI is not one that the client registered.
    pub fn of(params: &SentParams, client: Arc<Client>) -> Result<Self, DestinationError> {
        let sent = params
            .one("redirect_uri")
            .map_err(|_| DestinationError::Repeated("redirect_uri"))?;
        let (redirect_uri, registered) = match (sent, client.redirect_uris.as_slice()) {
            // RFC6749-3.1.2.3: it may be left out when exactly one is registered
            (None, [only]) => (only.as_str().to_owned(), only.clone()),
            (None, _) => return Err(DestinationError::RedirectUriMissing),
            (Some(received), all) => match all.iter().find(|uri| uri.matches(received)) {
                Some(uri) => (received.to_owned(), uri.clone()),
                None => return Err(not_registered(all, received)),
            },
        };
        let (state, response_mode) = delivery(params, &registered);
        Ok(Self {
            client,
            redirect_uri,
            registered,
            state,
            response_mode,
        })
    }

    /// Returns the answer that carries an authorization code (RFC 6749 §4.1.2, RFC 9207 §2).
    pub fn success(&self, issuer: &str, code: String) -> AuthorizationResponse {
        self.response(issuer, vec![("code", code)])
    }

    /// Returns the answer that carries an error (RFC 6749 §4.1.2.1, RFC 9207 §2).
    pub fn failure(&self, issuer: &str, error: &OAuthError) -> AuthorizationResponse {
        let parameters = vec![
            ("error", error.code.as_str().to_owned()),
            ("error_description", ascii(&error.description)),
        ];
        self.response(issuer, parameters)
    }

    /// The host that answers go to; consent is given for it.
    pub fn redirect_host(&self) -> String {
        self.registered.host().to_owned()
    }

    /// Returns true if any program on the person's device could be behind the redirect URI.
    pub fn is_impersonable(&self) -> bool {
        // RFC8252-8.6: anything on the device could stand behind a loopback or private-scheme redirect
        let on_device = self.registered.is_loopback() || self.registered.is_private_scheme();
        self.client.is_public() && on_device
    }

    fn response(
        &self,
        issuer: &str,
        mut parameters: Vec<(&'static str, String)>,
    ) -> AuthorizationResponse {
        // RFC6749-4.1.2: the exact value received from the client
        parameters.extend(self.state.clone().map(|state| ("state", state)));
        // RFC9207-2: on errors too
        if self.client.settings.authorization_response_iss {
            parameters.push(("iss", issuer.to_owned()));
        }
        AuthorizationResponse::new(self.response_mode, &self.redirect_uri, parameters)
    }
}

/// Returns the state that the answer carries and its mode.
fn delivery(params: &SentParams, registered: &RedirectUri) -> (Option<String>, ResponseMode) {
    // a parameter sent twice is refused later, as if it were missing here
    let sent = |name| params.one(name).unwrap_or_default();
    // OIDC-Core-6.1: the refusal of a request object goes where its sender waits for it
    let request = sent("request").map(RefusedRequestObject::read);
    let RefusedRequestObject {
        response_mode,
        state,
    } = request.unwrap_or_default();
    let state = sent("state").map(str::to_owned).or(state);
    let mode = sent("response_mode").or(response_mode.as_deref());
    (state, answerable(mode, registered))
}

/// Returns the mode that the request asks for. One that is refused later is answered by query.
fn answerable(sent: Option<&str>, registered: &RedirectUri) -> ResponseMode {
    let mode = sent.and_then(ResponseMode::parse).unwrap_or_default();
    match registered.is_private_scheme() {
        true => ResponseMode::Query,
        false => mode,
    }
}

/// RFC6749-4.1.2.1: error_description allows %x20-21 / %x23-5B / %x5D-7E.
pub(crate) fn ascii(text: &str) -> String {
    let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    text.chars()
        .map(|c| if allowed(c) { c } else { '\'' })
        .collect()
}

fn not_registered(all: &[RedirectUri], received: &str) -> DestinationError {
    let nearest = nearest(all, received).map(|(uri, how)| (uri.as_str().to_owned(), how));
    DestinationError::RedirectUriNotRegistered {
        received: received.to_owned(),
        nearest,
    }
}
