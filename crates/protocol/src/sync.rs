//! Sync: commands go up, changes come down.

use crate::cursor::Cursor;
use crate::holding::{Divergence, Expected};
use postern_domain::absence::{Absence, Absences};
use postern_domain::calendar::{Calendar, CalendarUse, Calendars};
use postern_domain::{
    Client, Command, CommandId, ConsoleId, Item, ItemId, Journey, Organisation, People, Person, PersonId,
    Project, Refusal, Satisfied, StageNorm, Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a console says first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handshake {
    pub protocol_version: u32,
    pub app_version: String,
    pub console: ConsoleId,
    /// The epoch that the console's cache is of; none before its first bootstrap.
    pub epoch: Option<String>,
    /// The last sequence number for which the console has stored an outcome; 0 before the first.
    pub acknowledged: u64,
    /// Its cache was not what it should have been, and is loaded anew.
    pub diverged: Option<Divergence>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandshakeReply {
    pub verdict: HandshakeVerdict,
    pub epoch: String,
    /// The head of the change log.
    pub seq: i64,
    /// The last sequence number of this console that the portal has applied; 0 if none.
    pub last_applied: u64,
    pub server_time: Timestamp,
    /// Whose session this is.
    pub person: PersonId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandshakeVerdict {
    Ok,
    UpgradeRequired,
    /// The console has outcomes that the portal does not know: the portal was restored from a backup.
    ClientAhead,
    /// Another console uses this id: take a new one.
    ClientForked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    pub console: ConsoleId,
    /// In order, without gaps; at most [`crate::MAX_PUSH`].
    pub commands: Vec<Envelope>,
}

/// One command on its way up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    pub id: CommandId,
    /// 1, 2, 3 … for each console.
    pub seq: u64,
    pub item: ItemId,
    pub command: Command,
    /// The device's clock when the person gave the command.
    pub made_at: Timestamp,
    /// It left before, and has been without an answer for so long that its author is asked again: the portal says what
    /// became of it if it has it, and does not apply it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_if_known: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushReply {
    /// One for each envelope, in the same order.
    pub outcomes: Vec<CommandOutcome>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandOutcome {
    pub id: CommandId,
    pub seq: u64,
    /// The portal's change sequence that holds the effect. The effect is in the cache once the cursor has passed it.
    pub at_seq: i64,
    pub outcome: Outcome,
}

/// What became of a command. Every one is final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    Applied {
        version: u64,
    },
    /// What was wanted is already so.
    AlreadySatisfied {
        why: Satisfied,
    },
    /// A rule said no.
    Refused {
        refusal: Refusal,
    },
    /// What was seen is not what is there now; the refusal says which part. `current` is the item as it is now; a console
    /// lets go of it when the item leaves its person's sight.
    Conflict {
        refusal: Refusal,
        current: Option<Box<Item>>,
    },
    /// The portal failed on it again and again and has put it aside for an admin.
    Quarantined {
        report: String,
    },
    /// An outcome that this version does not know, as it came. Never sent.
    NotUnderstood {
        said: String,
    },
}

/// One page of what changed for this person since a cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangePage {
    /// In the order of their latest change.
    pub changes: Vec<Change>,
    /// The whole directory, when it is newer than the cursor's.
    pub directory: Option<Directory>,
    pub cursor: Cursor,
    /// More pages wait behind the cursor.
    pub more: bool,
    /// What the console should hold once it has taken this page in: on the last page, and only if it asked.
    pub expected: Option<Expected>,
    pub server_time: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    Upsert {
        item: Box<Item>,
    },
    /// Out of sight: the id alone.
    Leave {
        id: ItemId,
    },
}

/// What items refer to: everything that the person may see of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directory {
    pub people: Vec<Person>,
    pub clients: Vec<Client>,
    pub projects: Vec<Project>,
    pub journeys: Vec<Journey>,
    pub norms: Vec<StageNorm>,
    /// Every version of every calendar.
    #[serde(default)]
    pub calendars: Vec<Calendar>,
    #[serde(default)]
    pub calendar_uses: Vec<CalendarUse>,
    #[serde(default)]
    pub absences: Vec<Absence>,
}

impl Directory {
    /// What rules know of the organisation, as far as this person sees it.
    pub fn organisation(&self) -> Organisation {
        Organisation {
            people: People::new(self.people.iter().cloned()).with_clients(&self.clients),
            calendars: Calendars::assemble(&self.calendars, &self.calendar_uses),
            absences: Absences::new(self.absences.iter().cloned()),
        }
    }
}

/// One line of the bootstrap stream (newline-delimited JSON, gzip on the wire).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum BootstrapPart {
    /// First: from `cursor` on, changes continue. A load that goes on after a cut keeps the cursor that it began with,
    /// but for the version of the directory.
    Begin {
        cursor: Cursor,
        /// How many are still to come.
        items: u64,
        /// None for a load that goes on after a cut, if it came before and has not changed since.
        directory: Option<Box<Directory>>,
        server_time: Timestamp,
    },
    Item {
        item: Box<Item>,
    },
    /// In the place of items, where only their versions were asked for.
    Versions {
        of: Vec<(ItemId, u64)>,
    },
    /// Last, where the portal makes room for another load: there is more, and to ask for it behind the last item goes on.
    /// Each stream that ends so has brought an item at least.
    Pause {
        /// How many came with this stream.
        items: u64,
    },
    /// Last, when all has come. What ends without one of the two was cut.
    End {
        /// How many came with this stream.
        items: u64,
        /// What the console holds now. None for a load that went on after a cut: its parts are of different moments,
        /// and the changes since the cursor make them one.
        expected: Option<Expected>,
    },
}

/// Items that a console lacks, by their ids (`POST /v1/sync/items`). The answer is a [`ChangePage`] with those of them that
/// the person may see, at the same cursor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedItems {
    /// With which the versions came that the console compared.
    pub cursor: Cursor,
    /// At most [`crate::MAX_NAMED`].
    pub ids: Vec<ItemId>,
}

/// How far the log of changes and the directory reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub epoch: String,
    pub seq: i64,
    pub directory_version: i64,
}

impl Head {
    /// Whether there is something that a console with this cursor does not have.
    pub fn is_news_to(&self, cursor: &Cursor) -> bool {
        self.epoch != cursor.epoch
            || self.seq > cursor.seq
            || self.directory_version > cursor.directory_version
    }
}

/// One server-sent event: there is something newer, and no more than that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    #[serde(flatten)]
    pub head: Head,
    /// So many consoles are told at once that each is to wait any time up to this many milliseconds before it asks.
    #[serde(default)]
    pub spread_ms: u32,
}

/// Hand over a new item through the API, as a client or for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewItem {
    /// Repeating a request with the same id makes no second item.
    pub command: CommandId,
    pub kind: postern_domain::Kind,
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub client: postern_domain::ClientId,
    #[serde(default)]
    pub project: Option<postern_domain::ProjectId>,
    /// The journey's key; its newest version is taken. Absent: the portal's default journey.
    #[serde(default)]
    pub journey: Option<postern_domain::JourneyKey>,
    #[serde(default)]
    pub fields: postern_domain::Fields,
    #[serde(default)]
    pub priority: postern_domain::Priority,
    #[serde(default)]
    pub owner: Option<postern_domain::PersonId>,
}

/// One command through the API, outside any console's sequence (`POST /v1/items/{reference}/commands`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectCommand {
    pub id: CommandId,
    pub command: Command,
}

/// What became of it, and the sentence that every front end shows for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectReply {
    #[serde(flatten)]
    pub outcome: CommandOutcome,
    pub sentence: String,
}

/// One line of an item's audit trail (`GET /v1/items/{reference}/audit`), and of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// 1, 2, 3 … over the whole portal.
    pub seq: i64,
    pub item: ItemId,
    pub recorded: postern_domain::Recorded,
    /// SHA-256 over the line before and this one; 64 hexadecimal digits.
    pub hash: String,
}
