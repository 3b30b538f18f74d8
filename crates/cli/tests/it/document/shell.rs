//! The terminal of somebody who follows a page: one shell, whose variables stay.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// A shell that runs one command after the other.
pub struct Shell {
    child: Child,
    input: ChildStdin,
    lines: mpsc::Receiver<String>,
}

/// The output of a command, line by line, and its end.
pub enum Heard {
    Line(String),
    Exit(i32),
}

impl Shell {
    /// Starts `bash`, which is prepared as `command`.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            output
                .map_while(Result::ok)
                .for_each(|line| drop(sender.send(line)))
        });
        let mut shell = Self {
            child,
            input,
            lines,
        };
        shell.write("exec 2>&1\n");
        shell
    }

    /// Begins a command; what comes from it is heard next, up to its exit code.
    pub fn begin(&mut self, command: &str) {
        self.write(&format!(
            "{{ {command}\n}} </dev/null; printf '\\n{END}%s\\n' $?\n"
        ));
    }

    /// Returns the next line, or the end.
    ///
    /// # Panics
    ///
    /// If nothing comes for a minute, or the shell ends.
    pub fn hear(&self) -> Heard {
        let line = self.lines.recv_timeout(Duration::from_secs(60));
        let line = line.expect("the command neither prints nor ends");
        match line.strip_prefix(END) {
            Some(code) => Heard::Exit(code.parse().unwrap()),
            None => Heard::Line(line),
        }
    }

    fn write(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).unwrap();
        self.input.flush().unwrap();
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

const END: &str = "exit code of the command: ";
