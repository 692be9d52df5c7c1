//! `cargo xtask run`: builds everything, then is the server's front until the server ends.

use std::io::{BufRead as _, BufReader};
use std::process::{ChildStdout, Command, ExitCode, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, Result};

use crate::Chores;
use crate::build::{ARTIFACTS, exit_code};
use crate::prerequisites::{POSTGRES, can_install};
use crate::process;
use crate::progress::{note, run_steps};

/// What stands before the address in the line that says that the server is ready.
const READY: &str = "listening on ";

/// How long the last words of an ended server are waited for. A process that outlived it could
/// hold its output open for ever.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Builds, starts and waits; the exit code is the server's.
pub(crate) fn run(chores: &mut Chores, arguments: &[String]) -> Result<ExitCode> {
    let mut steps = ARTIFACTS.to_vec();
    // Where it can not be installed, the server says what to do, and may not even need it: its
    // settings can name another database.
    if can_install() {
        steps.insert(0, POSTGRES);
    }
    let summary = run_steps(chores, &steps);
    if !summary.passed() {
        summary.print();
        return Ok(exit_code(&summary));
    }
    let mut server = process::start(
        Command::new(chores.workspace.program("release"))
            .args(["serve", "--demo"])
            .args(arguments)
            .current_dir(chores.workspace.root())
            .stdout(Stdio::piped()),
    )?;
    let output = server.stdout.take().context("the server has no output")?;
    let (ended, has_ended) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        show(output);
        drop(ended);
    });
    let status = chores.runner.wait_for_server(&mut server)?;
    // An error here is the reader's end or the time's: both mean that nothing more is shown.
    let _ = has_ended.recv_timeout(LAST_WORDS);
    Ok(ExitCode::from(process::exit_code(status)))
}

/// Repeats what the server prints; says how to try it out as soon as it is ready.
fn show(output: ChildStdout) {
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        note(&line);
        if let Some(address) = address(&line) {
            note(&invitation(address));
        }
    }
}

/// The address in the line that says that the server is ready.
fn address(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(READY)?;
    rest.split_whitespace()
        .next()
        .filter(|address| address.starts_with("http"))
}

fn invitation(address: &str) -> String {
    let address = address.trim_end_matches('/');
    format!(
        r#"
Open {address}/ or audit a formula:

  curl -s {address}/api/audit -H 'content-type: application/json' \
    -H 'x-user-id: user_demo' -H 'x-user-org: org_demo' \
    -d '{{"formulas":["=VLOOKUP(B2, Sheet1!A:B, 2)"]}}'

Ctrl-C stops the server and its database.
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_ready_line_only() {
        let ready = "listening on http://127.0.0.1:3000";
        assert_eq!(address(ready), Some("http://127.0.0.1:3000"));
        assert_eq!(address("listening on nothing"), None);
        assert_eq!(address("starting PostgreSQL"), None);
    }

    #[test]
    fn the_command_audits_a_formula_as_the_demo_user() {
        let text = invitation("http://127.0.0.1:3000/");
        assert!(
            text.contains("curl -s http://127.0.0.1:3000/api/audit "),
            "{text}"
        );
        assert!(
            text.contains(r#"{"formulas":["=VLOOKUP(B2, Sheet1!A:B, 2)"]}"#),
            "{text}"
        );
    }
}
