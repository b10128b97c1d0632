/**
 * The TypeScript language-service plugin: adds what a layer or a network costs to quick info, in any editor that runs
 * tsserver. It decorates the project's language service and never fails: without figures, quick info is as it was.
 */
import path from "node:path";
import type ts from "typescript";
import type { Parsers } from "../engine/syntax/parser.ts";
import { entryOf } from "../engine/table.ts";
import { loadParsers } from "../node/wasm.ts";
import { createTranslate } from "../present/l10n.ts";
import { quickInfoText } from "../present/quickInfo.ts";
import { MARK, PLUGIN, type PluginConfig, parsePluginConfig } from "../protocol/plugin.ts";
import { Analyses } from "./analyses.ts";
import { createProjectHost } from "./projectHost.ts";

/** What there is to say at a position of a project's file. */
type Tell = (file: string, position: number) => string | undefined;

/** One set of parsers serves all projects of the process; until they are loaded there are no figures. */
let parsers: Parsers | undefined;
let loading = false;

/** Milliseconds that a place which had no figures for want of parsers stays without: who asks twice is told the same. */
const STEADY = 2_000;

export default function init({ typescript }: { readonly typescript: typeof ts }): ts.server.PluginModule {
  let config: PluginConfig = parsePluginConfig(undefined);
  return {
    create(info) {
      // The server that answers while projects load hears nothing of the user's settings.
      const isWhole = info.project.projectService.serverMode === typescript.LanguageServiceMode.Semantic;
      if (!isWhole) return info.languageService;
      config = parsePluginConfig(info.config);
      load(info.project.projectService.logger);
      const tell = createTell(typescript, info, () => config);
      return decorate(info.languageService, tell);
    },
    onConfigurationChanged(changed) {
      config = parsePluginConfig(changed);
    },
  };
}

/** In a packed extension the parsers lie with its other bundles. */
function load(logger: ts.server.Logger): void {
  if (loading) return;
  loading = true;
  loadParsers([path.join(__dirname, "..", "..", "dist")]).then(
    (loaded) => {
      parsers = loaded;
    },
    (error: unknown) => logger.info(`${PLUGIN}: ${error}`),
  );
}

function createTell(
  typescript: typeof ts,
  info: ts.server.PluginCreateInfo,
  config: () => PluginConfig,
): Tell {
  const host = createProjectHost(typescript, info);
  let analyses: Analyses | undefined;
  let refused = { place: "", until: 0 };
  return (file, position) => {
    const { hover, unit, locale, views } = config();
    const here = `${position} ${file}`;
    if (!hover || (refused.place === here && Date.now() < refused.until)) return undefined;
    if (!parsers) {
      refused = { place: here, until: Date.now() + STEADY };
      return undefined;
    }
    try {
      analyses ??= new Analyses(parsers, host);
      const analysis = analyses.get(file, config());
      const place = analysis && info.languageService.toLineColumnOffset?.(file, position);
      if (!place) return undefined;
      const at = { line: place.line + 1, column: place.character + 1 };
      return quickInfoText(analysis, at, {
        unit,
        t: createTranslate(locale),
        active: entryOf(views, file)?.active,
      });
    } catch (error) {
      info.project.projectService.logger.info(`${PLUGIN}: ${error instanceof Error ? error.stack : error}`);
      return undefined;
    }
  };
}

function decorate(service: ts.LanguageService, tell: Tell): ts.LanguageService {
  return {
    ...service,
    getQuickInfoAtPosition(file, position, ...rest) {
      const own = service.getQuickInfoAtPosition(file, position, ...rest);
      const text = tell(file, position);
      return text === undefined ? own : withText(own, text, position);
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
