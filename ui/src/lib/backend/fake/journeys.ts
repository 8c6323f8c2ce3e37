/** The sample organisation's journeys: their stages, the steps of each, and what a step asks for. */
import type { FieldType } from "$lib/generated";

export interface OutputField {
  key: string;
  name: string;
  help?: string;
  of: FieldType | null;
}

export interface FakeStep {
  key: string;
  name: string;
  /** How many people must approve. */
  needed: number;
  /** Who may decide, in words. */
  who: string;
  /** An approval fills these in. */
  outputs?: readonly OutputField[];
  /** An approval says why. */
  reasonRequired?: boolean;
}

export interface Stage {
  key: string;
  name: string;
  hours: number;
  /** Side by side: all of them must approve. */
  steps: readonly FakeStep[];
}

export interface FakeJourney {
  name: string;
  version: number;
  stages: readonly Stage[];
  /** What exceptions may be called. Empty: any word. */
  categories: readonly string[];
}

const alone = (key: string, name: string, needed: number, hours: number, who: string): Stage => ({
  key,
  name,
  hours,
  steps: [{ key, name, needed, who }],
});

const INTAKE = alone("intake", "Intake check", 1, 24, "the owner");
const SIGN_OFF = alone("sign_off", "Final sign-off", 1, 48, "any team lead with access");

export const STANDARD: FakeJourney = {
  name: "Client work, four steps",
  version: 3,
  stages: [
    INTAKE,
    alone("review", "Specialist review", 1, 72, "any approver with access"),
    alone("legal", "Legal review", 2, 96, "any approver of the group legal"),
    SIGN_OFF,
  ],
  categories: [],
};

const ORDER: readonly OutputField[] = [
  {
    key: "po_number",
    name: "Order number",
    help: "As it stands on the signed order.",
    of: { type: "text", max_length: 20 },
  },
  { key: "budget", name: "Approved budget", of: { type: "money", currency: "EUR", min: 0, max: 5_000_000_00 } },
  {
    key: "cost_centre",
    name: "Cost centre",
    of: { type: "choice", options: ["Marketing", "Sales", "Product", "Facilities"] },
  },
];

const TERMS: readonly OutputField[] = [
  { key: "fee", name: "Yearly fee", of: { type: "money", currency: "CHF", min: 1 } },
  { key: "payment_days", name: "Days to pay", of: { type: "integer", min: 0, max: 90 } },
  { key: "starts_on", name: "Starts on", of: { type: "date" } },
  { key: "renews", name: "Renews by itself", of: { type: "flag" } },
  {
    key: "law",
    name: "Governing law",
    of: { type: "choice", options: ["Dutch", "German", "Swiss", "English", "Irish", "French", "Polish", "Czech"] },
  },
  { key: "invoices_to", name: "Invoices go to", of: { type: "email" } },
  { key: "signed_copy", name: "Signed copy", help: "In the contract archive.", of: { type: "url" } },
  { key: "conditions", name: "Conditions", of: { type: "text" } },
];

export const LAUNCH: FakeJourney = {
  name: "Campaign launch",
  version: 7,
  stages: [
    INTAKE,
    {
      key: "checks",
      name: "Checks before release",
      hours: 16,
      steps: [
        { key: "legal_check", name: "Legal check", needed: 2, who: "any approver of the group legal" },
        { key: "brand_check", name: "Brand check", needed: 1, who: "any approver of the group brand" },
        { key: "finance_check", name: "Finance check", needed: 1, who: "any approver of the group finance" },
      ],
    },
    {
      key: "order",
      name: "Order",
      hours: 24,
      steps: [{ key: "order", name: "Order", needed: 1, who: "any approver of the group finance", outputs: ORDER }],
    },
    SIGN_OFF,
  ],
  categories: ["Supplier failed", "Client unreachable", "Scope changed", "Legal hold"],
};

export const CONTRACT: FakeJourney = {
  name: "Framework contracts",
  version: 2,
  stages: [
    INTAKE,
    {
      key: "terms",
      name: "Terms",
      hours: 40,
      steps: [{ key: "terms", name: "Terms", needed: 1, who: "any approver of the group legal", outputs: TERMS }],
    },
    {
      key: "risk",
      name: "Risk",
      hours: 40,
      steps: [
        { key: "risk", name: "Risk acceptance", needed: 1, who: "any team lead with access", reasonRequired: true },
      ],
    },
    {
      key: "parallel",
      name: "Examination by the specialist departments and the works council",
      hours: 40,
      steps: [
        {
          key: "privacy",
          name: "Data protection impact assessment for cross-border processing",
          needed: 3,
          who: "any approver of the groups privacy, information security and regulatory affairs in the client’s country",
        },
        { key: "works_council", name: "Works council", needed: 1, who: "any approver of the group works council" },
      ],
    },
    SIGN_OFF,
  ],
  categories: [],
};

export const JOURNEYS: readonly FakeJourney[] = [STANDARD, LAUNCH, CONTRACT];

/** Every stage that some journey has, each once. */
export const STAGES: readonly Stage[] = [
  ...new Map(JOURNEYS.flatMap((journey) => journey.stages).map((stage) => [stage.key, stage])).values(),
];
