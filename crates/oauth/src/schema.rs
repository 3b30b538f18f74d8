//! JSON Schemas (2020-12) of types that are text or a number in JSON, for the document of the admin API.

/// Describes a type by a schema that is written where it is used.
macro_rules! described {
    ($name:ident, $schema:expr) => {
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $schema
            }
        }
    };
}

pub(crate) use described;
