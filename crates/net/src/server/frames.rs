//! HTTP/2 frames that are counted: those that want an answer without being a request, and the pieces
//! of bodies (RFC 9113 §10.5).

use super::piece::Pieces;

/// The frames of one connection, as far as its bytes have been seen.
#[derive(Debug)]
pub(super) struct Frames {
    /// The beginning of a frame's head; the rest has not arrived.
    head: [u8; HEAD],
    has: usize,
    /// Of a payload, or of the preface: what is not looked at.
    skip: usize,
    wanting: u64,
    pieces: Pieces,
}

impl Default for Frames {
    /// Begins after the first line of the preface.
    fn default() -> Self {
        Self {
            head: [0; HEAD],
            has: 0,
            skip: REST_OF_PREFACE.len(),
            wanting: 0,
            pieces: Pieces::default(),
        }
    }
}

impl Frames {
    /// Looks at the next bytes.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.skip > 0 {
                let (skipped, later) = rest.split_at(self.skip.min(rest.len()));
                self.skip -= skipped.len();
                rest = later;
                continue;
            }
            let (now, later) = rest.split_at(rest.len().min(HEAD - self.has));
            for (to, from) in self.head.iter_mut().skip(self.has).zip(now) {
                *to = *from;
            }
            self.has += now.len();
            rest = later;
            if self.has == HEAD {
                self.end_head();
            }
        }
    }

    /// How many PING and SETTINGS frames have come that are no answer themselves.
    pub(super) const fn wanting(&self) -> u64 {
        self.wanting
    }

    /// Returns the pieces of bodies that have come since the last call.
    pub(super) fn take_pieces(&mut self) -> Pieces {
        self.pieces.take()
    }

    fn end_head(&mut self) {
        let [high, middle, low, kind, flags, ..] = self.head;
        self.skip = u32::from_be_bytes([0, high, middle, low]) as usize;
        self.has = 0;
        match kind {
            SETTINGS | PING if flags & ACK == 0 => self.wanting += 1,
            HEADERS => self.pieces.begin_request(),
            DATA => self.pieces.add(self.skip as u64),
            _ => {}
        }
    }
}

const HEAD: usize = 9;
const REST_OF_PREFACE: &[u8] = b"\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).unwrap();
        [&[0, 0, length, kind, flags, 0, 0, 0, 1], payload].concat()
    }

    #[test]
    fn frames_are_counted_wherever_the_bytes_are_cut() {
        let bytes = [
            REST_OF_PREFACE.to_vec(),
            frame(SETTINGS, 0, &[4; 12]),
            frame(SETTINGS, ACK, &[]),
            frame(1, 5, &[PING; 100]),
            frame(PING, 0, &[0; 8]),
            frame(PING, ACK, &[0; 8]),
            frame(0, 0, &[]),
            frame(PING, 0, &[6; 8]),
        ]
        .concat();
        for size in 1..=bytes.len() {
            let mut frames = Frames::default();
            bytes.chunks(size).for_each(|piece| frames.read(piece));
            assert_eq!(frames.wanting(), 3, "in pieces of {size}");
        }
    }
}
