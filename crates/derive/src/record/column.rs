//! The fields of the struct, which are its columns.

use syn::{
    Attribute, Data, DeriveInput, Error, Fields, Ident, Result, Type, ext::IdentExt as _,
    meta::ParseNestedMeta,
};

use super::attribute::{once, own, text, word};

/// A field and its attributes.
pub(super) struct Column<'a> {
    pub(super) field: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) name: String,
    pub(super) parent: Option<Type>,
    pub(super) is_key: bool,
    pub(super) is_owner: bool,
    pub(super) is_tenant: bool,
    pub(super) is_version: bool,
    pub(super) is_writable: bool,
    pub(super) is_opaque: bool,
    pub(super) hides: bool,
}

pub(super) fn read_columns(input: &DeriveInput) -> Result<Vec<Column<'_>>> {
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Some(&fields.named),
            _ => None,
        },
        _ => None,
    };
    let Some(fields) = fields else {
        let message = "a record is a struct whose fields are named as the columns are";
        return Err(Error::new(input.ident.span(), message));
    };
    let columns = fields.iter().filter_map(|field| {
        let name = field.ident.as_ref()?;
        Some(Column::read(name, &field.ty, &field.attrs))
    });
    columns.collect()
}

impl<'a> Column<'a> {
    fn read(field: &'a Ident, ty: &'a Type, attributes: &[Attribute]) -> Result<Self> {
        let mut column = Self {
            field,
            ty,
            name: field.unraw().to_string(),
            parent: None,
            is_key: false,
            is_owner: false,
            is_tenant: false,
            is_version: false,
            is_writable: false,
            is_opaque: false,
            hides: false,
        };
        for attribute in own(attributes) {
            attribute.parse_nested_meta(|meta| column.take(&meta))?;
        }
        Ok(column)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match word(meta).as_str() {
            "key" => self.is_key = true,
            "owner" => self.is_owner = true,
            "tenant" => self.is_tenant = true,
            "version" => self.is_version = true,
            "writable" => self.is_writable = true,
            "opaque" => self.is_opaque = true,
            "hidden_when_set" => self.hides = true,
            "parent" => return once(&mut self.parent, meta, meta.value()?.parse()?),
            "column" => self.name = text(meta)?,
            _ => {
                return Err(meta.error(
                    "a field says `key`, `owner`, `tenant`, `version`, `parent = …`, `writable`, `hidden_when_set`, `opaque` and `column = \"…\"`",
                ));
            }
        }
        Ok(())
    }

    /// The attributes of a column that only the library sets.
    fn role(&self) -> Option<&'static str> {
        let roles = [
            (self.is_owner, "owner"),
            (self.is_tenant, "tenant"),
            (self.is_key, "key"),
            (self.is_version, "version"),
        ];
        roles.iter().find(|(is, _)| *is).map(|(_, role)| *role)
    }
}

pub(super) fn check(columns: &[Column<'_>], key: &Column<'_>) -> Result<()> {
    for (position, column) in columns.iter().enumerate() {
        let role = column
            .role()
            .or((column.field == key.field).then_some("key"));
        column.check_uses(role)?;
        column.check_type()?;
        let mut before = columns.iter().take(position);
        // as databases do that compare names without case
        if before.any(|other| other.name.eq_ignore_ascii_case(&column.name)) {
            let message = format!("the column `{}` is there twice", column.name);
            return Err(column.error(&message));
        }
    }
    Ok(())
}

impl Column<'_> {
    fn error(&self, message: &str) -> Error {
        Error::new(self.field.span(), message)
    }

    fn check_uses(&self, role: Option<&'static str>) -> Result<()> {
        if let (true, Some(role)) = (self.is_writable, role) {
            let message = format!("no handler sets the {role}: it is not `writable`");
            return Err(self.error(&message));
        }
        let compared = role
            .or(self.parent.is_some().then_some("parent's key"))
            .or(self.hides.then_some("column that hides"));
        match (self.is_opaque, compared) {
            (true, Some(role)) => {
                let message = format!("rules look at the {role}: it is not `opaque`");
                Err(self.error(&message))
            }
            _ => Ok(()),
        }
    }

    fn check_type(&self) -> Result<()> {
        if self.is_version && !is_integer(self.ty) {
            return Err(self.error("the version is a whole number, such as `i64`"));
        }
        if self.hides && !is_option(self.ty) {
            let message = "the record is hidden while this has a value: it must be an `Option`";
            return Err(self.error(message));
        }
        Ok(())
    }
}

fn is_integer(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|segment| {
        let integers = ["i16", "i32", "i64", "u8", "u16", "u32"];
        integers.iter().any(|integer| segment.ident == integer)
    })
}

fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|segment| segment.ident == "Option")
}
