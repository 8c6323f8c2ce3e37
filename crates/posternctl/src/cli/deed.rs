//! What is done to items: one subcommand for each action that the staff may take.

use super::field;
use clap::{Args, Subcommand, ValueEnum};
use postern_domain::{ExceptionExit, FieldValue, Priority};

#[derive(Subcommand)]
pub enum Deed {
    /// Approve what the cache shows
    Approve {
        #[command(flatten)]
        on: On,
        /// A comment to go with the approval
        #[arg(long)]
        comment: Option<String>,
        /// Only if this is still what is there: the beginning of the content's digest, as `posternctl show` prints it
        #[arg(long, value_name = "DIGEST")]
        seen: Option<String>,
        /// Fill in a field that the step asks for, for example `po_number=4711`; may be repeated
        #[arg(long = "output", value_name = "FIELD=VALUE", value_parser = field)]
        outputs: Vec<(String, FieldValue)>,
    },
    /// Close the open step as approved, in the deciders' place; needs the right to override
    Override {
        #[command(flatten)]
        on: On,
        /// Why; it is kept in the audit trail
        #[arg(long)]
        reason: String,
        /// Only if this is still what is there: the beginning of the content's digest, as `posternctl show` prints it
        #[arg(long, value_name = "DIGEST")]
        seen: Option<String>,
        /// Fill in a field that the step asks for, for example `po_number=4711`; may be repeated
        #[arg(long = "output", value_name = "FIELD=VALUE", value_parser = field)]
        outputs: Vec<(String, FieldValue)>,
        /// Where several steps are open: the key of the one to close
        #[arg(long)]
        step: Option<String>,
    },
    /// Send items back to the client
    RequestChanges {
        #[command(flatten)]
        on: On,
        /// What must change; the client reads it
        #[arg(long)]
        reason: String,
        /// Only if this is still what is there: the beginning of the content's digest, as `posternctl show` prints it
        #[arg(long, value_name = "DIGEST")]
        seen: Option<String>,
    },
    /// Hand items over again in the client's place, after changes
    Resubmit {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        comment: Option<String>,
    },
    /// Take unassigned items
    Claim {
        #[command(flatten)]
        on: On,
        /// Where several steps have a free seat: the key of the one to take
        #[arg(long)]
        step: Option<String>,
    },
    /// Complete approved items
    Complete {
        #[command(flatten)]
        on: On,
    },
    /// Withdraw items
    Withdraw {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: String,
    },
    /// Reopen items that were completed or withdrawn
    Reopen {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: String,
    },
    /// Hand items to somebody else: your own seat, where you have one of several
    Reassign {
        #[command(flatten)]
        on: On,
        /// E-mail address or name
        #[arg(long, value_name = "PERSON")]
        to: String,
        #[arg(long)]
        reason: Option<String>,
        /// Where several steps are open: the key of the one to hand over
        #[arg(long)]
        step: Option<String>,
        /// Of several reviewers, whose seat: e-mail address or name
        #[arg(long, value_name = "PERSON")]
        from: Option<String>,
    },
    /// Bring items to a team lead
    Escalate {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: String,
        /// The team lead who is to look at it, by e-mail address or name [default: the one whom it falls to]
        #[arg(long, value_name = "PERSON")]
        to: Option<String>,
    },
    /// End an escalation
    DeEscalate {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: Option<String>,
    },
    /// Take items off their way, because something is wrong with them
    RaiseException {
        #[command(flatten)]
        on: On,
        /// What kind of exception; where the journey names some, one of those
        #[arg(long)]
        category: String,
        #[arg(long)]
        reason: String,
    },
    /// End an exception: back to where the item came from, to a stage, or to its end
    ResolveException {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        reason: String,
        #[arg(long, value_enum, default_value_t = ExitName::Back)]
        to: ExitName,
        /// With `--to stage`: its key
        #[arg(long, required_if_eq("to", "stage"), value_name = "KEY")]
        stage: Option<String>,
    },
    /// Comment on items; internal unless told otherwise
    Comment {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        body: String,
        /// The client reads it too
        #[arg(long)]
        client_visible: bool,
    },
    /// Change title, description or fields; what is not named stays as it is
    SetFields {
        #[command(flatten)]
        on: On,
        #[arg(long)]
        title: Option<String>,
        #[arg(long)]
        description: Option<String>,
        /// For example `amount=125000` (minor units); empty to clear it; may be repeated
        #[arg(long = "field", value_name = "FIELD=VALUE", value_parser = field)]
        fields: Vec<(String, FieldValue)>,
        /// Only say what would come of it, and what it would outdate
        #[arg(long)]
        check: bool,
    },
    /// Set when items are due, or that they are not, until they move on
    SetDue {
        #[command(flatten)]
        on: On,
        /// For example 2026-12-24T09:00 (this terminal's zone) or 2026-12-24T09:00:00Z
        #[arg(long, required_unless_present = "none", value_name = "WHEN")]
        at: Option<String>,
        /// Without a due date
        #[arg(long, conflicts_with = "at")]
        none: bool,
    },
    /// Set the priority of items
    SetPriority {
        #[command(flatten)]
        on: On,
        #[arg(long, value_enum)]
        to: PriorityName,
    },
}

impl Deed {
    /// On what.
    pub fn on(&self) -> &On {
        match self {
            Deed::Approve { on, .. }
            | Deed::Override { on, .. }
            | Deed::RequestChanges { on, .. }
            | Deed::Resubmit { on, .. }
            | Deed::Claim { on, .. }
            | Deed::Complete { on }
            | Deed::Withdraw { on, .. }
            | Deed::Reopen { on, .. }
            | Deed::Reassign { on, .. }
            | Deed::Escalate { on, .. }
            | Deed::DeEscalate { on, .. }
            | Deed::RaiseException { on, .. }
            | Deed::ResolveException { on, .. }
            | Deed::Comment { on, .. }
            | Deed::SetFields { on, .. }
            | Deed::SetDue { on, .. }
            | Deed::SetPriority { on, .. } => on,
        }
    }
}

impl Deed {
    /// Of a decision: what its author looked at.
    pub fn seen(&self) -> Option<&str> {
        match self {
            Deed::Approve { seen, .. } | Deed::Override { seen, .. } | Deed::RequestChanges { seen, .. } => {
                seen.as_deref()
            }
            _ => None,
        }
    }
}

#[derive(Args)]
pub struct On {
    /// References, for example ACME-142
    #[arg(required = true, value_name = "REF")]
    pub refs: Vec<String>,
    /// How long to wait for the portal's answer, in seconds
    #[arg(long, default_value_t = 30)]
    pub timeout: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PriorityName {
    Low,
    Normal,
    High,
    Urgent,
}

impl From<PriorityName> for Priority {
    fn from(name: PriorityName) -> Self {
        match name {
            PriorityName::Low => Priority::Low,
            PriorityName::Normal => Priority::Normal,
            PriorityName::High => Priority::High,
            PriorityName::Urgent => Priority::Urgent,
        }
    }
}

/// Where a resolved exception leaves to.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ExitName {
    Back,
    Stage,
    Complete,
    Withdraw,
}

impl ExitName {
    pub fn exit(self, stage: Option<&str>) -> ExceptionExit {
        match (self, stage) {
            (ExitName::Stage, Some(stage)) => ExceptionExit::Stage(stage.into()),
            // The command line asks for the stage.
            (ExitName::Back | ExitName::Stage, _) => ExceptionExit::Back,
            (ExitName::Complete, _) => ExceptionExit::Complete,
            (ExitName::Withdraw, _) => ExceptionExit::Withdraw,
        }
    }
}
