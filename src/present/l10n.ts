/** Sentences in the reader's language; the English text is the key, as in VS Code's own bundles. */
import japanese from "../../l10n/bundle.l10n.ja.json" with { type: "json" };
import { entryOf } from "../engine/base/table.ts";

/** `{0}`, `{1}`… stand for the arguments. */
export type Translate = (message: string, ...values: readonly (string | number)[]) => string;

const TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = { ja: japanese };

export function createTranslate(locale: string | undefined): Translate {
  const table = entryOf(TABLES, (locale ?? "en").toLowerCase().split(/[-_]/)[0] ?? "en") ?? {};
  return (message, ...values) =>
    (entryOf(table, message) ?? message).replace(/\{(\d+)\}/g, (hole, index) =>
      String(values[Number(index)] ?? hole),
    );
}
