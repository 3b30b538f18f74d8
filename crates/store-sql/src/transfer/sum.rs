//! The rows of a table, counted and digested.

use airside_oauth::key::secret::Digest;

use super::{contents::Contents, table::Table};
use crate::statement::Value;

/// The rows of a table, counted and digested.
#[derive(Default)]
pub(super) struct Sum {
    pub(super) rows: u64,
    lanes: [u64; 4],
}

impl Sum {
    pub(super) fn add(&mut self, rows: &[Vec<Value<'static>>]) {
        for row in rows {
            let mut text = Vec::new();
            for value in row {
                let (tag, bytes): (u8, &[u8]) = match value {
                    Value::Null => (0, &[]),
                    Value::Integer(number) => (1, &number.to_be_bytes()),
                    Value::Text(string) => (2, string.as_bytes()),
                    Value::Bytes(bytes) => (3, bytes),
                };
                text.push(tag);
                text.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
                text.extend_from_slice(bytes);
            }
            let digest = Digest::of(&text);
            for (lane, part) in self.lanes.iter_mut().zip(digest.as_bytes().as_chunks().0) {
                *lane = lane.wrapping_add(u64::from_be_bytes(*part));
            }
            self.rows += 1;
        }
    }

    pub(super) fn contents(&self, table: &Table) -> Contents {
        let [a, b, c, d] = self.lanes;
        Contents {
            table: table.name,
            rows: self.rows,
            digest: format!("{a:016x}{b:016x}{c:016x}{d:016x}"),
        }
    }
}
