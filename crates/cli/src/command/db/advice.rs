//! The settings by which the next start uses the moved store. No password is shown.

use std::path::Path;

use crate::{
    args::Global,
    config::{Config, EncryptionKey, StoreUrl},
};

/// The store that was filled.
pub(super) struct MovedStore<'a> {
    /// The text of `--to`.
    pub(super) to: &'a str,
    /// The parsed address.
    pub(super) place: &'a StoreUrl,
}

/// Says what to set, for the place that the configuration takes it from now.
pub(super) fn after_move(config: &Config, global: &Global, moved: &MovedStore<'_>) -> String {
    let mut lines = Vec::new();
    let mut settings = Vec::new();
    match config.source_of("store.url") {
        variable if variable.starts_with(STORE_URL) => {
            // `AIRSIDE_STORE__URL__ENV` and `__FILE` say the same otherwise
            lines.extend((variable != STORE_URL).then(|| format!("unset {variable}")));
            lines.push(match moved.place {
                StoreUrl::Sqlite(_) => format!("set {STORE_URL}={}", moved.sqlite()),
                StoreUrl::Postgres(_) => format!("set {STORE_URL} to the address that --to gave"),
            });
        }
        _ => {
            let (value, variable) = moved.setting();
            lines.extend(variable.map(|name| format!("set {name} to the address that --to gave")));
            settings.extend(["[store]".to_owned(), format!("url = {value}")]);
        }
    }
    // with PostgreSQL, none is made: every node would make its own
    if let (EncryptionKey::Generated(path), StoreUrl::Postgres(_)) =
        (&config.encryption_key, moved.place)
    {
        let file = format!("encryption_key = {{ file = {} }}", quoted_path(path));
        settings.extend(["[keys]".to_owned(), file]);
    }
    if !settings.is_empty() {
        let file = global
            .config
            .as_deref()
            .unwrap_or(Path::new("airside.toml"));
        lines.push(format!(
            "set in {}, in place of what is there:",
            file.display()
        ));
        lines.extend(settings);
    }
    let lines = lines.join("\n");
    format!("moved; before the next start\n{lines}\nThe key-encryption key stays the same.")
}

impl MovedStore<'_> {
    /// The value of `store.url`, and the variable that it refers to if `--to` named none.
    fn setting(&self) -> (String, Option<&'static str>) {
        if let StoreUrl::Sqlite(_) = self.place {
            return (quoted(&self.sqlite()), None);
        }
        if let Some(name) = self.to.strip_prefix("env:") {
            return (format!("{{ env = {} }}", quoted(name)), None);
        }
        if let Some(file) = self.to.strip_prefix('@') {
            let file = std::path::absolute(file).unwrap_or_else(|_| file.into());
            return (format!("{{ file = {} }}", quoted_path(&file)), None);
        }
        (format!("{{ env = {} }}", quoted(VARIABLE)), Some(VARIABLE))
    }

    /// The address of the file, as `--to` gave it or whole.
    fn sqlite(&self) -> String {
        match self.place {
            _ if self.to.starts_with("sqlite:") => self.to.to_owned(),
            StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            StoreUrl::Postgres(_) => String::new(),
        }
    }
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

const STORE_URL: &str = "AIRSIDE_STORE__URL";

const VARIABLE: &str = "DATABASE_URL";
