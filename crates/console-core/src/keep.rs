//! The offline scope: what of all that its person may see this console keeps on the device.

use crate::engine::Engine;
use crate::failure::{CallError, failure};
use crate::sync::SyncState;
use crate::views::{Failure, FailureCode, KeepView};
use postern_console_store::StoreError;
use postern_protocol::Month;

/// Under what the choice is stored: a number of months, or null for everything.
const CHOICE: &str = "keep_closed_months";
/// So long closed items are kept where nobody has chosen.
const MONTHS: u32 = 12;
/// More would be everything.
const MOST_MONTHS: u32 = 1_200;

impl Engine {
    /// What is kept here, how much that is, and how much more there is at the portal.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn kept(&self) -> Result<KeepView, Failure> {
        let kept = self.inner.cache.kept().await?;
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(KeepView {
            months: self.chosen_months().await?,
            closed_since: kept.closed_since.map(Month::start),
            items: number(kept.items),
            elsewhere: number(kept.elsewhere),
            bytes: kept.bytes as f64,
        })
    }

    /// Chooses for how many months closed items are kept; none: for ever. What is open is always kept. Fewer months
    /// take effect with the next contact, more of them fetch what is missing then.
    ///
    /// # Errors
    /// [`FailureCode::Invalid`], or [`FailureCode::Cache`].
    pub async fn set_keep(&self, months: Option<u32>) -> Result<(), Failure> {
        if months.is_some_and(|months| months > MOST_MONTHS) {
            let message = format!("At most {MOST_MONTHS} months, or everything.");
            return Err(failure(FailureCode::Invalid, message));
        }
        self.inner.cache.set_preference(CHOICE, &serde_json::json!(months)).await?;
        self.sync_soon();
        Ok(())
    }

    async fn chosen_months(&self) -> Result<Option<u32>, StoreError> {
        Ok(match self.inner.cache.preference(CHOICE).await? {
            None => Some(MONTHS),
            Some(choice) => choice.as_u64().and_then(|months| u32::try_from(months).ok()),
        })
    }

    /// From which month on closed items are wanted; none: all.
    pub(crate) async fn wanted_closed_since(&self) -> Result<Option<Month>, CallError> {
        Ok(self.chosen_months().await?.map(|months| Month::of(self.now()).earlier(months)))
    }

    /// Makes what is here what is wanted, where that means to let go. True when more is wanted than is here.
    pub(crate) async fn fit_to_wish(&self, state: &mut SyncState) -> Result<bool, CallError> {
        let wanted = self.wanted_closed_since().await?;
        let here = self.inner.cache.meta().await?.closed_since;
        match (wanted, here) {
            (None, Some(_)) => return Ok(true),
            (Some(wanted), Some(here)) if wanted < here => return Ok(true),
            (Some(wanted), here) if here.is_none_or(|here| here < wanted) => {
                let lease = self.renew_lease(state).await?;
                let gone = self.inner.cache.narrow(&lease, wanted).await?;
                if gone > 0 {
                    tracing::info!(gone, %wanted, "let go of items that were closed before");
                    self.changed_everything();
                }
            }
            _ => {}
        }
        Ok(false)
    }
}
