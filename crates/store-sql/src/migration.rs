//! Which scripts bring the tables up to date: numbered, each run once, none changed afterwards.

use airside_oauth::key::secret::Digest;

use crate::{
    error::{InconsistentRow, StoreError},
    row::Row,
    statement::Statement,
};

/// One numbered script.
pub(crate) struct Script {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// The reason why the tables could not be migrated.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A newer version has added to them.
    Newer,
    /// They were made by another script of this name.
    Changed(&'static str),
    /// The database failed.
    Failed(StoreError),
}

impl Problem {
    /// The problem, and what to do.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Failed(failure) => failure.to_string(),
            Self::Newer => {
                "a newer version has used it; use that version or a later one".to_owned()
            }
            Self::Changed(name) => {
                format!("migration `{name}` was another one; restore the database from a backup")
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(failure: StoreError) -> Self {
        Self::Failed(failure)
    }
}

/// The scripts that have run.
pub(crate) fn done() -> Statement<'static> {
    Statement::new(
        "SELECT version, checksum FROM migration ORDER BY version",
        vec![],
    )
}

/// Those of `scripts` that are not `done`, with their numbers.
///
/// # Errors
///
/// [`Problem::Newer`] or [`Problem::Changed`] if what was done is not the beginning of `scripts`.
pub(crate) fn missing<'a>(
    done: &[(i64, Digest)],
    scripts: &'a [Script],
) -> Result<Vec<(i64, &'a Script)>, Problem> {
    if done.len() > scripts.len() {
        return Err(Problem::Newer);
    }
    let mut missing = Vec::new();
    for (number, script) in (1_i64..).zip(scripts) {
        match done.iter().find(|(version, _)| *version == number) {
            Some((_, then)) if then.matches(&script.checksum()) => {}
            Some(_) => return Err(Problem::Changed(script.name)),
            None => missing.push((number, script)),
        }
    }
    Ok(missing)
}

impl Script {
    /// Notes that the script has run as `number`.
    pub(crate) fn note(&self, number: i64) -> Statement<'static> {
        Statement::new(
            "INSERT INTO migration (version, name, checksum) VALUES ($1, $2, $3)",
            vec![
                number.into(),
                self.name.into(),
                self.checksum().as_bytes().to_vec().into(),
            ],
        )
    }

    fn checksum(&self) -> Digest {
        Digest::of(self.sql.as_bytes())
    }
}

/// The one place where a row becomes a script that has run.
pub(crate) fn read(row: &Row<'_>) -> Result<(i64, Digest), InconsistentRow> {
    Ok((
        row.integer("version")?,
        Digest::from_bytes(row.array("checksum")?),
    ))
}

pub(crate) const TABLE: &str = "migration";
