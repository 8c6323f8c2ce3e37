//! A few items that the suggested account has in its queue whatever the seed: something to look at at once.

use super::{Halt, Life, Progress};
use crate::seed::wording::{ANSWERED, ASKED, NOTES, REASSIGNED};
use postern_domain::{Command, Visibility};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showcase {
    Overdue,
    Escalated,
    LongTitle,
    /// With attachments and comments of both kinds.
    Discussed,
}

impl Showcase {
    /// Handed over long enough ago to be overdue by now.
    pub const OLD: [Showcase; 3] = [Showcase::Overdue, Showcase::Escalated, Showcase::Overdue];
    /// Handed over this week.
    pub const NEW: [Showcase; 3] = [Showcase::Discussed, Showcase::LongTitle, Showcase::Discussed];

    pub fn has_long_title(self) -> bool {
        self == Showcase::LongTitle
    }
}

impl<'a> Life<'a> {
    /// Passes the first check, goes to the suggested account, and waits there.
    pub(super) fn show(&mut self, showcase: Showcase) -> Progress {
        let first = self.item().waiting_on().next().cloned().ok_or(Halt::Waiting)?;
        self.hours_later(&first, 1, 4);
        self.approve(&first)?;
        let suggested = self.organisation.suggested.clone();
        let holder = self.item().waiting_on().next().cloned().ok_or(Halt::Waiting)?;
        if holder != suggested {
            self.minutes_later();
            let reason = Some(self.story.tell(&REASSIGNED, &mut self.dice));
            let assignment_version = self.item().assignment_version;
            let command = Command::Reassign {
                step: None,
                from: Some(holder.clone()),
                to: suggested.clone(),
                assignment_version,
                reason,
            };
            self.act(&holder, &command)?;
        }
        let minder = self.minder();
        match showcase {
            Showcase::Escalated => {
                self.hours_later(&minder, 50, 60);
                let reason = "Past its date, and the client's board meets this week.".to_owned();
                self.act(&minder, &Command::Escalate { to: Some(suggested), reason })?;
            }
            Showcase::Discussed => {
                let contact = self.contact();
                self.hours_later(&contact, 1, 3);
                self.say(&contact, Visibility::Client, &ASKED, None)?;
                self.minutes_later();
                self.say(&minder, Visibility::Client, &ANSWERED, None)?;
                self.minutes_later();
                self.say(&minder, Visibility::Internal, &NOTES, Some(&suggested))?;
            }
            Showcase::Overdue | Showcase::LongTitle => {}
        }
        Err(Halt::Waiting)
    }
}
