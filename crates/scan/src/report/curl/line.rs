//! A request as a command.

use serde_json::Value;

use super::{
    call::Call,
    fresh::Fresh,
    piece::{Piece, quoted, replaced, word},
};
use crate::{
    document::Presentation, exchange::RequestBody, probe::encoded, request::Spot, tree::text_of,
};

/// Writes requests as commands.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub(super) base: &'a str,
    pub(super) presentation: &'a Presentation,
    pub(super) secrets: &'a [(String, String)],
    pub(super) fresh: Fresh,
}

/// A part of a request, and the variable that stands in it.
pub(super) type Filled = (Spot, Piece);

impl Writer<'_> {
    /// Writes the command for a request, with options before its address.
    pub(super) fn command(&self, options: &str, call: &Call<'_>, filled: &[Filled]) -> String {
        let request = &call.exchange.request;
        let mut line = format!("curl -sS{options}");
        if request.method != http::Method::GET {
            line.push_str(&format!(" -X {}", request.method));
        }
        let mut url = vec![Piece::text(self.base)];
        url.extend(target(&request.target, filled));
        line.push_str(&format!(" {}", self.word(url)));
        if let Some(variable) = &call.caller {
            line.push_str(&token(self.presentation, variable));
        }
        for (at, (name, value)) in request.headers.iter().enumerate() {
            let value = piece_at(filled, &Spot::Header(at)).unwrap_or_else(|| Piece::text(value));
            let header = vec![Piece::text(format!("{name}: ")), value];
            line.push_str(&format!(" -H {}", self.word(header)));
        }
        line + &self.body(&request.body, filled)
    }

    /// Writes a word: without secrets, and with values of its own.
    pub(super) fn word(&self, pieces: Vec<Piece>) -> String {
        let secrets = self.secrets.iter();
        let pieces = secrets.fold(pieces, |pieces, (secret, name)| {
            let with = match name.strip_prefix('$').filter(|name| name.contains('_')) {
                Some(name) => Piece::Variable(name.to_owned()),
                // a token of nobody who is named
                None => Piece::text(name),
            };
            replaced(pieces, secret, &[with])
        });
        word(&self.fresh.put(pieces))
    }

    /// Writes the options for a body.
    fn body(&self, body: &RequestBody, filled: &[Filled]) -> String {
        let members = |value: &Value| members(value, filled);
        let data = match body {
            RequestBody::Multipart(value) => {
                let parts = members(value).into_iter().map(|(name, value)| {
                    let part = vec![Piece::text(format!("{name}=")), value];
                    format!(" --form-string {}", self.word(part))
                });
                return parts.collect();
            }
            RequestBody::Form(value) => form(members(value)),
            body => {
                let mut pieces = Vec::new();
                let value = body.value();
                value
                    .into_iter()
                    .for_each(|value| json(value, "", filled, &mut pieces));
                pieces
            }
        };
        let (Some(media), _) = encoded(body) else {
            return String::new();
        };
        let media = quoted(&format!("Content-Type: {media}"));
        format!(" -H {media} --data-raw {}", self.word(data))
    }
}

fn piece_at(filled: &[Filled], spot: &Spot) -> Option<Piece> {
    let found = filled.iter().find(|(own, _)| own == spot);
    found.map(|(_, piece)| piece.clone())
}

/// Writes the path and the query.
fn target(target: &str, filled: &[Filled]) -> Vec<Piece> {
    let mut ranges: Vec<_> = filled.iter().filter_map(range).collect();
    ranges.sort_by_key(|(range, _)| range.start);
    let mut pieces = Vec::new();
    let mut at = 0;
    for (range, piece) in ranges {
        pieces.push(Piece::text(target.get(at..range.start).unwrap_or_default()));
        pieces.push(piece.clone());
        at = range.end;
    }
    pieces.push(Piece::text(target.get(at..).unwrap_or_default()));
    pieces
}

fn range((spot, piece): &Filled) -> Option<(&std::ops::Range<usize>, &Piece)> {
    match spot {
        Spot::Target(range) => Some((range, piece)),
        _ => None,
    }
}

/// Returns the members of a form.
fn members(value: &Value, filled: &[Filled]) -> Vec<(String, Piece)> {
    let members = value.as_object().into_iter().flatten();
    let members = members.map(|(name, value)| {
        let spot = Spot::Body(below("", name));
        let text = || Piece::Text(text_of(value).unwrap_or_else(|| value.to_string()));
        (name.clone(), piece_at(filled, &spot).unwrap_or_else(text))
    });
    members.collect()
}

/// Writes a form, `application/x-www-form-urlencoded`.
fn form(members: Vec<(String, Piece)>) -> Vec<Piece> {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let mut pieces = Vec::new();
    for (at, (name, value)) in members.into_iter().enumerate() {
        let sign = if at == 0 { "" } else { "&" };
        pieces.push(Piece::text(format!("{sign}{}=", encoded(&name))));
        pieces.push(match value {
            Piece::Text(text) => Piece::text(encoded(&text)),
            Piece::Variable(name) | Piece::Encoded(name) => Piece::Encoded(name),
        });
    }
    pieces
}

/// Writes JSON; a text with a variable keeps its quotes.
fn json(value: &Value, pointer: &str, filled: &[Filled], pieces: &mut Vec<Piece>) {
    let (open, close) = match value {
        Value::Object(_) => ("{", "}"),
        Value::Array(_) => ("[", "]"),
        value => {
            return leaf(
                value,
                piece_at(filled, &Spot::Body(pointer.to_owned())),
                pieces,
            );
        }
    };
    pieces.push(Piece::text(open));
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        pieces.extend((at > 0).then(|| Piece::text(",")));
        json(item, &format!("{pointer}/{at}"), filled, pieces);
    }
    for (at, (name, member)) in value.as_object().into_iter().flatten().enumerate() {
        let sign = if at == 0 { "" } else { "," };
        let key = Value::from(name.as_str());
        pieces.push(Piece::text(format!("{sign}{key}:")));
        json(member, &below(pointer, name), filled, pieces);
    }
    pieces.push(Piece::text(close));
}

fn leaf(value: &Value, variable: Option<Piece>, pieces: &mut Vec<Piece>) {
    match variable {
        None => pieces.push(Piece::text(value.to_string())),
        Some(piece) if value.is_string() => {
            pieces.extend([Piece::text("\""), piece, Piece::text("\"")]);
        }
        Some(piece) => pieces.push(piece),
    }
}

fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Writes the option for a token; in double quotes the shell puts it in.
fn token(presentation: &Presentation, variable: &str) -> String {
    let variable = format!("${variable}");
    let value = presentation.value.replace("{token}", &variable);
    match presentation.is_basic {
        true => format!(" -u \"{variable}\""),
        false => format!(" -H \"{}: {value}\"", presentation.header),
    }
}
