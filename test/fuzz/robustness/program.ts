/** A changed text as a program: engines over it, whose clock stands still, so that only steps decide where one ends. */
import path from "node:path";
import { DEFAULT_SETTINGS } from "../../../src/engine/analysis/settings.ts";
import type { Engine, ModelHost } from "../../../src/engine/contract/engine.types.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import type { Parsers } from "../../../src/engine/syntax/parser.ts";
import { createNodeHost } from "../../../src/node/host.ts";
import type { SourceFile } from "./sources.ts";

/** Far fewer than a user has: a program that never ends shall end soon here. */
const STEPS = 300_000;

export interface Opened {
  readonly engine: Engine;
  readonly host: ModelHost;
  /** Faults of the engine that it told of. */
  readonly faults: readonly unknown[];
}

/** Parsers that read every text as if it were the first of its file. */
export function forgetful(parsers: Parsers): Parsers {
  return {
    parse(file, text) {
      // From an empty text there is nothing to take over.
      parsers.parse(file, "");
      return parsers.parse(file, text);
    },
    parseExpression: (language, text) => parsers.parseExpression(language, text),
    parseArguments: (language, text) => parsers.parseArguments(language, text),
    dispose: () => parsers.dispose(),
  };
}

export function openText(parsers: Parsers, source: SourceFile, text: string): Opened {
  return openTexts(parsers, source, () => text);
}

/** An engine that asks for the text anew at every question. */
export function openTexts(parsers: Parsers, source: SourceFile, text: () => string): Opened {
  const host = hostOf(source, text);
  const faults: unknown[] = [];
  const engine = createEngine({
    parsers,
    host,
    settings: {
      limits: { ...DEFAULT_SETTINGS.limits, steps: STEPS },
      onFault: (fault) => faults.push(fault),
    },
  });
  return { engine, host, faults };
}

function hostOf({ file, folder }: SourceFile, text: () => string): ModelHost {
  if (folder !== undefined) {
    const versions = new Map<string, number>();
    return createNodeHost({
      folders: [folder],
      unsaved: (name) => {
        if (name !== file) return undefined;
        const now = text();
        if (!versions.has(now)) versions.set(now, versions.size);
        return { text: now, version: versions.get(now) ?? 0 };
      },
    });
  }
  const [parent, own] = [path.posix.dirname(file), path.posix.basename(file)];
  return {
    searchPaths: [],
    read: (name) => (name === file ? text() : undefined),
    isFile: (name) => name === file,
    isDirectory: (name) => name === parent,
    list: (name) => (name === parent ? [own] : []),
    version: (name) => (name === file ? text() : undefined),
  };
}
