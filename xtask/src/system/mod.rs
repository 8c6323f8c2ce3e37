//! The system packages that a task needs: found fast, installed on Debian, spelled out elsewhere.

mod instructions;
mod os_release;
mod packages;

use anyhow::bail;

use crate::process;
use crate::steps::Steps;
pub use packages::Purpose;

/// A family of systems with the same package names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Debian,
    Fedora,
    Arch,
    OtherLinux,
    MacOs,
    Windows,
}

impl Family {
    fn of_this_system() -> Self {
        match std::env::consts::OS {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => os_release::family(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
        }
    }
}

/// Sees to it that the packages for `purpose` are there. Installs them on Debian and its relatives; elsewhere fails
/// with the commands to type when something is missing.
pub fn ensure(steps: &Steps, purpose: Purpose) -> anyhow::Result<()> {
    let family = Family::of_this_system();
    let missing = missing(family, purpose);
    if missing.is_empty() {
        return Ok(());
    }
    match family {
        Family::Debian => install(steps, &missing),
        _ => bail!("{}", instructions::for_family(family, purpose, &missing)),
    }
}

fn missing(family: Family, purpose: Purpose) -> Vec<String> {
    let wanted = packages::wanted(family, purpose);
    match family {
        Family::Debian => {
            let mut query = process::command("dpkg-query");
            query.args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"]).args(&wanted);
            packages::not_installed_of_dpkg(&wanted, &stdout_even_of_failure(&mut query))
        }
        Family::Fedora => {
            let mut query = process::command("rpm");
            query.args(["--query", "--whatprovides", "--queryformat", "%{NAME}\n"]).args(&wanted);
            packages::not_installed_of_rpm(&stdout_even_of_failure(&mut query))
        }
        Family::Arch => {
            let mut query = process::command("pacman");
            query.arg("--deptest").args(&wanted);
            stdout_even_of_failure(&mut query).lines().map(str::to_owned).collect()
        }
        Family::OtherLinux => {
            if !purpose.has_window() {
                return Vec::new();
            }
            let found = process::quietly(process::command("pkg-config").args(["--exists", "webkit2gtk-4.1"]));
            if found.is_some() { Vec::new() } else { vec!["webkit2gtk-4.1".to_owned()] }
        }
        Family::MacOs => {
            let found = process::quietly(process::command("xcode-select").arg("--print-path"));
            if found.is_some() { Vec::new() } else { vec!["Xcode command line tools".to_owned()] }
        }
        Family::Windows if purpose.has_window() && !webview2_is_registered() => {
            vec!["WebView2".to_owned()]
        }
        Family::Windows => Vec::new(),
    }
}

/// Package queries end with an error when one package is unknown, and still print the others.
fn stdout_even_of_failure(command: &mut std::process::Command) -> String {
    command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

fn webview2_is_registered() -> bool {
    const CLIENT: &str = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}";
    [r"HKLM\SOFTWARE\WOW6432Node", r"HKLM\SOFTWARE", r"HKCU\Software"].iter().any(|root| {
        process::quietly(process::command("reg").args(["query", &format!(r"{root}\{CLIENT}"), "/v", "pv"]))
            .is_some()
    })
}

fn install(steps: &Steps, missing: &[String]) -> anyhow::Result<()> {
    steps.begin(&format!("Installing {} system package(s): {}", missing.len(), missing.join(" ")));
    let by_hand = format!("apt-get update && apt-get install --yes {}", missing.join(" "));
    let root = process::quietly(process::command("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    if !root && !process::is_installed("sudo") {
        bail!(
            "system packages are missing, and there is no sudo to install them; as root, type:\n  {by_hand}"
        );
    }
    let apt_get = |arguments: &[&str]| {
        let mut command = if root {
            process::command("env")
        } else {
            let mut sudo = process::command("sudo");
            sudo.arg("env");
            sudo
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
        process::run(&mut command).map_err(|error| {
            error.context(format!("system packages could not be installed; as root, type:\n  {by_hand}\nand start this task again"))
        })
    };
    apt_get(&["update", "--quiet"])?;
    let mut arguments = vec!["install", "--yes", "--quiet", "--no-install-recommends"];
    arguments.extend(missing.iter().map(String::as_str));
    apt_get(&arguments)
}
