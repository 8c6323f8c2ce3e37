//! `cargo xtask bench`: runs the `[[bench]]` targets whose name, or whose package's name, starts with `bench_`.

use anyhow::bail;

use crate::process;
use crate::repository::{Package, Repository};
use crate::steps::Steps;

const PREFIX: &str = "bench_";
/// Benches that answer one question together.
const GROUPS: [(&str, &[&str]); 1] = [("sync", &["bench_sync", "bench_queue"])];
/// Its benches start the built programs.
const JOURNEYS: &str = "postern-journeys";

pub fn bench(repository: &Repository, wanted: Option<&str>) -> anyhow::Result<()> {
    let steps = Steps::start();
    let found = benches(repository.packages());
    if found.is_empty() && wanted.is_none() {
        println!(
            "There are no benchmarks yet: no package declares a [[bench]] whose name starts with {PREFIX}."
        );
        return Ok(());
    }
    let chosen: Vec<_> =
        found.iter().filter(|(_, bench)| wanted.is_none_or(|name| is_meant(bench, name))).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = found.iter().map(|(_, bench)| bench.as_str()).collect();
        let names = if names.is_empty() { "none yet".to_owned() } else { names.join(", ") };
        bail!("there is no benchmark {}; there are: {names}", wanted.unwrap_or_default());
    }
    if chosen.iter().any(|(package, _)| package == JOURNEYS) {
        steps.begin("The product's programs, which the journeys start (release profile)");
        process::run(repository.cargo().args(["build", "--release", "--workspace", "--bins"]))?;
    }
    for (package, bench) in chosen {
        steps.begin(&format!("{bench} (package {package}, release profile)"));
        // The whole workspace, so that its dependencies are compiled once for all benches.
        process::run(repository.cargo().args(["bench", "--workspace", "--bench", bench]))?;
    }
    steps.begin("All benchmarks ended");
    Ok(())
}

fn is_meant(bench: &str, name: &str) -> bool {
    match GROUPS.iter().find(|(group, _)| *group == name) {
        Some((_, benches)) => benches.contains(&bench),
        None => bench == name || bench.strip_prefix(PREFIX) == Some(name),
    }
}

fn benches(packages: &[Package]) -> Vec<(String, String)> {
    packages
        .iter()
        .flat_map(|package| package.targets.iter().map(move |target| (package, target)))
        .filter(|(_, target)| target.kind.iter().any(|kind| kind == "bench"))
        .filter(|(package, target)| target.name.starts_with(PREFIX) || package.name.starts_with(PREFIX))
        .map(|(package, target)| (package.name.clone(), target.name.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{benches, is_meant};
    use crate::repository::{Package, Target};

    #[test]
    fn a_name_means_one_bench_or_a_group() {
        assert!(is_meant("bench_store", "store") && is_meant("bench_store", "bench_store"));
        assert!(is_meant("bench_sync", "sync") && is_meant("bench_queue", "sync"));
        assert!(!is_meant("bench_store", "sync"));
    }

    #[test]
    fn only_bench_targets_with_the_prefix_count() {
        let target = |name: &str, kind: &str| Target {
            name: name.to_owned(),
            kind: vec![kind.to_owned()],
            src_path: "x.rs".into(),
        };
        let package = Package {
            name: "postern-portal".to_owned(),
            dependencies: Vec::new(),
            targets: vec![
                target("bench_queue", "bench"),
                target("bench_lib", "lib"),
                target("other", "bench"),
            ],
        };
        assert_eq!(benches(&[package]), [("postern-portal".to_owned(), "bench_queue".to_owned())]);
    }
}
