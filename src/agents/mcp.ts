/** `convlens mcp`: the tools for agents over standard input and output, by the Model Context Protocol. */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type Tool as ToolEntry,
} from "@modelcontextprotocol/sdk/types.js";
import { commandIn } from "./command.ts";
import { WrongArguments } from "./fields.ts";
import { answerTool, Refusal, TOOLS, type Tool, toolSchema } from "./tools.ts";

const INSTRUCTIONS =
  "ConvLens reads model code without running it and tells what each layer costs. To bring a network within a budget: list_networks, profile_network, suggest_changes, simulate_changes, rewrite_patch, then profile_network again after the edit. Figures are of one sample; what is not known is said. No tool changes a file.";

/** Serves until the client goes. */
export async function serveAgents(version: string, cli: string): Promise<void> {
  const server = new Server(
    { name: "convlens", title: "ConvLens", version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  const around = { cwd: process.cwd(), command: commandIn(process.cwd(), cli) };
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: Object.entries(TOOLS).map(entry) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }): Promise<CallToolResult> => {
    try {
      const text = await answerTool(params.name, params.arguments ?? {}, { ...around, signal });
      return { content: [{ type: "text", text }] };
    } catch (error) {
      // What the caller can mend is an answer, so that it is read.
      if (!(error instanceof Refusal) && !(error instanceof WrongArguments)) throw error;
      return { isError: true, content: [{ type: "text", text: error.message }] };
    }
  });
  const closed = new Promise<void>((resolve) => {
    server.onclose = resolve;
  });
  process.stdin.on("end", () => void server.close());
  await server.connect(new StdioServerTransport());
  await closed;
}

function entry([name, { title, description }]: readonly [string, Tool]): ToolEntry {
  return {
    ...{ name, title, description, inputSchema: { ...toolSchema(name) } },
    annotations: { title, readOnlyHint: true, destructiveHint: false, openWorldHint: false },
  };
}
