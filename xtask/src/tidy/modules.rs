//! Modules are named by their role. A name that fits anything says nothing.

use super::Finding;

/// As a whole name, singular or plural.
const EMPTY_NAMES: [&str; 5] = ["util", "utility", "manager", "helper", "service"];
/// As the last word of a name. `secret_service` is a real thing, so services are not among these.
const EMPTY_ENDINGS: [&str; 3] = ["util", "manager", "helper"];

/// Looks at the file's own name and the folders that it lies in.
pub fn check_path(file: &str) -> Option<Finding> {
    if ![".rs", ".ts", ".js", ".svelte"].iter().any(|ending| file.ends_with(ending)) {
        return None;
    }
    file.split('/')
        .map(|part| part.split('.').next().unwrap_or(part))
        .find(|name| is_empty_name(name))
        .map(|name| complaint(file, name))
}

/// Looks at the modules that a Rust file declares inline.
pub fn check_source(file: &str, source: &str) -> Vec<Finding> {
    if !file.ends_with(".rs") {
        return Vec::new();
    }
    source
        .lines()
        .filter_map(|line| {
            let line = line.trim_start();
            let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
            line.strip_prefix("mod ")?.trim_end().strip_suffix('{').map(str::trim)
        })
        .filter(|name| is_empty_name(name))
        .map(|name| complaint(file, name))
        .collect()
}

fn complaint(file: &str, name: &str) -> Finding {
    Finding::new(file, format!("`{name}` says nothing: name the module by its role"))
}

fn is_empty_name(name: &str) -> bool {
    let words = words(name);
    let singular = |word: &str| -> String {
        match word.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => word.strip_suffix('s').unwrap_or(word).to_owned(),
        }
    };
    match words.as_slice() {
        [only] => EMPTY_NAMES.contains(&singular(only).as_str()),
        [.., last] => EMPTY_ENDINGS.contains(&singular(last).as_str()),
        [] => false,
    }
}

/// Splits snake_case, kebab-case and camelCase.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    for letter in name.chars() {
        if !letter.is_alphanumeric() || letter.is_uppercase() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::{check_path, check_source};

    #[test]
    fn names_that_fit_anything_are_refused() {
        for file in [
            "crates/a/src/utils.rs",
            "crates/a/src/helper/mod.rs",
            "ui/src/lib/dateUtils.ts",
            "ui/src/lib/WindowManager.svelte",
            "crates/a/src/services/mail.rs",
        ] {
            assert!(check_path(file).is_some(), "{file}");
        }
    }

    #[test]
    fn names_by_role_pass() {
        for file in [
            "crates/a/src/secret_service.rs",
            "crates/a/src/push.rs",
            "docs/utils.md",
            "ui/src/lib/status.ts",
        ] {
            assert!(check_path(file).is_none(), "{file}");
        }
    }

    #[test]
    fn inline_modules_are_named_by_role_too() {
        assert_eq!(check_source("a.rs", "pub mod utils {\n}\nmod tests {\n}\n").len(), 1);
    }
}
