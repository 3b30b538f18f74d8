//! Every page with commands, followed from its first block to its last, as a newcomer would.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use airside_testkit::{Browser, postgres};

use super::{
    address::Addresses,
    block::{self, Block, Mark},
    ids::Ids,
    person,
    program::{Program, Role},
    shell::{Heard, Shell},
};
use crate::{
    example::built,
    node::KEY,
    server::{AIRSIDE, Place},
};

macro_rules! journeys {
    ($($name:ident: $page:literal,)*) => {
        const PAGES: &[&str] = &[$($page),*];
        $(mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn does_what_it_says_on_sqlite() {
                super::follow($page, None).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn does_what_it_says_on_postgresql() {
                super::follow($page, Some(super::postgres::schema())).await;
            }
        })*
    };
}

journeys! {
    readme: "README.md",
    going_live: "docs/going-live.md",
    guard: "docs/guard/README.md",
    guard_frameworks: "docs/guard/frameworks.md",
    guard_start: "docs/guard/start.md",
    library: "docs/library/README.md",
    audit: "docs/operations/audit.md",
    claims: "docs/operations/claims.md",
    health: "docs/operations/health.md",
    logs: "docs/operations/logs.md",
    reload: "docs/operations/reload.md",
    scaling: "docs/operations/scaling.md",
    usernames: "docs/operations/usernames.md",
    relying_parties: "docs/relying-parties/README.md",
    relying_parties_browser: "docs/relying-parties/browser.md",
    relying_parties_go: "docs/relying-parties/go.md",
    relying_parties_java: "docs/relying-parties/java.md",
    relying_parties_kubernetes: "docs/relying-parties/kubernetes.md",
    relying_parties_node: "docs/relying-parties/node.md",
    relying_parties_others: "docs/relying-parties/others.md",
    relying_parties_proxies: "docs/relying-parties/proxies.md",
    relying_parties_python: "docs/relying-parties/python.md",
    relying_parties_start: "docs/relying-parties/start.md",
}

#[test]
fn every_page_with_commands_is_followed() {
    let pages = block::pages();
    let with_commands = pages
        .iter()
        .filter(|page| block::of(page).iter().any(Block::is_run));
    let with_commands: Vec<_> = with_commands.collect();
    assert_eq!(with_commands, PAGES, "name the page in `journeys!`");
}

/// Follows a page; the issuer's store is this database, or SQLite.
async fn follow(page: &str, store: Option<String>) {
    let blocks = block::of(page);
    let mut reader = Reader::new(page, &blocks, store);
    for block in &blocks {
        reader.read(block).await;
    }
}

/// A reader of a page, in a directory of their own.
struct Reader {
    place: Place,
    /// A directory for programs that the page takes for granted.
    programs: tempfile::TempDir,
    addresses: Addresses,
    shell: Shell,
    running: Vec<Program>,
    /// True if the page starts the issuer itself.
    starts_issuer: bool,
    /// True if its first command was reached.
    has_begun: bool,
    /// Ids in the order in which the page has them, and those that were printed.
    shown_ids: Ids,
    printed_ids: Ids,
}

impl Reader {
    fn new(page: &str, blocks: &[Block], store: Option<String>) -> Self {
        let mut place = Place::new("");
        let programs = tempfile::tempdir().unwrap();
        let addresses = Addresses::new();
        let issuer = addresses.of(Role::Issuer);
        place.set("AIRSIDE_LISTEN", &issuer);
        if let Some(store) = store {
            place.set("AIRSIDE_STORE__URL", &store);
            place.set("AIRSIDE_KEYS__ENCRYPTION_KEY", KEY);
        }
        let is_in = |text: &str| blocks.iter().any(|block| block.text.contains(text));
        let airside = Path::new(AIRSIDE).parent().unwrap();
        let mut path = vec![programs.path().to_owned()];
        // a page that puts the binary on the path does not find it there before
        path.extend((!is_in("export PATH=")).then(|| airside.to_owned()));
        path.extend(env::split_paths(&env::var_os("PATH").unwrap()).filter(|one| one != airside));
        place.set("PATH", env::join_paths(path).unwrap().to_str().unwrap());
        place.set("BINARY", AIRSIDE);
        place.set("REPOSITORY", block::root().to_str().unwrap());
        place.set("CARGO_BINARY", env!("CARGO"));
        place.set("NOTES_BINARY", built("notes").to_str().unwrap());
        place.set("ISSUER", &format!("http://{issuer}"));
        place.set("LISTEN", &addresses.of(Role::Api));
        copy(&given("programs"), programs.path());
        copy(&given(page), place.directory.path());
        let shell = Shell::start(&mut place.within(Command::new("bash")));
        let served = |line: &str| Role::of(line) == Some(Role::Issuer);
        Self {
            starts_issuer: blocks.iter().any(|block| block.text.lines().any(served)),
            place,
            programs,
            addresses,
            shell,
            running: Vec::new(),
            has_begun: false,
            shown_ids: Ids::default(),
            printed_ids: Ids::default(),
        }
    }

    async fn read(&mut self, block: &Block) {
        if let Some(name) = block.file() {
            let text = self.here(&block.text);
            fs::write(self.place.at(name), text).unwrap();
        }
        if !block.is_run() {
            return;
        }
        self.start_what_is_presupposed().await;
        match &*block.language {
            "console" => self.compare(block).await,
            _ => self.run_all(block).await,
        }
    }

    /// Starts an issuer if the page starts none itself, and an API if there is one for the page; then runs
    /// the commands that come before the page.
    async fn start_what_is_presupposed(&mut self) {
        if self.has_begun {
            return;
        }
        self.has_begun = true;
        if !self.starts_issuer {
            self.serve(Role::Issuer, "airside serve").await;
        }
        self.place_guard();
        let at = |name| self.place.at(name);
        let (api, before) = (at("given_api.py"), at("given.sh"));
        if let Ok(text) = fs::read_to_string(&api) {
            fs::write(&api, self.here(&text)).unwrap();
            self.serve(Role::Api, "python3 given_api.py").await;
        }
        if let Ok(text) = fs::read_to_string(before) {
            let (code, printed) = self.run(text.trim()).await;
            assert_eq!(code, 0, "{printed:?}");
        }
    }

    /// Runs the commands of a block. All exit with 0, or some with the code of its mark.
    async fn run_all(&mut self, block: &Block) {
        let mut codes = Vec::new();
        let marked = match &block.mark {
            Some(Mark::Exit(code, without)) => {
                if let Some(file) = without {
                    fs::remove_file(self.place.at(file)).unwrap();
                }
                *code
            }
            _ => 0,
        };
        for command in commands(&block.text) {
            let (code, printed) = self.run(&command).await;
            let (is_expected, at) = ([0, marked].contains(&code), block.at());
            assert!(is_expected, "{at}: `{command}`: {code} {printed:#?}");
            codes.push(code);
        }
        assert!(codes.contains(&marked), "{}: {codes:?}", block.at());
    }

    /// Runs each command behind a `$`, and compares everything that it prints with the page.
    async fn compare(&mut self, block: &Block) {
        let mut printed = Vec::new();
        for command in block
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("$ "))
        {
            printed.push(format!("$ {command}"));
            printed.extend(self.run(command).await.1);
        }
        let printed = printed.iter().map(|line| self.addresses.on_page(line));
        let printed = self.printed_ids.redact(&printed.collect::<Vec<_>>());
        let shown: Vec<_> = block.text.lines().map(str::to_owned).collect();
        let shown = self.shown_ids.redact(&shown);
        assert_eq!(printed, shown, "{}", block.at());
    }

    /// Runs a command: its exit code and its lines.
    async fn run(&mut self, command: &str) -> (i32, Vec<String>) {
        let command = self.here(command);
        if let Some(role) = Role::of(&command) {
            return (0, self.serve(role, &command).await);
        }
        self.shell.begin(&command);
        let mut lines = Vec::new();
        loop {
            match self.shell.hear() {
                Heard::Exit(code) => {
                    // the line break before the exit code
                    lines.pop_if(|last: &mut String| last.is_empty());
                    self.place_guard();
                    return (code, lines);
                }
                Heard::Line(line) => {
                    if line.starts_with("http") && line.contains("/authorize?") {
                        self.sign_in(&line, &command).await;
                    }
                    lines.push(line);
                }
            }
        }
    }

    /// Starts a server and waits until it answers: the lines that it printed.
    async fn serve(&mut self, role: Role, command: &str) -> Vec<String> {
        self.running.retain(|running| running.role != role);
        self.shell.begin("printf '%s' \"$PATH\"");
        let Heard::Line(path) = self.shell.hear() else {
            panic!("the shell has no PATH");
        };
        while !matches!(self.shell.hear(), Heard::Exit(0)) {}
        let mut bash = self.place.within(Command::new("bash"));
        bash.args(["-c", &format!("exec env {command}")])
            .env("PATH", path);
        let url = format!("http://{}", self.addresses.of(role));
        let logs = tempfile::tempdir_in(self.programs.path()).unwrap().keep();
        let program = Program::start(role, &mut bash, &logs, &url).await;
        let printed = program.printed().lines().map(str::to_owned).collect();
        let pid = self.programs.path().join("pid");
        fs::write(pid, program.pid().to_string()).unwrap();
        self.running.push(program);
        printed
    }

    /// Signs in as the person after whom the command's file is named, else as the administrator.
    async fn sign_in(&self, address: &str, command: &str) {
        let file = command.rsplit_once("> ").map(|(_, file)| file.trim());
        let username = file.and_then(|file| file.strip_suffix(".token"));
        if username.is_none() {
            let issuer = self.running.iter().find(|one| one.role == Role::Issuer);
            let said = issuer.unwrap().said();
            let link = said
                .split_whitespace()
                .find(|word| word.contains("/setup?"));
            person::set_up(link.unwrap(), "admin").await;
        }
        let username = username.unwrap_or("admin");
        let back = person::sign_in(&Browser::new(), address, username).await;
        assert_eq!(back.status, 200, "{}", back.text());
    }

    /// Lets a guard whose file was written by a command listen and ask here.
    fn place_guard(&self) {
        let file = self.place.at("guard.toml");
        let Ok(text) = fs::read_to_string(&file) else {
            return;
        };
        let mut own = self.here(&text);
        if !own.lines().any(|line| line.starts_with("listen")) {
            own = self.here("listen = \"127.0.0.1:8090\"\n") + &own;
        }
        if own != text {
            fs::write(file, own).unwrap();
        }
    }

    /// Returns a text of the page with the addresses, paths and process ids of the test.
    fn here(&self, text: &str) -> String {
        let directory = self.place.directory.path().to_str().unwrap();
        let text = text.replace("/backup/", &format!("{directory}/"));
        let last = self.running.last().map(|last| last.pid().to_string());
        let pid = last.as_deref().unwrap_or("PID");
        let text = text.replace("kill -HUP PID", &format!("kill -HUP {pid}"));
        self.addresses.here(&text)
    }
}

/// Returns the commands of a block of shell: a line each, continued lines and functions whole.
fn commands(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let lines = joined.lines().filter(|line| !line.trim().is_empty());
    lines.map(str::to_owned).collect()
}

/// Returns the directory of what a page presupposes.
fn given(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/document/given")
        .join(name)
}

/// Copies the files of a directory, if there is one.
fn copy(from: &Path, to: &Path) {
    let Ok(entries) = fs::read_dir(from) else {
        return;
    };
    for entry in entries.map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
