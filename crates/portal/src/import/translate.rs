//! A case of a log becomes an item with its history. What happened is taken as it happened: nothing is decided anew,
//! and every instant stays (moved all alike, when the import shifts to now).

use super::log::{Attributes, Case, LogEvent};
use super::mapping::{Does, Mapping};
use super::people::{Book, fill, stable_id};
use super::report::{Report, Tally};
use postern_domain::{
    Actor, Client, ClientId, Event, FieldValue, Fields, HOUR_MS, Inconsistent, Item, ItemId, Journey,
    Organisation, People, Phase, Quorum, Recorded, ReviewOutcome, StageKey, Submission, Timestamp, Verdict,
    apply, stage_opening,
};
use std::collections::HashMap;

/// What the store can take next, in this order.
pub enum Ready {
    /// Before its first item.
    Client(Client),
    Item(Box<Item>, Vec<Recorded>),
}

pub struct Translator<'a> {
    pub mapping: &'a Mapping,
    pub journey: Journey,
    pub book: Book<'a>,
    pub report: Report,
    pub tally: Tally,
    as_of: Option<Timestamp>,
    shift_ms: i64,
    numbers: HashMap<ClientId, u64>,
    /// Items that wait for a step now: whose turn it is shows when all people are known.
    in_flight: Vec<(Item, Vec<Recorded>, Timestamp)>,
}

#[derive(Debug, thiserror::Error)]
#[error("case “{case}”, line {line}: {source}")]
pub struct UnusableCase {
    pub case: String,
    pub line: u64,
    pub source: Inconsistent,
}

impl<'a> Translator<'a> {
    /// `shift_ms` is added to every instant; `numbers` holds the last reference number that each client has.
    pub fn new(mapping: &'a Mapping, book: Book<'a>, as_of: Option<Timestamp>, shift_ms: i64) -> Self {
        Self {
            mapping,
            journey: mapping.journey(),
            book,
            report: Report::default(),
            tally: Tally::default(),
            as_of,
            shift_ms,
            numbers: HashMap::new(),
            in_flight: Vec::new(),
        }
    }

    /// The case's client, when it is a new one, and its item; an item in flight comes from [`Translator::finish`].
    ///
    /// # Errors
    /// When its events cannot follow each other, which the translation should never let happen.
    pub fn case(&mut self, case: Case) -> Result<Vec<Ready>, UnusableCase> {
        self.report.cases += 1;
        self.report.events += case.events.len() as u64;
        let Case { id, attributes, mut events } = case;
        events.sort_by_key(|event| event.at);
        let cut = events.partition_point(|event| self.as_of.is_none_or(|as_of| event.at <= as_of));
        self.report.after_the_cut += (events.len() - cut) as u64;
        events.truncate(cut);
        let Some(first) = events.first() else {
            self.report.cases_after_the_cut += 1;
            return Ok(Vec::new());
        };
        let known = everything_known(&id, &attributes, first);
        let (client, is_new) = self.book.client(&known);
        let number = self.numbers.entry(client.id.clone()).or_insert(0);
        *number += 1;
        let reference = format!("{}-{number}", client.code);
        let mut way = Way {
            id: ItemId::new(stable_id("i", &[&self.mapping.name, &id])),
            submission: self.submission(reference, &client, &known),
            item: None,
            log: Vec::with_capacity(events.len() * 3),
            before: first.at.plus_ms(self.shift_ms),
        };
        for event in &events {
            let line = event.line;
            self.event(&mut way, event, &client.id).map_err(|source| UnusableCase {
                case: id.clone(),
                line,
                source,
            })?;
            let at = event.at.plus_ms(self.shift_ms);
            self.report.first = Some(self.report.first.map_or(at, |first| first.min(at)));
            self.report.last = Some(self.report.last.map_or(at, |last| last.max(at)));
            way.before = at;
        }
        let mut ready: Vec<Ready> = is_new.then_some(Ready::Client(client)).into_iter().collect();
        match way.item {
            Some(item)
                if matches!(item.phase, Phase::Submitted | Phase::InReview) && item.reviews.is_empty() =>
            {
                self.in_flight.push((item, way.log, way.before));
            }
            Some(item) => ready.push(self.done(item, way.log)),
            None => {}
        }
        Ok(ready)
    }

    /// The items in flight, each with the step that waits now.
    ///
    /// # Errors
    /// As [`Translator::case`].
    pub fn finish(&mut self) -> Result<Vec<Ready>, UnusableCase> {
        let organisation = Organisation::of(People::new(self.book.people().cloned()));
        let in_flight = std::mem::take(&mut self.in_flight);
        let mut ready = Vec::with_capacity(in_flight.len());
        for (item, log, at) in in_flight {
            let reference = item.reference.clone();
            let unusable = |source| UnusableCase { case: reference.clone(), line: 0, source };
            let events = self.waiting_step(&item, &organisation, at);
            let mut way = Way { id: item.id.clone(), submission: None, item: Some(item), log, before: at };
            for event in events {
                way.record(event, &Actor::System("import".to_owned()), at).map_err(unusable)?;
            }
            if let Some(item) = way.item {
                ready.push(self.done(item, way.log));
            }
        }
        Ok(ready)
    }

    /// What waits after the last step that the log shows.
    fn waiting_step(&self, item: &Item, organisation: &Organisation, at: Timestamp) -> Vec<Event> {
        let last = item.closed_reviews.last().filter(|review| review.round == item.round);
        let next = self.journey.stages_ahead(last.map(|review| &review.stage), item).next();
        match next {
            Some((stage, _)) => stage_opening(&self.journey, stage, item, organisation, at),
            None => {
                vec![Event::Approved { due_at: self.hours_after(at, self.mapping.journey.completion_hours) }]
            }
        }
    }

    fn done(&mut self, item: Item, log: Vec<Recorded>) -> Ready {
        self.report.items += 1;
        *self.report.phases.entry(item.phase.as_str()).or_default() += 1;
        self.tally.add(&item);
        Ready::Item(Box::new(item), log)
    }

    fn event(&mut self, way: &mut Way, event: &LogEvent, client: &ClientId) -> Result<(), Inconsistent> {
        let by = self.book.actor(event, client);
        let at = event.at.plus_ms(self.shift_ms);
        let Some(does) = self.mapping.activities.get(&event.activity) else {
            *self.report.unmapped.entry(event.activity.clone()).or_default() += 1;
            self.begun(way, &by, at, event.line)?;
            return way.record(Event::Noted { activity: event.activity.clone() }, &by, at);
        };
        *self.report.imported.entry(event.activity.clone()).or_default() += 1;
        match does {
            Does::Draft => self.draft(way, event, &by, at),
            Does::Submit => self.submit(way, event, &by, at),
            Does::Approve { stage, last } => self.approve(way, event, &by, at, stage, *last),
            Does::RequestChanges { stage } => self.send_back(way, event, &by, at, stage.as_deref()),
            Does::Complete => {
                self.begun(way, &by, at, event.line)?;
                way.record(Event::Completed {}, &by, at)
            }
            Does::Withdraw => {
                self.begun(way, &by, at, event.line)?;
                if way.phase() == Some(Phase::Completed) {
                    self.report.irregular("withdrawn after it was completed", event.line);
                    return way.record(Event::Noted { activity: event.activity.clone() }, &by, at);
                }
                way.record(Event::Withdrawn { reason: event.activity.clone() }, &by, at)
            }
            Does::Escalate => {
                self.begun(way, &by, at, event.line)?;
                let to = self.book.owner.clone();
                way.record(
                    Event::Escalated {
                        level: 1,
                        to,
                        reason: event.activity.clone(),
                        rung: None,
                        automatic: false,
                    },
                    &by,
                    at,
                )
            }
            Does::Note => {
                self.begun(way, &by, at, event.line)?;
                way.record(Event::Noted { activity: event.activity.clone() }, &by, at)
            }
        }
    }

    fn draft(
        &mut self,
        way: &mut Way,
        event: &LogEvent,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), Inconsistent> {
        match way.submission.take() {
            Some(submission) => {
                way.submission = Some(submission.clone());
                if way.item.is_none() {
                    return way.record(Event::drafted(*submission, &self.journey), by, at);
                }
            }
            None => self.report.irregular("saved as a draft after it was handed over", event.line),
        }
        way.record(Event::Noted { activity: event.activity.clone() }, by, at)
    }

    fn submit(
        &mut self,
        way: &mut Way,
        event: &LogEvent,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), Inconsistent> {
        match way.phase() {
            None | Some(Phase::Draft) => {
                let Some(submission) = way.submission.take() else { return Ok(()) };
                way.record(Event::submitted(*submission, &self.journey), by, at)
            }
            Some(phase) => {
                if phase == Phase::Completed {
                    self.report.irregular("handed over again after it was completed", event.line);
                }
                way.record(Event::Resubmitted { comment: None }, by, at)
            }
        }
    }

    fn approve(
        &mut self,
        way: &mut Way,
        event: &LogEvent,
        by: &Actor,
        at: Timestamp,
        stage: &str,
        last: bool,
    ) -> Result<(), Inconsistent> {
        self.handed_over(way, by, at, event.line)?;
        if matches!(way.phase(), Some(Phase::Completed)) {
            self.report.irregular("approved after it was completed", event.line);
            return way.record(Event::Noted { activity: event.activity.clone() }, by, at);
        }
        self.decide(way, by, at, stage, Verdict::Approve, None)?;
        if last {
            let due_at = self.hours_after(at, self.mapping.journey.completion_hours);
            way.record(Event::Approved { due_at }, by, at)?;
        }
        Ok(())
    }

    fn send_back(
        &mut self,
        way: &mut Way,
        event: &LogEvent,
        by: &Actor,
        at: Timestamp,
        stage: Option<&str>,
    ) -> Result<(), Inconsistent> {
        self.handed_over(way, by, at, event.line)?;
        if let Some(stage) = stage {
            self.decide(way, by, at, stage, Verdict::RequestChanges, Some(event.activity.clone()))?;
        }
        let due_at = self.hours_after(at, self.mapping.journey.client_hours);
        way.record(Event::ChangesRequested { reason: event.activity.clone(), due_at }, by, at)
    }

    /// The review opened when the event before happened: from then on the item waited for this decision.
    fn decide(
        &mut self,
        way: &mut Way,
        by: &Actor,
        at: Timestamp,
        stage: &str,
        verdict: Verdict,
        reason: Option<String>,
    ) -> Result<(), Inconsistent> {
        let key = StageKey::new(stage);
        let Some((stage, step)) =
            self.journey.stage(&key).and_then(|stage| Some((stage, stage.steps.first()?)))
        else {
            return Err(Inconsistent::NoOpenReview);
        };
        let opened_at = way.before;
        let opening = Event::ReviewOpened {
            stage: stage.key.clone(),
            step: step.key.clone(),
            reviewers: by.person().cloned().into_iter().collect(),
            quorum: Quorum::Any,
            needed: 1,
            veto: step.veto.clone(),
            due_at: Some(opened_at.plus_ms(self.target_ms(&key))),
            clock: None,
            covers: Vec::new(),
            groups: Default::default(),
            fallback: false,
        };
        way.record(opening, &Actor::System("import".to_owned()), opened_at)?;
        let Some(item) = &way.item else { return Err(Inconsistent::NoItem) };
        if by.person().is_some() {
            let decided = Event::Decided {
                step: step.key.clone(),
                verdict,
                reason,
                content: item.content.clone(),
                round: item.round,
                journey_version: self.journey.version,
                on_behalf_of: Vec::new(),
                groups: Vec::new(),
                outputs: Fields::new(),
                overriding: false,
            };
            way.record(decided, by, at)?;
        }
        let outcome = match verdict {
            Verdict::Approve => ReviewOutcome::Approved,
            Verdict::RequestChanges => ReviewOutcome::ChangesRequested,
        };
        way.record(Event::ReviewClosed { step: step.key.clone(), outcome }, by, at)
    }

    fn target_ms(&self, stage: &StageKey) -> i64 {
        let mapped = self.mapping.journey.stages.iter().find(|mapped| mapped.key == stage.as_str());
        mapped.map_or(0, |mapped| i64::from(mapped.target_hours) * HOUR_MS)
    }

    /// A log may begin in the middle: then the item is taken as handed over with its first event.
    fn begun(&mut self, way: &mut Way, by: &Actor, at: Timestamp, line: u64) -> Result<(), Inconsistent> {
        if way.item.is_some() { Ok(()) } else { self.hand_over(way, by, at, line) }
    }

    /// Nothing is decided on what was not handed over.
    fn handed_over(
        &mut self,
        way: &mut Way,
        by: &Actor,
        at: Timestamp,
        line: u64,
    ) -> Result<(), Inconsistent> {
        match way.phase() {
            None | Some(Phase::Draft) => self.hand_over(way, by, at, line),
            Some(_) => Ok(()),
        }
    }

    fn hand_over(&mut self, way: &mut Way, by: &Actor, at: Timestamp, line: u64) -> Result<(), Inconsistent> {
        let Some(submission) = way.submission.take() else { return Err(Inconsistent::NoItem) };
        self.report.irregular("began without being handed over", line);
        way.record(Event::submitted(*submission, &self.journey), by, at)
    }

    fn hours_after(&self, at: Timestamp, hours: u32) -> Option<Timestamp> {
        Some(at.plus_ms(i64::from(hours) * HOUR_MS))
    }

    fn submission(&self, reference: String, client: &Client, known: &Attributes) -> Option<Box<Submission>> {
        let rules = &self.mapping.item;
        let mut fields = Fields::new();
        for (key, attribute) in &rules.fields {
            if let Some(text) = known.get(attribute) {
                fields.insert(key.clone(), FieldValue::Text(text.clone()));
            }
        }
        for (key, attribute) in &rules.money {
            if let Some(text) = known.get(attribute) {
                let value =
                    hundredths(text).map_or_else(|| FieldValue::Text(text.clone()), FieldValue::Integer);
                fields.insert(key.clone(), value);
            }
        }
        let title = fill(&rules.title, known);
        Some(Box::new(Submission {
            title: if title.is_empty() { reference.clone() } else { title },
            reference,
            kind: rules.kind,
            description: fill(&rules.description, known),
            client: client.id.clone(),
            project: None,
            journey: self.journey.reference(),
            fields,
            priority: rules.priority,
            owner: self.book.owner.clone(),
        }))
    }
}

/// One item on its way through its events.
struct Way {
    id: ItemId,
    /// Until it was handed over.
    submission: Option<Box<Submission>>,
    item: Option<Item>,
    log: Vec<Recorded>,
    /// The instant of the event before.
    before: Timestamp,
}

impl Way {
    fn phase(&self) -> Option<Phase> {
        self.item.as_ref().map(|item| item.phase)
    }

    fn record(&mut self, event: Event, by: &Actor, at: Timestamp) -> Result<(), Inconsistent> {
        let recorded =
            Recorded { event, by: by.clone(), on_behalf_of: None, at, device_at: None, command: None };
        self.item = Some(apply(self.item.take(), &self.id, &recorded)?);
        self.log.push(recorded);
        Ok(())
    }
}

/// The case's attributes, with those of its first event where the case has none, and `{case}`.
fn everything_known(id: &str, attributes: &Attributes, first: &LogEvent) -> Attributes {
    let mut known = first.attributes.clone();
    known.extend(attributes.iter().map(|(key, value)| (key.clone(), value.clone())));
    known.insert("case".to_owned(), id.to_owned());
    known
}

/// A decimal number in hundredths, rounded half away from zero: `26.851` is 2685.
fn hundredths(text: &str) -> Option<i64> {
    let number: f64 = text.trim().parse().ok()?;
    let scaled = (number * 100.0).round();
    (scaled.is_finite() && scaled.abs() < 9e15).then_some(scaled as i64)
}
