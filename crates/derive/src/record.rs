//! The attributes of a struct, and the implementations that follow from them.

mod attribute;
mod column;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{
    DeriveInput, Error, Expr, Ident, Result, Type, ext::IdentExt as _, spanned::Spanned as _,
};

use self::{
    attribute::{once, own, text, word},
    column::{Column, check, read_columns},
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
    let hidden = hidden.map(hidden_when);
    let seen = columns.iter().filter(|column| !column.is_opaque);
    let seen = seen.map(|Column { field, name, .. }| {
        quote! { #name => ::airside_resource::record::ColumnValue::column_value(&self.#field), }
    });
    let parents = parents(name, &columns);
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

        #parents

        #from_row
    })
}

fn hidden_when(Column { name, .. }: &Column<'_>) -> TokenStream {
    quote! {
        fn hidden_when() -> ::core::option::Option<::airside_resource::policy::Predicate> {
            ::core::option::Option::Some(::airside_resource::policy::Predicate::Has(#name.into()))
        }
    }
}

fn parents(name: &Ident, columns: &[Column<'_>]) -> TokenStream {
    let parents = columns.iter().filter_map(|column| {
        let (parent, column) = (column.parent.as_ref()?, &column.name);
        Some(quote! {
            impl ::airside_resource::BelongsTo<#parent> for #name {
                const COLUMN: &'static str = #column;
            }
        })
    });
    parents.collect()
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
