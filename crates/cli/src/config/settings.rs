//! What the issuer is told to be.

use airside_jose::Algorithm;
use airside_oauth::{
    key::Rotation,
    profile::{Lifetimes, Profile, Resource},
};
use airside_server::settings::{Settings, SignInLimits};

use super::{
    client, default_issuer,
    document::{Entry, Node},
    duration,
    key::{CLIENT, EVENTS, KEYS, RESOURCE, SESSIONS, SIGN_IN, TLS, TOKENS},
    problem::{Place, Problem},
    reader::Reader,
    resource,
    standing::Standing,
    table::Table,
    user, value,
};

/// Reads the settings; what they lack is in the reader's problems.
pub fn read(root: &[Entry], standing: &Standing, reader: &mut Reader<'_>) -> Settings {
    let tls = root.iter().any(|entry| entry.key == TLS.name);
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
    let profile = Profile {
        issuer,
        lifetimes: lifetimes(root),
        resources,
    };
    let clients = client::read(root, &profile, reader);
    Settings {
        users: user::read(root, reader),
        rotation: rotation(root, reader),
        sign_in: sign_in(root),
        mode: standing.mode,
        profile,
        clients,
        algorithms,
    }
}

fn lifetimes(root: &[Entry]) -> Lifetimes {
    let tokens = Table::of(root, &TOKENS);
    let sessions = Table::of(root, &SESSIONS);
    Lifetimes {
        authorization_code: tokens.duration("authorization_code_lifetime"),
        access_token: tokens.duration("access_token_lifetime"),
        id_token: tokens.duration("id_token_lifetime"),
        refresh_token: tokens.duration("refresh_token_lifetime"),
        refresh_token_idle: tokens.duration("refresh_token_idle_lifetime"),
        refresh_token_retry_window: tokens.duration("refresh_token_retry_window"),
        session_idle: sessions.duration("idle_lifetime"),
        session: sessions.duration("lifetime"),
        event: Table::of(root, &EVENTS).duration("lifetime"),
    }
}

fn sign_in(root: &[Entry]) -> SignInLimits {
    let table = Table::of(root, &SIGN_IN);
    SignInLimits {
        account_failures: table.integer("account_failures"),
        address_failures: table.integer("address_failures"),
        failure_window: table.duration("failure_window"),
    }
}

fn rotation(root: &[Entry], reader: &mut Reader<'_>) -> Rotation {
    let keys = Table::of(root, &KEYS);
    let interval = keys.duration("rotation_interval");
    let publish_ahead = keys.duration("publish_ahead");
    if publish_ahead > interval {
        // every key would wait behind others: the JWK Set would grow without bound
        let shown = (duration::show(publish_ahead), duration::show(interval));
        let message = format!(
            "`keys.publish_ahead` is `{}`, longer than `keys.rotation_interval`, which is `{}`",
            shown.0, shown.1
        );
        let given = keys
            .given("publish_ahead")
            .or(keys.given("rotation_interval"));
        let place = given.map_or(Place::Default, |node| node.place.clone());
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
    let keys = Table::of(root, &KEYS);
    let mut algorithms: Vec<Algorithm> = Vec::new();
    for algorithm in keys
        .texts("algorithms")
        .iter()
        .filter_map(|name| name.parse().ok())
    {
        if !algorithms.contains(&algorithm) {
            algorithms.push(algorithm);
        }
    }
    if is_malformed(&keys, "algorithms") {
        return algorithms;
    }
    if !algorithms.contains(&Algorithm::RS256) {
        // OIDC-Discovery-3: RS256 must be supported; tokens for the issuer itself are signed with it
        let message = "`keys.algorithms` lacks `RS256`, which signs access tokens for the issuer and the admin API";
        reader.refuse(Problem::new(&keys.place("algorithms"), message).help("add `\"RS256\"`"));
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

fn used(root: &[Entry]) -> Vec<(Place, &'static str, Algorithm)> {
    let of = |table: &Table<'_>, name: &str, path: &'static str| {
        let node: Option<&Node> = table.given(name);
        let algorithm = node
            .and_then(Node::as_text)
            .and_then(|name| name.parse().ok())?;
        Some((table.place(name), path, algorithm))
    };
    let apis = Table::each(root, &RESOURCE);
    let apis = apis
        .iter()
        .filter_map(|table| of(table, "signing_alg", "resource.signing_alg"));
    let clients = Table::each(root, &CLIENT);
    let name = "id_token_signed_response_alg";
    let path = "client.id_token_signed_response_alg";
    let clients = clients.iter().filter_map(|table| of(table, name, path));
    apis.chain(clients).collect()
}

/// Whether the check of the document has refused what was given for a key.
fn is_malformed(table: &Table<'_>, name: &str) -> bool {
    let given = table.given(name).zip(table.section.key(name));
    given.is_some_and(|(node, key)| !value::check(key.kind, node).is_empty())
}
