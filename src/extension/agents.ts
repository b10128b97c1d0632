/** The tools for agents in VS Code: as an MCP server that any agent of the editor may start, and in its own chat. */
import * as vscode from "vscode";
import { commandIn } from "../agents/command.ts";
import { WrongArguments } from "../agents/fields.ts";
import { answerTool, chatName, Refusal, TOOLS } from "../agents/tools.ts";

/** What newer versions of VS Code have than the oldest that the extension runs in. */
interface NewerLanguageModels {
  registerTool?(name: string, tool: ChatTool): vscode.Disposable;
  registerMcpServerDefinitionProvider?(
    id: string,
    provider: { provideMcpServerDefinitions(): readonly unknown[] },
  ): vscode.Disposable;
}

interface ChatTool {
  invoke(options: { readonly input: unknown }, token: vscode.CancellationToken): Promise<unknown>;
}

interface NewerApi {
  readonly lm?: NewerLanguageModels;
  readonly LanguageModelToolResult?: new (parts: readonly unknown[]) => unknown;
  readonly LanguageModelTextPart?: new (text: string) => unknown;
  readonly McpStdioServerDefinition?: new (
    label: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    version: string,
  ) => { cwd?: vscode.Uri };
}

/** Whatever this version of VS Code has of the two. */
export function registerAgents(context: vscode.ExtensionContext): readonly vscode.Disposable[] {
  const cli = context.asAbsolutePath("dist/cli.mjs");
  const newer = vscode as unknown as NewerApi;
  return [
    ...registerServers(newer, cli, String(context.extension.packageJSON.version)),
    ...registerTools(newer, cli),
  ];
}

/** One for each folder on disk, since paths in its answers are from there. */
function registerServers(
  { lm, McpStdioServerDefinition: Definition }: NewerApi,
  cli: string,
  version: string,
): readonly vscode.Disposable[] {
  if (!lm?.registerMcpServerDefinitionProvider || !Definition) return [];
  const provideMcpServerDefinitions = () => {
    const folders = foldersOnDisk();
    return folders.map(({ name, uri }) => {
      const label = folders.length > 1 ? `ConvLens (${name})` : "ConvLens";
      // The editor's own executable runs the command as Node does.
      const env = { ELECTRON_RUN_AS_NODE: "1" };
      const definition = new Definition(label, process.execPath, [cli, "mcp"], env, version);
      definition.cwd = uri;
      return definition;
    });
  };
  return [lm.registerMcpServerDefinitionProvider("convlens", { provideMcpServerDefinitions })];
}

function registerTools(
  { lm, LanguageModelToolResult: Result, LanguageModelTextPart: TextPart }: NewerApi,
  cli: string,
): readonly vscode.Disposable[] {
  const register = lm?.registerTool?.bind(lm);
  if (!register || !Result || !TextPart) return [];
  return Object.keys(TOOLS).map((name) =>
    register(chatName(name), {
      invoke: async ({ input }, token) => new Result([new TextPart(await answer(name, input, cli, token))]),
    }),
  );
}

async function answer(
  name: string,
  input: unknown,
  cli: string,
  token: vscode.CancellationToken,
): Promise<string> {
  const cwd = foldersOnDisk()[0]?.uri.fsPath;
  if (cwd === undefined) return vscode.l10n.t("Open a folder first: there are no files to read.");
  const stop = new AbortController();
  const listening = token.onCancellationRequested(() => stop.abort());
  try {
    return await answerTool(name, input, { cwd, command: commandIn(cwd, cli), signal: stop.signal });
  } catch (error) {
    if (error instanceof Refusal || error instanceof WrongArguments) return error.message;
    throw error;
  } finally {
    listening.dispose();
  }
}

function foldersOnDisk(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file");
}
