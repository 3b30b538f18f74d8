//! The ends of grants: of one, and of all that an owner has.

use airside_oauth::{
    id::GrantId,
    state::{decide::GrantOwner, grant::GrantRevocation},
};

use crate::{feed, statement::Statement};

pub(crate) fn revoke<'a>(id: &'a GrantId, revoked: &GrantRevocation) -> Statement<'a> {
    Statement::new(
        "UPDATE \"grant\" SET revoked_at = $1, revoke_reason = $2 \
         WHERE id = $3 AND revoked_at IS NULL",
        vec![
            revoked.at.into(),
            revoked.reason.as_str().into(),
            id.as_bytes().into(),
        ],
    )
}

/// Ends the live grants of `owner`, after a revocation for each has been appended to the feed.
pub(crate) fn revoke_of<'a>(
    owner: &'a GrantOwner,
    revoked: &GrantRevocation,
) -> [Statement<'a>; 2] {
    let until = feed::kept_by_older_versions(revoked.at);
    macro_rules! both {
        ($whose:literal, $value:expr) => {
            [
                Statement::new(
                    concat!(
                        "INSERT INTO feed (kind, value, at, until) SELECT 'grant', id, $1, $2 \
                         FROM \"grant\" WHERE revoked_at IS NULL AND ",
                        $whose
                    ),
                    vec![revoked.at.into(), until.into(), $value],
                ),
                Statement::new(
                    concat!(
                        "UPDATE \"grant\" SET revoked_at = $1, revoke_reason = $2 \
                         WHERE revoked_at IS NULL AND ",
                        $whose
                    ),
                    vec![revoked.at.into(), revoked.reason.as_str().into(), $value],
                ),
            ]
        };
    }
    match owner {
        // OIDC-Core-11: a grant with offline_access outlives the browser's session
        GrantOwner::Session(id) => both!("session_id = $3 AND offline = 0", id.as_bytes().into()),
        GrantOwner::User(id) => both!("user_id = $3", id.as_bytes().into()),
        GrantOwner::Client(id) => both!("client_id = $3", id.as_str().into()),
    }
}

/// The same in one statement, which locks the grants before it takes positions in the feed.
#[cfg(feature = "postgres")]
pub(crate) fn revoke_of_at_once<'a>(
    owner: &'a GrantOwner,
    revoked: &GrantRevocation,
) -> Statement<'a> {
    let until = feed::kept_by_older_versions(revoked.at);
    macro_rules! revoke {
        ($whose:literal) => {
            concat!(
                "WITH ended AS (UPDATE \"grant\" SET revoked_at = $1, revoke_reason = $2 \
                 WHERE revoked_at IS NULL AND ",
                $whose,
                " RETURNING id) INSERT INTO feed (kind, value, at, until) \
                 SELECT 'grant', id, $1, $4 FROM ended"
            )
        };
    }
    let (sql, owner) = match owner {
        GrantOwner::Session(id) => (
            revoke!("session_id = $3 AND offline = 0"),
            id.as_bytes().into(),
        ),
        GrantOwner::User(id) => (revoke!("user_id = $3"), id.as_bytes().into()),
        GrantOwner::Client(id) => (revoke!("client_id = $3"), id.as_str().into()),
    };
    let reason = revoked.reason.as_str();
    Statement::new(
        sql,
        vec![revoked.at.into(), reason.into(), owner, until.into()],
    )
}
