import { fireEvent, screen, waitFor, within } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { openWindow, pane, standOnAllowed } from "../window";

const file = (name: string, text = "content", type = "application/pdf") => new File([text], name, { type });
const attachments = () =>
  pane()
    .queryAllByTestId("attachment")
    .map((one) => one.dataset.name ?? "");
const toasts = () => screen.queryAllByTestId("toast").map((toast) => toast.textContent);

async function onItemWithFile() {
  const opened = await openWindow();
  const { list } = opened.app;
  for (let at = 0; at < (list.total ?? 0); at++) {
    const row = list.row(at);
    if (!row) break;
    const item = await opened.backend.item(row.id);
    if (item.attachments.length !== 1 || item.row.phase !== "in_review") continue;
    list.moveTo(at);
    await waitFor(() => expect(opened.app.reading.item?.row.id).toBe(row.id));
    await waitFor(() => expect(attachments()).toHaveLength(1));
    return { ...opened, item };
  }
  throw new Error("no item with one file");
}

describe("attaching", () => {
  it("attaches what was picked, says so, and takes it back on undo", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "attach_version");
    const before = attachments();
    const picker = screen.getByTestId<HTMLInputElement>("file-picker");
    await fireEvent.change(picker, { target: { files: [file("plan.pdf"), file("costs.pdf")] } });
    await waitFor(() => expect(attachments()).toEqual([...before, "plan.pdf", "costs.pdf"]));
    expect(opened.backend.acts.map((one) => one.request)).toMatchObject([
      { do: "attach_version", name: "plan.pdf", size: 7, media_type: "application/pdf" },
      { do: "attach_version", name: "costs.pdf" },
    ]);
    expect(toasts().join()).toContain("costs.pdf attached");
    expect(within(pane().getAllByTestId("attachment").at(-1)!).getByText("Not at the portal yet")).toBeTruthy();
    await opened.app.acting.undo();
    await waitFor(() => expect(attachments()).toEqual([...before, "plan.pdf"]));
  });

  it("attaches what is dropped on the reading pane, and nothing else", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "attach_version");
    const before = attachments();
    const target = screen.getByTestId("item-pane");
    const words = { types: ["text/plain"], files: [] };
    await fireEvent.drop(target, { dataTransfer: words });
    expect(opened.backend.acts).toHaveLength(0);
    const dataTransfer = { types: ["Files"], files: [file("dropped.pdf")] };
    await fireEvent.dragOver(target, { dataTransfer });
    expect(screen.getByText("Drop to attach")).toBeTruthy();
    await fireEvent.drop(target, { dataTransfer });
    await waitFor(() => expect(attachments()).toEqual([...before, "dropped.pdf"]));
    expect(screen.queryByText("Drop to attach")).toBeNull();
  });

  it("adds a version to what is attached already", async () => {
    const { backend, item } = await onItemWithFile();
    const attachment = item.attachments[0]!;
    const versions = attachment.versions.length;
    await fireEvent.click(pane().getByRole("button", { name: `Attach a new version of ${attachment.name}` }));
    const picker = screen.getByTestId<HTMLInputElement>("file-picker");
    expect(picker.multiple).toBe(false);
    await fireEvent.change(picker, { target: { files: [file(attachment.name)] } });
    await waitFor(() => expect(backend.acts).toHaveLength(1));
    expect(backend.acts[0]?.request).toMatchObject({ attachment: attachment.id });
    await waitFor(() => expect(pane().getByText(`v${versions + 1}`)).toBeTruthy());
    expect(attachments()).toHaveLength(1);
  });

  it("says why nothing can be attached", async () => {
    const opened = await openWindow();
    const reference = await standOnAllowed(opened, "complete");
    await waitFor(() => expect(screen.getByTestId("attach").getAttribute("aria-disabled")).toBe("true"));
    await fireEvent.drop(screen.getByTestId("item-pane"), {
      dataTransfer: { types: ["Files"], files: [file("late.pdf")] },
    });
    await waitFor(() => expect(toasts().join()).toContain(`${reference} is already approved`));
    expect(opened.backend.acts).toHaveLength(0);
  });
});

describe("reading a file", () => {
  it("opens it, and marks it as being on this device", async () => {
    const { backend, item } = await onItemWithFile();
    const name = item.attachments[0]!.name;
    expect(pane().getAllByTestId("file-place")[0]?.dataset.here).toBe("false");
    await fireEvent.click(pane().getAllByTestId("open-file")[0]!);
    await waitFor(() => expect(backend.files.opened).toEqual([name]));
    await waitFor(() => expect(pane().getAllByTestId("file-place")[0]?.dataset.here).toBe("true"));
    expect(pane().getAllByText("On this device").length).toBeGreaterThan(0);
  });

  it("saves it and says where", async () => {
    const { backend } = await onItemWithFile();
    await fireEvent.click(pane().getAllByTestId("save-file")[0]!);
    await waitFor(() => expect(backend.files.saved).toHaveLength(1));
    expect(toasts().join()).toContain(`Saved as ${backend.files.saved[0]}`);
  });

  it("offline opens what is here and says that the rest cannot be fetched", async () => {
    const { backend } = await onItemWithFile();
    backend.connection = "offline";
    await fireEvent.click(pane().getAllByTestId("open-file")[0]!);
    await waitFor(() => expect(toasts().join()).toContain("not on this device"));
    expect(backend.files.opened).toEqual([]);
  });

  it("does not open a program, and shows how far a file came", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "attach_version");
    await fireEvent.change(screen.getByTestId("file-picker"), { target: { files: [file("setup.exe")] } });
    await waitFor(() => expect(attachments()).toContain("setup.exe"));
    await fireEvent.click(pane().getByRole("button", { name: "Open setup.exe, version 1" }));
    await waitFor(() => expect(toasts().join()).toContain("may be a program"));
  });
});

describe("uploads in the outbox", () => {
  it("shows how far the file came, and that the change waits for its author when the file is gone", async () => {
    const opened = await openWindow();
    await standOnAllowed(opened, "attach_version");
    await fireEvent.change(screen.getByTestId("file-picker"), { target: { files: [file("plan.pdf")] } });
    await waitFor(() => expect(opened.backend.acts).toHaveLength(1));
    opened.time.now += 11_000;
    opened.backend.step();
    opened.app.openPage("outbox");
    const line = await waitFor(() => screen.getByTestId("outbox-line"));
    await waitFor(() => expect(line.dataset.state).toBe("uploading"));
    const bar = within(line).getByRole<HTMLProgressElement>("progressbar", { name: "Upload of plan.pdf" });
    const { sha256 } = opened.backend.outboxState.commands[0]!.upload!;
    opened.backend.emit({ event: "transfer", transfer: { sha256, way: "up", done: 3, size: 7 } });
    await waitFor(() => expect(bar.value).toBe(3));

    opened.backend.outboxState.loseFile(opened.backend.outboxState.commands[0]!.command);
    opened.backend.changed([], true);
    await waitFor(() => expect(screen.getByTestId("outbox-line").dataset.state).toBe("upload_stopped"));
    expect(screen.getByTestId("outbox-line").textContent).toContain("not on this device any more");
    expect(screen.getByText("Needs you")).toBeTruthy();
    await fireEvent.click(screen.getByTestId("outbox-discard"));
    await fireEvent.click(screen.getByTestId("outbox-discard-confirm"));
    await waitFor(() => expect(screen.queryByTestId("outbox-line")).toBeNull());
  });
});

describe("what is kept", () => {
  it("is switched off in the settings, which say how much room it takes", async () => {
    const opened = await openWindow();
    opened.app.overlay = "settings";
    const box = await screen.findByTestId<HTMLInputElement>("keep-files");
    expect(box.checked).toBe(true);
    expect(screen.getByTestId("files-size").textContent).toContain("They take 12.3 MB now");
    const largest = screen.getByTestId<HTMLSelectElement>("largest-file");
    expect([...largest.options].map((option) => option.text)).toEqual(["1 MB", "5 MB", "20 MB", "100 MB", "1 GB"]);
    await fireEvent.change(largest, { target: { value: "20000000" } });
    await waitFor(() => expect(opened.backend.files.rules.largest).toBe(20_000_000));
    const room = screen.getByTestId<HTMLSelectElement>("room-for-files");
    expect(room.selectedOptions[0]?.text).toBe("500 MB");
    await fireEvent.change(room, { target: { value: "2000000000" } });
    await waitFor(() => expect(opened.backend.files.rules.limit).toBe(2_000_000_000));
    await fireEvent.click(box);
    await waitFor(() => expect(opened.backend.files.rules.keep_offline).toBe(false));
    expect(screen.queryByTestId("largest-file")).toBeNull();
  });
});
