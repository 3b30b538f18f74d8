//! The addresses below `browser.path` that the guard answers itself.

use http::Method;

use super::gate::Gate;

/// An address below `browser.path` that the guard answers itself.
pub(super) struct Route {
    pub(super) name: &'static str,
    pub(super) method: Method,
    pub(super) gate: Gate,
    pub(super) action: RouteAction,
}

#[derive(Clone, Copy)]
pub(super) enum RouteAction {
    SignIn,
    Callback,
    Session,
    SignOut,
}

/// INVARIANT: the gate belongs to the route, whatever cookies come: these routes set and clear some.
pub(super) const ROUTES: [Route; 4] = [
    Route {
        name: "sign-in",
        method: Method::GET,
        gate: Gate::Navigation,
        action: RouteAction::SignIn,
    },
    Route {
        name: "callback",
        method: Method::GET,
        gate: Gate::Navigation,
        action: RouteAction::Callback,
    },
    Route {
        name: "session",
        method: Method::GET,
        gate: Gate::OwnPages,
        action: RouteAction::Session,
    },
    Route {
        name: "sign-out",
        method: Method::POST,
        gate: Gate::OwnPages,
        action: RouteAction::SignOut,
    },
];
