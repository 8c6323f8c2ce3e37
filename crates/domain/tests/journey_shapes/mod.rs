//! Journeys of every shape, well-formed or not.

use postern_domain::calendar::Target;
use postern_domain::*;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

fn key() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_]{0,8}"
}

/// Whatever people write: quotes, lines, signs of other languages.
fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-z ]{1,20}", "\\PC{0,20}", "[\"'\\\\\n\t#=]{0,8}"]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        any::<u32>().prop_map(Target::Hours),
        any::<u32>().prop_map(Target::BusinessMinutes),
        any::<u32>().prop_map(Target::BusinessDays),
    ]
}

fn deciders() -> impl Strategy<Value = Deciders> {
    prop_oneof![
        select(Role::ALL.to_vec()).prop_map(Deciders::Role),
        words().prop_map(Deciders::Group),
        Just(Deciders::Owner),
        Just(Deciders::ClientOwner),
        Just(Deciders::SubmitterLead),
        Just(Deciders::OwnerLead),
        key().prop_map(|id| Deciders::Person(PersonId(id))),
    ]
}

fn rung() -> impl Strategy<Value = Rung> {
    let after = prop_oneof![target().prop_map(RungTime::Opened), target().prop_map(RungTime::Overdue)];
    let to = prop_oneof![
        Just(RungTo::Owner),
        Just(RungTo::Lead),
        Just(RungTo::OwnerLead),
        key().prop_map(|id| RungTo::Person(PersonId(id))),
    ];
    (after, to).prop_map(|(after, to)| Rung { after, to })
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        Just("fields.amount > 3 && kind == \"invoice\"".to_owned()),
        Just("has(fields.a) ? fields.a : false".to_owned()),
        Just("false".to_owned()),
        words(),
    ]
    .prop_map(Condition::new)
}

fn field_type() -> impl Strategy<Value = FieldType> {
    prop_oneof![
        of(any::<u32>()).prop_map(|max_length| FieldType::Text { max_length }),
        Just(FieldType::Flag),
        (of(any::<i64>()), of(any::<i64>())).prop_map(|(min, max)| FieldType::Integer { min, max }),
        (words(), of(any::<i64>()), of(any::<i64>())).prop_map(|(currency, min, max)| FieldType::Money {
            currency,
            min,
            max
        }),
        Just(FieldType::Date),
        vec(words(), 0..4).prop_map(|options| FieldType::Choice { options }),
        Just(FieldType::Email),
        Just(FieldType::Url),
    ]
}

fn field() -> impl Strategy<Value = Field> {
    (key(), words(), of(words()), field_type(), any::<[bool; 4]>()).prop_map(
        |(key, name, help, of, [required, cosmetic, output, internal])| Field {
            key,
            name,
            help,
            of,
            required,
            cosmetic,
            output,
            internal,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let quorum = prop_oneof![
        Just(Quorum::Any),
        Just(Quorum::All),
        any::<u8>().prop_map(Quorum::AtLeast),
        vec(words(), 0..3).prop_map(Quorum::OnePerGroup),
    ];
    let veto =
        prop_oneof![Just(Veto::Anyone), Just(Veto::Nobody), vec(deciders(), 0..3).prop_map(Veto::Only)];
    let assignment = select(vec![Assignment::Pool, Assignment::Spread, Assignment::Everyone]);
    let no_decider = select(vec![NoDecider::Lead, NoDecider::Exception, NoDecider::Refuse]);
    let who = (vec(deciders(), 0..3), assignment, quorum, veto, no_decider);
    (key(), words(), of(condition()), who, any::<bool>(), vec(key(), 0..3)).prop_map(
        |(key, name, when, (deciders, assignment, quorum, veto, no_decider), reason_required, outputs)| {
            Step {
                key: StepKey(key),
                name,
                when,
                deciders,
                assignment,
                quorum,
                veto,
                no_decider,
                reason_required,
                outputs,
            }
        },
    )
}

fn stage() -> impl Strategy<Value = Stage> {
    let names = (key(), words(), of(words()));
    let ladder = of(vec(rung(), 0..3));
    (names, of(condition()), any::<bool>(), of(target()), vec(step(), 0..3), ladder).prop_map(
        |((key, name, client_name), when, optional, target, steps, escalation)| Stage {
            key: StageKey(key),
            name,
            client_name,
            when,
            optional,
            target,
            steps,
            escalation,
        },
    )
}

pub fn any_journey() -> impl Strategy<Value = Journey> {
    let head = (key(), any::<u32>(), words(), of(words()), words());
    let kinds = vec(select(Kind::ALL.to_vec()), 0..3);
    let cosmetic = proptest::collection::btree_set(select(vec![Part::Title, Part::Description]), 0..3);
    let times = (of(key()), of(target()), of(target()), of(target()));
    let overrides = (vec(select(Role::ALL.to_vec()), 0..3), any::<bool>())
        .prop_map(|(roles, own_work)| Overrides { roles, own_work });
    let exceptions = (vec(words(), 0..3), vec(deciders(), 0..3))
        .prop_map(|(categories, handlers)| Exceptions { categories, handlers });
    let lists = (vec(field(), 0..4), vec(stage(), 0..4), vec(rung(), 0..3));
    (head, kinds, cosmetic, times, overrides, exceptions, lists).prop_map(
        |(
            (key, version, name, client_name, summary),
            kinds,
            cosmetic,
            (calendar, target, completion, client_answer),
            overrides,
            exceptions,
            (fields, stages, escalation),
        )| Journey {
            key: JourneyKey(key),
            version,
            name,
            client_name,
            summary,
            kinds,
            calendar: calendar.map(CalendarKey),
            fields,
            cosmetic,
            stages,
            target,
            completion,
            client_answer,
            escalation,
            overrides,
            exceptions,
        },
    )
}
