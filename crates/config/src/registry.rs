//! The registry: the sections that a file may have, and their keys.

use crate::kind::{KeyInfo, SectionInfo};

/// Everything that may be in one configuration file.
#[derive(Clone, Copy, Debug)]
pub struct Registry {
    /// The name of the file, which is read if no other is named.
    pub file: &'static str,
    /// The prefix of variables that are laid over the file; `None` if there are none.
    pub prefix: Option<&'static str>,
    /// The variable that names the file.
    pub file_variable: Option<&'static str>,
    /// Variables with the prefix that are not keys.
    pub reserved: &'static [&'static str],
    /// Keys that were there once: section, name, and what to write instead.
    pub retired: &'static [(&'static str, &'static str, &'static str)],
    /// The sections, in the order of the reference document.
    pub sections: &'static [&'static SectionInfo],
}

/// A type that represents a section; [`section!`](crate::section) makes it.
pub trait Section: 'static {
    /// The keys that it may have.
    const INFO: &'static SectionInfo;
}

/// The name of a section, and how it is written.
#[derive(Clone, Copy, Debug)]
pub struct Heading {
    /// Its name; empty for the keys before the first table.
    pub name: &'static str,
    /// True if it is written `[[name]]`.
    pub repeated: bool,
}

impl Registry {
    /// A registry of a file that no environment variable is laid over.
    #[must_use]
    pub const fn new(file: &'static str, sections: &'static [&'static SectionInfo]) -> Self {
        Self {
            file,
            prefix: None,
            file_variable: None,
            reserved: &[],
            retired: &[],
            sections,
        }
    }

    /// The section with this name.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&'static SectionInfo> {
        let mut sections = self.sections.iter();
        sections.find(|section| section.name == name).copied()
    }

    /// The keys before the first table.
    #[must_use]
    pub fn top(&self) -> &'static SectionInfo {
        self.section("").unwrap_or(&NOTHING)
    }

    /// Every key, those of tables within tables too.
    pub fn keys(&self) -> impl Iterator<Item = &'static KeyInfo> {
        let sections = self
            .sections
            .iter()
            .flat_map(|section| section.with_nested());
        sections.flat_map(|section| section.keys)
    }
}

/// The keys before the first table.
#[must_use]
pub const fn top() -> Heading {
    Heading {
        name: "",
        repeated: false,
    }
}

/// A section that is written `[name]`, or a table within another one.
#[must_use]
pub const fn table(name: &'static str) -> Heading {
    Heading {
        name,
        repeated: false,
    }
}

/// A section that is written `[[name]]`, any number of times.
#[must_use]
pub const fn tables(name: &'static str) -> Heading {
    Heading {
        name,
        repeated: true,
    }
}

static NOTHING: SectionInfo = SectionInfo {
    name: "",
    repeated: false,
    about: "",
    keys: &[],
};

/// Declares a section: a type, a constant that holds its keys as fields, and its part of the registry.
///
/// A key is a [`Key`](crate::Key) if it has a default and an [`Optional`](crate::Optional) otherwise; the
/// type of what it reads follows from its kind, which is made by a function of [`key`](crate::key).
#[macro_export]
macro_rules! section {
    (
        $(#[$doc:meta])*
        $visibility:vis $constant:ident: $name:ident = $heading:expr, $about:literal {
            $($key:ident: $form:ident<$type:ty> = $kind:expr, $key_about:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        $visibility struct $name {
            $(#[doc = $key_about] pub $key: $crate::key::$form<$name, $type>,)*
        }

        $(#[$doc])*
        $visibility const $constant: $name = $name {
            $($key: $kind.named(stringify!($key), $key_about),)*
        };

        impl $crate::Section for $name {
            const INFO: &'static $crate::SectionInfo = &$crate::SectionInfo {
                name: $heading.name,
                repeated: $heading.repeated,
                about: $about,
                keys: &[$($constant.$key.info(),)*],
            };
        }
    };
}
