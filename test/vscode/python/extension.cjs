const path = require("node:path");
const vscode = require("vscode");

/** What extensions get of the Python extension, as far as ConvLens asks for it. */
exports.activate = (context) => {
  const [{ uri }] = vscode.workspace.workspaceFolders;
  const environments = ["first", "second", "third"].map((name) => ({
    path: path.join(uri.fsPath, "envs", name, "bin", "python"),
    environment: { name },
  }));
  const changed = new vscode.EventEmitter();
  let [active] = environments;
  const take = () => {
    [, active] = environments;
    changed.fire({ id: active.path, path: active.path, resource: undefined });
  };
  context.subscriptions.push(changed, vscode.commands.registerCommand("python.takeSecond", take));
  return {
    environments: {
      known: environments,
      getActiveEnvironmentPath: () => ({ id: active.path, path: active.path }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
