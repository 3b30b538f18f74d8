//! A log that is not read.

use super::*;

/// A server whose standard error is a pipe that is read up to the line that says it is ready.
struct Unread {
    child: Child,
    /// Until its reader goes away.
    pipe: Option<BufReader<ChildStderr>>,
}

impl Unread {
    fn start(command: &mut Command) -> Self {
        let command = command.env("RUST_LOG", "trace").stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut pipe = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("ready: ") {
            line.clear();
            assert_ne!(pipe.read_line(&mut line).unwrap(), 0, "it ended");
        }
        Self {
            child,
            pipe: Some(pipe),
        }
    }

    /// Asks it to stop, and waits: its exit code.
    fn terminate(&mut self) -> Option<i32> {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(pid, Signal::TERM).unwrap();
        let asked = Instant::now();
        let code = self.child.wait().unwrap().code();
        assert!(asked.elapsed() < Duration::from_secs(12), "it waits");
        code
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn dropped_lines(place: &Place) -> u64 {
    let metrics = get(place, "/metrics");
    let name = "airside_log_lines_dropped ";
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().parse().unwrap()
}

/// D12
#[test]
fn a_server_whose_log_is_not_read_serves_and_stops() {
    let place = Place::new(CONFIGURATION);
    let mut server = Unread::start(
        place
            .command()
            .args(["serve", "--listen", &place.address()]),
    );
    let mut hundreds = 0;
    while hundreds < 20 || dropped_lines(&place) == 0 {
        hundred(&place, "/authorize?client_id=nobody");
        hundreds += 1;
    }
    assert!(get(&place, "/health/live").starts_with("HTTP/1.1 200"));
    assert_eq!(server.terminate(), Some(0));
}

/// D12
#[test]
fn a_guard_whose_log_is_not_read_serves_and_stops() {
    let place = guard();
    let mut guard = Unread::start(place.command().arg("guard"));
    for _ in 0..20 {
        hundred(&place, "/");
    }
    assert!(get(&place, "/elsewhere").starts_with("HTTP/1.1 404"));
    assert_eq!(guard.terminate(), Some(0));
}

/// D12
#[test]
fn a_server_whose_log_is_read_again_says_how_much_is_missing() {
    let place = Place::new(CONFIGURATION);
    let mut server = Unread::start(
        place
            .command()
            .args(["serve", "--listen", &place.address()]),
    );
    while dropped_lines(&place) == 0 {
        hundred(&place, "/authorize?client_id=nobody");
    }
    let (mut line, mut pipe) = (String::new(), server.pipe.take().unwrap());
    while !line.contains("log lines were dropped") {
        line.clear();
        assert_ne!(pipe.read_line(&mut line).unwrap(), 0, "it ended");
    }
    let note: Value = serde_json::from_str(&line).unwrap();
    assert!(note["lines"].as_u64().unwrap() > 0, "{line}");
}

/// D12
#[test]
fn a_server_whose_log_is_closed_serves_and_stops() {
    let place = Place::new(CONFIGURATION);
    let mut server = Unread::start(
        place
            .command()
            .args(["serve", "--listen", &place.address()]),
    );
    server.pipe = None;
    for _ in 0..5 {
        hundred(&place, "/authorize?client_id=nobody");
    }
    assert!(get(&place, "/health/live").starts_with("HTTP/1.1 200"));
    assert!(dropped_lines(&place) > 0);
    assert_eq!(server.terminate(), Some(0));
}
