import { entryOf } from "../../base/table.ts";
import type { KerasVersion } from "./version.ts";

/** What Keras 2 calls by another name than the class's. */
const OLDER: Readonly<Record<string, string>> = { InputLayer: "input", Functional: "model" };

/** Names that Keras gives by itself: the class in snake case, numbered from the second one on. */
export class Names {
  private readonly counts = new Map<string, number>();
  /** Undefined where it is not known: names are those of Keras 3. */
  version: KerasVersion | undefined;

  /** `conv2d`, `conv2d_1`, … for `Conv2D`. */
  auto(className: string): string {
    const older = this.version === "2" || this.version === "2.0" ? entryOf(OLDER, className) : undefined;
    const prefix = older ?? toSnakeCase(className);
    const count = this.counts.get(prefix) ?? 0;
    this.counts.set(prefix, count + 1);
    if (prefix === "input" || this.version === "2.0") return `${prefix}_${count + 1}`;
    return count === 0 ? prefix : `${prefix}_${count}`;
  }

  /** `keras.backend.get_uid`. */
  uid(prefix: string): number {
    const count = (this.counts.get(prefix) ?? 0) + 1;
    this.counts.set(prefix, count);
    return count;
  }

  /** Gives a function that puts the counts back. */
  keep(): () => void {
    const kept = [...this.counts];
    return () => {
      this.counts.clear();
      for (const [prefix, count] of kept) this.counts.set(prefix, count);
    };
  }

  /** `keras.backend.clear_session`. */
  reset(): void {
    this.counts.clear();
  }
}

/** The same layer's name by another version of Keras, where programs do not say which they run on. */
export function otherNames(name: string): readonly string[] {
  const [, prefix = name, number = "0"] = /^(.*?)(?:_(\d+))?$/.exec(name) ?? [];
  const count = Number(number);
  const numbered = (title: string, at: number): string => (at === 0 ? title : `${title}_${at}`);
  switch (prefix) {
    case "input":
      return count > 0 ? [numbered("input_layer", count - 1)] : [];
    case "input_layer":
      return [`input_${count + 1}`];
    case "model":
      return [numbered("functional", count)];
    case "functional":
      return [numbered("model", count)];
    default:
      return [];
  }
}

export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
