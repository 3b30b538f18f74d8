//! Many clients, accounts and grants, copied from one that the server made, by one statement each.

use super::site::Site;

/// Copies the client `seed`, made by the server, until there are as many as people.
pub async fn clients(site: &Site) -> anyhow::Result<()> {
    let dialect = site.database().dialect();
    let name = format!("'client-' || {}", dialect.six_digits);
    let insert = format!(
        "INSERT INTO client (client_id, epoch, origin, secrets, metadata, disabled) \
         SELECT {name}, epoch, origin, secrets, \
         replace(metadata, '\"client_id\":\"seed\"', '\"client_id\":\"' || {name} || '\"'), disabled \
         FROM client, {numbers} AS numbers WHERE client_id = 'seed'",
        numbers = counted(dialect.numbers, site.scale.people),
    );
    site.database().execute(&site.data(), &insert).await
}

/// Copies the account `seed`, made by the server, until there are as many as people.
pub async fn users(site: &Site) -> anyhow::Result<()> {
    let dialect = site.database().dialect();
    let insert = format!(
        "INSERT INTO \"user\" (id, username, roles, administrator, claims, epoch, disabled, created_at, name_rule) \
         SELECT {identifier}, 'person-' || {six_digits}, roles, administrator, claims, epoch, disabled, \
         created_at, name_rule FROM (SELECT *, created_at AS base FROM \"user\" WHERE username = 'seed') AS seed, \
         {numbers} AS numbers",
        identifier = dialect.identifier.replace("NUMBER", "i"),
        six_digits = dialect.six_digits,
        numbers = counted(dialect.numbers, site.scale.people),
    );
    site.database().execute(&site.data(), &insert).await
}

/// Copies the oldest grant `count` times, two for each of as many people as there are then; each is
/// `age` milliseconds older than the first.
pub async fn grants(site: &Site, count: u64, age: u64) -> anyhow::Result<()> {
    let dialect = site.database().dialect();
    let user = dialect.identifier.replace("NUMBER", "i / 2");
    let insert = format!(
        "INSERT INTO \"grant\" (id, client_id, user_id, session_id, offline, terms, created_at, attempt, \
         anchor, current, rotated_at, reissues, retried, retry_run) \
         SELECT {identifier}, client_id, {user}, {user}, offline, terms, base, attempt, \
         anchor, current, base, reissues, retried, retry_run \
         FROM (SELECT *, created_at - {age} AS base FROM \"grant\" ORDER BY id LIMIT 1) AS seed, \
         {numbers} AS numbers",
        identifier = dialect.identifier.replace("NUMBER", "i"),
        numbers = counted(dialect.numbers, count),
    );
    site.database().execute(&site.data(), &insert).await
}

fn counted(numbers: &str, count: u64) -> String {
    numbers.replace("COUNT", &count.to_string())
}
