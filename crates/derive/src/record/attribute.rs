//! Attributes as `syn` has them.

use syn::{Attribute, Ident, LitStr, Path, Result, meta::ParseNestedMeta};

pub(super) fn own(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("record"))
}

pub(super) fn word(meta: &ParseNestedMeta<'_>) -> String {
    let path: &Path = &meta.path;
    path.get_ident().map(Ident::to_string).unwrap_or_default()
}

pub(super) fn text(meta: &ParseNestedMeta<'_>) -> Result<String> {
    Ok(meta.value()?.parse::<LitStr>()?.value())
}

pub(super) fn once<T>(place: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T) -> Result<()> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error("it is said twice")),
    }
}
