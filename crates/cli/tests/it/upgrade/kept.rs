//! A copy of the store of a release.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use airside_testkit::postgres;
use serde_json::Value;

use crate::{
    node::KEY,
    server::{Place, ended},
};

/// The store and what the apps hold.
pub struct Kept {
    pub place: Place,
    pub chains: Vec<String>,
    /// The address of PostgreSQL.
    postgres: Option<String>,
}

/// The releases of which there are stores, the newest last.
pub fn releases() -> Vec<String> {
    let entries = fs::read_dir(home()).unwrap().map(|entry| entry.unwrap());
    let directories = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<_> = directories
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort_by_key(|name| {
        let numbers = name.split('.').map(|number| number.parse::<u32>().unwrap());
        numbers.collect::<Vec<_>>()
    });
    names
}

impl Kept {
    pub fn on_sqlite(release: &str) -> Self {
        let kept = Self::of(release, "sqlite", None);
        let data = kept.place.data();
        fs::create_dir(&data).unwrap();
        fs::copy(
            home().join(release).join("airside.db"),
            data.join("airside.db"),
        )
        .unwrap();
        for (path, mode) in [(data.join("airside.db"), 0o600), (data, 0o700)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
        kept
    }

    pub fn on_postgresql(release: &str) -> Self {
        let url = postgres::schema();
        let mut kept = Self::of(release, "postgres", Some(url.clone()));
        kept.place.set("AIRSIDE_STORE__URL", &url);
        let (_, schema) = url.rsplit_once("%3D").unwrap();
        let file = home().join(release).join("postgres.sql.gz");
        let read = format!(
            "zcat '{}' | sed 's/schema_of_the_release/{schema}/g' > dump.sql",
            file.display()
        );
        ended(kept.place.within(Command::new("bash")).args(["-c", &read])).assert_code(0);
        kept.psql(&["-f", "dump.sql"]);
        kept
    }

    fn of(release: &str, store: &str, postgres: Option<String>) -> Self {
        let toml = fs::read_to_string(home().join("airside.toml")).unwrap();
        let mut place = Place::new(&toml);
        place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
        let tokens = fs::read_to_string(home().join(release).join("refresh-tokens.json")).unwrap();
        let tokens: Value = serde_json::from_str(&tokens).unwrap();
        let chains = tokens[store].as_array().unwrap().iter();
        Self {
            place,
            chains: chains
                .map(|token| token.as_str().unwrap().to_owned())
                .collect(),
            postgres,
        }
    }

    /// Every column of every table, with its type.
    pub fn columns(&self) -> BTreeSet<String> {
        let text = match self.postgres {
            Some(_) => self.psql(&[
                "-c",
                "SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns \
                 WHERE table_schema = current_schema()",
            ]),
            None => self.sqlite(
                "SELECT group_concat(t.name || '.' || c.name || ' ' || c.type, char(10)) \
                 FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'",
            ),
        };
        text.lines().map(str::to_owned).collect()
    }

    /// Adds a column to every table, as a migration of `release` may.
    pub fn add_to_every_table(&self, release: &str) {
        let tables: BTreeSet<_> = self
            .columns()
            .iter()
            .map(|column| column.split_once('.').unwrap().0.to_owned())
            .collect();
        let tag = release.replace('.', "_");
        let mut script = String::new();
        for table in tables.iter().filter(|table| !table.starts_with("sqlite_")) {
            script +=
                &format!("ALTER TABLE \"{table}\" ADD COLUMN of_{tag} TEXT NOT NULL DEFAULT '';\n");
        }
        let sum = match self.postgres {
            Some(_) => "decode(repeat('00', 32), 'hex')",
            None => "zeroblob(32)",
        };
        script += &format!(
            "INSERT INTO migration (version, name, checksum) \
             SELECT max(version) + 1, 'more@{release}', {sum} FROM migration;"
        );
        match self.postgres {
            Some(_) => drop(self.psql(&["-c", &script])),
            None => self.database().execute_batch(&script).unwrap(),
        }
    }

    fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.place.data().join("airside.db")).unwrap()
    }

    fn sqlite(&self, query: &str) -> String {
        let row = self.database().query_row(query, [], |row| row.get(0));
        row.unwrap()
    }

    fn psql(&self, arguments: &[&str]) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
        let programs = ended(Command::new(script).arg("bin"));
        let mut psql = Command::new(Path::new(programs.out.trim()).join("psql"));
        psql.args(["-q", "-t", "-A", "-X", "-v", "ON_ERROR_STOP=1"])
            .arg(self.postgres.as_ref().unwrap())
            .args(arguments);
        let said = ended(&mut self.place.within(psql));
        said.assert_code(0);
        said.out
    }
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/upgrade")
}
