//! The command line.

mod administration;
mod away;
mod deed;
mod new_item;
mod size;

pub use administration::{
    CalendarAction, CalendarArgs, DocumentArgs, JourneyAction, JourneyArgs, MigrateArgs, UseArgs, WishArgs,
};
pub use away::{AwayArgs, CoverageArgs, DeputyArg};
pub use deed::{Deed, PriorityName};
pub use new_item::{FormsArgs, SubmitArgs};

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
    Show(ShowArgs),
    #[command(flatten)]
    Decide(Deed),
    /// Key in a new item for a client; works offline, and the portal gives the reference
    Submit(SubmitArgs),
    /// What can be keyed in: clients, journeys, and the fields of their forms
    Forms(FormsArgs),
    /// Say that you are away, and who decides instead; without dates, list who is away
    Away(AwayArgs),
    /// Who gets somebody's work, and when
    Coverage(CoverageArgs),
    /// Attach files to an item, or another version of what is attached
    Attach(AttachArgs),
    /// Fetch a file of an item, or take it from this device
    File(FileArgs),
    /// Changes that the portal has not confirmed, or that need you
    Outbox(OutboxArgs),
    /// The audit trail of items: from the portal, or offline the history that the cache holds
    Audit(Refs),
    /// For portal admins: the workflows of items, as documents with versions
    Journey(JourneyArgs),
    /// For portal admins: working hours, holidays, and who keeps which
    Calendar(CalendarArgs),
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
pub struct ShowArgs {
    #[command(flatten)]
    pub on: Refs,
    /// Reckon each due time: of the open steps, and of the whole way
    #[arg(long)]
    pub why_due: bool,
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
    /// Whether the files of items where it is my turn are fetched before they are asked for
    #[arg(long, value_name = "BOOL")]
    pub fetch_files: Option<bool>,
    /// Fetch no file ahead that is larger, for example 5MB
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub largest_file: Option<u64>,
    /// All files together may take so much room, for example 500MB; what waits for its upload does not count
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    pub room_for_files: Option<u64>,
}

#[derive(Args)]
pub struct OutboxArgs {
    #[command(subcommand)]
    pub action: Option<OutboxAction>,
    /// What became of the changes that left the outbox, of the last thirty days
    #[arg(long)]
    pub history: bool,
}

#[derive(Subcommand)]
pub enum OutboxAction {
    /// Send a waiting change now, or give a refused one anew
    Retry {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Decide a conflict again: the same, on what is there now
    ///
    /// Prints what you saw, what you made of it and what is there now, and asks. To decide otherwise, do that to the
    /// item: for example `posternctl request-changes`; it takes the conflict's place.
    Decide {
        #[arg(value_name = "ID")]
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Only if this is still what is there: the beginning of the content's digest, as `posternctl show` prints it
        #[arg(long, value_name = "DIGEST")]
        seen: Option<String>,
        /// How long to wait for the portal's answer, in seconds
        #[arg(long, default_value_t = 30)]
        timeout: u64,
    },
    /// Give changes up that were not sent, or whose refusal or conflict you have read; asks before
    Discard {
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// `FIELD=VALUE`, the value as it was written.
pub(super) fn field(text: &str) -> Result<(String, FieldValue), String> {
    let (key, value) = text.split_once('=').ok_or("Write FIELD=VALUE, for example po_number=4711.")?;
    Ok((key.trim().to_owned(), FieldValue::Text(value.to_owned())))
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

#[cfg(test)]
mod tests;
