use super::fixtures::*;
use crate::queue::QueueKind;
use postern_domain::filter::parse;

async fn finds(scene: &Scene, text: &str) -> bool {
    !scene.cache.matching_ids(QueueKind::Open, &parse(text).filter, NOW).await.unwrap().is_empty()
}

#[tokio::test]
async fn words_are_found_by_their_beginning_without_case_and_accents() {
    let one = after(&item(142, ME), &comment("c", "ask the Überbringer"), "mara", NOW);
    let scene = Scene::with(vec![one]).await;
    for text in [
        "annual",
        "ANN",
        "resume",
        "résumé",
        "ACME-142",
        "acme-1",
        "works",
        "uberb",
        "\"annual report\"",
        "report annual",
    ] {
        assert!(finds(&scene, text).await, "{text}");
    }
    for text in ["xannual", "annual missing", "nnual"] {
        assert!(!finds(&scene, text).await, "{text}");
    }
}

#[tokio::test]
async fn what_looks_like_a_search_operator_is_only_text() {
    let scene = Scene::with(vec![item(1, ME)]).await;
    for text in [
        "\"annual OR missing\"",
        "\"NEAR(annual missing)\"",
        "\"annual\\\" AND \\\"missing\"",
        "\"title:missing\"",
    ] {
        assert!(!finds(&scene, text).await, "{text}");
    }
    for text in ["\"*\"", "\"- —\"", "annual*", "(annual)"] {
        assert!(finds(&scene, text).await, "{text}");
    }
}
