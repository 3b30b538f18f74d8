//! Policies and principals that are rolled.

use airside_resource::policy::Principal;

use super::TEXTS;

/// Numbers that look random and are the same every time.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    pub fn text(&mut self) -> String {
        let index = usize::try_from(self.below(TEXTS.len() as u64)).unwrap();
        TEXTS[index].to_owned()
    }

    pub fn number(&mut self) -> i64 {
        i64::try_from(self.below(7)).unwrap() - 3
    }
}

/// A schema of the rows, whose `balance` must not be NULL.
pub const SCHEMA: &str = r#"
    entity Row { owner?: User, label?: String, balance: Long, closed?: Bool };
    action Read appliesTo { principal: [User, Client], resource: [Row] };
"#;

impl Dice {
    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    pub fn quoted(&mut self) -> String {
        format!("{:?}", self.text())
    }

    pub fn cedar_pattern(&mut self) -> String {
        let parts = (0..=self.below(3)).map(|_| match self.below(2) {
            0 => "*".to_owned(),
            // a star that is a letter is written `\*`
            _ => {
                let text = self.quoted();
                text[1..text.len() - 1].replace('*', "\\*")
            }
        });
        parts.collect()
    }

    pub fn cedar_atom(&mut self) -> String {
        match self.below(13) {
            0 => format!(
                "resource has {}",
                self.one(&["owner", "label", "balance", "closed"])
            ),
            1 => format!("resource has label && resource.label == {}", self.quoted()),
            2 => format!("resource has label && resource.label != {}", self.quoted()),
            3 => format!(
                "resource has label && resource.label like \"{}\"",
                self.cedar_pattern()
            ),
            4 => format!(
                "resource has label && [{}, {}].contains(resource.label)",
                self.quoted(),
                self.quoted()
            ),
            5 => "resource has label && principal.scopes.contains(resource.label)".to_owned(),
            6 => "resource has label && principal.hasTag(\"org\") \
                  && resource.label == principal.getTag(\"org\")"
                .to_owned(),
            7 => format!(
                "resource.balance {} {}",
                self.one(&["<", "<=", ">", ">=", "==", "!="]),
                self.number()
            ),
            8 => format!(
                "{} {} resource.balance",
                self.number(),
                self.one(&["<", "<=", ">", ">=", "=="])
            ),
            9 => "resource has closed && resource.closed".to_owned(),
            10 => {
                "principal is User && resource has owner && resource.owner == principal".to_owned()
            }
            11 => format!(
                "principal.{}.contains({})",
                self.one(&["scopes", "roles"]),
                self.quoted()
            ),
            _ => format!("resource == Row::\"{}\"", self.below(20)),
        }
    }

    pub fn cedar(&mut self, depth: u32, atom: fn(&mut Self) -> String) -> String {
        if depth == 0 {
            return format!("({})", atom(self));
        }
        let mut inner = || self.cedar(depth - 1, atom);
        let (one, two, three) = (inner(), inner(), inner());
        match self.below(4) {
            0 => format!("(!{one})"),
            1 => format!("({one} && {two})"),
            2 => format!("({one} || {two})"),
            _ => format!("(if {one} then {two} else {three})"),
        }
    }

    pub fn policies(&mut self, atom: fn(&mut Self) -> String) -> String {
        let policies = (0..=self.below(3)).map(|number| {
            let effect = self.one(&["permit", "permit", "forbid"]);
            let how = self.one(&["when", "when", "unless"]);
            let depth = u32::try_from(self.below(3)).unwrap();
            let condition = self.cedar(depth, atom);
            format!(
                "@id(\"{number}\") {effect} (principal, action, resource) {how} {{ {condition} }};\n"
            )
        });
        policies.collect()
    }

    pub fn principal(&mut self) -> Principal {
        let mut principal = match self.below(4) {
            0 => Principal::client(self.text()),
            _ => Principal::user(self.text(), "spa"),
        };
        principal.scopes.insert(self.text());
        principal.scopes.insert(self.text());
        match self.below(2) {
            0 => principal.with_role(self.text()),
            _ => principal.with_claim("org", self.text()),
        }
    }
}
