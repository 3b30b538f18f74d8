//! People and how they prove who they are: the tables `user` and `credential`.

mod change;

pub(crate) use change::{delete, delete_belongings, insert, set_password, update};

use std::sync::atomic::{AtomicU64, Ordering};

use airside_oauth::{
    id::{GrantId, UserId},
    state::{
        role::Role,
        user::{PasswordHash, TypedName, User, Username},
    },
};

use crate::{
    error::InconsistentRow,
    row::Row,
    session::SessionOf,
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

/// The account that a typed name finds: `$1` is the form of earlier versions, `$2` the one of RFC 8265.
///
/// INVARIANT: each of the three finds one account at most, so that no name ever finds two.
macro_rules! found {
    ($begin:expr) => {
        concat!(
            $begin,
            "COALESCE(\
             (SELECT id FROM \"user\" WHERE username = $1 AND name_rule < 2), \
             (SELECT id FROM \"user\" WHERE username = $2), \
             (SELECT id FROM \"user\" AS one WHERE precis_name = $2 AND NOT EXISTS (\
             SELECT 1 FROM \"user\" AS other WHERE other.precis_name = $2 AND other.id <> one.id)))"
        )
    };
}

pub(crate) fn by_name(name: &TypedName) -> Statement<'_> {
    Statement::new(found!(select!("WHERE id = ")), typed(name))
}

fn typed(name: &TypedName) -> Vec<Value<'_>> {
    vec![name.earlier().into(), name.precis().into()]
}

/// The person of a grant, else of a session.
pub(crate) fn of<'a>(
    grant: Option<&'a GrantId>,
    session: Option<SessionOf<'a>>,
) -> Option<Statement<'a>> {
    match (grant, session) {
        (Some(id), None | Some(SessionOf::Grant(_))) => {
            let sql = select!("WHERE id = (SELECT user_id FROM \"grant\" WHERE id = $1)");
            Some(Statement::new(sql, vec![id.as_bytes().into()]))
        }
        (Some(id), Some(session)) => Some(of_grant_or_session(id, session)),
        (None, session) => session.map(of_session),
    }
}

fn of_grant_or_session<'a>(grant: &'a GrantId, session: SessionOf<'a>) -> Statement<'a> {
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
    Statement::new(sql, vec![grant.as_bytes().into(), session.value()])
}

fn of_session(session: SessionOf<'_>) -> Statement<'_> {
    let sql = match session {
        SessionOf::Cookie(_) => {
            select!("WHERE id = (SELECT user_id FROM session WHERE cookie = $1)")
        }
        SessionOf::Id(_) | SessionOf::Grant(_) => {
            select!("WHERE id = (SELECT user_id FROM session WHERE id = $1)")
        }
    };
    Statement::new(sql, vec![session.value()])
}

/// At most `limit` users after `after`, in the order of their ids.
pub(crate) fn page(after: &[u8; 16], limit: u32) -> Statement<'_> {
    Statement::new(
        select!("WHERE id > $1 ORDER BY id LIMIT $2"),
        vec![after.into(), limit.into()],
    )
}

pub(crate) fn administrators(limit: u32) -> Statement<'static> {
    Statement::new(
        select!("WHERE administrator = 1 AND disabled = 0 ORDER BY id LIMIT $1"),
        vec![limit.into()],
    )
}

pub(crate) fn any() -> Statement<'static> {
    Statement::new(
        "SELECT count(*) FROM (SELECT 1 FROM \"user\" LIMIT 1) AS one",
        Vec::new(),
    )
}

pub(crate) fn password_of(id: &UserId) -> Statement<'_> {
    Statement::new(
        "SELECT user_id, value FROM credential WHERE user_id = $1 AND kind = 'password'",
        vec![id.as_bytes().into()],
    )
}

pub(crate) fn password_of_name(name: &TypedName) -> Statement<'_> {
    let sql =
        found!("SELECT user_id, value FROM credential WHERE kind = 'password' AND user_id = ");
    Statement::new(sql, typed(name))
}

/// The one place where a row becomes a user.
pub(crate) fn read(row: &Row<'_>) -> Result<User, InconsistentRow> {
    let id = UserId::from_bytes(row.array("id")?);
    let username = row.text("username", Username::stored)?;
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
    // a user who signs in again and again does not fill the log
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
pub(crate) fn read_password(row: &Row<'_>) -> Result<PasswordHash, InconsistentRow> {
    let _: [u8; 16] = row.array("user_id")?;
    row.text("value", |phc| Some(PasswordHash::new(phc)))
}

static WARNINGS: AtomicU64 = AtomicU64::new(0);
const MAX_WARNINGS: u64 = 100;

pub(crate) const TABLE: &str = "user";
pub(crate) const CREDENTIAL: &str = "credential";

/// The number of columns of a user.
#[cfg(feature = "postgres")]
pub(crate) const COLUMNS: usize = 9;

/// The number of columns of a password.
#[cfg(feature = "postgres")]
pub(crate) const CREDENTIAL_COLUMNS: usize = 2;
