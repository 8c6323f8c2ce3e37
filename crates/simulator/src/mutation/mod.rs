//! Bugs that are put into the protocol on purpose, to see that the checker finds them.
//!
//! None of them is in the product: they sit in the seams. Requests and answers are altered on their way (`wire.rs`),
//! both databases are spoilt by triggers and statements of the simulator's own connections (`portal.rs`, `cache.rs`),
//! and the portal's rules are replaced (`judgement.rs`). To add one: a line in [`Mutation`], its sentence in
//! [`Mutation::what`], and an arm in one of those files.

mod cache;
mod comparison;
mod files;
mod judgement;
mod portal;
mod wire;

pub use portal::push_of;

use crate::wire::Answer;
use crate::world::World;
use postern_console_core::transport::Request;
use postern_domain::PersonId;
use postern_portal_store::Rules;
use postern_protocol::CommandOutcome;
use std::collections::{BTreeMap, BTreeSet};

macro_rules! mutations {
    ($($name:ident: $what:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Mutation {
            $($name,)*
        }

        impl Mutation {
            pub const ALL: &[Mutation] = &[$(Mutation::$name,)*];

            /// The bug, in a few words.
            pub fn what(self) -> &'static str {
                match self {
                    $(Mutation::$name => $what,)*
                }
            }
        }
    };
}

mutations! {
    // The portal's rules.
    ContentNotCompared: "a decision is not compared with the content that was seen",
    AssignmentNotCompared: "a reassignment is not compared with the assignment that was seen",
    YesterdaysGrants: "commands are judged by the grants of the founding day",
    // The portal's database.
    CrashesNotCounted: "crashes of a command are counted in the transaction that crashed",
    ResultsNotStored: "outcomes are not stored",
    ResultsForgottenEarly: "outcomes are forgotten after five seconds",
    IdsKnownPerConsole: "a command id is known only to the console that sent it",
    SequenceStands: "a console's last sequence is not advanced",
    OutcomeApart: "the outcome is written in a transaction after the effect's",
    VersionStands: "an item's version is not counted on",
    ChangeNumberStands: "a change leaves the item's place in the change log",
    LateCommitter: "change numbers come from a sequence: a late committer is skipped",
    ScopeGenerationStands: "changed grants do not count the scope generation on",
    EpochStands: "a restored portal keeps its epoch",
    AuditLineLost: "one audit line of seven is lost",
    // On the way.
    NewIdOnRetry: "a command that is sent again gets a new id",
    OutcomesSwapped: "two outcomes of a push are swapped",
    RefusalTakenForDone: "a refusal is taken for done",
    ConflictTakenForDone: "a conflict is taken for done",
    SilenceTakenForDone: "a push without an answer is taken for done",
    CaptivePageTakenForDone: "a captive network's page is taken for the portal's word",
    PatchSkipped: "one patch of a page is skipped",
    LeaveDropped: "what is out of sight is not named in a page",
    PageTakenForLast: "a full page is taken for the last one",
    DirectoryDropped: "a page's directory is dropped",
    CutBootstrapTaken: "a bootstrap that was cut off is swapped in, and not compared with what should be held",
    PauseTakenForEnd: "a load that pauses is taken for whole",
    BootstrapCursorTooNew: "a bootstrap's cursor is newer than its items, and they are not compared with what should be held",
    HoldingNotCompared: "what a console should hold is not said, or not compared",
    EpochIgnored: "another epoch is ignored",
    NothingReplayed: "after a restore all is loaded anew and nothing replayed",
    ScopeIgnored: "another scope generation is ignored",
    NamedItemDropped: "of the items that are asked for by name after other grants, one is forgotten",
    LeavingForgotten: "what is out of sight after other grants is named as if it were in sight",
    ComparisonCutTaken: "a comparison that was cut off is taken for whole",
    NotSentTakenForLost: "what never left is taken for what may have arrived",
    // The console's cache.
    CursorBeforePatches: "the cursor is saved before its patches",
    RowGoneOnSend: "a command leaves the outbox when it is sent",
    RowGoneOnOutcome: "an applied command leaves the outbox for nowhere",
    ConflictDropped: "a conflict is dropped silently",
    ConflictRequeued: "a conflict goes to the end of its lane",
    JournalNotKept: "the journal is not kept",
    LaneReversed: "the newest command is sent first",
    UndoneAfterSending: "what was sent can still be undone",
    TooLargeDropped: "what is too large for a proxy is dropped",
    ThreeTriesOnly: "after three tries a command is given up",
    SessionEndEmptiesOutbox: "the end of a session empties the outbox",
    ForkEmptiesOutbox: "a forked console forgets what it had not sent",
    BootstrapEmptiesOutbox: "a bootstrap empties the outbox",
    SupersededForgotten: "a conflict is forgotten as soon as its author decides again, also when they take that back",
    OverlayStays: "an overlay stays when its command is undone",
    AlertNotMarked: "an alert is not marked as told",
    StaleSentUnasked: "what lay in the outbox for two weeks is sent without asking",
    UnansweredSentUnasked: "what has been without an answer for two weeks is sent as if it were new",
    LeaseWithoutTerm: "a lease can be taken from a sender that is at work",
    // Files.
    OwnOffsetBelieved: "a console continues an upload where it believes that it is",
    PartAppendedTwice: "a part that comes twice is appended twice",
    HashNotChecked: "what came is not compared with its hash",
    CommandBeforeContent: "a command leaves before its file",
    ContentDroppedEarly: "a file goes from the device before the portal has it",
    UnnamedContentKept: "the files of what is out of sight stay on the device",
    UnsentEvicted: "who wants room on the device loses what was not sent",
    HashIsEnough: "who knows the hash of a file counts as having brought it",
    GivenUpSoon: "an upload that failed twice is given up",
    NothingOfferedAgain: "after a restore files are not offered again",
}

/// What mutations remember from one moment to another.
#[derive(Debug, Default)]
pub struct Memory {
    /// Command ids that left, each with how often.
    sent: BTreeMap<String, u32>,
    /// Ids that were given out in the place of others.
    renamed: BTreeMap<String, String>,
    /// The items of each person's last bootstrap.
    bootstraps: BTreeMap<PersonId, Vec<String>>,
    /// Profiles whose last bootstrap was altered, and who did not ask yet what they should hold.
    altered: BTreeSet<usize>,
    tries: BTreeMap<usize, u32>,
}

impl Mutation {
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mutation| mutation.name().eq_ignore_ascii_case(name))
    }

    pub fn rules(self) -> Rules {
        judgement::rules(self)
    }

    pub fn forgets_the_epoch(self) -> bool {
        self == Mutation::EpochStands
    }

    /// A request before the network has it.
    pub async fn request(self, world: &mut World, who: usize, request: &mut Request) -> anyhow::Result<()> {
        wire::request(self, world, who, request).await
    }

    /// What comes back, before the console has it.
    pub async fn answer(
        self,
        world: &mut World,
        who: usize,
        request: &Request,
        mut answer: Option<Answer>,
    ) -> anyhow::Result<Option<Answer>> {
        cache::answered(self, world, who, request, answer.as_ref()).await?;
        files::answered(self, world, who, request, &mut answer).await?;
        wire::answer(self, world, who, request, answer).await
    }
}

/// The outcome that says that it is done.
fn done(id: &str, seq: u64) -> CommandOutcome {
    CommandOutcome {
        id: id.into(),
        seq,
        at_seq: 0,
        outcome: postern_protocol::Outcome::Applied { version: 1 },
    }
}
