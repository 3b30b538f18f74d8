//! The statements that make, change and delete accounts.

use airside_oauth::{
    id::UserId,
    state::{
        decide::{Among, LastAdministrator},
        user::{PasswordHash, User},
    },
};

use crate::{
    error::StoreError,
    statement::{Statement, Value},
};

pub(crate) fn insert(user: &User, among: Among) -> Result<Statement<'_>, StoreError> {
    macro_rules! insert {
        ($unless:literal) => {
            concat!(
                "INSERT INTO \"user\" (id, username, roles, administrator, claims, epoch, \
                 disabled, rights_reduced_at, created_at, name_rule) \
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, 2 \
                 WHERE NOT EXISTS (SELECT 1 FROM \"user\" WHERE precis_name = $2)",
                $unless,
                " ON CONFLICT DO NOTHING"
            )
        };
    }
    let sql = match among {
        Among::Others => insert!(""),
        Among::Nobody => insert!(" AND NOT EXISTS (SELECT 1 FROM \"user\")"),
        Among::Sown => insert!(" AND NOT EXISTS (SELECT 1 FROM seed WHERE username = $2)"),
    };
    let mut values = vec![user.id.as_bytes().into()];
    values.extend(changeable(user)?);
    values.push(user.created_at.into());
    Ok(Statement::new(sql, values))
}

/// The account is not the last enabled administrator; `$id` is its parameter.
macro_rules! not_last_administrator {
    ($id:literal) => {
        concat!(
            " AND (administrator = 0 OR disabled = 1 OR EXISTS (SELECT 1 FROM \"user\" AS other \
             WHERE other.administrator = 1 AND other.disabled = 0 AND other.id <> ",
            $id,
            "))"
        )
    };
}

macro_rules! update {
    ($unless:expr) => {
        concat!(
            "UPDATE \"user\" SET username = $1, roles = $2, administrator = $3, claims = $4, \
             epoch = $5, disabled = $6, rights_reduced_at = $7, \
             name_rule = CASE WHEN username = $1 THEN name_rule ELSE 2 END, \
             precis_name = CASE WHEN username = $1 THEN precis_name END \
             WHERE id = $8 AND epoch = $9 AND (username = $1 OR NOT EXISTS (\
             SELECT 1 FROM \"user\" AS other WHERE other.precis_name = $1 AND other.id <> $8))",
            $unless
        )
    };
}

pub(crate) fn update(
    user: &User,
    expected: u32,
    last_administrator: LastAdministrator,
) -> Result<Statement<'_>, StoreError> {
    let mut values = Vec::from(changeable(user)?);
    values.extend([user.id.as_bytes().into(), expected.into()]);
    let sql = match last_administrator {
        LastAdministrator::Kept => update!(not_last_administrator!("$8")),
        LastAdministrator::LetGo => update!(""),
    };
    Ok(Statement::new(sql, values))
}

fn changeable(user: &User) -> Result<[Value<'_>; 7], StoreError> {
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

pub(crate) fn delete(id: &UserId, last_administrator: LastAdministrator) -> Statement<'_> {
    macro_rules! delete {
        ($unless:expr) => {
            concat!("DELETE FROM \"user\" WHERE id = $1", $unless)
        };
    }
    let sql = match last_administrator {
        LastAdministrator::Kept => delete!(not_last_administrator!("$1")),
        LastAdministrator::LetGo => delete!(""),
    };
    Statement::new(sql, vec![id.as_bytes().into()])
}

/// The rows that are deleted with a user.
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

pub(crate) fn set_password<'a>(id: &'a UserId, hash: &'a PasswordHash) -> Statement<'a> {
    Statement::new(
        "INSERT INTO credential (user_id, kind, value) SELECT $1, 'password', $2 \
         WHERE EXISTS (SELECT 1 FROM \"user\" WHERE id = $1) \
         ON CONFLICT (user_id, kind) DO UPDATE SET value = excluded.value",
        vec![id.as_bytes().into(), hash.as_str().into()],
    )
}
