//! `#[derive(Record)]` of `airside-resource`, which has the documentation: a struct says by its fields what a
//! record is.

mod record;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct a record: see `airside_resource::record`.
#[proc_macro_derive(Record, attributes(record))]
pub fn derive_record(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    record::implementations(&input)
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
