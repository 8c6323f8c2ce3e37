//! The axes of the matrix: who holds what, how they stand to the item, where the item stands, what they ask for.

use postern_domain::{Command, Grant, Kind, PersonId, Role, Scope, Visibility};
use std::fmt;

/// Where a grant reaches, seen from the item: ACME's deliverable in the project `rocket`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    Everywhere,
    ThisClient,
    ThisProject,
    ThisKind,
    AnotherClient,
    AnotherProject,
    AnotherKind,
    /// This client, but another kind: the parts of a scope are combined with "and".
    Mixed,
}

impl Reach {
    pub const ALL: [Reach; 8] = [
        Reach::Everywhere,
        Reach::ThisClient,
        Reach::ThisProject,
        Reach::ThisKind,
        Reach::AnotherClient,
        Reach::AnotherProject,
        Reach::AnotherKind,
        Reach::Mixed,
    ];

    /// Whether a grant that reaches so far covers the item.
    pub fn covers(self) -> bool {
        matches!(self, Reach::Everywhere | Reach::ThisClient | Reach::ThisProject | Reach::ThisKind)
    }

    fn scope(self) -> Scope {
        let everything = Scope::EVERYTHING;
        match self {
            Reach::Everywhere => everything,
            Reach::ThisClient => Scope { client: Some("acme".into()), ..everything },
            Reach::ThisProject => Scope { project: Some("rocket".into()), ..everything },
            Reach::ThisKind => Scope { kind: Some(Kind::Deliverable), ..everything },
            Reach::AnotherClient => Scope { client: Some("globex".into()), ..everything },
            Reach::AnotherProject => Scope { project: Some("sled".into()), ..everything },
            Reach::AnotherKind => Scope { kind: Some(Kind::Invoice), ..everything },
            Reach::Mixed => Scope { client: Some("acme".into()), kind: Some(Kind::Invoice), project: None },
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reach::Everywhere => "everywhere",
            Reach::ThisClient => "this client",
            Reach::ThisProject => "this project",
            Reach::ThisKind => "this kind",
            Reach::AnotherClient => "another client",
            Reach::AnotherProject => "another project",
            Reach::AnotherKind => "another kind",
            Reach::Mixed => "this client and another kind",
        })
    }
}

/// What the caller holds: nothing, or one role over one scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder(pub Option<(Role, Reach)>);

impl Holder {
    pub fn all() -> Vec<Holder> {
        let held = Role::ALL.into_iter().flat_map(|role| Reach::ALL.map(|reach| Holder(Some((role, reach)))));
        std::iter::once(Holder(None)).chain(held).collect()
    }

    /// Whether it covers the item at all.
    pub fn covers(self) -> bool {
        self.0.is_some_and(|(_, reach)| reach.covers())
    }

    pub fn is_staff(self) -> bool {
        self.0.is_some_and(|(role, _)| role.is_staff())
    }

    pub(super) fn grants(self) -> Vec<Grant> {
        self.0.map(|(role, reach)| Grant { role, scope: reach.scope() }).into_iter().collect()
    }

    /// The caller's id; a switched-off account is another person's.
    pub fn id(self, disabled: bool) -> PersonId {
        let state = if disabled { "off" } else { "on" };
        match self.0 {
            None => PersonId(format!("caller-{state}-none")),
            Some((role, reach)) => PersonId(format!("caller-{state}-{role:?}-{reach:?}").to_lowercase()),
        }
    }
}

/// Where the item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is not there yet.
    New,
    Draft,
    /// Handed over, and no step is open yet: so an import may leave it.
    Submitted,
    /// In review at the owner's step.
    Intake,
    /// In review at the approvers' step, which somebody has.
    Review,
    /// In review at the approvers' step, which nobody has.
    Pool,
    ChangesRequested,
    Approved,
    Completed,
    /// Set aside from [`Standing::Review`], which stays open meanwhile.
    Exception,
    /// Set aside from [`Standing::ChangesRequested`].
    ExceptionOfSentBack,
    /// Set aside from [`Standing::Approved`].
    ExceptionOfApproved,
    /// In review at the approvers' step, which somebody has, by way of [`Standing::ExceptionOfSentBack`]: the round is the
    /// same.
    LedBack,
    Withdrawn,
}

impl Standing {
    pub const ALL: [Standing; 14] = [
        Standing::New,
        Standing::Draft,
        Standing::Submitted,
        Standing::Intake,
        Standing::Review,
        Standing::Pool,
        Standing::ChangesRequested,
        Standing::Approved,
        Standing::Completed,
        Standing::Exception,
        Standing::ExceptionOfSentBack,
        Standing::ExceptionOfApproved,
        Standing::LedBack,
        Standing::Withdrawn,
    ];

    /// Whether an exception is to be resolved.
    pub fn is_exception(self) -> bool {
        matches!(self, Standing::Exception | Standing::ExceptionOfSentBack | Standing::ExceptionOfApproved)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Standing::New => "new",
            Standing::Draft => "draft",
            Standing::Submitted => "submitted",
            Standing::Intake => "intake",
            Standing::Review => "review",
            Standing::Pool => "pool",
            Standing::ChangesRequested => "changes requested",
            Standing::Approved => "approved",
            Standing::Completed => "completed",
            Standing::Exception => "exception",
            Standing::ExceptionOfSentBack => "exception of what was sent back",
            Standing::ExceptionOfApproved => "exception of what was approved",
            Standing::LedBack => "led back to review",
            Standing::Withdrawn => "withdrawn",
        })
    }
}

/// How the caller stands to the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    None,
    Owner,
    Submitter,
    Author,
    Reviewer,
    FormerReviewer,
    Decided,
    EarlierAuthor,
    AuthorAsReviewer,
    Deputy,
    EndOfChain,
    AuthorAsDeputy,
    DeputyOfAuthor,
    ChainWithAuthor,
    Disabled,
    DisabledOwner,
    DisabledReviewer,
}

impl Relation {
    pub const ALL: [Relation; 17] = [
        Relation::None,
        Relation::Owner,
        Relation::Submitter,
        Relation::Author,
        Relation::Reviewer,
        Relation::FormerReviewer,
        Relation::Decided,
        Relation::EarlierAuthor,
        Relation::AuthorAsReviewer,
        Relation::Deputy,
        Relation::EndOfChain,
        Relation::AuthorAsDeputy,
        Relation::DeputyOfAuthor,
        Relation::ChainWithAuthor,
        Relation::Disabled,
        Relation::DisabledOwner,
        Relation::DisabledReviewer,
    ];

    /// Whether the caller's account is switched off.
    pub fn is_disabled(self) -> bool {
        matches!(self, Relation::Disabled | Relation::DisabledOwner | Relation::DisabledReviewer)
    }

    /// Whether the caller's own work is what the item holds in this round.
    pub fn contributed(self) -> bool {
        matches!(
            self,
            Relation::Submitter | Relation::Author | Relation::AuthorAsReviewer | Relation::AuthorAsDeputy
        )
    }

    /// Whether the caller sits in a contributor's seat, or in one that a contributor handed on.
    pub fn stands_in_for_a_contributor(self) -> bool {
        matches!(self, Relation::DeputyOfAuthor | Relation::ChainWithAuthor)
    }

    /// Whether it is about the seat of an open step.
    fn is_of_a_seat(self) -> bool {
        !matches!(
            self,
            Relation::None
                | Relation::Owner
                | Relation::Submitter
                | Relation::Author
                | Relation::Disabled
                | Relation::DisabledOwner
        )
    }

    /// The standings in which the relation can be: all, but to what is not there nobody stands in any relation, and
    /// seats are there where a step is open that somebody has. Where that is the owner's step, the relation is
    /// [`Relation::Owner`].
    pub fn standings(self) -> impl Iterator<Item = Standing> {
        Standing::ALL.into_iter().filter(move |standing| match standing {
            Standing::New => matches!(self, Relation::None | Relation::Disabled),
            Standing::Review | Standing::Exception | Standing::LedBack => true,
            _ => !self.is_of_a_seat(),
        })
    }

    /// What it is, in a sentence's second half: "the caller …".
    pub fn sentence(self) -> &'static str {
        match self {
            Relation::None => "has nothing to do with the item",
            Relation::Owner => "owns the item",
            Relation::Submitter => "handed the item over",
            Relation::Author => "changed the content in this round",
            Relation::Reviewer => "has the open step",
            Relation::FormerReviewer => "had the open step, and handed it to somebody else",
            Relation::Decided => "has decided at the open step, where another still has to",
            Relation::Deputy => "stands in for the one who has the open step",
            Relation::EndOfChain => "stands in at the end of three absences",
            Relation::EarlierAuthor => "changed the content in an earlier round, and has the open step",
            Relation::AuthorAsReviewer => "changed the content in this round, and has the open step",
            Relation::AuthorAsDeputy => "changed the content in this round, and stands in at the open step",
            Relation::DeputyOfAuthor => "stands in for somebody who changed the content in this round",
            Relation::ChainWithAuthor => {
                "stands in where somebody handed on who changed the content in this round"
            }
            Relation::Disabled => "has a switched-off account",
            Relation::DisabledOwner => "owns the item, with a switched-off account",
            Relation::DisabledReviewer => "has the open step, with a switched-off account",
        }
    }
}

/// What the caller asks for: every command, and to see the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    View,
    Submit,
    Approve,
    Override,
    RequestChanges,
    Resubmit,
    Claim,
    Reassign,
    Escalate,
    DeEscalate,
    RaiseException,
    /// Resolve an exception back to where it came from.
    ResolveBack,
    /// Resolve an exception into review at a stage.
    ResolveToStage,
    /// Resolve an exception by completing the item.
    ResolveToEnd,
    /// Resolve an exception by withdrawing the item.
    ResolveToWithdrawn,
    Complete,
    Withdraw,
    Reopen,
    Comment,
    NoteInternally,
    SetFields,
    AttachVersion,
    SetDue,
    SetPriority,
    Climb,
    Refresh,
    Migrate,
}

impl Act {
    pub const ALL: [Act; 27] = [
        Act::View,
        Act::Submit,
        Act::Approve,
        Act::Override,
        Act::RequestChanges,
        Act::Resubmit,
        Act::Claim,
        Act::Reassign,
        Act::Escalate,
        Act::DeEscalate,
        Act::RaiseException,
        Act::ResolveBack,
        Act::ResolveToStage,
        Act::ResolveToEnd,
        Act::ResolveToWithdrawn,
        Act::Complete,
        Act::Withdraw,
        Act::Reopen,
        Act::Comment,
        Act::NoteInternally,
        Act::SetFields,
        Act::AttachVersion,
        Act::SetDue,
        Act::SetPriority,
        Act::Climb,
        Act::Refresh,
        Act::Migrate,
    ];

    /// Which act a command is. A new command does not compile until it has its row here.
    pub fn of(command: &Command) -> Self {
        use postern_domain::ExceptionExit::{Back, Complete, Stage, Withdraw};
        match command {
            Command::Submit(_) => Act::Submit,
            Command::Approve { .. } => Act::Approve,
            Command::Override { .. } => Act::Override,
            Command::RequestChanges { .. } => Act::RequestChanges,
            Command::Resubmit { .. } => Act::Resubmit,
            Command::Claim { .. } => Act::Claim,
            Command::Reassign { .. } => Act::Reassign,
            Command::Escalate { .. } => Act::Escalate,
            Command::DeEscalate { .. } => Act::DeEscalate,
            Command::Climb { .. } => Act::Climb,
            Command::Refresh {} => Act::Refresh,
            Command::Migrate { .. } => Act::Migrate,
            Command::RaiseException { .. } => Act::RaiseException,
            Command::ResolveException { to: Back, .. } => Act::ResolveBack,
            Command::ResolveException { to: Stage(_), .. } => Act::ResolveToStage,
            Command::ResolveException { to: Complete, .. } => Act::ResolveToEnd,
            Command::ResolveException { to: Withdraw, .. } => Act::ResolveToWithdrawn,
            Command::Complete {} => Act::Complete,
            Command::Withdraw { .. } => Act::Withdraw,
            Command::Reopen { .. } => Act::Reopen,
            Command::Comment { visibility: Visibility::Client, .. } => Act::Comment,
            Command::Comment { visibility: Visibility::Internal, .. } => Act::NoteInternally,
            Command::SetFields { .. } => Act::SetFields,
            Command::AttachVersion { .. } => Act::AttachVersion,
            Command::SetDue { .. } => Act::SetDue,
            Command::SetPriority { .. } => Act::SetPriority,
        }
    }

    /// Whether it makes sense in `standing`: to what is not there, only handing it over.
    pub fn is_possible(self, standing: Standing) -> bool {
        standing != Standing::New || self == Act::Submit
    }

    /// Only the portal's own automation does it.
    pub fn is_automatic(self) -> bool {
        matches!(self, Act::Climb | Act::Refresh | Act::Migrate)
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Act::View => "see it",
            Act::Submit => "submit",
            Act::Approve => "approve",
            Act::Override => "override",
            Act::RequestChanges => "request changes",
            Act::Resubmit => "resubmit",
            Act::Claim => "claim",
            Act::Reassign => "reassign",
            Act::Escalate => "escalate",
            Act::DeEscalate => "de-escalate",
            Act::RaiseException => "raise exception",
            Act::ResolveBack => "resolve, back",
            Act::ResolveToStage => "resolve, to a stage",
            Act::ResolveToEnd => "resolve, complete",
            Act::ResolveToWithdrawn => "resolve, withdraw",
            Act::Complete => "complete",
            Act::Withdraw => "withdraw",
            Act::Reopen => "reopen",
            Act::Comment => "comment",
            Act::NoteInternally => "note internally",
            Act::SetFields => "set fields",
            Act::AttachVersion => "attach version",
            Act::SetDue => "set due",
            Act::SetPriority => "set priority",
            Act::Climb => "climb",
            Act::Refresh => "refresh",
            Act::Migrate => "migrate",
        })
    }
}
