//! What a struct says, and the implementations that follow from it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, Fields, Ident, LitStr, Path, Result, Type,
    ext::IdentExt as _, meta::ParseNestedMeta, spanned::Spanned as _,
};

/// Writes the implementations for a struct, or says what it lacks.
pub fn implementations(input: &DeriveInput) -> Result<TokenStream> {
    let record = Struct::read(input)?;
    let columns = read_columns(input)?;
    let key = key(input, &columns)?;
    let owner = the_only_one(&columns, "owner", |column| column.is_owner)?;
    let tenant = the_only_one(&columns, "tenant", |column| column.is_tenant)?;
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
    let parameter = parameter.as_ref().map(|parameter| {
        quote! { const PARAMETER: &'static str = #parameter; }
    });
    let [owner, tenant] = [owner, tenant].map(|column| match column {
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
    let from_row = from_row(name, records, &columns);
    Ok(quote! {
        impl ::airside_resource::Record for #name {
            type Key = #key_type;
            type Records = #records;
            const TYPE: &'static str = #kind;
            const TABLE: &'static str = #table;
            const KEY: &'static str = #key;
            #parameter
            const OWNER: ::core::option::Option<&'static str> = #owner;
            const TENANT: ::core::option::Option<&'static str> = #tenant;
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

/// What stands at the struct.
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
                    "a record says `table`, `records`, `type_name`, `parameter` and `members(… = …)`; what is about a column stands at its field",
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

/// What policies may know of the record's parents and members.
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

/// A field and what stands at it.
struct Column<'a> {
    field: &'a Ident,
    ty: &'a Type,
    name: String,
    parent: Option<Type>,
    is_key: bool,
    is_owner: bool,
    is_tenant: bool,
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
                    "writable" => column.is_writable = true,
                    "opaque" => column.is_opaque = true,
                    "hidden_when_set" => column.hides = true,
                    "parent" => return once(&mut column.parent, &meta, meta.value()?.parse()?),
                    "column" => column.name = text(&meta)?,
                    _ => {
                        return Err(meta.error(
                            "a field says `key`, `owner`, `tenant`, `parent = …`, `writable`, `hidden_when_set`, `opaque` and `column = \"…\"`",
                        ));
                    }
                }
                Ok(())
            })?;
        }
        Ok(column)
    }

    /// What the library, and no handler, decides.
    fn role(&self) -> Option<&'static str> {
        let roles = [
            (self.is_key, "key"),
            (self.is_owner, "owner"),
            (self.is_tenant, "tenant"),
        ];
        roles.iter().find(|(is, _)| *is).map(|(_, role)| *role)
    }
}

/// Finds the field of the key: the one that says so, or `id`.
fn key<'a>(input: &DeriveInput, columns: &'a [Column<'a>]) -> Result<&'a Column<'a>> {
    let said = the_only_one(columns, "key", |column| column.is_key)?;
    let found = said.or_else(|| columns.iter().find(|column| column.name == "id"));
    found.ok_or_else(|| {
        let message = "say which field is the key: `#[record(key)]`; one that is named `id` is it";
        Error::new(input.ident.span(), message)
    })
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
        if column.hides && !is_option(column.ty) {
            return refuse(
                "the record is there for nobody while this has a value: it is an `Option`"
                    .to_owned(),
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

/// Reads a row, where the adapter is one of the library's.
fn from_row(name: &Ident, records: &Type, columns: &[Column<'_>]) -> Option<TokenStream> {
    // a type that a macro passes on comes in a group
    let mut records = records;
    while let Type::Group(group) = records {
        records = &group.elem;
    }
    let Type::Path(path) = records else {
        return None;
    };
    let (module, row, error, get) = match path.path.segments.last()?.ident.to_string().as_str() {
        "Sqlite" => (
            "sqlite",
            quote! { ::airside_resource::sqlite::rusqlite::Row<'_> },
            quote! { ::airside_resource::sqlite::rusqlite::Error },
            "get",
        ),
        "Postgres" => (
            "postgres",
            quote! { ::airside_resource::postgres::tokio_postgres::Row },
            quote! { ::airside_resource::postgres::tokio_postgres::Error },
            "try_get",
        ),
        "Memory" => (
            "memory",
            quote! { ::airside_resource::memory::Row },
            quote! { ::airside_resource::memory::WrongType },
            "get",
        ),
        _ => return None,
    };
    let of_records = format_ident!("{}Record", path.path.segments.last()?.ident);
    let (module, get) = (format_ident!("{module}"), format_ident!("{get}"));
    let fields = columns.iter().map(|Column { field, name, .. }| {
        quote! { #field: row.#get(#name)?, }
    });
    Some(quote! {
        impl ::airside_resource::#module::#of_records for #name {
            fn from_row(row: &#row) -> ::core::result::Result<Self, #error> {
                ::core::result::Result::Ok(Self { #(#fields)* })
            }
        }
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
