//! `[[client]]`: the clients.

use airside_config::{Entry, Problem, Reader, Span, Table, document::object, shape};
use airside_oauth::{
    client::{
        Client, ClientOrigin,
        client_metadata::{ClientMetadata, MetadataError},
    },
    key::secret::{Digest, Secret},
    profile::IssuerProfile,
};
use serde_json::Value as Json;

use super::key::{CLIENT, Client as ClientKeys, REGISTRY};

/// The APIs that clients may name.
#[derive(Debug)]
pub struct KnownApis {
    /// The issuer with these APIs.
    pub profile: IssuerProfile,
    /// False if there may be others.
    pub are_all: bool,
}

/// Reads every client by the rules of client metadata.
pub fn read(root: &[Entry], apis: &KnownApis, reader: &mut Reader<'_>) -> Vec<Client> {
    let mut seen: Vec<(String, Span)> = Vec::new();
    let mut clients = Vec::new();
    for table in Table::<ClientKeys>::each(root) {
        let client_id = table.find(&CLIENT.client_id).unwrap_or_default();
        let place = table.place(&CLIENT.client_id);
        match seen
            .iter()
            .find(|(other, _)| !client_id.is_empty() && *other == client_id)
        {
            Some((_, first)) => {
                reader.refuse_double(&format!("client `{client_id}`"), first, &place)
            }
            None => seen.push((client_id, place)),
        }
        clients.extend(client(&table, apis, reader));
    }
    clients
}

fn client(
    table: &Table<'_, ClientKeys>,
    apis: &KnownApis,
    reader: &mut Reader<'_>,
) -> Option<Client> {
    let given = table.node(&CLIENT.client_secret);
    let secret = given.and_then(|node| reader.machine_secret("client.client_secret", node));
    let secrets: Vec<Digest> = secret
        .iter()
        .map(|secret| Secret::new(secret.expose()).digest())
        .collect();
    // the rules of metadata would blame a malformed value a second time
    if !shape::check_table(&REGISTRY, table).is_empty() {
        return None;
    }
    let metadata = metadata(table, reader)?;
    let (profile, origin) = (&apis.profile, ClientOrigin::Configuration);
    let result = metadata.validate(profile, secrets, origin, FIRST_EPOCH);
    let known_bad = given.is_some() && secret.is_none();
    for error in result.as_ref().err().into_iter().flatten() {
        let is_known = known_bad && error.field == "client_secret";
        let may_be_stored = !apis.are_all && NAMES_OF_APIS.contains(&error.field);
        if !is_known && !may_be_stored {
            reader.refuse(problem(table, error, reader));
        }
    }
    result.ok()
}

fn metadata(table: &Table<'_, ClientKeys>, reader: &mut Reader<'_>) -> Option<ClientMetadata> {
    let mut members = object(table.entries);
    members.remove("client_secret");
    let parsed = serde_json::from_value(Json::Object(members)).ok();
    if parsed.is_none() {
        // every other member was checked by kind; the parser's own words could quote a key
        let problem = Problem::new(
            &table.place(&CLIENT.jwks),
            "`client.jwks` is not a JWK Set (RFC 7517 §5)",
        );
        reader.refuse(problem.help("write it as in `jwks = { keys = [ { kty = \"OKP\", … } ] }`"));
    }
    parsed
}

fn problem(table: &Table<'_, ClientKeys>, error: &MetadataError, reader: &Reader<'_>) -> Problem {
    // a rule of metadata names its member, which is a key of the same name
    let member = table.entries.iter().find(|entry| entry.key == error.field);
    let place = member.map_or(&table.place, |entry| &entry.node.place);
    let place = narrowed(place.clone(), &error.message, reader);
    let client_id = table.find(&CLIENT.client_id).unwrap_or_default();
    match client_id.is_empty() {
        true => Problem::new(&place, format!("client: {error}")),
        false => Problem::new(&place, format!("client `{client_id}`: {error}")),
    }
}

/// Points at the word that the message quotes, if the value contains it.
fn narrowed(place: Span, message: &str, reader: &Reader<'_>) -> Span {
    let Span::File(span) = &place else {
        return place;
    };
    let quoted = message
        .split('`')
        .nth(1)
        .filter(|quoted| !quoted.is_empty());
    let found = quoted.and_then(|quoted| {
        let words = reader.source.slice(span);
        let whole = |at: &usize| {
            let rest = words
                .get(at + quoted.len()..)
                .and_then(|rest| rest.chars().next());
            let before = words
                .get(..*at)
                .and_then(|before| before.chars().next_back());
            let ends = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '"' | '\'' | '\n'));
            ends(before) && ends(rest)
        };
        let at = words.match_indices(quoted).map(|(at, _)| at).find(whole)?;
        Some(span.start + at..span.start + at + quoted.len())
    });
    found.map_or(place.clone(), Span::File)
}

/// The members that name APIs or scopes of them.
const NAMES_OF_APIS: [&str; 3] = ["scope", "resources", "resource_server_for"];

/// A declared client is replaced as a whole by the next start, so its epoch does not count.
const FIRST_EPOCH: u32 = 0;
