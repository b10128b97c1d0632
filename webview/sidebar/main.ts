/**
 * The dashboard in the side bar: the active file's networks, what they cost now and cost before, their dearest
 * layers, and the networks of the workspace.
 */
import type {
  CostUnit,
  FromSidebar,
  SidebarFocus,
  SidebarWorkspace,
  ToSidebar,
} from "../../src/protocol/messages.ts";
import { registerControls } from "../shared/controls.ts";
import { element } from "../shared/dom.ts";
import { connect } from "../shared/host.ts";
import { translator } from "../shared/l10n.ts";
import { missingPart } from "../shared/missing.ts";
import { startTheme } from "../shared/theme.ts";
import { parseToSidebar } from "../shared/validate.ts";
import { networkCards } from "./cards.ts";
import { workspaceSection } from "./workspace.ts";
import "../shared/base.css";
import "./sidebar.css";

registerControls();
startTheme(() => {});
const host = connect<ToSidebar, FromSidebar>(parseToSidebar, receive);
const active = element("div", { class: "sidebar-part" });
const workspacePart = element("div", { class: "sidebar-part" });
(document.getElementById("root") ?? document.body).replaceChildren(
  element("main", { class: "sidebar" }, active, workspacePart),
);
let unit: CostUnit = "MACs";
let workspace: SidebarWorkspace | null = null;
let t = translator(document.documentElement.lang || navigator.language);
host.post({ type: "ready" });

function receive(message: ToSidebar): void {
  if (message.type === "empty") {
    if (message.locale) speak(message.locale);
    active.replaceChildren(
      ...focusLine(message.focus),
      element("p", {}, message.reason),
      ...(message.isTooMuch ? [] : [element("p", { class: "muted" }, t("empty.hint"))]),
    );
    showWorkspace();
    return;
  }
  speak(message.locale);
  unit = message.unit;
  if (message.type === "workspace") workspace = message.workspace;
  else showNetworks(message);
  showWorkspace();
}

function speak(locale: string): void {
  t = translator(locale);
  document.documentElement.lang = locale;
  document.title = t("app.sidebar");
}

function showNetworks(message: Extract<ToSidebar, { type: "networks" }>): void {
  active.replaceChildren(
    element("h1", { class: "visually-hidden" }, t("app.sidebar")),
    ...focusLine(message.focus),
    element("p", { class: "muted file", title: message.file }, message.file),
    ...(message.missing?.length ? [missingPart(message.missing, t, host.post)] : []),
    ...networkCards(message.file, message.networks, {
      unit: message.unit,
      budgetMacs: message.budgetMacs ?? null,
      t,
      post: host.post,
    }),
  );
}

/** The network in focus, above a file that has no part in it: a press shows it, another chooses one. */
function focusLine(focus: SidebarFocus | undefined): HTMLElement[] {
  if (!focus) return [];
  const { network, uri, file, total } = focus;
  const name = element("button", { type: "button", class: "link", title: file }, network);
  name.addEventListener("click", () => host.post({ type: "profile", network, uri }));
  const choose = element("button", { type: "button", class: "link" }, t("sidebar.focus.choose"));
  choose.addEventListener("click", () => host.post({ type: "chooseNetwork" }));
  return [element("p", { class: "focus" }, `${t("sidebar.focus")} `, name, ` ${total} · `, choose)];
}

function showWorkspace(): void {
  workspacePart.replaceChildren(workspaceSection(workspace, unit, t, host.post));
}
