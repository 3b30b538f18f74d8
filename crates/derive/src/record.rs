//! The attributes of a struct, and the implementations that follow from them.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Fields, Ident, LitStr, Path, Result, Type,
    ext::IdentExt as _, meta::ParseNestedMeta, spanned::Spanned as _,
};

/// Writes the implementations for a struct, or says what it lacks.
pub(crate) fn implementations(input: &DeriveInput) -> Result<TokenStream> {
    let record = Struct::read(input)?;
    let columns = read_columns(input)?;
    let (key_within, key) = key(input, &columns)?;
    let owner = the_only_one(&columns, "owner", |column| column.is_owner)?;
    let tenant = the_only_one(&columns, "tenant", |column| column.is_tenant)?;
    let version = the_only_one(&columns, "version", |column| column.is_version)?;
    let hidden = the_only_one(&columns, "hidden_when_set", |column| column.hides)?;
    check(&columns, key)?;

    let Struct {
        table,
        records,
        kind,
        parameter,
        members,
    } = &record;
    let name = &input.ident;
    let kind = kind.clone().unwrap_or_else(|| name.unraw().to_string());
    let (key_type, key) = (key.ty, &key.name);
    let key_within = key_within.iter().map(|column| &column.name);
    let parameter = parameter.as_ref().map(|parameter| {
        quote! { const PARAMETER: &'static str = #parameter; }
    });
    let [owner, tenant, version] = [owner, tenant, version].map(|column| match column {
        Some(Column { name, .. }) => quote! { ::core::option::Option::Some(#name) },
        None => quote! { ::core::option::Option::None },
    });
    let writable = columns.iter().filter(|column| column.is_writable);
    let writable = writable.map(|column| &column.name);
    let hidden = hidden.map(|Column { name, .. }| {
        quote! {
            fn hidden_when() -> ::core::option::Option<::airside_resource::policy::Predicate> {
                ::core::option::Option::Some(::airside_resource::policy::Predicate::Has(#name.into()))
            }
        }
    });
    let seen = columns.iter().filter(|column| !column.is_opaque);
    let seen = seen.map(|Column { field, name, .. }| {
        quote! { #name => ::airside_resource::record::ColumnValue::column_value(&self.#field), }
    });
    let parents = columns.iter().filter_map(|column| {
        let (parent, column) = (column.parent.as_ref()?, &column.name);
        Some(quote! {
            impl ::airside_resource::BelongsTo<#parent> for #name {
                const COLUMN: &'static str = #column;
            }
        })
    });
    let relations = relations(&columns, members);
    let from_row = from_row(name, &columns);
    Ok(quote! {
        impl ::airside_resource::Record for #name {
            type Key = #key_type;
            type Records = #records;
            const TYPE: &'static str = #kind;
            const TABLE: &'static str = #table;
            const KEY: &'static str = #key;
            const KEY_WITHIN: &'static [&'static str] = &[#(#key_within),*];
            #parameter
            const OWNER: ::core::option::Option<&'static str> = #owner;
            const TENANT: ::core::option::Option<&'static str> = #tenant;
            const VERSION: ::core::option::Option<&'static str> = #version;
            const WRITABLE: &'static [&'static str] = &[#(#writable),*];

            #hidden

            #relations

            fn column(&self, name: &str) -> ::airside_resource::policy::Value {
                match name {
                    #(#seen)*
                    _ => ::airside_resource::policy::Value::Null,
                }
            }
        }

        #(#parents)*

        #from_row
    })
}

/// The attributes of the struct.
struct Struct {
    table: String,
    records: Type,
    kind: Option<String>,
    parameter: Option<String>,
    members: Vec<(String, Expr)>,
}

impl Struct {
    fn read(input: &DeriveInput) -> Result<Self> {
        if !input.generics.params.is_empty() {
            let message = "a record has no parameters: it is one table";
            return Err(Error::new(input.generics.span(), message));
        }
        let (mut table, mut records, mut kind, mut parameter) = (None, None, None, None);
        let mut members: Vec<(String, Expr)> = Vec::new();
        for attribute in own(&input.attrs) {
            attribute.parse_nested_meta(|meta| match word(&meta).as_str() {
                "table" => once(&mut table, &meta, text(&meta)?),
                "records" => once(&mut records, &meta, meta.value()?.parse()?),
                "type_name" => once(&mut kind, &meta, text(&meta)?),
                "parameter" => once(&mut parameter, &meta, text(&meta)?),
                "members" => meta.parse_nested_meta(|one| {
                    let name = word(&one);
                    if members.iter().any(|(other, _)| *other == name) {
                        return Err(one.error("it is said twice"));
                    }
                    members.push((name, one.value()?.parse()?));
                    Ok(())
                }),
                _ => Err(meta.error(
                    "a record has `table`, `records`, `type_name`, `parameter` and `members(… = …)`; attributes of a column belong to its field",
                )),
            })?;
        }
        let lacks = |what: &str| {
            let message = format!("say {what}: `#[record(table = \"…\", records = …)]`");
            Error::new(input.ident.span(), message)
        };
        Ok(Self {
            table: table.ok_or_else(|| lacks("the table of the records"))?,
            records: records
                .ok_or_else(|| lacks("where the records are kept, such as `Sqlite`"))?,
            kind,
            parameter,
            members,
        })
    }
}

/// The relations of the record for policies.
fn relations(columns: &[Column<'_>], members: &[(String, Expr)]) -> Option<TokenStream> {
    let parents = columns.iter().filter_map(|column| {
        let parent = column.parent.as_ref()?;
        Some(quote! { <Self as ::airside_resource::BelongsTo<#parent>>::relation() })
    });
    let members = members.iter().map(|(attribute, membership)| {
        quote! {
            ::airside_resource::policy::Relation::Members {
                attribute: #attribute,
                membership: #membership,
            }
        }
    });
    let all: Vec<_> = parents.chain(members).collect();
    (!all.is_empty()).then(|| {
        quote! {
            fn relations() -> ::std::vec::Vec<::airside_resource::policy::Relation> {
                ::std::vec![#(#all),*]
            }
        }
    })
}

/// A field and its attributes.
struct Column<'a> {
    field: &'a Ident,
    ty: &'a Type,
    name: String,
    parent: Option<Type>,
    is_key: bool,
    is_owner: bool,
    is_tenant: bool,
    is_version: bool,
    is_writable: bool,
    is_opaque: bool,
    hides: bool,
}

fn read_columns(input: &DeriveInput) -> Result<Vec<Column<'_>>> {
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
            attribute.parse_nested_meta(|meta| {
                match word(&meta).as_str() {
                    "key" => column.is_key = true,
                    "owner" => column.is_owner = true,
                    "tenant" => column.is_tenant = true,
                    "version" => column.is_version = true,
                    "writable" => column.is_writable = true,
                    "opaque" => column.is_opaque = true,
                    "hidden_when_set" => column.hides = true,
                    "parent" => return once(&mut column.parent, &meta, meta.value()?.parse()?),
                    "column" => column.name = text(&meta)?,
                    _ => {
                        return Err(meta.error(
                            "a field says `key`, `owner`, `tenant`, `version`, `parent = …`, `writable`, `hidden_when_set`, `opaque` and `column = \"…\"`",
                        ));
                    }
                }
                Ok(())
            })?;
        }
        Ok(column)
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

/// Finds the field of the key: the last one that says so, or `id`. The key is unique within those before.
fn key<'a>(
    input: &DeriveInput,
    columns: &'a [Column<'a>],
) -> Result<(Vec<&'a Column<'a>>, &'a Column<'a>)> {
    let mut said: Vec<_> = columns.iter().filter(|column| column.is_key).collect();
    let id = || columns.iter().find(|column| column.name == "id");
    let Some(key) = said.pop().or_else(id) else {
        let message = "say which field is the key: `#[record(key)]`; one that is named `id` is it";
        return Err(Error::new(input.ident.span(), message));
    };
    let is_known =
        |column: &&Column<'_>| column.is_owner || column.is_tenant || column.parent.is_some();
    match said.iter().find(|column| !is_known(column)) {
        Some(other) => Err(Error::new(
            other.field.span(),
            "the last field of the key is the one that a path names; those before it are the owner, the tenant or the parent",
        )),
        None => Ok((said, key)),
    }
}

fn the_only_one<'a>(
    columns: &'a [Column<'a>],
    word: &str,
    is: fn(&Column<'_>) -> bool,
) -> Result<Option<&'a Column<'a>>> {
    let mut found = columns.iter().filter(|column| is(column));
    let (first, second) = (found.next(), found.next());
    match second {
        None => Ok(first),
        Some(second) => {
            let message = format!("only one field can be `{word}`");
            Err(Error::new(second.field.span(), message))
        }
    }
}

fn check(columns: &[Column<'_>], key: &Column<'_>) -> Result<()> {
    for (position, column) in columns.iter().enumerate() {
        let refuse = |message: String| Err(Error::new(column.field.span(), message));
        let role = column
            .role()
            .or((column.field == key.field).then_some("key"));
        if let (true, Some(role)) = (column.is_writable, role) {
            return refuse(format!("no handler sets the {role}: it is not `writable`"));
        }
        let compared = role
            .or(column.parent.is_some().then_some("parent's key"))
            .or(column.hides.then_some("column that hides"));
        if let (true, Some(role)) = (column.is_opaque, compared) {
            return refuse(format!("rules look at the {role}: it is not `opaque`"));
        }
        if column.is_version && !is_integer(column.ty) {
            return refuse("the version is a whole number, such as `i64`".to_owned());
        }
        if column.hides && !is_option(column.ty) {
            return refuse(
                "the record is hidden while this has a value: it must be an `Option`".to_owned(),
            );
        }
        let mut before = columns.iter().take(position);
        // as databases do that compare names without case
        if before.any(|other| other.name.eq_ignore_ascii_case(&column.name)) {
            return refuse(format!("the column `{}` is there twice", column.name));
        }
    }
    Ok(())
}

/// Reads a row of every adapter that has columns of the fields' types.
fn from_row(name: &Ident, columns: &[Column<'_>]) -> TokenStream {
    let types = columns.iter().map(|column| column.ty);
    let fields = columns.iter().map(|Column { field, name, ty, .. }| {
        quote! {
            #field: <A as ::airside_resource::record::ReadColumn<#ty>>::read_column(row, #name)?,
        }
    });
    quote! {
        impl<A> ::airside_resource::record::FromRow<A> for #name
        where
            A: ::airside_resource::record::RowAdapter,
            #(A: ::airside_resource::record::ReadColumn<#types>,)*
        {
            fn from_row(row: &A::Row<'_>) -> ::core::result::Result<Self, A::Error> {
                ::core::result::Result::Ok(Self { #(#fields)* })
            }
        }
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

fn own(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("record"))
}

fn word(meta: &ParseNestedMeta<'_>) -> String {
    let path: &Path = &meta.path;
    path.get_ident().map(Ident::to_string).unwrap_or_default()
}

fn text(meta: &ParseNestedMeta<'_>) -> Result<String> {
    Ok(meta.value()?.parse::<LitStr>()?.value())
}

fn once<T>(place: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error("it is said twice")),
    }
}
