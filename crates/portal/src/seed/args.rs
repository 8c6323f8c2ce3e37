//! `postern-portal seed`.

/// Fills an empty portal with a believable sample organisation, to try things with.
///
/// The same --seed, --items and --now always make the same organisation. The data folder is made when it is new.
/// Histories are half a year long; those of more than 10,000 items are longer, up to five years.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Which of all possible organisations to make
    #[arg(long, value_name = "NUMBER", default_value_t = 7)]
    pub seed: u64,
    /// How many items, up to a million
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub items: u32,
    /// Password of every account made; made up and printed once when absent. All accounts share it and its hash: fine
    /// for sample data, never for a portal that people use
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
    /// Where history ends (RFC 3339), instead of at this moment
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<String>,
    /// Print the report as one JSON document
    #[arg(long)]
    pub json: bool,
}
