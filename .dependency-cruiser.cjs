/**
 * Walls: who may import whom. `npm test` holds them, `npm run map` draws what there is.
 *
 * The engine's rooms, from the ground up: a room imports from rooms before it, never from those after it.
 */
const ROOMS = [
  "contract",
  "base",
  "cost",
  "syntax",
  "interpret",
  "languages",
  "frameworks",
  "discovery",
  "inputs",
  "report",
  "separable",
  "formats",
  "analysis",
  "incremental",
];

/** What lies around the engine, from the ground up. */
const HOUSE = ["engine", "node", "sources", "protocol", "present", "server", "agents", "plugin", "extension"];

/** What a room must not see. The machine still looks up to three files: a dict finds its keys as Python does. */
const above = (order, name) => `^(${order.slice(order.indexOf(name) + 1).join("|")})/`;

const upwards = (order, folder, allowed = {}) =>
  order.slice(0, -1).map((name) => ({
    name: `${folder}${name}-looks-up`,
    comment: `Only ${order.slice(0, order.indexOf(name)).join(", ") || "nothing"} lies below ${folder}${name}.`,
    severity: "error",
    from: { path: `^${folder}${name}/` },
    to: {
      path: above(order, name).replace("^", `^${folder}`),
      ...(allowed[name] ? { pathNot: allowed[name] } : {}),
    },
  }));

module.exports = {
  forbidden: [
    ...upwards(ROOMS, "src/engine/", {
      interpret: "^src/engine/languages/python/(dict|setOrder|execText)[.]ts$",
    }),
    ...upwards(HOUSE, "src/"),
    {
      name: "only-the-door-at-the-top",
      comment: "The top of src/engine holds the door alone: a new file goes into a room.",
      severity: "error",
      from: {},
      to: { path: "^src/engine/(?!engine[.]ts$)[^/]+$" },
    },
    {
      name: "engine-knows-no-host",
      comment: "The engine runs in Node, in workers and in browsers: it imports no host.",
      severity: "error",
      from: { path: "^src/engine/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "engine-knows-no-editor",
      comment: "The engine knows no editor.",
      severity: "error",
      from: { path: "^src/engine/" },
      to: { path: "^(vscode|node_modules/(@types/vscode|vscode-))" },
    },
    {
      name: "webview-runs-in-a-browser",
      comment: "The panel and the sidebar run in a plain browser.",
      severity: "error",
      from: { path: "^webview/" },
      to: { path: "^src/(node|sources|server|plugin|extension|cli)/" },
    },
    {
      name: "command-knows-no-editor",
      comment: "The command starts without VS Code.",
      severity: "error",
      from: { path: "^src/(agents|library|cli|node|sources|server|plugin|present|protocol)/" },
      to: { path: "^(vscode$|src/extension/)" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".mjs", ".cjs", ".js"] },
    reporterOptions: {
      archi: { collapsePattern: "^src/engine/[^/]+|^src/[^/]+|^webview" },
    },
  },
};
