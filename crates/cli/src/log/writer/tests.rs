use std::{
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Instant,
};

use serde_json::Value;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;

/// A sink that takes no byte before it is told to, and then what `room` allows.
#[derive(Clone)]
struct Sink {
    opened: Arc<Mutex<mpsc::Receiver<()>>>,
    written: Arc<Mutex<Vec<u8>>>,
    room: Arc<Mutex<usize>>,
}

impl Sink {
    /// A sink, and what opens it when it is dropped.
    fn closed() -> (Self, mpsc::Sender<()>) {
        let (sender, receiver) = mpsc::channel();
        let sink = Self {
            opened: Arc::new(Mutex::new(receiver)),
            written: Arc::default(),
            room: Arc::new(Mutex::new(usize::MAX)),
        };
        (sink, sender)
    }

    fn lines(&self) -> Vec<String> {
        let written = self.written.lock().unwrap();
        let text = String::from_utf8(written.clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // an error once the sender is gone
        let _ = self.opened.lock().unwrap().recv();
        let mut room = self.room.lock().unwrap();
        let taken = bytes.len().min(*room);
        if taken == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        *room -= taken;
        self.written.lock().unwrap().extend(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn writer(queue: &Queue, sink: &Sink) -> Writer<Sink> {
    let throttle = Throttle::new(Instant::now);
    Writer::new(
        queue.clone(),
        throttle,
        Notes::new(Format::Json),
        sink.clone(),
    )
}

fn note(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// D12
#[test]
fn while_nothing_is_read_nobody_waits_and_afterwards_one_line_says_what_is_missing() {
    let (sink, opened) = Sink::closed();
    let queue = Queue::default();
    let writer = writer(&queue, &sink);
    let thread = thread::spawn(move || writer.run());
    let pushed = 50_000;
    for number in 0..pushed {
        queue.push(format!("{number}\n").into_bytes());
    }
    queue.close(Duration::from_millis(1));
    let dropped = queue.dropped().load(Ordering::Relaxed);
    assert!(dropped > 0 && dropped < pushed);
    drop(opened);
    thread.join().unwrap();
    let lines = sink.lines();
    let notes: Vec<_> = lines.iter().filter(|line| line.starts_with('{')).collect();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert_eq!(note(notes[0])["message"], "log lines were dropped");
    assert_eq!(note(notes[0])["lines"], dropped);
    assert_eq!(lines.len() as u64, pushed - dropped + 1);
}

/// D12
#[test]
fn a_full_disk_drops_lines_and_when_there_is_room_again_a_new_line_begins() {
    let (sink, opened) = Sink::closed();
    drop(opened);
    let queue = Queue::default();
    let mut writer = writer(&queue, &sink);
    *sink.room.lock().unwrap() = 10;
    for line in ["first\n", "second\n", "third\n"] {
        queue.push(line.as_bytes().to_vec());
    }
    writer.step(Duration::ZERO);
    assert_eq!(sink.lines(), ["first", "seco"]);
    assert_eq!(queue.dropped().load(Ordering::Relaxed), 2);
    *sink.room.lock().unwrap() = usize::MAX;
    queue.push(b"fourth\n".to_vec());
    writer.step(Duration::ZERO);
    writer.step(Duration::ZERO);
    let lines = sink.lines();
    assert_eq!(lines[..3], ["first", "seco", "fourth"]);
    assert_eq!(note(&lines[3])["lines"], 2);
    assert_eq!(lines.len(), 4, "told once");
}

/// D11
#[test]
fn what_was_suppressed_is_summed_up_at_the_end_as_well() {
    let (sink, opened) = Sink::closed();
    drop(opened);
    let queue = Queue::default();
    let writer = writer(&queue, &sink);
    let throttle = writer.throttle.clone();
    let subscriber = tracing_subscriber::registry().with(throttle);
    let dispatch = subscriber.with(Format::Json.lines(queue.clone())).into();
    dispatcher::with_default(&dispatch, || {
        for number in 0..1000 {
            tracing::warn!(number, "refused");
        }
    });
    queue.close(Duration::ZERO);
    writer.run();
    let lines = sink.lines();
    assert_eq!(lines.len(), 15 + 1);
    assert_eq!(note(&lines[0])["number"], 0, "a single one is whole");
    let summary = note(&lines[15]);
    assert_eq!(summary["message"], "similar log lines were suppressed");
    assert_eq!(summary["suppressed"], 1000 - 15);
    assert_eq!(summary["cause"], "refused");
    assert_eq!(summary["level"], "WARN");
}

#[test]
fn lines_are_written_together_while_a_pipe_keeps_them_whole() {
    let third = vec![b'x'; MAX_LINE_BYTES / 3];
    assert_eq!(how_many_together(&[third.clone(), third.clone()]), 2);
    assert_eq!(how_many_together(&vec![third.clone(); 4]), 3);
    let long = vec![b'x'; MAX_LINE_BYTES + 1];
    assert_eq!(how_many_together(&[long, third]), 1);
}
