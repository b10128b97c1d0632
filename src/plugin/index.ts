/**
 * The TypeScript language-service plugin: adds what a layer or a network costs to quick info, in any editor that runs
 * tsserver. It decorates the project's language service and never fails: without figures, quick info is as it was.
 */
import path from "node:path";
import type ts from "typescript";
import { entryOf } from "../engine/base/table.ts";
import { createTranslate } from "../present/l10n.ts";
import { quickInfoText } from "../present/quickInfo.ts";
import { MARK, PLUGIN, type PluginConfig, parsePluginConfig } from "../protocol/plugin.ts";
import { Analyses, LATER } from "./analyses.ts";
import { EngineThread } from "./engineThread.ts";
import { createProjectHost } from "./projectHost.ts";

interface Teller {
  /** What there is to say at a position of a project's file. */
  tell(file: string, position: number): string | undefined;
  dispose(): void;
}

/** One thread serves all projects of the process; it starts when there is model code. */
let thread: EngineThread | undefined;

/** Milliseconds that a place stays without figures which came too late for it: who asks twice is told the same. */
const STEADY = 2_000;

export default function init({ typescript }: { readonly typescript: typeof ts }): ts.server.PluginModule {
  let config: PluginConfig = parsePluginConfig(undefined);
  return {
    create(info) {
      // The server that answers while projects load hears nothing of the user's settings.
      const isWhole = info.project.projectService.serverMode === typescript.LanguageServiceMode.Semantic;
      if (!isWhole) return info.languageService;
      config = parsePluginConfig(info.config);
      return decorate(
        info.languageService,
        createTeller(typescript, info, () => config),
      );
    },
    onConfigurationChanged(changed) {
      config = parsePluginConfig(changed);
    },
  };
}

function createTeller(
  typescript: typeof ts,
  info: ts.server.PluginCreateInfo,
  config: () => PluginConfig,
): Teller {
  const { logger } = info.project.projectService;
  const log = (text: string): void => logger.info(`${PLUGIN}: ${text}`);
  thread ??= new EngineThread({ script: path.join(__dirname, "thread.js"), log });
  const analyses = new Analyses(thread, createProjectHost(typescript, info));
  let refused = { place: "", until: 0 };

  function tell(file: string, position: number): string | undefined {
    const { hover, unit, locale, views } = config();
    const here = `${position} ${file}`;
    if (!hover || (refused.place === here && Date.now() < refused.until)) return undefined;
    const analysis = analyses.get(file, config());
    if (analysis === LATER) {
      refused = { place: here, until: Date.now() + STEADY };
      return undefined;
    }
    const place = analysis && info.languageService.toLineColumnOffset?.(file, position);
    if (!place) return undefined;
    const at = { line: place.line + 1, column: place.character + 1 };
    const active = entryOf(views, file)?.active;
    return quickInfoText(analysis, at, { unit, t: createTranslate(locale), active });
  }

  return {
    tell(file, position) {
      try {
        return tell(file, position);
      } catch (error) {
        log(String(error instanceof Error ? error.stack : error));
        return undefined;
      }
    },
    dispose: () => analyses.dispose(),
  };
}

function decorate(service: ts.LanguageService, teller: Teller): ts.LanguageService {
  return {
    ...service,
    getQuickInfoAtPosition(file, position, ...rest) {
      const own = service.getQuickInfoAtPosition(file, position, ...rest);
      const text = teller.tell(file, position);
      return text === undefined ? own : withText(own, text, position);
    },
    dispose() {
      teller.dispose();
      service.dispose();
    },
  };
}

/** Where TypeScript has nothing to say (a number, a bracket), the figures stand alone. */
function withText(own: ts.QuickInfo | undefined, text: string, position: number): ts.QuickInfo {
  const before = own?.documentation ?? [];
  const documentation = [
    ...before,
    { kind: "text", text: `${before.length > 0 ? "\n\n" : ""}${text}${MARK}` },
  ];
  if (own) return { ...own, documentation };
  const kind = "" as ts.ScriptElementKind.unknown;
  return {
    kind,
    kindModifiers: "",
    textSpan: { start: position, length: 1 },
    displayParts: [],
    documentation,
  };
}
