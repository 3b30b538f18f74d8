//! The meaning of scopes, in words for people.

use serde::Serialize;

/// One scope on the consent page.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ScopeLine<'a> {
    /// The scope, as requested.
    pub name: &'a str,
    /// The words after "will be able to"; without words the name is shown.
    pub words: Option<&'static str>,
}

impl<'a> ScopeLine<'a> {
    /// Puts the scopes of OpenID Connect into words (OpenID Connect Core 5.4, 11); an API's scope keeps its name.
    pub fn new(name: &'a str) -> Self {
        let words = match name {
            "openid" => Some("recognise your account"),
            "profile" => Some("see your profile, such as your name"),
            "email" => Some("see your email address"),
            "address" => Some("see your postal address"),
            "phone" => Some("see your phone number"),
            "offline_access" => Some("keep its access when you are away"),
            _ => None,
        };
        Self { name, words }
    }
}
