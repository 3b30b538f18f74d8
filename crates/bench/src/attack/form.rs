//! What a page has to fill in: its first form, read as a browser would.

/// A form's address and fields.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub action: String,
    /// Name and value; what has no value yet is empty.
    pub fields: Vec<(String, String)>,
    inputs: Vec<Input>,
}

#[derive(Clone, Debug)]
struct Input {
    id: String,
    name: String,
    value: String,
    is_button: bool,
}

impl Form {
    /// The form that has this field or button, by id or name.
    pub fn with(page: &str, field: &str) -> Option<Self> {
        let forms = page.split("<form").skip(1).filter_map(Self::parse);
        forms.into_iter().find(|form| form.find(field).is_some())
    }

    /// What the forms of a page have, by id or else by name.
    pub fn names(page: &str) -> Vec<String> {
        let forms = page.split("<form").skip(1).filter_map(Self::parse);
        let inputs = forms.flat_map(|form| form.inputs);
        let names = inputs.map(|input| match input.id.is_empty() {
            true => input.name,
            false => input.id,
        });
        let named = names.filter(|name| !name.is_empty());
        named.map(|name| format!("`{name}`")).collect()
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once('>')?;
        let body = body.split("</form").next()?;
        let inputs: Vec<Input> = body.split('<').filter_map(Input::parse).collect();
        let kept = inputs
            .iter()
            .filter(|input| !input.is_button && !input.name.is_empty());
        Some(Self {
            action: attribute(head, "action").unwrap_or_default(),
            fields: kept
                .map(|input| (input.name.clone(), input.value.clone()))
                .collect(),
            inputs,
        })
    }

    fn find(&self, field: &str) -> Option<&Input> {
        self.inputs
            .iter()
            .find(|input| input.id == field || input.name == field)
    }

    /// Fills in a field.
    pub fn fill(&mut self, field: &str, value: &str) {
        let Some(name) = self.find(field).map(|input| input.name.clone()) else {
            return;
        };
        self.fields.retain(|(own, _)| *own != name);
        self.fields.push((name, value.to_owned()));
    }

    /// Presses a button; where it has no name, a field of its form stands for it.
    pub fn press(&mut self, button: &str) {
        let input = self.find(button);
        if let Some(input) = input.filter(|input| input.is_button && !input.name.is_empty()) {
            self.fields.push((input.name.clone(), input.value.clone()));
        }
    }
}

impl Input {
    fn parse(tag: &str) -> Option<Self> {
        let is_button = tag.starts_with("button");
        if !is_button && !tag.starts_with("input") {
            return None;
        }
        let tag = tag.split('>').next()?;
        let read = |name| attribute(tag, name).unwrap_or_default();
        Some(Self {
            id: read("id"),
            name: read("name"),
            value: read("value"),
            is_button: is_button || read("type") == "submit",
        })
    }
}

/// A quoted attribute, with its references decoded.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let value = rest.split('"').next()?;
    let decoded = [
        ("&#x2F;", "/"),
        ("&#x3d;", "="),
        ("&#61;", "="),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&amp;", "&"),
    ];
    let value = decoded
        .iter()
        .fold(value.to_owned(), |text, (reference, letter)| {
            text.replace(reference, letter)
        });
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<p><form method="post" action="/login?a=1&amp;b=2"><input type="hidden" name="seal" value="x">
        <input id="username" name="user" value=""><input id="password" name="pass" type="password">
        <button id="allow" name="decision" value="yes">Allow</button></form>"#;

    #[test]
    fn a_form_is_filled_in_by_id_and_sent_by_name() {
        let mut form = Form::with(PAGE, "username").expect("a form");
        form.fill("username", "alice");
        assert_eq!(form.action, "/login?a=1&b=2");
        assert!(form.fields.contains(&("seal".to_owned(), "x".to_owned())));
        assert!(
            form.fields
                .contains(&("user".to_owned(), "alice".to_owned()))
        );
        assert!(form.fields.iter().all(|(name, _)| name != "decision"));
        form.press("allow");
        assert!(
            form.fields
                .contains(&("decision".to_owned(), "yes".to_owned()))
        );
        assert!(Form::with(PAGE, "nothing").is_none());
    }

    #[test]
    fn a_field_stands_for_a_button_without_a_name_and_is_sent_once() {
        let page =
            r#"<form><input type="hidden" name="prompt" value="consent"><button>Yes</button>"#;
        let mut form = Form::with(page, "prompt").expect("a form");
        form.press("prompt");
        assert_eq!(form.fields, [("prompt".to_owned(), "consent".to_owned())]);
    }

    #[test]
    fn what_a_page_has_is_listed_by_id_or_else_by_name() {
        let named = ["`seal`", "`username`", "`password`", "`allow`"];
        assert_eq!(Form::names(PAGE), named);
    }
}
