/** Messages from the webviews, checked field by field before anything is done with them. */
import type { Place } from "../engine/report/contract.ts";
import type { FromPanel, FromSidebar } from "../protocol/messages.ts";

export function parseFromPanel(message: unknown): FromPanel | undefined {
  if (!isRecord(message)) return undefined;
  switch (message.type) {
    case "ready":
      return { type: "ready" };
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
      return { type: "ready" };
    case "reveal": {
      const at = parsePlace(message.at);
      return at && { type: "reveal", at };
    }
    case "profile":
      return isName(message.network) ? { type: "profile", network: message.network } : undefined;
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
