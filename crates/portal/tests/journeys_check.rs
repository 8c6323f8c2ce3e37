//! `POST /v1/journeys/check`
#![allow(clippy::unwrap_used)]

mod common;

use common::{LETTERS, LETTERS_CASES, of_problem, ok, only_for_admins};
use postern_protocol::{ErrorCode, JourneyCheck, JourneyDocument, Written, paths};
use postern_test_support::TestPortal;

fn document(text: &str, cases: &str) -> JourneyDocument {
    JourneyDocument { document: Written::Toml(text.to_owned()), cases: cases.to_owned() }
}

#[tokio::test]
async fn a_sound_document_is_said_to_be_sound_in_either_language() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let as_json = serde_json::to_value(postern_domain::Journey::from_toml(LETTERS).unwrap()).unwrap();
    for document in [Written::Toml(LETTERS.to_owned()), Written::Json(as_json)] {
        let request = JourneyDocument { document, cases: LETTERS_CASES.to_owned() };
        let check: JourneyCheck = ok(lea.post(paths::JOURNEY_CHECK, &request)).await;
        assert!(check.sound && check.findings.iter().all(|finding| !finding.is_error), "{check:?}");
        assert_eq!(check.cases.len(), 1);
    }
    assert_eq!(portal.store().directory().await.unwrap().journeys.len(), 1, "nothing was published");
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place_and_what_a_case_comes_to() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    let nobody = LETTERS.replace("{ role = \"internal_approver\" }", "{ person = \"nobody\" }");
    let check: JourneyCheck = ok(lea.post(paths::JOURNEY_CHECK, &document(&nobody, LETTERS_CASES))).await;
    assert!(!check.sound);
    let error = check.findings.iter().find(|finding| finding.is_error).unwrap();
    assert!(error.at.starts_with("stages[0].steps[0]") && error.problem.contains("nobody"), "{error:?}");
    let otherwise = LETTERS_CASES.replace("phase = \"approved\"", "phase = \"completed\"");
    let check: JourneyCheck = ok(lea.post(paths::JOURNEY_CHECK, &document(LETTERS, &otherwise))).await;
    assert!(!check.sound && check.cases[0].difference.is_some(), "{check:?}");
}

#[tokio::test]
async fn what_is_no_document_is_refused_with_the_place_and_the_way_out() {
    let portal = TestPortal::start().await;
    let lea = portal.sign_in("lea").await;
    for (request, says) in [
        (document(&LETTERS.replace("target =", "tarket ="), ""), "did you mean `target`?"),
        (document(LETTERS, "journey = 7"), "The file of golden cases cannot be read: line 1"),
    ] {
        let refused = of_problem(lea.post(paths::JOURNEY_CHECK, &request).send().await.unwrap()).await;
        assert_eq!(refused.code, ErrorCode::Malformed);
        assert!(refused.detail.contains(says), "{}", refused.detail);
    }
}

#[tokio::test]
async fn documents_are_checked_for_admins() {
    let portal = TestPortal::start().await;
    only_for_admins(&portal, paths::JOURNEY_CHECK, &document(LETTERS, "")).await;
}
