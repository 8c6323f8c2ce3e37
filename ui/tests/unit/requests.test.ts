import { describe, expect, it } from "vitest";
import { filterFor } from "$lib/bottleneck/bottlenecks.svelte";
import { grouped } from "$lib/item/outcomes";
import { emptyDraft, missing, movesOn, needsForm, requestOf } from "$lib/item/requests";
import { problemsOf, sayFailure, withScheme } from "$lib/session/signin";

describe("what an action needs", () => {
  it("is a reason for sending back, escalating, withdrawing and reopening; blanks are none", () => {
    for (const action of ["request_changes", "escalate", "withdraw", "reopen"] as const) {
      expect(missing(action, { ...emptyDraft(), reason: "  \n" }), action).toEqual(["reason"]);
      expect(missing(action, { ...emptyDraft(), reason: "Wrong total" }), action).toEqual([]);
    }
  });

  it("is a person for reassigning, and text for a comment", () => {
    expect(missing("reassign", emptyDraft())).toEqual(["person"]);
    expect(missing("comment", emptyDraft())).toEqual(["body"]);
    expect(missing("note_internally", { ...emptyDraft(), body: "x" })).toEqual([]);
  });

  it("is nothing for approving, claiming and completing: they happen at once", () => {
    expect(["approve", "claim", "complete"].some((action) => needsForm(action as "approve"))).toBe(false);
  });
});

describe("a request", () => {
  it("says who reads a comment", () => {
    const draft = { ...emptyDraft(), body: " Hello " };
    expect(requestOf("note_internally", draft)).toEqual({ do: "comment", visibility: "internal", body: "Hello" });
    expect(requestOf("comment", draft)).toEqual({ do: "comment", visibility: "client", body: "Hello" });
  });

  it("leaves out an optional reason that was not given", () => {
    expect(requestOf("reassign", { ...emptyDraft(), person: "p" })).toEqual({ do: "reassign", to: "p", reason: null });
  });

  it("moves the focus on after decisions, not after words", () => {
    expect(movesOn("approve")).toBe(true);
    expect(movesOn("note_internally")).toBe(false);
  });
});

describe("outcomes", () => {
  it("that say the same stand together, those that go through first", () => {
    const told = (id: string, accepted: boolean, message: string) => {
      return { id, reference: `A-${id}`, accepted, message, problems: [], effects: [], seen: null };
    };
    const groups = grouped([
      told("1", false, "A-1 is completed."),
      told("2", true, "Goes on."),
      told("3", false, "A-3 is completed."),
    ]);
    expect(groups.map((group) => [group.accepted, group.references.length])).toEqual([
      [true, 1],
      [false, 2],
    ]);
  });
});

describe("the filter behind a number", () => {
  const cell = (filter: string) => ({
    open: 1,
    overdue: 1,
    stuck: 1,
    unassigned: 1,
    median_age_ms: 1,
    p85_age_ms: 1,
    oldest_age_ms: 1,
    filter,
  });

  it("is the group's, and what the column counts", () => {
    expect(filterFor(cell("stage:legal"), "open")).toBe("stage:legal");
    expect(filterFor(cell("stage:legal"), "stuck")).toBe("stage:legal is:stuck");
  });

  it("says nothing twice", () => {
    expect(filterFor(cell("is:unassigned"), "unassigned")).toBe("is:unassigned");
    expect(filterFor(cell(""), "overdue")).toBe("is:overdue");
  });
});

describe("signing in", () => {
  it("says what is missing by field", () => {
    expect(Object.keys(problemsOf({ portal: "", email: "", password: "" }))).toEqual(["portal", "email", "password"]);
    expect(problemsOf({ portal: "https://p.example", email: "ines", password: "x" })).toHaveProperty("email");
  });

  it("adds the scheme that people leave out", () => {
    expect(withScheme(" portal.example.org ")).toBe("https://portal.example.org");
    expect(withScheme("http://localhost:8080")).toBe("http://localhost:8080");
  });

  it("puts a failure where it can be mended", () => {
    const failure = (code: "wrong_password" | "offline" | "invalid") => ({
      code,
      message: "Because.",
      request_id: null,
    });
    expect(sayFailure(failure("wrong_password"))).toEqual({ password: "Because." });
    expect(sayFailure(failure("invalid"))).toEqual({ portal: "Because." });
    expect(sayFailure(failure("offline"))).toEqual({ form: "Because." });
  });
});
