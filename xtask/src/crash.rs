//! `cargo xtask crash`: builds the programs that are to die, and the one that kills them.

use crate::cli::CrashOptions;
use crate::process;
use crate::repository::Repository;
use crate::steps::Steps;

const CRASH: &str = "postern-crash";

pub fn crash(repository: &Repository, options: &CrashOptions) -> anyhow::Result<()> {
    let steps = Steps::start();
    steps.begin("Building the programs (cargo build)");
    let folder = repository.build_programs(&[CRASH, "posternctl", "postern-portal"], options.release)?;
    steps.begin("Letting them die");
    let mut crash = process::command(folder.join(format!("{CRASH}{}", std::env::consts::EXE_SUFFIX)));
    crash.args(&options.arguments).env("POSTERN_BIN_DIR", &folder);
    process::run(&mut crash)
}
