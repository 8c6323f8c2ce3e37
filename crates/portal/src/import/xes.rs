//! Reads IEEE XES, trace by trace. Entities beyond XML's own five are never expanded and a document type is refused.

use super::log::{Attributes, BrokenLog, Case, CaseSink, LogEvent};
use super::mapping::AttributeNames;
use super::source::{LineCounter, Source, read_error};
use postern_domain::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Deeper nesting than any log has.
const MAX_DEPTH: usize = 64;
/// More events than any one case has.
const MAX_EVENTS_PER_CASE: usize = 100_000;
/// A case is in memory as a whole: so many bytes of keys and values, and no more.
const MAX_CASE: usize = 64 * 1024 * 1024;

/// # Errors
/// The line and the reason, where the file is no XES log or is cut off.
pub fn read(source: Source, names: &AttributeNames, sink: CaseSink<'_>) -> Result<(), BrokenLog> {
    let counter = source.reader.counter();
    let file = source.name;
    let mut reader = Reader::from_reader(source.reader);
    reader.config_mut().check_end_names = true;
    let mut log = Traces {
        names,
        counter: counter.clone(),
        path: Vec::new(),
        case: None,
        case_bytes: 0,
        event: None,
        ended: false,
    };
    let broken = |reason: String| BrokenLog { file: file.clone(), line: counter.line(), reason };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(|error| {
            broken(match &error {
                quick_xml::Error::Io(error) => read_error(error),
                error => format!("not well-formed XML: {error}"),
            })
        })?;
        counter.piece_done();
        match event {
            Event::Start(tag) => log.open(&tag, false).map_err(broken)?,
            Event::Empty(tag) => log.open(&tag, true).map_err(broken)?,
            Event::End(_) => {
                if let Some(case) = log.close().map_err(broken)?
                    && !sink(case)
                {
                    return Ok(());
                }
            }
            Event::DocType(_) => {
                return Err(broken("a document type is not accepted in a log".to_owned()));
            }
            Event::GeneralRef(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if log.ended { Ok(()) } else { Err(broken("the file ends before </log>: it was cut off".to_owned())) }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Log,
    Trace,
    Event,
    /// An attribute of the trace or event around it; only direct ones count.
    Attribute,
    Other,
}

struct Traces<'a> {
    names: &'a AttributeNames,
    counter: LineCounter,
    path: Vec<Tag>,
    case: Option<Case>,
    case_bytes: usize,
    event: Option<(Attributes, u64)>,
    ended: bool,
}

impl Traces<'_> {
    fn open(&mut self, tag: &BytesStart<'_>, empty: bool) -> Result<(), String> {
        let local = tag.local_name();
        let kind = match (local.as_ref(), self.path.last()) {
            (b"log", None) => Tag::Log,
            (_, None) => return Err("this is no XES log: its outermost element is not <log>".to_owned()),
            (b"trace", Some(Tag::Log)) => {
                self.case_bytes = 0;
                self.case =
                    Some(Case { id: String::new(), attributes: Attributes::new(), events: Vec::new() });
                Tag::Trace
            }
            (b"event", Some(Tag::Trace)) => {
                self.event = Some((Attributes::new(), self.counter.line()));
                Tag::Event
            }
            (b"string" | b"date" | b"int" | b"float" | b"boolean" | b"id", Some(Tag::Trace | Tag::Event)) => {
                self.attribute(tag)?;
                Tag::Attribute
            }
            _ => Tag::Other,
        };
        if empty {
            return if kind == Tag::Event { self.end_event() } else { Ok(()) };
        }
        if self.path.len() >= MAX_DEPTH {
            return Err(format!("elements are nested deeper than {MAX_DEPTH}"));
        }
        self.path.push(kind);
        Ok(())
    }

    fn attribute(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let mut key = None;
        let mut value = None;
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| format!("a malformed attribute: {error}"))?;
            let slot = match attribute.key.as_ref() {
                b"key" => &mut key,
                b"value" => &mut value,
                _ => continue,
            };
            let text = attribute
                .decode_and_unescape_value(quick_xml::encoding::Decoder {})
                .map_err(|error| format!("a value that cannot be read: {error}"))?;
            *slot = Some(text.into_owned());
        }
        let (Some(key), Some(value)) = (key, value) else {
            return Err("an attribute without key or value".to_owned());
        };
        self.case_bytes += key.len() + value.len();
        if self.case_bytes > MAX_CASE {
            return Err(format!("one case is longer than {} MiB", MAX_CASE / 1024 / 1024));
        }
        let target = match (&mut self.event, &mut self.case) {
            (Some((attributes, _)), _) => attributes,
            (None, Some(case)) => &mut case.attributes,
            (None, None) => return Ok(()),
        };
        target.insert(key, value);
        Ok(())
    }

    /// A finished trace, if this was its end.
    fn close(&mut self) -> Result<Option<Case>, String> {
        match self.path.pop() {
            Some(Tag::Event) => self.end_event().map(|()| None),
            Some(Tag::Trace) => self.end_trace().map(Some),
            Some(Tag::Log) => {
                self.ended = true;
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn end_event(&mut self) -> Result<(), String> {
        let (Some((mut attributes, line)), Some(case)) = (self.event.take(), self.case.as_mut()) else {
            return Ok(());
        };
        if case.events.len() >= MAX_EVENTS_PER_CASE {
            return Err(format!("a case with more than {MAX_EVENTS_PER_CASE} events"));
        }
        let names = self.names;
        let missing =
            |what: &str, key: &str| format!("the event at line {line} has no {what} (attribute “{key}”)");
        let activity =
            attributes.remove(&names.activity).ok_or_else(|| missing("activity", &names.activity))?;
        let instant = attributes.remove(&names.instant).ok_or_else(|| missing("instant", &names.instant))?;
        let at = Timestamp::parse_rfc3339(&instant)
            .map_err(|error| format!("the event at line {line} has the instant “{instant}”: {error}"))?;
        case.events.push(LogEvent {
            activity,
            at,
            resource: attributes.remove(&names.resource),
            role: attributes.remove(&names.role),
            attributes,
            line,
        });
        Ok(())
    }

    fn end_trace(&mut self) -> Result<Case, String> {
        let mut case = self.case.take().ok_or("a trace that never began")?;
        case.id = case
            .attributes
            .get(&self.names.case)
            .filter(|id| !id.trim().is_empty())
            .cloned()
            .ok_or_else(|| format!("a case has no name (attribute “{}”)", self.names.case))?;
        Ok(case)
    }
}
