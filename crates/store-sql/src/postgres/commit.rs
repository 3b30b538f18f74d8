//! The writing of a commit: one statement, or one transaction in one round trip.

use airside_oauth::state::{
    consent::ConsentKey,
    decide::{Among, Commit, Effect, LastAdministrator, Pivot},
};
use deadpool_postgres::ClientWrapper;

use super::{
    connection::{Step, parameters, pipeline},
    pool::Pool,
    write_error::WriteError,
};
use crate::{
    change, consent,
    dialect::Dialect,
    error::StoreError,
    grant,
    row::Row,
    statement::{Statement, Value},
};

/// Writes `commit` whole or not at all.
pub(super) async fn write(pool: &Pool, commit: &Commit) -> Result<(), WriteError> {
    let pivot = change::pivot(&commit.pivot, Dialect::Postgres)?;
    let statements = following(commit)?;
    let consents: Vec<_> = commit.effects.iter().filter(is_consent).collect();
    let alone = statements.is_empty() && consents.is_empty() && prelude(&commit.pivot).is_none();
    pool.within_time(pool.connection().await?, async |client| {
        if alone {
            return write_alone(client, &pivot).await;
        }
        let mut steps = vec![Step::Control("BEGIN")];
        steps.extend(prelude(&commit.pivot).map(Step::Control));
        steps.push(Step::swap(&pivot));
        steps.extend(statements.iter().map(Step::Run));
        if consents.is_empty() {
            steps.push(Step::Control("COMMIT"));
            return rolled_back_if_failed(client, pipeline(client, &steps).await).await;
        }
        let written = write_with_consents(client, &steps, consents).await;
        if written.is_err() {
            // what was refused has ended the transaction, or it ends here
            let _ = client.batch_execute("ROLLBACK").await;
        }
        written
    })
    .await
}

async fn write_with_consents(
    client: &ClientWrapper,
    steps: &[Step<'_>],
    consents: Vec<&Effect>,
) -> Result<(), WriteError> {
    pipeline(client, steps).await?;
    for consent in consents {
        remember(client, consent).await?;
    }
    pipeline(client, &[Step::Control("COMMIT")]).await?;
    Ok(())
}

/// INVARIANT: the pivot changes exactly one row, or the commit has no effect.
async fn write_alone(client: &ClientWrapper, pivot: &Statement<'_>) -> Result<(), WriteError> {
    let prepared = client.prepare_cached(&pivot.sql).await;
    let prepared =
        prepared.map_err(|error| WriteError::Failed(super::DatabaseError::from(error).into()))?;
    let written = client.execute(&prepared, &parameters(&pivot.values)).await;
    match written.map_err(super::DatabaseError::from)? {
        1 => Ok(()),
        _ => Err(WriteError::Conflict),
    }
}

/// Ends the transaction if its pipeline failed.
async fn rolled_back_if_failed<T>(
    client: &ClientWrapper,
    result: Result<T, super::DatabaseError>,
) -> Result<(), WriteError> {
    match result {
        Ok(_) => Ok(()),
        Err(error) => {
            // a statement that could not be prepared leaves the transaction open
            let _ = client.batch_execute("ROLLBACK").await;
            Err(error.into())
        }
    }
}

/// Returns the lock that the pivot needs first where it depends on the absence of rows, which cannot be
/// locked themselves, or on rows that a concurrent commit of the same kind changes.
const fn prelude(pivot: &Pivot) -> Option<&'static str> {
    match pivot {
        Pivot::InsertUser {
            among: Among::Nobody,
            ..
        }
        | Pivot::UpdateUser {
            last_administrator: LastAdministrator::Kept,
            ..
        }
        | Pivot::DeleteUser {
            last_administrator: LastAdministrator::Kept,
            ..
        } => Some("LOCK TABLE \"user\" IN SHARE ROW EXCLUSIVE MODE"),
        _ => None,
    }
}

/// Returns the statements after the pivot, except those for consents. Positions in the feed come last:
/// a transaction that has one delays every other revocation until it ends.
fn following(commit: &Commit) -> Result<Vec<Statement<'_>>, StoreError> {
    let mut statements = change::belongings(&commit.pivot, Dialect::Postgres);
    let (feed, rows): (Vec<_>, Vec<_>) = commit
        .effects
        .iter()
        .partition(|effect| matches!(effect, Effect::Feed(_) | Effect::RevokeGrantsOf { .. }));
    for effect in rows.into_iter().chain(feed) {
        match effect {
            Effect::RevokeGrantsOf { owner, revoked } => {
                statements.push(grant::revoke_of_at_once(owner, revoked));
            }
            effect => statements.extend(change::effect(effect)),
        }
    }
    Ok(statements)
}

const fn is_consent(effect: &&Effect) -> bool {
    matches!(effect, Effect::RememberConsent { .. })
}

/// Widens a consent that no other request widens meanwhile: also one that does not exist yet.
async fn remember(client: &ClientWrapper, effect: &Effect) -> Result<(), WriteError> {
    let Effect::RememberConsent {
        consent: new,
        client_epoch,
    } = effect
    else {
        return Ok(());
    };
    let (lock, find) = (lock(&new.key), consent::by_key(&new.key));
    // in two trips: what the second statement sees must be newer than the lock
    pipeline(client, &[Step::Run(&lock)]).await?;
    let rows = pipeline(client, &[Step::Run(&find)]).await?;
    let known = rows.iter().flatten().next();
    let known = known.map(|row| consent::read(&Row::new(consent::TABLE, row)));
    let known = known.transpose().map_err(StoreError::from)?;
    let widened = consent::widened(known.as_ref(), new);
    let put = consent::put(&widened, *client_epoch, Dialect::Postgres)?;
    pipeline(client, &[Step::Run(&put)]).await?;
    Ok(())
}

fn lock(key: &ConsentKey) -> Statement<'static> {
    let name = format!("{} {} {}", key.user, key.client, key.redirect_host);
    Statement::new(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        vec![Value::from(name)],
    )
}
