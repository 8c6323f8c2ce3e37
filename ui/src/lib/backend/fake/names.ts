/** The sample organisation: Halden & Rowe, a mid-sized agency. Names are invented. */
import type { Kind, NewerItem } from "$lib/generated";

export interface Staff {
  id: string;
  name: string;
  initials: string;
}

export interface Company {
  id: string;
  name: string;
  code: string;
  cohort: string;
  contact: string;
}

const staff = (id: string, name: string, initials: string): Staff => ({ id, name, initials });

export const ME = staff("p-ines", "Ines Aldana", "IA");

export const STAFF: readonly Staff[] = [
  ME,
  staff("p-mara", "Mara Lindqvist", "ML"),
  staff("p-tomas", "Tomáš Dvořák", "TD"),
  staff("p-aiko", "Aiko Morimoto", "AM"),
  staff("p-jonas", "Jonas Weidmann", "JW"),
  staff("p-priya", "Priya Raghunathan", "PR"),
  staff("p-leo", "Leo Fontaine", "LF"),
  staff("p-max", "Maximiliane von Hohenstein-Berghausen", "MH"),
  staff("p-sam", "Sam Okafor", "SO"),
  staff("p-ruth", "Ruth Abernathy", "RA"),
  staff("p-noor", "Noor van der Velde", "NV"),
  staff("p-david", "David Kim", "DK"),
];

const company = (id: string, code: string, name: string, cohort: string, contact: string): Company => ({
  id,
  name,
  code,
  cohort,
  contact,
});

export const COMPANIES: readonly Company[] = [
  company("c-acme", "ACME", "Acme Industrial", "enterprise", "Hal Brenner"),
  company("c-nord", "NORD", "Nordlicht Energie", "enterprise", "Frieda Paulsen"),
  company("c-bluf", "BLUF", "Bluff & Harbour Insurance", "enterprise", "Gareth Pike"),
  company("c-kite", "KITE", "Kitestring Labs", "growth", "Yara Haddad"),
  company("c-mond", "MOND", "Mondrian Hotels", "growth", "Pieter de Wit"),
  company("c-sola", "SOLA", "Solaris Dental", "spring pilot", "Dr. Anke Roth"),
  company("c-oak", "OAK", "Oak Street Bakery", "spring pilot", "Bea Winters"),
  company("c-vant", "VANT", "Vantage Logistics", "enterprise", "Miguel Sáez"),
  company("c-fern", "FERN", "Fern & Fallow", "growth", "Cora Lindell"),
  company("c-hydr", "HYDR", "Hydra Wasserwirtschaft und Umwelttechnik", "growth", "Ulrich Stamm"),
  company("c-peak", "PEAK", "Peak District Council", "public sector", "Joan Hartley"),
  company("c-lumi", "LUMI", "Lumière Pictures", "spring pilot", "Odile Garnier"),
];

export const TITLES: Record<Kind, readonly string[]> = {
  request: [
    "New landing page for the spring campaign",
    "Change of billing contact",
    "Access for two additional plant managers",
    "Translation of the warranty terms into Polish and Czech",
    "Data export for the annual audit",
    "Extend the service contract by twelve months",
    "Correct the registered office in all templates",
    "Add the Rotterdam site to the maintenance plan",
  ],
  deliverable: [
    "Annual report, final layout",
    "Brand guidelines v3",
    "Packaging artwork for the autumn range, including all language variants and the recycling marks for export",
    "Product film, second cut",
    "Sustainability statement",
    "Floor plan for the trade fair stand",
    "Onboarding handbook for store managers",
    "Press kit for the opening",
    "Quarterly performance review",
  ],
  ticket: [
    "Upload fails for files above two gigabytes",
    "Invoice recipient is missing in the export",
    "Wrong VAT rate on Swiss deliveries",
    "Colours differ between proof and print",
    "Two accounts for the same contact",
    "Delivery address cannot be changed after approval",
  ],
  invoice: [
    "Retainer, October",
    "Print production, second instalment",
    "Photography, two days on location",
    "Licence renewal",
    "Hosting and support, third quarter",
    "Travel costs, project kick-off",
  ],
};

/** Of items that only a newer version can read. */
export const newerItems = (count: number): NewerItem[] =>
  Array.from({ length: count }, (_, at) => ({
    reference: `HYDR-${9001 + at}`,
    title:
      at === 0
        ? "Renewal of the framework agreement on metering data, with the annex on subcontractors outside the European Economic Area"
        : TITLES.request[at % TITLES.request.length]!,
  }));

export const PROJECTS = ["Relaunch", "Autumn range", "Compliance 2026", "Store opening", null, null] as const;

export const FILES = ["annual-report.pdf", "artwork-front.ai", "terms-pl.docx", "cost-sheet.xlsx", "film-cut-2.mp4"];

export const REASONS = [
  "The figures on page 12 do not match the audited balance sheet. Please correct both tables and the summary.",
  "The logo is still the old one on the back cover.",
  "We need the signed order form before we can release this.",
  "Please shorten the headline; legal cannot accept “guaranteed”.",
];

export const COMMENTS = [
  "Looks good from our side. The second table now has the right totals.",
  "Could we have this by Thursday? The printer closes early before the holiday.",
  "I spoke to the client: the new address is valid from the first of next month.",
  "Please have a look at clause 4. It contradicts what we agreed in March.",
  "Thanks, we have uploaded the corrected file.",
];
