//! JSON written as it was read; for debugging, without its values.

use std::fmt;

use super::{JsonText, Member};

/// Writes the value without blanks; names and scalars are as they were read.
impl fmt::Display for JsonText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object(members) => {
                formatter.write_str("{")?;
                for (position, member) in members.iter().enumerate() {
                    let comma = if position == 0 { "" } else { "," };
                    write!(formatter, "{comma}{}:{}", member.written, member.value)?;
                }
                formatter.write_str("}")
            }
            Self::List(items) => {
                formatter.write_str("[")?;
                for (position, item) in items.iter().enumerate() {
                    let comma = if position == 0 { "" } else { "," };
                    write!(formatter, "{comma}{item}")?;
                }
                formatter.write_str("]")
            }
            Self::Scalar(text) => formatter.write_str(text),
        }
    }
}

/// Prints the type's name only, because an answer is confidential.
impl fmt::Debug for JsonText<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JsonText")
    }
}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Member")
    }
}
