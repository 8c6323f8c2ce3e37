//! Dependencies point one way. To add a package: a line in [`MAY_DEPEND_ON`], and it shows in ARCHITECTURE.md.

use super::Finding;
use crate::repository::Package;

/// For each package of the workspace, the others on which it may depend. Dev-dependencies are free.
const MAY_DEPEND_ON: [(&str, &[&str]); 13] = [
    ("postern-domain", &[]),
    ("postern-protocol", &["postern-domain"]),
    ("postern-console-store", &["postern-domain", "postern-protocol"]),
    ("postern-portal-store", &["postern-domain", "postern-protocol"]),
    ("postern-console-core", &["postern-domain", "postern-protocol", "postern-console-store"]),
    ("posternctl", &["postern-domain", "postern-protocol", "postern-console-core"]),
    (ROOT, &["postern-domain", "postern-protocol", "postern-console-core"]),
    ("postern-portal", &["postern-domain", "postern-protocol", "postern-portal-store"]),
    (
        TEST_SUPPORT,
        &[
            "postern-domain",
            "postern-protocol",
            "postern-console-store",
            "postern-console-core",
            "postern-portal-store",
            "postern-portal",
        ],
    ),
    (
        "postern-simulator",
        &[
            "postern-domain",
            "postern-protocol",
            "postern-console-core",
            "postern-portal-store",
            "postern-portal",
        ],
    ),
    (JOURNEYS, &["postern-domain", "postern-protocol", TEST_SUPPORT]),
    ("postern-crash", &["postern-domain", JOURNEYS]),
    ("xtask", &[]),
];

const ROOT: &str = "postern";
const TEST_SUPPORT: &str = "postern-test-support";
const JOURNEYS: &str = "postern-journeys";
/// The domain is pure: no async, no I/O, no randomness.
const NOT_IN_THE_DOMAIN: [&str; 5] = ["tokio", "sqlx", "reqwest", "axum", "rand"];

pub fn check(packages: &[Package]) -> Vec<Finding> {
    packages.iter().flat_map(|package| check_package(package, packages)).collect()
}

fn check_package(package: &Package, packages: &[Package]) -> Vec<Finding> {
    let place = format!("package {}", package.name);
    let Some((_, allowed)) = MAY_DEPEND_ON.iter().find(|(name, _)| *name == package.name) else {
        return vec![Finding::new(
            place,
            "is new: say in xtask/src/tidy/edges.rs on which packages it may depend",
        )];
    };
    let mut findings = Vec::new();
    for dependency in &package.dependencies {
        let name = dependency.name.as_str();
        let is_dev = dependency.kind.as_deref() == Some("dev");
        let is_normal = dependency.kind.is_none();
        if package.name != ROOT && is_tauri(name) {
            findings
                .push(Finding::new(&place, format!("depends on {name}; only the root package knows Tauri")));
        }
        if is_dev {
            continue;
        }
        if package.name == "postern-domain" && NOT_IN_THE_DOMAIN.contains(&name) {
            findings.push(Finding::new(&place, format!("depends on {name}; the domain is pure")));
        }
        if name == TEST_SUPPORT && package.name != JOURNEYS {
            findings.push(Finding::new(&place, format!("{name} may be a dev-dependency only")));
        } else if is_normal && packages.iter().any(|other| other.name == name) && !allowed.contains(&name) {
            findings
                .push(Finding::new(&place, format!("must not depend on {name}: dependencies point one way")));
        }
    }
    findings
}

fn is_tauri(name: &str) -> bool {
    name == "tauri" || name.starts_with("tauri-") || name == "wry" || name == "tao"
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repository::{Dependency, Package};

    fn package(name: &str, dependencies: &[(&str, Option<&str>)]) -> Package {
        Package {
            name: name.to_owned(),
            dependencies: dependencies
                .iter()
                .map(|(name, kind)| Dependency { name: (*name).to_owned(), kind: kind.map(str::to_owned) })
                .collect(),
            targets: Vec::new(),
        }
    }

    fn problems(packages: &[Package]) -> Vec<String> {
        check(packages).into_iter().map(|finding| finding.problem).collect()
    }

    #[test]
    fn edges_along_the_arrows_pass() {
        let packages = [
            package("postern-domain", &[("chrono", None)]),
            package("postern-protocol", &[("postern-domain", None)]),
            package("postern-portal-store", &[("postern-protocol", None), ("sqlx", None)]),
            package("postern", &[("tauri", None), ("tauri-build", Some("build"))]),
        ];
        assert_eq!(problems(&packages), Vec::<String>::new());
    }

    #[test]
    fn edges_against_the_arrows_fail() {
        let packages =
            [package("postern-domain", &[("postern-protocol", None)]), package("postern-protocol", &[])];
        assert!(problems(&packages)[0].contains("must not depend on postern-protocol"));
    }

    #[test]
    fn dev_dependencies_are_free_except_for_tauri() {
        let packages = [
            package("postern-protocol", &[("postern-test-support", Some("dev")), ("tokio", Some("dev"))]),
            package("postern-domain", &[("tauri", Some("dev"))]),
            package("postern-test-support", &[]),
        ];
        assert_eq!(problems(&packages), ["depends on tauri; only the root package knows Tauri"]);
    }

    #[test]
    fn the_domain_stays_pure() {
        assert!(problems(&[package("postern-domain", &[("tokio", None)])])[0].contains("pure"));
    }

    #[test]
    fn test_support_stays_in_tests_but_for_the_journeys() {
        let packages = [
            package("postern-portal", &[("postern-test-support", None)]),
            package("postern-journeys", &[("postern-test-support", None)]),
            package("postern-test-support", &[]),
        ];
        assert_eq!(problems(&packages), ["postern-test-support may be a dev-dependency only"]);
    }

    #[test]
    fn a_new_package_has_to_be_placed() {
        assert!(problems(&[package("postern-extra", &[])])[0].contains("edges.rs"));
    }
}
