//! People and how they prove who they are: the tables `user` and `credential`.

use std::sync::atomic::{AtomicU64, Ordering};

use airside_oauth::{
    decide::Among,
    id::{GrantId, UserId},
    role::Role,
    user::{PasswordHash, User, Username},
};

use crate::{
    failure::{Failure, Inconsistent},
    look::SessionOf,
    row::Row,
    statement::{Statement, Value},
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, username, roles, administrator, claims, epoch, disabled, created_at, \
             rights_reduced_at FROM \"user\" ",
            $rest
        )
    };
}

pub(crate) fn by_id(id: &UserId) -> Statement<'_> {
    Statement::new(select!("WHERE id = $1"), vec![id.as_bytes().into()])
}

pub(crate) fn by_name(name: &Username) -> Statement<'_> {
    Statement::new(select!("WHERE username = $1"), vec![name.as_str().into()])
}

/// The person of a grant, else of a session.
pub(crate) fn of<'a>(
    grant: Option<&'a GrantId>,
    session: Option<SessionOf<'a>>,
) -> Option<Statement<'a>> {
    let sql = match (grant, session) {
        (Some(id), None | Some(SessionOf::Grant(_))) => {
            let sql = select!("WHERE id = (SELECT user_id FROM \"grant\" WHERE id = $1)");
            return Some(Statement::new(sql, vec![id.as_bytes().into()]));
        }
        (Some(id), Some(session)) => {
            let sql = match session {
                SessionOf::Cookie(_) => select!(
                    "WHERE id = COALESCE((SELECT user_id FROM \"grant\" WHERE id = $1), \
                     (SELECT user_id FROM session WHERE cookie = $2))"
                ),
                SessionOf::Id(_) | SessionOf::Grant(_) => select!(
                    "WHERE id = COALESCE((SELECT user_id FROM \"grant\" WHERE id = $1), \
                     (SELECT user_id FROM session WHERE id = $2))"
                ),
            };
            return Some(Statement::new(
                sql,
                vec![id.as_bytes().into(), session.value()],
            ));
        }
        (None, Some(SessionOf::Cookie(_))) => {
            select!("WHERE id = (SELECT user_id FROM session WHERE cookie = $1)")
        }
        (None, Some(_)) => select!("WHERE id = (SELECT user_id FROM session WHERE id = $1)"),
        (None, None) => return None,
    };
    session.map(|session| Statement::new(sql, vec![session.value()]))
}

/// At most `limit` users after `after`, in the order of their ids.
pub(crate) fn page(after: &[u8; 16], limit: u32) -> Statement<'_> {
    Statement::new(
        select!("WHERE id > $1 ORDER BY id LIMIT $2"),
        vec![after.into(), limit.into()],
    )
}

pub(crate) fn any() -> Statement<'static> {
    Statement::new(
        "SELECT count(*) FROM (SELECT 1 FROM \"user\" LIMIT 1) AS one",
        Vec::new(),
    )
}

pub(crate) fn insert(user: &User, among: Among) -> Result<Statement<'_>, Failure> {
    macro_rules! insert {
        ($rows:literal) => {
            concat!(
                "INSERT INTO \"user\" (id, username, roles, administrator, claims, epoch, \
                 disabled, rights_reduced_at, created_at) ",
                $rows,
                " ON CONFLICT DO NOTHING"
            )
        };
    }
    let sql = match among {
        Among::Others => insert!("VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        Among::Nobody => insert!(
            "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE NOT EXISTS (SELECT 1 FROM \"user\")"
        ),
        Among::Sown => insert!(
            "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 \
             WHERE NOT EXISTS (SELECT 1 FROM seed WHERE username = $2)"
        ),
    };
    let mut values = vec![user.id.as_bytes().into()];
    values.extend(changeable(user)?);
    values.push(user.created_at.into());
    Ok(Statement::new(sql, values))
}

pub(crate) fn update(user: &User, expected: u32) -> Result<Statement<'_>, Failure> {
    let mut values = Vec::from(changeable(user)?);
    values.extend([user.id.as_bytes().into(), expected.into()]);
    Ok(Statement::new(
        "UPDATE \"user\" SET username = $1, roles = $2, administrator = $3, claims = $4, \
         epoch = $5, disabled = $6, rights_reduced_at = $7 WHERE id = $8 AND epoch = $9",
        values,
    ))
}

fn changeable(user: &User) -> Result<[Value<'_>; 7], Failure> {
    Ok([
        user.username.as_str().into(),
        Value::json(&user.roles)?,
        user.administrator.into(),
        Value::json(&user.claims)?,
        user.epoch.into(),
        user.disabled.into(),
        user.rights_reduced_at.into(),
    ])
}

pub(crate) fn delete(id: &UserId) -> Statement<'_> {
    Statement::new(
        "DELETE FROM \"user\" WHERE id = $1",
        vec![id.as_bytes().into()],
    )
}

/// What is deleted with a user.
pub(crate) fn delete_belongings(id: &UserId) -> [Statement<'_>; 2] {
    [
        Statement::new(
            "DELETE FROM credential WHERE user_id = $1",
            vec![id.as_bytes().into()],
        ),
        Statement::new(
            "DELETE FROM consent WHERE user_id = $1",
            vec![id.as_bytes().into()],
        ),
    ]
}

pub(crate) fn password_of(id: &UserId) -> Statement<'_> {
    Statement::new(
        "SELECT user_id, value FROM credential WHERE user_id = $1 AND kind = 'password'",
        vec![id.as_bytes().into()],
    )
}

pub(crate) fn password_of_name(name: &Username) -> Statement<'_> {
    Statement::new(
        "SELECT user_id, value FROM credential WHERE kind = 'password' \
         AND user_id = (SELECT id FROM \"user\" WHERE username = $1)",
        vec![name.as_str().into()],
    )
}

pub(crate) fn set_password<'a>(id: &'a UserId, hash: &'a PasswordHash) -> Statement<'a> {
    Statement::new(
        "INSERT INTO credential (user_id, kind, value) SELECT $1, 'password', $2 \
         WHERE EXISTS (SELECT 1 FROM \"user\" WHERE id = $1) \
         ON CONFLICT (user_id, kind) DO UPDATE SET value = excluded.value",
        vec![id.as_bytes().into(), hash.as_str().into()],
    )
}

/// The one place where a row becomes a user.
pub(crate) fn read(row: &Row<'_>) -> Result<User, Inconsistent> {
    let id = UserId::from_bytes(row.array("id")?);
    // parsing again would hide a name that is not in canonical form
    let username = row.text("username", |text| {
        Username::parse(text)
            .ok()
            .filter(|name| name.as_str() == text)
    })?;
    Ok(User {
        id,
        roles: roles(row.json("roles")?, &username),
        username,
        administrator: row.flag("administrator")?,
        claims: row.json("claims")?,
        epoch: row.integer("epoch")?,
        disabled: row.flag("disabled")?,
        created_at: row.time("created_at")?,
        rights_reduced_at: row.time_or_null("rights_reduced_at")?,
    })
}

/// A stored name that is none any more counts for nothing: joined with others it could become two.
fn roles(stored: Vec<String>, username: &Username) -> Vec<Role> {
    let all = stored.len();
    let roles: Vec<Role> = stored.into_iter().flat_map(Role::try_from).collect();
    // whoever signs in again and again does not fill the log
    if roles.len() < all && WARNINGS.fetch_add(1, Ordering::Relaxed) < MAX_WARNINGS {
        tracing::warn!(
            username = username.as_str(),
            ignored = all.saturating_sub(roles.len()),
            "stored roles are ignored because they have a blank or another forbidden character: give the account new ones with `airside user edit`"
        );
    }
    roles
}

/// The one place where a row becomes a password's hash.
pub(crate) fn read_password(row: &Row<'_>) -> Result<PasswordHash, Inconsistent> {
    let _: [u8; 16] = row.array("user_id")?;
    row.text("value", |phc| Some(PasswordHash::new(phc)))
}

static WARNINGS: AtomicU64 = AtomicU64::new(0);
const MAX_WARNINGS: u64 = 100;

pub(crate) const TABLE: &str = "user";
pub(crate) const CREDENTIAL: &str = "credential";

/// How many columns a user is read from.
#[cfg(feature = "postgres")]
pub(crate) const COLUMNS: usize = 9;

/// How many columns a password is read from.
#[cfg(feature = "postgres")]
pub(crate) const CREDENTIAL_COLUMNS: usize = 2;
