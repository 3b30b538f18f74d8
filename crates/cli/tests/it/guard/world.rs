//! An issuer, an API and a guard before it.

use std::{fs, process::Command};

use super::{API, ISSUER};
use crate::server::{Ended, Place, Server, ended};

pub struct World {
    pub issuer: Server,
    pub place: Place,
    pub api: Server,
    pub directory: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        Self::of(ISSUER)
    }

    /// With an issuer of this configuration.
    pub fn of(issuer: &str) -> Self {
        let place = Place::new(issuer);
        let issuer = place.serve();
        let directory = tempfile::tempdir().unwrap();
        let script = directory.path().join("api.py");
        fs::write(&script, API).unwrap();
        let mut python = Command::new("python3");
        let api = Server::start(python.arg(script).env("PORT", "0"));
        Self {
            issuer,
            place,
            api,
            directory,
        }
    }

    /// Writes `guard.toml`, and gives the command of it.
    pub fn configure(&self, keys: &str, operations: &str) -> Place {
        let place = Place::new("");
        let text = format!(
            "listen = \"{}\"\nupstream = \"{}\"\nissuer = \"{}\"\naudience = \"https://bank.example\"\n{keys}\n{operations}",
            place.address(),
            self.api.url,
            self.issuer.url,
        );
        place.write("guard.toml", text);
        place
    }

    /// So many tokens, each another one.
    pub fn tokens(&self, count: usize) -> Vec<String> {
        // the fragment is not sent: it only makes curl ask again on the same connection
        let url = format!("{}#[1-{count}]", self.issuer.at("/token"));
        let robot = "robot:a secret of the test, long enough";
        let form = "grant_type=client_credentials&scope=accounts:read";
        let mut curl = Command::new("curl");
        let answers = ended(curl.args(["--silent", "--user", robot, "--data", form, &url])).out;
        let parts = answers.split("\"access_token\":\"").skip(1);
        let tokens = parts.map(|part| part.split('"').next().unwrap().to_owned());
        tokens.collect()
    }

    pub fn token(&self) -> String {
        let got = self.place.run("-o json token get --client robot --secret 'a secret of the test, long enough' --scope accounts:read");
        got.json()["access_token"].as_str().unwrap().to_owned()
    }
}

pub fn guard(place: &Place) -> Server {
    let mut command = place.command();
    command.env("GUARD_SECRET", "another secret of the test, long enough");
    Server::start(command.arg("guard"))
}

/// Status and body, by `curl`.
pub fn curl(url: &str, token: Option<&str>, more: &[&str]) -> (String, String) {
    let mut command = Command::new("curl");
    command.args([
        "--max-time",
        "20",
        "--silent",
        "--path-as-is",
        "--write-out",
        "\n%{http_code}",
        url,
    ]);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
    }
    let Ended { out, .. } = ended(command.args(more));
    let (body, status) = out.rsplit_once('\n').unwrap();
    (status.to_owned(), body.to_owned())
}
