//! Steps that people take: at their consoles, as clients, and by other ways.

use crate::book::Fate;
use crate::dice::Dice;
use crate::profile::{Waiting, as_error};
use crate::violation::{Check, broken};
use crate::wishes;
use crate::world::World;
use anyhow::Context as _;
use postern_console_core::{ActOptions, Engine, Request, Target};
use postern_domain::{
    Actor, ClientId, Command, CommandId, CommentId, Fields, Item, ItemId, Kind, PersonId, Priority,
    Submission, Visibility,
};
use postern_portal_store::{CommandError, Order, Source};

/// More are not made in one world.
const MOST_ITEMS: usize = 14;

impl World {
    /// Somebody gives a command on one item of their list, or on a few.
    pub async fn act(&mut self, who: usize, process: u8, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let which = self.which(who, process);
        let items = self.list(who).await?;
        let Some(first) = wishes::item(&items, &mut dice) else { return Ok(()) };
        let Some(profile) = self.profiles.get(who) else { return Ok(()) };
        let request = wishes::wish(first, &profile.person, &mut dice);
        let Some(process) = profile.processes.get(which).and_then(Option::as_ref) else { return Ok(()) };
        let engine = process.engine.clone();
        self.give(who, &engine, &items, first, &request, &mut dice).await
    }

    /// Gives a command on `first`, and perhaps on a few more of the `items`; held or not.
    pub async fn give(
        &mut self,
        who: usize,
        engine: &Engine,
        items: &[Item],
        first: &Item,
        request: &Request,
        dice: &mut Dice,
    ) -> anyhow::Result<()> {
        let mut targets = vec![Target { id: first.id.clone(), seen: None }];
        while dice.chance(15) && targets.len() < 4 {
            targets.extend(dice.pick(items).map(|item| Target { id: item.id.clone(), seen: None }));
        }
        // Who attaches a file mostly gives it at once.
        let held = if matches!(request, Request::AttachVersion { .. }) { 15 } else { 40 };
        let hold_ms = if dice.chance(held) { 10_000 } else { 0 };
        let before = self.outbox(who).await?;
        let acted = match engine.act(&targets, request, ActOptions { hold_ms }).await {
            Ok(acted) => acted,
            Err(failure) => return broken(Check::Healthy, format!("c{who} cannot act: {}", failure.message)),
        };
        let accepted = acted.results.iter().filter(|result| result.accepted).count();
        self.say(format_args!("c{who} acts on {}: {request:?}: {accepted} accepted", first.id));
        self.write_down(who, &before, Fate::Given).await
    }

    pub async fn undo(&mut self, who: usize, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let before = self.outbox(who).await?;
        let held: Vec<&Waiting> = before.iter().filter(|row| row.kind.is_none()).rev().take(3).collect();
        let Some(batch) = dice.pick(&held).map(|row| row.batch.clone()) else { return Ok(()) };
        let Some(engine) = self.engine(who) else { return Ok(()) };
        if let Some(mutation) = self.mutation
            && let Some(profile) = self.profiles.get_mut(who)
        {
            mutation.before_undo(&mut profile.watcher, &batch).await?;
        }
        let undone = engine.undo(&batch).await.map(|items| items.len());
        if let Some(mutation) = self.mutation
            && let Some(profile) = self.profiles.get_mut(who)
        {
            mutation.undo(&mut profile.watcher, &batch).await?;
        }
        self.say(format_args!("c{who} undoes {batch}: {:?}", undone.map_err(|failure| failure.code)));
        self.write_down(who, &before, Fate::Withdrawn).await
    }

    pub async fn discard(&mut self, who: usize, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let before = self.outbox(who).await?;
        let Some(row) = dice.pick(&before).cloned() else { return Ok(()) };
        self.put_away(who, &row).await
    }

    /// Gives up one command, if Postern lets it go.
    pub async fn put_away(&mut self, who: usize, row: &Waiting) -> anyhow::Result<()> {
        let before = self.outbox(who).await?;
        let Some(engine) = self.engine(who) else { return Ok(()) };
        let done = engine.discard(&row.id).await;
        self.say(format_args!("c{who} discards {}: {:?}", row.id, done.map_err(|failure| failure.code)));
        let fate = if row.kind.is_some() { Fate::Read } else { Fate::Withdrawn };
        self.write_down(who, &before, fate).await
    }

    pub async fn retry(&mut self, who: usize, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let rows = self.outbox(who).await?;
        let Some(row) = dice.pick(&rows).cloned() else { return Ok(()) };
        if row.kind.as_deref() == Some("conflict") {
            let hold_ms = if dice.chance(40) { 10_000 } else { 0 };
            return self.decide_again(who, &row, ActOptions { hold_ms }).await;
        }
        self.give_again(who, &row).await
    }

    /// Looks at a conflict, and wants the same on what is there now.
    async fn decide_again(&mut self, who: usize, row: &Waiting, options: ActOptions) -> anyhow::Result<()> {
        let before = self.outbox(who).await?;
        let Some(engine) = self.engine(who) else { return Ok(()) };
        let lines = engine.outbox().await.map_err(as_error)?;
        let line = lines.into_iter().find(|line| line.command == row.id);
        let Some(seen) = line.and_then(|line| line.conflict?.again.seen) else { return Ok(()) };
        let done = engine.decide_again(&row.id, seen, options).await.map_err(|failure| failure.code);
        self.say(format_args!("c{who} decides {} again: {:?}", row.id, done.map(|given| given.batch)));
        self.write_down(who, &before, Fate::Read).await
    }

    /// Says of one command that it is still wanted.
    pub async fn give_again(&mut self, who: usize, row: &Waiting) -> anyhow::Result<()> {
        let before = self.outbox(who).await?;
        let Some(engine) = self.engine(who) else { return Ok(()) };
        let done = engine.retry(&row.id).await.map_err(|failure| failure.code);
        self.say(format_args!("c{who} retries {}: {done:?}", row.id));
        if row.kind.is_none()
            && done.is_ok()
            && let Some(profile) = self.profiles.get_mut(who)
        {
            profile.book.confirmed(&row.id, profile.now());
        }
        self.write_down(who, &before, Fate::Read).await
    }

    /// Compares the outbox with what it was before somebody did something, and writes both kinds of difference down.
    async fn write_down(&mut self, who: usize, before: &[Waiting], fate: Fate) -> anyhow::Result<()> {
        let after = self.outbox(who).await?;
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(()) };
        for row in after.iter().filter(|row| before.iter().all(|other| other.id != row.id)) {
            let command = serde_json::from_str(&row.command).context("a command in the outbox")?;
            let now = profile.now();
            profile.book.given(row.id.clone(), row.item.clone(), command, now);
            self.known.insert(row.id.clone());
        }
        for row in before.iter().filter(|row| after.iter().all(|other| other.id != row.id)) {
            profile.book.ended(&row.id, fate);
        }
        Ok(())
    }

    pub async fn outbox(&mut self, who: usize) -> anyhow::Result<Vec<Waiting>> {
        match self.profiles.get_mut(who) {
            Some(profile) => profile.outbox().await,
            None => Ok(Vec::new()),
        }
    }

    pub fn engine(&self, who: usize) -> Option<Engine> {
        let profile = self.profiles.get(who)?;
        profile.processes.iter().flatten().next().map(|process| process.engine.clone())
    }

    /// What a console shows.
    pub async fn list(&mut self, who: usize) -> anyhow::Result<Vec<Item>> {
        let Some(profile) = self.profiles.get_mut(who) else { return Ok(Vec::new()) };
        let docs: Vec<String> = sqlx::query_scalar(
            "SELECT d.doc FROM items i JOIN item_docs d ON d.row = i.row WHERE i.live = 1 ORDER BY i.id",
        )
        .fetch_all(&mut profile.watcher)
        .await?;
        docs.iter().map(|doc| Ok(serde_json::from_str(doc)?)).collect()
    }

    /// A client hands something over, or changes what is there.
    pub async fn client(&mut self, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let (client, contact) = if dice.chance(55) { ("acme", "carla") } else { ("globex", "gina") };
        let items = self.portal_items().await?;
        let theirs: Vec<Item> = items.iter().filter(|item| item.client.as_str() == client).cloned().collect();
        let id = self.new_id();
        let (item, command) = match wishes::item(&theirs, &mut dice) {
            Some(item) if items.len() >= MOST_ITEMS || (items.len() > 3 && dice.chance(60)) => {
                let command = if dice.chance(15) {
                    self.bring(&PersonId::from(contact), &id, &mut dice).await?
                } else {
                    change(&mut dice, &id)
                };
                (item.id.clone(), command)
            }
            _ => (ItemId(format!("i-{id}")), submission(client, &mut dice)),
        };
        self.direct(id, item, command, PersonId::from(contact)).await
    }

    /// Somebody of the staff does something by another way than a console.
    pub async fn elsewhere(&mut self, dice: u64) -> anyhow::Result<()> {
        let mut dice = Dice::new(dice);
        let items = self.portal_items().await?;
        let Some(item) = wishes::item(&items, &mut dice) else { return Ok(()) };
        let me = wishes::somebody(&mut dice);
        let request = wishes::wish(item, &me, &mut dice);
        let id = self.new_id();
        let command = wishes::command(request, item, &me, id.as_str());
        self.direct(id, item.id.clone(), command, me).await
    }

    async fn direct(
        &mut self,
        id: CommandId,
        item: ItemId,
        command: Command,
        by: PersonId,
    ) -> anyhow::Result<()> {
        let what = command.action();
        let order = Order {
            id,
            item: item.clone(),
            command: Some(command),
            by: Actor::Person(by.clone()),
            made_at: None,
            source: Source::Direct,
        };
        let now = self.portal.now();
        match self.portal.store().apply_command(&order, now).await {
            Ok(outcome) => self.say(format_args!("{by} does {what:?} to {item}: {}", word(&outcome.outcome))),
            Err(CommandError::Store(error)) => return Err(error.into()),
            Err(error) => self.say(format_args!("{by} does {what:?} to {item}: {error}")),
        }
        Ok(())
    }

    pub async fn portal_items(&mut self) -> anyhow::Result<Vec<Item>> {
        let mut items = Vec::new();
        self.portal.store().for_each_item(|item| items.push(item)).await?;
        Ok(items)
    }
}

fn submission(client: &str, dice: &mut Dice) -> Command {
    let journey = dice.pick(&["standard", "pair", "pool"]).copied().unwrap_or("standard");
    let owner = if client == "acme" { "olga" } else { dice.pick(&["olga", "gus"]).copied().unwrap_or("gus") };
    Command::Submit(Box::new(Submission {
        reference: String::new(),
        kind: if dice.chance(50) { Kind::Invoice } else { Kind::Request },
        title: format!("Work {}", dice.below(1000)),
        description: String::new(),
        client: ClientId::from(client),
        project: None,
        journey: postern_domain::JourneyRef { key: journey.into(), version: 1 },
        fields: Fields::new(),
        priority: Priority::Normal,
        owner: dice.chance(80).then(|| PersonId::from(owner)),
    }))
}

fn change(dice: &mut Dice, id: &CommandId) -> Command {
    match dice.below(10) {
        0..=4 => Command::SetFields {
            fields: Fields::new(),
            title: Some(format!("Work {}", dice.below(1000))),
            description: None,
        },
        5..=7 => Command::Resubmit { comment: None },
        8 => Command::Comment {
            id: CommentId::new(id.as_str()),
            visibility: Visibility::Client,
            body: "how is it going?".to_owned(),
            mentions: Vec::new(),
        },
        _ => Command::Withdraw { reason: "not needed any more".to_owned() },
    }
}

pub fn word(outcome: &postern_protocol::Outcome) -> &'static str {
    use postern_protocol::Outcome;
    match outcome {
        Outcome::Applied { .. } => "applied",
        Outcome::AlreadySatisfied { .. } => "satisfied",
        Outcome::Refused { .. } => "refused",
        Outcome::Conflict { .. } => "conflict",
        Outcome::Quarantined { .. } => "quarantined",
        Outcome::NotUnderstood { .. } => "not understood",
    }
}
