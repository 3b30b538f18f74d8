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

/// One script that has run: of this version, of an earlier or of a later one.
pub(crate) struct Done {
    number: i64,
    name: String,
    checksum: Digest,
}

/// The version of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There are none yet.
    Nothing,
    /// Those of an earlier version.
    Earlier,
    /// Those of this version, or of the next one, which adds to them.
    Current,
}

impl Progress {
    /// Returns what was read of a table. One of an earlier version may not be there, or lack a column.
    pub(crate) fn known<T>(self, rows: Result<Vec<T>, StoreError>) -> Result<Vec<T>, StoreError> {
        match self {
            Self::Current => rows,
            Self::Earlier | Self::Nothing => Ok(rows.unwrap_or_default()),
        }
    }
}

/// The reason why the tables could not be migrated.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A version after the next one has added to them, and the next one may have taken away.
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
        "SELECT version, name, checksum FROM migration ORDER BY version",
        vec![],
    )
}

/// Those of `scripts` that are not `done`, with their numbers.
///
/// # Errors
///
/// [`Problem::Newer`] or [`Problem::Changed`] if what was done is not the beginning of `scripts`.
pub(crate) fn missing<'a>(
    done: &[Done],
    scripts: &'a [Script],
) -> Result<Vec<(i64, &'a Script)>, Problem> {
    let beyond = done
        .iter()
        .skip_while(|one| usize::try_from(one.number).is_ok_and(|number| number <= scripts.len()));
    if !beyond.into_iter().all(Done::is_of_the_next_version) {
        return Err(Problem::Newer);
    }
    let mut missing = Vec::new();
    for (number, script) in (1_i64..).zip(scripts) {
        match done.iter().find(|one| one.number == number) {
            Some(one) if one.checksum.matches(&script.checksum()) => {}
            Some(_) => return Err(Problem::Changed(script.name)),
            None => missing.push((number, script)),
        }
    }
    Ok(missing)
}

/// Returns how far tables are of which the scripts that are `done` were run.
///
/// # Errors
///
/// [`Problem`] as for [`missing`].
pub(crate) fn progress(done: &[Done], scripts: &[Script]) -> Result<Progress, Problem> {
    let missing = missing(done, scripts)?;
    Ok(match (done, missing.as_slice()) {
        (_, []) => Progress::Current,
        ([], _) => Progress::Nothing,
        _ => Progress::Earlier,
    })
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
pub(crate) fn read(row: &Row<'_>) -> Result<Done, InconsistentRow> {
    Ok(Done {
        number: row.integer("version")?,
        name: row.text("name", |text| Some(text.to_owned()))?,
        checksum: Digest::from_bytes(row.array("checksum")?),
    })
}

impl Done {
    /// Returns true if the release after this one made it. Each version only adds to what the one before
    /// it reads and writes, so this one goes on with its tables.
    ///
    /// Since 0.2 a script's name ends with the release that it came with, as in `0008_devices@0.2`.
    fn is_of_the_next_version(&self) -> bool {
        let Some((_, release)) = self.name.rsplit_once('@') else {
            return false;
        };
        let [Some(made), Some(own)] = [release, OWN].map(numbers) else {
            return false;
        };
        made == (own.0, own.1 + 1) || made == (own.0 + 1, 0)
    }
}

/// The first two numbers of a version.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

pub(crate) const TABLE: &str = "migration";
const OWN: &str = env!("CARGO_PKG_VERSION");

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &[Script] = &[Script {
        name: "0001_start",
        sql: "",
    }];

    fn done(number: i64, name: &str) -> Done {
        Done {
            number,
            name: name.to_owned(),
            checksum: Digest::of(b""),
        }
    }

    #[test]
    fn tables_of_the_next_version_are_served_and_those_of_a_later_one_are_not() {
        let (major, minor) = numbers(OWN).unwrap();
        let next = format!("0002_more@{major}.{}", minor + 1);
        let first = format!("0002_more@{}.0", major + 1);
        let later = format!("0003_less@{major}.{}", minor + 2);
        for (names, is_served) in [
            (vec![], true),
            (vec![&*next], true),
            (vec![&*first], true),
            (vec![&*later], false),
            (vec![&*next, &*later], false),
            (vec!["0002_more"], false),
            (vec!["0002_more@"], false),
            (vec!["0002_more@next"], false),
        ] {
            let beyond = (2..).zip(&names).map(|(number, name)| done(number, name));
            let all: Vec<_> = std::iter::once(done(1, "0001_start"))
                .chain(beyond)
                .collect();
            let found = missing(&all, OURS);
            assert_eq!(found.is_ok(), is_served, "{names:?}");
            assert!(found.is_err() || matches!(progress(&all, OURS), Ok(Progress::Current)));
        }
    }
}
