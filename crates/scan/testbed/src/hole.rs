//! The holes, one switch each.

use std::{collections::BTreeSet, fmt, str::FromStr};

use crate::HoleClass;

/// Which holes are open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holes(BTreeSet<Hole>);

impl Holes {
    /// The secure API.
    pub fn none() -> Self {
        Self::default()
    }

    /// Every hole at once.
    pub fn all() -> Self {
        Self(Hole::ALL.iter().copied().collect())
    }

    /// One hole.
    pub fn only(hole: Hole) -> Self {
        Self([hole].into())
    }

    /// Returns true if the hole is open.
    pub fn contains(&self, hole: Hole) -> bool {
        self.0.contains(&hole)
    }

    /// Iterates over the open holes.
    pub fn iter(&self) -> impl Iterator<Item = Hole> {
        self.0.iter().copied()
    }
}

/// `none`, `all`, or names with commas between them.
impl FromStr for Holes {
    type Err = UnknownHole;

    fn from_str(text: &str) -> Result<Self, UnknownHole> {
        match text {
            "none" => Ok(Self::none()),
            "all" => Ok(Self::all()),
            names => names
                .split(',')
                .map(Hole::from_str)
                .collect::<Result<_, _>>()
                .map(Self),
        }
    }
}

/// There is no hole of this name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no hole `{0}`")]
pub struct UnknownHole(String);

impl FromStr for Hole {
    type Err = UnknownHole;

    fn from_str(name: &str) -> Result<Self, UnknownHole> {
        let hole = Self::ALL.iter().find(|hole| hole.name() == name);
        hole.copied().ok_or_else(|| UnknownHole(name.to_owned()))
    }
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Declares the holes: variant, name, class, the operations of the ground truth, what is wrong.
macro_rules! holes {
    ($($variant:ident $name:literal $class:ident [$($operation:literal),+] $what:literal;)+) => {
        /// A hole that can be opened.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Hole {
            $(#[doc = $what] $variant,)+
        }

        impl Hole {
            /// Every hole.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Returns the switch's name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Returns the hole's class.
            pub const fn class(self) -> HoleClass {
                match self { $(Self::$variant => HoleClass::$class,)+ }
            }

            /// Returns the operations that show the hole, as `METHOD /template`; a finding at any of
            /// them is true.
            pub const fn operations(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($operation),+],)+ }
            }

            /// Returns what is wrong, as a sentence.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$variant => $what,)+ }
            }
        }
    };
}

holes! {
    AccountRead "account-read" ObjectRead ["GET /accounts/{id}"]
        "Anybody's account is read by its number.";
    OrderRead "order-read" ObjectRead ["GET /orders/{id}"]
        "Anybody's order is read by its UUID.";
    OrderItemsRead "order-items-read" ObjectRead ["GET /orders/{id}/items"]
        "The items of anybody's order are listed.";
    OrderItemRead "order-item-read" ObjectRead ["GET /orders/{id}/items/{item}"]
        "An item of anybody's order is read.";
    OrderItemParent "order-item-parent" ObjectRead ["GET /orders/{id}/items/{item}"]
        "The order of the path is checked, but not that the item belongs to it.";
    FileContent "file-content" ObjectRead ["GET /files/{id}/content"]
        "The content of a private file is sent to everybody, its metadata is not.";
    StatementQuery "statement-query" ObjectRead ["GET /statements"]
        "The account of the query is not checked.";
    StatementHeader "statement-header" ObjectRead ["GET /statements/current"]
        "The account of a header is not checked.";
    MessageBody "message-body" ObjectRead ["POST /messages/open"]
        "The message of the body is not checked.";
    InvoiceRead "invoice-read" ObjectRead ["GET /invoices/{number}"]
        "Anybody's invoice is read by its number, which can be guessed.";
    NoteRead "note-read" ObjectRead ["GET /notes/{id}"]
        "Anybody's note is read; where it is refused, the status is 200 with an error.";
    SettingsRead "settings-read" ObjectRead ["GET /settings/{username}"]
        "The settings of the named person are read; otherwise the name is ignored.";
    DraftRead "draft-read" ObjectRead ["GET /articles/{title}/draft"]
        "The draft of a public article is read by everybody.";
    TeamRead "team-read" ObjectRead ["GET /teams/{team}"]
        "A team is read by people who are not members.";
    TeamMemberRead "team-member-read" ObjectRead ["GET /teams/{team}/members/{username}"]
        "A member's record is read by people who are not members.";
    ExportRead "export-read" ObjectRead ["GET /exports/{id}"]
        "Anybody's finished export is downloaded.";

    ParcelRead "parcel-read" ObjectRead ["GET /parcels/{id}"]
        "Anybody's parcel is read by its id, which is in the address of a new one only.";
    PickupRead "pickup-read" ObjectRead ["GET /pickups/{pickup}"]
        "Anybody's pickup is read by its id, to which the answer to its order leads.";
    LetterRead "letter-read" ObjectRead ["GET /letters/{letter}"]
        "Anybody's letter is read by its id, which is in a HAL link only.";
    CargoRead "cargo-read" ObjectRead ["GET /cargos/{cargo}"]
        "Anybody's cargo is read by its id, which is beside its attributes (JSON:API).";
    BerthRead "berth-read" ObjectRead ["GET /berths/{berth}"]
        "Anybody's berth is read by its id, which is in its `@id` only (Hydra).";
    NotesBatchRead "notes-batch-read" ObjectRead ["POST /notes/batch-get"]
        "The notes of a list of ids are read, whoever owns them.";
    NotesBatchFirst "notes-batch-first" ObjectRead ["POST /notes/batch-get"]
        "Only the first note of a list of ids is checked.";
    LettersByIds "letters-by-ids" ObjectRead ["GET /letters"]
        "The letters of a list of ids with commas are read, whoever owns them.";

    AccountsListOwner "accounts-list-owner" ObjectList ["GET /accounts"]
        "The filter `owner_id` replaces the caller.";
    OrdersListAll "orders-list-all" ObjectList ["GET /orders"]
        "The list has everybody's orders.";
    FilesListAll "files-list-all" ObjectList ["GET /files"]
        "The list has everybody's private files.";
    SearchNotes "search-notes" ObjectList ["GET /search"]
        "The search finds everybody's notes.";
    MessageSearch "message-search" ObjectList ["POST /messages/search"]
        "The search finds everybody's messages.";

    AccountUpdate "account-update" ObjectUpdate ["PATCH /accounts/{id}"]
        "Anybody's account is changed.";
    OrderUpdate "order-update" ObjectUpdate ["PUT /orders/{id}"]
        "Anybody's order is replaced.";
    OrderItemsAdd "order-items-add" ObjectUpdate ["POST /orders/{id}/items"]
        "An item is put into anybody's order.";
    OrderItemUpdate "order-item-update" ObjectUpdate ["PATCH /orders/{id}/items/{item}"]
        "Neither the order nor the item of the path is checked.";
    OrderCancel "order-cancel" ObjectUpdate ["POST /orders/{id}/cancel"]
        "Anybody's order is cancelled, by a job that runs later.";
    ArticleUpdate "article-update" ObjectUpdate ["PUT /articles/{title}"]
        "Anybody's article is changed by its title.";
    CommentUpdate "comment-update" ObjectUpdate ["PATCH /comments/{id}"]
        "Anybody's comment is changed.";
    NoteUpdate "note-update" ObjectUpdate ["PUT /notes/{id}"]
        "Anybody's note is changed; the answer is 200 either way.";
    SettingsUpdate "settings-update" ObjectUpdate ["PUT /settings/{username}"]
        "The settings of the named person are changed; otherwise the caller's own are.";
    ProfileBody "profile-body" ObjectUpdate ["PUT /profile"]
        "A `username` in the body chooses whose profile is replaced.";
    PostUpdate "post-update" ObjectUpdate ["PUT /posts/{id}"]
        "Anybody's post, which everybody may read, is replaced.";
    UserUpdate "user-update" ObjectUpdate ["PATCH /users/{username}"]
        "Anybody's account of a person is changed.";
    UserPassword "user-password" ObjectUpdate ["PUT /users/{username}/password"]
        "Anybody's password is changed.";
    TransferFrom "transfer-from" ObjectUpdate ["POST /transfers"]
        "Money is taken from anybody's account.";
    FileShare "file-share" ObjectUpdate ["POST /files/{id}/shares"]
        "Anybody's file is shared with the caller.";
    TeamMemberWrite "team-member-write" ObjectUpdate ["PUT /teams/{team}/members/{username}"]
        "Members of a team are added and changed by people who do not own it.";

    CargoUpdate "cargo-update" ObjectUpdate ["PATCH /cargos/{cargo}"]
        "Anybody's cargo is changed.";
    OrdersBulkUpdate "orders-bulk-update" ObjectUpdate ["PATCH /orders/bulk"]
        "The orders of a list of ids are changed, whoever owns them.";

    AccountDelete "account-delete" ObjectDelete ["DELETE /accounts/{id}"]
        "Anybody's account is deleted (softly).";
    OrderDelete "order-delete" ObjectDelete ["DELETE /orders/{id}"]
        "Anybody's order is deleted.";
    OrderItemDelete "order-item-delete" ObjectDelete ["DELETE /orders/{id}/items/{item}"]
        "Anybody's item is deleted.";
    FileDelete "file-delete" ObjectDelete ["DELETE /files/{id}"]
        "Anybody's file is deleted; the answer is 204 either way.";
    ArticleDelete "article-delete" ObjectDelete ["DELETE /articles/{title}"]
        "Anybody's article is deleted.";
    CommentDelete "comment-delete" ObjectDelete ["DELETE /comments/{id}"]
        "Anybody's comment is deleted.";
    UserDelete "user-delete" ObjectDelete ["DELETE /users/{username}"]
        "Anybody's account of a person is deleted.";
    TeamMemberDelete "team-member-delete" ObjectDelete ["DELETE /teams/{team}/members/{username}"]
        "Members are removed by people who do not own the team.";

    ParcelDelete "parcel-delete" ObjectDelete ["DELETE /parcels/{id}"]
        "Anybody's parcel is deleted.";
    OrdersBulkDelete "orders-bulk-delete" ObjectDelete ["POST /orders/bulk-delete"]
        "The orders of a list of ids, which is the whole body, are deleted, whoever owns them.";
    LettersDelete "letters-delete" ObjectDelete ["DELETE /letters"]
        "The letters of a list of ids with commas are deleted, whoever owns them.";

    AdminUsers "admin-users" Function ["GET /admin/users"]
        "Customers list all people with their roles.";
    AdminUserDelete "admin-user-delete" Function ["DELETE /admin/users/{username}"]
        "Customers delete people by the administrators' function.";
    AdminCoupon "admin-coupon" Function ["POST /admin/coupons"]
        "Customers make coupons.";
    AdminFlag "admin-flag" Function ["PATCH /admin/flags/{name}"]
        "Customers change a flag that they may not even read.";
    UserRole "user-role" Function ["PUT /users/{username}/role"]
        "Customers give roles.";
    SupportTickets "support-tickets" Function ["GET /support/tickets"]
        "Customers read the tickets of all customers.";
    OpsQueue "ops-queue" Function ["GET /ops/queue"]
        "Customers read the orders of all customers, which the role `support` may.";
    StockCount "stock-count" Function ["PATCH /stock/{bin}"]
        "Customers count the stock, which the role `support` may.";

    RegisterRole "register-role" MassAssignment ["POST /register"]
        "A `role` is taken at registration.";
    AccountBalance "account-balance" MassAssignment ["POST /accounts"]
        "A `balance` is taken when an account is made.";
    MeRole "me-role" MassAssignment ["PATCH /me"]
        "`role` and `credit` are taken when a person changes their own record.";
    OrderPaid "order-paid" MassAssignment ["PUT /orders/{id}"]
        "`is_paid` and `status` are taken when an order is replaced.";
    PostLikes "post-likes" MassAssignment ["PUT /posts/{id}"]
        "`likes`, which only the API counts, is taken when a post is replaced.";
    CommentAuthor "comment-author" MassAssignment ["POST /articles/{title}/comments"]
        "An `author` is taken when a comment is made.";

    UserContacts "user-contacts" DataExposure ["GET /users/{username}"]
        "A public profile shows the e-mail address and the telephone number.";
    UsersListContacts "users-list-contacts" DataExposure ["GET /users"]
        "The list of people shows e-mail addresses and telephone numbers.";
    DirectoryContacts "directory-contacts" DataExposure ["GET /directory"]
        "The directory shows e-mail addresses and telephone numbers, deep in its answer.";
    TeamMembersRemarks "team-members-remarks" DataExposure ["GET /teams/{team}/members"]
        "The list of members, which everybody may see, shows the owner's private remarks.";

    TenantSettingsRead "tenant-settings-read" Tenant ["GET /tenants/{tenant}/settings"]
        "Another tenant's settings are read.";
    TenantSettingsUpdate "tenant-settings-update" Tenant ["PATCH /tenants/{tenant}/settings"]
        "Another tenant's settings are changed.";
    TenantDocumentRead "tenant-document-read" Tenant ["GET /tenants/{tenant}/documents/{id}"]
        "Another tenant's document is read.";
    TenantDocumentsList "tenant-documents-list" Tenant ["GET /tenants/{tenant}/documents"]
        "Another tenant's documents are listed.";

    ProjectsListHeader "projects-list-header" Tenant ["GET /projects"]
        "The projects of the tenant that a header names are listed.";
    ProjectReadHeader "project-read-header" Tenant ["GET /projects/{id}"]
        "A project of the tenant that a header names is read.";
    ProjectCreateHeader "project-create-header" Tenant ["POST /projects"]
        "A project is added to the tenant that a header names.";
    ProjectUpdateHeader "project-update-header" Tenant ["PATCH /projects/{id}"]
        "A project of the tenant that a header names is changed.";
    BudgetReadHeader "budget-read-header" Tenant ["GET /budget"]
        "The budget of the tenant that a header names is read; without it, the caller's own.";
    BudgetUpdateHeader "budget-update-header" Tenant ["PUT /budget"]
        "The budget of the tenant that a header names is changed; without it, the caller's own.";

    InvoiceAnonymous "invoice-anonymous" Authentication ["GET /invoices/{number}"]
        "An invoice is read without a token.";
    AuditAnonymous "audit-anonymous" Authentication ["GET /admin/audit"]
        "The audit trail is read without a token.";
    NoteDeleteAnonymous "note-delete-anonymous" Authentication ["DELETE /notes/{id}"]
        "A note is deleted without a token.";

    SignedOutToken "signed-out-token" Session ["GET /me"]
        "A token works after its person has signed out.";
    ExpiredToken "expired-token" Session ["GET /me"]
        "A token works after it has expired.";
}
