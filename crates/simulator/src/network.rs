//! What the network makes of one request.

use crate::mutation::push_of;
use crate::wire::{Answer, Fault};
use crate::world::World;
use postern_console_core::transport::Request;

/// How long a request takes that goes well, in milliseconds.
pub const QUICK_MS: i64 = 40;
/// How long a console waits for an answer that does not come.
const PATIENCE_MS: i64 = 3_000;

const CAPTIVE: &str = "<html><body>Welcome to the station's network. Please sign in.</body></html>";

impl World {
    /// A command that is too large by itself and never got through is refused on its console.
    fn too_large(&mut self, who: usize, request: &Request) {
        if let Some([one]) = push_of(request).as_ref().map(|push| push.commands.as_slice())
            && let Some(profile) = self.profiles.get_mut(who)
        {
            profile.refused_here.insert(one.id.clone());
        }
    }

    /// What the console hears of its request; none for nothing.
    pub async fn suffer(
        &mut self,
        who: usize,
        request: &Request,
        fault: Fault,
    ) -> anyhow::Result<Option<Answer>> {
        self.time.pass(QUICK_MS);
        let answer = match fault {
            Fault::Pass | Fault::Slow => Some(self.deliver(who, request).await?),
            Fault::NobodyThere | Fault::DropRequest | Fault::ConsoleDiesBefore => None,
            Fault::DropReply | Fault::ConsoleDiesAfter => {
                self.deliver(who, request).await?;
                None
            }
            Fault::Duplicate => {
                let first = self.deliver(who, request).await?;
                self.deliver(who, request).await?;
                Some(first)
            }
            Fault::DuplicateLast => {
                self.deliver(who, request).await?;
                Some(self.deliver(who, request).await?)
            }
            Fault::Hold => {
                self.kept.push((who, request.clone()));
                None
            }
            Fault::Echo => {
                self.kept.push((who, request.clone()));
                Some(self.deliver(who, request).await?)
            }
            Fault::Cut(thousandths) => Some(self.deliver(who, request).await?.cut(thousandths)),
            Fault::BreakOff(thousandths) => {
                self.deliver_in_part(who, request, thousandths).await?;
                None
            }
            Fault::Garble(thousandths) => match crate::files::garbled(request, thousandths) {
                Some(garbled) => {
                    self.files.garbled.extend(crate::files::named(request).map(str::to_owned));
                    Some(self.deliver(who, &garbled).await?)
                }
                None => None,
            },
            Fault::Captive => Some(Answer::from_between(200, "text/html; charset=utf-8", None, CAPTIVE)),
            Fault::Unavailable { retry_after } => {
                Some(Answer::from_between(503, "text/html", retry_after, "<html>503</html>"))
            }
            Fault::Throttled { retry_after } => {
                Some(Answer::from_between(429, "text/plain", retry_after, "slow down"))
            }
            Fault::TooLarge => {
                self.too_large(who, request);
                Some(Answer::from_between(413, "text/html", None, "<html>413</html>"))
            }
            Fault::PortalDiesBefore => {
                self.restart_portal().await?;
                None
            }
            Fault::PortalDiesAfter => {
                self.deliver(who, request).await?;
                if let Some(mutation) = self.mutation {
                    mutation.portal_dies(self, request).await?;
                }
                self.restart_portal().await?;
                None
            }
        };
        if answer.is_none() {
            self.time.pass(PATIENCE_MS);
        }
        Ok(answer)
    }
}
