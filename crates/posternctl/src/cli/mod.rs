//! The command line.

use crate::exit::EXIT_CODES;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use postern_domain::{FieldValue, Kind};
use std::path::PathBuf;

const ABOUT: &str = "\
The Postern console without a window.

It shares its profile with the window and may run beside it: whichever of the two is first does the syncing. Everything \
it shows comes from the profile's cache; a decision is saved before it is sent, and survives everything that may happen \
on its way.

With --json, each command prints one JSON document on standard output: an object, or for commands on many items a list \
with one object for each. A failure prints {\"error\": {\"exit\", \"message\", \"request_id\"}}. Keys are added and never \
renamed; times are milliseconds since 1970 in UTC.";

#[derive(Parser)]
#[command(name = "posternctl", version, about = "The Postern console without a window", long_about = ABOUT, after_help = EXIT_CODES)]
pub struct Cli {
    /// The profile's folder [default: the one that the window uses]
    #[arg(long, global = true, value_name = "DIR", env = "POSTERN_PROFILE")]
    pub profile: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Never touch the network; decisions are saved and sent later
    #[arg(long, global = true)]
    pub offline: bool,
    /// Read the password from standard input, and sign in for this command alone if no sign-in is kept
    #[arg(long, global = true)]
    pub password_stdin: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Sign in to a portal and load what you may see
    Login(Login),
    /// Sign out and empty the cache
    Logout(Logout),
    /// Who is signed in, and how the sync stands
    Status,
    /// Send and fetch now
    Sync,
    /// What this device keeps for work without the network, and how much that is; with an option, choose
    Keep(KeepArgs),
    /// List a queue
    Queue(QueueArgs),
    /// Everything about items
    Show(Refs),
    /// Approve what the cache shows
    Approve {
        #[command(flatten)]
        on: Decision,
        /// A comment to go with the approval
        #[arg(long)]
        comment: Option<String>,
        /// Fill in a field that the step asks for, for example `po_number=4711`; may be repeated
        #[arg(long = "output", value_name = "FIELD=VALUE", value_parser = output)]
        outputs: Vec<(String, FieldValue)>,
    },
    /// Say that you are away, and who decides instead; without dates, list who is away
    Away(AwayArgs),
    /// Who gets somebody's work, and when
    Coverage(CoverageArgs),
    /// Close the open step as approved, in the deciders' place; needs the right to override
    Override {
        #[command(flatten)]
        on: Decision,
        /// Why; it is kept in the audit trail
        #[arg(long)]
        reason: String,
        /// Fill in a field that the step asks for, for example `po_number=4711`; may be repeated
        #[arg(long = "output", value_name = "FIELD=VALUE", value_parser = output)]
        outputs: Vec<(String, FieldValue)>,
        /// Where several steps are open: the key of the one to close
        #[arg(long)]
        step: Option<String>,
    },
    /// Send items back to the client
    RequestChanges {
        #[command(flatten)]
        on: Decision,
        /// What must change; the client reads it
        #[arg(long)]
        reason: String,
    },
    /// Take unassigned items
    Claim {
        #[command(flatten)]
        on: Decision,
        /// Where several steps have a free seat: the key of the one to take
        #[arg(long)]
        step: Option<String>,
    },
    /// Complete approved items
    Complete {
        #[command(flatten)]
        on: Decision,
    },
    /// Hand items to somebody else
    Reassign {
        #[command(flatten)]
        on: Decision,
        /// E-mail address or name
        #[arg(long, value_name = "PERSON")]
        to: String,
        #[arg(long)]
        reason: Option<String>,
        /// Where several steps are open: the key of the one to hand over
        #[arg(long)]
        step: Option<String>,
    },
    /// Bring items to a team lead
    Escalate {
        #[command(flatten)]
        on: Decision,
        #[arg(long)]
        reason: String,
    },
    /// Comment on items; internal unless told otherwise
    Comment {
        #[command(flatten)]
        on: Decision,
        #[arg(long)]
        body: String,
        /// The client reads it too
        #[arg(long)]
        client_visible: bool,
    },
    /// Attach files to an item, or another version of what is attached
    Attach(AttachArgs),
    /// Fetch a file of an item, or take it from this device
    File(FileArgs),
    /// Changes that the portal has not confirmed, or that need you
    Outbox(OutboxArgs),
    /// The audit trail of items: from the portal, or offline the history that the cache holds
    Audit(Refs),
    /// Print a completion script
    Completions { shell: Shell },
    /// Print the manual page
    Man,
}

#[derive(Args)]
pub struct Login {
    /// The portal's address, for example https://portal.example.com [default: that of last time]
    #[arg(long, value_name = "URL")]
    pub portal: Option<String>,
    /// [default: that of last time]
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Keep no token anywhere
    ///
    /// The password is checked and the cache is filled, and then the sign-in is forgotten. Afterwards everything works
    /// that needs no network; a command that does needs --password-stdin, which signs in for that command alone.
    #[arg(long)]
    pub session_only: bool,
}

#[derive(Args)]
pub struct Logout {
    /// Also when changes have not reached the portal yet: they are lost
    #[arg(long)]
    pub discard: bool,
}

#[derive(Args)]
pub struct Refs {
    /// References, for example ACME-142
    #[arg(required = true, value_name = "REF")]
    pub refs: Vec<String>,
}

#[derive(Args)]
pub struct Decision {
    /// References, for example ACME-142
    #[arg(required = true, value_name = "REF")]
    pub refs: Vec<String>,
    /// How long to wait for the portal's answer, in seconds
    #[arg(long, default_value_t = 30)]
    pub timeout: u64,
}

#[derive(Args)]
pub struct AttachArgs {
    /// A reference, for example ACME-142
    #[arg(value_name = "REF")]
    pub reference: String,
    /// They are copied into the profile first, and may change or go afterwards
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What it is called at the portal [default: the file's own name]
    #[arg(long = "as", value_name = "NAME")]
    pub name: Option<String>,
    /// It is the next version of this one: its name or id
    #[arg(long, value_name = "ATTACHMENT")]
    pub replace: Option<String>,
    /// How long to wait for the upload and the portal's answer, in seconds; what is not there by then goes on later
    #[arg(long, default_value_t = 300)]
    pub timeout: u64,
}

#[derive(Args)]
pub struct FileArgs {
    /// A reference, for example ACME-142
    #[arg(value_name = "REF")]
    pub reference: String,
    /// Its name or id; may be left out where there is one only
    pub name: Option<String>,
    /// Which version [default: the newest]
    #[arg(long, value_name = "N")]
    pub version: Option<u32>,
    /// Where to: a new file, a folder, or - for standard output [default: this folder]
    #[arg(long, short, value_name = "PATH")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub struct QueueArgs {
    /// For example: stage:legal client:acme is:overdue "annual report"
    pub filter: Vec<String>,
    #[arg(long, value_enum, default_value_t = QueueName::MyTurn)]
    pub queue: QueueName,
    #[arg(long, value_enum, default_value_t = SortName::Due)]
    pub sort: SortName,
    #[arg(long)]
    pub descending: bool,
    /// At most so many rows; 0 for all
    #[arg(long, default_value_t = 50)]
    pub limit: u32,
    #[arg(long, default_value_t = 0)]
    pub offset: u32,
    /// Only how many there are, queue by queue
    #[arg(long)]
    pub counts: bool,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum QueueName {
    MyTurn,
    Team,
    Mine,
    WaitingOnClient,
    Escalated,
    Stuck,
    Open,
    Closed,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum SortName {
    Due,
    Age,
    Updated,
    Priority,
    Reference,
    Title,
}

#[derive(Args)]
pub struct KeepArgs {
    /// Keep closed items for so many months; what is open is always kept
    #[arg(long, value_name = "N")]
    pub months: Option<u32>,
    /// Keep all closed items
    #[arg(long, conflicts_with = "months")]
    pub everything: bool,
}

#[derive(Args)]
pub struct OutboxArgs {
    #[command(subcommand)]
    pub action: Option<OutboxAction>,
}

#[derive(Subcommand)]
pub enum OutboxAction {
    /// Send a waiting change now, or give a refused one anew
    Retry {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Give changes up that were not sent, or whose refusal or conflict you have read
    Discard {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}

/// `FIELD=VALUE`, the value as it was written.
fn output(text: &str) -> Result<(String, FieldValue), String> {
    let (key, value) = text.split_once('=').ok_or("Write FIELD=VALUE, for example po_number=4711.")?;
    Ok((key.trim().to_owned(), FieldValue::Text(value.to_owned())))
}

#[derive(Args)]
pub struct AwayArgs {
    /// From when, in the person's own zone, for example 2026-12-24T09:00
    #[arg(long, requires = "until")]
    pub from: Option<String>,
    /// The first minute of being back
    #[arg(long, requires = "from")]
    pub until: Option<String>,
    /// Who decides instead, by e-mail address or name; the first who is named takes what the limits below allow
    #[arg(long, value_name = "PERSON")]
    pub to: Vec<String>,
    /// Only work for this client (its code or name)
    #[arg(long)]
    pub client: Option<String>,
    /// Only work of this kind
    #[arg(long, value_enum)]
    pub kind: Option<KindName>,
    /// Only work up to this amount, in minor units (cents)
    #[arg(long, value_name = "AMOUNT")]
    pub up_to: Option<i64>,
    /// For the colleagues
    #[arg(long)]
    pub note: Option<String>,
    /// Somebody else whom you lead
    #[arg(long, value_name = "PERSON")]
    pub person: Option<String>,
    /// Only say what is to be thought of; save nothing
    #[arg(long)]
    pub check: bool,
    /// Take back the absence with this id
    #[arg(long, value_name = "ID", conflicts_with_all = ["from", "until"])]
    pub cancel: Option<String>,
}

#[derive(Args)]
pub struct CoverageArgs {
    /// E-mail address or name
    pub person: String,
    /// From when [default: now]
    #[arg(long)]
    pub from: Option<String>,
    /// Until when [default: two weeks later]
    #[arg(long)]
    pub until: Option<String>,
    /// For the work on this item
    #[arg(long, value_name = "REF")]
    pub item: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum KindName {
    Request,
    Deliverable,
    Ticket,
    Invoice,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Self {
        match name {
            KindName::Request => Kind::Request,
            KindName::Deliverable => Kind::Deliverable,
            KindName::Ticket => Kind::Ticket,
            KindName::Invoice => Kind::Invoice,
        }
    }
}
