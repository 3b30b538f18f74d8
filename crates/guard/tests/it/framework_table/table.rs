//! The readings as they were measured.

use std::{collections::HashMap, fs, path::Path};

use serde::Deserialize;

use crate::wire::{Key, Message, octets};

pub struct Table {
    pub entries: Vec<Entry>,
    by_key: HashMap<Key, Vec<usize>>,
}

/// A raw request, and how the frameworks read it.
pub struct Entry {
    pub family: String,
    pub name: String,
    pub request: Vec<u8>,
    /// `None` where it was refused, redirected, or found no route.
    readings: Vec<(String, Option<Reading>)>,
}

/// The reading of a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub route: String,
    pub method: Option<String>,
    /// The parameter of the path.
    pub parameter: Option<String>,
    /// Source, name and value.
    pub values: Vec<(String, String, String)>,
}

#[derive(Deserialize)]
struct File {
    /// Family, name, octets, and who read them how.
    requests: Vec<(String, String, String, Shared)>,
}

/// Frameworks that read alike, joined by blanks, and what they read.
type Shared = Vec<(String, Option<Recorded>)>;

type Sources = HashMap<String, Vec<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    route: String,
    method: Option<String>,
    parameter: Option<String>,
    #[serde(default)]
    query: Sources,
    #[serde(default)]
    body: Sources,
    #[serde(default)]
    merged: Sources,
    #[serde(default)]
    params: Sources,
}

impl Table {
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/framework/readings.json");
        let file: File = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let entries = file
            .requests
            .into_iter()
            .map(|(family, name, request, readings)| Entry {
                family,
                name,
                request: unescaped(&request),
                readings: spread(readings),
            });
        let entries: Vec<_> = entries.collect();
        let mut by_key = HashMap::<_, Vec<_>>::new();
        for (index, entry) in entries.iter().enumerate() {
            if let Some(message) = Message::parse(&entry.request) {
                by_key.entry(message.key(false)).or_default().push(index);
            }
        }
        Self { entries, by_key }
    }

    /// Returns the frameworks' readings of a forwarded request, if the table has one like it.
    pub fn of(&self, arrived: &Message) -> Option<Vec<(String, Reading)>> {
        let indexes = self.by_key.get(&arrived.key(true))?;
        let entries = indexes.iter().map(|index| &self.entries[*index]);
        let readings = entries.flat_map(Entry::readings);
        let readings = readings.map(|(name, reading)| (name.to_owned(), reading.clone()));
        Some(readings.collect())
    }
}

impl Entry {
    pub fn title(&self) -> String {
        format!("{}: {}", self.family, self.name)
    }

    pub fn readings(&self) -> impl Iterator<Item = (&str, &Reading)> {
        let readings = self.readings.iter();
        readings.filter_map(|(name, reading)| Some((name.as_str(), reading.as_ref()?)))
    }

    /// Every framework that was asked.
    pub fn asked(&self) -> impl Iterator<Item = (&str, Option<&Reading>)> {
        let readings = self.readings.iter();
        readings.map(|(name, reading)| (name.as_str(), reading.as_ref()))
    }
}

impl Reading {
    /// Every value of a name, with where it was read.
    pub fn of(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let parameter = (self.route == "items_id" && name == "id")
            .then(|| Some(("path", self.parameter.as_deref()?)))
            .flatten();
        let others = self.values.iter().filter(move |(_, one, _)| one == name);
        let others = others.map(|(source, _, value)| (source.as_str(), value.as_str()));
        parameter.into_iter().chain(others)
    }

    /// All values.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        let values = self.values.iter().map(|(_, _, value)| value.as_str());
        self.parameter.as_deref().into_iter().chain(values)
    }
}

fn spread(readings: Shared) -> Vec<(String, Option<Reading>)> {
    let spread = readings.into_iter().flat_map(|(names, recorded)| {
        let reading = recorded.map(Reading::from);
        let names: Vec<_> = names.split(' ').map(str::to_owned).collect();
        names.into_iter().map(move |name| (name, reading.clone()))
    });
    spread.collect()
}

impl From<Recorded> for Reading {
    fn from(recorded: Recorded) -> Self {
        let sources = [
            ("query", recorded.query),
            ("body", recorded.body),
            ("merged", recorded.merged),
            ("params", recorded.params),
        ];
        let mut values = Vec::new();
        for (source, names) in sources {
            for (name, texts) in names {
                let texts = texts.into_iter();
                values.extend(texts.map(|text| (source.to_owned(), name.clone(), text)));
            }
        }
        Self {
            route: recorded.route,
            method: recorded.method,
            parameter: recorded.parameter,
            values,
        }
    }
}

/// The octets of a request as the file writes them.
fn unescaped(text: &str) -> Vec<u8> {
    let crowd = |count: usize| -> String { (0..count).map(|n| format!("p{n}=1&")).collect() };
    let headers: Vec<_> = (0..1100).map(|n| format!("X-N{n}: {n}")).collect();
    let text = text
        .replace("{p0=1&..., 1100 of them}q", &format!("{}q", crowd(1100)))
        .replace("{p0=1&..., 5000 of them}q", &format!("{}q", crowd(5000)))
        .replace(
            "{p0=1&..., 1100 of them}",
            crowd(1100).trim_end_matches('&'),
        )
        .replace(
            "{p0=1&..., 5000 of them}",
            crowd(5000).trim_end_matches('&'),
        )
        .replace("{1100 headers}", &headers.join("\\r\\n"));
    octets(&repeated(&text))
}

/// `y{x9}` is nine times `y`; `[a]{x9}` nine times `[a]`.
fn repeated(text: &str) -> String {
    let Some((before, behind)) = text.split_once("{x") else {
        return text.to_owned();
    };
    let Some((count, behind)) = behind.split_once('}') else {
        return text.to_owned();
    };
    let Ok(count) = count.parse() else {
        return text.to_owned();
    };
    let unit = match before.ends_with("[a]") {
        true => "[a]",
        false => &before[before.len() - 1..],
    };
    let kept = &before[..before.len() - unit.len()];
    format!("{kept}{}{}", unit.repeat(count), repeated(behind))
}
