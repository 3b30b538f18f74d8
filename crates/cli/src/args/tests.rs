use std::{fmt::Write, fs, path::Path};

use clap::{Command, CommandFactory};

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

/// `UPDATE_REFERENCE=1` writes the file anew.
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

const HEAD: &str = "# Command line\n
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
