//! Names to sign in with: the profile UsernameCaseMapped of RFC 8265, and the form of earlier versions.

mod error;
mod look_alike;

pub use error::{MixedScripts, UsernameError};

use precis_profiles::{UsernameCaseMapped, precis_core::profile::PrecisFastInvocation};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_security::mixed_script::AugmentedScriptSet;

use self::error::MAX_CHARACTERS;

/// The name of an account, as it is stored: 1 to 128 characters.
///
/// A new name is what UsernameCaseMapped (RFC 8265 §3.3) makes of what was typed. A name that an earlier
/// version stored was only trimmed and lower-cased, and stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Username(String);

/// A name that was typed to find an account, in each form that the account may have.
///
/// An account of an earlier version is found by the form that it was stored in, whatever RFC 8265 says
/// of that; any account is found by the form of RFC 8265 unless two are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedName {
    earlier: Option<String>,
    precis: Option<String>,
    attempts_key: String,
}

impl Username {
    /// Brings the name of a new account into the form of RFC 8265.
    ///
    /// White space around it is left out. It may be of one script only, in the sense of UTS 39 §5.1:
    /// Japanese, Korean and Chinese names may have all that is written with them.
    ///
    /// # Errors
    ///
    /// [`UsernameError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let name = Self::parse_any_scripts(text)?;
        match name.mixed_scripts() {
            Some(mixed) => Err(mixed.into()),
            None => Ok(name),
        }
    }

    /// Does the same for a name that an administrator lets mix scripts.
    ///
    /// # Errors
    ///
    /// [`UsernameError`] with the reason, which is never [`UsernameError::MixedScripts`].
    pub fn parse_any_scripts(text: &str) -> Result<Self, UsernameError> {
        enforce(text).map(Self)
    }

    /// Reads the name of a stored account, by whichever version it was made; none if no version stores
    /// such a text.
    pub fn stored(text: &str) -> Option<Self> {
        let name = earlier_form(text).filter(|name| name == text)?;
        Some(Self(name))
    }

    /// Returns the name that RFC 8265 has for this one: the same for a new account, another one or none
    /// for some of those that an earlier version made.
    pub fn precis(&self) -> Option<Self> {
        enforce(&self.0).ok().map(Self)
    }

    /// Returns names that are wholly of another script and look like this one (UTS 39 §4), such as the
    /// Cyrillic `сосо` for `coco`: some of them, if there are very many.
    pub fn look_alikes(&self) -> Vec<Self> {
        look_alike::look_alikes(&self.0)
            .into_iter()
            .map(Self)
            .collect()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    // UTS39-5.1: a text mixes scripts if no script is among those of each character
    fn mixed_scripts(&self) -> Option<MixedScripts> {
        let mut common = AugmentedScriptSet::default();
        for character in self.0.chars() {
            let own = AugmentedScriptSet::from(character);
            common.intersect_with(own);
            if common.is_empty() {
                let scripts = own.base.iter().map(|script| script.full_name());
                let script = scripts.collect::<Vec<_>>().join(" or ");
                return Some(MixedScripts { character, script });
            }
        }
        None
    }
}

impl TypedName {
    /// Reads a typed name.
    ///
    /// # Errors
    ///
    /// [`UsernameError`] if no account can have such a name, of whatever version it is.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let earlier = earlier_form(text);
        let (precis, error) = match enforce(text) {
            Ok(name) => (Some(name), None),
            Err(error) => (None, Some(error)),
        };
        match error {
            Some(error) if earlier.is_none() => Err(error),
            _ => Ok(Self {
                earlier,
                precis,
                attempts_key: attempts_key(text),
            }),
        }
    }

    /// The form in which an earlier version stored it.
    pub fn earlier(&self) -> Option<&str> {
        self.earlier.as_deref()
    }

    /// The form of RFC 8265, unless that does not allow the name.
    pub fn precis(&self) -> Option<&str> {
        self.precis.as_deref()
    }

    /// The text by which attempts to sign in are counted: the same for every spelling that finds the
    /// same account.
    ///
    /// It is coarser than either form, so that names that only look alike may share one budget.
    pub fn attempts_key(&self) -> &str {
        &self.attempts_key
    }
}

impl From<&Username> for TypedName {
    fn from(name: &Username) -> Self {
        Self {
            earlier: Some(name.0.clone()),
            precis: name.precis().map(String::from),
            attempts_key: attempts_key(&name.0),
        }
    }
}

impl TryFrom<String> for Username {
    type Error = UsernameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::stored(&text).map_or_else(|| Self::parse(&text), Ok)
    }
}

impl From<Username> for String {
    fn from(name: Username) -> Self {
        name.0
    }
}

/// The form in which earlier versions stored a name; none for what they refused.
fn earlier_form(text: &str) -> Option<String> {
    let name = text.trim().to_lowercase();
    let fits = (1..=MAX_CHARACTERS).contains(&name.chars().count());
    (fits && !name.chars().any(char::is_control)).then_some(name)
}

/// The form of RFC 8265, without the white space around the text, which none of its names can have.
fn enforce(text: &str) -> Result<String, UsernameError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_TYPED_CHARACTERS {
        return Err(UsernameError::Length);
    }
    // RFC8265-3.3.3: width, allowed characters, case, normalization, direction
    let mut name = UsernameCaseMapped::enforce(text)?.into_owned();
    // RFC8264-7: what has no stable form after three more applications is not a name
    for _ in 0..3 {
        let again = UsernameCaseMapped::enforce(name.as_str())?.into_owned();
        if again == name {
            let fits = name.chars().count() <= MAX_CHARACTERS;
            return fits.then_some(name).ok_or(UsernameError::Length);
        }
        name = again;
    }
    Err(UsernameError::Unstable)
}

/// Folds what either form folds, and the final sigma, which they treat differently.
fn attempts_key(text: &str) -> String {
    let folded = |c: char| c.to_lowercase().map(|c| if c == 'ς' { 'σ' } else { c });
    text.trim().nfkc().flat_map(folded).nfkc().collect()
}

/// Typed text may be longer than the name: letters and their accents are composed.
const MAX_TYPED_CHARACTERS: usize = 4 * MAX_CHARACTERS;

#[cfg(test)]
mod tests;
