//! Commands and envelopes to send.

use postern_domain::{
    Client, Command, CommandId, Item, ItemId, Journey, Kind, PersonId, Seen, Submission, Timestamp,
};
use postern_protocol::Envelope;

/// A request of `client` on the built-in journey.
pub fn submission(client: &Client, title: &str, owner: Option<&str>) -> Submission {
    Submission {
        reference: String::new(),
        kind: Kind::Request,
        title: title.to_owned(),
        description: String::new(),
        client: client.id.clone(),
        project: None,
        journey: Journey::built_in().reference(),
        fields: Default::default(),
        priority: Default::default(),
        owner: owner.map(PersonId::from),
    }
}

pub fn submit(client: &Client, title: &str, owner: Option<&str>) -> Command {
    Command::Submit(Box::new(submission(client, title, owner)))
}

/// What somebody looks at who looks at an item of the built-in journey now.
pub fn seen(item: &Item) -> Seen {
    Seen::of(item, item.reviews.first().map(|review| review.step.clone()))
}

/// An envelope whose command id is `<item>-<seq>`.
pub fn envelope(seq: u64, item: &str, command: Command) -> Envelope {
    Envelope {
        id: CommandId(format!("{item}-{seq}")),
        seq,
        item: ItemId::from(item),
        command,
        made_at: Timestamp(1_772_441_000_000),
        only_if_known: false,
    }
}
