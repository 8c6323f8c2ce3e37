//! What people write: titles, descriptions, remarks and reasons. A word in braces is filled in.

use super::dice::Dice;
use postern_domain::{FieldValue, Fields, Kind};

const REQUESTS: [&str; 16] = [
    "Additional licences for the {team} team",
    "Change of the billing address for {place}",
    "Extend the {project} contract to {month}",
    "New user accounts for {place}",
    "Approve the revised scope of {project}",
    "Add {place} to the service schedule",
    "Waive the late fee for {month}",
    "Bring the {month} workshop forward",
    "Access to the reporting area for {team}",
    "Second delivery slot for {place}",
    "Discount for a two-year term",
    "Replace the named contact for {project}",
    "Data processing agreement for {project}",
    "Volume forecast for {month}",
    "Pause {project} until {month}",
    "Permission to quote {client} as a reference",
];
const DELIVERABLES: [&str; 16] = [
    "{project}: final copy for {month}",
    "Landing page for {place}, second draft",
    "Poster series “{month} in {place}”",
    "Annual report, chapter {number}: {team}",
    "Explainer video, {number}-second cut",
    "Product sheet for {place}",
    "Press release: {client} opens in {place}",
    "Social media plan for {month}",
    "{project}: wireframes for the {team} area",
    "Email sequence, {number} messages",
    "Packaging artwork, variant {number}",
    "Trade fair stand in {place}: visuals",
    "Customer story: {team} at {client}",
    "Slide deck for the {month} board meeting",
    "Radio spot, {number} seconds",
    "Accessibility statement for {project}",
];
const TICKETS: [&str; 14] = [
    "Export of {month} figures ends with an error",
    "Sign-in page does not load in {place}",
    "{team} cannot see {project} documents",
    "Wrong logo on invoices since {month}",
    "Duplicate notifications for {team}",
    "Totals for {place} are off by {number} cents",
    "Upload of large PDFs stops at {number} %",
    "Search finds nothing for names with accents",
    "Mails to {place} are rejected",
    "Calendar shows {month} twice",
    "Password reset link has expired on arrival",
    "Report “{project}” is slow on Mondays",
    "Attachment of item {number} cannot be opened",
    "Time zone of {place} is one hour off",
];
const INVOICES: [&str; 12] = [
    "{project}, instalment {number}",
    "Print run for {place}",
    "{month} retainer",
    "Photography in {place}, {number} days",
    "Translation into {number} languages",
    "Licence renewal {month}",
    "Travel to {place}",
    "Media buying for {month}",
    "Hosting of {project}",
    "Freelance support, {team}",
    "Credit note for {month}",
    "Catering, {month} workshop",
];
const OTHER_SCRIPTS: [&str; 6] = [
    "品質報告書の承認依頼（{month}）",
    "طلب الموافقة على حملة {month}",
    "אישור נוסח סופי: {project}",
    "Prüfung der Änderungsvereinbarung für {place}",
    "Przegląd końcowy – życzenia i źródła, część {number}",
    "Été {number} : déclinaison de l’identité à {place}",
];
const LONG: &str = "Framework agreement covering the combined {project}, on-site support in {place} and the \
    extended warranty for all units delivered before {month}, including the amendments that {team} asked for in \
    the last three meetings, the revised list of named contacts at {client}, and the price table that replaces \
    annexes B to F of the agreement now in force";

const OPENINGS: [&str; 8] = [
    "We would like this to be in place before the end of {month}; {team} in {place} depends on it.",
    "As discussed with {team} last week, please find everything for {project} below.",
    "This follows from the {month} review with {client}, where we agreed on the direction but not on the details.",
    "{team} asked for this twice already, so we would be glad about a quick answer.",
    "This is the version that {place} signed off locally. Nothing else has changed since.",
    "Background: {project} moved to {place} in {month}, and the old arrangement no longer fits.",
    "Please treat this as part of {project}. The order number is the same as last time.",
    "We have put everything into one submission this time, so that nothing has to be asked for separately.",
];
const MIDDLES: [&str; 14] = [
    "What we need: a decision on the scope, the name of whoever is in charge on your side, and a date that we can \
     pass on. If the date is at risk, please tell us early rather than late; we can move {place} by a week, but not \
     by more.",
    "The figures were checked against the {month} forecast. They differ by {number} per cent, which comes from the \
     two sites that opened in between. {team} has seen them and has no objection.",
    "There is one open point. The wording in section {number} still mentions {place}; it should mention the whole \
     region. If you would rather correct that yourselves, please do, and tell us.",
    "For context: the last time this came up, it took three rounds, mostly because the attachments were out of \
     date. We have therefore removed the old ones. Only the current version counts.",
    "Please note that {team} is not available in the second half of {month}. Questions before that can go to the \
     address on file; after that, to the switchboard in {place}.",
    "The budget has been approved up to the amount given above. Anything beyond needs another round with our own \
     finance people, which usually takes about {number} working days.",
    "Two alternatives were considered. The first is cheaper and leaves {place} out; the second costs more and \
     covers everybody. We prefer the second, and {team} agrees.",
    "Legal has read it and asks for one change: the period of notice should be {number} weeks, not a month. \
     Everything else can stay as it is.",
    "Steps so far:\n- draft shared with {team}\n- comments from {place} worked in\n- figures checked for {month}\n\
     - sent to you",
    "To see the difference to the previous version, compare pages {number} and following. The rest is unchanged, \
     apart from the footer.",
    "We know that this is a lot at once. If it helps, split it: the part for {place} is urgent, the remainder can \
     wait until {month}.",
    "The supplier confirmed the dates by telephone on Thursday. A written confirmation will follow and be attached \
     here as soon as we have it.",
    "If anything about this is unclear, it is quicker to ring than to write. We are three people here and one of \
     us is always at the desk.",
    "Nothing personal is contained in the attached material; {team} has checked it against the policy of {month}.",
];
const ENDINGS: [&str; 6] = [
    "Thank you, and kind regards from {place}.",
    "We look forward to hearing from you.",
    "Please confirm once this has been looked at, even if there is no decision yet.",
    "Best wishes from the {team} team.",
    "Many thanks in advance.",
    "With kind regards.",
];

const PLACES: [&str; 16] = [
    "Rotterdam",
    "Malmö",
    "Kraków",
    "Sheffield",
    "Porto",
    "Basel",
    "Gdańsk",
    "Lyon",
    "Singapore",
    "Zürich",
    "Bergen",
    "Antwerp",
    "Boston",
    "İzmir",
    "A Coruña",
    "Thessaloniki",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const TEAMS: [&str; 10] = [
    "procurement",
    "marketing",
    "operations",
    "facilities",
    "people",
    "finance",
    "field service",
    "compliance",
    "product",
    "customer care",
];

pub const ASKED: [&str; 8] = [
    "Where is this, please? {team} is asking.",
    "Any news? We promised {place} an answer this week.",
    "Could somebody tell us when to expect a decision?",
    "Friendly reminder. The date in {month} is getting close.",
    "Is anything missing from our side?",
    "We see that it is still in review. Is that right?",
    "Just checking in on this one.",
    "Has whoever has this been away? We have heard nothing since we sent it.",
];
pub const ANSWERED: [&str; 6] = [
    "It is with our specialists. I expect an answer by Thursday.",
    "Thank you for asking. One check is left, then it goes to sign-off.",
    "I have asked for it to be looked at today.",
    "It took longer than usual because of the holidays; you will hear from us this week.",
    "All complete, nothing is missing. We are on it.",
    "We had a question about the figures, which is settled now.",
];
pub const NOTES: [&str; 10] = [
    "The amount is above what we agreed in {month}. Worth a second look before it goes on.",
    "I rang {team}: they need it, but the date can move by a week.",
    "Same wording as the one we sent back in {month}. Please compare.",
    "They are in renewal talks. Let us be quick and friendly with this one.",
    "Section {number} contradicts the framework agreement. I would ask rather than send it back.",
    "Checked the attachment against the archive: it is the current one.",
    "Not urgent. Fine to do after the {project} batch.",
    "I am out from Wednesday. Whoever takes it over: the numbers are right, only the text needs reading.",
    "Legal had no objection the last time; precedent is in the {month} batch.",
    "Please keep {team} out of the loop until the price is settled.",
];
pub const SENT_BACK: [&str; 10] = [
    "Page {number} still shows last year's figures. Please update them and send it again.",
    "The purchase order number is missing.",
    "The attachment is a draft; we need the version that {place} signed.",
    "Please name one person who can answer questions about {project}.",
    "The amount does not match the offer of {month}. Which one is right?",
    "The text mentions a competitor by name. Please rephrase the second paragraph.",
    "The date is in the past. Did you mean {month}?",
    "Two of the pictures have no licence. Please replace them or send the licences.",
    "Please split this in two: the part for {place} takes another path.",
    "The scope says “all sites”, the price covers {number}. Please clarify.",
];
pub const RESUBMITTED: [&str; 6] = [
    "Corrected as asked. Please have another look.",
    "The figures are now those of {month}.",
    "Thank you for spotting that. New version attached to our reply.",
    "We have rewritten the paragraph; everything else is as before.",
    "The purchase order number has been added.",
    "Done. Sorry for the trouble.",
];
pub const APPROVED: [&str; 6] = [
    "Looks good.",
    "Fine by me. Checked against the {month} agreement.",
    "Approved. Please mind the date.",
    "All figures match.",
    "Good work, nothing to add.",
    "OK for {place}; the next one needs a new offer.",
];
pub const REASSIGNED: [&str; 6] = [
    "On leave from tomorrow.",
    "You know this client better than I do.",
    "Balancing the queue before {month}.",
    "I worked on the offer and would rather not decide on it.",
    "Needs somebody who reads the contract today.",
    "Off sick; taking these over for the week.",
];
pub const ESCALATED: [&str; 6] = [
    "Past its date, and {team} has now asked twice.",
    "The client's board meets on Friday and needs the answer.",
    "Nobody has looked at this since it was handed over.",
    "Two departments disagree about section {number}; somebody has to decide.",
    "Renewal depends on it.",
    "Third reminder from {place}.",
];
pub const EXCEPTIONS: [(&str, &str); 5] = [
    (
        "missing information",
        "The supplier in {place} cannot be reached, and nothing can be checked without them.",
    ),
    ("legal hold", "Legal asked us to leave everything about {project} alone until they have answered."),
    ("supplier delay", "The material arrives in {month} at the earliest."),
    ("payment dispute", "The client disputes instalment {number}; finance is talking to them."),
    ("system outage", "The archive has been down since yesterday, so the attachment cannot be compared."),
];
pub const SETTLED: [&str; 4] = [
    "Heard from {place}; we can go on.",
    "Legal has answered: no objection.",
    "The figures are there now.",
    "Agreed with the client by telephone.",
];
pub const WITHDRAWN: [&str; 4] = [
    "No longer needed: {project} was called off.",
    "Handed over twice by mistake.",
    "We will come back with this in {month}.",
    "Solved in another way.",
];
pub const REOPENED: [&str; 3] = [
    "The client found a mistake on page {number}.",
    "Closed too early: {place} is still missing.",
    "The price has changed after all.",
];

/// What the texts about one item have in common.
pub struct Story<'a> {
    pub client: &'a str,
    pub project: &'a str,
    place: &'static str,
    month: &'static str,
    team: &'static str,
    number: i64,
}

impl<'a> Story<'a> {
    pub fn new(client: &'a str, project: &'a str, dice: &mut Dice) -> Self {
        Self {
            client,
            project,
            place: dice.pick(&PLACES),
            month: dice.pick(&MONTHS),
            team: dice.pick(&TEAMS),
            number: dice.between(2, 28),
        }
    }

    /// One of the texts, with its words filled in.
    pub fn tell(&self, texts: &[&str], dice: &mut Dice) -> String {
        let mut told = String::new();
        self.fill(dice.pick(texts), &mut told);
        told
    }

    pub fn fill(&self, text: &str, into: &mut String) {
        let (begun, mut rest) = (into.len(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (word, after) = after.split_once('}').unwrap_or((after, ""));
            into.push_str(before);
            match word {
                "client" => into.push_str(self.client),
                "project" => into.push_str(self.project),
                "place" => into.push_str(self.place),
                "month" => into.push_str(self.month),
                // A team's name is a word like any other, and begins a sentence like any other.
                "team" if into.len() == begun || into.ends_with(". ") => {
                    let mut letters = self.team.chars();
                    into.extend(letters.next().into_iter().flat_map(char::to_uppercase));
                    into.push_str(letters.as_str());
                }
                "team" => into.push_str(self.team),
                _ => into.push_str(&self.number.to_string()),
            }
            rest = after;
        }
        into.push_str(rest);
    }

    pub fn title(&self, kind: Kind, long: bool, dice: &mut Dice) -> String {
        if long {
            let mut title = String::new();
            self.fill(LONG, &mut title);
            return title;
        }
        if dice.chance(0.03) {
            return self.tell(&OTHER_SCRIPTS, dice);
        }
        let titles: &[&str] = match kind {
            Kind::Request => &REQUESTS,
            Kind::Deliverable => &DELIVERABLES,
            Kind::Ticket => &TICKETS,
            Kind::Invoice => &INVOICES,
        };
        self.tell(titles, dice)
    }

    /// Two to five paragraphs.
    pub fn description(&self, dice: &mut Dice) -> String {
        let mut text = self.tell(&OPENINGS, dice);
        let first = dice.below(MIDDLES.len());
        for step in 0..dice.below(4) {
            text.push_str("\n\n");
            self.fill(MIDDLES[(first + step * 5) % MIDDLES.len()], &mut text);
        }
        text.push_str("\n\n");
        let ending = self.tell(&ENDINGS, dice);
        text.push_str(&ending);
        text
    }

    pub fn fields(&self, kind: Kind, dice: &mut Dice) -> Fields {
        let text = |text: &str| FieldValue::Text(text.to_owned());
        let mut fields = Fields::new();
        let mut set = |key: &str, value| {
            fields.insert(key.to_owned(), value);
        };
        set(
            "budget_code",
            FieldValue::Text(format!(
                "{}-{}",
                dice.pick(&["OPS", "MKT", "FIN", "IT"]),
                dice.between(1_000, 9_899)
            )),
        );
        match kind {
            Kind::Request => {
                set("channel", text(dice.pick(&["portal", "e-mail", "telephone"])));
                set("needed_by", FieldValue::Text(format!("end of {}", self.month)));
            }
            Kind::Deliverable => {
                set("channel", text(dice.pick(&["web", "print", "social media", "video", "event"])));
                set("audience", text(dice.pick(&["customers", "staff", "press", "partners"])));
                set("languages", FieldValue::Integer(dice.between(1, 6)));
            }
            Kind::Ticket => {
                set("severity", text(dice.pick(&["minor", "major", "critical"])));
                set("people_affected", FieldValue::Integer(dice.between(1, 240)));
                set("blocks_work", FieldValue::Flag(dice.chance(0.25)));
            }
            Kind::Invoice => {
                set("amount", FieldValue::Integer(amount_in_cents(dice)));
                set("currency", text(dice.pick(&["EUR", "EUR", "EUR", "GBP", "USD", "SEK"])));
                set(
                    "invoice_number",
                    FieldValue::Text(format!("{}-{:05}", 2_000 + self.number, dice.between(1, 99_999))),
                );
                set("due_by", FieldValue::Text(format!("{} {}", dice.between(1, 28), self.month)));
            }
        }
        fields
    }
}

/// Mostly some hundreds or thousands, now and then a great sum.
pub fn amount_in_cents(dice: &mut Dice) -> i64 {
    let magnitude = [100, 1_000, 10_000, 100_000][dice.weighted([30, 45, 20, 5].into_iter())];
    dice.between(100, 999) * magnitude / 10 * 10 / 10 + dice.between(0, 99)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_brace_is_left_in_any_text() {
        let mut dice = Dice::new(5, 5);
        for _ in 0..500 {
            let story = Story::new("Acme", "Annual report", &mut dice);
            for kind in Kind::ALL {
                for text in [story.title(kind, false, &mut dice), story.description(&mut dice)] {
                    assert!(!text.contains(['{', '}']), "{text}");
                    assert!(!text.trim().is_empty());
                }
            }
            assert!(story.title(Kind::Request, true, &mut dice).len() < 500);
        }
    }
}
