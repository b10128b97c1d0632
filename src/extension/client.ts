/** Starts the language server in a process of its own and speaks LSP with it. */
import * as vscode from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from "vscode-languageclient/node";
import type { QuickInfo } from "./quickInfo.ts";
import { withInterpreter } from "./settings.ts";

export const LANGUAGES = ["python", "typescript", "typescriptreact", "javascript", "javascriptreact"];
const SCHEMES = ["file", "untitled", "vscode-vfs"];

/** Commands that a hover may link to. */
const LINKED_COMMANDS = [
  "convlens.profileNetwork",
  "convlens.revealLayer",
  "convlens.simulateLayer",
  "convlens.rewriteLayer",
  "convlens.explain",
];

export async function startClient(
  context: vscode.ExtensionContext,
  quickInfo: QuickInfo,
): Promise<LanguageClient> {
  const module = context.asAbsolutePath("dist/server.cjs");
  const server: ServerOptions = {
    run: { module, transport: TransportKind.ipc },
    debug: { module, transport: TransportKind.ipc, options: { execArgv: ["--nolazy", "--inspect=6011"] } },
  };
  const watcher = vscode.workspace.createFileSystemWatcher(
    "**/*.{py,ts,tsx,js,mjs,cjs,jsx,json,toml,yaml,yml,cfg}",
  );
  // What environments, and the versions of packages, are found by.
  const packages = vscode.workspace.createFileSystemWatcher(
    "**/{pyproject.toml,uv.lock,poetry.lock,requirements*.txt,.python-version}",
  );
  const options: LanguageClientOptions = {
    documentSelector: LANGUAGES.flatMap((language) => SCHEMES.map((scheme) => ({ language, scheme }))),
    initializationOptions: { locale: vscode.env.language, commands: true },
    markdown: { isTrusted: { enabledCommands: LINKED_COMMANDS } },
    synchronize: { fileEvents: [watcher, packages] },
    middleware: {
      provideHover: (document, position, token, next) =>
        quickInfo.choose(document, position, () => next(document, position, token)),
      workspace: {
        configuration: async (params, token, next) => {
          const sections = await next(params, token);
          return Array.isArray(sections) ? sections.map(withInterpreter) : sections;
        },
      },
    },
  };
  const client = new LanguageClient("convlens", "ConvLens", server, options);
  context.subscriptions.push(watcher, packages, client);
  await client.start();
  return client;
}
