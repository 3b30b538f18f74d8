//! HTTP/2 frames that are counted: those that want an answer without being a request, and the pieces
//! of bodies (RFC 9113 §10.5). And header blocks, of which the target is looked at.

use super::{hpack, piece::Pieces};

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
    /// The payload of the frame of headers that is read, if it is one.
    headers: Option<Vec<u8>>,
    /// Of the header block, what its frames have brought.
    block: Vec<u8>,
    is_malformed: bool,
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
            headers: None,
            block: Vec::new(),
            is_malformed: false,
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
                if let Some(headers) = &mut self.headers {
                    headers.extend_from_slice(skipped);
                }
                if self.skip == 0 {
                    self.end_headers();
                }
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
                if self.skip == 0 {
                    self.end_headers();
                }
            }
        }
    }

    /// The number of PING and SETTINGS frames received that are not acknowledgements.
    pub(super) const fn wanting(&self) -> u64 {
        self.wanting
    }

    /// Returns the pieces of bodies that have come since the last call.
    pub(super) fn take_pieces(&mut self) -> Pieces {
        self.pieces.take()
    }

    /// Makes room for the payload that comes; a longer one than a block may be is not kept.
    fn payload(&mut self) -> Option<Vec<u8>> {
        self.is_malformed |= self.skip > MAX_BLOCK_BYTES;
        (!self.is_malformed).then(Vec::new)
    }

    /// Returns true if a request has a target that HTTP/1 refuses.
    pub(super) const fn is_malformed(&self) -> bool {
        self.is_malformed
    }

    /// Takes a frame of headers that is whole (RFC 9113 §6.2, §6.10).
    fn end_headers(&mut self) {
        let Some(payload) = self.headers.take() else {
            return;
        };
        let [_, _, _, kind, flags, ..] = self.head;
        let fragment = match kind {
            HEADERS => fragment(&payload, flags).unwrap_or_default(),
            _ => &payload,
        };
        self.block.extend_from_slice(fragment);
        if flags & END_HEADERS != 0 {
            let block = std::mem::take(&mut self.block);
            self.is_malformed |= hpack::has_fragment(&block);
        }
        // more than any server takes
        self.is_malformed |= self.block.len() > MAX_BLOCK_BYTES;
        if self.is_malformed {
            self.block = Vec::new();
        }
    }

    fn end_head(&mut self) {
        let [high, middle, low, kind, flags, ..] = self.head;
        self.skip = u32::from_be_bytes([0, high, middle, low]) as usize;
        self.has = 0;
        match kind {
            SETTINGS | PING if flags & ACK == 0 => self.wanting += 1,
            HEADERS => {
                self.pieces.begin_request();
                self.headers = self.payload();
            }
            CONTINUATION => self.headers = self.payload(),
            DATA => self.pieces.add(self.skip as u64),
            _ => {}
        }
    }
}

/// The part of a HEADERS frame that is of the header block.
fn fragment(payload: &[u8], flags: u8) -> Option<&[u8]> {
    let (padding, rest) = match flags & PADDED {
        0 => (0, payload),
        _ => {
            let (padding, rest) = payload.split_first()?;
            (usize::from(*padding), rest)
        }
    };
    let rest = rest.get(..rest.len().checked_sub(padding)?)?;
    match flags & PRIORITY {
        0 => Some(rest),
        _ => rest.get(5..),
    }
}

const HEAD: usize = 9;
/// A frame has 16 KiB at most (RFC 9113 §4.2), and a header list too.
const MAX_BLOCK_BYTES: usize = 64 * 1024;
const REST_OF_PREFACE: &[u8] = b"\r\nSM\r\n\r\n";
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const CONTINUATION: u8 = 9;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;
const PADDED: u8 = 8;
const PRIORITY: u8 = 0x20;

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

    /// G19
    #[test]
    fn a_fragment_is_found_wherever_the_block_is_cut() {
        let path = [&[0x82, 0x04, 4][..], b"/a#b"].concat();
        let (start, end) = path.split_at(4);
        let padded = [&[2][..], &path, &[0; 2]].concat();
        let prioritized = [&[0; 5][..], &path].concat();
        for (frames, expected) in [
            (frame(HEADERS, END_HEADERS, &path), true),
            (frame(HEADERS, END_HEADERS | PADDED, &padded), true),
            (frame(HEADERS, END_HEADERS | PRIORITY, &prioritized), true),
            (
                [
                    frame(HEADERS, 0, start),
                    frame(CONTINUATION, END_HEADERS, end),
                ]
                .concat(),
                true,
            ),
            (
                [
                    frame(HEADERS, 0, &path),
                    frame(CONTINUATION, END_HEADERS, &[]),
                ]
                .concat(),
                true,
            ),
            // the controls: in a body, and in another field
            (frame(DATA, 0, &path), false),
            (frame(HEADERS, END_HEADERS, &[0x82, 0x02, 1, b'#']), false),
        ] {
            let bytes = [REST_OF_PREFACE, &frames, &frame(PING, 0, &[0; 8])].concat();
            for size in 1..=bytes.len() {
                let mut frames = Frames::default();
                bytes.chunks(size).for_each(|piece| frames.read(piece));
                assert_eq!(frames.is_malformed(), expected, "in pieces of {size}");
                assert_eq!(frames.wanting(), 1);
            }
        }
    }
}
