import "@fontsource-variable/inter";
import "./styles/base.css";
import { mount } from "svelte";
import { connect } from "$lib/backend";
import { followTheme } from "$lib/theme";
import App from "./App.svelte";

followTheme("system");

const target = document.getElementById("app");
if (target) {
  const backend = await connect();
  mount(App, { target, props: { backend } });
}
