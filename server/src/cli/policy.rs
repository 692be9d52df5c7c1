//! `sheetbrain policy compile`: what each sentence of a policy became.

use std::io::{self, Write};
use std::process::ExitCode;

use std::sync::Arc;

use analyzer::policy::analysis::{self, Issue};
use analyzer::policy::{Sentence, Status, rule_file};
use analyzer::ruleset::Policy;
use anstyle::Style;
use clap::{Args, Subcommand, ValueEnum};
use unicode_width::UnicodeWidthChar;

use super::input::Source;
use super::policy_file::{PolicyFile, lexicon};
use super::terminal::{
    ADDED, DOUBTFUL, FAINT, STRONG, Terminal, stdout, unless_reader_left, visible, wrap,
};

/// How far the lines of a sentence stand in.
const INDENT: usize = 2;

/// What `policy compile` says at the end of its help.
const EXAMPLES: &str =
    "A sentence is enforced only if every word of it was understood; the words that were not are
underlined. What stands behind → is how the sentence was understood. Several documents are also
held against one another: rules that are there twice, contradict each other or say nothing new.

Examples:
  sheetbrain policy compile lookups.md
  sheetbrain policy compile handbook.docx rules.yaml
  echo 'VLOOKUP must use exact match.' | sheetbrain policy compile -
  sheetbrain policy compile lookups.md --format json";

/// What can be done with a policy.
#[derive(Debug, Subcommand)]
pub(super) enum PolicyCommand {
    /// Show what each sentence of a policy becomes
    Compile(CompileArguments),
    /// Print the JSON Schema of rules that are written by hand
    Schema,
}

/// The arguments of `sheetbrain policy compile`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompileArguments {
    /// Plain text, Markdown, .docx, .pdf, or .yaml or .json with rules; - is standard input
    #[arg(value_name = "FILE", required = true)]
    documents: Vec<Source>,

    /// Words of your own, in TOML: what each stands for, under [functions], [sheets] or [hosts]
    #[arg(long, value_name = "FILE")]
    terms: Option<Source>,

    /// For people or for programs
    #[arg(long, value_enum, default_value = "text")]
    format: CompiledFormat,
}

/// How a compiled policy is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum CompiledFormat {
    /// Each sentence with its status and how it was understood
    Text,
    /// One object with the sentences, their rules and spans in UTF-16 code units
    Json,
}

pub(super) fn run(command: PolicyCommand) -> anyhow::Result<ExitCode> {
    let mut out = stdout();
    let written = match command {
        PolicyCommand::Compile(arguments) => {
            let lexicon = lexicon(arguments.terms)?;
            let documents = arguments.documents.into_iter();
            let files = documents.map(|document| PolicyFile::read(document, &lexicon));
            let files: Vec<PolicyFile> = files.collect::<anyhow::Result<_>>()?;
            let issues = issues(&files);
            match arguments.format {
                CompiledFormat::Text => write_all(&mut out, Terminal::of_stdout(), &files, &issues),
                CompiledFormat::Json => write_json(&mut out, &files, &issues),
            }
        }
        PolicyCommand::Schema => write!(out, "{}", rule_file::schema()),
    };
    unless_reader_left(written.and_then(|()| out.flush()).map_err(Into::into))?;
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with the documents taken together.
fn issues(files: &[PolicyFile]) -> Vec<Issue> {
    let policy = |file: &PolicyFile| Policy {
        id: file.source.to_string(),
        title: file.title.clone(),
        version: 1,
        compiled: Arc::new(file.compiled.clone()),
    };
    analysis::of(&files.iter().map(policy).collect::<Vec<_>>())
}

/// One document as it is, several as a list; what is wrong with them beside it.
fn write_json(out: &mut impl Write, files: &[PolicyFile], issues: &[Issue]) -> io::Result<()> {
    let wire = |file: &PolicyFile| -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(file.compiled.to_wire(&file.text))
    };
    let mut written = match files {
        [only] => wire(only)?,
        files => {
            let mut policies = Vec::with_capacity(files.len());
            for file in files {
                let mut policy = wire(file)?;
                if let Some(fields) = policy.as_object_mut() {
                    fields.insert("file".to_owned(), file.source.to_string().into());
                }
                policies.push(policy);
            }
            serde_json::json!({ "policies": policies })
        }
    };
    if let Some(fields) = written.as_object_mut() {
        fields.insert("issues".to_owned(), serde_json::to_value(issues)?);
    }
    serde_json::to_writer(&mut *out, &written)?;
    writeln!(out)
}

fn write_all(
    out: &mut impl Write,
    terminal: Terminal,
    files: &[PolicyFile],
    issues: &[Issue],
) -> io::Result<()> {
    for file in files {
        if files.len() > 1 {
            writeln!(
                out,
                "{}\n",
                terminal.paint(STRONG, format!("# {}", file.source))
            )?;
        }
        write_text(out, terminal, file)?;
        if files.len() > 1 {
            writeln!(out)?;
        }
    }
    for issue in issues {
        write_issue(out, terminal, issue)?;
    }
    Ok(())
}

fn write_issue(out: &mut impl Write, terminal: Terminal, issue: &Issue) -> io::Result<()> {
    let kind = match issue.kind {
        analysis::IssueKind::Duplicate => "said twice",
        analysis::IssueKind::Contradiction => "contradiction",
        analysis::IssueKind::Swallowed => "says nothing new",
        analysis::IssueKind::NeverFires => "never finds anything",
    };
    writeln!(out, "\n{}", terminal.paint(DOUBTFUL.bold(), kind))?;
    for (number, rule) in (1..).zip(&issue.rules) {
        let text = format!("{number}. {} ({})", rule.paraphrase, rule.title);
        terminal.write_prose(out, INDENT, &text)?;
    }
    terminal.write_prose(out, 2 * INDENT, &issue.message)?;
    if let Some(example) = &issue.example {
        terminal.write_prose(out, 2 * INDENT, &format!("For example {example}"))?;
    }
    Ok(())
}

fn write_text(out: &mut impl Write, terminal: Terminal, file: &PolicyFile) -> io::Result<()> {
    let (mut line, mut counted) = (1, 0);
    for sentence in &file.compiled.sentences {
        let start = sentence.span.start as usize;
        line += file
            .text
            .get(counted..start)
            .unwrap_or_default()
            .matches('\n')
            .count();
        counted = start;
        write_sentence(out, terminal, sentence, line)?;
    }
    let compiled = &file.compiled;
    writeln!(
        out,
        "{} enforced, {} partial, {} not enforced",
        compiled.enforced(),
        compiled.partial(),
        compiled.not_enforced()
    )
}

fn write_sentence(
    out: &mut impl Write,
    terminal: Terminal,
    sentence: &Sentence,
    line: usize,
) -> io::Result<()> {
    let (status, style) = describe(sentence.status);
    let severity = sentence.rules.iter().map(|rule| rule.severity).max();
    let severity = severity.filter(|_| sentence.status == Status::Enforced);
    let severity = severity.map_or_else(String::new, |severity| format!("  {}", severity.name()));
    let place = terminal.paint(FAINT, format!("line {line}"));
    writeln!(out, "{}{severity}  {place}", terminal.paint(style, status))?;
    write_underlined(out, terminal, sentence)?;
    if let Some(paraphrase) = &sentence.paraphrase {
        terminal.write_prose(out, 2 * INDENT, &format!("→ {paraphrase}"))?;
    }
    if let Some(note) = &sentence.note {
        terminal.write_prose(out, 2 * INDENT, note)?;
    }
    writeln!(out)
}

/// What a status is called, and how it looks.
const fn describe(status: Status) -> (&'static str, Style) {
    match status {
        Status::Enforced => ("enforced", ADDED.bold()),
        Status::Partial => ("partial", DOUBTFUL.bold()),
        Status::NeedsValue => ("needs value", DOUBTFUL.bold()),
        Status::NeedsScope => ("needs scope", DOUBTFUL.bold()),
        Status::Ambiguous => ("ambiguous", DOUBTFUL.bold()),
        Status::NotCheckable => ("not checkable", STRONG),
        Status::NotUnderstood => ("not understood", DOUBTFUL.bold()),
        Status::Context => ("context", FAINT),
    }
}

/// Writes the sentence in lines that fit, with carets under the words that were not understood.
fn write_underlined(
    out: &mut impl Write,
    terminal: Terminal,
    sentence: &Sentence,
) -> io::Result<()> {
    for (text, marks) in underlined(sentence, terminal.prose_room(INDENT)) {
        writeln!(out, "{:INDENT$}{}", "", terminal.paint(STRONG, text))?;
        if !marks.trim_end().is_empty() {
            writeln!(
                out,
                "{:INDENT$}{}",
                "",
                terminal.paint(DOUBTFUL, marks.trim_end())
            )?;
        }
    }
    Ok(())
}

/// The sentence in lines of at most `room` columns, each with the line of carets below it.
fn underlined(sentence: &Sentence, room: usize) -> Vec<(String, String)> {
    let is_unread = |at: usize| {
        let at = sentence.span.start as usize + at;
        let next = sentence
            .unread
            .partition_point(|span| span.end as usize <= at);
        sentence
            .unread
            .get(next)
            .is_some_and(|span| span.start as usize <= at)
    };
    let mark = |at: usize| if is_unread(at) { "^" } else { " " };
    let line = |words: Vec<(usize, &str)>| {
        let (mut text, mut marks) = (String::new(), String::new());
        for (start, word) in words {
            if !text.is_empty() {
                text.push(' ');
                marks.push_str(mark(start.saturating_sub(1)));
            }
            for (at, character) in word.char_indices() {
                let columns = character.width().unwrap_or_default();
                marks.push_str(&mark(start + at).repeat(columns));
            }
            text.push_str(&visible(word));
        }
        (text, marks)
    };
    wrap(&sentence.text, room).into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use analyzer::span::Span;

    use super::*;

    #[test]
    fn the_committed_schema_is_the_one_of_the_rules() {
        let committed = include_str!("../../../analyzer/src/policy/rules.schema.json");
        assert!(
            committed == rule_file::schema(),
            "run `sheetbrain policy schema > analyzer/src/policy/rules.schema.json`"
        );
    }

    fn underlined_words(text: &str, unread: &[(u32, u32)], room: usize) -> Vec<(String, String)> {
        let sentence = Sentence {
            text: text.to_owned(),
            span: Span::new(10, 90),
            status: Status::Partial,
            paraphrase: None,
            rules: Vec::new(),
            unread: unread
                .iter()
                .map(|(start, end)| Span::new(*start, *end))
                .collect(),
            note: None,
            is_rule: false,
        };
        underlined(&sentence, room)
    }

    #[track_caller]
    fn case(text: &str, unread: &[(u32, u32)], room: usize, expected: &[(&str, &str)]) {
        let found = underlined_words(text, unread, room);
        let found = found
            .iter()
            .map(|(text, marks)| (text.as_str(), marks.trim_end()));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn carets_stand_under_the_words_that_were_not_read() {
        case(
            "Keep it so.",
            &[(15, 17), (18, 20)],
            80,
            &[("Keep it so.", "     ^^ ^^")],
        );
        case(
            "Keep it so.",
            &[(15, 20)],
            80,
            &[("Keep it so.", "     ^^^^^")],
        );
    }

    #[test]
    fn carets_follow_a_sentence_over_its_lines() {
        case(
            "Keep\n  it so.",
            &[(17, 19)],
            5,
            &[("Keep", ""), ("it", "^^"), ("so.", "")],
        );
    }
}
