//! `[database]`: where owners are looked up.

use airside_config::{
    Problem,
    key::{secret_reference, table, text},
    section,
    value::Hidden,
};

use super::Address;
use crate::section::SectionReader;

section! {
    /// `[database]`.
    pub(crate) DATABASE: DatabaseKeys = table("database"), "The API's database, in whose views owners are looked up." {
        file: Optional<String> = text(),
            "A file of SQLite, below the directory of `guard.toml`; in place of `url`.";
        url: Optional<Hidden> = secret_reference(),
            "`sqlite:FILE`, or `postgres://user:password@host/database` with the parameters of libpq.";
    }
}

impl Address {
    /// Reads `[database]`. Its address is never quoted: it may hold a password.
    pub(crate) fn read(reader: &mut SectionReader<'_>) -> Option<Self> {
        let table = reader.section::<DatabaseKeys>()?;
        let (file, url) = (table.find(&DATABASE.file), table.node(&DATABASE.url));
        let url = match (file, url.is_some()) {
            (Some(file), false) => format!("sqlite:{file}"),
            (None, true) => reader.hidden(&table, &DATABASE.url)?,
            (file, _) => {
                let message = match file {
                    Some(_) => "`database.file` and `database.url` contradict each other",
                    None => "`database.url` is missing",
                };
                let problem = Problem::new(&table.place, message);
                reader.refuse(problem.help("write `file = \"bank.db\"` for SQLite, or `url = { env = \"NAME\" }` for PostgreSQL"));
                return None;
            }
        };
        let parsed = Self::parse(&url, &reader.path(""));
        let refuse = |why| {
            let message = format!("`database.url`: {why}");
            reader.refuse(Problem::new(&table.place(&DATABASE.url), message));
        };
        parsed.map_err(refuse).ok()
    }
}
