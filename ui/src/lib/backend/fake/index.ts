export * from "./fake";
