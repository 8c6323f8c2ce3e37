//! What portal admins arrange: journeys and calendars.

use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Args)]
pub struct JourneyArgs {
    #[command(subcommand)]
    pub action: JourneyAction,
}

#[derive(Subcommand)]
pub enum JourneyAction {
    /// The journeys, their versions, and whether new items start on them
    List,
    /// Print the document of a journey, to edit
    Show {
        /// For example invoice-approval
        key: String,
        /// Which version [default: the newest]
        #[arg(long, value_name = "N")]
        version: Option<u32>,
        /// Its golden cases instead
        #[arg(long)]
        cases: bool,
    },
    /// Check a document against the organisation's people and calendars, and act out its golden cases
    Check(DocumentArgs),
    /// Say what past items would have done differently under a document, and the digest that publishing asks for
    Replay(DocumentArgs),
    /// Publish a document as the next version; items in flight stay on theirs
    Publish {
        #[command(flatten)]
        document: DocumentArgs,
        #[command(flatten)]
        wish: WishArgs,
    },
    /// Publish an earlier version again, as the next one; without --cohort, for those that it was published for
    RollBack {
        key: String,
        /// The version to go back to
        version: u32,
        /// Golden cases in the place of those that it was published with
        #[arg(long, value_name = "FILE")]
        cases: Option<PathBuf>,
        #[command(flatten)]
        wish: WishArgs,
    },
    /// Move items in flight from one version to another; repeated after an interruption, it goes on
    Migrate(MigrateArgs),
}

#[derive(Args)]
pub struct DocumentArgs {
    /// The journey's document: .toml or .json
    pub file: PathBuf,
    /// Its golden cases [default: <name>.cases.toml beside it]
    #[arg(long, value_name = "FILE")]
    pub cases: Option<PathBuf>,
}

/// For whom, and whether what the replay finds was seen.
#[derive(Args)]
pub struct WishArgs {
    /// Only for new items of clients of this cohort; may be repeated
    #[arg(long = "cohort", value_name = "COHORT")]
    pub cohorts: Vec<String>,
    /// The digest that the replay printed: you have seen what it found
    #[arg(long, value_name = "DIGEST")]
    pub replayed: Option<String>,
    /// Publish whatever the replay finds
    #[arg(long, conflicts_with = "replayed")]
    pub yes: bool,
}

#[derive(Args)]
pub struct MigrateArgs {
    /// For example invoice-approval
    pub key: String,
    /// The version that the items are on
    #[arg(long, value_name = "N", required_unless_present = "plan")]
    pub from: Option<u32>,
    /// The version that they move to
    #[arg(long, value_name = "N", required_unless_present = "plan")]
    pub to: Option<u32>,
    /// A stage of the old version and the one that takes its place, for example legal=review; may be repeated
    #[arg(long = "map", value_name = "OLD=NEW")]
    pub stages: Vec<String>,
    /// The plan as a TOML file: `from`, `to`, and a table `[stages]` of old and new
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "stages"])]
    pub plan: Option<PathBuf>,
    /// Only say what would move, what that approves, and what stands in the way
    #[arg(long)]
    pub check: bool,
}

#[derive(Args)]
pub struct CalendarArgs {
    #[command(subcommand)]
    pub action: CalendarAction,
}

#[derive(Subcommand)]
pub enum CalendarAction {
    /// The calendars in force, and who keeps them
    List,
    /// Print a calendar as a document, to edit; without a key, a standard week to begin with
    Show {
        key: Option<String>,
        /// Which version [default: the one in force]
        #[arg(long, value_name = "N", requires = "key")]
        version: Option<u32>,
    },
    /// Check a document, and say which due times would move if it were saved
    Preview { file: PathBuf },
    /// Save a document as its calendar's next version; what is due by it moves within seconds
    Save { file: PathBuf },
    /// Bring in the all-day events of an iCalendar file as holidays, for three years, and save
    ///
    /// Brought in again under the same name, what is gone from the file goes, and what is called otherwise is renamed;
    /// holidays of your own stay.
    Holidays {
        key: String,
        /// The .ics file
        file: PathBuf,
        /// What to call them [default: what the file calls itself, else its name]
        #[arg(long)]
        name: Option<String>,
        /// Only say what would change, and which due times would move
        #[arg(long)]
        check: bool,
    },
    /// Who keeps which calendar
    Uses {
        /// Only this one
        key: Option<String>,
    },
    /// Say who keeps a calendar from now on, and which due times that moves
    Use(UseArgs),
}

#[derive(Args)]
pub struct UseArgs {
    pub key: String,
    /// Everybody for whom nothing else is said
    #[arg(long, required_unless_present_any = ["group", "person"], conflicts_with_all = ["group", "person"])]
    pub everybody: bool,
    /// Everybody in this group who has no calendar of their own
    #[arg(long, conflicts_with = "person")]
    pub group: Option<String>,
    /// One person, by e-mail address or name
    #[arg(long)]
    pub person: Option<String>,
    /// Only say which due times would move
    #[arg(long)]
    pub check: bool,
}
