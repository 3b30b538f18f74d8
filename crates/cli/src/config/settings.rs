//! The settings of the issuer.

use airside_config::{Entry, Problem, Reader, Section, Span, Table, duration, key::KeyOf};
use airside_jose::Algorithm;
use airside_oauth::{
    key::Rotation,
    profile::{IssuerProfile, Lifetimes, Resource},
};
use airside_server::settings::{Ready, Settings, SignInLimits};

use super::{
    client::{self, KnownApis},
    key::{
        CLIENT, Client, EVENTS, Events, HEALTH, Health, KEYS, Keys, RESOURCE,
        Resource as ResourceKeys, SESSIONS, SIGN_IN, Sessions, SignIn, TOKENS, Tls, Tokens,
    },
    resource, scope,
    standing::{NetworkStanding, default_issuer},
    user,
};

/// Reads the settings; what they lack is in the reader's problems. Clients may name the APIs of the file
/// and those that are `stored`; `None` if these are not known.
pub fn read(
    root: &[Entry],
    standing: &NetworkStanding,
    stored: Option<&[Resource]>,
    reader: &mut Reader<'_>,
) -> Settings {
    let tls = Table::<Tls>::is_in(root);
    let issuer = standing
        .issuer
        .clone()
        .unwrap_or_else(|| default_issuer(standing.listen, tls));
    let algorithms = algorithms(root, reader);
    let mut resources = resource::read(root, &issuer, reader);
    if standing.admin_api {
        // RS256 like the issuer's own tokens, if there are such keys
        let first = algorithms.first().copied().unwrap_or(Algorithm::RS256);
        let usual = algorithms.contains(&Algorithm::RS256);
        let algorithm = if usual { Algorithm::RS256 } else { first };
        resources.push(Resource::admin_api(&issuer, algorithm));
    }
    let scopes = scope::read(root, &resources, reader);
    let profile = IssuerProfile {
        issuer,
        lifetimes: lifetimes(root),
        resources,
        scopes,
    };
    let apis = KnownApis {
        profile: with_stored(&profile, stored.unwrap_or_default()),
        are_all: stored.is_some(),
    };
    let clients = client::read(root, &apis, reader);
    Settings {
        users: user::read(root, &profile.resources, reader),
        rotation: rotation(root, reader),
        sign_in: sign_in(root),
        ready: ready(root),
        mode: standing.mode,
        profile,
        clients,
        algorithms,
    }
}

/// Adds the APIs of the store. If file and store have the same identifier, that of the file counts.
pub fn with_stored(profile: &IssuerProfile, stored: &[Resource]) -> IssuerProfile {
    let mut all = profile.clone();
    let added = stored
        .iter()
        .filter(|resource| profile.resource(&resource.identifier).is_none());
    all.resources.extend(added.cloned());
    all
}

fn lifetimes(root: &[Entry]) -> Lifetimes {
    let tokens = Table::<Tokens>::of(root);
    let sessions = Table::<Sessions>::of(root);
    Lifetimes {
        authorization_code: tokens.get(&TOKENS.authorization_code_lifetime),
        access_token: tokens.get(&TOKENS.access_token_lifetime),
        id_token: tokens.get(&TOKENS.id_token_lifetime),
        refresh_token: tokens.get(&TOKENS.refresh_token_lifetime),
        refresh_token_idle: tokens.get(&TOKENS.refresh_token_idle_lifetime),
        refresh_token_retry_window: tokens.get(&TOKENS.refresh_token_retry_window),
        session_idle: sessions.get(&SESSIONS.idle_lifetime),
        session: sessions.get(&SESSIONS.lifetime),
        event: Table::<Events>::of(root).get(&EVENTS.lifetime),
    }
}

fn sign_in(root: &[Entry]) -> SignInLimits {
    let table = Table::<SignIn>::of(root);
    SignInLimits {
        account_failures: table.get(&SIGN_IN.account_failures),
        address_failures: table.get(&SIGN_IN.address_failures),
        failure_window: table.get(&SIGN_IN.failure_window),
    }
}

fn ready(root: &[Entry]) -> Ready {
    match Table::<Health>::of(root).get(&HEALTH.ready).as_str() {
        "writes" => Ready::Writes,
        _ => Ready::Reads,
    }
}

fn rotation(root: &[Entry], reader: &mut Reader<'_>) -> Rotation {
    let keys = Table::<Keys>::of(root);
    let interval = keys.get(&KEYS.rotation_interval);
    let publish_ahead = keys.get(&KEYS.publish_ahead);
    if publish_ahead > interval {
        // every key would wait behind others: the JWK Set would grow without bound
        let shown = (duration::show(publish_ahead), duration::show(interval));
        let message = format!(
            "`keys.publish_ahead` is `{}`, longer than `keys.rotation_interval`, which is `{}`",
            shown.0, shown.1
        );
        let given = keys
            .node(&KEYS.publish_ahead)
            .or(keys.node(&KEYS.rotation_interval));
        let place = given.map_or(Span::Default, |node| node.place.clone());
        reader.refuse(
            Problem::new(&place, message)
                .help(format!("set `publish_ahead` to at most `{}`", shown.1)),
        );
    }
    Rotation {
        interval,
        publish_ahead,
    }
}

/// The algorithms that keys are kept for; everything that signs must be among them.
fn algorithms(root: &[Entry], reader: &mut Reader<'_>) -> Vec<Algorithm> {
    let keys = Table::<Keys>::of(root);
    let mut algorithms: Vec<Algorithm> = Vec::new();
    for algorithm in keys
        .get(&KEYS.algorithms)
        .iter()
        .filter_map(|name| name.parse().ok())
    {
        if !algorithms.contains(&algorithm) {
            algorithms.push(algorithm);
        }
    }
    if keys.is_malformed(&KEYS.algorithms) {
        return algorithms;
    }
    if !algorithms.contains(&Algorithm::RS256) {
        // OIDC-Discovery-3: RS256 must be supported; tokens for the issuer itself are signed with it
        let message = "`keys.algorithms` lacks `RS256`, which signs access tokens for the issuer and the admin API";
        reader.refuse(Problem::new(&keys.place(&KEYS.algorithms), message).help("add `\"RS256\"`"));
    }
    let asymmetric =
        |algorithm: Algorithm| !algorithm.is_symmetric() && algorithm != Algorithm::RS256;
    for (place, path, algorithm) in used(root).into_iter().filter(|used| asymmetric(used.2)) {
        if !algorithms.contains(&algorithm) {
            let name = algorithm.as_str();
            let message = format!("`{path}` is `{name}`, but `keys.algorithms` lacks it");
            reader.refuse(
                Problem::new(&place, message)
                    .help(format!("add `\"{name}\"` to `algorithms` in `[keys]`")),
            );
        }
    }
    algorithms
}

fn used(root: &[Entry]) -> Vec<(Span, &'static str, Algorithm)> {
    let apis = Table::<ResourceKeys>::each(root);
    let apis = apis
        .iter()
        .filter_map(|table| algorithm(table, &RESOURCE.signing_alg, "resource.signing_alg"));
    let clients = Table::<Client>::each(root);
    let path = "client.id_token_signed_response_alg";
    let key = &CLIENT.id_token_signed_response_alg;
    let id_tokens = clients
        .iter()
        .filter_map(|table| algorithm(table, key, path));
    let path = "client.userinfo_signed_response_alg";
    let key = &CLIENT.userinfo_signed_response_alg;
    let userinfo = clients
        .iter()
        .filter_map(|table| algorithm(table, key, path));
    apis.chain(id_tokens).chain(userinfo).collect()
}

/// The algorithm that was given for a key.
fn algorithm<S: Section>(
    table: &Table<'_, S>,
    key: &impl KeyOf<S, String>,
    path: &'static str,
) -> Option<(Span, &'static str, Algorithm)> {
    let node = table.node(key)?;
    let algorithm = node.as_text().and_then(|name| name.parse().ok())?;
    Some((node.place.clone(), path, algorithm))
}
