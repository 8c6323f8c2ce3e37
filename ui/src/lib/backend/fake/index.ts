export * from "./fake";
export * from "./options";
