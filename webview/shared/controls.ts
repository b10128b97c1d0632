/**
 * Form controls. The only module that knows `@vscode/webview-ui-toolkit`: the toolkit is deprecated, so that a
 * maintained successor can take its place here alone.
 */
import "./nonce.ts";
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from "@vscode/webview-ui-toolkit";
import { element, setAttribute, setText } from "./dom.ts";

/** Registers the custom elements. Call once, before the first control is made. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeTextField(),
  );
}

export interface Button {
  readonly element: HTMLElement;
  setDisabled(disabled: boolean): void;
  setLabel(label: string): void;
}

export function button(label: string, appearance: "primary" | "secondary", press: () => void): Button {
  const host = make("vscode-button", { appearance });
  host.textContent = label;
  host.addEventListener("click", press);
  return {
    element: host,
    setDisabled: (disabled) => setAttribute(host, "disabled", disabled),
    setLabel: (text) => {
      host.textContent = text;
    },
  };
}

export interface Checkbox {
  readonly element: HTMLElement;
  setChecked(checked: boolean): void;
  setLabel(label: string): void;
}

export function checkbox(label: string, change: (checked: boolean) => void): Checkbox {
  const host = make("vscode-checkbox", {}) as HTMLElement & { checked: boolean };
  const setLabel = (text: string): void => {
    if (host.textContent === text) return;
    host.textContent = text;
    setAttribute(host, "aria-label", text);
  };
  setLabel(label);
  // The element also fires `change` when it is set by script; only a difference to what was set counts.
  let known = false;
  host.addEventListener("change", () => {
    if (host.checked === known) return;
    known = host.checked;
    change(known);
  });
  return {
    element: host,
    setChecked: (checked) => {
      known = checked;
      host.checked = checked;
    },
    setLabel,
  };
}

export interface TextField {
  readonly element: HTMLElement;
  value(): string;
  setValue(text: string): void;
}

export function textField(
  label: string,
  options: { readonly placeholder?: string; readonly input?: (text: string) => void } = {},
): TextField {
  const host = make("vscode-text-field", {
    "aria-label": label,
    placeholder: options.placeholder,
  }) as HTMLElement & { value: string };
  // When it enters the page, the toolkit names a field by its text, of which this one has none.
  requestAnimationFrame(() => setAttribute(host, "aria-label", label));
  if (options.input) host.addEventListener("input", () => options.input?.(host.value));
  return {
    element: host,
    value: () => host.value,
    setValue: (text) => {
      if (host.value !== text) host.value = text;
    },
  };
}

export interface Dropdown {
  readonly element: HTMLElement;
  setOptions(values: readonly string[], selected: string): void;
}

export function dropdown(label: string, choose: (value: string) => void): Dropdown {
  const host = make("vscode-dropdown", { "aria-label": label }) as HTMLElement & { value: string };
  let shown: readonly string[] = [];
  let known = "";
  host.addEventListener("change", () => {
    if (host.value === known) return;
    known = host.value;
    choose(known);
  });
  return {
    element: host,
    setOptions: (values, selected) => {
      if (values.length !== shown.length || values.some((value, index) => value !== shown[index])) {
        shown = values;
        host.replaceChildren(...values.map((value) => option(value)));
      }
      known = selected;
      host.value = selected;
    },
  };
}

function option(value: string): HTMLElement {
  const made = make("vscode-option", { value });
  setText(made, value);
  return made;
}

function make(tag: string, attributes: Parameters<typeof element>[1]): HTMLElement {
  return element(tag as "div", attributes);
}
