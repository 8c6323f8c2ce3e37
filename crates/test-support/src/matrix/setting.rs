//! Puts a cell on the stage: an item with its whole log, so that a store can hold it and a verification replay it.

use super::axes::{Act, Relation, Standing};
use postern_domain::absence::{Cover, Seat};
use postern_domain::*;

/// When everything before the caller's command happened.
const BEFORE: Timestamp = Timestamp(1_772_441_000_000);

/// An item as a cell wants it, and what happened to it.
#[derive(Clone, Debug)]
pub struct Setting {
    pub id: ItemId,
    pub reference: String,
    /// Who acts.
    pub caller: PersonId,
    /// None while the item is not there.
    pub item: Option<Item>,
    pub log: Vec<Recorded>,
    owner: PersonId,
    journey: Journey,
}

impl Setting {
    /// The item of `number` for `caller`, who stands to it in `relation`.
    ///
    /// # Panics
    /// When the events do not apply.
    pub fn new(
        journey: &Journey,
        relation: Relation,
        standing: Standing,
        caller: &PersonId,
        number: u64,
    ) -> Self {
        let owner = match relation {
            Relation::Owner | Relation::DisabledOwner => caller.clone(),
            _ => "olive".into(),
        };
        let mut setting = Self {
            id: ItemId(format!("item-{number}")),
            reference: format!("ACME-{number}"),
            caller: caller.clone(),
            item: None,
            log: Vec::new(),
            owner,
            journey: journey.clone(),
        };
        setting.play(relation, standing);
        setting
    }

    fn play(&mut self, relation: Relation, standing: Standing) {
        let submitter = if relation == Relation::Submitter { self.caller.clone() } else { "cora".into() };
        match standing {
            Standing::New => return,
            Standing::Draft => {
                self.happen(&submitter, Event::drafted(self.submission(), &self.journey));
                return self.write(author(relation, &self.caller));
            }
            _ => self.happen(&submitter, Event::submitted(self.submission(), &self.journey)),
        }
        if relation == Relation::EarlierAuthor {
            self.write(Some(self.caller.clone()));
            self.open("intake", vec![self.owner.clone()], Vec::new());
            self.decide(Verdict::RequestChanges, &self.owner.clone());
            self.send_back();
            // Whoever hands over other content begins a round of their own.
            self.write(Some("cora".into()));
            self.happen(&submitter, Event::Resubmitted { comment: None });
        }
        self.write(author(relation, &self.caller));
        match standing {
            Standing::New | Standing::Draft | Standing::Submitted => {}
            Standing::Withdrawn => {
                return self.happen(&submitter, Event::Withdrawn { reason: "not needed".into() });
            }
            Standing::Intake => self.open("intake", vec![self.owner.clone()], Vec::new()),
            Standing::ExceptionOfSentBack | Standing::LedBack => {
                self.open("intake", vec![self.owner.clone()], Vec::new());
                self.decide(Verdict::RequestChanges, &self.owner.clone());
                self.send_back();
            }
            _ => {
                self.open("intake", vec![self.owner.clone()], Vec::new());
                self.decide(Verdict::Approve, &self.owner.clone());
                self.close(ReviewOutcome::Approved);
                self.open_review(relation, standing);
            }
        }
        let escalated = Event::Escalated {
            level: 1,
            to: Some("lars".into()),
            reason: "it waits".into(),
            rung: None,
            automatic: false,
        };
        self.happen_by(Actor::System("clock".into()), escalated);
        match standing {
            Standing::ChangesRequested => {
                self.decide(Verdict::RequestChanges, &"rhea".into());
                self.send_back();
                self.write(author(relation, &self.caller));
            }
            Standing::Approved | Standing::Completed | Standing::ExceptionOfApproved => {
                self.decide(Verdict::Approve, &"rhea".into());
                self.close(ReviewOutcome::Approved);
                self.happen(
                    &"rhea".into(),
                    Event::Skipped { steps: vec!["sign_off".into()], undecided: false },
                );
                self.happen(&"rhea".into(), Event::Approved { due_at: None });
                match standing {
                    Standing::Completed => self.happen(&"olive".into(), Event::Completed {}),
                    Standing::ExceptionOfApproved => self.set_aside(),
                    _ => {}
                }
            }
            Standing::Exception | Standing::ExceptionOfSentBack => self.set_aside(),
            Standing::LedBack => {
                self.set_aside();
                let to = Phase::InReview;
                let (reason, due_at) = ("it must be".to_owned(), None);
                let resolved = Event::ExceptionResolved { to, reason, due_at, overriding: false };
                self.happen(&"olive".into(), resolved);
                self.open_review(relation, standing);
            }
            _ => {}
        }
    }

    fn set_aside(&mut self) {
        let (category, reason) = ("other".to_owned(), "a page is missing".to_owned());
        let handler = Some(self.owner.clone());
        let raised = Event::ExceptionRaised { category, reason, handler, automatic: false };
        self.happen(&"olive".into(), raised);
    }

    /// Opens the approvers' step for whomever the relation says.
    fn open_review(&mut self, relation: Relation, standing: Standing) {
        let me = self.caller.clone();
        let rhea = PersonId::from("rhea");
        let through = |via: &[&str]| {
            let via = via.iter().map(|id| PersonId::from(*id)).collect();
            vec![Seat { reviewer: "rhea".into(), cover: Cover::By { person: me.clone(), via } }]
        };
        if standing == Standing::Pool {
            return self.open("review", Vec::new(), Vec::new());
        }
        match relation {
            Relation::Reviewer
            | Relation::DisabledReviewer
            | Relation::EarlierAuthor
            | Relation::AuthorAsReviewer => self.open("review", vec![me.clone()], Vec::new()),
            Relation::FormerReviewer => {
                self.open("review", vec![me.clone()], Vec::new());
                let step = Some(StepKey::from("review"));
                let reassigned = Event::Reassigned {
                    step,
                    from: Some(me.clone()),
                    to: rhea,
                    groups: Vec::new(),
                    reason: None,
                };
                self.happen(&me.clone(), reassigned);
            }
            Relation::Decided => {
                self.open("review", vec![me.clone(), rhea], Vec::new());
                self.decide(Verdict::Approve, &me.clone());
            }
            Relation::Deputy | Relation::AuthorAsDeputy | Relation::DeputyOfAuthor => {
                self.open("review", vec![rhea], through(&["rhea"]));
            }
            Relation::EndOfChain | Relation::ChainWithAuthor => {
                self.open("review", vec![rhea], through(&["rhea", "dora", "dirk"]));
            }
            _ => self.open("review", vec![rhea], Vec::new()),
        }
    }

    fn submission(&self) -> Submission {
        Submission {
            reference: self.reference.clone(),
            kind: Kind::Deliverable,
            title: "Annual report".into(),
            description: "The report for the board.".into(),
            client: "acme".into(),
            project: Some("rocket".into()),
            journey: self.journey.reference(),
            fields: Fields::new(),
            priority: Priority::Normal,
            owner: Some(self.owner.clone()),
        }
    }

    fn open(&mut self, key: &str, reviewers: Vec<PersonId>, covers: Vec<Seat>) {
        let needed = u32::try_from(reviewers.len()).unwrap_or(u32::MAX).max(1);
        let opened = Event::ReviewOpened {
            stage: key.into(),
            step: key.into(),
            quorum: if needed > 1 { Quorum::All } else { Quorum::Any },
            needed,
            reviewers,
            veto: Veto::Anyone,
            due_at: None,
            clock: None,
            covers,
            groups: Default::default(),
            fallback: false,
        };
        self.happen_by(Actor::System("clock".into()), opened);
    }

    /// Somebody, or nobody, makes another text of it.
    fn write(&mut self, author: Option<PersonId>) {
        let Some(author) = author else { return };
        let description = Some(format!("Version {}.", self.log.len()));
        let set = Event::FieldsSet { fields: Fields::new(), title: None, description, cosmetic: false };
        self.happen(&author, set);
    }

    fn decide(&mut self, verdict: Verdict, by: &PersonId) {
        let Seen { content, round, step, journey_version } = self.seen();
        let decided = Event::Decided {
            step: step.unwrap_or_else(|| panic!("a step is open")),
            verdict,
            reason: None,
            content,
            round,
            journey_version,
            on_behalf_of: Vec::new(),
            groups: Vec::new(),
            outputs: Fields::new(),
            overriding: false,
        };
        self.happen(by, decided);
    }

    fn close(&mut self, outcome: ReviewOutcome) {
        let step = self.seen().step.unwrap_or_else(|| panic!("a step is open"));
        self.happen(&"rhea".into(), Event::ReviewClosed { step, outcome });
    }

    fn send_back(&mut self) {
        self.close(ReviewOutcome::ChangesRequested);
        let back = Event::ChangesRequested { reason: "page 3".into(), due_at: None };
        self.happen(&"rhea".into(), back);
    }

    fn happen(&mut self, by: &PersonId, event: Event) {
        self.happen_by(Actor::Person(by.clone()), event);
    }

    fn happen_by(&mut self, by: Actor, event: Event) {
        let recorded = Recorded { event, by, on_behalf_of: None, at: BEFORE, device_at: None, command: None };
        let next = apply(self.item.take(), &self.id, &recorded);
        self.item = Some(next.unwrap_or_else(|error| panic!("{}: {error}", self.id)));
        self.log.push(recorded);
    }

    fn is(&self) -> &Item {
        self.item.as_ref().unwrap_or_else(|| panic!("{} is not there", self.id))
    }

    fn seen(&self) -> Seen {
        let item = self.is();
        Seen::of(item, item.reviews.first().map(|review| review.step.clone()))
    }

    /// The command of `act`, as somebody gives it who sees the item as it is, so that nothing but permission and phase
    /// decides. None for seeing it, which is no command.
    pub fn command(&self, act: Act) -> Option<Command> {
        let reason = || "it must be".to_owned();
        Some(match act {
            Act::View => return None,
            Act::Submit => Command::Submit(Box::new(self.submission())),
            Act::Approve => Command::approve(self.seen()),
            Act::Override => {
                Command::Override { seen: self.seen(), reason: reason(), outputs: Fields::new() }
            }
            Act::RequestChanges => Command::RequestChanges { seen: self.seen(), reason: reason() },
            Act::Resubmit => Command::Resubmit { comment: None },
            Act::Claim => Command::Claim { step: None, assignment_version: self.is().assignment_version },
            // A team lead may decide at every step and own every item.
            Act::Reassign => Command::reassign("lars".into(), self.is().assignment_version),
            Act::Escalate => Command::Escalate { to: Some("lena".into()), reason: reason() },
            Act::DeEscalate => Command::DeEscalate { reason: None },
            Act::RaiseException => Command::RaiseException { category: "other".into(), reason: reason() },
            Act::ResolveBack => Command::ResolveException { to: ExceptionExit::Back, reason: reason() },
            Act::ResolveToStage => {
                Command::ResolveException { to: ExceptionExit::Stage("review".into()), reason: reason() }
            }
            Act::ResolveToWithdrawn => {
                Command::ResolveException { to: ExceptionExit::Withdraw, reason: reason() }
            }
            Act::ResolveToEnd => Command::ResolveException { to: ExceptionExit::Complete, reason: reason() },
            Act::Complete => Command::Complete {},
            Act::Withdraw => Command::Withdraw { reason: reason() },
            Act::Reopen => Command::Reopen { reason: reason() },
            Act::Comment => self.say(Visibility::Client),
            Act::NoteInternally => self.say(Visibility::Internal),
            Act::SetFields => Command::SetFields {
                fields: Fields::new(),
                title: Some("Another title".into()),
                description: None,
            },
            Act::AttachVersion => Command::AttachVersion {
                attachment: "report".into(),
                name: "report.pdf".into(),
                sha256: FILE_SHA256.into(),
                size: FILE_SIZE,
                media_type: "application/pdf".into(),
            },
            Act::SetDue => Command::SetDue { due_at: Some(BEFORE.plus_ms(86_400_000)) },
            Act::SetPriority => Command::SetPriority { priority: Priority::High },
            Act::Climb => Command::Climb { stage: "review".into(), round: 1, rung: 1 },
            Act::Refresh => Command::Refresh {},
            Act::Migrate => Command::Migrate { to: 2, stages: Default::default() },
        })
    }

    fn say(&self, visibility: Visibility) -> Command {
        let id = CommentId(format!("{}-comment", self.id));
        Command::Comment { id, visibility, body: "Page 3 is missing.".into(), mentions: Vec::new() }
    }
}

/// The file that is attached: any content will do.
pub const FILE_SHA256: &str = "3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea";
/// Bytes.
pub const FILE_SIZE: u64 = 5;

/// Who changed the content in this round, besides whoever handed it over.
fn author(relation: Relation, caller: &PersonId) -> Option<PersonId> {
    match relation {
        Relation::Author | Relation::AuthorAsReviewer | Relation::AuthorAsDeputy => Some(caller.clone()),
        Relation::DeputyOfAuthor => Some("rhea".into()),
        Relation::ChainWithAuthor => Some("dora".into()),
        _ => None,
    }
}
