//! The names in a body that is compressed with gzip (RFC 1952), which is unpacked beside its way to the
//! upstream.

use std::io::{self, Write};

use airside_api::names::Scanner;
use flate2::write::GzDecoder;
use http::{HeaderMap, header::CONTENT_ENCODING};

use crate::error::RequestError;

/// The scanner of a body that is compressed.
pub(super) struct PackedNames(GzDecoder<UnpackedNames>);

/// The unpacked bytes, which are scanned and not kept.
struct UnpackedNames {
    scanner: Scanner,
    /// The number of bytes that may still come.
    left: usize,
    refused: Option<RequestError>,
}

impl PackedNames {
    /// Scans at most `limit` unpacked bytes.
    pub(super) fn new(scanner: Scanner, limit: usize) -> Self {
        Self(GzDecoder::new(UnpackedNames {
            scanner,
            left: limit,
            refused: None,
        }))
    }

    /// Reads the next piece. What it unpacks to may be scanned with the next one.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), RequestError> {
        let pushed = self.0.write_all(bytes);
        pushed.map_err(|_| self.refusal())
    }

    /// Reads the end.
    pub(super) fn finish(&mut self) -> Result<(), RequestError> {
        match self.0.try_finish() {
            Ok(()) => Ok(self.0.get_mut().scanner.finish()?),
            Err(_) => Err(self.refusal()),
        }
    }

    fn refusal(&self) -> RequestError {
        let refused = self.0.get_ref().refused.clone();
        refused.unwrap_or(RequestError::Ambiguous(
            "the body is not the gzip that it says it is",
        ))
    }
}

impl UnpackedNames {
    fn scan(&mut self, bytes: &[u8]) -> Result<(), RequestError> {
        let left = self.left.checked_sub(bytes.len());
        self.left = left.ok_or(RequestError::TooLarge)?;
        Ok(self.scanner.push(bytes)?)
    }
}

impl Write for UnpackedNames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.scan(bytes) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.refused = Some(error);
                Err(io::ErrorKind::InvalidData.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tells whether a body is compressed with gzip and in no other way (RFC 9110 §8.4.1.3).
pub(super) fn is_gzip(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    let (Some(coding), None) = (codings.next(), codings.next()) else {
        return false;
    };
    let coding = coding.as_bytes();
    [b"gzip".as_slice(), b"x-gzip"]
        .iter()
        .any(|gzip| coding.eq_ignore_ascii_case(gzip))
}
