//! Keys: what each is called, what it takes, and what is read from it.

use std::{fmt, marker::PhantomData, net::SocketAddr, time::Duration};

use url::Url;

use crate::{document::Entry, kind, value::Hidden};
pub use crate::{
    kind::{Format, KeyInfo, Kind, Shown},
    registry::{table, tables, top},
    value::{Choice, FromNode, FromText, Value},
};

/// A key of the section `S` that has a default.
pub struct Key<S, T: Value> {
    info: KeyInfo,
    default: T::Default,
    section: PhantomData<fn() -> S>,
}

/// A key of the section `S` without a default.
pub struct Optional<S, T> {
    info: KeyInfo,
    section: PhantomData<fn() -> (S, T)>,
}

/// Common behaviour of [`Key`] and [`Optional`]: both belong to the section `S` and hold a `T`.
pub trait KeyOf<S, T> {
    /// The key's entry in the registry.
    fn info(&self) -> &KeyInfo;
}

/// A table with the keys of `N`, within another one.
#[derive(Debug)]
pub struct Within<N>(PhantomData<fn() -> N>);

impl<S, T: Value> Key<S, T> {
    /// The key's entry in the registry.
    #[must_use]
    pub const fn info(&self) -> KeyInfo {
        self.info
    }

    /// The default.
    #[must_use]
    pub fn default(&self) -> T {
        T::of(self.default)
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn named(mut self, name: &'static str, about: &'static str) -> Self {
        self.info.name = unescaped(name);
        self.info.about = about;
        self
    }
}

impl<S, T> Optional<S, T> {
    const fn new(kind: Kind) -> Self {
        Self {
            info: KeyInfo {
                name: "",
                kind,
                default: None,
                is_required: false,
                is_private: false,
                about: "",
            },
            section: PhantomData,
        }
    }

    /// The key's entry in the registry.
    #[must_use]
    pub const fn info(&self) -> KeyInfo {
        self.info
    }

    /// Makes the key one that must be given.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.info.is_required = true;
        self
    }

    /// Keeps the value from being shown.
    #[must_use]
    pub const fn private(mut self) -> Self {
        self.info.is_private = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn named(mut self, name: &'static str, about: &'static str) -> Self {
        self.info.name = unescaped(name);
        self.info.about = about;
        self
    }

    const fn with_default(mut self, default: T::Default, shown: Shown) -> Key<S, T>
    where
        T: Value,
    {
        self.info.default = Some(shown);
        Key {
            info: self.info,
            default,
            section: PhantomData,
        }
    }
}

/// Gives a kind of key its `or`, which takes the default.
macro_rules! default {
    ($($type:ty, $default:ty, $shown:path;)*) => {
        $(impl<S> Optional<S, $type> {
            /// Gives the key a default.
            #[must_use]
            pub const fn or(self, default: $default) -> Key<S, $type> {
                self.with_default(default, $shown(default))
            }
        })*
    };
}

default! {
    String, &'static str, Shown::Text;
    Vec<String>, &'static [&'static str], Shown::Texts;
    Duration, Duration, Shown::Duration;
    u64, u64, Shown::Integer;
    bool, bool, Shown::Boolean;
    SocketAddr, SocketAddr, Shown::Address;
    Hidden, Shown, std::convert::identity;
}

impl<S> Optional<S, u32> {
    /// Gives the key a default.
    #[must_use]
    pub const fn or(self, default: u32) -> Key<S, u32> {
        self.with_default(default, Shown::Integer(default as u64))
    }
}

impl<S> Optional<S, Vec<Entry>> {
    /// Makes an empty table the default.
    #[must_use]
    pub const fn or_empty(self) -> Key<S, Vec<Entry>> {
        self.with_default((), Shown::Table)
    }
}

impl<S, T: Choice + Value<Default = T>> Optional<S, T> {
    /// Makes the first word the default.
    #[must_use]
    pub const fn or_first(self) -> Key<S, T> {
        let word = match T::WORDS {
            [first, ..] => first,
            [] => "",
        };
        self.with_default(T::FIRST, Shown::Text(word))
    }
}

impl<S, T: Value> KeyOf<S, T> for Key<S, T> {
    fn info(&self) -> &KeyInfo {
        &self.info
    }
}

impl<S, T> KeyOf<S, T> for Optional<S, T> {
    fn info(&self) -> &KeyInfo {
        &self.info
    }
}

impl<S, T: Value> fmt::Debug for Key<S, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Key").field(&self.info.name).finish()
    }
}

impl<S, T> fmt::Debug for Optional<S, T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_tuple("Optional");
        debug.field(&self.info.name).finish()
    }
}

/// The name of a field that is a keyword, as in `r#match`.
const fn unescaped(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', rest @ ..] => match std::str::from_utf8(rest) {
            Ok(name) => name,
            Err(_) => name,
        },
        _ => name,
    }
}

/// A key that takes any text.
#[must_use]
pub const fn text<S>() -> Optional<S, String> {
    Optional::new(Kind::Text)
}

/// A key that takes a text which is read as a `T`.
#[must_use]
pub const fn parsed<S, T: FromText>() -> Optional<S, T> {
    Optional::new(Kind::Parsed(T::FORMAT))
}

/// A key that takes an address on the web.
#[must_use]
pub const fn url<S>() -> Optional<S, Url> {
    Optional::new(Kind::Parsed(kind::URL))
}

/// A key that takes an address and a port.
#[must_use]
pub const fn address<S>() -> Optional<S, SocketAddr> {
    Optional::new(Kind::Address)
}

/// A key that takes a file or a directory.
#[must_use]
pub const fn path<S>() -> Optional<S, String> {
    Optional::new(Kind::Path)
}

/// A key that takes a length of time within these bounds, in seconds.
#[must_use]
pub const fn duration<S>(least: u64, most: u64) -> Optional<S, Duration> {
    let (least, most) = (Duration::from_secs(least), Duration::from_secs(most));
    Optional::new(Kind::Duration(least, most))
}

/// A key that takes an integer within these bounds.
#[must_use]
pub const fn integer<S>(least: u32, most: u32) -> Optional<S, u32> {
    Optional::new(Kind::Integer(least as u64, most as u64))
}

/// A key that takes a number of bytes or the like.
#[must_use]
pub const fn size<S>() -> Optional<S, u64> {
    Optional::new(Kind::Integer(0, kind::MAX_INTEGER))
}

/// A key that takes `true` or `false`.
#[must_use]
pub const fn boolean<S>() -> Optional<S, bool> {
    Optional::new(Kind::Boolean)
}

/// A key that takes an array of texts.
#[must_use]
pub const fn texts<S>() -> Optional<S, Vec<String>> {
    Optional::new(Kind::Texts)
}

/// A key that takes a text or an array of texts.
#[must_use]
pub const fn text_or_texts<S>() -> Optional<S, Vec<String>> {
    Optional::new(Kind::TextOrTexts)
}

/// A key that takes an array whose items are texts or tables of `N`.
#[must_use]
pub const fn texts_or_tables<S, N: crate::Section>() -> Optional<S, Vec<Within<N>>> {
    Optional::new(Kind::TextsOrTables(N::INFO))
}

/// A key that takes one of these words.
#[must_use]
pub const fn word<S>(words: &'static [&'static str]) -> Optional<S, String> {
    Optional::new(Kind::Choice(words))
}

/// A key that takes one of the words of `T`.
#[must_use]
pub const fn choice<S, T: Choice>() -> Optional<S, T> {
    Optional::new(Kind::Choice(T::WORDS))
}

/// A key that takes an array of these words.
#[must_use]
pub const fn words<S>(words: &'static [&'static str]) -> Optional<S, Vec<String>> {
    Optional::new(Kind::Choices(words))
}

/// A key that takes a secret, or where to find it.
#[must_use]
pub const fn secret<S>() -> Optional<S, Hidden> {
    Optional::new(Kind::Secret)
}

/// A key that takes the place of a secret, and never the secret itself.
#[must_use]
pub const fn secret_reference<S>() -> Optional<S, Hidden> {
    Optional::new(Kind::SecretReference)
}

/// A key that takes a table of `N`.
#[must_use]
pub const fn within<S, N: crate::Section>() -> Optional<S, Within<N>> {
    Optional::new(Kind::Section(N::INFO))
}

/// A key that takes a table with keys of the writer's choice.
#[must_use]
pub const fn free<S>() -> Optional<S, Vec<Entry>> {
    Optional::new(Kind::Table)
}

/// A key that takes a table with keys of the writer's choice, whose values are texts.
#[must_use]
pub const fn free_texts<S>() -> Optional<S, Vec<Entry>> {
    Optional::new(Kind::TableOfTexts)
}
