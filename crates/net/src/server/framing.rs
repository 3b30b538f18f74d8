//! The boundaries of HTTP/1.1 requests, read as strictly as the standard allows.
//!
//! hyper parses requests; this module reads the same bytes first and refuses everything that two
//! servers could delimit differently (request smuggling): two lengths, a coding other than `chunked`,
//! a line that ends without CR, a folded line, a chunk with an extension, a target with a fragment.
//! RFC 9112 §6.3 lets a recipient repair some of them; a refusal is safe behind every other server.

use memchr::{memchr, memchr2};

use super::{frames::Frames, listener::Protocol, piece::Pieces};

/// The framing of one connection, as far as its bytes have been seen.
#[derive(Debug, Default)]
pub(super) struct Framing {
    state: State,
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    length: Length,
    frames: Frames,
    pieces: Pieces,
    /// The protocols that may be spoken, and whether another one was.
    protocol: Protocol,
    is_other_protocol: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the first request: it may be HTTP/2.
    #[default]
    Start,
    RequestLine,
    Fields,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    /// HTTP/2: its frames are counted.
    Frames,
    /// Another protocol after an upgrade: not ours to read.
    Opaque,
    Malformed,
}

/// The declared length of a request's body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Length {
    #[default]
    Unsaid,
    Bytes(u64),
    Chunked,
}

/// The position where bytes stop being a well-formed request: those before may be passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MalformedAt(pub(super) usize);

impl Framing {
    /// Begins a connection on which this protocol was agreed.
    pub(super) fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            ..Self::default()
        }
    }

    /// Looks at the next bytes of the connection.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Result<(), MalformedAt> {
        let mut rest = bytes;
        while !rest.is_empty() && self.state != State::Opaque {
            match self.step(rest) {
                Some(taken) => rest = rest.get(taken..).unwrap_or_default(),
                None => {
                    self.state = State::Malformed;
                    // the line's end is the first byte that must not arrive
                    let line = memchr(b'\n', rest).unwrap_or(0);
                    return Err(MalformedAt(bytes.len() - rest.len() + line));
                }
            }
        }
        Ok(())
    }

    /// The connection speaks another protocol from here on.
    pub(super) fn switch(&mut self) {
        self.state = State::Opaque;
    }

    /// Returns the number of frames received that require an answer and are not requests.
    pub(super) fn wanting(&self) -> u64 {
        self.frames.wanting()
    }

    /// Returns the pieces of bodies that have come since the last call.
    pub(super) fn take_pieces(&mut self) -> Pieces {
        match self.state {
            State::Frames => self.frames.take_pieces(),
            _ => self.pieces.take(),
        }
    }

    pub(super) fn is_http2(&self) -> bool {
        self.state == State::Frames
    }

    /// Returns true if it began with another protocol than the one agreed on.
    pub(super) fn is_other_protocol(&self) -> bool {
        self.is_other_protocol
    }

    /// Returns true if the bytes so far end within a request, or at an unknown boundary; HTTP/1 only.
    pub(super) fn is_within_request(&self) -> bool {
        match self.state {
            State::Start | State::RequestLine => !self.line.is_empty(),
            State::Frames | State::Opaque => false,
            _ => true,
        }
    }

    pub(super) fn is_malformed(&self) -> bool {
        self.state == State::Malformed || self.frames.is_malformed()
    }

    /// Takes a line, or a piece of a body: how many bytes; `None` if they are malformed.
    fn step(&mut self, rest: &[u8]) -> Option<usize> {
        let piece =
            |left: u64| usize::try_from(left).map_or(rest.len(), |left| left.min(rest.len()));
        match self.state {
            State::Malformed => None,
            State::Opaque => Some(rest.len()),
            State::Frames => {
                self.frames.read(rest);
                Some(rest.len())
            }
            State::Body(left) => {
                let taken = piece(left);
                self.state = match left - taken as u64 {
                    0 => State::RequestLine,
                    left => State::Body(left),
                };
                Some(taken)
            }
            State::Chunk(left) => {
                let taken = piece(left);
                self.state = match left - taken as u64 {
                    0 => State::ChunkEnd,
                    left => State::Chunk(left),
                };
                Some(taken)
            }
            _ => self.line(rest),
        }
    }

    fn line(&mut self, rest: &[u8]) -> Option<usize> {
        let Some(end) = memchr(b'\n', rest) else {
            // a line that is longer is refused by hyper, as a header that is too large
            let room = MAX_LINE.saturating_sub(self.line.len());
            self.line.extend(rest.iter().take(room));
            return Some(rest.len());
        };
        let (piece, _) = rest.split_at_checked(end)?;
        if self.line.is_empty() {
            self.end_line(piece)?;
        } else {
            let mut line = std::mem::take(&mut self.line);
            line.extend_from_slice(piece);
            self.end_line(&line)?;
        }
        Some(end + 1)
    }

    /// Reads a line without its LF.
    fn end_line(&mut self, line: &[u8]) -> Option<()> {
        // RFC7301-3.2: what was agreed on is what is spoken
        if self.state == State::Start && !self.protocol.allows(line.starts_with(b"PRI * HTTP/2")) {
            self.is_other_protocol = true;
            return None;
        }
        let line = line.strip_suffix(b"\r")?;
        if memchr(b'\r', line).is_some() {
            return None;
        }
        self.state = match (self.state, line) {
            (State::Start, b"PRI * HTTP/2.0") => State::Frames,
            // RFC9112-2.2: an empty line before a request is ignored
            (State::Start | State::RequestLine, b"") => State::RequestLine,
            // RFC9112-3.2: a target has no fragment; hyper would drop it, others read it as the path
            (State::Start | State::RequestLine, line) if memchr(b'#', line).is_none() => {
                self.length = Length::Unsaid;
                self.pieces.begin_request();
                State::Fields
            }
            (State::Fields, b"") => match self.length {
                Length::Unsaid | Length::Bytes(0) => State::RequestLine,
                Length::Bytes(length) => State::Body(length),
                Length::Chunked => State::ChunkSize,
            },
            (State::Fields, line) => {
                self.field(line)?;
                State::Fields
            }
            (State::ChunkSize, line) => match chunk_size(line)? {
                0 => State::Trailers,
                size => {
                    self.pieces.add(size);
                    State::Chunk(size)
                }
            },
            (State::ChunkEnd, b"") => State::ChunkSize,
            (State::Trailers, b"") => State::RequestLine,
            (State::Trailers, line) if !line.starts_with(b" ") && !line.starts_with(b"\t") => {
                State::Trailers
            }
            _ => return None,
        };
        Some(())
    }

    fn field(&mut self, line: &[u8]) -> Option<()> {
        let colon = memchr(b':', line)?;
        let (name, value) = line.split_at_checked(colon)?;
        // a folded line begins with one, and some servers take `Name :` for `Name:`
        if name.is_empty() || memchr2(b' ', b'\t', name).is_some() {
            return None;
        }
        let said = if name.eq_ignore_ascii_case(b"content-length") {
            Length::Bytes(number(value.get(1..)?.trim_ascii(), 10)?)
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            let value = value.get(1..)?.trim_ascii();
            value
                .eq_ignore_ascii_case(b"chunked")
                .then_some(Length::Chunked)?
        } else {
            return Some(());
        };
        // RFC9112-6.3: two lengths may be an attempt at smuggling
        if self.length != Length::Unsaid {
            return None;
        }
        self.length = said;
        Some(())
    }
}

/// RFC 9112 §7.1, without extensions: no client needs them, and servers have disagreed about their end.
fn chunk_size(line: &[u8]) -> Option<u64> {
    number(line, 16)
}

/// Digits alone: no sign, no white space.
fn number(digits: &[u8], radix: u32) -> Option<u64> {
    let digits = std::str::from_utf8(digits).ok()?;
    let plain = digits.chars().all(|digit| digit.is_digit(radix));
    plain.then(|| u64::from_str_radix(digits, radix).ok())?
}

/// More of a header's line than hyper holds: it refuses the header before.
const MAX_LINE: usize = 64 * 1024;

#[cfg(test)]
mod tests;
