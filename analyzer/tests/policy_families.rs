//! Families of wording: each way of saying something with each thing that it can be said of. A
//! sentence is only read by families; what holds for one member has to hold for all.

use analyzer::policy::{Compiled, Lexicon, Status, compile};

/// What can be forbidden, by each of its names; the first begins the sentence that all are held
/// against.
const OBJECTS: &[&[&str]] = &[
    &[
        "INDIRECT",
        "the INDIRECT function",
        "the function called INDIRECT",
    ],
    &["NOW and TODAY", "the functions NOW and TODAY"],
    &["volatile functions"],
    &["external data functions"],
    &["hard-coded numbers", "magic numbers", "numeric constants"],
    &["whole-column references", "references to entire columns"],
    &["references to other sheets", "cross-sheet references"],
    &[
        "references to other spreadsheets",
        "links to other workbooks",
    ],
    &["nested IFs", "nested IF statements"],
    &[
        "more than three nested IFs",
        "more than 3 levels of nested IFs",
    ],
    &["more than five function calls"],
    &["named ranges"],
    &["string literals", "hard-coded text"],
    &["approximate match in VLOOKUP"],
    &["unguarded divisions"],
    &["VLOOKUP without a fourth argument"],
    &["array literals"],
];

/// Ways of forbidding, with a hole for what is forbidden.
const BANS: &[&str] = &[
    "{} must not be used.",
    "{} is to be avoided.",
    "{} will be rejected at review.",
    "{} constitutes a breach of this policy.",
    "{} has no place in our models.",
    "{} must be replaced.",
    "{} must not be released.",
    "{} is forbidden, not least because it slows the model down.",
    "{} is forbidden, because most reviewers do not know it.",
    "{} is forbidden; nobody can trace it.",
    "The use of {} is not acceptable.",
    "Avoidance of {} is mandatory.",
    "The ban on {} remains in force.",
    "There must be no {}.",
    "Never use {}.",
    "We never use {}.",
    "Take care not to use {}.",
    "Do not go back to using {}.",
    "It is our policy not to use {}.",
    "Our rule is simple: no {}.",
    "What we do not want to see: {}.",
    "Replace {}.",
    "Manage without {}.",
    "Auditors will not accept {}.",
    "Internal audit disallows {}.",
    "We want no {} in our workbooks.",
    "We expect authors to avoid {}.",
    "We insist on models without {}.",
    "We deem {} unacceptable.",
    "Anybody using {} must replace it.",
    "Formulas may include anything except {}.",
    "Models have to do without {}.",
    "For this reason, {} must not be used.",
    "Please remember that {} is not permitted.",
    "In no case may {} be used.",
];

/// Ways of saying something that forbids nothing.
const GRANTS: &[&str] = &[
    "{} may be used.",
    "{} is fine.",
    "{} is not forbidden.",
    "{} is no longer banned.",
    "The use of {} is encouraged.",
    "You may use {}.",
    "Feel free to use {}.",
    "It is not forbidden to use {}.",
    "Nobody is prevented from using {}.",
    "Nothing in this policy prohibits {}.",
    "There is no need to avoid {}.",
    "You need not avoid {}.",
    "We do not object to {}.",
    "Last year {} was banned.",
    "The proposal to ban {} was dropped.",
    "The ban on {} has been lifted.",
    "Removal of {} is optional.",
    "Removal of {} takes time.",
    "Some say that {} must not be used.",
    "Do not hesitate to use {}.",
    "Do not use {} to save a few minutes.",
    "Do not use {} in order to move a window.",
    "{} must not be used to simplify things.",
    "{} must not be used on Fridays.",
    "{} is forbidden in some other firms.",
    "{} is forbidden until the audit is over.",
    "{} should be used with care.",
    "{} should be documented.",
    "Should {} be banned?",
    "The auditors asked why we avoid {}.",
];

fn said(form: &str, of: &str) -> String {
    let sentence = form.replace("{}", of);
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What a sentence demands, whatever its force.
fn demands(compiled: &Compiled) -> Vec<String> {
    let enforced = compiled
        .sentences
        .iter()
        .filter(|sentence| sentence.status == Status::Enforced);
    enforced
        .flat_map(|sentence| &sentence.rules)
        .map(|rule| format!("{:?}", rule.demand))
        .collect()
}

#[test]
fn every_way_of_forbidding_forbids_the_same() {
    let lexicon = Lexicon::english();
    let mut wrong = Vec::new();
    for names in OBJECTS {
        let wanted = demands(&compile(&said("{} is forbidden.", names[0]), &lexicon));
        assert!(!wanted.is_empty(), "{names:?}");
        for name in *names {
            for form in BANS {
                let sentence = said(form, name);
                if demands(&compile(&sentence, &lexicon)) != wanted {
                    wrong.push(sentence);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_way_of_allowing_telling_or_limiting_otherwise_forbids() {
    let lexicon = Lexicon::english();
    let names = OBJECTS.iter().copied().flatten();
    let sentences = names.flat_map(|name| GRANTS.iter().map(|form| said(form, name)));
    let wrong: Vec<String> = sentences
        .filter(|sentence| compile(sentence, &lexicon).enforced() > 0)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Sentences that say the same, the first in the plainest words.
const SAME: &[&[&str]] = &[
    &[
        "Formulas must not be longer than 80 characters.",
        "The longest formula we accept has 80 characters.",
        "80 characters is the limit for a formula.",
        "There is a limit of 80 characters on every formula.",
        "Formulas are permitted up to 80 characters.",
        "Formula length must be 80 characters or less.",
        "The permitted maximum length of a formula is 80 characters.",
        "If a formula exceeds 80 characters, rewrite it.",
    ],
    &[
        "No formula may contain more than 5 function calls.",
        "Five is the maximum number of function calls in a formula.",
        "Cap function calls at five.",
        "Do not make more than five function calls in one formula.",
    ],
    &[
        "IFs must not be nested more than 3 levels deep.",
        "IFs must not be nested more than three times.",
        "Nest IFs no deeper than three levels.",
        "IFs may be nested to a depth of 3 at most.",
    ],
    &[
        "INDIRECT must not be used more than twice in a formula.",
        "INDIRECT may be used at most twice in a formula.",
        "No formula may call INDIRECT more than two times.",
    ],
    &[
        "VLOOKUP must use exact match.",
        "You may use VLOOKUP, provided that it uses exact match.",
        "Whenever VLOOKUP is used, set it to exact match.",
        "VLOOKUP may only be called in exact match mode.",
    ],
    &[
        "Divisions must be wrapped in IFERROR.",
        "IFERROR must enclose every division.",
        "Formulas that divide must use IFERROR.",
        "Divisions without a surrounding IFERROR are not acceptable.",
        "Divisions are not allowed outside IFERROR.",
        "Every division needs an enclosing IFERROR.",
        "Never divide unless inside IFERROR.",
        "IFERROR must be put around every division.",
    ],
    &[
        "Ranges in VLOOKUP must be absolute.",
        "Use absolute references for the search range of VLOOKUP.",
        "Only absolute references may be passed to VLOOKUP.",
        "Lock the ranges of VLOOKUP using dollar signs.",
    ],
    &[
        "Only SUM and IF may be used.",
        "SUM and IF are allowed, and nothing else.",
        "The approved functions are limited to SUM and IF.",
        "Formulas must be built from SUM and IF only.",
        "All functions but SUM and IF are forbidden.",
        "Formulas may use no other functions than SUM and IF.",
    ],
    &[
        "NOW, RAND, RANDBETWEEN and RANDARRAY are forbidden.",
        "Of the functions NOW, TODAY, RAND, RANDBETWEEN and RANDARRAY, only TODAY may be used.",
    ],
    &[
        "Volatile functions except TODAY are forbidden.",
        "TODAY is the only volatile function that may be used.",
        "Of the volatile functions, only TODAY is permitted.",
        "Volatile functions are forbidden, but TODAY is allowed.",
    ],
    &[
        "Hard-coded numbers other than 0 and 12 are forbidden.",
        "Hard-coded numbers are forbidden. This does not apply to 0 and 12.",
        "Hard-coded numbers are forbidden. This rule does not extend to 0 and 12.",
        "Hard-coded numbers are forbidden. Those limits do not hold for 0 and 12.",
        "Hard-coded numbers are forbidden, but this policy does not cover 0 and 12.",
        "Hard-coded numbers are forbidden (the above requirement does not concern 0 and 12).",
    ],
    &[
        "INDIRECT is forbidden.",
        "INDIRECT is not allowed, but OFFSET is.",
        "INDIRECT is banned and OFFSET is not.",
        "INDIRECT, but not OFFSET, is prohibited.",
        "While OFFSET is permitted, INDIRECT is prohibited.",
        "Feel free to use OFFSET, but do not use INDIRECT.",
        "OFFSET may be used; INDIRECT may not.",
        "All functions may be used with the exception of INDIRECT.",
    ],
    &[
        "IMPORTRANGE may only read from spreadsheet 1AbcDefGhiJklMnoPqrStuV0.",
        "Use IMPORTRANGE only with 1AbcDefGhiJklMnoPqrStuV0.",
        "Limit IMPORTRANGE to spreadsheet 1AbcDefGhiJklMnoPqrStuV0.",
        "No file other than 1AbcDefGhiJklMnoPqrStuV0 may be read with IMPORTRANGE.",
        "1AbcDefGhiJklMnoPqrStuV0 is the only spreadsheet that IMPORTRANGE may read.",
        "The only source allowed for IMPORTRANGE is 1AbcDefGhiJklMnoPqrStuV0.",
    ],
];

#[test]
fn sentences_that_say_the_same_demand_the_same() {
    let lexicon = Lexicon::english();
    let mut wrong = Vec::new();
    for same in SAME {
        let wanted = demands(&compile(same[0], &lexicon));
        assert!(!wanted.is_empty(), "{}", same[0]);
        for sentence in *same {
            let found = demands(&compile(sentence, &lexicon));
            if found != wanted {
                wrong.push(format!("{sentence} {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
