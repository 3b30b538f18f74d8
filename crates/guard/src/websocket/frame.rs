//! The ends of frames (RFC 6455 §5.2).

/// Tracks the boundaries of frames in one direction (RFC 6455 §5.2).
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// The bytes of a frame's head so far.
    head: Vec<u8>,
    /// The bytes of its payload that are still to come.
    payload: u64,
}

impl Frames {
    pub(super) fn is_between(&self) -> bool {
        self.head.is_empty() && self.payload == 0
    }

    /// Reads the next bytes; returns the end of the last complete frame among them.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut between = None;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.payload > 0 {
                at += self.skip(bytes.len() - at);
            } else {
                self.head.push(*byte);
                at += 1;
                if let Some(payload) = payload_of(&self.head) {
                    self.head.clear();
                    self.payload = payload;
                }
            }
            if self.is_between() {
                between = Some(at);
            }
        }
        between
    }

    /// Skips what is there of a payload, and returns its length.
    fn skip(&mut self, available: usize) -> usize {
        let skipped = self.payload.min(available as u64);
        self.payload -= skipped;
        usize::try_from(skipped).unwrap_or(usize::MAX)
    }
}

/// Returns the length of the payload, once the head is complete.
fn payload_of(head: &[u8]) -> Option<u64> {
    let [_, second, rest @ ..] = head else {
        return None;
    };
    let mask = if second & MASKED == 0 { 0 } else { 4 };
    let (length, extended) = match second & !MASKED {
        126 => (number(rest.get(..2)?), 2),
        127 => (number(rest.get(..8)?), 8),
        short => (u64::from(short), 0),
    };
    (rest.len() == extended + mask).then_some(length)
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

pub(super) const MASKED: u8 = 0x80;
