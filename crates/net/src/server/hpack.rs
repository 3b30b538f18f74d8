//! The target of an HTTP/2 request as it was sent (RFC 7541): the library that reads requests drops a
//! fragment, which HTTP/1 refuses.
//!
//! Only `:path` is looked at, where it is a literal: with its index in the static table, or with its name
//! spelled out. A field of the dynamic table was such a literal once.

/// Returns true if a header block has a target with a fragment. A block that cannot be read has none: it is
/// refused where it is decoded.
pub(super) fn has_fragment(block: &[u8]) -> bool {
    let mut rest = Reader(block);
    let mut found = false;
    while !rest.0.is_empty() {
        match rest.field() {
            Some(field) => found |= field.is_path && field.value.has_number_sign(),
            None => break,
        }
    }
    found
}

struct Reader<'a>(&'a [u8]);

#[derive(Default)]
struct Field<'a> {
    is_path: bool,
    value: Text<'a>,
}

#[derive(Default)]
struct Text<'a> {
    bytes: &'a [u8],
    is_huffman: bool,
}

impl<'a> Reader<'a> {
    /// RFC 7541 §6
    fn field(&mut self) -> Option<Field<'a>> {
        let first = *self.0.first()?;
        let prefix = match first {
            // indexed, and a new size of the table: no literal
            0x80.. => return self.integer(7).map(|_| Field::default()),
            0x20..=0x3f => return self.integer(5).map(|_| Field::default()),
            0x40..=0x7f => 6,
            0x00..=0x1f => 4,
        };
        let is_path = match self.integer(prefix)? {
            0 => self.text()?.is_path(),
            index => PATH_INDEXES.contains(&index),
        };
        let value = self.text()?;
        Some(Field { is_path, value })
    }

    /// RFC 7541 §5.1
    fn integer(&mut self, prefix: u32) -> Option<usize> {
        let mask = (1_usize << prefix) - 1;
        let mut value = usize::from(self.byte()?) & mask;
        if value < mask {
            return Some(value);
        }
        for shift in [0, 7, 14, 21] {
            let byte = usize::from(self.byte()?);
            value = value.checked_add((byte & 0x7f) << shift)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// RFC 7541 §5.2
    fn text(&mut self) -> Option<Text<'a>> {
        let is_huffman = *self.0.first()? >= 0x80;
        let length = self.integer(7)?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Text { bytes, is_huffman })
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }
}

impl Text<'_> {
    fn is_path(&self) -> bool {
        match self.is_huffman {
            true => self.bytes == PATH_IN_HUFFMAN,
            false => self.bytes == b":path",
        }
    }

    fn has_number_sign(&self) -> bool {
        if !self.is_huffman {
            return self.bytes.contains(&b'#');
        }
        let mut code = Code::default();
        let bits = self
            .bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1));
        bits.into_iter()
            .any(|bit| code.push(bit) == Some(NUMBER_SIGN))
    }
}

/// The beginning of a code. The codes of one length follow each other, behind those that are shorter
/// (RFC 7541, appendix B).
#[derive(Default)]
struct Code {
    bits: u32,
    length: u32,
    /// The first code of this length, and how many lengths have been passed.
    first: u32,
    passed: usize,
}

impl Code {
    /// Adds a bit; returns the code if it is whole.
    fn push(&mut self, bit: u8) -> Option<(u32, u32)> {
        self.bits = self.bits << 1 | u32::from(bit);
        self.first <<= 1;
        self.length += 1;
        let (length, count) = *CODES.get(self.passed)?;
        if self.length < length {
            return None;
        }
        let whole = (self.bits, self.length);
        if self.bits < self.first + count {
            *self = Self::default();
            return Some(whole);
        }
        self.first += count;
        self.passed += 1;
        None
    }
}

/// The number of codes of each length in bits.
const CODES: [(u32, u32); 21] = [
    (5, 10),
    (6, 26),
    (7, 32),
    (8, 6),
    (10, 5),
    (11, 3),
    (12, 2),
    (13, 6),
    (14, 2),
    (15, 3),
    (19, 3),
    (20, 8),
    (21, 13),
    (22, 26),
    (23, 29),
    (24, 12),
    (25, 4),
    (26, 15),
    (27, 19),
    (28, 29),
    (30, 4),
];
/// The code of `#`, and its length in bits.
const NUMBER_SIGN: (u32, u32) = (0xffa, 12);
const PATH_IN_HUFFMAN: &[u8] = &[0xb9, 0x58, 0xd3, 0x3f];
/// `:path` in the static table (RFC 7541, appendix A).
const PATH_INDEXES: [usize; 2] = [4, 5];

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], is_huffman: bool) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).unwrap() | if is_huffman { 0x80 } else { 0 };
        [&[length], bytes].concat()
    }

    /// `/`, 6 bits; `#`; and `a`, 5 bits
    const SLASH_SIGN_A: [u8; 3] = [0b0110_0011, 0b1111_1110, 0b1000_0111];
    /// RFC 7541, C.4.1: `www.example.com`
    const HOST: [u8; 12] = [
        0xf1, 0xe3, 0xc2, 0xe5, 0xf2, 0x3a, 0x6b, 0xa0, 0xab, 0x90, 0xf4, 0xff,
    ];
    /// RFC 7541, C.6.1: `https://www.example.com`
    const ADDRESS: [u8; 17] = [
        0x9d, 0x29, 0xad, 0x17, 0x18, 0x63, 0xc7, 0x8f, 0x0b, 0x97, 0xc8, 0xe9, 0xae, 0x82, 0xae,
        0x43, 0xd3,
    ];

    #[test]
    fn every_code_has_a_length() {
        assert_eq!(CODES.iter().map(|(_, count)| count).sum::<u32>(), 257);
        // RFC7541-B: the last one is 30 ones
        let mut code = Code::default();
        let all: Vec<_> = (0..30).map(|_| code.push(1)).collect();
        assert_eq!(all.last(), Some(&Some(((1 << 30) - 1, 30))));
        assert!(all[..29].iter().all(Option::is_none));
    }

    #[test]
    fn a_fragment_is_found_in_every_spelling_of_a_literal() {
        for (value, is_huffman) in [(&b"/a#b"[..], false), (&SLASH_SIGN_A, true)] {
            let value = text(value, is_huffman);
            for start in [
                &[0x44][..],
                &[0x04],
                &[0x14],
                &[0x45],
                &[0x82, 0x3f, 0xe1, 0x1f, 0x44],
            ] {
                assert!(has_fragment(&[start, &value].concat()), "{start:?}");
            }
            for name in [text(b":path", false), text(PATH_IN_HUFFMAN, true)] {
                for start in [0x40, 0x00, 0x10] {
                    assert!(has_fragment(&[&[start][..], &name, &value].concat()));
                }
            }
        }
    }

    #[test]
    fn nothing_else_is_one() {
        let color = [&[0x40][..], &text(b"x-color", false), &text(b"#fff", false)].concat();
        let path = [&[0x44][..], &text(b"/a?b=%23", false)].concat();
        let host = [&[0x44][..], &text(&HOST, true)].concat();
        let address = [&[0x44][..], &text(&ADDRESS, true)].concat();
        for block in [&[][..], &[0x82, 0x84, 0x87], &color, &path, &host, &address] {
            assert!(!has_fragment(block), "{block:?}");
        }
        // cut anywhere, or longer than it is
        let whole = [&[0x44][..], &text(b"/a#b", false)].concat();
        for length in 0..whole.len() {
            assert!(!has_fragment(&whole[..length]));
        }
        assert!(!has_fragment(&[
            0x44, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f
        ]));
    }
}
