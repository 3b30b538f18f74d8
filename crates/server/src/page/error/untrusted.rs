//! The page about an authorization request that cannot be trusted: no answer is sent anywhere.

use airside_oauth::{authorize::DestinationError, client::Client};
use axum::response::Response;
use http::StatusCode;

use super::{
    addition::Addition,
    shown::{ShownError, TELL_ITS_MAKERS},
};
use crate::{
    request_context::RequestContext,
    view::{Details, Fix, Link},
};

/// RFC6749-4.1.2.1: nothing is sent to an address that the client did not register.
pub(super) fn untrusted_page(
    context: &RequestContext,
    untrusted: &DestinationError,
    client: Option<&Client>,
) -> Response {
    let issuer = &context.issuer.profile().issuer;
    let start = client.and_then(|client| start_of(client, issuer));
    let home = client.and_then(home_of);
    let start = start.as_deref().map(|href| ("Start again at", href));
    let way_on = start.or(home.as_deref().map(|href| ("Back to", href)));
    let client_name = client.map(Client::display_name);
    let show = |sentence: &str, details: Details<'_>| {
        context.show_refusal(ShownError {
            link: way_on.map(|(text, href)| Link {
                href,
                text,
                name: client_name,
            }),
            details: Some(Details {
                client_name,
                ..details
            }),
            ..ShownError::new(StatusCode::BAD_REQUEST, sentence, TELL_ITS_MAKERS)
        })
    };
    match untrusted {
        DestinationError::ClientIdMissing => show(
            "The app that sent you here did not say which app it is",
            Details {
                why: Some("client_id is missing (RFC 6749\u{a0}§4.1.1)"),
                ..Details::default()
            },
        ),
        DestinationError::Repeated(name) => show(
            "The app that sent you here sent a contradictory request",
            Details {
                why: Some(&format!("{name} was sent twice (RFC 6749\u{a0}§3.1)")),
                ..Details::default()
            },
        ),
        DestinationError::ClientUnknown { received } => show(
            "The app that sent you here is not registered",
            Details {
                received: Some(received),
                nearest: nearest_client(context, received).as_deref(),
                fix: Some(Fix {
                    label: "Registered ids",
                    prose: None,
                    command: "airside client list",
                }),
                why: Some("client_id names no client of this issuer (RFC 6749\u{a0}§4.1.2.1)"),
                ..Details::default()
            },
        ),
        DestinationError::RedirectUriMissing => show(
            "The app that sent you here did not say where to return to",
            Details {
                why: Some(
                    "redirect_uri is missing, and the client has not registered exactly one (RFC 6749\u{a0}§3.1.2.3)",
                ),
                ..Details::default()
            },
        ),
        DestinationError::RedirectUriNotRegistered { received, nearest } => {
            let differs = nearest
                .as_ref()
                .map(|(_, difference)| difference.to_string());
            let addition = client.and_then(|client| Addition::of(client, received));
            show(
                "The app that sent you here gave a return address that it has not registered",
                Details {
                    received: Some(received),
                    nearest: nearest.as_ref().map(|(uri, _)| uri.as_str()),
                    differs: differs.as_deref(),
                    fix: addition.as_ref().map(Addition::fix),
                    why: Some("redirect URIs are compared byte for byte (RFC 9700\u{a0}§2.1)"),
                    ..Details::default()
                },
            )
        }
    }
}

/// The client id that was probably meant. A stranger is not told, nor does the time tell.
fn nearest_client(context: &RequestContext, received: &str) -> Option<String> {
    let issuer = &context.issuer;
    issuer
        .explains()
        .then(|| issuer.nearest_client(received))
        .flatten()
}

/// Returns the address at which the client starts a sign-in here, if it registered one.
fn start_of(client: &Client, issuer: &str) -> Option<String> {
    let mut start = client.settings.initiate_login_uri.clone()?;
    // OIDC-Core-4: the issuer that the sign-in is asked for
    start.query_pairs_mut().append_pair("iss", issuer);
    Some(start.into())
}

/// Returns the home of the client, by its registration: the only way back that can be trusted.
pub(in crate::page) fn home_of(client: &Client) -> Option<String> {
    let mut uris = client.redirect_uris.iter();
    let uri = uris.find(|uri| uri.as_str().starts_with("https://"))?;
    Some(format!("{}/", uri.origin()))
}
