use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use clap::{Command, CommandFactory, Parser as _};

use super::Arguments;

#[test]
fn the_command_line_is_well_formed() {
    Arguments::command().debug_assert();
}

#[test]
fn every_argument_is_explained() {
    fn explain(command: &Command) {
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string);
            let (command, id) = (command.get_name(), argument.get_id());
            assert!(help.is_some_and(|help| !help.is_empty()), "{command} {id}");
        }
        command.get_subcommands().for_each(explain);
    }
    explain(&Arguments::command());
}

#[test]
fn json_is_asked_for_in_every_spelling() {
    let wants = |line: &str| super::wants_json(line.split(' ').map(str::to_owned));
    for line in [
        "airside -o json x",
        "airside x --output json",
        "airside x --output=json",
        "a -ojson",
    ] {
        assert!(wants(line), "{line}");
    }
    for line in [
        "airside x",
        "airside -o table json",
        "airside client show json",
    ] {
        assert!(!wants(line), "{line}");
    }
}

/// Each `airside` of a block of shell in the documents is a command line that there is.
#[test]
fn the_commands_of_the_documents_are_commands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tried = 0;
    for page in pages(&root) {
        let text = fs::read_to_string(&page).unwrap();
        for line in commands(&text) {
            let words = words(&line);
            tried += 1;
            if let Err(error) = Arguments::try_parse_from(&words)
                && error.use_stderr()
            {
                panic!("{}: `{line}`: {error}", page.display());
            }
        }
    }
    assert!(tried > 40, "{tried}");
}

fn pages(root: &Path) -> Vec<PathBuf> {
    let mut pages = vec![root.join("README.md")];
    let mut directories = vec![root.join("docs")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => directories.push(path),
                false => pages.extend(
                    path.extension()
                        .is_some_and(|md| md == "md")
                        .then_some(path),
                ),
            }
        }
    }
    pages
}

/// The lines that run `airside`, of blocks of shell: continued lines are one, what follows a pipe and the like
/// is another.
fn commands(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_shell = false;
    for line in text.replace("\\\n", " ").lines() {
        if let Some(language) = line.trim().strip_prefix("```") {
            in_shell = ["sh", "console", "bash"].contains(&language.trim());
            continue;
        }
        if !in_shell {
            continue;
        }
        for part in line.split(['|', ';', '&', '`', '(', ')', '>', '<', '#']) {
            let mut part = part.trim().trim_start_matches("$ ").trim();
            // variables before the command
            while let Some((word, rest)) = part.split_once(' ')
                && word.contains('=')
                && !word.starts_with(['-', '"'])
            {
                part = rest.trim();
            }
            if part == "airside" || part.starts_with("airside ") {
                found.push(part.to_owned());
            }
        }
    }
    found
}

/// Splits as a shell does, as far as the documents need it.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

/// `UPDATE_REFERENCE=1` writes the file again.
#[test]
fn the_command_line_reference_is_what_the_binary_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/cli.md");
    let text = reference();
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "run this test with UPDATE_REFERENCE=1 and commit the file"
    );
}

fn reference() -> String {
    let mut command = Arguments::command().term_width(100);
    command.build();
    let mut text = String::from(HEAD);
    describe(&command, "airside", &mut text);
    text
}

fn describe(command: &Command, name: &str, text: &mut String) {
    if command.get_subcommands().next().is_none() {
        let help = command.clone().bin_name(name).render_help().to_string();
        writeln!(text, "## {name}\n\n```text\n{}\n```\n", help.trim_end()).unwrap();
    }
    for sub in command
        .get_subcommands()
        .filter(|sub| sub.get_name() != "help")
    {
        describe(sub, &format!("{name} {}", sub.get_name()), text);
    }
}

const HEAD: &str = "<!-- tested by the_command_line_reference_is_what_the_binary_says -->
# Command line\n
Generated from the binary. Global flags may stand before or after the command. Results go to standard
output, everything else to standard error; `NO_COLOR` is honoured. A secret argument is text, `@FILE`,
`-` (standard input) or `env:NAME`.

| exit code | means |
|---|---|
| 0 | done |
| 1 | failed |
| 2 | bad usage or configuration |
| 3 | not found |
| 4 | refused |
| 5 | conflict |
| 6 | no server answers |
| 7 | a check found problems |

Administration commands talk to the running server over the Unix socket in its data directory; only the
owner of that directory, and root, may.

";
