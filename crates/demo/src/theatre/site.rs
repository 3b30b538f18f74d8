//! The routes of the page.

mod live;

use std::sync::Arc;

use airside_client::Parameters;
use airside_net::Drain;
use airside_page::escape;
use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRequest, Path, RawQuery, Request, State},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::{
    attack::{self, ATTACKS},
    inspect, protect,
    scene::Endpoint,
    state::TheatreState,
    trial, view,
};

/// The header by which the page's script asks for the changed part alone.
const PART: &str = "airside-demo-part";

/// Returns the routes of the page; what is live ends when the drain starts.
pub fn router(state: Arc<TheatreState>, drain: &Drain) -> Router {
    Router::new()
        .route(
            "/live",
            get(live::stream).with_state(live::state(&state, drain)),
        )
        .route("/", get(page))
        .route("/favicon.ico", get(icon))
        .route("/framework/{client_id}", get(framework))
        .route("/play", post(play))
        .route("/attacks", post(try_all))
        .route("/attack/{id}", post(try_one))
        .route("/without/{endpoint}/{name}", post(without))
        .route("/count", post(count))
        .route("/inspect", post(inspect_token))
        .route("/protect", post(protect_api))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(from_fn_with_state(Arc::clone(&state), own_host))
        .with_state(state)
}

/// Answers only to the page's own host, and adds the headers of every answer.
async fn own_host(
    State(state): State<Arc<TheatreState>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match state.origin.is_for_this_host(request.headers()) {
        true => next.run(request).await,
        false => {
            let text = format!("This is the demonstration at {}\n", state.origin.url());
            (StatusCode::MISDIRECTED_REQUEST, text).into_response()
        }
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn page(State(state): State<Arc<TheatreState>>, RawQuery(query): RawQuery) -> Response {
    let query = Parameters::parse(&query.unwrap_or_default());
    let shown = state.shown.lock().await;
    let own = state.company.own();
    let wants_own = query.get("show") == Some("own");
    let page = view::served(&state, &shown, own.filter(|_| wants_own).as_ref());
    let policy = [(header::CONTENT_SECURITY_POLICY, page.policy)];
    (policy, Html(page.html)).into_response()
}

async fn framework(
    State(state): State<Arc<TheatreState>>,
    Path(client_id): Path<String>,
) -> Response {
    let mut known = state.company.frameworks.iter();
    let Some(framework) = known.find(|one| one.client_id() == client_id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let page = view::framework(&state, framework);
    let policy = [(header::CONTENT_SECURITY_POLICY, page.policy)];
    (policy, Html(page.html)).into_response()
}

async fn icon() -> Response {
    let kind = [(header::CONTENT_TYPE, "image/svg+xml")];
    (kind, airside_page::FAVICON).into_response()
}

/// An action: a form of the page, checked.
struct Action {
    fields: Parameters,
    wants_part: bool,
}

impl FromRequest<Arc<TheatreState>> for Action {
    type Rejection = Response;

    async fn from_request(
        request: Request,
        state: &Arc<TheatreState>,
    ) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let body = String::from_request(request, state).await;
        let fields = Parameters::parse(&body.map_err(IntoResponse::into_response)?);
        let token = fields.only("token").unwrap_or_default();
        if !state.origin.is_from_this_page(&headers, token) {
            let text = "This form does not come from the page of this run: open the page again.\n";
            return Err((StatusCode::FORBIDDEN, text).into_response());
        }
        Ok(Self {
            wants_part: headers.contains_key(PART),
            fields,
        })
    }
}

impl Action {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).unwrap_or_default()
    }

    /// Answers the script with the changed part, and a browser without it with the page at that part.
    fn answer(&self, anchor: &str, part: Result<String>) -> Response {
        match part {
            Ok(part) if self.wants_part => Html(part).into_response(),
            Ok(_) => {
                let location = format!("/#{anchor}");
                (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
            }
            Err(error) => {
                let why = escape(&format!("{error:#}"));
                let text =
                    format!("<p class=\"note bad\" id=\"{anchor}\">This did not work: {why}</p>");
                (StatusCode::INTERNAL_SERVER_ERROR, Html(text)).into_response()
            }
        }
    }
}

async fn play(State(state): State<Arc<TheatreState>>, action: Action) -> Response {
    let played = state.play().await;
    let shown = state.shown.lock().await;
    action.answer("steps", played.map(|()| view::steps(&state, &shown, None)))
}

async fn try_one(
    State(state): State<Arc<TheatreState>>,
    Path(id): Path<String>,
    action: Action,
) -> Response {
    let Some(attack) = attack::find(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tried = state.attack(attack).await;
    let shown = state.shown.lock().await;
    let anchor = format!("attack-{}", attack.id);
    action.answer(&anchor, tried.map(|_| view::attack(&state, &shown, attack)))
}

async fn try_all(State(state): State<Arc<TheatreState>>, action: Action) -> Response {
    let mut tried = Ok(());
    for attack in &ATTACKS {
        tried = tried.and(state.attack(attack).await.map(drop));
    }
    let shown = state.shown.lock().await;
    action.answer("attacks", tried.map(|()| view::attacks(&state, &shown)))
}

async fn without(
    State(state): State<Arc<TheatreState>>,
    Path((endpoint, name)): Path<(String, String)>,
    action: Action,
) -> Response {
    let endpoints = [Endpoint::Authorize, Endpoint::Token];
    let known = endpoints.into_iter().find(|one| one.name() == endpoint);
    let Some(endpoint) = known else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tried = trial::without(&state.company, endpoint, &name).await;
    let anchor = format!("trial-{}", endpoint.name());
    let part = match tried {
        Ok(trial) => {
            let part = view::trial(endpoint, Some(&trial));
            state.shown.lock().await.trial = Some(trial);
            Ok(part)
        }
        Err(error) => Err(error),
    };
    action.answer(&anchor, part)
}

async fn count(State(state): State<Arc<TheatreState>>, action: Action) -> Response {
    let counted = state.count().await;
    let shown = state.shown.lock().await;
    action.answer("look-ups", counted.map(|()| view::look_ups(&state, &shown)))
}

async fn inspect_token(State(state): State<Arc<TheatreState>>, action: Action) -> Response {
    let (token, asked) = (action.field("pasted"), action.field("request"));
    let inspected = inspect::inspect(&state.company, token, asked).await;
    let mut shown = state.shown.lock().await;
    let part = inspected.map(|inspection| {
        shown.inspection = Some(inspection);
        view::inspector(&state, &shown)
    });
    action.answer("inspector", part)
}

async fn protect_api(State(state): State<Arc<TheatreState>>, action: Action) -> Response {
    let (document, upstream) = (action.field("document"), action.field("upstream"));
    let protection = protect::protect(&state.company, document, upstream).await;
    let mut shown = state.shown.lock().await;
    shown.protection = Some(protection);
    let part = view::protection(&shown).context("no answer");
    action.answer("protect", part)
}

const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// Bytes of a form: a document is pasted into one.
const MAX_FORM: usize = 5 << 20;
