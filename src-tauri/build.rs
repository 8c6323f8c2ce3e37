//! Names the commands that the window may call: any other is refused.

const COMMANDS: &[&str] = &[
    "session",
    "sign_in",
    "sign_out",
    "queue_counts",
    "list",
    "matching_ids",
    "item",
    "find_item",
    "act",
    "predict",
    "undo",
    "candidates",
    "new_item_choices",
    "outbox",
    "outbox_retry",
    "outbox_discard",
    "sync_now",
    "network_is_back",
    "sync_status",
    "stage_part",
    "stage_done",
    "open_file",
    "save_file",
    "cancel_file",
    "file_rules",
    "set_file_rules",
    "files_size",
    "kept",
    "set_keep",
    "bottleneck",
    "absences",
    "save_absence",
    "coverage",
    "staff",
    "preferences",
    "set_preferences",
    "painted",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
        .expect("tauri.conf.json, capabilities/ and icons/ fit together");
}
