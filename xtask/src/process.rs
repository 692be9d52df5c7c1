//! Runs other programs, passes signals on to them and says which command failed.
//!
//! Every program gets a process group of its own, so that Ctrl-C reaches this program alone and
//! is passed on exactly once. Nothing here knows what the programs are for.

use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(20);

/// The signals that end a run.
const ENDING: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

/// Starts programs one after the other.
pub(crate) struct Runner {
    /// The number of the last signal that was not passed on yet; zero is none.
    pending: Arc<AtomicUsize>,
    interrupted: bool,
}

/// Who gets the signals that arrive while a program runs.
#[derive(Clone, Copy)]
enum Recipient {
    /// The program with everything it started: right for tools.
    Group,
    /// The program alone: right for one that ends its own children in its own order.
    Program,
}

impl Runner {
    /// Takes over the signals that end a run.
    pub(crate) fn new() -> Result<Self> {
        let pending = Arc::new(AtomicUsize::new(0));
        for signal in ENDING {
            let number = signal.as_raw();
            signal_hook::flag::register_usize(
                number,
                Arc::clone(&pending),
                usize::try_from(number)?,
            )
            .context("signals can not be caught")?;
        }
        Ok(Self {
            pending,
            interrupted: false,
        })
    }

    /// Whether a signal asked this program to stop.
    pub(crate) fn interrupted(&self) -> bool {
        self.interrupted || self.pending.load(Ordering::SeqCst) != 0
    }

    /// Runs `command` to its end, its output shown as it comes.
    ///
    /// # Errors
    /// When it can not be started, does not succeed or was interrupted: the error is the command.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<()> {
        let shown = describe(command);
        let mut child = start(command)?;
        let status = self.wait(&mut child, Recipient::Group)?;
        if self.interrupted {
            bail!("interrupted: {shown}");
        }
        if !status.success() {
            bail!("failed ({status}): {shown}");
        }
        Ok(())
    }

    /// Waits for a server that [`start`] started; signals go to the server alone.
    pub(crate) fn wait_for_server(&mut self, server: &mut Child) -> Result<ExitStatus> {
        self.wait(server, Recipient::Program)
    }

    fn wait(&mut self, child: &mut Child, recipient: Recipient) -> Result<ExitStatus> {
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            let number = self.pending.swap(0, Ordering::SeqCst);
            let is_pending = |signal: &Signal| usize::try_from(signal.as_raw()) == Ok(number);
            if let Some(signal) = ENDING.into_iter().find(is_pending) {
                self.interrupted = true;
                pass_on(signal, child, recipient)?;
            }
            std::thread::sleep(POLL);
        }
    }
}

/// Starts `command` in a process group of its own, without standard input: a program outside of
/// the terminal's foreground group that reads from it is stopped.
pub(crate) fn start(command: &mut Command) -> Result<Child> {
    command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .with_context(|| format!("does not start: {}", describe(command)))
}

/// What `command` prints on standard output, without the last line break.
///
/// # Errors
/// When it can not be started or does not succeed; the error ends with what it complained of.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("does not start: {}", describe(command)))?;
    if !output.status.success() {
        bail!(
            "failed ({}): {}\n{}",
            output.status,
            describe(command),
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

/// The exit code a shell would give for `status`.
pub(crate) fn exit_code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}

fn pass_on(signal: Signal, child: &Child, recipient: Recipient) -> Result<()> {
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else {
        return Ok(());
    };
    let sent = match recipient {
        Recipient::Group => kill_process_group(pid, signal),
        Recipient::Program => kill_process(pid, signal),
    };
    match sent {
        // The program has just ended by itself.
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(error).context("a signal can not be passed on"),
    }
}

/// The command as one would type it.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| {
            let word = word.to_string_lossy();
            if word.is_empty() || word.contains(char::is_whitespace) {
                format!("'{word}'")
            } else {
                word.into_owned()
            }
        });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_failing_command_is_named_with_its_arguments() {
        let mut runner = Runner::new().unwrap();
        let error = runner
            .run(Command::new("sh").args(["-c", "exit 3"]))
            .unwrap_err();
        assert_eq!(error.to_string(), "failed (exit status: 3): sh -c 'exit 3'");
    }

    #[test]
    fn a_signal_reaches_the_server_and_its_exit_code_comes_back() {
        let mut runner = Runner::new().unwrap();
        let script = "trap 'exit 7' TERM; echo; while :; do sleep 0.05; done";
        let mut server = start(
            Command::new("sh")
                .args(["-c", script])
                .stdout(Stdio::piped()),
        )
        .unwrap();
        // The line says that the trap is set.
        let mut line = [0];
        server.stdout.take().unwrap().read_exact(&mut line).unwrap();
        runner.pending.store(15, Ordering::SeqCst);
        let status = runner.wait_for_server(&mut server).unwrap();
        assert_eq!(exit_code(status), 7);
        assert!(runner.interrupted());
    }

    #[test]
    fn output_that_fails_carries_what_the_command_complained_of() {
        let error = output(Command::new("sh").args(["-c", "echo no >&2; exit 1"])).unwrap_err();
        assert!(error.to_string().ends_with("\nno"), "{error}");
    }
}
