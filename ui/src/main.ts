import "@fontsource-variable/inter";
import "./styles/base.css";
import { mount } from "svelte";
import { connect } from "$lib/backend";
import { followTheme } from "$lib/theme";
import App from "./App.svelte";
import NoWindow from "./components/frame/NoWindow.svelte";

async function start(target: HTMLElement): Promise<void> {
  const backend = await connect();
  if (backend === null) mount(NoWindow, { target });
  else mount(App, { target, props: { backend } });
}

followTheme("system");

const target = document.getElementById("app");
// Not awaited: files that are loaded while it waits import this one, and would wait for it in turn, for ever.
if (target) void start(target);
