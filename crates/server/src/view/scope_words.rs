//! The meaning of scopes, in words for people.

use serde::Serialize;

/// One scope on the consent page.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ScopeLine<'a> {
    /// The scope, as requested.
    pub name: &'a str,
    /// The words after "will be able to"; without words the name is shown.
    pub words: Option<&'a str>,
}

impl<'a> ScopeLine<'a> {
    /// Puts an identity scope into words (OpenID Connect Core 5.4, 11): its own, or those of the
    /// configuration.
    pub fn new(name: &'a str, described: Option<&'a str>) -> Self {
        let words = match name {
            "openid" => Some("recognise your account"),
            "profile" => Some("see your profile, such as your name"),
            "email" => Some("see your email address"),
            "address" => Some("see your postal address"),
            "phone" => Some("see your phone number"),
            "offline_access" => Some("keep its access when you are away"),
            "groups" => Some("see your groups"),
            "roles" => Some("see your roles"),
            _ => described,
        };
        Self { name, words }
    }
}
