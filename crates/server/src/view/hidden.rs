//! Values that a form carries back to us.

use std::fmt;

use serde::Serialize;

/// A sealed interaction or a one-time token in a hidden field: its holder can submit the form.
#[derive(Clone, Copy, Serialize)]
#[serde(transparent)]
pub struct Hidden<'a>(pub &'a str);

impl fmt::Debug for Hidden<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Hidden")
    }
}
