//! What must not stand in a file: switched-off tests, unfinished code, paths that leave the repository.

use super::Finding;

/// The one script that may look outside the repository.
const MAY_LOOK_OUTSIDE: &str = ".ci/";
// Written in two parts, so that this file does not break its own rules.
const RUST: [(&str, &str); 2] = [
    (concat!("#[", "ignore"), "a switched-off test: fix it or delete it"),
    (concat!("todo", "!("), "unfinished code: finish it or take it out"),
];
const SCRIPT: [(&str, &str); 6] = [
    (concat!("it", ".only("), "hides the other tests"),
    (concat!("test", ".only("), "hides the other tests"),
    (concat!("describe", ".only("), "hides the other tests"),
    (concat!("it", ".skip("), "a switched-off test: fix it or delete it"),
    (concat!("test", ".skip("), "a switched-off test: fix it or delete it"),
    (concat!("describe", ".skip("), "a switched-off test: fix it or delete it"),
];
const ABSOLUTE: &str = concat!("/wo", "rk/");
const NEIGHBOUR: &str = concat!("../sha", "red");

pub fn check(file: &str, source: &str, is_folder: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let forbidden: &[(&str, &str)] = match file.rsplit('.').next() {
        Some("rs") => &RUST,
        Some("ts" | "js" | "mjs" | "svelte") => &SCRIPT,
        _ => &[],
    };
    let mut findings = Vec::new();
    for (number, line) in source.lines().enumerate() {
        let place = || format!("{file}:{}", number + 1);
        for (needle, problem) in forbidden {
            if line.contains(needle) {
                findings.push(Finding::new(place(), format!("`{needle}`: {problem}")));
            }
        }
        if !file.starts_with(MAY_LOOK_OUTSIDE) && looks_outside(file, line, is_folder) {
            findings.push(Finding::new(place(), "names a path outside the repository"));
        }
    }
    findings
}

fn looks_outside(file: &str, line: &str, is_folder: &dyn Fn(&str) -> bool) -> bool {
    let absolute = line.match_indices(ABSOLUTE).any(|(at, _)| {
        // Further along a longer path or address it is only a folder's name.
        !line[..at].ends_with(|before: char| before.is_alphanumeric() || ".-_~}".contains(before))
    });
    let neighbour = line.match_indices(NEIGHBOUR).any(|(at, _)| {
        let mut start = at;
        while line[..start].ends_with("../") {
            start -= 3;
        }
        // A front-end import of a folder called shared is fine: it exists, seen from this file.
        !resolved(file, &line[start..at + NEIGHBOUR.len()]).is_some_and(|path| is_folder(&path))
    });
    absolute || neighbour
}

/// A path relative to the file's folder, as seen from the root; `None` when it leaves the repository.
fn resolved(file: &str, relative: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            ".." => {
                parts.pop()?;
            }
            "." => {}
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{ABSOLUTE, NEIGHBOUR, RUST, check, resolved};

    fn findings(file: &str, source: &str) -> usize {
        check(file, source, &|folder| folder == "ui/src/components/shared").len()
    }

    #[test]
    fn switched_off_tests_and_unfinished_code_are_found() {
        for (needle, _) in RUST {
            assert_eq!(findings("a.rs", needle), 1);
            assert_eq!(findings("a.md", needle), 0, "prose may speak of it");
        }
    }

    #[test]
    fn paths_that_leave_the_repository_are_found_except_in_ci() {
        let absolute = format!("see {ABSOLUTE}place");
        let neighbour = format!("see {NEIGHBOUR}/data");
        assert_eq!(findings("docs/a.md", &absolute), 1);
        assert_eq!(findings("README.md", &neighbour), 1);
        assert_eq!(findings("docs/a.md", &neighbour), 1);
        assert_eq!(findings(".ci/run", &format!("{absolute} {neighbour}")), 0);
    }

    #[test]
    fn imports_inside_the_front_end_pass() {
        let import = format!("import Button from '{NEIGHBOUR}/Button.svelte';");
        assert_eq!(findings("ui/src/components/queue/Row.svelte", &import), 0);
        let deeper = format!("import Button from '../{NEIGHBOUR}/Button.svelte';");
        assert_eq!(findings("ui/src/components/queue/parts/Row.svelte", &deeper), 0);
        assert_eq!(findings("ui/src/components/queue/Row.svelte", &deeper), 1);
    }

    #[test]
    fn addresses_may_have_a_folder_of_that_name() {
        assert_eq!(findings("docs/a.md", &format!("https://example.com{ABSOLUTE}item")), 0);
    }

    #[test]
    fn a_relative_path_is_resolved_from_its_file() {
        assert_eq!(resolved("ui/src/a.ts", "../b").as_deref(), Some("ui/b"));
        assert_eq!(resolved("a.ts", "../b"), None);
    }
}
