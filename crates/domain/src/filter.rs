//! The filter language: `stage:legal owner:me due:<2d -kind:invoice "free text"`.
//!
//! A filter is a list of terms; all must hold. It reads from text and writes back to text that means the same. The
//! same grammar serves the window, `posternctl` and, later, saved views.

use crate::item::{Kind, Phase, Priority};
use crate::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use std::fmt;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Written with a `-` before it: the test must not hold.
    pub negated: bool,
    pub test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// The open review's stage, or where it stands in words: key or name, or the beginning of either.
    Stage(String),
    Owner(Who),
    /// Whose turn it is.
    Assignee(Who),
    /// Code or name, or the beginning of either.
    Client(String),
    Cohort(String),
    Kind(Kind),
    Phase(Phase),
    Priority(Priority),
    Is(Flag),
    /// The due date, as milliseconds from now; what is overdue lies before now.
    Due(Bound),
    /// How long it has been where it is, in milliseconds.
    Age(Bound),
    /// Every word occurs somewhere: reference, title, client, description, comments.
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    Me,
    Nobody,
    /// Name, e-mail or id, or the beginning of a part of the name.
    Named(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    Overdue,
    Stuck,
    Escalated,
    Unassigned,
    /// Something of mine is not yet confirmed.
    Pending,
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    LessThan(i64),
    MoreThan(i64),
}

/// A part of a filter that cannot be understood, and what would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub term: String,
    pub message: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub filter: Filter,
    pub problems: Vec<Problem>,
}

const FLAGS: [(&str, Flag); 6] = [
    ("overdue", Flag::Overdue),
    ("stuck", Flag::Stuck),
    ("escalated", Flag::Escalated),
    ("unassigned", Flag::Unassigned),
    ("pending", Flag::Pending),
    ("open", Flag::Open),
];

const PRIORITIES: [(&str, Priority); 4] = [
    ("low", Priority::Low),
    ("normal", Priority::Normal),
    ("high", Priority::High),
    ("urgent", Priority::Urgent),
];

const KEYS: &str = "stage, owner, assignee, client, cohort, kind, phase, priority, is, due, age";

/// Reads a filter. What is not understood is told, and is not part of the filter.
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    for word in words(text) {
        match term(&word) {
            Ok(term) => parsed.filter.terms.push(term),
            Err(message) => parsed.problems.push(Problem { term: word.written, message }),
        }
    }
    parsed
}

struct Word {
    written: String,
    negated: bool,
    /// Before an unquoted colon.
    key: Option<String>,
    value: String,
}

/// Splits at white space outside double quotes; `\"` and `\\` inside quotes are the characters themselves.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = text.chars().peekable();
    loop {
        while rest.next_if(|character| character.is_whitespace()).is_some() {}
        if rest.peek().is_none() {
            return words;
        }
        let mut word = Word { written: String::new(), negated: false, key: None, value: String::new() };
        let mut quoted = false;
        while let Some(character) = rest.next_if(|character| quoted || !character.is_whitespace()) {
            word.written.push(character);
            match character {
                '"' => quoted = !quoted,
                '\\' if quoted => {
                    if let Some(escaped) = rest.next() {
                        word.written.push(escaped);
                        word.value.push(escaped);
                    }
                }
                '-' if !quoted && word.written.len() == 1 => word.negated = true,
                ':' if !quoted
                    && word.key.is_none()
                    && !word.value.is_empty()
                    && !word.written.contains('"') =>
                {
                    word.key = Some(std::mem::take(&mut word.value).to_lowercase());
                }
                other => word.value.push(other),
            }
        }
        if word.key.is_some() || !word.value.is_empty() {
            words.push(word);
        }
    }
}

fn term(word: &Word) -> Result<Term, String> {
    let value = word.value.as_str();
    let Some(key) = word.key.as_deref() else {
        return Ok(Term { negated: word.negated, test: Test::Text(value.to_owned()) });
    };
    if value.is_empty() {
        return Err(format!("Say what comes after “{key}:”."));
    }
    let lower = value.to_lowercase();
    let test = match key {
        "stage" => Test::Stage(value.to_owned()),
        "owner" => Test::Owner(who(value)),
        "assignee" => Test::Assignee(who(value)),
        "client" => Test::Client(value.to_owned()),
        "cohort" => Test::Cohort(value.to_owned()),
        "kind" => Test::Kind(one_of(key, &lower, Kind::ALL.map(|kind| (kind.as_str(), kind)))?),
        "phase" => Test::Phase(one_of(key, &lower, Phase::ALL.map(|phase| (phase.as_str(), phase)))?),
        "priority" => Test::Priority(one_of(key, &lower, PRIORITIES)?),
        "is" => Test::Is(one_of(key, &lower, FLAGS)?),
        "due" => Test::Due(bound(key, &lower)?),
        "age" => Test::Age(bound(key, &lower)?),
        _ => return Err(format!("There is no “{key}:”. Known are {KEYS}; quote the text to search for it.")),
    };
    Ok(Term { negated: word.negated, test })
}

fn who(value: &str) -> Who {
    match value.to_lowercase().as_str() {
        "me" => Who::Me,
        "nobody" | "none" => Who::Nobody,
        _ => Who::Named(value.to_owned()),
    }
}

fn one_of<T: Copy, const N: usize>(key: &str, value: &str, known: [(&str, T); N]) -> Result<T, String> {
    known.iter().find(|(name, _)| *name == value).map(|(_, found)| *found).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        format!("“{key}:” takes {}.", names.join(", "))
    })
}

fn bound(key: &str, value: &str) -> Result<Bound, String> {
    let unclear =
        || format!("“{key}:” takes < or > and a length, for example {key}:<2d, {key}:>36h or {key}:<30m.");
    let mut characters = value.chars();
    let direction = characters.next().filter(|sign| matches!(sign, '<' | '>')).ok_or_else(unclear)?;
    let unit = characters.next_back().ok_or_else(unclear)?;
    let number: i64 = characters.as_str().parse().map_err(|_| unclear())?;
    let unit_ms = match unit {
        'm' => MINUTE_MS,
        'h' => HOUR_MS,
        'd' => DAY_MS,
        'w' => 7 * DAY_MS,
        _ => return Err(unclear()),
    };
    let length = number.checked_mul(unit_ms).ok_or_else(unclear)?;
    Ok(if direction == '<' { Bound::LessThan(length) } else { Bound::MoreThan(length) })
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("-")?;
        }
        let named = |list: &[(&'static str, Priority)], wanted| {
            list.iter().find(|(_, each)| *each == wanted).map_or("", |(name, _)| *name)
        };
        match &self.test {
            Test::Stage(value) => write!(f, "stage:{}", quoted(value)),
            Test::Owner(who) => write!(f, "owner:{who}"),
            Test::Assignee(who) => write!(f, "assignee:{who}"),
            Test::Client(value) => write!(f, "client:{}", quoted(value)),
            Test::Cohort(value) => write!(f, "cohort:{}", quoted(value)),
            Test::Kind(kind) => write!(f, "kind:{}", kind.as_str()),
            Test::Phase(phase) => write!(f, "phase:{}", phase.as_str()),
            Test::Priority(priority) => write!(f, "priority:{}", named(&PRIORITIES, *priority)),
            Test::Is(flag) => {
                let name = FLAGS.iter().find(|(_, each)| each == flag).map_or("", |(name, _)| *name);
                write!(f, "is:{name}")
            }
            Test::Due(bound) => write!(f, "due:{bound}"),
            Test::Age(bound) => write!(f, "age:{bound}"),
            Test::Text(text) => f.write_str(&always_quoted(text)),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Me => f.write_str("me"),
            Who::Nobody => f.write_str("nobody"),
            Who::Named(name) => f.write_str(&quoted(name)),
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, length) = match self {
            Bound::LessThan(length) => ('<', *length),
            Bound::MoreThan(length) => ('>', *length),
        };
        let (number, unit) = match length {
            length if length % DAY_MS == 0 => (length / DAY_MS, 'd'),
            length if length % HOUR_MS == 0 => (length / HOUR_MS, 'h'),
            length => (length / MINUTE_MS, 'm'),
        };
        write!(f, "{sign}{number}{unit}")
    }
}

fn quoted(value: &str) -> String {
    let plain = !value.is_empty()
        && !value
            .contains(|character: char| character.is_whitespace() || matches!(character, '"' | '\\' | ':'));
    if plain { value.to_owned() } else { always_quoted(value) }
}

fn always_quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
