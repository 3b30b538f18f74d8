//! Classes of holes.

/// The kind of a hole. A class names what the scanner must prove to report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HoleClass {
    /// An object of another person is read by its id.
    ObjectRead,
    /// A list shows the private objects of other people.
    ObjectList,
    /// An object of another person is changed by its id.
    ObjectUpdate,
    /// An object of another person is deleted by its id.
    ObjectDelete,
    /// A function of another role answers.
    Function,
    /// A property that only the API may set is taken from the request.
    MassAssignment,
    /// An answer shows properties that are only their owner's.
    DataExposure,
    /// An object of another tenant is read or changed.
    Tenant,
    /// An operation that needs a token answers without one.
    Authentication,
    /// A token works after its end.
    Session,
}

impl HoleClass {
    /// Returns the class's name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ObjectRead => "BOLA read",
            Self::ObjectList => "BOLA list",
            Self::ObjectUpdate => "BOLA update",
            Self::ObjectDelete => "BOLA delete",
            Self::Function => "BFLA",
            Self::MassAssignment => "mass assignment",
            Self::DataExposure => "data exposure",
            Self::Tenant => "tenant crossing",
            Self::Authentication => "missing authentication",
            Self::Session => "dead token accepted",
        }
    }

    /// Returns the weakness in the Common Weakness Enumeration.
    pub const fn cwe(self) -> &'static str {
        match self {
            Self::ObjectRead
            | Self::ObjectList
            | Self::ObjectUpdate
            | Self::ObjectDelete
            | Self::Tenant => "CWE-639",
            Self::Function => "CWE-862",
            Self::MassAssignment => "CWE-915",
            Self::DataExposure => "CWE-213",
            Self::Authentication => "CWE-306",
            Self::Session => "CWE-613",
        }
    }

    /// Returns the row of the OWASP API Security Top 10 of 2023.
    pub const fn owasp(self) -> &'static str {
        match self {
            Self::ObjectRead
            | Self::ObjectList
            | Self::ObjectUpdate
            | Self::ObjectDelete
            | Self::Tenant => "API1:2023",
            Self::Authentication | Self::Session => "API2:2023",
            Self::MassAssignment | Self::DataExposure => "API3:2023",
            Self::Function => "API5:2023",
        }
    }
}
