/** Messages from the webviews, checked field by field before anything is done with them. */
import type { Place } from "../engine/report/contract.ts";
import { EXPORT_FORMATS, type FromPanel, type FromSidebar, type Scaling } from "./messages.ts";

/** Far above a chart or a table of a large network. */
const MAX_EXPORT = 64 * 1024 * 1024;

export function parseFromPanel(message: unknown): FromPanel | undefined {
  if (!isRecord(message)) return undefined;
  switch (message.type) {
    case "ready":
    case "cancel":
    case "refresh":
    case "compare":
      return { type: message.type };
    case "scale": {
      const scaling = parseScaling(message.scaling);
      return isName(message.network) && scaling
        ? { type: "scale", network: message.network, scaling }
        : undefined;
    }
    case "suggest": {
      const { network, budgetMacs, round } = message;
      return isName(network) && isBudget(budgetMacs) && isPosition(round) && round <= 1024
        ? { type: "suggest", network, budgetMacs, round }
        : undefined;
    }
    case "apply": {
      const { network, layers } = message;
      return isName(network) && Array.isArray(layers) && layers.every(isName)
        ? { type: "apply", network, layers }
        : undefined;
    }
    case "export": {
      const { name, data } = message;
      const format = EXPORT_FORMATS.find((one) => one === message.format);
      return format && isName(name) && typeof data === "string" && data.length <= MAX_EXPORT
        ? { type: "export", format, name, data }
        : undefined;
    }
    case "reveal": {
      const at = parsePlace(message.at);
      return at && { type: "reveal", at };
    }
    case "setUnit":
      return message.unit === "MACs" || message.unit === "FLOPs"
        ? { type: "setUnit", unit: message.unit }
        : undefined;
    case "setInput": {
      const { network, input } = message;
      return isName(network) && isInputs(input) ? { type: "setInput", network, input } : undefined;
    }
    case "setNetwork":
      return isName(message.network) ? { type: "setNetwork", network: message.network } : undefined;
    default:
      return undefined;
  }
}

export function parseFromSidebar(message: unknown): FromSidebar | undefined {
  if (!isRecord(message)) return undefined;
  switch (message.type) {
    case "ready":
    case "scan":
    case "cancelScan":
      return { type: message.type };
    case "reveal": {
      const at = parsePlace(message.at);
      return at && { type: "reveal", at };
    }
    case "profile": {
      const { network, uri } = message;
      if (!isName(network)) return undefined;
      return isName(uri) ? { type: "profile", network, uri } : { type: "profile", network };
    }
    default:
      return undefined;
  }
}

/** `1x3x224x224`, `1×3×224×224` or `1, 3, 224, 224`, with an optional dtype: `1x10:int64`; several by spaces or `;`. */
export function parseInput(text: string): string[] | undefined {
  const parts = text
    .split(";")
    .flatMap((part) =>
      part
        .trim()
        .replace(/\s*[,×x]\s*/g, "x")
        .split(/\s+/),
    )
    .filter((part) => part !== "");
  return isInputs(parts) ? parts : undefined;
}

export function isInputs(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= 16 &&
    value.every(
      (part) => typeof part === "string" && /^[1-9]\d{0,8}(x[1-9]\d{0,8}){0,7}(:\w{1,16})?$/.test(part),
    )
  );
}

/** α and ρ as MobileNet means them: they thin and shrink, and a little room above for the curious. */
function parseScaling(value: unknown): Scaling | undefined {
  if (!isRecord(value)) return undefined;
  const { alpha, rho, round } = value;
  const isFactor = (factor: unknown): factor is number =>
    typeof factor === "number" && factor >= 0.01 && factor <= 4;
  const fits = isFactor(alpha) && isFactor(rho) && isPosition(round) && round <= 1024;
  return fits ? { alpha, rho, round } : undefined;
}

function isBudget(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

function parsePlace(value: unknown): Place | undefined {
  if (!isRecord(value)) return undefined;
  const { file, line, column, end_line, end_column } = value;
  if (typeof file !== "string" || file === "" || !isPosition(line) || !isPosition(column)) return undefined;
  const hasEnd = isPosition(end_line) && isPosition(end_column);
  return { file, line, column, ...(hasEnd && { end_line, end_column }) };
}

function isPosition(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length < 1000;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
