//! `audit`: verify the trail, or export it.

use super::exit::{Exit, Unclear};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use postern_domain::Timestamp;
use postern_portal_store::{AuditFilter, Store, StoreError};
use std::io::Write as _;
use std::path::Path;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Recompute the whole chain and rebuild every item from it; report the first difference.
    Verify {
        #[arg(long)]
        json: bool,
    },
    /// Print the trail, one JSON object per line, oldest first.
    Export {
        /// Only this item, by its reference.
        #[arg(long, value_name = "REFERENCE")]
        item: Option<String>,
        /// Only what this person did, by their e-mail address.
        #[arg(long, value_name = "EMAIL")]
        by: Option<String>,
        /// From this instant on (RFC 3339).
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Up to this instant (RFC 3339), not included.
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
    },
}

pub async fn run(data: &Path, args: Args) -> anyhow::Result<Exit> {
    let store = Store::open(data).await?;
    match args.command {
        AuditCommand::Verify { json } => verify(&store, json).await,
        AuditCommand::Export { item, by, since, until } => {
            let filter = AuditFilter {
                item: match item {
                    None => None,
                    Some(reference) => Some(item_id(&store, &reference).await?),
                },
                by: match by {
                    None => None,
                    Some(email) => Some(
                        store
                            .person_by_email(&email)
                            .await?
                            .ok_or_else(|| StoreError::NotFound {
                                what: format!("person with the address {email}"),
                            })?
                            .id,
                    ),
                },
                since: since.as_deref().map(instant).transpose()?,
                until: until.as_deref().map(instant).transpose()?,
            };
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            store
                .export_audit(&filter, |line| {
                    serde_json::to_writer(&mut out, &line)?;
                    out.write_all(b"\n")
                })
                .await?;
            out.flush()?;
            Ok(Exit::Done)
        }
    }
}

async fn verify(store: &Store, json: bool) -> anyhow::Result<Exit> {
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{wide_bar} {pos}/{len} {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let verified = store
        .verify_audit(|progress| {
            bar.set_length(progress.of);
            bar.set_position(progress.done);
        })
        .await?;
    bar.finish_and_clear();
    match verified {
        Ok(report) if json => println!("{}", serde_json::json!({ "ok": true, "report": report })),
        Ok(report) => println!(
            "The audit trail is in order: {} lines, {} items rebuilt and equal.\nLast hash:  {}\nPublic key: {}",
            report.lines, report.items, report.hash, report.public_key
        ),
        Err(difference) => {
            if json {
                println!("{}", serde_json::json!({ "ok": false, "difference": difference }));
            } else {
                println!("The audit trail is NOT in order. First difference: {difference}");
            }
            return Ok(Exit::Found);
        }
    }
    Ok(Exit::Done)
}

async fn item_id(store: &Store, reference: &str) -> anyhow::Result<postern_domain::ItemId> {
    let item = store.item_by_reference(reference).await?;
    Ok(item.ok_or_else(|| StoreError::NotFound { what: format!("item {reference}") })?.id)
}

fn instant(text: &str) -> anyhow::Result<Timestamp> {
    Timestamp::parse_rfc3339(text).map_err(|error| {
        Unclear(format!("\"{text}\" is not an instant such as 2026-03-01T00:00:00Z: {error}")).into()
    })
}
