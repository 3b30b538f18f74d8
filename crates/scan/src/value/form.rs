//! Texts of a form that a format or a name asks for.

use crate::word::{folded, is_password, words};

/// The form of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An e-mail address.
    Email,
    /// An address on the web.
    Url,
    /// A password.
    Password,
    /// A telephone number.
    Phone,
    /// A UUID.
    Uuid,
    /// A text that is always the same.
    Fixed(&'static str),
}

impl Form {
    /// Returns the form of a `format` of a schema.
    pub(super) fn of_format(format: &str) -> Option<Self> {
        Some(match format {
            "email" | "idn-email" => Self::Email,
            "date" => Self::Fixed(DATE),
            "date-time" => Self::Fixed(DATE_TIME),
            "time" => Self::Fixed("09:26:53Z"),
            "uuid" => Self::Uuid,
            "uri" | "url" | "iri" | "uri-reference" => Self::Url,
            "ipv4" => Self::Fixed("192.0.2.7"),
            "byte" => Self::Fixed("YWlyc2lkZQ=="),
            "password" => Self::Password,
            _ => return None,
        })
    }

    /// Returns the form that the name of a member asks for.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let whole = folded(name);
        let words = words(name);
        let has = |all: &[&str]| words.iter().any(|word| all.contains(&word.as_str()));
        if whole.ends_with("email") || whole.ends_with("emailaddress") {
            return Some(Self::Email);
        }
        if is_password(name) {
            return Some(Self::Password);
        }
        if has(&["phone", "mobile", "telephone", "msisdn", "tel"]) {
            return Some(Self::Phone);
        }
        if has(&["date", "birthday", "birthdate", "dob", "deadline", "due"]) {
            return Some(Self::Fixed(DATE));
        }
        if has(&["timestamp", "datetime"]) || name.ends_with("_at") || name.ends_with("At") {
            return Some(Self::Fixed(DATE_TIME));
        }
        if has(&["url", "uri", "website", "link", "webhook", "callback"]) {
            return Some(Self::Url);
        }
        fixed(&whole).map(Self::Fixed)
    }
}

/// Returns true if a text may be the telephone number that the scan made for a member of this name.
pub(crate) fn is_made_phone(name: &str, text: &str) -> bool {
    let is_number = text.len() == 10 && text.bytes().all(|sign| sign.is_ascii_digit());
    is_number && text.starts_with('9') && Form::of_name(name) == Some(Form::Phone)
}

/// Returns a valid value of a member whose values are standardised.
fn fixed(whole: &str) -> Option<&'static str> {
    Some(match whole {
        "currency" => "USD",
        "country" | "countrycode" => "US",
        "language" | "locale" | "lang" => "en",
        "zip" | "zipcode" | "postcode" | "postalcode" => "12345",
        "color" | "colour" => "#336699",
        "timezone" => "UTC",
        "latitude" | "lat" => "48.1",
        "longitude" | "lng" | "lon" => "11.5",
        "amount" | "price" | "quantity" | "total" => "10",
        _ => return None,
    })
}

const DATE: &str = "2031-03-14";
const DATE_TIME: &str = "2031-03-14T09:26:53Z";
