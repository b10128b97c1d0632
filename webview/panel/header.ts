/** The first line: which network, which file, which input and where that input came from, and the unit. */
import type { Place, ReportInput } from "../../src/engine/contract/report.ts";
import { dims } from "../../src/present/text.ts";
import { type CostUnit, EXPORT_FORMATS } from "../../src/protocol/messages.ts";
import { button, dropdown, textField } from "../shared/controls.ts";
import { element, setAttribute, setText } from "../shared/dom.ts";
import type { Translate } from "../shared/l10n.ts";
import { inputText, withBatch } from "./inputForm.ts";
import type { Actions, Part } from "./scene.ts";

const UNITS: readonly CostUnit[] = ["MACs", "FLOPs"];
/** `1x3x224x224` or `1x10:int64`. */
const INPUT_FORM = /^\d+(x\d+)*(:[a-z]+\d*)?$/i;

/** What networks are run in; it changes the bytes, not the operations. */
const DTYPES = ["float32", "float16", "bfloat16", "float64"];

export function header(t: Translate, actions: Actions): Part {
  const title = element("h1", { class: "network" });
  const networks = dropdown(t("header.network"), actions.setNetwork);
  const file = element("button", { class: "link file", type: "button" });
  file.addEventListener("click", actions.revealNetwork);
  const input = inputEditor(t, actions);
  const made = givenArguments(t, actions);
  const unit = unitToggle(t, actions);
  const compare = element("button", { type: "button", class: "link" }, t("action.compare"));
  compare.addEventListener("click", actions.compare);
  const exports = exportMenu(t, actions);
  const host = element(
    "header",
    { class: "header" },
    title,
    networks.element,
    file,
    made.element,
    input.element,
    element("span", { class: "spring" }),
    unit.element,
    compare,
    exports.element,
  );
  return {
    element: host,
    render: (scene) => {
      const { report } = scene;
      const can = scene.abilities;
      const several = report.networks.length > 1 && can.has("network");
      setText(title, report.network);
      title.classList.toggle("visually-hidden", several);
      setAttribute(networks.element, "hidden", !several);
      if (several) networks.setOptions(withCurrent(report.networks, report.network), report.network);
      setText(file, scene.label);
      setAttribute(file, "title", t("header.file", report.file));
      setAttribute(file, "disabled", report.network_at === null || !can.has("reveal"));
      compare.hidden = !can.has("compare");
      exports.render(scene);
      made.render(scene);
      input.render(scene);
      unit.render(scene);
    },
  };
}

function withCurrent(networks: readonly string[], current: string): readonly string[] {
  return networks.includes(current) ? networks : [current, ...networks];
}

/** A menu that opens without script, by keyboard as by mouse; it closes once something is chosen. */
function exportMenu(t: Translate, actions: Actions): Part {
  const items = EXPORT_FORMATS.map((format) => {
    const item = element("button", { type: "button", class: "menu-item" }, t(`export.${format}`));
    item.addEventListener("click", () => {
      menu.open = false;
      actions.save(format);
    });
    return { format, item };
  });
  const menu = element(
    "details",
    { class: "menu" },
    element("summary", { class: "link" }, t("action.export")),
    element("div", { class: "menu-list" }, ...items.map(({ item }) => item)),
  );
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!menu.contains(event.target as Node)) menu.open = false;
  });
  return {
    element: menu,
    render: ({ abilities }) => {
      for (const { format, item } of items) item.hidden = format === "html" && !abilities.has("report");
    },
  };
}

/** What the network was made with, where its definition leaves that open; leads to the call that says so. */
function givenArguments(t: Translate, actions: Actions): Part {
  let place: Place | undefined;
  const link = element("button", { class: "link file", type: "button", hidden: true });
  link.addEventListener("click", () => place && actions.revealPlace(place));
  return {
    element: link,
    render: ({ report: { arguments: given }, abilities }) => {
      place = given?.at;
      link.hidden = given === undefined;
      if (!given) return;
      setText(link, t("header.made", given.text));
      setAttribute(link, "title", t("header.made.at", given.at.file, given.at.line));
      setAttribute(link, "disabled", !abilities.has("reveal"));
    },
  };
}

function inputEditor(t: Translate, actions: Actions): Part {
  const shape = element("span", { class: "shape" });
  const origin = element("span", { class: "muted" });
  const pencil = element("span", { class: "pencil", "aria-hidden": "true" }, "✎");
  const chip = element(
    "button",
    { class: "chip", type: "button", title: t("header.input.edit") },
    element("span", { class: "muted" }, t("header.input")),
    shape,
    origin,
    pencil,
  );
  const problem = element("span", { class: "problem", role: "alert" });
  const field = textField(t("header.input.edit"), { placeholder: "1x3x224x224" });
  const batch = element("input", {
    class: "number",
    type: "number",
    min: 1,
    step: 1,
    "aria-label": t("header.batch"),
  });
  const dtype = element(
    "select",
    { class: "number select", "aria-label": t("header.dtype") },
    ...DTYPES.map((name) => element("option", { value: name }, name)),
  );
  // The shape stays what counts: the two fields write into it.
  batch.addEventListener("input", () => {
    const size = Number(batch.value);
    if (Number.isInteger(size) && size > 0) field.setValue(withBatch(field.value(), batchAxis ?? 0, size));
  });
  dtype.addEventListener("change", () => {
    const suffix = dtype.value === "float32" ? "" : `:${dtype.value}`;
    const parts = field
      .value()
      .split(",")
      .map((part) => part.trim());
    field.setValue(parts.map((part) => (isFloat(part) ? part.replace(/(:.*)?$/, suffix) : part)).join(", "));
  });
  const apply = button(t("action.apply"), "primary", () => submit());
  const cancel = button(t("action.cancel"), "secondary", () => close());
  const batchLabel = element("label", { class: "cluster" }, t("header.batch"), batch);
  const form = element(
    "span",
    { class: "input-form", hidden: true },
    field.element,
    batchLabel,
    dtype,
    apply.element,
    cancel.element,
    problem,
  );
  let current = "";
  /** Which axis holds the samples; null where none does. */
  let batchAxis: number | null = 0;

  function open(): void {
    field.setValue(current);
    batchLabel.hidden = batchAxis === null;
    batch.value = current.split(/[x:,]/)[batchAxis ?? 0] ?? "";
    dtype.value = DTYPES.find((name) => current.includes(`:${name}`)) ?? "float32";
    setText(problem, "");
    chip.hidden = true;
    form.hidden = false;
    field.element.focus();
  }
  function close(): void {
    form.hidden = true;
    chip.hidden = false;
    chip.focus();
  }
  function submit(): void {
    const inputs = field
      .value()
      .replaceAll("×", "x")
      .split(",")
      .map((text) => text.replaceAll(/\s/g, ""));
    if (!inputs.every((text) => INPUT_FORM.test(text))) {
      setText(problem, t("header.input.invalid"));
      return;
    }
    actions.setInput(inputs);
    close();
  }
  chip.addEventListener("click", open);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && event.target === field.element) submit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return {
    element: element("span", { class: "input" }, chip, form),
    render: ({ report, abilities }) => {
      setAttribute(chip, "disabled", !abilities.has("input"));
      pencil.hidden = !abilities.has("input");
      const { shapes, dtypes, origin: from } = report.input;
      current = shapes.map((one, index) => inputText(one, dtypes[index])).join(", ");
      batchAxis = report.input.batch ? report.input.batch.axis : 0;
      setText(shape, shapes.map(dims).join(", "));
      setText(origin, [t(`origin.${from}`), ...samplesText(report.input, t)].join(" · "));
    },
  };
}

/** Whose figures these are, where it is not one sample at axis 0. */
function samplesText({ batch }: ReportInput, t: Translate): readonly string[] {
  if (!batch) return [];
  if (batch.axis === null) return [t("header.input.whole")];
  return batch.samples === 1 ? [] : [t("header.input.samples", batch.samples)];
}

/** An input of indices keeps its type when the precision changes. */
function isFloat(part: string): boolean {
  return !part.includes(":") || DTYPES.some((name) => part.endsWith(`:${name}`));
}

function unitToggle(t: Translate, actions: Actions): Part {
  const buttons = UNITS.map((unit) => {
    const one = element("button", { type: "button", role: "radio", class: "segment" }, unit);
    one.addEventListener("click", () => actions.change((state) => ({ ...state, unit })));
    return { unit, one };
  });
  const host = element(
    "div",
    { class: "segments", role: "radiogroup", "aria-label": t("header.unit") },
    ...buttons.map(({ one }) => one),
  );
  host.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    const next = buttons.find(({ one }) => one !== document.activeElement);
    next?.one.click();
    next?.one.focus();
  });
  return {
    element: host,
    render: ({ state }) => {
      for (const { unit, one } of buttons) {
        const checked = unit === state.unit;
        setAttribute(one, "aria-checked", String(checked));
        setAttribute(one, "tabindex", checked ? 0 : -1);
      }
    },
  };
}
