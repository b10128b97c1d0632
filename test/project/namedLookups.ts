/** Finds where a plain object is looked up by a name: `object[name]` and `name in object` for a name that is any string. */
import ts from "typescript";

export interface Lookup {
  file: string;
  line: number;
  text: string;
  node: ts.Node;
}

export function programOf(root: string): ts.Program {
  const config = ts.readConfigFile(`${root}/tsconfig.json`, ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const own = fileNames.filter((name) => /^(src|webview)\//.test(name.slice(root.length + 1)));
  return ts.createProgram(own, options);
}

export function namedLookups(program: ts.Program, root: string): Lookup[] {
  const checker = program.getTypeChecker();
  const found: Lookup[] = [];

  /** Any string, or one of a template's: not a number, a symbol or a choice of written-out names. */
  const isName = (type: ts.Type): boolean =>
    type.isUnion()
      ? type.types.some(isName)
      : type.isIntersection()
        ? type.types.some(isName)
        : (type.flags &
            (ts.TypeFlags.String |
              ts.TypeFlags.Any |
              ts.TypeFlags.Unknown |
              ts.TypeFlags.TemplateLiteral)) !==
            0 ||
          ((type.flags & (ts.TypeFlags.TypeParameter | ts.TypeFlags.Index)) !== 0 &&
            isName(checker.getBaseConstraintOfType(type) ?? checker.getStringType()));

  /** An object whose prototype would answer: all but lists and tables that are known to have none. */
  const isPlain = (type: ts.Type): boolean =>
    type.isUnion()
      ? type.types.some(isPlain)
      : (type.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) === 0 &&
        !type.getProperties().some((property) => property.name.startsWith("__@withoutPrototype"));

  const visit = (node: ts.Node, file: ts.SourceFile) => {
    const [object, name] = ts.isElementAccessExpression(node)
      ? [node.expression, node.argumentExpression]
      : ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword
        ? [node.right, node.left]
        : [];
    if (
      object &&
      name &&
      !ts.isStringLiteralLike(name) &&
      isName(checker.getTypeAtLocation(name)) &&
      isPlain(checker.getTypeAtLocation(object))
    )
      found.push({
        file: file.fileName.slice(root.length + 1),
        line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1,
        text: node.getText(file),
        node,
      });
    ts.forEachChild(node, (child) => visit(child, file));
  };

  for (const file of program.getSourceFiles())
    if (!file.isDeclarationFile && /^(src|webview)\//.test(file.fileName.slice(root.length + 1)))
      visit(file, file);
  return found;
}
