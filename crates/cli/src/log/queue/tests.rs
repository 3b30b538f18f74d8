use super::*;

fn texts(queue: &Queue) -> Vec<String> {
    let (lines, _) = queue.take(Duration::ZERO);
    let lines = lines.into_iter();
    lines.map(|line| String::from_utf8(line).unwrap()).collect()
}

fn dropped(queue: &Queue) -> u64 {
    queue.dropped().load(Ordering::Relaxed)
}

#[test]
fn lines_come_out_in_their_order_and_make_room() {
    let queue = Queue::default();
    for round in 0..3 {
        for number in 0..MAX_LINES {
            queue.push(format!("{round} {number}\n").into_bytes());
        }
        let lines = texts(&queue);
        assert_eq!(lines.len(), MAX_LINES);
        assert_eq!(lines[1], format!("{round} 1\n"));
    }
    assert_eq!(dropped(&queue), 0);
}

/// D12
#[test]
fn more_lines_or_bytes_than_it_holds_are_dropped_and_counted() {
    let queue = Queue::default();
    for _ in 0..MAX_LINES + 3 {
        queue.push(b"line\n".to_vec());
    }
    assert_eq!(dropped(&queue), 3);
    assert_eq!(texts(&queue).len(), MAX_LINES);
    let most = MAX_BYTES / MAX_LINE_BYTES;
    for _ in 0..most + 2 {
        queue.push(vec![b'x'; MAX_LINE_BYTES]);
    }
    assert_eq!(dropped(&queue), 3 + 2);
    assert_eq!(texts(&queue).len(), most);
}

/// D11: who sends chooses what some lines quote.
#[test]
fn a_long_line_is_shortened_and_stays_a_line_of_its_format() {
    let queue = Queue::default();
    queue.push(format!("{}\n", "ü".repeat(10_000)).into_bytes());
    let object = serde_json::json!({
        "message": "short", "path": "\u{1}".repeat(10_000), "span": { "name": "x".repeat(10_000) },
    });
    queue.push(format!("{object}\n").into_bytes());
    let lines = texts(&queue);
    for line in &lines {
        assert!(line.len() <= MAX_LINE_BYTES, "{}", line.len());
        assert_eq!(line.find('\n'), Some(line.len() - 1));
    }
    assert!(lines[0].ends_with("ü…\n"));
    let object: Value = serde_json::from_str(&lines[1]).unwrap();
    assert_eq!(object["message"], "short");
    assert!(object["path"].as_str().unwrap().ends_with("\u{1}…"));
}

/// D12
#[test]
fn closing_does_not_wait_for_a_writer_that_is_not_there() {
    let queue = Queue::default();
    queue.push(b"line\n".to_vec());
    queue.close(Duration::from_millis(1));
    let (lines, state) = queue.take(Duration::from_secs(60));
    assert_eq!((lines.len(), state), (1, State::Closing));
}
