//! The first page of the guard's documentation, followed to the letter.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use airside_testkit::Browser;

use crate::server::{AIRSIDE, Place, Server, ended};

const PAGE: &str = include_str!("../../../../docs/guard/start.md");

/// The addresses on the page: the issuer's, the guard's and the API's.
const ADDRESSES: [&str; 3] = ["127.0.0.1:8080", "127.0.0.1:8090", "127.0.0.1:9000"];

/// A reader of the page, in a directory of their own.
struct Reader {
    place: Place,
    /// What the addresses of the page are here.
    addresses: [String; 3],
    servers: Vec<Server>,
    /// The variables and functions that later commands use.
    shell: String,
    commands: usize,
}

/// One block of the page.
struct Block {
    language: &'static str,
    text: &'static str,
}

impl Reader {
    fn new() -> Self {
        let mut place = Place::new("");
        let addresses = [
            place.address(),
            Place::new("").address(),
            Place::new("").address(),
        ];
        let own = Path::new(AIRSIDE).parent().unwrap().to_str().unwrap();
        let path = env::var("PATH").unwrap();
        place.set("PATH", &format!("{own}:{path}"));
        // the page leaves the issuer at its default address
        place.set("AIRSIDE_LISTEN", &addresses[0]);
        Self {
            place,
            addresses,
            servers: Vec::new(),
            shell: String::new(),
            commands: 0,
        }
    }

    async fn follow(&mut self, block: &Block) {
        let text = block.text.trim_end();
        match (block.language, block.file()) {
            (_, Some(name)) => self.write(name, block.text),
            ("console", None) => self.compare(text),
            ("sh", None) => self.run(text).await,
            // part of an API in a framework
            _ => {}
        }
    }

    async fn run(&mut self, text: &str) {
        if ["airside serve", "python3 api.py", "airside guard"].contains(&text) {
            let exec = format!("exec {text}");
            self.servers.push(Server::start(&mut self.bash(&exec)));
        } else if text.contains("--code") {
            self.sign_in(text).await;
        } else if text.contains("call()") {
            self.shell = self.here(text) + "\n";
        } else {
            let ended = ended(&mut self.bash(text));
            assert_eq!(ended.code, 0, "{text}: {}", ended.err);
        }
    }

    fn write(&self, name: &str, text: &str) {
        let [_, _, api] = &self.addresses;
        let port = api.rsplit(':').next().unwrap();
        // the port stands apart from the address in it
        let text = match name {
            "api.py" => text.replace("9000", port),
            _ => self.here(text),
        };
        fs::write(self.place.directory.path().join(name), text).unwrap();
    }

    /// Runs each command behind a `$`, and compares everything that it prints with the page.
    fn compare(&mut self, text: &str) {
        let mut printed = Vec::new();
        for command in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
            self.commands += 1;
            let script = format!("exec 2>&1\n{}{}", self.shell, self.here(command));
            let out = self.as_on_the_page(ended(&mut self.bash(&script)).out);
            printed.push(format!("$ {command}"));
            printed.extend(out.lines().map(|line| line.trim_end().to_owned()));
        }
        let expected: Vec<_> = text.lines().map(str::trim_end).collect();
        assert_eq!(printed, expected);
    }

    /// Runs a command that waits for a browser, and signs in as the person after whom its file is
    /// named.
    async fn sign_in(&self, command: &str) {
        let (_, file) = command.rsplit_once("> ").unwrap();
        let username = file.strip_suffix(".token").unwrap();
        let mut child = self.bash(command).stderr(Stdio::piped()).spawn().unwrap();
        let remarks = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut remarks = remarks.map_while(Result::ok);
        let address = remarks.find(|line| line.starts_with("http")).unwrap();
        let [issuer, ..] = &self.addresses;
        let at = |path: &str| format!("http://{issuer}{path}");
        let browser = Browser::new();
        let page = browser.get(&address).await;
        let page = browser.get(page.header("location")).await;
        let fields = [
            ("interaction", &*page.hidden("interaction")),
            ("username", username),
            ("password", "correct horse battery"),
        ];
        let signed_in = browser.post(&at("/sign-in"), &fields).await;
        let page = browser.get(signed_in.header("location")).await;
        let page = browser.get(page.header("location")).await;
        let interaction = page.hidden("interaction");
        let fields = [("interaction", &*interaction), ("decision", "allow")];
        let allowed = browser.post(&at("/consent"), &fields).await;
        assert_eq!(browser.get(allowed.header("location")).await.status, 200);
        assert!(child.wait().unwrap().success());
    }

    fn bash(&self, script: &str) -> Command {
        let mut command = self.place.within(Command::new("bash"));
        command.args(["-c", script]);
        command
    }

    /// A text of the page, with the addresses of the test.
    fn here(&self, text: &str) -> String {
        let pairs = ADDRESSES.iter().zip(&self.addresses);
        pairs.fold(text.to_owned(), |text, (page, own)| text.replace(page, own))
    }

    /// What was printed, with the ids of the page.
    fn as_on_the_page(&self, printed: String) -> String {
        ["alice", "bob"].iter().fold(printed, |printed, name| {
            let shown = self.place.run(&["-o", "json", "user", "show", name]);
            // no server answers before the first start
            if shown.code != 0 {
                return printed;
            }
            let own = shown.json()["id"].as_str().unwrap().to_owned();
            printed.replace(&own, subject_on_the_page(name))
        })
    }
}

impl Block {
    /// The name of the file that this block is, by its first line.
    fn file(&self) -> Option<&'static str> {
        let name = self.text.lines().next()?.strip_prefix("# ")?;
        let is_name = name.ends_with(".toml") || name.ends_with(".py");
        (is_name && !name.contains(' ')).then_some(name)
    }
}

fn blocks() -> impl Iterator<Item = Block> {
    let fenced = PAGE.split("```").skip(1).step_by(2);
    fenced.map(|block| {
        let (language, text) = block.split_once('\n').unwrap();
        Block { language, text }
    })
}

/// The second column of `airside user list` on the page.
fn subject_on_the_page(name: &str) -> &'static str {
    let mut rows = PAGE.lines().map(str::split_whitespace);
    let row = rows.find(|row| row.clone().next() == Some(name));
    row.unwrap().nth(1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_about_the_guard_does_what_it_says() {
    let mut reader = Reader::new();
    for block in blocks() {
        reader.follow(&block).await;
    }
    assert_eq!(reader.servers.len(), 3);
    assert!(reader.commands > 15, "{}", reader.commands);
    // what the page promises
    for promise in [
        " 401\n",
        "} 200\n",
        "{\"error\":\"not_found\"} 404\n",
        " 403\n",
    ] {
        assert!(PAGE.contains(promise), "{promise}");
    }
}
