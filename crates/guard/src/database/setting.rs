//! `[database]`: where owners are looked up.

use airside_config::{
    Problem,
    key::{secret_reference, table},
    section,
    value::Hidden,
};

use super::Address;
use crate::section::SectionReader;

section! {
    /// `[database]`.
    pub(crate) DATABASE: DatabaseKeys = table("database"), "The API's database, in whose views owners are looked up." {
        url: Optional<Hidden> = secret_reference().required(),
            "`sqlite:FILE`, or `postgres://user:password@host/database` with the parameters of libpq.";
    }
}

impl Address {
    /// Reads `[database]`. Its address is never quoted: it may hold a password.
    pub(crate) fn read(reader: &mut SectionReader<'_>) -> Option<Self> {
        let table = reader.section::<DatabaseKeys>()?;
        let url = reader.hidden(&table, &DATABASE.url)?;
        match Self::parse(&url, &reader.path("")) {
            Ok(address) => Some(address),
            Err(why) => {
                let message = format!("`database.url`: {why}");
                reader.refuse(Problem::new(&table.place(&DATABASE.url), message));
                None
            }
        }
    }
}
